import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.neo4j.driver.Bookmark;
import org.neo4j.driver.Result;
import org.neo4j.driver.Session;
import org.neo4j.driver.types.Path;

/** What versions 5 and 6 of the driver name otherwise than version 4. */
final class Version {
    private Version() {}

    /** Uses the driver's own retry. */
    static <T> T write(Session s, Function<BiFunction<String, Map<String, Object>, Result>, T> work) {
        return s.executeWrite(tx -> work.apply(tx::run));
    }

    static Set<Bookmark> bookmarks(Session s) {
        return s.lastBookmarks();
    }

    static boolean forward(Path.Segment s) {
        return s.relationship().startNodeElementId().equals(s.start().elementId());
    }
}
