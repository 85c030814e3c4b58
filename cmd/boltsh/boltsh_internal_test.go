package main

// Internal: a command has no API but its main package.

import (
	"bufio"
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j/dbtype"
)

func TestAppendValue(t *testing.T) {
	ann := dbtype.Node{ElementId: "1", Labels: []string{"Person", "my label"}, Props: map[string]any{"name": "Ann", "age": int64(40)}}
	bob := dbtype.Node{ElementId: "2"}
	knows := dbtype.Relationship{ElementId: "3", StartElementId: "2", EndElementId: "1", Type: "KNOWS", Props: map[string]any{"since": int64(2020)}}
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		v    any
		want string
	}{
		{"null", nil, "null"},
		{"boolean", true, "true"},
		{"integer", int64(math.MinInt64), "-9223372036854775808"},
		{"whole float", 1.0, "1.0"},
		{"large float", 1.5e20, "1.5E20"},
		{"larger float without fraction", 1e7, "1.0E7"},
		{"small float", 0.00025, "2.5E-4"},
		{"negative zero", math.Copysign(0, -1), "-0.0"},
		{"not a number", math.NaN(), "NaN"},
		{"infinity", math.Inf(-1), "-Infinity"},
		{"string", "a\"b\\\n\x1b[31m", `"a\"b\\\n\u001B[31m"`},
		{"bytes", []byte{0, 255}, "0x00ff"},
		{"list", []any{int64(1), nil, "x"}, `[1, null, "x"]`},
		{"map", map[string]any{"b": int64(1), "a b": nil}, "{`a b`: null, b: 1}"},
		{"node", ann, "(:Person:`my label` {age: 40, name: \"Ann\"})"},
		{"bare node", bob, "()"},
		{"relationship", knows, "[:KNOWS {since: 2020}]"},
		{"path against the arrow", dbtype.Path{Nodes: []dbtype.Node{ann, bob}, Relationships: []dbtype.Relationship{knows}}, "(:Person:`my label` {age: 40, name: \"Ann\"})<-[:KNOWS {since: 2020}]-()"},
		{"path of one node", dbtype.Path{Nodes: []dbtype.Node{bob}}, "()"},
		{"point", dbtype.Point2D{SpatialRefId: 7203, X: 1, Y: -2.5}, "point({srid: 7203, x: 1.0, y: -2.5})"},
		{"point in space", dbtype.Point3D{SpatialRefId: 4979, X: 1, Y: 2, Z: 3}, "point({srid: 4979, x: 1.0, y: 2.0, z: 3.0})"},
		{"date", dbtype.Date(time.Date(2020, 2, 29, 0, 0, 0, 0, time.UTC)), "2020-02-29"},
		{"local time", dbtype.LocalTime(time.Date(0, 1, 1, 1, 2, 3, 400, time.UTC)), "01:02:03.0000004"},
		{"zone by name", time.Date(2020, 7, 1, 12, 0, 0, 0, paris), "2020-07-01T12:00:00+02:00[Europe/Paris]"},
		{"duration", dbtype.Duration{Months: 14, Days: 3, Seconds: 3661, Nanos: 500_000_000}, "P1Y2M3DT1H1M1.5S"},
		{"duration below zero", dbtype.Duration{Seconds: -1, Nanos: 500_000_000}, "PT-0.5S"},
		{"no duration", dbtype.Duration{}, "PT0S"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(appendValue(nil, tt.v)); got != tt.want {
				t.Errorf("got %s; want %s", got, tt.want)
			}
		})
	}
}

