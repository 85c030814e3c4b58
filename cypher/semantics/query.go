package semantics

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A result is what a query hands out: the items of its last projection.
type result struct {
	items []*ast.Item
	// returns tells a query that ends in RETURN, starred one in RETURN *.
	returns, starred bool
}

// A purpose is what a query is for.
type purpose uint8

const (
	forStatement purpose = iota
	forCall              // CALL { … }
	forExists            // EXISTS and COUNT: RETURN may be missing
	forCollect
)

func (a *analyzer) statementQuery(q *ast.Query) {
	if call, ok := soleCall(q); ok {
		a.scope = &scope{}
		a.standaloneCall(call)
		return
	}
	r := a.query(q, forStatement, nil)
	for _, item := range r.items {
		a.info.Columns = append(a.info.Columns, item.Name())
	}
}

// soleCall returns the call of a procedure that is all of a query, USE apart.
func soleCall(q *ast.Query) (*ast.CallProcedure, bool) {
	if len(q.Parts) != 1 {
		return nil, false
	}
	clauses := q.Parts[0].Clauses
	if _, ok := clauses[0].(*ast.Use); ok {
		clauses = clauses[1:]
	}
	if len(clauses) != 1 {
		return nil, false
	}
	call, ok := clauses[0].(*ast.CallProcedure)
	return call, ok
}

// query analyses the parts of a query, each in a scope of its own inside of
// parent.
func (a *analyzer) query(q *ast.Query, p purpose, parent *scope) result {
	return a.queryWith(q, p, parent, nil)
}

// queryWith is query for a query that has variables from the start.
func (a *analyzer) queryWith(q *ast.Query, p purpose, parent *scope, given []*ast.Symbol) result {
	scope, rule, count := a.scope, a.aggregation, a.aggregates
	defer func() { a.scope, a.aggregation, a.aggregates = scope, rule, count }()
	a.aggregation = aggregationRefused
	var first result
	for i, part := range q.Parts {
		a.scope = newScope(parent)
		for _, s := range given {
			a.scope.add(s)
		}
		r := a.part(part, p)
		if i == 0 {
			first = r
			continue
		}
		a.union(q.Parts, i, first, r)
	}
	return first
}

// union checks that the part at index i goes with those before it.
func (a *analyzer) union(parts []*ast.Part, i int, first, r result) {
	part := parts[i]
	if i > 1 && part.Combine != parts[i-1].Combine {
		a.fail(part, ast.InvalidClauseComposition, "UNION and UNION ALL can not be mixed")
	}
	if first.returns != r.returns {
		a.fail(part, ast.DifferentColumnsInUnion, "either all parts of a UNION return rows or none")
	}
	if len(first.items) != len(r.items) {
		a.fail(part, ast.DifferentColumnsInUnion, "the parts of a UNION have different columns")
		return
	}
	for j := range r.items {
		// The columns are joined by their names, later stages join them by
		// their place.
		k := slices.IndexFunc(r.items[j:], func(i *ast.Item) bool { return i.Name() == first.items[j].Name() })
		if k < 0 || k > 0 && r.starred {
			a.fail(part, ast.DifferentColumnsInUnion, "the parts of a UNION have different columns")
			return
		}
		r.items[j], r.items[j+k] = r.items[j+k], r.items[j]
		item := r.items[j]
		if s := first.items[j].Symbol; s != nil && item.Symbol != nil {
			s.Type = s.Type.Union(item.Symbol.Type)
		}
	}
}

func (a *analyzer) part(part *ast.Part, p purpose) result {
	r := result{}
	for i, c := range part.Clauses {
		if a.err != nil {
			return r
		}
		last := i == len(part.Clauses)-1
		if p == forCall && a.importing(part, i) {
			continue
		}
		r = a.clause(c, p)
		switch c.(type) {
		case *ast.Return, *ast.Finish:
			if !last {
				a.fail(part.Clauses[i+1], ast.InvalidClauseComposition, "RETURN and FINISH can only be the last clause of a query")
			}
		case *ast.Use:
			if i > 0 {
				a.fail(c, ast.InvalidClauseComposition, "USE can only be the first clause of a query")
			}
		}
	}
	a.lastClause(part, p)
	return r
}

// lastClause checks how a part ends.
func (a *analyzer) lastClause(part *ast.Part, p purpose) {
	c := part.Clauses[len(part.Clauses)-1]
	what := ""
	switch c := c.(type) {
	case *ast.Match:
		what = "MATCH"
	case *ast.With:
		what = "WITH"
	case *ast.Unwind:
		what = "UNWIND"
	case *ast.LoadCSV:
		what = "LOAD CSV"
	case *ast.Use:
		what = "USE"
	case *ast.CallProcedure:
		if c.Yields {
			what = "CALL with YIELD"
		}
	case *ast.CallSubquery:
		clauses := c.Query.Parts[0].Clauses
		if _, returns := clauses[len(clauses)-1].(*ast.Return); returns {
			what = "CALL of a subquery with RETURN"
		}
	}
	returns := (&ast.Query{Parts: []*ast.Part{part}}).Returns()
	switch {
	case p == forCollect && !returns:
		a.fail(c, ast.InvalidClauseComposition, "a COLLECT subquery needs a RETURN")
	case what != "" && p != forExists:
		a.fail(c, ast.InvalidClauseComposition, "a query can not end with "+what+": add a RETURN or an updating clause")
	}
}

