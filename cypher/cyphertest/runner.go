package cyphertest

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// Walk runs each file of a directory as a subtest.
func Walk(t *testing.T, dir string) {
	t.Helper()
	datadriven.Walk(t, dir, func(t *testing.T, path string) {
		t.Helper()
		r := &runner{}
		r.reset(t)
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			t.Helper()
			return r.command(t, d)
		})
	})
}

// runner is the state of one file.
type runner struct {
	store  *storage.Store
	engine *cypher.Engine
	plain  *cypher.Engine // on the same store
}

// Open returns an engine on an empty store in memory, closed with the test.
func Open(tb testing.TB) *cypher.Engine {
	tb.Helper()
	store, err := storage.Open(tb.Context(), storage.Options{})
	if err != nil {
		tb.Fatalf("storage.Open: %v", err)
	}
	tb.Cleanup(func() {
		if err := store.Close(); err != nil {
			tb.Errorf("Close: %v", err)
		}
	})
	return cypher.NewEngine(store, cypher.Options{Database: "neo4j", TestProcedures: true})
}

func (r *runner) reset(t *testing.T) {
	t.Helper()
	r.engine = Open(t)
	r.store = r.engine.Store()
	r.plain = cypher.NewEngine(r.store, cypher.Options{Database: "neo4j", Plain: true})
}

func (r *runner) command(t *testing.T, d *datadriven.TestData) string {
	t.Helper()
	ctx := t.Context()
	params := r.params(t, d)
	switch d.Cmd {
	case "reset":
		r.reset(t)
		return "ok\n"
	case "run":
		return r.run(ctx, d.Input, params)
	case "query", "each":
		return r.query(ctx, d.Input, params, d.HasArg("ordered"), d.Cmd == "each")
	case "explain":
		return r.explain(ctx, d.Input, params)
	default:
		d.Fatalf(t, "unknown command %q", d.Cmd)
		return ""
	}
}

// params evaluates the argument with the parameters.
func (r *runner) params(t *testing.T, d *datadriven.TestData) graph.Value {
	t.Helper()
	var text string
	if !d.MaybeScanArgs(t, "params", &text) {
		return graph.Value{}
	}
	result, err := r.engine.Run(t.Context(), "RETURN "+text, graph.Value{}, cypher.RunOptions{})
	if err != nil {
		d.Fatalf(t, "params %s: %v", text, err)
	}
	defer func() { _ = result.Close() }()
	b, err := result.Next(t.Context(), 1)
	if err != nil || b == nil {
		d.Fatalf(t, "params %s: %v", text, err)
	}
	return b.Value(0, 0)
}

// Failure prints an error as test files show it.
func Failure(err error) string {
	if e, ok := errors.AsType[*cypher.Error](err); ok {
		text := fmt.Sprintf("error %s: %s", kindName(e.Kind), e.Message)
		if e.Position.Line > 0 {
			text += fmt.Sprintf(" at %d:%d", e.Position.Line, e.Position.Column)
		}
		return text + "\n"
	}
	return "error: " + err.Error() + "\n"
}

func kindName(k cypher.Kind) string {
	names := map[cypher.Kind]string{
		cypher.KindSyntax: "syntax", cypher.KindType: "type", cypher.KindArgument: "argument",
		cypher.KindArithmetic: "arithmetic", cypher.KindEntityNotFound: "entity not found",
		cypher.KindParameterMissing: "parameter missing", cypher.KindSemantic: "semantic",
		cypher.KindProcedure: "procedure", cypher.KindProcedureFailed: "procedure failed",
		cypher.KindNotSupported: "not supported", cypher.KindExternalResource: "external resource", cypher.KindForbidden: "forbidden",
		cypher.KindTransaction: "transaction", cypher.KindAlone: "alone", cypher.KindMemoryLimit: "memory limit",
		cypher.KindSchema: "schema", cypher.KindAssertion: "assertion",
	}
	return names[k]
}

