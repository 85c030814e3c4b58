package plan

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/cypher/procedure"
	"github.com/drawbolt/drawbolt/storage"
)

// A Plan is a statement that is ready to run.
type Plan struct {
	Root Node
	// Columns are the slots of the result's columns; none for a statement
	// without a result.
	Columns []int
	// Slots is the number of slots, and Kinds the kind of each one's column.
	Slots int
	Kinds []expr.ColumnKind
	// Locals is the number of local variables of expressions.
	Locals int
	// Segments is the number of stretches between barriers.
	Segments int
	// Operators is the number of operators, those of nested plans included.
	Operators int
	// BatchRows bounds the rows of a batch; zero means the executor's own.
	BatchRows int
	// Nested are the plans of subqueries in expressions.
	Nested []Nested
	// Parameters are what the plan needs from outside, by number.
	Parameters []Parameter
	// OwnTransactions says that a part of the statement runs in transactions of
	// its own: it can not be a part of another one.
	OwnTransactions bool
	// Reads and Writes tell what the statement does to the graph; Deletes
	// that it may delete entities.
	Reads, Writes, Deletes bool
}

// A Parameter is a value that comes with a run: one that the client names, or a
// literal of the text when texts with other literals share the plan.
type Parameter struct {
	Name    string
	Literal int32 // 1 + the literal's slot; 0 for a named parameter
	Negated bool  // a sign belongs to the literal
}

// A Nested is a plan that an expression runs for each row.
type Nested struct {
	Root    Node
	Imports []int   // slots that come from the row
	Locals  []Local // slots that come from local variables
	Column  int     // slot of the result, or -1
}

// A Local is a local variable that a nested plan sees as a column.
type Local struct {
	Slot, Index int
}

// ErrNotSupported is the kind of errors about constructs that are not executed;
// every one of them wraps it.
var ErrNotSupported = errors.New("not supported")

// notSupported refuses a construct by name.
func notSupported(format string, args ...any) error {
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), ErrNotSupported)
}

// Options are what planning needs beside the statement.
type Options struct {
	Store      *storage.Store
	Functions  *function.Table
	Procedures *procedure.Table
	// Plain leaves out what only makes plans faster: indexes, joins, counters,
	// pruning. Its rows go one by one. Tests compare it with the usual plan.
	Plain bool
}

// New plans a query that the semantic analysis has accepted.
func New(q *ast.Query, o Options) (*Plan, error) {
	p := newPlanner(o)
	out, err := p.query(q, p.start())
	if err != nil {
		return nil, err
	}
	return p.complete(out.node, out.columns), nil
}

func newPlanner(o Options) *planner {
	p := &planner{Options: o, plan: &Plan{Segments: 1}, slots: make(map[*ast.Symbol]int), bound: make(map[int]bool)}
	p.keys, p.labels, p.types = make(map[string]*expr.Key), make(map[string]*expr.Label), make(map[string]*expr.Type)
	p.compiler = expr.Compiler{
		Slot: p.lookUp, Parameter: p.parameter, Literal: p.literal, Plan: p.nested, Functions: o.Functions,
		Key: p.key, Label: p.label, Type: p.relType, Loaded: p.loaded,
	}
	if o.Plain {
		p.plan.BatchRows = 1
	}
	return p
}

// complete ends a plan with the slots of its result.
func (p *planner) complete(node Node, columns []int) *Plan {
	p.plan.Columns = columns
	p.plan.Root = add(p, &Produce{Input: node, Columns: columns})
	p.finish(p.plan.Root, nil)
	p.plan.Locals = p.compiler.Locals
	p.plan.Slots = len(p.plan.Kinds)
	for _, sub := range p.subplans {
		own := *p.plan
		own.Root, own.Writes, own.Columns = sub.Root, true, nil
		*sub = own
	}
	return p.plan
}

// planner is the state of planning one statement.
type planner struct {
	Options
	plan     *Plan
	compiler expr.Compiler
	slots    map[*ast.Symbol]int
	bound    map[int]bool // slots that hold rows at the current point
	subplans []*Plan      // parts that run by themselves
	segment  int
	effects  effects   // writes since the segment began
	live     liveReads // what was looked at live since then
	keys     map[string]*expr.Key
	labels   map[string]*expr.Label
	types    map[string]*expr.Type
	loads    *LoadCSV     // the last one; nil before
	lists    map[int]bool // slots that hold lists of relationships of a pattern
}

