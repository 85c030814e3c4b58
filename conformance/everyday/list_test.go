package everyday_test

// statements run in this order on an empty graph.
var statements = []statement{
	{query: `CREATE (a:Person:Actor {name:'A', age: 30})-[:KNOWS {since: 2020}]->(b:Person {name:'B', age: 40})-[:KNOWS]->(c:Person {name:'C', age: 50}), (a)-[:LIKES]->(c)`, rows: []string{}},
	{query: `EXPLAIN MATCH (n:Person) RETURN n`, columns: "n", rows: []string{}},
	{query: `PROFILE MATCH (n:Person) RETURN n`, columns: "n", rows: []string{
		`(:Person:Actor {age: 30, name: "A"})`, `(:Person {age: 40, name: "B"})`, `(:Person {age: 50, name: "C"})`,
	}},
	{query: `MATCH (n:Person&!Actor) RETURN count(n)`, columns: "count(n)", rows: []string{"2"}},
	{query: `MATCH (n IS Person) RETURN count(n)`, columns: "count(n)", rows: []string{"3"}},
	{query: `MATCH (n:%) RETURN count(n)`, columns: "count(n)", rows: []string{"3"}},
	{query: `MATCH (a)-[r:KNOWS WHERE r.since > 2000]->(b) RETURN count(*)`, columns: "count(*)", rows: []string{"1"}},
	{query: `MATCH (a:Person)((x)-[:KNOWS]->(y)){1,2}(b:Person) RETURN count(*)`, columns: "count(*)", rows: []string{"3"}},
	{query: `MATCH p = shortestPath((a {name:'A'})-[*]->(c {name:'C'})) RETURN length(p)`, columns: "length(p)", rows: []string{"1"}},
	{query: `MATCH p = allShortestPaths((a {name:'A'})-[*]->(c {name:'C'})) RETURN length(p)`, columns: "length(p)", rows: []string{"1"}},
	{query: `MATCH (a:Person) CALL (a) { MATCH (a)-->(x) RETURN count(x) AS c } RETURN a.name, c`, columns: "a.name | c", rows: []string{`"A" | 2`, `"B" | 1`, `"C" | 0`}},
	{query: `UNWIND [1,2,3] AS x CALL { WITH x CREATE (:T {x:x}) } IN TRANSACTIONS OF 2 ROWS`, rows: []string{}},
	{query: `MATCH (n:T) RETURN count(n), sum(n.x)`, columns: "count(n) | sum(n.x)", rows: []string{"3 | 6"}},
	{query: `MATCH (n:Person) SET n += $map RETURN n.a`, columns: "n.a", rows: []string{"1", "1", "1"}},
	{query: `MATCH (n:Person) SET n[$map.k] = 1`, code: "Neo.ClientError.Statement.TypeError"},
	{query: `MATCH (n:Person {name:'A'}) SET n:$('Dyn') RETURN labels(n)`, columns: "labels(n)", rows: []string{`["Person", "Actor", "Dyn"]`}},
	{query: `RETURN toInteger('12'), toFloat('1.5'), toString(1), toBoolean('true'), toIntegerOrNull('x')`, columns: "toInteger('12') | toFloat('1.5') | toString(1) | toBoolean('true') | toIntegerOrNull('x')", rows: []string{`12 | 1.5 | "1" | true | null`}},
	{query: `RETURN substring('hello', 1, 3) AS a, split('a,b', ',') AS b, replace('abc','b','x') AS c, reverse('abc') AS d, left('abc',2) AS e`, columns: "a | b | c | d | e", rows: []string{`"ell" | ["a", "b"] | "axc" | "cba" | "ab"`}},
	{query: `RETURN size([1,2]) AS a, head([1]) AS b, last([1,2]) AS c, tail([1,2]) AS d, range(0,10,3) AS e, keys({a:1}) AS f, reduce(s=0, x IN [1,2,3] | s+x) AS g`, columns: "a | b | c | d | e | f | g", rows: []string{`2 | 1 | 2 | [2] | [0, 3, 6, 9] | ["a"] | 6`}},
	{query: `RETURN point({x:1,y:2}) AS p, point.distance(point({x:0,y:0}), point({x:3,y:4})) AS d`, columns: "p | d", rows: []string{"Point{SpatialRefId=7203, X=1.000000, Y=2.000000} | 5.0"}},
	{query: `RETURN toString(date('2020-01-01') + duration('P1M')) AS a, datetime('2020-01-01T00:00:00Z').epochSeconds AS b, toString(duration.between(date('2020-01-01'), date('2021-01-01'))) AS c`, columns: "a | b | c", rows: []string{`"2020-02-01" | 1577836800 | "P1Y"`}},
	{query: `RETURN apoc.text.join(['a','b'], ',') AS t`, columns: "t", code: syntaxError},
	{query: `RETURN 'a' || 'b'`, columns: "'a' || 'b'", rows: []string{`"ab"`}},
	{query: `RETURN stDev(1), percentileCont(1, 0.5)`, columns: "stDev(1) | percentileCont(1, 0.5)", rows: []string{"0.0 | 1.0"}, own: "the function's type is FLOAT"},
	{query: `RETURN elementId(null), randomUUID() IS NOT NULL, timestamp() > 0`, columns: "elementId(null) | randomUUID() IS NOT NULL | timestamp() > 0", rows: []string{"null | true | true"}},
	{query: `CREATE INDEX idx1 IF NOT EXISTS FOR (n:Person) ON (n.age)`, rows: []string{}},
	{query: `CREATE RANGE INDEX r2 FOR ()-[r:KNOWS]-() ON (r.since)`, rows: []string{}},
	{query: `CREATE TEXT INDEX t1 FOR (n:Person) ON (n.name)`, rows: []string{}},
	{query: `CREATE CONSTRAINT c1 FOR (n:Person) REQUIRE n.name IS UNIQUE`, rows: []string{}},
	{query: `CREATE CONSTRAINT c2 FOR (n:Person) REQUIRE n.age IS NOT NULL`, rows: []string{}, own: "Neo4j has it in its Enterprise Edition"},
	{query: `CREATE INDEX ON :Person(age)`, rows: []string{}, own: "Memgraph's form; the index is there already"},
	{query: `SHOW CONSTRAINTS YIELD name, type, entityType, labelsOrTypes, properties`, columns: "name | type | entityType | labelsOrTypes | properties", rows: []string{`"c1" | "UNIQUENESS" | "NODE" | ["Person"] | ["name"]`, `"c2" | "NODE_PROPERTY_EXISTENCE" | "NODE" | ["Person"] | ["age"]`}, own: "Neo4j has c2 in its Enterprise Edition"},
	{query: `SHOW INDEX INFO`, columns: "index type | label | property | count", rows: []string{`"label+property" | "Person" | ["age"] | 3`, `"edge-type+property" | "KNOWS" | ["since"] | 1`, `"label+property" | "Person" | ["name"] | 3`}, own: "Memgraph's"},
	{query: `SHOW STORAGE INFO`, columns: "storage info | value", own: "Memgraph's"},
	{query: `SHOW FUNCTIONS`, columns: "name | category | description"},
	{query: `SHOW PROCEDURES`, columns: "name | description | mode | worksOnSystem"},
	{query: `SHOW TRANSACTIONS`, columns: "database | transactionId | currentQueryId | connectionId | clientAddress | username | currentQuery | startTime | status | elapsedTime"},
	{query: `SHOW TRANSACTIONS YIELD database, currentQuery AS q, status`, columns: "database | q | status", rows: []string{`"neo4j" | "SHOW TRANSACTIONS YIELD database, currentQuery AS q, status" | "Running"`}},
	{query: `SHOW CURRENT USER`, columns: "user | roles | passwordChangeRequired | suspended | home", rows: []string{}},
	{query: `CALL db.relationshipTypes()`, columns: "relationshipType", rows: []string{`"KNOWS"`, `"LIKES"`}},
	{query: `CALL db.propertyKeys()`, columns: "propertyKey", rows: []string{`"name"`, `"age"`, `"since"`, `"x"`, `"a"`}},
	{query: `CALL db.schema.visualization()`, columns: "nodes | relationships"},
	{query: `CALL db.schema.nodeTypeProperties()`, columns: "nodeType | nodeLabels | propertyName | propertyTypes | mandatory"},
	{query: `CALL dbms.components()`, columns: "name | versions | edition"},
	{query: `CALL dbms.queryJmx('*:*') YIELD name RETURN count(*)`, columns: "count(*)", rows: []string{"0"}, own: "there is no Java"},
	{query: `CALL dbms.listConfig() YIELD name RETURN count(*) > 0 AS some`, columns: "some", rows: []string{"true"}},
	{query: `CALL apoc.meta.data() YIELD label, property, elementType RETURN count(*) > 0 AS some`, columns: "some", rows: []string{"true"}},
	{query: `LOAD CSV WITH HEADERS FROM 'file:///x.csv' AS row RETURN row`, code: "Neo.ClientError.Statement.ExternalResourceFailed"},
	{query: `MATCH (n:Person) RETURN [(n)-->(m) | m.name] AS l LIMIT 1`, columns: "l"},
	{query: `MATCH (n:Person) WITH n ORDER BY n.name SKIP 1 LIMIT 1 RETURN n.name`, columns: "n.name", rows: []string{`"B"`}},
	{query: `MATCH (n:Person) RETURN n.name UNION MATCH (m:Person) RETURN m.name`, code: syntaxError},
	{query: `MATCH (a)-[e:KNOWS *BFS..3]->(b) RETURN count(*)`, columns: "count(*)", rows: []string{"3"}, own: "Memgraph's"},
	{query: `MATCH (a:Person)-[*WSHORTEST (r, n | 1) total]->(b) RETURN total LIMIT 1`, columns: "total", own: "Memgraph's"},
	{query: `INSERT (n:Gql {a: 1})`, rows: []string{}},
	{query: `FINISH`, rows: []string{}},
}

