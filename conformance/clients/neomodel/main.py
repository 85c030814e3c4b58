"""Does with neomodel what a program does every day."""

import os
import sys
from contextlib import redirect_stdout

from neomodel import (IntegerProperty, RelationshipTo, StringProperty, StructuredNode, StructuredRel,
                      UniqueIdProperty, config, db)
from neomodel.exceptions import UniqueProperty

scheme = "bolt+ssc" if "DRAWBOLT_CA" in os.environ else "bolt"
config.DATABASE_URL = "%s://%s:%s@%s:%s" % (
    scheme, os.environ["DRAWBOLT_USER"], os.environ["DRAWBOLT_PASSWORD"],
    os.environ["DRAWBOLT_HOST"], os.environ["DRAWBOLT_PORT"])


class Wrote(StructuredRel):
    year = IntegerProperty()


class Book(StructuredNode):
    uid = UniqueIdProperty()
    title = StringProperty(unique_index=True)
    pages = IntegerProperty(index=True)


class Writer(StructuredNode):
    name = StringProperty(unique_index=True)
    books = RelationshipTo(Book, "WROTE", model=Wrote)


def step(name, run):
    try:
        with redirect_stdout(sys.stderr):  # the library talks
            result = run()
    except Exception as e:
        result = "failed: %s: %s" % (type(e).__name__, e)
    print("%s: %s" % (name, result), flush=True)


def save():
    ada = Writer(name="Ada").save()
    for title, pages in (("Notes", 66), ("Letters", 300)):
        ada.books.connect(Book(title=title, pages=pages).save(), {"year": 1843})
    return ", ".join(sorted(b.title for b in ada.books.all()))


def duplicate():
    try:
        Writer(name="Ada").save()
    except UniqueProperty:
        return "UniqueProperty"
    return "it works"


def transaction():
    try:
        with db.transaction:
            Writer(name="Grace").save()
            raise KeyError
    except KeyError:
        return len(Writer.nodes.filter(name="Grace"))


def delete():
    for node in list(Book.nodes.all()) + list(Writer.nodes.all()):
        node.delete()
    return len(Book.nodes) + len(Writer.nodes)


step("version", lambda: db.database_version.split(".")[0].isdigit())
step("install", lambda: db.install_all_labels() or "ok")
step("constraints", lambda: len([c for c in db.list_constraints() if set(c["labelsOrTypes"]) & {"Book", "Writer"}]))
step("save", save)
step("query", lambda: Writer.nodes.get(name="Ada").books.filter(pages__gt=100)[0].title)
step("relationship", lambda: (lambda w: w.books.relationship(w.books.get(title="Notes")).year)(Writer.nodes.get(name="Ada")))
step("order", lambda: ", ".join(b.title for b in Book.nodes.order_by("-pages")))
step("duplicate", duplicate)
step("rollback", transaction)
step("cypher", lambda: db.cypher_query("MATCH (b:Book) RETURN b ORDER BY b.title", resolve_objects=True)[0][0][0].title)
step("delete", delete)
step("remove", lambda: db.remove_all_labels() or len([c for c in db.list_constraints() if set(c["labelsOrTypes"]) & {"Book", "Writer"}]))