// result is a planned query: its root, and the slots of its columns.
type result struct {
	node    Node
	columns []int
	symbols []*ast.Symbol
	returns bool
}

// start returns the plan of the rows that come from outside.
func (p *planner) start() Node {
	return add(p, &Argument{Common: Common{Rows: 1}, RowSlot: -1})
}

// add numbers a new operator.
func add[N Node](p *planner, n N) N {
	c := n.Base()
	c.ID = p.plan.Operators
	c.Segment = p.segment
	p.plan.Operators++
	if c.Rows == 0 {
		if in := n.inputs(); len(in) > 0 {
			c.Rows = in[0].Base().Rows
		}
	}
	return n
}

// newSlot returns a slot for a column of a kind.
func (p *planner) newSlot(kind expr.ColumnKind) int {
	p.plan.Kinds = append(p.plan.Kinds, kind)
	return len(p.plan.Kinds) - 1
}

// slotOf returns the slot of a symbol, and makes one when it has none.
func (p *planner) slotOf(sym *ast.Symbol, kind expr.ColumnKind) int {
	if slot, ok := p.slots[sym]; ok {
		return slot
	}
	slot := p.newSlot(kind)
	p.slots[sym] = slot
	return slot
}

// listSlot notes that a slot holds a list of relationships.
func (p *planner) listSlot(slot int) {
	if p.lists == nil {
		p.lists = make(map[int]bool)
	}
	p.lists[slot] = true
}

func (p *planner) lookUp(sym *ast.Symbol) (int, expr.ColumnKind, bool) {
	slot, ok := p.slots[sym]
	if !ok {
		return 0, 0, false
	}
	return slot, p.plan.Kinds[slot], true
}

func (p *planner) parameter(name string) int { return p.outside(Parameter{Name: name}) }

func (p *planner) literal(e *ast.Literal) int {
	return p.outside(Parameter{Literal: e.Slot, Negated: e.Negated})
}

// outside numbers a value that comes from outside.
func (p *planner) outside(want Parameter) int {
	if i := slices.Index(p.plan.Parameters, want); i >= 0 {
		return i
	}
	p.plan.Parameters = append(p.plan.Parameters, want)
	return len(p.plan.Parameters) - 1
}

func (p *planner) key(name string) *expr.Key {
	k, ok := p.keys[name]
	if !ok {
		k = &expr.Key{Name: name}
		p.keys[name] = k
	}
	return k
}

func (p *planner) label(name string) *expr.Label {
	l, ok := p.labels[name]
	if !ok {
		l = &expr.Label{Name: name}
		p.labels[name] = l
	}
	return l
}

func (p *planner) relType(name string) *expr.Type {
	t, ok := p.types[name]
	if !ok {
		t = &expr.Type{Name: name}
		p.types[name] = t
	}
	return t
}

// query plans the parts of a query one beside the other.
func (p *planner) query(q *ast.Query, input Node) (result, error) {
	if len(q.Parts) == 1 {
		return p.part(q.Parts[0], input)
	}
	first := true
	return p.union(q, func() Node {
		if first {
			first = false
			return input
		}
		return add(p, &Argument{Common: Common{Rows: input.Base().Rows}, RowSlot: -1})
	})
}

// union plans parts with the same bound variables and joins their results. Each
// begins with a plan of its own of the rows from outside.
func (p *planner) union(q *ast.Query, start func() Node) (result, error) {
	outer := p.snapshot()
	var out result
	u := &Union{}
	distinct := false
	var symbols [][]*ast.Symbol
	for i, part := range q.Parts {
		if part.Combine == ast.CombineUnion {
			distinct = true
		}
		p.restore(outer)
		r, err := p.part(part, start())
		if err != nil {
			return out, err
		}
		if i == 0 {
			out = r
		}
		symbols = append(symbols, r.symbols)
		u.Branches = append(u.Branches, Branch{Plan: r.node, Slots: r.columns})
		u.Rows += r.node.Base().Rows
	}
	p.restore(outer)
	out.columns = p.unionColumns(u, symbols)
	out.node = add(p, u)
	if distinct && len(out.columns) > 0 {
		out.node = add(p, &Distinct{Input: out.node, Keys: out.columns})
	}
	return out, nil
}

// scope is what a point of the plan knows of variables.
type scope struct {
	bound map[int]bool
	slots map[*ast.Symbol]int
}

func (p *planner) snapshot() scope {
	return scope{bound: maps.Clone(p.bound), slots: maps.Clone(p.slots)}
}

