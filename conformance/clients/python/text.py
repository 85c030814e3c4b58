"""Values in the notation of the scenario."""

import struct

from neo4j import graph, spatial, time


def quote(s):
    return '"%s"' % "".join(
        c if " " <= c <= "~" and c not in '"\\' else "\\u{%X}" % ord(c) for c in s
    )


def fields(m):
    return "{%s}" % ", ".join("%s: %s" % (k, text(m[k])) for k in sorted(m))


def node(n):
    return "(%s %s)" % ("".join(":" + l for l in sorted(n.labels)), fields(dict(n)))


def relationship(r):
    return "[:%s %s]" % (r.type, fields(dict(r)))


def path(p):
    out = node(p.nodes[0])
    for at, r, to in zip(p.nodes, p.relationships, p.nodes[1:]):
        forward = r.start_node == at
        out += ("-" if forward else "<-") + relationship(r)
        out += ("->" if forward else "-") + node(to)
    return out


def date(d):
    return "%d-%02d-%02d" % (d.year, d.month, d.day)


def clock(t):
    return "%02d:%02d:%02d.%09d" % (t.hour, t.minute, int(t.second), t.nanosecond)


def offset(t):
    return "%+d" % t.utcoffset().total_seconds()


def text(v):
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
    if isinstance(v, (bytes, bytearray)):
        return "b" + v.hex()
    if isinstance(v, list):
        return "[%s]" % ", ".join(map(text, v))
    if isinstance(v, graph.Node):
        return node(v)
    if isinstance(v, graph.Relationship):
        return relationship(v)
    if isinstance(v, graph.Path):
        return path(v)
    if isinstance(v, time.DateTime):
        out = "%sT%s" % (date(v), clock(v))
        if v.tzinfo is None:
            return "localdatetime " + out
        zone = getattr(v.tzinfo, "zone", None)
        return " ".join(["datetime", out, offset(v)] + ([zone] if zone else []))
    if isinstance(v, time.Date):
        return "date " + date(v)
    if isinstance(v, time.Time):
        if v.tzinfo is None:
            return "localtime " + clock(v)
        return "time %s %s" % (clock(v), offset(v))
    if isinstance(v, time.Duration):
        return "duration %d %d %d %d" % (v.months, v.days, v.seconds, v.nanoseconds)
    if isinstance(v, spatial.Point):
        return " ".join(["point", str(v.srid)] + [text(float(c)) for c in v])
    return fields(v)
