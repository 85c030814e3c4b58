package suite

import "fmt"

// structures adds checks of the structures in both directions.
func (b *builder) structures() {
	b.group = "structures"
	for _, tt := range []struct {
		section, name, span string
		class               Class
		in, out             string // out "" = the same, "!" = refused
	}{
		{"Structure semantics: Date", "date", "2-", Specified, "<B1 44 C9 4A 8A>", ""},
		{"Structure semantics: Date", "date before 1970", "2-", Specified, "<B1 44 F0>", ""},
		{"Structure semantics: Date", "date, wide number", "2-", Specified, "<B1 44 CB 00 00 00 00 00 00 00 01>", "<B1 44 01>"},
		{"Structure semantics: Date", "date out of range", "2-", Reference, "<B1 44 CB 7F FF FF FF FF FF FF FF>", "!"},
		{"Structure semantics: Date", "date with two fields", "2-", Reference, "<B2 44 01 01>", "!"},
		{"Structure semantics: Date", "date of a string", "2-", Reference, "<B1 44 81 61>", "!"},
		{"Structure semantics: Time", "time", "2-", Specified, "<B2 54 CB 00 00 29 E8 D6 08 00 00 C9 0E 10>", ""},
		{"Structure semantics: Time", "time at offset 0", "2-", Specified, "<B2 54 00 00>", ""},
		{"Structure semantics: LocalTime", "local time", "2-", Specified, "<B1 74 CB 00 00 29 E8 D6 08 00 00>", ""},
		{"Structure semantics: LocalTime", "last nanosecond of the day", "2-", Specified, "<B1 74 CB 00 00 4E 94 91 4E FF FF>", ""},
		{"Structure semantics: LocalDateTime", "local date-time", "2-", Specified, "<B2 64 CA 5C 4E 2F 8B C9 01 00>", ""},
		{"Structure semantics: LocalDateTime", "local date-time before 1970", "2-", Specified, "<B2 64 CA D6 4E 2F 8B C9 01 00>", ""},
		{"Structure semantics: DateTime", "date-time", "5.0-", Specified, "<B3 49 CA 5C 4E 2F 8B C9 01 00 C9 0E 10>", ""},
		{"Structure semantics: DateTime", "date-time at offset 0", "5.0-", Specified, "<B3 49 CA 5C 4E 2F 8B 00 00>", ""},
		{"Structure semantics: DateTimeZoneId", "date-time in Paris", "5.0-", Specified, "<B3 69 CA 5C 4E 2F 8B 00 8C 45 75 72 6F 70 65 2F 50 61 72 69 73>", ""},
		{"Structure semantics: DateTimeZoneId", "unknown zone", "5.0-", Reference, "<B3 69 01 00 84 4D 6F 6F 6E>", "!"},
		{"Structure semantics: Legacy DateTime", "legacy date-time", "2-4.4", Specified, "<B3 46 CA 5C 4E 2F 8B C9 01 00 C9 0E 10>", ""},
		{"Structure semantics: Legacy DateTimeZoneId", "legacy date-time in Paris", "2-4.4", Specified, "<B3 66 CA 5C 4E 2F 8B 00 8C 45 75 72 6F 70 65 2F 50 61 72 69 73>", ""},
		{"Structure semantics: Legacy DateTime", "not from 5.0 on", "5.0-", Specified, "<B3 46 CA 5C 4E 2F 8B 00 00>", "!"},
		{"Structure semantics: DateTime", "not before 5.0 without patch", "2-4.4", Specified, "<B3 49 CA 5C 4E 2F 8B 00 00>", "!"},
		{"Structure semantics: Duration", "duration", "2-", Specified, "<B4 45 0E C8 80 C9 01 00 CA 00 01 00 00>", ""},
		{"Structure semantics: Duration", "duration of nothing", "2-", Specified, "<B4 45 00 00 00 00>", ""},
		{"Structure semantics: Duration", "duration of days back", "2-", Specified, "<B4 45 FF FE FD 00>", ""},
		{"Structure semantics: Duration", "nanoseconds beyond a second", "2-", Reference, "<B4 45 00 00 00 CA 77 35 94 01>", "<B4 45 00 00 02 01>"},
		{"Structure semantics: Point2D", "cartesian point", "2-", Specified, "<B3 58 C9 1C 23 C1 3F F0 00 00 00 00 00 00 C1 40 00 00 00 00 00 00 00>", ""},
		{"Structure semantics: Point2D", "point on the globe", "2-", Specified, "<B3 58 C9 10 E6 C1 3F F0 00 00 00 00 00 00 C1 40 00 00 00 00 00 00 00>", ""},
		{"Structure semantics: Point3D", "cartesian point in space", "2-", Specified, "<B4 59 C9 23 C5 C1 3F F0 00 00 00 00 00 00 C1 40 00 00 00 00 00 00 00 C1 40 08 00 00 00 00 00 00>", ""},
		{"Structure semantics: Point3D", "point above the globe", "2-", Specified, "<B4 59 C9 13 73 C1 3F F0 00 00 00 00 00 00 C1 40 00 00 00 00 00 00 00 C1 40 08 00 00 00 00 00 00>", ""},
		{"Structure semantics: Point2D", "unknown system", "2-", Reference, "<B3 58 01 C1 3F F0 00 00 00 00 00 00 C1 40 00 00 00 00 00 00 00>", "!"},
		{"Structure semantics: Point2D", "system of three dimensions", "2-", Reference, "<B3 58 C9 23 C5 C1 3F F0 00 00 00 00 00 00 C1 40 00 00 00 00 00 00 00>", "!"},
		{"Structure semantics: Point2D", "integers as coordinates", "2-", Reference, "<B3 58 C9 1C 23 01 02>", "!"},
		{"Structure semantics: Date", "no dates in version 1", "1", Specified, "<B1 44 01>", "!"},
		{"Structure semantics: Relationship", "relationship as parameter", "*", Specified, "<B5 52 01 01 01 81 61 A0>", "!"},
		{"Structure semantics: Vector", "vector of integers", "6.0-", Reference, "<B2 56 CC 01 C8 CC 03 01 02 03>", ""},
		{"Structure semantics: Vector", "vector of floats", "6.0-", Reference, "<B2 56 CC 01 C6 CC 04 3F 80 00 00>", ""},
		{"Structure semantics: Vector", "vector of no dimension", "6.0-", Reference, "<B2 56 CC 01 C8 CC 00>", "!"},
		{"Structure semantics: Vector", "not before 6.0", "2-5.8", Specified, "<B2 56 CC 01 C8 CC 03 01 02 03>", "!"},
		{"Structure semantics: Unsupported Type", "as parameter", "6.0-", Specified, "<B4 3F 84 55 55 49 44 06 01 A0>", "!"},
	} {
		b.section = tt.section
		head := fmt.Sprintf("%s | %s | %s", tt.name, tt.class, tt.span)
		switch tt.out {
		case "!":
			b.script(head, fmt.Sprintf(`
				C: RUN "RETURN $x AS x" {x: %s}
				S: FAILURE
				C: RESET
				S: SUCCESS`, tt.in))
		case "":
			b.echoScript(head, tt.in, tt.in)
		default:
			b.echoScript(head, tt.in, tt.out)
		}
	}
	b.patched()
	b.graph()
}