func (a *analyzer) clause(c ast.Clause, p purpose) result {
	switch c := c.(type) {
	case *ast.Match:
		a.match(c)
	case *ast.With:
		a.with(c)
	case *ast.Return:
		return a.returns(c, p)
	case *ast.Unwind:
		a.unwind(c)
	case *ast.LoadCSV:
		a.loadCSV(c)
	case *ast.CallProcedure:
		a.call(c)
	case *ast.CallSubquery:
		a.callSubquery(c)
	case *ast.Sequence:
		return a.sequence(c, p)
	case *ast.Conditional:
		return a.conditional(c, p)
	case *ast.Use:
		a.graphReference(c.Graph)
	case *ast.Finish:
	default:
		a.update(c)
	}
	return result{}
}

func (a *analyzer) match(c *ast.Match) {
	a.matchPattern(c.Pattern, c.Mode, c.Optional)
	for _, h := range c.Hints {
		for _, v := range h.Vars {
			a.use(v)
		}
		if h.Var != nil {
			a.use(h.Var)
		}
	}
	if c.Where != nil {
		a.condition(c.Where)
	}
	if !c.Optional {
		a.noteCartesianProduct(c)
	}
}

// noteCartesianProduct notes a MATCH whose paths share no variable with each
// other: each row of one meets each row of the other. There is a note for each
// group of connected paths but the first; its subject names the nodes.
func (a *analyzer) noteCartesianProduct(c *ast.Match) {
	paths := c.Pattern.Paths
	if len(paths) < 2 || a.err != nil {
		return
	}
	group := make([]int, len(paths)) // the first path of each path's group
	owner := make(map[*ast.Symbol]int)
	for i, path := range paths {
		group[i] = i
		for _, symbol := range nodesOf(path, nil) {
			first, seen := owner[symbol]
			if !seen {
				owner[symbol] = i
				continue
			}
			joined, into := group[i], group[first]
			for k := range i + 1 {
				if group[k] == joined {
					group[k] = into
				}
			}
		}
	}
	for i := range paths {
		if i == 0 || group[i] != i {
			continue
		}
		var names []string
		for k := i; k < len(paths); k++ {
			if group[k] == i {
				nodesOf(paths[k], &names)
			}
		}
		a.notify(c, CartesianProduct, strings.Join(names, ", "))
	}
}

// nodesOf returns the symbols of a path's nodes, and adds their names to a list
// unless that is nil.
func nodesOf(path *ast.PathPattern, names *[]string) []*ast.Symbol {
	var symbols []*ast.Symbol
	ast.Walk(path, func(n ast.Node) bool {
		node, ok := n.(*ast.NodePattern)
		if !ok || node.Var == nil || node.Var.Symbol == nil {
			return true
		}
		symbols = append(symbols, node.Var.Symbol)
		if names != nil && !slices.Contains(*names, node.Var.Name) {
			*names = append(*names, node.Var.Name)
		}
		return true
	})
	return symbols
}

func (a *analyzer) unwind(c *ast.Unwind) {
	t := a.expr(c.List)
	elem := ast.Type{}
	if t.May(ast.TypeList) {
		elem = t.Element()
	}
	// Anything else than a list unwinds to itself.
	if rest := t.Set &^ (ast.TypeList | ast.TypeNull); rest != 0 {
		elem = elem.Union(ast.Type{Set: rest})
	}
	if elem.Set == 0 {
		elem.Set = ast.TypeNull
	}
	a.bindNew(c.Var, elem)
}

func (a *analyzer) loadCSV(c *ast.LoadCSV) {
	a.require(c.From, ast.TypeString, "the place of a file")
	for _, e := range []ast.Expr{c.Delimiter, c.Quote, c.NullIf} {
		if e != nil {
			a.require(e, ast.TypeString, "an option of LOAD CSV")
		}
	}
	if d, ok := c.Delimiter.(*ast.Literal); ok && d.Value.Kind() == graph.KindString && utf8.RuneCountInString(d.Value.Str()) != 1 {
		a.fail(d, ast.InvalidArgumentValue, "CSV field terminator can only be one character wide")
	}
	row := ast.ListOf(ast.TypeString | ast.TypeNull)
	if c.Headers {
		row = ast.Of(ast.TypeMap)
	}
	a.bindNew(c.Var, row)
}

// graphReference checks the graph of USE: a name, which is no variable, or a
// call.
func (a *analyzer) graphReference(e ast.Expr) {
	if call, ok := e.(*ast.Call); ok {
		for _, arg := range call.Args {
			a.expr(arg)
		}
	}
}

// importing reports whether the clause at index i is the WITH that brings
// variables into a subquery without a scope clause, and binds them.
func (a *analyzer) importing(part *ast.Part, i int) bool {
	w, ok := part.Clauses[i].(*ast.With)
	if !ok || a.importFrom == nil {
		return false
	}
	for _, c := range part.Clauses[:i] {
		if _, use := c.(*ast.Use); !use {
			return false
		}
	}
	simple := !w.Distinct && len(w.Order) == 0 && w.Skip == nil && w.Limit == nil && w.Where == nil
	for _, item := range w.Items {
		_, variable := item.Expr.(*ast.Variable)
		simple = simple && variable && item.Alias == nil
	}
	if !simple {
		return false
	}
	inner := a.scope
	a.scope = &scope{parent: inner.parent}
	for _, s := range a.importFrom.visible() {
		a.scope.add(s)
	}
	a.with(w)
	a.scope.parent = inner.parent
	return true
}

// visible returns the symbols of a scope and of those around it.
func (s *scope) visible() []*ast.Symbol {
	var all []*ast.Symbol
	seen := make(map[string]bool)
	for ; s != nil; s = s.parent {
		for _, symbol := range s.symbols {
			if !seen[symbol.Name] {
				seen[symbol.Name] = true
				all = append(all, symbol)
			}
		}
	}
	return all
}
