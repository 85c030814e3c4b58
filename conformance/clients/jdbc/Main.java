import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.logging.LogManager;

/** Does over JDBC what a program does every day, and sends every value there and back. */
public final class Main {
    private static final String CA = System.getenv("DRAWBOLT_CA");

    private Main() {}

    public static void main(String[] args) throws Exception {
        LogManager.getLogManager().reset();
        if (CA != null) {
            step("connect trusting all", () -> connect("neo4j+ssc"));
            step("connect in plaintext", () -> connect("neo4j"));
            trust(); // before the machine's authorities are read
            step("connect with the authority", () -> connect("neo4j+s"));
        }
        step("wrong password", () -> code(() -> open(scheme(), "wrong").close()));
        step("values", Main::values);
        try (var c = open()) {
            step("server", () -> c.getMetaData().getDatabaseProductName());
            step("tables", () -> tables(c));
            step("rows", () -> rows(c, Integer.MAX_VALUE));
            step("abandoned rows", () -> rows(c, 2500) + ", then " + number(c, "RETURN 1 AS n"));
            step("update count", () -> String.valueOf(c.createStatement().executeUpdate("CREATE (:Counted {x: 1}), (:Counted {x: 2})")));
            step("batch", () -> batch(c));
            step("commit", () -> ended(c, true));
            step("rollback", () -> ended(c, false));
            step("timeout", () -> timeout(c));
            step("syntax error", () -> code(() -> number(c, "NOT CYPHER")) + ", then " + number(c, "RETURN 1 AS n"));
            step("constraint", () -> code(() -> number(c, "CREATE (n:Unique {key: 1}) RETURN 1 AS n")) + ", then " + number(c, "RETURN 1 AS n"));
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

    /** Makes the authority one of the machine's, which are all that the driver's URL can name. */
    private static void trust() throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (var in = new FileInputStream(CA)) {
            store.setCertificateEntry("authority", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var file = Files.createTempFile("authority", ".p12").toFile();
        file.deleteOnExit();
        try (var out = new FileOutputStream(file)) {
            store.store(out, "changeit".toCharArray());
        }
        System.setProperty("javax.net.ssl.trustStore", file.getPath());
        System.setProperty("javax.net.ssl.trustStorePassword", "changeit");
    }

    private static String scheme() {
        return CA == null ? "neo4j" : "neo4j+s";
    }

    private static Connection open() throws SQLException {
        return open(scheme(), System.getenv("DRAWBOLT_PASSWORD"));
    }

    private static Connection open(String scheme, String password) throws SQLException {
        var more = new Properties();
        more.setProperty("user", System.getenv("DRAWBOLT_USER"));
        more.setProperty("password", password);
        return DriverManager.getConnection(
                "jdbc:" + scheme + "://" + System.getenv("DRAWBOLT_HOST") + ":" + System.getenv("DRAWBOLT_PORT") + "/neo4j", more);
    }

    private static String connect(String scheme) {
        try (var c = open(scheme, System.getenv("DRAWBOLT_PASSWORD"))) {
            return c.isValid(1) ? "ok" : "not valid";
        } catch (SQLException | CompletionException e) {
            return "refused";
        }
    }

    private interface Run {
        void run() throws Exception;
    }

    private static String code(Run r) throws Exception {
        try {
            r.run();
            return "it works";
        } catch (SQLException e) {
            return e.getSQLState() == null ? e.getClass().getSimpleName() : e.getSQLState();
        } catch (CompletionException e) { // of a login
            return e.getCause().getMessage();
        }
    }

    private static long number(Connection c, String text) throws SQLException {
        try (var s = c.createStatement(); var rows = s.executeQuery(text)) {
            rows.next();
            return rows.getLong("n");
        }
    }

    /** Names the values that do not come back as they were. */
    private static String values() throws Exception {
        var lost = new ArrayList<String>();
        for (var line : Files.readAllLines(Path.of(System.getenv("DRAWBOLT_VALUES")))) {
            var row = line.split("\t");
            if (line.startsWith("#") || row[1].startsWith("MATCH")) {
                continue;
            }
            try (var c = open()) {
                if (!same(c, row[1])) {
                    lost.add(row[0]);
                }
            } catch (SQLException | RuntimeException e) {
                lost.add(row[0]);
            }
        }
        return "all but " + lost;
    }

    private static boolean same(Connection c, String expression) throws SQLException {
        Object x;
        try (var s = c.createStatement(); var rows = s.executeQuery("RETURN " + expression + " AS x")) {
            rows.next();
            x = rows.getObject("x");
        }
        try (var s = c.prepareStatement("UNWIND [$1, " + expression + "] AS v WITH DISTINCT v RETURN count(*) AS n")) {
            s.setObject(1, x);
            try (var rows = s.executeQuery()) {
                rows.next();
                return rows.getLong("n") == 1;
            }
        }
    }

    /** The driver shows labels as tables. */
    private static String tables(Connection c) throws SQLException {
        var names = new ArrayList<String>();
        try (var rows = c.getMetaData().getTables(null, null, "%", new String[] {"TABLE"})) {
            while (rows.next()) {
                names.add(rows.getString("TABLE_NAME"));
            }
        }
        names.sort(null);
        return names.toString();
    }

    private static String rows(Connection c, int wanted) throws SQLException {
        try (var s = c.createStatement()) {
            s.setFetchSize(1000);
            try (var rows = s.executeQuery("UNWIND range(0, 99999) AS n RETURN n")) {
                long count = 0;
                long sum = 0;
                while (count < wanted && rows.next()) {
                    count++;
                    sum += rows.getLong("n");
                }
                return count + ", sum " + sum;
            }
        }
    }

    private static String batch(Connection c) throws SQLException {
        try (var s = c.prepareStatement("CREATE (:Batched {n: $1})")) {
            for (var i = 0; i < 100; i++) {
                s.setInt(1, i);
                s.addBatch();
            }
            s.executeBatch();
        }
        return String.valueOf(number(c, "MATCH (n:Batched) RETURN sum(n.n) AS n"));
    }

    private static String ended(Connection c, boolean commit) throws SQLException {
        c.setAutoCommit(false);
        c.createStatement().executeUpdate("CREATE (:Ended)");
        if (commit) {
            c.commit();
        } else {
            c.rollback();
        }
        c.setAutoCommit(true);
        return String.valueOf(number(c, "MATCH (n:Ended) DELETE n RETURN count(n) AS n"));
    }

    private static String timeout(Connection c) throws Exception {
        try (var s = c.createStatement()) {
            s.setQueryTimeout(1);
            return code(() -> s.executeQuery("UNWIND range(1, 100000000000) AS x WITH x WHERE x < 0 RETURN count(x) AS n").next())
                    + ", then " + number(c, "RETURN 1 AS n");
        }
    }
}