func TestTable(t *testing.T) {
	for _, tt := range []struct {
		name   string
		screen int
		wrap   bool
		rows   [][]string
		want   string
	}{
		{
			name: "wide characters", rows: [][]string{{"日本", "1"}, {"e\u0301", "2"}},
			want: "+------+---+\n| a    | b |\n+------+---+\n| 日本 | 1 |\n| e\u0301    | 2 |\n+------+---+\n",
		},
		{
			name: "folded", screen: 16, wrap: true, rows: [][]string{{"abcdefghij", "12"}},
			want: "+---------+----+\n| a       | b  |\n+---------+----+\n| abcdefg | 12 |\n| hij     |    |\n+---------+----+\n",
		},
		{
			name: "cut", screen: 16, rows: [][]string{{"abcdefghij", "12"}},
			want: "+---------+----+\n| a       | b  |\n+---------+----+\n| abcdef… | 12 |\n+---------+----+\n",
		},
		{
			name: "rows behind the sample are folded", wrap: true, rows: [][]string{{"a", "b"}, {"c", "d"}, {"efg", "h"}},
			want: "+---+---+\n| a | b |\n+---+---+\n| a | b |\n| c | d |\n| e | h |\n| f |   |\n| g |   |\n+---+---+\n",
		},
		{
			name: "narrower than can be", screen: 3, wrap: true, rows: [][]string{{"abcde", "x"}},
			want: "+------+---+\n| a    | b |\n+------+---+\n| abcd | x |\n| e    |   |\n+------+---+\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			table := &table{w: bufio.NewWriter(&out), screen: tt.screen, wrap: tt.wrap, sample: 2}
			table.head([]string{"a", "b"})
			for _, row := range tt.rows {
				table.row(row)
			}
			table.end()
			if err := table.w.Flush(); err != nil {
				t.Fatal(err)
			}
			if got := out.String(); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestCaret(t *testing.T) {
	for _, tt := range []struct{ name, message, text, want string }{
		{"second line", "unexpected (line 2, column 4 (offset: 9))", "RETURN\n\t1 + x", "  \t1 + x\n  \t  ^"},
		{"drawn already", "bad (line 1, column 1 (offset: 0))\n\"RETURN\"\n ^", "RETURN", ""},
		{"no place", "line up", "RETURN", ""},
		{"beyond the end", "line 9, column 1", "RETURN", ""},
		{"behind the last character", "line 1, column 99", "RETURN", "  RETURN\n        ^"},
		{"another line before", "on line x: line 1, column 3", "RETURN", "  RETURN\n    ^"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := caret(tt.message, tt.text); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestKindOf(t *testing.T) {
	for _, tt := range []struct {
		text string
		want importKind
	}{
		{"CREATE (:Person {id: 1})", importNodes},
		{"create(n)", importNodes},
		{"CREATE (a)-[:R]->(b)", importAlone},
		{"CREATE INDEX ON :Person(id)", importAlone},
		{"MATCH (u:N), (v:N) WHERE u.id = 1 AND v.id = 2 CREATE (u)-[:R {x: 1}]->(v)", importRelationships},
		{"MATCH (u:N) SET u.x = 1", importAlone},
		{"MATCH (u)-[r]->(v) DELETE r", importAlone},
		{"UNWIND [1] AS x CREATE (:N)", importAlone},
		{"", importAlone},
	} {
		if got := kindOf(tt.text); got != tt.want {
			t.Errorf("kindOf(%q) = %d; want %d", tt.text, got, tt.want)
		}
	}
}

func TestGroupAt(t *testing.T) {
	for _, tt := range []struct {
		text, group string
		word        string
	}{
		{"MATCH (n:Pe", groupLabels, "Pe"},
		{"MATCH (n:A|B", groupLabels, "B"},
		{"MATCH (n)-[r:", groupTypes, ""},
		{"MATCH (n)-[:A|B", groupTypes, "B"},
		{"RETURN n.na", groupKeys, "na"},
		{"RETURN $x", groupParams, "x"},
		{"CALL db.la", groupProcedures, "db.la"},
		{"CALL ", groupProcedures, ""},
		{"MATCH (n) RET", "", "RET"},
	} {
		at := wordStart(tt.text)
		if got := groupAt(tt.text[:at]); got != tt.group || tt.text[at:] != tt.word {
			t.Errorf("%q: group %q, word %q; want %q, %q", tt.text, got, tt.text[at:], tt.group, tt.word)
		}
	}
}

func TestPaint(t *testing.T) {
	p := newPainter()
	for _, tt := range []struct{ text, want string }{
		{"match (n:A) ", bold + blue + "match" + reset + " (n" + cyan + ":A" + reset + ") "},
		{"'it\\'s' 1.5", green + "'it\\'s'" + reset + " " + yellow + "1.5" + reset},
		{"$p // match", magenta + "$p" + reset + " " + dim + "// match" + reset},
		{":help me", bold + ":help me" + reset},
	} {
		if got := p.paint(tt.text); got != tt.want {
			t.Errorf("paint(%q) = %q; want %q", tt.text, got, tt.want)
		}
	}
}

func TestParse(t *testing.T) {
	stdin, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	for _, tt := range []struct {
		name      string
		args      []string
		wantURI   string
		wantFiles []string
		wantCode  int
		wantErr   string // part of standard error
	}{
		{name: "nothing", wantURI: "bolt://127.0.0.1:7687"},
		{name: "as mgconsole", args: []string{"--host", "db", "--port=7688", "--use-ssl"}, wantURI: "bolt+ssc://db:7688"},
		{name: "a bare boolean leaves the next word", args: []string{"--use-ssl=true", "a.cypher"}, wantURI: "bolt+ssc://127.0.0.1:7687", wantFiles: []string{"a.cypher"}},
		{name: "as cypher-shell", args: []string{"-a", "neo4j://db", "-u", "x", "-p", "y", "-d", "movies", "--encryption", "true"}, wantURI: "neo4j+s://db:7687"},
		{name: "address without a scheme", args: []string{"-a", "db:1"}, wantURI: "bolt://db:1"},
		{name: "TLS switched off", args: []string{"--uri=bolt+s://db", "--use-ssl=false"}, wantURI: "bolt://db:7687"},
		{name: "own authority", args: []string{"--use-ssl", "--ca-file=ca.pem"}, wantURI: "bolt+s://127.0.0.1:7687"},
		{name: "several files", args: []string{"-f", "a", "--file=b", "c"}, wantURI: "bolt://127.0.0.1:7687", wantFiles: []string{"a", "b", "c"}},
		{name: "wrong scheme", args: []string{"--uri=http://x"}, wantCode: exitUsage, wantErr: "want bolt://"},
		{name: "file without a name", args: []string{"-f"}, wantCode: exitUsage, wantErr: "-f needs a value"},
		{name: "unknown flag", args: []string{"--colour"}, wantCode: 1, wantErr: "unknown command line flag 'colour'"},
		{name: "unknown format", args: []string{"--output-format=xml"}, wantCode: 1, wantErr: "xml"},
		{name: "delimiter of two characters", args: []string{"--csv-delimiter=ab"}, wantCode: exitUsage, wantErr: "--csv-delimiter"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var stderr bytes.Buffer
			stdout, err := os.Create(filepath.Join(t.TempDir(), "out"))
			if err != nil {
				t.Fatal(err)
			}
			defer stdout.Close()
			o, code := parse(environment{
				args: tt.args, stdin: stdin, stdout: stdout, stderr: &stderr,
				lookupEnv: func(string) (string, bool) { return "", false },
			})
			if code != tt.wantCode || !strings.Contains(stderr.String(), tt.wantErr) {
				t.Fatalf("code %d, %q; want %d, %q", code, stderr.String(), tt.wantCode, tt.wantErr)
			}
			if o == nil {
				if tt.wantURI != "" {
					t.Fatal("no options")
				}
				return
			}
			if o.uri != tt.wantURI || !slices.Equal(o.files, tt.wantFiles) {
				t.Errorf("uri %s, files %q; want %s, %q", o.uri, o.files, tt.wantURI, tt.wantFiles)
			}
		})
	}
}

func TestSchema(t *testing.T) {
	got := drawSchema(map[string]*kind{
		":A": {name: ":A", nodes: 2, keys: []string{"x", "y"}, out: []edge{{"T", ":B", 3}, {"R", ":A", 1}}},
		":B": {name: ":B", nodes: 1, keys: []string{"z"}},
		"":   {},
	})
	want := "() 0\n(:A) 2\n│  x, y\n├─[:R]─▶ (:A) 1\n└─[:T]─▶ (:B) 3\n(:B) 1\n   z\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestPlan(t *testing.T) {
	leaf := operator{name: "AllNodesScan", counts: "5 rows", details: "n"}
	join := operator{name: "CartesianProduct", counts: "25 rows", children: []operator{leaf, {name: "Filter", children: []operator{leaf}}}}
	var out bytes.Buffer
	writePlan(&out, operator{name: "ProduceResults", children: []operator{join}})
	want := "ProduceResults\n" +
		"CartesianProduct  25 rows\n" +
		"├─ AllNodesScan   5 rows   n\n" +
		"└─ Filter\n" +
		"   AllNodesScan   5 rows   n\n"
	if got := out.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestPage(t *testing.T) {
	p := newPage()
	evil := dbtype.Node{ElementId: "1", Labels: []string{"A"}, Props: map[string]any{"name": "</script><script>alert(1)"}}
	r := dbtype.Relationship{ElementId: "2", StartElementId: "1", EndElementId: "9", Type: "R"}
	p.add([]any{evil, []any{evil, map[string]any{"r": r}}, dbtype.Path{Nodes: []dbtype.Node{evil}, Relationships: []dbtype.Relationship{r}}})
	file := filepath.Join(t.TempDir(), "page.html")
	if err := p.save(file, "bolt://x"); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(string(text), "<script"); got != 1 {
		t.Errorf("%d scripts; want the page's own alone", got)
	}
	if len(p.Nodes) != 2 || len(p.Relationships) != 1 || !strings.Contains(string(text), "2 nodes, 1 relationships") {
		t.Errorf("%d nodes, %d relationships; want 2 and 1, each once and a bare end", len(p.Nodes), len(p.Relationships))
	}
}
