"""Does with langchain-neo4j what a program does every day."""

import os

from langchain_neo4j import Neo4jGraph

scheme = "bolt+ssc" if "DRAWBOLT_CA" in os.environ else "bolt"


def step(name, run):
    try:
        result = run()
    except Exception as e:
        result = "failed: %s: %s" % (type(e).__name__, e)
    print("%s: %s" % (name, result), flush=True)


graph = Neo4jGraph(
    url="%s://%s:%s" % (scheme, os.environ["DRAWBOLT_HOST"], os.environ["DRAWBOLT_PORT"]),
    username=os.environ["DRAWBOLT_USER"], password=os.environ["DRAWBOLT_PASSWORD"], refresh_schema=False)


def schema():
    graph.refresh_schema()
    found = graph.get_structured_schema
    return "%s; %s" % (sorted(p["property"] for p in found["node_props"]["Fixture"]),
                       sorted(r["type"] for r in found["relationships"] if r["start"] == "Fixture" and r["end"] == "Fixture"))


step("query", lambda: graph.query("RETURN $x AS x", {"x": [1, "a", None]}))
step("schema", schema)
