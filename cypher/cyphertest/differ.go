package cyphertest

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/cypher/cyphertest/reference"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Differ runs statements in several engines, each on a graph of its own, and
// in the reference interpreter, and tells where they disagree.
type Differ struct {
	subjects  []Subject
	reference *reference.Interpreter
}

// A Subject is compared with the interpreter.
type Subject interface {
	// Name is shown with differences.
	Name() string
	// Observe runs a statement to its end.
	Observe(ctx context.Context, query string, params graph.Value) Observation
}

// An Observation is what a subject has made of a statement.
type Observation struct {
	Columns []string
	Err     error
	// Unsupported says that the subject does not know the construct.
	Unsupported bool
	// Repeat says that the statement has changed nothing and that a second run
	// may take another way.
	Repeat       bool
	exact, loose []string
}

// Add adds a row, with the graph that its entities are in.
func (o *Observation) Add(g Graph, values []graph.Value) {
	o.exact = append(o.exact, text(g, false, values...))
	o.loose = append(o.loose, text(g, true, values...))
}

// NewDiffer returns a Differ of the engine as it is used, and of one without
// rewrites, batches and caches. Their graphs end with the test.
func NewDiffer(tb testing.TB) *Differ {
	tb.Helper()
	usual, other := Open(tb), Open(tb)
	plain := cypher.NewEngine(other.Store(), cypher.Options{
		Database: "neo4j", TestProcedures: true, Plain: true, PlanCacheSize: 1,
	})
	return NewDifferOf(engine{"engine", usual}, engine{"plain engine", plain})
}

// NewDifferOf returns a Differ of other subjects, whose graphs must be empty.
func NewDifferOf(subjects ...Subject) *Differ {
	return &Differ{subjects: subjects, reference: reference.New()}
}

// Reset empties all graphs. It makes a Differ usable again that has found a
// difference.
func (d *Differ) Reset(ctx context.Context) error {
	d.reference = reference.New()
	for _, subject := range d.subjects {
		if o := subject.Observe(ctx, "MATCH (n) DETACH DELETE n", graph.Null); o.Err != nil {
			return fmt.Errorf("cyphertest: %s: %w", subject.Name(), o.Err)
		}
	}
	return nil
}

// Prepare runs statements that the interpreter has no use for, such as those that
// create indexes.
func (d *Differ) Prepare(ctx context.Context, statements ...string) error {
	for _, subject := range d.subjects {
		for _, statement := range statements {
			if o := subject.Observe(ctx, statement, graph.Null); o.Err != nil {
				return fmt.Errorf("cyphertest: %s: %s: %w", subject.Name(), statement, o.Err)
			}
		}
	}
	return nil
}

// An Outcome says how far a statement could be compared.
type Outcome uint8

// The outcomes.
const (
	// Agreed means that all have the same rows and the same graph after them.
	Agreed Outcome = iota + 1
	// Refused means that all have failed, and that nothing has changed.
	Refused
	// Undecided means that the language leaves the result open or that the
	// interpreter does not run the statement. After a statement that writes the
	// graphs may now differ: the Differ must be reset.
	Undecided
	// Differs means that there is a difference. The Differ must be reset.
	Differs
)

// statementLimit is how long an engine may take for a statement on a small
// graph.
const statementLimit = 20 * time.Second

// Run runs a statement everywhere. The text tells the difference, if there is
// one.
func (d *Differ) Run(ctx context.Context, query string, params graph.Value) (Outcome, string) {
	want, err := d.reference.Run(query, params)
	if errors.Is(err, reference.ErrUnsupported) {
		return Undecided, ""
	}
	for _, subject := range d.subjects {
		got := subject.Observe(ctx, query, params)
		if got.Unsupported {
			return Undecided, query + "\n" + got.Err.Error()
		}
		if text := d.compare(&got, want, err); text != "" {
			return Differs, fmt.Sprintf("%s\n%s: %s", query, subject.Name(), text)
		}
		if got.Repeat {
			got = subject.Observe(ctx, query, params)
			if text := d.compare(&got, want, err); text != "" {
				return Differs, fmt.Sprintf("%s\n%s, second run: %s", query, subject.Name(), text)
			}
		}
	}
	switch {
	case err != nil:
		return Refused, err.Error()
	case want.Uncertain:
		return Undecided, ""
	}
	return d.compareGraphs(ctx, query)
}

// compareGraphs compares what a statement has left.
func (d *Differ) compareGraphs(ctx context.Context, query string) (Outcome, string) {
	want := d.referenceGraph()
	for _, subject := range d.subjects {
		nodes := subject.Observe(ctx, "MATCH (n) RETURN n", graph.Null)
		rels := subject.Observe(ctx, "MATCH (a)-[r]->(b) RETURN a, r, b", graph.Null)
		got := slices.Concat(nodes.exact, rels.exact)
		sort.Strings(got)
		if text := difference(got, want); text != "" {
			return Differs, fmt.Sprintf("%s\n%s, graph after it:\n%s", query, subject.Name(), text)
		}
	}
	return Agreed, ""
}

