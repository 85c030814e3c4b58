package procedure_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/cypher/procedure"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// rows runs a procedure and describes its rows.
func rows(t *testing.T, p *procedure.Procedure, c *function.Context, args ...graph.Value) (string, error) {
	t.Helper()
	var out []string
	err := p.Run(t.Context(), c, args, func(row []graph.Value) error {
		if len(row) != len(p.Outputs) {
			t.Errorf("%s yields %d values for %d outputs", p.Name, len(row), len(p.Outputs))
		}
		out = append(out, fmt.Sprint(row))
		return nil
	})
	return strings.Join(out, " "), err
}

func TestTable(t *testing.T) {
	table := procedure.NewTable(procedure.Options{Functions: function.NewTable()})
	for _, p := range table.All() {
		switch {
		case p.Run == nil || p.Mode == 0 || !strings.HasSuffix(p.Description, "."):
			t.Errorf("%s lacks something", p.Name)
		case table.Find(strings.ToUpper(p.Name)) != p:
			t.Errorf("%s is not found by its name in capitals", p.Name)
		}
	}
	if table.Find("testing.define") != nil {
		t.Error("test procedures exist without the option")
	}
	if got, want := table.Find("db.awaitIndex").String(), "db.awaitIndex(indexName :: STRING, timeOutSeconds = 300 :: INTEGER) :: VOID"; got != want {
		t.Errorf("signature = %s, want %s", got, want)
	}
}

// server answers as fixed text.
type server struct{}

func (server) Components() (name, version, edition string) { return "Drawbolt", "1.2.3", "community" }
func (server) Address() string                             { return "localhost:7687" }
func (server) Databases() []string                         { return []string{"neo4j"} }
func (server) Settings() [][3]string {
	return [][3]string{{"bolt_port", "7687", "The port."}, {"data_directory", "data", "The directory."}}
}

func TestSystemProcedures(t *testing.T) {
	table := procedure.NewTable(procedure.Options{})
	c := &function.Context{
		Server: server{}, User: "ann", Roles: []string{"admin"},
		Metadata: graph.Map([]graph.Field{{Name: "app", Value: graph.String("test")}}),
	}
	for _, tt := range []struct {
		name string
		args []graph.Value
		want string
	}{
		{"db.ping", nil, "[true]"},
		{"dbms.components", nil, `["Drawbolt" ["1.2.3"] "community"]`},
		{"dbms.showCurrentUser", nil, `["ann" ["admin"] []]`},
		{"dbms.listConfig", []graph.Value{graph.String("PORT")}, `["bolt_port" "The port." "7687" false]`},
		{"dbms.queryJmx", []graph.Value{graph.String("*:*")}, ""},
		{"tx.getMetaData", nil, `[{app: "test"}]`},
		{
			"dbms.routing.getRoutingTable",
			[]graph.Value{graph.Map(nil), graph.Null},
			`[300 [{addresses: ["localhost:7687"], role: "WRITE"}, {addresses: ["localhost:7687"], role: "READ"}, {addresses: ["localhost:7687"], role: "ROUTE"}]]`,
		},
	} {
		if got, err := rows(t, table.Find(tt.name), c, tt.args...); err != nil || got != tt.want {
			t.Errorf("%s = %s, %v, want %s", tt.name, got, err, tt.want)
		}
	}
}

func TestDeclared(t *testing.T) {
	table := procedure.NewTable(procedure.Options{Testing: true})
	define := table.Find("testing.define")
	row := func(name string, n graph.Value) graph.Value {
		return graph.Map([]graph.Field{{Name: "name", Value: graph.String(name)}, {Name: "n", Value: n}})
	}
	data := graph.List([]graph.Value{row("a", graph.Integer(1)), row("a", graph.Integer(2)), row("b", graph.Float(3))})
	before := table.Version()
	if _, err := rows(t, define, nil, graph.String("test.my(name :: STRING?) :: (n :: NUMBER?)"), data); err != nil {
		t.Fatal(err)
	}
	if table.Version() == before {
		t.Error("the version did not change")
	}
	p := table.Find("test.my")
	if got, want := p.String(), "test.my(name :: STRING) :: (n :: INTEGER | FLOAT)"; got != want {
		t.Errorf("signature = %s, want %s", got, want)
	}
	if got, err := rows(t, p, nil, graph.String("a")); err != nil || got != "[1] [2]" {
		t.Errorf("test.my('a') = %s, %v", got, err)
	}
	stop := errors.New("stop")
	if err := p.Run(context.Background(), nil, []graph.Value{graph.String("a")}, func([]graph.Value) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("a refused row gives %v", err)
	}
	if err := table.Add(*p); !errors.Is(err, procedure.ErrExists) {
		t.Errorf("adding twice gives %v", err)
	}
	if _, err := rows(t, table.Find("testing.remove"), nil, graph.String("TEST.my")); err != nil || table.Find("test.my") != nil {
		t.Errorf("test.my is still there: %v", err)
	}
	for _, bad := range []string{"", "x", "x()", "x() (a)", "x(a) :: ()", "x(a :: COLOUR?) :: ()"} {
		if _, err := procedure.Declare(bad, nil); err == nil {
			t.Errorf("Declare(%q) succeeds", bad)
		}
	}
	void, err := procedure.Declare("test.nothing() :: ()", nil)
	if err != nil || void.Outputs != nil {
		t.Errorf("Declare of a void procedure = %v, %v", void.Outputs, err)
	}
}