func (b *builder) echoScript(head, in, out string) {
	b.script(head, fmt.Sprintf(`
		C: RUN "RETURN $x AS x" {x: %s}
		C: PULL
		S: SUCCESS
		S: RECORD [%s]
		S: SUCCESS`, in, out))
}

// patched adds date-times of clients of 4.3 and 4.4 that asked for UTC.
func (b *builder) patched() {
	b.section = "Structure semantics: DateTime"
	for _, tt := range []struct{ name, in, out string }{
		{"date-time with the utc patch", "<B3 49 CA 5C 4E 2F 8B C9 01 00 C9 0E 10>", "S: RECORD [<B3 49 CA 5C 4E 2F 8B C9 01 00 C9 0E 10>]"},
		{"zoned date-time with the utc patch", "<B3 69 CA 5C 4E 2F 8B 00 8C 45 75 72 6F 70 65 2F 50 61 72 69 73>", "S: RECORD [<B3 69 CA 5C 4E 2F 8B 00 8C 45 75 72 6F 70 65 2F 50 61 72 69 73>]"},
	} {
		b.script(tt.name+" | specified | 4.3-4.4 | fresh", fmt.Sprintf(`
			C: HELLO {..agent, ..login, patch_bolt: ["utc"]}
			S: SUCCESS
			C: RUN "RETURN $x AS x" {x: %s}
			C: PULL
			S: SUCCESS
			%s
			S: SUCCESS`, tt.in, tt.out))
	}
	b.script("legacy date-time with the utc patch | specified | 4.3-4.4 | fresh", `
		C: HELLO {..agent, ..login, patch_bolt: ["utc"]}
		S: SUCCESS
		C: RUN "RETURN $x AS x" {x: <B3 46 CA 5C 4E 2F 8B C9 01 00 C9 0E 10>}
		S: FAILURE`)
}

