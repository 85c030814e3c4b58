package reference

import (
	"maps"
	"time"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/cypher/parser"
	"github.com/drawbolt/drawbolt/cypher/semantics"
	"github.com/drawbolt/drawbolt/cypher/temporal"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// An Interpreter runs statements on a graph of its own, one after the other.
type Interpreter struct {
	functions *function.Table
	graph     *Graph
}

// New returns an interpreter with an empty graph.
func New() *Interpreter {
	return &Interpreter{functions: function.NewTable(), graph: &Graph{}}
}

// Graph returns the graph as it is now.
func (i *Interpreter) Graph() *Graph { return i.graph }

// A Result is the rows of a statement.
type Result struct {
	Columns []string
	Rows    [][]graph.Value
	// Ties are the ends of runs of rows that ORDER BY does not tell apart; nil
	// when the rows have no order.
	Ties []int
	// Uncertain says that SKIP or LIMIT had a choice among different rows, or a
	// path selector among different paths: another result may be as good.
	Uncertain bool
	// Unordered says that there are lists whose elements could be in another
	// order, and equal values (1 and 1.0) of which another one could be shown.
	Unordered bool
}

// Run parses, checks and runs a statement. A statement that fails changes
// nothing.
func (i *Interpreter) Run(text string, params graph.Value) (result *Result, err error) {
	statement, err := parser.Parse(text)
	if err != nil {
		return nil, err
	}
	info, err := semantics.Analyze(statement, semantics.Catalog{Functions: i.functions})
	if err != nil {
		return nil, err
	}
	query, ok := statement.Body.(*ast.Query)
	if !ok || statement.Mode == ast.Explain || len(statement.Directives) > 0 {
		return nil, ErrUnsupported
	}
	now := temporal.InstantOf(time.Now())
	r := &run{
		interpreter: i, g: i.graph.clone(), params: params, result: &Result{},
		function: function.Context{Clock: temporal.Clock{Transaction: now, Statement: now}},
	}
	defer func() {
		switch f := recover().(type) {
		case nil:
		case failure:
			result, err = nil, f.err
		default:
			panic(f)
		}
	}()
	t := r.query(query, row{})
	if r.g.dangling() {
		fail("DeleteConnectedNode", "a node was deleted that still has relationships")
	}
	i.graph = r.g
	r.result.Columns = info.Columns
	r.result.Rows, r.result.Ties = t.rows, t.ties
	return r.result, nil
}

// run is the state of one statement.
type run struct {
	interpreter *Interpreter
	g           *Graph
	params      graph.Value
	function    function.Context
	result      *Result
	work        int // rows and steps so far
}

// maxWork bounds the rows and steps of a statement: a second or two.
const maxWork = 100_000

// count counts a row or a step.
func (r *run) count() {
	if r.work++; r.work > maxWork {
		unsupported("so much work")
	}
}

// A row gives symbols their values. Rows are never changed: with makes a new
// one. Every binding has a symbol of its own, so that a row may keep the
// symbols of scopes that have ended.
type row map[*ast.Symbol]graph.Value

func (r row) with(s *ast.Symbol, v graph.Value) row {
	c := make(row, len(r)+1)
	maps.Copy(c, r)
	c[s] = v
	return c
}

// A table is what a query returns. items are those of its first part.
type table struct {
	items   []*ast.Item
	rows    [][]graph.Value
	ties    []int
	returns bool // the query ends in RETURN
}

// query runs the parts of a query for a row around it.
func (r *run) query(q *ast.Query, outer row) *table { return r.queryOf(q, []row{outer}, outer) }

// queryOf runs the parts of a query for the rows of a table.
func (r *run) queryOf(q *ast.Query, rows []row, outer row) *table {
	var all *table
	for _, part := range q.Parts {
		t := r.part(part, rows, outer)
		if all == nil {
			all = t
			continue
		}
		all.rows = append(all.rows, t.rows...)
		all.ties = nil
		if part.Combine == ast.CombineUnion {
			r.result.Unordered = true
			all.rows = distinct(all.rows, func(v []graph.Value) []graph.Value { return v })
		}
	}
	return all
}

func (r *run) part(part *ast.Part, rows []row, outer row) *table {
	r.count()
	for _, c := range part.Clauses {
		switch c := c.(type) {
		case *ast.Sequence:
			return r.sequence(c, rows, outer)
		case *ast.Conditional:
			return r.conditional(c, rows)
		case *ast.Return:
			t := &table{items: c.Columns(), returns: true}
			projected, ordered := r.project(&c.Projection, rows, outer)
			for _, p := range projected {
				t.rows = append(t.rows, p.values)
			}
			if ordered {
				t.ties = ties(projected)
			}
			return t
		case *ast.Finish:
			return &table{}
		default:
			rows = r.clause(c, rows, outer)
		}
	}
	// A query without RETURN: only how many rows there are can matter.
	return &table{rows: make([][]graph.Value, len(rows))}
}

// sequence runs queries one after the other.
func (r *run) sequence(c *ast.Sequence, rows []row, outer row) *table {
	var t *table
	for _, q := range c.Queries {
		t = r.queryOf(q, rows, outer)
		rows = []row{outer}
		if t.returns {
			rows = nil
			for _, values := range t.rows {
				out := outer
				for i, item := range t.items {
					out = out.with(item.Symbol, values[i])
				}
				rows = append(rows, out)
			}
		}
	}
	return t
}

// conditional runs, for each row, the query of the first condition that holds.
func (r *run) conditional(c *ast.Conditional, rows []row) *table {
	queries := c.Queries()
	all := &table{returns: queries[0].Returns()}
	for _, in := range rows {
		chosen := len(c.Branches)
		for i, b := range c.Branches {
			if r.holds(b.Cond, scope{row: in}) {
				chosen = i
				break
			}
		}
		if chosen == len(queries) {
			continue
		}
		t := r.query(queries[chosen], in)
		all.rows = append(all.rows, t.rows...)
	}
	part := queries[0].Parts[0]
	if last, ok := part.Clauses[len(part.Clauses)-1].(*ast.Return); ok {
		all.items = last.Columns()
	} else if all.returns {
		unsupported("a query inside of WHEN that ends in another")
	}
	return all
}

func (r *run) clause(c ast.Clause, rows []row, outer row) []row {
	switch c := c.(type) {
	case *ast.Match:
		return r.each(rows, func(in row, emit func(row)) { r.matchClause(c, in, emit) })
	case *ast.With:
		var out []row
		projected, _ := r.project(&c.Projection, rows, outer)
		for _, p := range projected {
			if c.Where == nil || r.holds(c.Where, p.scope) {
				out = append(out, p.scope.row)
			}
		}
		return out
	case *ast.Unwind:
		return r.each(rows, func(in row, emit func(row)) {
			v := r.eval(c.List, scope{row: in})
			switch v.Kind() {
			case graph.KindNull:
			case graph.KindList:
				for _, item := range v.List() {
					emit(in.with(c.Var.Symbol, item))
				}
			default:
				emit(in.with(c.Var.Symbol, v))
			}
		})
	case *ast.CallSubquery:
		return r.each(rows, func(in row, emit func(row)) { r.callSubquery(c, in, emit) })
	default:
		return r.update(c, rows)
	}
}

// each replaces every row by those that f makes of it.
func (r *run) each(rows []row, f func(in row, emit func(row))) []row {
	var out []row
	for _, in := range rows {
		f(in, func(o row) {
			r.count()
			out = append(out, o)
		})
	}
	return out
}

func (r *run) callSubquery(c *ast.CallSubquery, in row, emit func(row)) {
	if c.InTransactions != nil {
		unsupported("IN TRANSACTIONS")
	}
	t := r.query(c.Query, in)
	if !t.returns {
		emit(in)
		return
	}
	for _, values := range t.rows {
		out := in
		for i, item := range t.items {
			out = out.with(item.Symbol, values[i])
		}
		emit(out)
	}
	if c.Optional && len(t.rows) == 0 {
		out := in
		for _, item := range t.items {
			out = out.with(item.Symbol, graph.Null)
		}
		emit(out)
	}
}
