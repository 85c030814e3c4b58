import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;
import org.springframework.data.neo4j.repository.Neo4jRepository;
import org.springframework.data.neo4j.repository.query.Query;
import org.springframework.data.repository.query.Param;

/** Queries by the names of methods, and one in Cypher. */
public interface People extends Neo4jRepository<Person, UUID> {
    Optional<Person> findByName(String name);

    List<Person> findByBornBeforeOrderByName(LocalDate born);

    Page<Person> findByNameStartingWith(String prefix, Pageable page);

    long countByTagsContaining(String tag);

    @Query("MATCH (p:Person)-[:KNOWS]->(:Person {name: $name}) RETURN p.name ORDER BY p.name")
    List<String> whoKnows(@Param("name") String name);
}