// restore goes back to a scope. Slots that later clauses gave to symbols stay:
// a symbol has one slot in the whole statement.
func (p *planner) restore(s scope) { p.bound = maps.Clone(s.bound) }

// part plans a sequence of clauses.
func (p *planner) part(part *ast.Part, input Node) (result, error) {
	out := result{node: input}
	for _, c := range part.Clauses {
		var err error
		out.node = p.barrierBeforeWriting(c, out.node)
		if out, err = p.clause(c, out); err != nil {
			return out, err
		}
		p.live.add(c)
	}
	return out, nil
}

func (p *planner) clause(c ast.Clause, in result) (result, error) {
	var err error
	out := result{}
	switch c := c.(type) {
	case *ast.Match:
		out.node, err = p.match(c, in.node)
	case *ast.With:
		out.node, _, err = p.projection(&c.Projection, c.Where, in.node)
	case *ast.Return:
		out.returns = true
		var columns []int
		if out.node, columns, err = p.projection(&c.Projection, nil, in.node); err != nil {
			return out, err
		}
		out.columns = columns
		for _, item := range c.Columns() {
			out.symbols = append(out.symbols, item.Symbol)
		}
	case *ast.Unwind:
		out.node, err = p.unwind(c, in.node)
	case *ast.Create:
		out.node, err = p.create(c, in.node)
	case *ast.Merge:
		out.node, err = p.merge(c, in.node)
	case *ast.SetClause:
		out.node, err = p.set(c.Items, in.node)
	case *ast.Remove:
		out.node, err = p.remove(c, in.node)
	case *ast.Delete:
		out.node, err = p.delete(c, in.node)
	case *ast.Foreach:
		out.node, err = p.foreach(c, in.node)
	case *ast.CallSubquery:
		out.node, err = p.subquery(c, in.node)
	case *ast.CallProcedure:
		return p.procedure(c, in.node)
	case *ast.Sequence:
		return p.sequence(c, in.node)
	case *ast.Conditional:
		return p.conditional(c, in.node)
	case *ast.Finish:
		out.node = in.node
	case *ast.LoadCSV:
		out.node, err = p.loadCSV(c, in.node)
	case *ast.Use:
		// Whoever runs the plan has chosen the database.
		out.node = in.node
	default:
		err = notSupported("the clause %T", c)
	}
	return out, err
}

func (p *planner) unwind(c *ast.Unwind, input Node) (Node, error) {
	input = p.barrierBefore(input, p.readsOf(c.List))
	list, err := p.compiler.Compile(c.List)
	if err != nil {
		return nil, err
	}
	slot := p.slotOf(c.Var.Symbol, expr.Values)
	n := add(p, &Unwind{Input: input, Slot: slot, List: list})
	if call, ok := c.List.(*ast.Call); ok && strings.EqualFold(call.Name, "range") {
		for _, arg := range call.Args {
			v, err := p.compiler.Compile(arg)
			if err != nil {
				return nil, err
			}
			n.Range = append(n.Range, v)
		}
	}
	n.Rows = input.Base().Rows * 10
	p.bound[slot] = true
	return n, nil
}

// subquery plans CALL { … }.
func (p *planner) subquery(c *ast.CallSubquery, input Node) (Node, error) {
	input = p.barrierBefore(input, p.readsOf(c.Query))
	outer := p.snapshot()
	start := p.start()
	if p.writes(c.Query) || c.InTransactions != nil {
		// Each row's run sees what the runs for earlier rows have written.
		start = p.barrier(start)
	}
	inner, err := p.query(c.Query, start)
	if err != nil {
		return nil, err
	}
	p.restore(outer)
	n := &Apply{Input: input, Inner: inner.node, Optional: c.Optional, Unit: !inner.returns}
	for i, slot := range inner.columns {
		if outer.bound[slot] || slices.Contains(inner.columns[:i], slot) {
			// The subquery hands a variable back under another name: that
			// needs a column of its own.
			slot = p.newSlot(expr.Values)
			copied := Assignment{Slot: slot, Value: expr.SlotValue(inner.columns[i], inner.symbols[i].Name)}
			n.Inner = add(p, &Project{Input: n.Inner, Items: []Assignment{copied}})
			p.slots[inner.symbols[i]] = slot
		}
		n.Outputs = append(n.Outputs, slot)
		p.bound[slot] = true
	}
	if c.InTransactions != nil {
		return p.inTransactions(c, n)
	}
	a := add(p, n)
	a.Rows = input.Base().Rows * max(inner.node.Base().Rows, 1)
	return a, nil
}