// graph adds nodes, relationships and paths.
func (b *builder) graph() {
	for _, tt := range []struct{ section, name, query, before, from string }{
		{
			"Structure semantics: Node", "node", "CREATE (a:BoltCheck {p: 1}) RETURN a",
			`(4E int ["BoltCheck"] {p: 1})`, `(4E int ["BoltCheck"] {p: 1} string)`,
		},
		{
			"Structure semantics: Node", "node without label and property", "CREATE (a) RETURN a",
			`(4E int [] {})`, `(4E int [] {} string)`,
		},
		{
			"Structure semantics: Relationship", "relationship", "CREATE (a)-[r:BOLTCHECK {p: 'x'}]->(b) RETURN r",
			`(52 int int int "BOLTCHECK" {p: "x"})`, `(52 int int int "BOLTCHECK" {p: "x"} string string string)`,
		},
		{
			"Structure semantics: Path", "path of no hop", "CREATE p = (a:BoltCheck) RETURN p",
			`(50 [(4E int list map)] [] [])`, `(50 [(4E int list map string)] [] [])`,
		},
		{
			"Structure semantics: Path", "path forward", "CREATE p = (a:BoltCheck)-[r:BOLTCHECK {p: 1}]->(b:BoltCheck) RETURN p",
			`(50 [(4E int list map), (4E int list map)] [(72 int "BOLTCHECK" {p: 1})] [1, 1])`,
			`(50 [(4E int list map string), (4E int list map string)] [(72 int "BOLTCHECK" {p: 1} string)] [1, 1])`,
		},
		{
			"Structure semantics: Path", "path against a relationship", "CREATE p = (a:BoltCheck)<-[r:BOLTCHECK]-(b:BoltCheck) RETURN p",
			`(50 [(4E int list map), (4E int list map)] [(72 int "BOLTCHECK" {})] [-1, 1])`,
			`(50 [(4E int list map string), (4E int list map string)] [(72 int "BOLTCHECK" {} string)] [-1, 1])`,
		},
		{
			"Structure semantics: Path", "path of two hops that ends where it began", "CREATE (a:BoltCheck)-[:BOLTCHECK]->(b:BoltCheck)-[:BOLTCHECK]->(a) WITH a MATCH p = (a)-->()-->(a) RETURN p",
			`(50 [(4E int list map), (4E int list map)] [(72 int string {}), (72 int string {})] [1, 1, 2, 0])`,
			`(50 [(4E int list map string), (4E int list map string)] [(72 int string {} string), (72 int string {} string)] [1, 1, 2, 0])`,
		},
		{
			"Structure semantics: Path", "path over a loop", "CREATE (a:BoltCheck)-[:BOLTCHECK]->(a) WITH a MATCH p = (a)-->(a) RETURN p",
			`(50 [(4E int list map)] [(72 int string {})] [1, 0])`,
			`(50 [(4E int list map string)] [(72 int string {} string)] [1, 0])`,
		},
	} {
		b.section = tt.section
		for _, form := range []struct{ name, span, pattern string }{
			{"with ids", "3-4.4", tt.before},
			{"with element ids", "5.0-", tt.from},
		} {
			b.script(fmt.Sprintf("%s, %s | specified | %s", tt.name, form.name, form.span), fmt.Sprintf(`
				C: BEGIN
				C: RUN %q
				C: PULL
				C: ROLLBACK
				S: SUCCESS
				S: SUCCESS
				S: RECORD [%s]
				S: SUCCESS
				S: SUCCESS`, tt.query, form.pattern))
		}
	}
	b.section = "Structure semantics: Node"
	b.script("element ids | reference | 5.0-", `
		C: BEGIN
		C: RUN "CREATE (a:BoltCheck)-[r:BOLTCHECK]->(b:BoltCheck) RETURN a, r, b, elementId(a) = elementId(a)"
		C: PULL
		C: ROLLBACK
		S: SUCCESS
		S: SUCCESS
		S: RECORD [(4E $ai list map $a), (52 $ri $ai $bi string map /^5:[0-9a-f-]{36}:[0-9]+$/ $a $b), (4E $bi list map $b), true]
		S: SUCCESS
		S: SUCCESS`)
}
