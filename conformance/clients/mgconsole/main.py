"""Sends what mgconsole sends, through the library that mgconsole is built on:
whole statements outside of transactions, and transactions as text."""

import os

import mgclient

STATEMENTS = (
    "SHOW VERSION", "SHOW STORAGE INFO", "SHOW STORAGE INFO ON CURRENT DATABASE", "SHOW INDEX INFO", "SHOW CONSTRAINT INFO",
    "SHOW TRIGGERS", "SHOW DATABASE", "SHOW CONFIG", "SHOW TRANSACTIONS", "SHOW USERS", "DUMP DATABASE",
    "EXPLAIN MATCH (n) RETURN n", "PROFILE MATCH (n) RETURN n", "BEGIN", "CREATE (n:Console {id:1}) RETURN n.id",
    "ROLLBACK", "MATCH (n:Console) RETURN count(n)",
)

c = mgclient.connect(
    host=os.environ["DRAWBOLT_HOST"], port=int(os.environ["DRAWBOLT_PORT"]),
    username=os.environ["DRAWBOLT_USER"], password=os.environ["DRAWBOLT_PASSWORD"],
    sslmode=mgclient.MG_SSLMODE_REQUIRE if "DRAWBOLT_CA" in os.environ else mgclient.MG_SSLMODE_DISABLE)
c.autocommit = True
for statement in STATEMENTS:
    cursor = c.cursor()
    try:
        cursor.execute(statement)
        rows = cursor.fetchall()
        columns = ", ".join(d.name for d in cursor.description or ())
        types = ", ".join(type(v).__name__ for v in rows[0]) if rows else "no rows"
        print("%s: %s (%s)" % (statement, columns, types))
    except mgclient.Error as e:
        print("%s: failed: %s" % (statement, e))