// A noted is a statement with its notifications: code and offset.
type noted struct {
	query string
	notes []string
}

const (
	unknownLabel = "Statement.UnknownLabelWarning"
	unknownType  = "Statement.UnknownRelationshipTypeWarning"
	unknownKey   = "Statement.UnknownPropertyKeyWarning"
	cartesian    = "Statement.CartesianProduct"
	unbounded    = "Statement.UnboundedVariableLengthPattern"
	deprecated   = "Statement.FeatureDeprecationWarning"
)

// notifying run in this order on an empty graph.
var notifying = []noted{
	{`CREATE (:Known {k: 1})-[:REL {w: 1}]->(:Known {k: 2})`, nil},
	{`MATCH (n:Missing) RETURN n`, []string{unknownLabel + " 9"}},
	{`MATCH (n:Known|Missing2) RETURN count(n)`, []string{unknownLabel + " 15"}},
	{`MATCH (n) WHERE n:Missing3 RETURN n`, []string{unknownLabel + " 18"}},
	{`MATCH ()-[r:MISSING]->() RETURN r`, []string{unknownType + " 12"}},
	{`MATCH (n) WHERE n.missing = 1 RETURN n`, []string{unknownKey + " 18"}},
	{`MATCH (n {missing2: 1}) RETURN n`, []string{unknownKey + " 10"}},
	{`MATCH (n) RETURN n.missing3, n.missing4`, []string{unknownKey + " 19", unknownKey + " 31"}},
	{`MATCH (n:Known) SET n.fresh = 1 RETURN n.fresh`, nil},
	{`MATCH (n:Missing4) CREATE (m:Known) RETURN m.missing5`, nil},
	{`MATCH (a), (b) RETURN count(*)`, []string{cartesian + " 0"}},
	{`MATCH (a:Known), (b:Known), (c) RETURN count(*)`, []string{cartesian + " 0", cartesian + " 0"}},
	{`MATCH (a), (b) WHERE a.k = b.k RETURN count(*)`, []string{cartesian + " 0"}},
	{`MATCH (a)-->(b), (b)-->(c) RETURN count(*)`, nil},
	{`MATCH (a) MATCH (b) RETURN count(*)`, nil},
	{`MATCH (n) RETURN id(n) LIMIT 1`, []string{deprecated + " 17"}},
	{`MATCH p = shortestPath((a:Known)-[*]->(b:Known)) WHERE a <> b RETURN length(p)`, []string{unbounded + " 23"}},
	{`MATCH p = shortestPath((a:Known)-[*..3]->(b:Known)) WHERE a <> b RETURN length(p)`, nil},
	{`MATCH p = (a:Known)-[*]->(b) RETURN length(p)`, nil},
	{`UNWIND [1] AS x CALL { WITH x RETURN x + 1 AS y } RETURN y`, []string{deprecated + " 16"}},
	{`UNWIND [1] AS x CALL { RETURN 1 AS y } RETURN y`, []string{deprecated + " 16"}},
	{`UNWIND [1] AS x CALL (x) { RETURN x AS y } RETURN y`, nil},
	{`MATCH (n:Known) RETURN n {.k, .missing6}`, []string{unknownKey + " 31"}},
	{`MATCH (n:Known) RETURN EXISTS { (n)-[:MISSING2]->() } AS e`, []string{unknownType + " 38"}},
	{`MATCH (n) WHERE (n)-[:MISSING3]->() RETURN n`, []string{unknownType + " 22"}},
	{`MATCH (n:Known {k: 1}) SET n = n`, []string{deprecated + " 31"}},
}
