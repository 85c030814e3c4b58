package load_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/cmd/drawbolt/load"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// run loads files with these contents; names that end in .gz are compressed.
func run(t *testing.T, o load.Options, files map[string]string) (*storage.Store, load.Counts, error) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		b := []byte(text)
		if strings.HasSuffix(name, ".gz") {
			var z bytes.Buffer
			w := gzip.NewWriter(&z)
			if _, err := w.Write(b); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			b = z.Bytes()
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, groups := range [][]load.Group{o.Nodes, o.Relationships} {
		for i := range groups {
			for j, name := range groups[i].Files {
				groups[i].Files[j] = filepath.Join(dir, name)
			}
		}
	}
	for _, c := range []struct {
		of  *byte
		def byte
	}{{&o.Delimiter, ','}, {&o.ArrayDelimiter, ';'}, {&o.Quote, '"'}} {
		if *c.of == 0 {
			*c.of = c.def
		}
	}
	data := storage.Options{Directory: filepath.Join(dir, "data")}
	to, err := storage.NewImporter(data)
	if err != nil {
		t.Fatal(err)
	}
	counts, err := load.Load(t.Context(), to, o)
	if err != nil {
		if err := to.Abort(); err != nil {
			t.Error(err)
		}
		return nil, counts, err
	}
	if err := to.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	s, err := storage.Open(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, counts, nil
}

// node returns the labels and properties of the first node.
func node(t *testing.T, s *storage.Store) (labels []string, props graph.Value) {
	t.Helper()
	tx := s.Begin(storage.ReadMode)
	defer tx.Rollback()
	var c storage.NodeCursor
	var ids [1]graph.NodeID
	if tx.View().ScanNodes(&c, ids[:]) == 0 {
		t.Fatal("there is no node")
	}
	for _, l := range tx.View().Labels(nil, ids[0]) {
		labels = append(labels, s.LabelName(l))
	}
	return labels, tx.View().NodeMap(ids[0], new(graph.Arena))
}

func groups(texts ...string) (list []load.Group) {
	for _, text := range texts {
		list = append(list, load.ParseGroup(text))
	}
	return list
}

func TestValues(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, header, row string
		options           load.Options
		labels            string
		want              string // the properties, or the error
		fails             bool
	}{
		{name: "no type", header: "a", row: "x", want: `{a: "x"}`},
		{name: "numbers", header: "a:int,b:long,c:short,d:byte,e:float,f:double", row: " 1,-2,3,4,1.5,2", want: "{a: 1, b: -2, c: 3, d: 4, e: 1.5, f: 2.0}"},
		{name: "booleans", header: "a:boolean,b:boolean", row: "TRUE,no", want: "{a: true, b: false}"},
		{name: "lists", header: "a:int[],b:string[]", row: "1;2,x;;y", want: `{a: [1, 2], b: ["x", "", "y"]}`},
		{name: "list delimiter", header: "a:int[],:LABEL", row: "1|2,A|B", options: load.Options{ArrayDelimiter: '|'}, labels: "A B", want: "{a: [1, 2]}"},
		{name: "empty", header: "a,b,c:int", row: ",\"\",", want: "{}"},
		{name: "empty text kept", header: "a,b", row: ",\"\"", options: load.Options{KeepEmpty: true}, want: `{b: ""}`},
		{name: "quotes", header: "a,b", row: `"x, ""y""",z`, want: `{a: "x, \"y\"", b: "z"}`},
		{name: "other dialect", header: "a\tb", row: "'x\ty'\tz", options: load.Options{Delimiter: '\t', Quote: '\''}, want: `{a: "x\ty", b: "z"}`},
		{name: "lines in a field", header: "a,b", row: "\"x\ny\",z", options: load.Options{Multiline: true}, want: "{a: \"x\\ny\", b: \"z\"}"},
		{name: "carriage return", header: "a,b\r", row: "x,y\r", want: `{a: "x", b: "y"}`},
		{name: "ignored", header: "a,b:IGNORE,:IGNORE", row: "x,y,z", want: `{a: "x"}`},
		{name: "short row", header: "a,b", row: "x", want: `{a: "x"}`},
		{name: "labels", header: ":LABEL,a", row: "A; B ;A,1", labels: "A B", want: `{a: "1"}`},
		{name: "identifier", header: "id:ID(People),a", row: "7,x", want: `{id: "7", a: "x"}`},
		{name: "integer identifier", header: "id:ID", row: "7", options: load.Options{Integers: true}, want: "{id: 7}"},
		{name: "temporal", header: "a:date,b:localdatetime,c:duration", row: "2020-01-02,2020-01-02T03:04,P1D", want: "{a: DATE(18263,0), b: LOCAL DATETIME(1577934240,0), c: duration{Months:0 Days:1 Seconds:0 Nanos:0}}"},
		{name: "zone", header: "a:datetime{timezone:+02:00}", row: "2020-01-02T03:04", want: "{a: datetime(1577927040.000000000 +7200)}"},
		{name: "points", header: "a:point,b:point{crs:wgs-84}", row: `"{x: 1, y: 2}","{latitude: 1, longitude: 2}"`, want: "{a: point{SRID:7203 X:1 Y:2 Z:0}, b: point{SRID:4326 X:2 Y:1 Z:0}}"},
		{name: "not an integer", header: "a:int", row: "x", fails: true, want: `n.csv:2: column 1 (a): "x" is no integer`},
		{name: "not a byte", header: "a:byte", row: "300", fails: true, want: "8 bits"},
		{name: "not a point", header: "a:point", row: "1", fails: true, want: "no braces"},
		{name: "unknown type", header: "a:money", row: "1", fails: true, want: `n.csv:1: column "a:money": there is no type "money"`},
		{name: "no name", header: ":int", row: "1", fails: true, want: "has no name"},
		{name: "two identifiers", header: "a:ID,b:ID", row: "1,2", fails: true, want: "two columns"},
		{name: "relationship's column", header: ":START_ID", row: "1", fails: true, want: "nodes have no columns"},
		{name: "long row", header: "a", row: "1,2", fails: true, want: "the row has 2 fields, the header 1"},
		{name: "no end of a quote", header: "a", row: `"x`, fails: true, want: "n.csv:2: a quoted field goes over the end of its line"},
		{name: "text behind a quote", header: "a", row: `"x"y`, fails: true, want: "behind the end of a quoted field"},
		{name: "not UTF-8", header: "a", row: "\xff", fails: true, want: "not UTF-8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.options.Nodes = groups("n.csv")
			s, _, err := run(t, tt.options, map[string]string{"n.csv": tt.header + "\n" + tt.row + "\n"})
			if tt.fails {
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("Load() = %v, want %q", err, tt.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			labels, props := node(t, s)
			if got := strings.Join(labels, " "); got != tt.labels {
				t.Errorf("labels are %q, want %q", got, tt.labels)
			}
			if got := fmt.Sprint(props); got != tt.want {
				t.Errorf("properties are %s, want %s", got, tt.want)
			}
		})
	}
}

// people and knows are files in several parts: a header alone, a compressed one.
var (
	people = map[string]string{"h.csv": "id:ID(P),name\n", "p1.csv": "1,Ann\n2,Bob\n\n", "p2.csv.gz": "3,Cid\n", "c.csv": "id:ID(C)\n1\n"}
	knows  = "a:START_ID(P),b:END_ID(P),:TYPE,since:int\n1,2,KNOWS,2020\n2,3,,\n"
)

func TestGroups(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name          string
		options       load.Options
		relationships string
		want          load.Counts
		types         string
		report        string
		err           string
	}{
		{name: "all", relationships: knows, want: load.Counts{Nodes: 4, Relationships: 2, Properties: 8}, types: "LIKES KNOWS"},
		{name: "another space", relationships: "a:START_ID(P),b:END_ID(C)\n3,1\n", want: load.Counts{Nodes: 4, Relationships: 1, Properties: 7}, types: "LIKES"},
		{name: "no such node", relationships: knows + "1,9,KNOWS,\n", err: `r.csv:4: there is no node with the identifier "9" in P`},
		{name: "no such space", relationships: ":START_ID(X),:END_ID(P)\n1,2\n", err: `identifier "1" in X`},
		{
			name: "bad ones left out", options: load.Options{SkipBad: true, Tolerance: 2}, relationships: knows + "1,9,KNOWS,\n,1,KNOWS,\n",
			want: load.Counts{Nodes: 4, Relationships: 2, Properties: 8, Skipped: 2}, types: "LIKES KNOWS",
			report: "r.csv:4: there is no node with the identifier \"9\" in P\nr.csv:5: an end of the relationship is missing\n",
		},
		{name: "too many bad ones", options: load.Options{SkipBad: true, Tolerance: 1}, relationships: knows + "1,9,,\n1,8,,\n", err: "r.csv:5: there is no node with the identifier \"8\" in P; that is more bad rows than --bad-tolerance=1 allows"},
		{name: "no end", relationships: ":START_ID(P)\n1\n", err: "need one column :START_ID and one :END_ID"},
		{name: "bad value", relationships: "a:START_ID(P),b:END_ID(P),n:int\n1,2,x\n", options: load.Options{SkipBad: true, Tolerance: -1}, err: "r.csv:2: column 3 (n)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := map[string]string{"r.csv": tt.relationships}
			maps.Copy(files, people)
			tt.options.Nodes = groups("Person:Human=h.csv,p1.csv,p2.csv.gz", "c.csv")
			tt.options.Relationships = groups("LIKES=r.csv")
			var report bytes.Buffer
			tt.options.Report = &report
			s, counts, err := run(t, tt.options, files)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("Load() = %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil || counts != tt.want {
				t.Fatalf("Load() = %+v, %v, want %+v", counts, err, tt.want)
			}
			if got := strings.Join(s.Types(), " "); got != tt.types || s.RelationshipCount() != tt.want.Relationships {
				t.Errorf("%d relationships of the types %q, want %q", s.RelationshipCount(), got, tt.types)
			}
			if label, _ := s.Label("Human"); s.LabelCount(label) != 3 {
				t.Errorf("%d humans, want 3", s.LabelCount(label))
			}
			var lines strings.Builder
			for line := range strings.Lines(report.String()) {
				lines.WriteString(line[strings.LastIndex(line, "/")+1:])
			}
			if lines.String() != tt.report {
				t.Errorf("the report is %q, want %q", lines.String(), tt.report)
			}
		})
	}
}

func TestDuplicates(t *testing.T) {
	t.Parallel()
	files := map[string]string{"n.csv": "id:ID,name\n1,a\n1,b\n2,c\n"}
	if _, _, err := run(t, load.Options{Nodes: groups("n.csv")}, files); err == nil || !strings.Contains(err.Error(), `n.csv:3: the identifier "1" is there already`) {
		t.Errorf("Load() = %v", err)
	}
	_, counts, err := run(t, load.Options{Nodes: groups("n.csv"), SkipDuplicates: true, Tolerance: 1, Integers: true}, files)
	if want := (load.Counts{Nodes: 2, Properties: 4, Skipped: 1}); err != nil || counts != want {
		t.Errorf("Load() = %+v, %v, want %+v", counts, err, want)
	}
}
