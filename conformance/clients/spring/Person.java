import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.springframework.data.annotation.Version;
import org.springframework.data.neo4j.core.schema.GeneratedValue;
import org.springframework.data.neo4j.core.schema.Id;
import org.springframework.data.neo4j.core.schema.Node;
import org.springframework.data.neo4j.core.schema.Relationship;

/** An entity with a key of its own, a version and relationships. */
@Node("Person")
public class Person {
    @Id
    @GeneratedValue
    public UUID id;

    @Version
    public Long version;

    public String name;
    public LocalDate born;
    public List<String> tags = new ArrayList<>();

    @Relationship(type = "KNOWS", direction = Relationship.Direction.OUTGOING)
    public List<Person> knows = new ArrayList<>();

    public Person(String name, LocalDate born) {
        this.name = name;
        this.born = born;
    }
}