// inTransactions makes a plan of its own of a subquery.
func (p *planner) inTransactions(c *ast.CallSubquery, a *Apply) (Node, error) {
	t := c.InTransactions
	n := &InTransactions{Input: a.Input, Outputs: a.Outputs, Unit: a.Unit, Optional: a.Optional, Status: -1, Plan: &Plan{Root: a.Inner, Writes: true}}
	n.Concurrent = t.Concurrent
	for _, number := range []struct {
		e  ast.Expr
		to **expr.Value
	}{{t.Rows, &n.Rows}, {t.Concurrency, &n.Workers}, {t.RetryFor, &n.RetryFor}} {
		if number.e == nil {
			continue
		}
		v, err := p.compiler.Compile(number.e)
		if err != nil {
			return nil, err
		}
		*number.to = v
	}
	switch t.OnError {
	case ast.OnErrorContinue, ast.OnErrorRetryThenContinue:
		n.OnError = ContinueOnError
	case ast.OnErrorBreak, ast.OnErrorRetryThenBreak:
		n.OnError = BreakOnError
	default:
	}
	n.Retry = t.OnError >= ast.OnErrorRetry
	if t.Status != nil {
		n.Status = p.slotOf(t.Status.Symbol, expr.Values)
		p.bound[n.Status] = true
	}
	p.plan.OwnTransactions = true
	p.subplans = append(p.subplans, n.Plan)
	// What the subquery writes is not in the transaction of the statement.
	p.effects = effects{}
	return add(p, n), nil
}

// writes reports whether a query has an updating clause.
func (p *planner) writes(q *ast.Query) bool {
	found := false
	ast.Walk(q, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallProcedure:
			found = found || writesGraph(p.Procedures.Find(n.Name))
		case *ast.Create, *ast.Merge, *ast.SetClause, *ast.Remove, *ast.Delete, *ast.Foreach:
			found = true
		}
		return !found
	})
	return found
}

// nested plans a subquery of an expression.
func (p *planner) nested(e ast.Expr, locals map[*ast.Symbol]int) (expr.Subplan, error) {
	outer := p.snapshot()
	n := Nested{Column: -1}
	for sym, index := range locals {
		slot, ok := p.slots[sym]
		if !ok {
			slot = p.newSlot(expr.Values)
			p.slots[sym] = slot
		}
		p.bound[slot] = true
		n.Locals = append(n.Locals, Local{Slot: slot, Index: index})
	}
	err := p.compiler.Nested(func() error { return p.nestedPlan(e, &n) })
	p.restore(outer)
	if err != nil {
		return expr.Subplan{}, err
	}
	var needed []int
	if n.Column >= 0 {
		needed = []int{n.Column}
	}
	imports := p.finish(n.Root, needed)
	for _, slot := range imports {
		if !slices.ContainsFunc(n.Locals, func(l Local) bool { return l.Slot == slot }) {
			n.Imports = append(n.Imports, slot)
		}
	}
	for sym := range locals {
		// Outside of the nested plan the variable is a local one again.
		delete(p.slots, sym)
	}
	p.plan.Nested = append(p.plan.Nested, n)
	return expr.Subplan{ID: len(p.plan.Nested) - 1, Reads: n.Imports}, nil
}

func (p *planner) nestedPlan(e ast.Expr, n *Nested) error {
	switch e := e.(type) {
	case *ast.Subquery:
		out, err := p.query(e.Query, p.start())
		if err != nil {
			return err
		}
		n.Root = out.node
		if e.Kind == ast.Collect && len(out.columns) == 1 {
			n.Column = out.columns[0]
		}
		return nil
	case *ast.PatternExpr:
		root, err := p.pattern([]*ast.PathPattern{e.Path}, nil, p.start())
		n.Root = root
		if err == nil && e.Path.Selector.Kind != ast.SelectAll {
			n.Root, n.Column = p.pathColumn(e.Path, root)
		}
		return err
	case *ast.PatternComprehension:
		root, err := p.pattern([]*ast.PathPattern{e.Path}, e.Where, p.start())
		if err != nil {
			return err
		}
		value, err := p.compiler.Compile(e.Map)
		if err != nil {
			return err
		}
		n.Column = p.newSlot(expr.Values)
		n.Root = add(p, &Project{Input: root, Items: []Assignment{{Slot: n.Column, Value: value}}})
		return nil
	default:
		return notSupported("a subquery in %T", e)
	}
}
