"""Plays the scenario with pymgclient."""

import datetime
import multiprocessing
import os
import struct
import sys
from concurrent.futures import ThreadPoolExecutor

import mgclient

ENDLESS = "UNWIND range(1, 100000000000) AS x WITH x WHERE x < 0 RETURN count(x) AS n"
CA = os.environ.get("DRAWBOLT_CA")
# Values that the library's C part ends the process for.
ABORT = ("far dates", "time", "extreme offsets", "point", "point in space", "place", "place with height")
REQUIRE, DISABLE = mgclient.MG_SSLMODE_REQUIRE, mgclient.MG_SSLMODE_DISABLE


def step(name, run):
    try:
        result = run()
    except Exception as e:
        result = "failed: %s: %s" % (type(e).__name__, e)
    print("%s: %s" % (name, result), flush=True)


def uncovered(name, why):
    step(name, lambda: "not covered: " + why)


def ask(what):
    """Lets the runner do something to the server."""
    print(">", what, flush=True)
    sys.stdin.readline()


def connect(autocommit=True, password=os.environ["DRAWBOLT_PASSWORD"], **options):
    options.setdefault("sslmode", REQUIRE if CA else DISABLE)
    c = mgclient.connect(
        host=os.environ["DRAWBOLT_HOST"], port=int(os.environ["DRAWBOLT_PORT"]),
        username=os.environ["DRAWBOLT_USER"], password=password, **options)
    if not options.get("lazy"):  # which can not be without
        c.autocommit = autocommit
    return c


def rows(c, query, params=None):
    cursor = c.cursor()
    cursor.execute(query, params or {})
    return cursor.fetchall()


def single(c, query, params=None):
    return rows(c, query, params)[0][0]


def ok(c):
    c.close()
    return "ok"


def refused(**options):
    try:
        connect(**options)
    except mgclient.Error:
        return "refused"
    return "it works"


def failure(c, query):
    """The class is all that a program can tell failures apart by."""
    try:
        rows(c, query)
    except mgclient.Error as e:
        return "%s, then [%d]" % (type(e).__name__, single(c, "RETURN 1"))
    return "it works"


def together(workers):
    """Runs functions in processes: a thread that waits for a lock of the server stops all others."""
    fork = multiprocessing.get_context("fork")
    running = [fork.Process(target=w) for w in workers]
    for p in running:
        p.start()
    for p in running:
        p.join()
        if p.exitcode:
            raise RuntimeError("a process ends with %d" % p.exitcode)


def quote(s):
    return '"%s"' % "".join(
        x if " " <= x <= "~" and x not in '"\\' else "\\u{%X}" % ord(x) for x in s)


def fields(m):
    return "{%s}" % ", ".join("%s: %s" % (k, text(m[k])) for k in sorted(m))


def node(n):
    return "(%s %s)" % ("".join(":" + l for l in sorted(n.labels)), fields(n.properties))


def relationship(r):
    return "[:%s %s]" % (r.type, fields(r.properties))


def path(p):
    out = node(p.nodes[0])
    for at, r, to in zip(p.nodes, p.relationships, p.nodes[1:]):
        forward = r.start_id == at.id
        out += ("-" if forward else "<-") + relationship(r) + ("->" if forward else "-") + node(to)
    return out


def clock(t):
    return "%02d:%02d:%02d.%09d" % (t.hour, t.minute, t.second, t.microsecond * 1000)


def day(d):
    return "%d-%02d-%02d" % (d.year, d.month, d.day)


def moment(v):
    if v.tzinfo is None:
        return "localdatetime %sT%s" % (day(v), clock(v))
    zone = getattr(v.tzinfo, "key", None)
    return "datetime %sT%s %+d%s" % (day(v), clock(v), v.utcoffset().total_seconds(), " " + zone if zone else "")


def text(v):
    """Writes a value in the notation of the scenario."""
    if v is None:
        return "null"
    if isinstance(v, bool):
        return str(v).lower()
    if isinstance(v, int):
        return str(v)
    if isinstance(v, float):
        return "fNaN" if v != v else "f" + struct.pack(">d", v).hex()
    if isinstance(v, str):
        return quote(v)
    if isinstance(v, list):
        return "[%s]" % ", ".join(map(text, v))
    if isinstance(v, dict):
        return fields(v)
    if isinstance(v, mgclient.Node):
        return node(v)
    if isinstance(v, mgclient.Relationship):
        return relationship(v)
    if isinstance(v, mgclient.Path):
        return path(v)
    if isinstance(v, datetime.datetime):
        return moment(v)
    if isinstance(v, datetime.date):
        return "date " + day(v)
    if isinstance(v, datetime.time):
        return "localtime " + clock(v)
    if isinstance(v, datetime.timedelta):
        return "duration 0 %d %d %d" % (v.days, v.seconds, v.microseconds * 1000)
    return "%s %r" % (type(v).__name__, v)


def value(c, expression):
    if expression.startswith("MATCH"):
        return text(single(c, expression))
    x = single(c, "RETURN %s AS x" % expression)
    back, n = rows(c, "UNWIND [$x, %s] AS v WITH DISTINCT v RETURN $x AS x, count(*) AS n" % expression, {"x": x})[0]
    if text(back) != text(x) or n != 1:
        return "%s, back %s, %d values" % (text(x), text(back), n)
    return text(x)


