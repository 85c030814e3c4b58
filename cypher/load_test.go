package cypher_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/cypher/cyphertest"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

func TestLoadCSV(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"people.csv": "name,age,name\nx,40,Ann\ny,,Bob\n",
		"semi.csv":   "a;1\nb;2\n",
		"bad.csv":    "a,b\n\"c\"d,e\nf,g\n",
		"empty.csv":  "",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	store, err := storage.Open(t.Context(), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	open := cypher.NewEngine(store, cypher.Options{Load: cypher.LoadOptions{Directory: dir}})
	closed := cypher.NewEngine(store, cypher.Options{})
	for _, tt := range []struct {
		name, query string
		engine      *cypher.Engine
		want        string // rows, a line each
		kind        cypher.Kind
		message     string
	}{
		{name: "headers, the last of two with one name", query: "LOAD CSV WITH HEADERS FROM 'file:///people.csv' AS row RETURN row.name, row.age, linenumber() AS n", want: "'Ann', '40', 2\n'Bob', null, 3"},
		{name: "without headers", query: "LOAD CSV FROM 'file:///semi.csv' AS row FIELDTERMINATOR ';' RETURN row, right(file(), 8) AS f", want: "['a', '1'], 'semi.csv'\n['b', '2'], 'semi.csv'"},
		{name: "no further than asked for", query: "LOAD CSV FROM 'file:///bad.csv' AS row RETURN row[0] LIMIT 1", want: "'a'"},
		{name: "record that is not well formed", query: "LOAD CSV FROM 'file:///bad.csv' AS row RETURN row[0]", want: "'a'", kind: cypher.KindExternalResource, message: "record 2"},
		{name: "several files", query: "UNWIND ['semi.csv', 'empty.csv', 'semi.csv'] AS f LOAD CSV FROM 'file:///' + f AS row FIELDTERMINATOR ';' RETURN f, count(*) AS n", want: "'semi.csv', 4"},
		{name: "Memgraph's form", query: "LOAD CSV FROM 'file:///people.csv' WITH HEADER AS row RETURN row.age", want: "'40'\n''"},
		{name: "bad records ignored", query: "LOAD CSV FROM 'file:///bad.csv' NO HEADER IGNORE BAD DELIMITER ',' AS row RETURN row", want: "['a', 'b']\n['f', 'g']"},
		{name: "written", query: "LOAD CSV FROM 'file:///semi.csv' AS row FIELDTERMINATOR ';' CREATE (n:Loaded {v: toInteger(row[1])}) RETURN sum(n.v) AS s", want: "3"},
		{name: "in transactions", query: "LOAD CSV FROM 'file:///semi.csv' AS row FIELDTERMINATOR ';' CALL (row) { CREATE (n:Portion {v: row[0]}) RETURN n.v AS v } IN TRANSACTIONS OF 1 ROW RETURN v", want: "'a'\n'b'"},
		{name: "missing file", query: "LOAD CSV FROM 'file:///nothing.csv' AS row RETURN row", kind: cypher.KindExternalResource, message: "file:///nothing.csv"},
		{name: "no directory", engine: closed, query: "LOAD CSV FROM 'file:///semi.csv' AS row RETURN row", kind: cypher.KindExternalResource, message: "--load-csv-directory"},
		{name: "address that is no text", query: "LOAD CSV FROM $x AS row RETURN row", kind: cypher.KindType, message: "INTEGER"},
		{name: "terminator of two characters", query: "LOAD CSV FROM 'file:///semi.csv' AS row FIELDTERMINATOR 'ab' RETURN row", kind: cypher.KindSyntax, message: "one character"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := tt.engine
			if e == nil {
				e = open
			}
			got, err := answer(t, e, tt.query)
			if got != tt.want {
				t.Errorf("rows\n%s\nwant\n%s", got, tt.want)
			}
			if tt.message == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if failed := (&cypher.Error{}); !errors.As(err, &failed) || failed.Kind != tt.kind || !strings.Contains(failed.Message, tt.message) {
				t.Errorf("error %v; want kind %d with %q", err, tt.kind, tt.message)
			}
		})
	}
}

// answer returns the rows of a query as text, and its error.
func answer(t *testing.T, e *cypher.Engine, query string) (string, error) {
	t.Helper()
	params := graph.Map([]graph.Field{{Name: "x", Value: graph.Integer(1)}})
	res, err := e.Run(t.Context(), query, params, cypher.RunOptions{})
	if err != nil {
		return "", err
	}
	defer res.Close()
	var rows []string
	for {
		batch, err := res.Next(t.Context(), 100)
		if err != nil || batch == nil {
			return strings.Join(rows, "\n"), err
		}
		for row := range batch.Len() {
			var cells []string
			for col := range res.Columns() {
				cells = append(cells, cyphertest.Format(e.Store(), storage.View{}, batch.Value(row, col)))
			}
			rows = append(rows, strings.Join(cells, ", "))
		}
	}
}
