"""Does with py2neo what a program does every day."""

import os

from py2neo import Graph, Node, Relationship
from py2neo.errors import ClientError

scheme = "bolt+ssc" if "DRAWBOLT_CA" in os.environ else "bolt"
graph = Graph(
    "%s://%s:%s" % (scheme, os.environ["DRAWBOLT_HOST"], os.environ["DRAWBOLT_PORT"]),
    auth=(os.environ["DRAWBOLT_USER"], os.environ["DRAWBOLT_PASSWORD"]))


def step(name, run):
    try:
        result = run()
    except Exception as e:
        result = "failed: %s: %s" % (type(e).__name__, e)
    print("%s: %s" % (name, result), flush=True)


def create():
    ada, notes = Node("Writer", name="Ada"), Node("Book", title="Notes")
    graph.create(Relationship(ada, "WROTE", notes, year=1843))
    return graph.nodes.match("Writer", name="Ada").first()["name"]


def change():
    ada = graph.nodes.match("Writer", name="Ada").first()
    ada["born"] = 1815
    graph.push(ada)
    return graph.evaluate("MATCH (w:Writer) RETURN w.born")


def rollback():
    tx = graph.begin()
    tx.create(Node("Writer", name="Grace"))
    graph.rollback(tx)
    return graph.nodes.match("Writer").count()


def failure():
    try:
        graph.run("NOT CYPHER")
    except ClientError as e:
        return e.code
    return "it works"


step("query", lambda: graph.evaluate("UNWIND range(1, 10000) AS x RETURN sum(x)"))
step("create", create)
step("relationship", lambda: graph.relationships.match(r_type="WROTE").first()["year"])
step("change", change)
step("rollback", rollback)
step("failure", failure)
step("table", lambda: graph.run("UNWIND [1, 2] AS x RETURN x, x * 2 AS y").data())
step("delete", lambda: graph.run("MATCH (n) WHERE n:Writer OR n:Book DETACH DELETE n") and graph.nodes.match("Writer").count())
