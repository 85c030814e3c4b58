"""Does with GQLAlchemy what a program does every day."""

import os

from gqlalchemy import Field, Memgraph, Node, Relationship, match

db = Memgraph(
    host=os.environ["DRAWBOLT_HOST"], port=int(os.environ["DRAWBOLT_PORT"]),
    username=os.environ["DRAWBOLT_USER"], password=os.environ["DRAWBOLT_PASSWORD"],
    encrypted="DRAWBOLT_CA" in os.environ)


class Reader(Node):
    name: str = Field(index=True, unique=True, db=db)
    age: int | None = None


class Likes(Relationship, type="LIKES"):
    since: int | None = None


def step(name, run):
    try:
        result = run()
    except Exception as e:
        result = "failed: %s: %s" % (type(e).__name__, e)
    print("%s: %s" % (name, result), flush=True)


def save():
    Reader(name="Ada", age=36).save(db)
    Reader(name="Grace").save(db)
    ada, grace = Reader(name="Ada").load(db), Reader(name="Grace").load(db)
    Likes(_start_node_id=ada._id, _end_node_id=grace._id, since=1843).save(db)
    return "%s is %d" % (ada.name, ada.age)


def update():
    ada = Reader(name="Ada").load(db)
    ada.age = 37
    ada.save(db)
    return Reader(name="Ada").load(db).age


def query():
    rows = match(connection=db).node("Reader", variable="a").to("LIKES", variable="r").node(variable="b").return_().execute()
    return ", ".join("%s %d %s" % (r["a"].name, r["r"].since, r["b"].name) for r in rows)


def again():
    try:
        db.execute("CREATE (:Reader {name: 'Ada'})")
    except Exception as e:
        return type(e).__name__
    return "it works"


def constraints():
    return ", ".join(sorted("%s %s" % (c.label, "+".join(sorted(c.property if not isinstance(c.property, str) else [c.property])))
                            for c in db.get_constraints() if c.label == "Reader"))


step("indexes", lambda: ", ".join("%s %s" % (i.label, i.property) for i in db.get_indexes() if i.label == "Reader"))
step("constraints", constraints)
step("save", save)
step("update", update)
step("query", query)
step("duplicate", again)
step("storage", lambda: sorted(r["storage info"] for r in db.execute_and_fetch("SHOW STORAGE INFO"))[0] != "")
step("triggers", lambda: len(db.get_triggers()))
step("streams", lambda: len(db.get_streams()))
step("delete", lambda: db.execute("MATCH (r:Reader) DETACH DELETE r") or list(db.execute_and_fetch("MATCH (r:Reader) RETURN count(r) AS n"))[0]["n"])
