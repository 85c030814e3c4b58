import java.io.File;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.neo4j.driver.AuthTokens;
import org.neo4j.driver.Config;
import org.neo4j.driver.Driver;
import org.neo4j.driver.GraphDatabase;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.data.domain.PageRequest;
import org.springframework.data.domain.Sort;
import org.springframework.data.neo4j.config.AbstractNeo4jConfig;
import org.springframework.data.neo4j.core.Neo4jClient;
import org.springframework.data.neo4j.repository.config.EnableNeo4jRepositories;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Saves, finds, changes and deletes entities with Spring Data. */
public final class Main {
    private Main() {}

    /** Where the database is and what is mapped. */
    @Configuration
    @EnableNeo4jRepositories(considerNestedRepositories = true)
    public static class Settings extends AbstractNeo4jConfig {
        @Bean
        @Override
        public Driver driver() {
            var ca = System.getenv("DRAWBOLT_CA");
            var config = Config.builder();
            if (ca != null) {
                config.withEncryption().withTrustStrategy(Config.TrustStrategy.trustCustomCertificateSignedBy(new File(ca)));
            }
            return GraphDatabase.driver(
                    "neo4j://" + System.getenv("DRAWBOLT_HOST") + ":" + System.getenv("DRAWBOLT_PORT"),
                    AuthTokens.basic(System.getenv("DRAWBOLT_USER"), System.getenv("DRAWBOLT_PASSWORD")),
                    config.build());
        }
    }

    public static void main(String[] args) {
        try (var context = new AnnotationConfigApplicationContext(Settings.class)) {
            var people = context.getBean(People.class);
            var client = context.getBean(Neo4jClient.class);
            step("save", () -> save(people));
            step("find", () -> people.findByName("Ada").map(Main::text).orElse("nobody"));
            step("find before", () -> names(people.findByBornBeforeOrderByName(LocalDate.of(1900, 1, 1))));
            step("count", () -> String.valueOf(people.countByTagsContaining("pioneer")));
            step("query", () -> people.whoKnows("Grace").toString());
            step("change", () -> change(people));
            step("stale", () -> stale(people));
            step("pages", () -> pages(people));
            step("client", () -> String.valueOf(client.query("MATCH (p:Person) WHERE p.name = $name RETURN count(p)")
                    .bind("Ada").to("name").fetchAs(Long.class).one().orElse(-1L)));
            step("constraint", () -> constraint(client));
            step("rollback", () -> rollback(people, new TransactionTemplate(context.getBean(PlatformTransactionManager.class))));
            step("delete", () -> {
                people.deleteAll();
                return String.valueOf(people.count());
            });
        }
    }

    private static void step(String name, Callable<String> run) {
        String result;
        try {
            result = run.call();
        } catch (Exception e) {
            result = "failed: " + e;
        }
        System.out.println(name + ": " + result);
    }

    private static String names(List<Person> found) {
        return found.stream().map(p -> p.name).collect(Collectors.joining(", "));
    }

    private static String text(Person p) {
        return p.name + " " + p.born + " " + p.tags + " version " + p.version + " knows [" + names(p.knows) + "]";
    }

    private static String save(People people) {
        var ada = new Person("Ada", LocalDate.of(1815, 12, 10));
        ada.tags.addAll(List.of("pioneer", "analyst"));
        ada.knows.add(new Person("Grace", LocalDate.of(1906, 12, 9)));
        people.save(ada);
        return String.valueOf(people.count());
    }

    private static String change(People people) {
        var ada = people.findByName("Ada").orElseThrow();
        ada.tags.remove("analyst");
        ada.knows.clear();
        people.save(ada);
        return text(people.findByName("Ada").orElseThrow());
    }

    /** Saves an entity that somebody else has changed meanwhile. */
    private static String stale(People people) {
        var mine = people.findByName("Ada").orElseThrow();
        people.save(people.findByName("Ada").orElseThrow());
        try {
            people.save(mine);
            return "saved";
        } catch (OptimisticLockingFailureException e) {
            return "refused";
        }
    }

    private static String pages(People people) {
        people.saveAll(IntStream.range(0, 25).mapToObj(i -> new Person(String.format("P%02d", i), null)).toList());
        var page = people.findByNameStartingWith("P", PageRequest.of(1, 10, Sort.by("name")));
        return page.getTotalElements() + ", " + page.getTotalPages() + " pages, second from " + page.getContent().get(0).name;
    }

    private static String constraint(Neo4jClient client) {
        try {
            client.query("CREATE (:Unique {key: 1})").run();
            return "it works";
        } catch (DataIntegrityViolationException e) {
            return "refused";
        }
    }

    private static String rollback(People people, TransactionTemplate transaction) {
        var before = people.count();
        transaction.executeWithoutResult(status -> {
            people.save(new Person("Gone", null));
            status.setRollbackOnly();
        });
        return String.valueOf(people.count() - before);
    }
}
