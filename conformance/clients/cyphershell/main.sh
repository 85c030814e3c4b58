# Runs cypher-shell with a script, a statement, and a mistake.
scheme=bolt
[ -z "$DRAWBOLT_CA" ] || scheme=bolt+ssc
shell() {
  java -Xmx256m -cp "$CLASSPATH" org.neo4j.shell.Main -a "$scheme://$DRAWBOLT_HOST:$DRAWBOLT_PORT" \
    -u "$DRAWBOLT_USER" -p "$DRAWBOLT_PASSWORD" --format plain "$@"
}
joined() { paste -s -d'|'; }
echo "script: $(shell -f "$(dirname "$0")/script.cypher" | joined)"
echo "statement: $(shell "MATCH (s:Shell) DELETE s RETURN count(*) AS n" | joined)"
echo "mistake: $(shell "NOT CYPHER" 2>&1 | head -1)"
DRAWBOLT_PASSWORD=wrong
echo "wrong password: $(shell "RETURN 1" 2>&1 | head -1)"
