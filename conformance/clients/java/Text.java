import java.time.ZonedDateTime;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.neo4j.driver.Value;
import org.neo4j.driver.types.Node;
import org.neo4j.driver.types.Path;
import org.neo4j.driver.types.Relationship;

/** Values in the notation of the scenario. */
final class Text {
    private Text() {}

    static String of(Value v) {
        return switch (v.type().name().split(" ")[0]) { // "LIST OF ANY?"
            case "NULL" -> "null";
            case "BOOLEAN", "INTEGER" -> v.asObject().toString();
            case "FLOAT" -> number(v.asDouble());
            case "STRING" -> quote(v.asString());
            case "BYTES" -> bytes(v.asByteArray());
            case "LIST" -> "[" + v.asList(Text::of).stream().collect(Collectors.joining(", ")) + "]";
            case "NODE" -> node(v.asNode());
            case "RELATIONSHIP" -> relationship(v.asRelationship());
            case "PATH" -> path(v.asPath());
            case "MAP" -> fields(v.asMap(x -> x));
            default -> temporal(v);
        };
    }

    private static String temporal(Value v) {
        switch (v.type().name()) {
            case "DATE" -> {
                var d = v.asLocalDate();
                return "date %d-%02d-%02d".formatted(d.getYear(), d.getMonthValue(), d.getDayOfMonth());
            }
            case "TIME" -> {
                var t = v.asOffsetTime();
                return "time " + clock(t.toLocalTime()) + " %+d".formatted(t.getOffset().getTotalSeconds());
            }
            case "LOCAL_TIME" -> {
                return "localtime " + clock(v.asLocalTime());
            }
            case "LOCAL_DATE_TIME" -> {
                return "localdatetime " + moment(v.asLocalDateTime());
            }
            case "DATE_TIME" -> {
                ZonedDateTime t = v.asZonedDateTime();
                var zone = t.getZone().equals(t.getOffset()) ? "" : " " + t.getZone();
                return "datetime " + moment(t.toLocalDateTime()) + " %+d".formatted(t.getOffset().getTotalSeconds()) + zone;
            }
            case "DURATION" -> {
                var d = v.asIsoDuration();
                return "duration %d %d %d %d".formatted(d.months(), d.days(), d.seconds(), d.nanoseconds());
            }
            default -> {
                var p = v.asPoint();
                var out = "point %d %s %s".formatted(p.srid(), number(p.x()), number(p.y()));
                return Double.isNaN(p.z()) ? out : out + " " + number(p.z());
            }
        }
    }

    private static String clock(java.time.LocalTime t) {
        return "%02d:%02d:%02d.%09d".formatted(t.getHour(), t.getMinute(), t.getSecond(), t.getNano());
    }

    private static String moment(java.time.LocalDateTime t) {
        return "%d-%02d-%02dT%s".formatted(t.getYear(), t.getMonthValue(), t.getDayOfMonth(), clock(t.toLocalTime()));
    }

    private static String number(double x) {
        return Double.isNaN(x) ? "fNaN" : "f%016x".formatted(Double.doubleToRawLongBits(x));
    }

    private static String bytes(byte[] data) {
        var out = new StringBuilder("b");
        for (byte b : data) {
            out.append("%02x".formatted(b));
        }
        return out.toString();
    }

    private static String quote(String s) {
        return s.codePoints()
                .mapToObj(c -> c < ' ' || c > '~' || c == '"' || c == '\\' ? "\\u{%X}".formatted(c) : Character.toString(c))
                .collect(Collectors.joining("", "\"", "\""));
    }

    private static String fields(Map<String, Value> m) {
        return new TreeMap<>(m)
                .entrySet().stream().map(e -> e.getKey() + ": " + of(e.getValue())).collect(Collectors.joining(", ", "{", "}"));
    }

    private static String node(Node n) {
        var labels = StreamSupport.stream(n.labels().spliterator(), false).sorted().map(l -> ":" + l).collect(Collectors.joining());
        return "(" + labels + " " + fields(n.asMap(x -> x)) + ")";
    }

    private static String relationship(Relationship r) {
        return "[:" + r.type() + " " + fields(r.asMap(x -> x)) + "]";
    }

    private static String path(Path p) {
        var out = new StringBuilder(node(p.start()));
        for (var s : p) {
            var forward = Version.forward(s);
            out.append(forward ? "-" : "<-").append(relationship(s.relationship())).append(forward ? "->" : "-").append(node(s.end()));
        }
        return out.toString();
    }
}
