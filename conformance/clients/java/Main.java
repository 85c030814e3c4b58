import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.logging.Level;
import org.neo4j.driver.AuthTokens;
import org.neo4j.driver.Config;
import org.neo4j.driver.Driver;
import org.neo4j.driver.GraphDatabase;
import org.neo4j.driver.Logging;
import org.neo4j.driver.Session;
import org.neo4j.driver.SessionConfig;
import org.neo4j.driver.Transaction;
import org.neo4j.driver.TransactionConfig;
import org.neo4j.driver.Value;
import org.neo4j.driver.exceptions.Neo4jException;
import org.neo4j.driver.summary.ResultSummary;

/** Plays the scenario with the Java driver, versions 4 to 6. */
public final class Main {
    private static final String ENDLESS = "UNWIND range(1, 100000000000) AS x WITH x WHERE x < 0 RETURN count(x) AS n";
    private static final String MANY = "UNWIND range(0, 99999) AS x RETURN x";
    private static final String CA = System.getenv("DRAWBOLT_CA");
    private static final BufferedReader INPUT = new BufferedReader(new InputStreamReader(System.in));

    private final Driver d;

    private Main(Driver d) {
        this.d = d;
    }

    public static void main(String[] args) throws Exception {
        if (args.length == 2) {
            attempt(args[1]);
            return;
        }
        if (CA != null) {
            step("connect trusting all", () -> connect("bolt+ssc", null));
            step("connect with the authority", () -> connect("bolt", CA));
            step("connect without the authority", () -> refused("bolt+s"));
            step("connect in plaintext", () -> refused("bolt"));
        }
        step("wrong password", () -> {
            try (var d = open("bolt", CA, "wrong")) {
                return code(d::verifyConnectivity);
            }
        });
        try (var d = open("bolt", CA)) {
            new Main(d).play();
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

    /** Lets the runner do something to the server. */
    private static void ask(String what) throws IOException {
        System.out.println("> " + what);
        INPUT.readLine();
    }

    private static Driver open(String scheme, String ca) {
        return open(scheme, ca, System.getenv("DRAWBOLT_PASSWORD"));
    }

    private static Driver open(String scheme, String ca, String password) {
        var config = Config.builder()
                .withLogging(Logging.javaUtilLogging(Level.OFF))
                .withMaxConnectionPoolSize(20)
                .withMaxTransactionRetryTime(60, TimeUnit.SECONDS);
        if (ca != null) {
            config.withEncryption().withTrustStrategy(Config.TrustStrategy.trustCustomCertificateSignedBy(new File(ca)));
        }
        return GraphDatabase.driver(
                scheme + "://" + System.getenv("DRAWBOLT_HOST") + ":" + System.getenv("DRAWBOLT_PORT"),
                AuthTokens.basic(System.getenv("DRAWBOLT_USER"), password),
                config.build());
    }

    private static String connect(String scheme, String ca) {
        try (var d = open(scheme, ca)) {
            d.verifyConnectivity();
        }
        return "ok";
    }

    /** Connects once and prints what a user sees. */
    private static void attempt(String scheme) {
        try {
            var trust = CA != null && scheme.endsWith("+s");
            System.out.println(connect(trust ? scheme.replace("+s", "") : scheme, trust ? CA : null));
        } catch (Neo4jException e) {
            System.out.println(e.getMessage());
        }
    }

    private static String refused(String scheme) {
        try {
            connect(scheme, null);
        } catch (Neo4jException e) {
            return "refused";
        }
        return "it works";
    }

    private void play() throws Exception {
        step("protocol", () -> summary("RETURN 1").server().protocolVersion());
        values();
        streams();
        transactions();
        for (var f : List.of(
                List.of("syntax error", "NOT CYPHER"),
                List.of("missing parameter", "RETURN $missing"),
                List.of("constraint", "CREATE (n:Unique {key: 1}) RETURN n"))) {
            step(f.get(0), () -> {
                try (var s = d.session()) {
                    return then(s, () -> s.run(f.get(1)).consume());
                }
            });
        }
        summaries();
        step("routing", () -> {
            try (var routed = open("neo4j", CA)) {
                return new Main(routed).number("RETURN 1");
            }
        });
        pool();
    }

    private Value single(String query) {
        try (var s = d.session()) {
            return s.run(query).single().get(0);
        }
    }

    private String number(String query) {
        return single(query).toString();
    }

    private ResultSummary summary(String query) {
        try (var s = d.session()) {
            return s.run(query).consume();
        }
    }

    private static String code(Runnable run) {
        try {
            run.run();
        } catch (Neo4jException e) {
            return e.code();
        }
        return "it works";
    }

    /** Tells a failure's code and whether the session goes on. */
    private static String then(Session s, Runnable run) {
        return code(run) + ", then [" + s.run("RETURN 1").single().get(0) + "]";
    }

    private String value(String expression) {
        try (var s = d.session()) {
            if (expression.startsWith("MATCH")) {
                return Text.of(s.run(expression).single().get(0));
            }
            var x = s.run("RETURN " + expression + " AS x").single().get(0);
            var back = s.run(
                            "UNWIND [$x, " + expression + "] AS v WITH DISTINCT v RETURN $x AS x, count(*) AS n",
                            Collections.singletonMap("x", (Object) x))
                    .single();
            if (!Text.of(back.get(0)).equals(Text.of(x)) || back.get(1).asInt() != 1) {
                return "%s, back %s, %s values".formatted(Text.of(x), Text.of(back.get(0)), back.get(1));
            }
            return Text.of(x);
        }
    }

    private void values() throws IOException {
        for (var line : Files.readAllLines(Path.of(System.getenv("DRAWBOLT_VALUES")))) {
            if (!line.startsWith("#")) {
                var row = line.split("\t");
                step("value " + row[0], () -> value(row[1]));
            }
        }
        step("bytes", () -> {
            try (var s = d.session()) {
                Map<String, Object> data = Map.of("x", new byte[] {0, 1, (byte) 0xFE, (byte) 0xFF}, "y", new byte[70000]);
                var r = s.run("RETURN $x AS x, $y AS y", data).single();
                return Text.of(r.get(0)) + ", " + r.get(1).asByteArray().length;
            }
        });
        step("large values", () -> {
            try (var s = d.session()) {
                Map<String, Object> data = Map.of("x", "x".repeat(1 << 20), "y", Collections.nCopies(100000, 0));
                var r = s.run("RETURN $x AS x, $y AS y", data).single();
                return r.get(0).asString().length() + ", " + r.get(1).size();
            }
        });
    }

    private void streams() {
        var pieces = SessionConfig.builder().withFetchSize(1000).build();
        step("rows", () -> {
            try (var s = d.session(pieces)) {
                long n = 0;
                long sum = 0;
                for (var r = s.run(MANY); r.hasNext(); n++) {
                    sum += r.next().get(0).asLong();
                }
                return n + ", sum " + sum;
            }
        });
        step("abandoned rows", () -> {
            try (var s = d.session(pieces)) {
                var r = s.run(MANY);
                for (int i = 0; i < 2500; i++) {
                    r.next();
                }
                r.consume();
                return "then [" + s.run("RETURN 1").single().get(0) + "]";
            }
        });
        step("failure after a row", () -> {
            try (var s = d.session()) {
                var rows = new ArrayList<Value>();
                var failure = code(() -> s.run("UNWIND [1, 0, 2] AS x RETURN 10 / x AS y").forEachRemaining(r -> rows.add(r.get(0))));
                return rows + ", then " + failure;
            }
        });
        step("cancellation", () -> "not covered: the blocking API can not cancel");
    }

    private String ended(Consumer<Transaction> end) {
        try (var s = d.session()) {
            var tx = s.beginTransaction();
            tx.run("CREATE (:Ended)").consume();
            end.accept(tx);
            tx.close();
        }
        return number("MATCH (n:Ended) DELETE n RETURN count(n)");
    }

    private <T> List<T> together(List<Callable<T>> workers) throws Exception {
        var threads = Executors.newFixedThreadPool(workers.size());
        try {
            var out = new ArrayList<T>();
            for (Future<T> f : threads.invokeAll(workers)) {
                out.add(f.get());
            }
            return out;
        } finally {
            threads.shutdown();
        }
    }

    private Void lockBoth(List<String> names, AtomicInteger attempts, CyclicBarrier both) {
        var met = new AtomicInteger();
        try (var s = d.session()) {
            Version.write(s, run -> {
                attempts.incrementAndGet();
                for (var name : names) {
                    run.apply("MATCH (f:Lock {name: $name}) SET f.n = 1 RETURN 1", Map.of("name", name)).consume();
                    if (met.getAndIncrement() == 0) {
                        try {
                            both.await();
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                    }
                }
                return null;
            });
        }
        return null;
    }

    private void transactions() {
        step("commit", () -> ended(Transaction::commit));
        step("rollback", () -> ended(Transaction::rollback));
        step("transactions as text", () -> {
            try (var s = d.session()) {
                for (var q : List.of("BEGIN", "CREATE (:Text)", "COMMIT", "BEGIN", "CREATE (:Text)", "ROLLBACK")) {
                    s.run(q).consume();
                }
            }
            return number("MATCH (n:Text) DETACH DELETE n RETURN count(n)");
        });
        step("conflict", () -> {
            Callable<Void> worker = () -> {
                try (var s = d.session()) {
                    for (int i = 0; i < 10; i++) {
                        Version.write(s, run -> run.apply("MATCH (c:Counter) SET c.n = c.n + 1 RETURN c.n", Map.of()).consume());
                    }
                }
                return null;
            };
            together(Collections.nCopies(4, worker));
            return number("MATCH (c:Counter) WITH c, c.n AS n SET c.n = 0 RETURN n");
        });
        step("deadlock", () -> {
            var attempts = new AtomicInteger();
            var both = new CyclicBarrier(2);
            together(List.<Callable<Void>>of(
                    () -> lockBoth(List.of("a", "b"), attempts, both), () -> lockBoth(List.of("b", "a"), attempts, both)));
            return attempts + " attempts";
        });
        step("bookmark", () -> {
            try (var s = d.session()) {
                s.run("CREATE (:Marked)").consume();
                var marks = Version.bookmarks(s);
                try (var next = d.session(SessionConfig.builder().withBookmarks(marks).build())) {
                    return marks.size() + ", then " + next.run("MATCH (n:Marked) DELETE n RETURN count(n)").single().get(0);
                }
            }
        });
        step("timeout", () -> {
            try (var s = d.session()) {
                var config = TransactionConfig.builder().withTimeout(Duration.ofMillis(200)).build();
                return then(s, () -> s.run(ENDLESS, config).consume());
            }
        });
        step("metadata", () -> {
            try (var s = d.session()) {
                var config = TransactionConfig.builder().withMetadata(Map.of("foo", 1.5, "bar", "baz")).build();
                return Text.of(s.run("CALL tx.getMetaData()", config).single().get(0));
            }
        });
    }

    private void summaries() {
        step("notification", () -> {
            var n = summary("EXPLAIN MATCH (n), (m) RETURN n, m").notifications();
            return n.size() + ", " + n.get(0).code();
        });
        step("counters", () -> {
            var c = summary("CREATE (:Counted {a: 1, b: 2})-[:KNOWS {c: 3}]->(:Counted)").counters();
            return "%d nodes, %d relationships, %d properties, %d labels"
                    .formatted(c.nodesCreated(), c.relationshipsCreated(), c.propertiesSet(), c.labelsAdded());
        });
        step("summary", () -> {
            var s = summary("MATCH (n:Counted) DETACH DELETE n");
            var type = Map.of("READ_ONLY", "r", "READ_WRITE", "rw", "WRITE_ONLY", "w", "SCHEMA_WRITE", "s").get(s.queryType().name());
            return "type %s, database %s, %d deleted".formatted(type, s.database().name(), s.counters().nodesDeleted());
        });
        step("explain", () -> summary("EXPLAIN MATCH (n:Fixture) RETURN n").plan().operatorType());
        step("profile", () -> {
            var p = summary("PROFILE UNWIND [1, 2, 3] AS x RETURN x").profile();
            return p.operatorType() + ", " + p.records() + " rows";
        });
    }

    private String parallel() throws Exception {
        Callable<Long> worker = () -> single("UNWIND range(1, 1000) AS x RETURN sum(x) AS n").asLong();
        return "" + together(Collections.nCopies(20, worker)).stream().mapToLong(x -> x).sum();
    }

    private void pool() {
        step("parallel", this::parallel);
        step("restart", () -> {
            ask("restart");
            try (var s = d.session()) {
                var kept = Version.write(s, run -> run.apply("MATCH (n:Unique) RETURN n.key", Map.of()).single().get(0));
                return kept + ", then " + parallel();
            }
        });
        if (CA == null) {
            return;
        }
        step("new certificate", () -> {
            try (var s = d.session();
                    var tx = s.beginTransaction()) {
                ask("reload");
                var n = tx.run("RETURN 1").single().get(0);
                tx.commit();
                return "[" + n + "], then " + connect("bolt", CA);
            }
        });
    }
}