def values():
    with open(os.environ["DRAWBOLT_VALUES"], encoding="utf-8") as file:
        for line in file:
            if line.startswith("#"):
                continue
            name, expression, _ = line.rstrip("\n").split("\t")
            if name in ABORT:
                uncovered("value " + name, "such a value aborts the process")
                continue
            step("value " + name, lambda: value(connect(), expression))
    uncovered("bytes", "the API has no such value")

    def large():
        x, y = rows(connect(), "RETURN $x AS x, $y AS y", {"x": "x" * (1 << 20), "y": [0] * 100000})[0]
        return "%d, %d" % (len(x), len(y))
    step("large values", large)


def streams():
    many = "UNWIND range(0, 99999) AS x RETURN x"

    def lazy():
        cursor = connect(lazy=True).cursor()
        cursor.execute(many)
        n = total = 0
        for row in iter(cursor.fetchone, None):
            n, total = n + 1, total + row[0]
        return "%d, sum %d" % (n, total)
    step("rows", lazy)
    uncovered("abandoned rows", "a cursor reads its result to the end")

    def late():
        c = connect(lazy=True)
        cursor, got = c.cursor(), []
        cursor.execute("UNWIND [1, 0, 2] AS x RETURN 10 / x AS y")
        try:
            for row in iter(cursor.fetchone, None):
                got.append(row[0])
        except mgclient.Error as e:
            return "%s, then %s" % (got, type(e).__name__)
        return "it works"
    step("failure after a row", late)
    uncovered("cancellation", "the API can not cancel")


def transactions():
    """Autocommit off, the default, sends BEGIN, COMMIT and ROLLBACK as text."""
    def ended(end):
        c = connect(autocommit=False)
        rows(c, "CREATE (:Ended)")
        end(c)
        return single(connect(), "MATCH (n:Ended) DELETE n RETURN count(n)")
    step("commit", lambda: ended(lambda c: c.commit()))
    step("rollback", lambda: ended(lambda c: c.rollback()))

    def as_text():
        c = connect()
        for q in ("BEGIN", "CREATE (:Text)", "COMMIT", "BEGIN", "CREATE (:Text)", "ROLLBACK"):
            rows(c, q)
        return single(c, "MATCH (n:Text) DETACH DELETE n RETURN count(n)")
    step("transactions as text", as_text)

    def write(c, work):
        """The API has no retry of its own for one server."""
        while True:
            try:
                work(c)
                return c.commit()
            except mgclient.TransientError:
                c.rollback()

    def conflict():
        def worker():
            c = connect(autocommit=False)
            for _ in range(10):
                write(c, lambda c: rows(c, "MATCH (c:Counter) SET c.n = c.n + 1 RETURN c.n"))
        together([worker] * 4)
        return single(connect(), "MATCH (c:Counter) WITH c, c.n AS n SET c.n = 0 RETURN n")
    step("conflict", conflict)

    def deadlock():
        attempts, both = multiprocessing.Value("i"), multiprocessing.Barrier(2)

        def worker(names):
            met = []

            def work(c):
                with attempts:
                    attempts.value += 1
                for name in names:
                    rows(c, "MATCH (f:Lock {name: $name}) SET f.n = 1 RETURN 1", {"name": name})
                    if not met:
                        met.append(name)
                        both.wait()
            write(connect(autocommit=False), work)
        together([lambda: worker("ab"), lambda: worker("ba")])
        return "%d attempts" % attempts.value
    step("deadlock", deadlock)
    for name in ("bookmark", "timeout", "metadata"):
        uncovered(name, "the API has no such option")


def pool():
    def parallel():
        with ThreadPoolExecutor(20) as workers:
            connections = list(workers.map(lambda _: connect(), range(20)))
            return sum(workers.map(lambda c: single(c, "UNWIND range(1, 1000) AS x RETURN sum(x) AS n"), connections))
    step("parallel", parallel)

    def restart():
        c = connect()
        ask("restart")
        try:
            rows(c, "RETURN 1")
            return "the connection outlives its server"
        except mgclient.Error:
            return "%d, then %d" % (single(connect(), "MATCH (n:Unique) RETURN n.key"), parallel())
    step("restart", restart)

    def reload():
        c = connect(autocommit=False)
        rows(c, "RETURN 1")
        ask("reload")
        n = single(c, "RETURN 1")
        c.commit()
        return "[%d], then %s" % (n, ok(connect()))
    if CA:
        step("new certificate", reload)


def main():
    if CA:
        step("connect trusting all", lambda: ok(connect()))
        uncovered("connect with the authority", "the API shows a program the key's fingerprint only")
        step("connect without the authority", lambda: refused(trust_callback=lambda *_: False))
        step("connect in plaintext", lambda: refused(sslmode=DISABLE))
    step("wrong password", lambda: refused(password="wrong"))
    uncovered("protocol", "the API does not tell")
    values()
    streams()
    transactions()
    for name, query in (
        ("syntax error", "NOT CYPHER"),
        ("missing parameter", "RETURN $missing"),
        ("constraint", "CREATE (n:Unique {key: 1}) RETURN n"),
    ):
        step(name, lambda: failure(connect(), query))
    for name in ("notification", "counters", "summary", "explain", "profile"):
        uncovered(name, "the API hides the summary")

    def routing():
        c = mgclient.connect(
            routing=True, host=os.environ["DRAWBOLT_HOST"], port=int(os.environ["DRAWBOLT_PORT"]),
            username=os.environ["DRAWBOLT_USER"], password=os.environ["DRAWBOLT_PASSWORD"],
            sslmode=REQUIRE if CA else DISABLE)
        return single(c, "RETURN 1")
    step("routing", routing)
    pool()


main()
