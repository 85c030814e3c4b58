"""Plays the scenario with the Python driver, versions 4 to 6."""

import os
import ssl
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import neo4j
from neo4j.exceptions import Neo4jError

from text import text

warnings.simplefilter("ignore")  # what is deprecated in one version is all that another has

ENDLESS = "UNWIND range(1, 100000000000) AS x WITH x WHERE x < 0 RETURN count(x) AS n"
CA = os.environ.get("DRAWBOLT_CA")
ASYNC = sys.argv[1:] == ["async"]
V4 = neo4j.__version__.startswith("4.")

if ASYNC:
    import asynchronous
    GraphDatabase = asynchronous.GraphDatabase
else:
    GraphDatabase = neo4j.GraphDatabase


def step(name, run):
    try:
        result = run()
    except Exception as e:
        result = "failed: %s: %s" % (type(e).__name__, e)
    print("%s: %s" % (name, result), flush=True)


def ask(what):
    """Lets the runner do something to the server."""
    print(">", what, flush=True)
    sys.stdin.readline()


def open_driver(scheme, password=os.environ["DRAWBOLT_PASSWORD"], **config):
    return GraphDatabase.driver(
        "%s://%s:%s" % (scheme, os.environ["DRAWBOLT_HOST"], os.environ["DRAWBOLT_PORT"]),
        auth=(os.environ["DRAWBOLT_USER"], password),
        max_connection_pool_size=20, max_transaction_retry_time=60, **config)


def trusted(scheme, **config):
    """Trusts the authority, as an API of version 4 can: by OpenSSL's variable."""
    if not CA:
        return open_driver(scheme, **config)
    if V4:
        os.environ["SSL_CERT_FILE"] = CA
        return open_driver(scheme + "+s", **config)
    return open_driver(scheme, encrypted=True, trusted_certificates=neo4j.TrustCustomCAs(CA), **config)


def connect(open_it):
    with open_it() as d:
        d.verify_connectivity()
    return "ok"


def attempt(scheme):
    """Connects once and prints what a user sees."""
    try:
        trust = CA and scheme.endswith("+s")
        print(connect(lambda: trusted(scheme[:-2]) if trust else open_driver(scheme)))
    except Exception as e:
        print(e)


def refused(open_it):
    try:
        connect(open_it)
    except (neo4j.exceptions.DriverError, ssl.SSLError):
        return "refused"
    return "it works"


def single(s, query, **params):
    return s.run(query, params).single()[0]


def number(d, query):
    with d.session() as s:
        return single(s, query)


def write(s, work):
    """Uses the driver's own retry."""
    return (s.write_transaction if V4 else s.execute_write)(work)


def code(run):
    try:
        run()
    except Neo4jError as e:
        return e.code
    return "it works"


def value(d, expression):
    with d.session() as s:
        if expression.startswith("MATCH"):
            return text(single(s, expression))
        x = single(s, "RETURN %s AS x" % expression)
        back, n = s.run("UNWIND [$x, %s] AS v WITH DISTINCT v RETURN $x AS x, count(*) AS n" % expression, x=x).single()
        if text(back) != text(x) or n != 1:
            return "%s, back %s, %d values" % (text(x), text(back), n)
        return text(x)


def values(d):
    with open(os.environ["DRAWBOLT_VALUES"], encoding="utf-8") as file:
        for line in file:
            if line.startswith("#"):
                continue
            name, expression, _ = line.rstrip("\n").split("\t")
            if name == "far dates":
                step("value far dates", lambda: "not covered: dates have the years 1 to 9999")
                continue
            step("value " + name, lambda: value(d, expression))

    def data():
        with d.session() as s:
            x, y = s.run("RETURN $x AS x, $y AS y", x=b"\x00\x01\xfe\xff", y=bytes(70000)).single()
            return "%s, %d" % (text(x), len(y))
    step("bytes", data)

    def large():
        with d.session() as s:
            x, y = s.run("RETURN $x AS x, $y AS y", x="x" * (1 << 20), y=[0] * 100000).single()
            return "%d, %d" % (len(x), len(y))
    step("large values", large)


def streams(d):
    many = "UNWIND range(0, 99999) AS x RETURN x"

    def rows():
        with d.session(fetch_size=1000) as s:
            xs = [r[0] for r in s.run(many)]
            return "%d, sum %d" % (len(xs), sum(xs))
    step("rows", rows)

    def abandoned():
        with d.session(fetch_size=1000) as s:
            r = s.run(many)
            for _ in range(2500):
                next(iter(r))
            r.consume()
            return "then [%d]" % single(s, "RETURN 1")
    step("abandoned rows", abandoned)

    def late():
        with d.session() as s:
            got = []
            failure = code(lambda: [got.append(r[0]) for r in s.run("UNWIND [1, 0, 2] AS x RETURN 10 / x AS y")])
            return "%s, then %s" % (got, failure)
    step("failure after a row", late)

    def cancellation():
        if not ASYNC:
            return "not covered: only the API for asyncio can cancel"
        return number(d, "RETURN 1") if asynchronous.cancelled(d, ENDLESS) else "the query ended"
    step("cancellation", cancellation)