func (d *Differ) referenceGraph() []string {
	g := d.reference.Graph()
	var lines []string
	for _, id := range g.Nodes() {
		lines = append(lines, text(g, false, graph.Node(id)))
	}
	for _, id := range g.Relationships() {
		start, end, _ := g.RelationshipEnds(id)
		lines = append(lines, text(g, false, graph.Node(start), graph.Relationship(id), graph.Node(end)))
	}
	sort.Strings(lines)
	return lines
}

// text prints a row.
func text(g Graph, loose bool, values ...graph.Value) string {
	cells := make([]string, len(values))
	for i, v := range values {
		p := printer{graph: g, loose: loose}
		p.value(v)
		cells[i] = p.b.String()
	}
	return strings.Join(cells, " | ")
}

// An engine is a subject.
type engine struct {
	name string
	*cypher.Engine
}

// Name returns the name of the engine.
func (e engine) Name() string { return e.name }

// Observe runs a statement to its end. A panic of the engine is an error, so
// that it is shown with the statement and the others go on.
func (e engine) Observe(ctx context.Context, query string, params graph.Value) (o Observation) {
	ctx, cancel := context.WithTimeout(ctx, statementLimit)
	defer cancel()
	defer func() {
		if fault := recover(); fault != nil {
			o = Observation{Err: fmt.Errorf("panic: %v\n%s", fault, debug.Stack())}
		}
	}()
	result, err := e.Run(ctx, query, params, cypher.RunOptions{})
	if err != nil {
		failure, ok := errors.AsType[*cypher.Error](err)
		return Observation{Err: err, Unsupported: ok && failure.Kind == cypher.KindNotSupported}
	}
	o.Columns = result.Columns()
	o.Err = drain(ctx, result, func(b *cypher.Batch) {
		g := stored{store: e.Store(), view: *result.Entities()}
		for row := range b.Len() {
			values := make([]graph.Value, len(o.Columns))
			for column := range values {
				values[column] = b.Value(row, column)
			}
			o.Add(g, values)
		}
	})
	o.Repeat = result.Summary().Type == cypher.TypeRead
	return o
}

// compare returns how an engine's result differs from the interpreter's.
func (d *Differ) compare(got *Observation, want *reference.Result, err error) string {
	switch {
	case err != nil && got.Err == nil:
		return fmt.Sprintf("no error, want %v", err)
	case err == nil && got.Err != nil:
		return fmt.Sprintf("error %v, want none", got.Err)
	case err != nil:
		return ""
	case !slices.Equal(got.Columns, want.Columns):
		return fmt.Sprintf("columns %q, want %q", got.Columns, want.Columns)
	case len(want.Columns) == 0:
		return ""
	case want.Uncertain:
		if len(got.exact) != len(want.Rows) {
			return fmt.Sprintf("%d rows, want %d", len(got.exact), len(want.Rows))
		}
		return ""
	}
	lines := got.exact
	if want.Unordered {
		lines = got.loose
	}
	var expected []string
	for _, values := range want.Rows {
		expected = append(expected, text(d.reference.Graph(), want.Unordered, values...))
	}
	ends := want.Ties
	if ends == nil || len(lines) != len(expected) {
		ends = []int{max(len(lines), len(expected))}
	}
	from := 0
	for _, end := range ends {
		a, b := part(lines, from, end), part(expected, from, end)
		sort.Strings(a)
		sort.Strings(b)
		if text := difference(a, b); text != "" {
			return fmt.Sprintf("%d rows, want %d; from row %d on:\n%s", len(lines), len(expected), from, text)
		}
		from = end
	}
	return ""
}

func part(lines []string, from, end int) []string {
	return slices.Clone(lines[min(from, len(lines)):min(end, len(lines))])
}

// shown is how many lines of a difference are shown.
const shown = 12

// difference returns the lines that only one of two sorted lists has.
func difference(got, want []string) string {
	var lines []string
	i, j := 0, 0
	for i < len(got) || j < len(want) {
		switch {
		case j == len(want) || i < len(got) && got[i] < want[j]:
			lines = append(lines, "  has   "+got[i])
			i++
		case i == len(got) || want[j] < got[i]:
			lines = append(lines, "  lacks "+want[j])
			j++
		default:
			i, j = i+1, j+1
		}
	}
	if len(lines) > shown {
		lines = append(lines[:shown], fmt.Sprintf("  and %d more", len(lines)-shown))
	}
	return strings.Join(lines, "\n")
}
