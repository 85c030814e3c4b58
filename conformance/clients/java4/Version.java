import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.neo4j.driver.Bookmark;
import org.neo4j.driver.Result;
import org.neo4j.driver.Session;
import org.neo4j.driver.types.Path;

/** What version 4 of the driver names otherwise than its successors. */
final class Version {
    private Version() {}

    /** Uses the driver's own retry. */
    static <T> T write(Session s, Function<BiFunction<String, Map<String, Object>, Result>, T> work) {
        return s.writeTransaction(tx -> work.apply(tx::run));
    }

    static Set<Bookmark> bookmarks(Session s) {
        return Set.of(s.lastBookmark());
    }

    static boolean forward(Path.Segment s) {
        return s.relationship().startNodeId() == s.start().id();
    }
}