// run shows the counters of a statement.
func (r *runner) run(ctx context.Context, query string, params graph.Value) string {
	result, err := r.engine.Run(ctx, query, params, cypher.RunOptions{})
	if err != nil {
		return Failure(err)
	}
	if err := drain(ctx, result, func(*cypher.Batch) {}); err != nil {
		return Failure(err)
	}
	return counters(result.Summary())
}

// drain reads all rows in portions of an odd size, to cut batches anywhere.
func drain(ctx context.Context, result *cypher.Result, take func(*cypher.Batch)) (err error) {
	const portion = 7
	defer func() { err = errors.Join(err, result.Close()) }()
	for {
		b, err := result.Next(ctx, portion)
		if err != nil || b == nil {
			return err
		}
		take(b)
	}
}

func counters(s *cypher.Summary) string {
	var b strings.Builder
	show := func(name string, n int64) {
		if n != 0 {
			fmt.Fprintf(&b, "%s %d\n", name, n)
		}
	}
	c := &s.Counters
	show("nodes created", c.NodesCreated)
	show("nodes deleted", c.NodesDeleted)
	show("relationships created", c.RelationshipsCreated)
	show("relationships deleted", c.RelationshipsDeleted)
	show("properties set", c.PropertiesSet)
	show("labels added", c.LabelsAdded)
	show("labels removed", c.LabelsRemoved)
	show("indexes added", s.Schema.IndexesAdded)
	show("indexes removed", s.Schema.IndexesRemoved)
	show("constraints added", s.Schema.ConstraintsAdded)
	show("constraints removed", s.Schema.ConstraintsRemoved)
	if b.Len() == 0 {
		return "nothing changed\n"
	}
	return b.String()
}

// query shows the rows of a statement.
func (r *runner) query(ctx context.Context, query string, params graph.Value, ordered, keep bool) string {
	out, reads := r.rows(ctx, r.engine, query, params, ordered, keep)
	if !reads {
		return out
	}
	// What only reads must give the same rows without any of the rewrites.
	if plain, _ := r.rows(ctx, r.plain, query, params, ordered, keep); plain != out {
		out += "without rewrites:\n" + plain
	}
	return out
}

// rows runs a statement and prints its rows; reads tells that it only reads.
func (r *runner) rows(ctx context.Context, e *cypher.Engine, query string, params graph.Value, ordered, keep bool) (out string, reads bool) {
	result, err := e.Run(ctx, query, params, cypher.RunOptions{})
	if err != nil {
		return Failure(err), false
	}
	reads = result.Summary().Type == cypher.TypeRead
	var lines []string
	err = drain(ctx, result, func(b *cypher.Batch) {
		for row := range b.Len() {
			cells := make([]string, len(result.Columns()))
			for column := range cells {
				cells[column] = Format(r.store, *result.Entities(), b.Value(row, column))
			}
			lines = append(lines, strings.Join(cells, " | "))
		}
	})
	if err != nil && !keep {
		return Failure(err), reads
	}
	if !ordered {
		sort.Strings(lines)
	}
	lines = append([]string{strings.Join(result.Columns(), " | ")}, lines...)
	out = strings.Join(lines, "\n") + "\n"
	if err != nil {
		out += Failure(err)
	}
	return out, reads
}

// explain shows a plan.
func (r *runner) explain(ctx context.Context, query string, params graph.Value) string {
	result, err := r.engine.Run(ctx, "EXPLAIN "+query, params, cypher.RunOptions{})
	if err != nil {
		return Failure(err)
	}
	defer func() { _ = result.Close() }()
	var b strings.Builder
	printPlan(&b, result.Summary().Plan, "")
	return b.String()
}

func printPlan(b *strings.Builder, n *cypher.PlanNode, indent string) {
	b.WriteString(strings.TrimRight(indent+n.Operator+" "+n.Details, " ") + "\n")
	for i := len(n.Children) - 1; i > 0; i-- {
		printPlan(b, n.Children[i], indent+"| ")
	}
	if len(n.Children) > 0 {
		printPlan(b, n.Children[0], indent)
	}
}