def transactions(d):
    def ended(end):
        with d.session() as s:
            tx = s.begin_transaction()
            tx.run("CREATE (:Ended)").consume()
            end(tx)
        return number(d, "MATCH (n:Ended) DELETE n RETURN count(n)")
    step("commit", lambda: ended(lambda tx: tx.commit()))
    step("rollback", lambda: ended(lambda tx: tx.rollback()))

    def as_text():
        with d.session() as s:
            for q in ("BEGIN", "CREATE (:Text)", "COMMIT", "BEGIN", "CREATE (:Text)", "ROLLBACK"):
                s.run(q).consume()
        return number(d, "MATCH (n:Text) DETACH DELETE n RETURN count(n)")
    step("transactions as text", as_text)

    def conflict():
        def worker(_):
            with d.session() as s:
                for _ in range(10):
                    write(s, lambda tx: tx.run("MATCH (c:Counter) SET c.n = c.n + 1 RETURN c.n").consume())
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(worker, range(4)))
        return number(d, "MATCH (c:Counter) WITH c, c.n AS n SET c.n = 0 RETURN n")
    step("conflict", conflict)

    def deadlock():
        attempts, both = [], threading.Barrier(2)

        def worker(names):
            met = []

            def work(tx):
                attempts.append(names)
                for name in names:
                    tx.run("MATCH (f:Lock {name: $name}) SET f.n = 1 RETURN 1", name=name).consume()
                    if not met:
                        met.append(name)
                        both.wait()
            with d.session() as s:
                write(s, work)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(worker, ("ab", "ba")))
        return "%d attempts" % len(attempts)
    step("deadlock", deadlock)

    def bookmark():
        with d.session() as s:
            s.run("CREATE (:Marked)").consume()
            marks = s.last_bookmark() if V4 else s.last_bookmarks()
        with d.session(bookmarks=[marks] if V4 else marks) as s:
            n = single(s, "MATCH (n:Marked) DELETE n RETURN count(n)")
        return "%d, then %d" % (1 if V4 else len(marks.raw_values), n)
    step("bookmark", bookmark)

    def timeout():
        with d.session() as s:
            failure = code(lambda: s.run(neo4j.Query(ENDLESS, timeout=0.2)).consume())
            return "%s, then [%d]" % (failure, single(s, "RETURN 1"))
    step("timeout", timeout)

    def metadata():
        with d.session() as s:
            query = neo4j.Query("CALL tx.getMetaData()", metadata={"foo": 1.5, "bar": "baz"})
            return text(s.run(query).single()[0])
    step("metadata", metadata)


def failures(d):
    for name, query in (
        ("syntax error", "NOT CYPHER"),
        ("missing parameter", "RETURN $missing"),
        ("constraint", "CREATE (n:Unique {key: 1}) RETURN n"),
    ):
        def fail():
            with d.session() as s:
                return "%s, then [%d]" % (code(lambda: s.run(query).consume()), single(s, "RETURN 1"))
        step(name, fail)


def summaries(d):
    def summary(query):
        with d.session() as s:
            return s.run(query).consume()

    def notification():
        n = summary("EXPLAIN MATCH (n), (m) RETURN n, m").notifications
        return "%d, %s" % (len(n), n[0]["code"])
    step("notification", notification)

    def counters():
        c = summary("CREATE (:Counted {a: 1, b: 2})-[:KNOWS {c: 3}]->(:Counted)").counters
        return "%d nodes, %d relationships, %d properties, %d labels" % (
            c.nodes_created, c.relationships_created, c.properties_set, c.labels_added)
    step("counters", counters)

    def fields():
        s = summary("MATCH (n:Counted) DETACH DELETE n")
        return "type %s, database %s, %d deleted" % (s.query_type, s.database, s.counters.nodes_deleted)
    step("summary", fields)
    step("explain", lambda: summary("EXPLAIN MATCH (n:Fixture) RETURN n").plan["operatorType"])

    def profile():
        p = summary("PROFILE UNWIND [1, 2, 3] AS x RETURN x").profile
        return "%s, %d rows" % (p["operatorType"], p["rows"])
    step("profile", profile)


def pool(d):
    def parallel():
        with ThreadPoolExecutor(20) as workers:
            sums = workers.map(lambda _: number(d, "UNWIND range(1, 1000) AS x RETURN sum(x) AS n"), range(20))
            return sum(sums)
    step("parallel", parallel)

    def restart():
        ask("restart")
        with d.session() as s:
            kept = write(s, lambda tx: tx.run("MATCH (n:Unique) RETURN n.key").single()[0])
        return "%d, then %d" % (kept, parallel())
    step("restart", restart)

    def reload():
        with d.session() as s:
            tx = s.begin_transaction()
            ask("reload")
            n = tx.run("RETURN 1").single()[0]
            tx.commit()
        return "[%d], then %s" % (n, connect(lambda: trusted("bolt")))
    if CA:
        step("new certificate", reload)


def main():
    if CA:
        step("connect trusting all", lambda: connect(lambda: open_driver("bolt+ssc")))
        step("connect with the authority", lambda: connect(lambda: trusted("bolt")))
        os.environ.pop("SSL_CERT_FILE", None)
        step("connect without the authority", lambda: refused(lambda: open_driver("bolt+s")))
        step("connect in plaintext", lambda: refused(lambda: open_driver("bolt")))
    step("wrong password", lambda: code(lambda: connect(lambda: trusted("bolt", password="wrong"))))
    with trusted("bolt") as d:
        def protocol():
            with d.session() as s:
                return "%d.%d" % tuple(s.run("RETURN 1").consume().server.protocol_version)
        step("protocol", protocol)
        values(d)
        streams(d)
        transactions(d)
        failures(d)
        summaries(d)

        def routing():
            with trusted("neo4j") as routed:
                return number(routed, "RETURN 1")
        step("routing", routing)
        pool(d)


if sys.argv[1:2] == ["attempt"]:
    attempt(sys.argv[2])
else:
    main()
