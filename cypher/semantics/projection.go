package semantics

import (
	"math"
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

func (a *analyzer) with(c *ast.With) {
	before := a.scope
	after := a.projection(&c.Projection)
	a.sorting(&c.Projection, before, after)
	// Aggregation faults come before a missing alias: WITH a.x + b.x, count(*)
	// ORDER BY a.x + b.x + count(*) has both.
	for _, item := range c.Items {
		if _, variable := item.Expr.(*ast.Variable); !variable && item.Alias == nil {
			a.fail(item, ast.NoExpressionAlias, "an expression in WITH needs an alias (AS)")
		}
	}
	if c.Where != nil && a.err == nil {
		a.having(c, before, after)
	}
	a.scope = after
}

// having analyses the WHERE of a WITH.
func (a *analyzer) having(c *ast.With, before, after *scope) {
	a.scope = after
	switch {
	case plain(&c.Projection):
		a.scope = overlay(before, after)
		a.condition(c.Where)
	case a.looksBack(c.Where, before, after):
		o := a.newOrdering(&c.Projection, before, after)
		o.plainKeyOrProjected(c.Where)
	default:
		a.condition(c.Where)
	}
}

// looksBack reports whether an expression uses a variable that a projection
// ended, which is possible where it is spelled as an item is: WITH DISTINCT
// a.x AS x WHERE a.x > 1.
func (a *analyzer) looksBack(e ast.Expr, before, after *scope) bool {
	found := false
	ast.Walk(e, func(n ast.Node) bool {
		if v, ok := n.(*ast.Variable); ok {
			found = found || after.find(v.Name) == nil && before.find(v.Name) != nil
		}
		return !found
	})
	return found
}

func (a *analyzer) returns(c *ast.Return, p purpose) result {
	before := a.scope
	if c.All && len(c.Items) == 0 && len(before.symbols) == 0 && p != forExists {
		a.fail(c, ast.NoVariablesInScope, "RETURN * needs a variable in scope")
	}
	after := a.projection(&c.Projection)
	a.sorting(&c.Projection, before, after)
	if p == forCall {
		for _, item := range c.Items {
			if _, variable := item.Expr.(*ast.Variable); !variable && item.Alias == nil {
				a.fail(item, ast.NoExpressionAlias, "an expression that a subquery returns needs an alias (AS)")
			}
		}
	}
	if n := len(c.Columns()); p == forCollect && n != 1 {
		a.fail(c, ast.InvalidClauseComposition, "a COLLECT subquery must return one column")
	}
	a.scope = after
	return result{items: c.Columns(), returns: true, starred: c.All}
}

// overlay returns a scope in which the names of after hide those of before.
func overlay(before, after *scope) *scope {
	merged := newScope(before)
	for _, s := range after.symbols {
		merged.add(s)
	}
	return merged
}

// projection analyses the items and returns the scope that they make.
func (a *analyzer) projection(p *ast.Projection) *scope {
	after := newScope(a.scope.parent)
	if p.All {
		p.Star = p.Star[:0]
		for _, s := range sortedByName(a.scope.symbols) {
			p.Star = append(p.Star, &ast.Item{Expr: &ast.Variable{Name: s.Name, Symbol: s}, Text: s.Name})
		}
	}
	types := make([]ast.Type, 0, len(p.Items))
	a.aggregation = aggregationAllowed
	for _, item := range p.Items {
		count := a.aggregates
		types = append(types, a.expr(item.Expr))
		item.Aggregates = a.aggregates > count
		p.Aggregates = p.Aggregates || item.Aggregates
	}
	a.aggregation = aggregationRefused
	if a.err == nil && p.Aggregates {
		a.checkGrouping(p)
	}
	for _, item := range p.Star {
		a.project(after, item, item.Expr.(*ast.Variable).Symbol.Type) //nolint:forcetypeassert // made above
	}
	for i, item := range p.Items {
		a.project(after, item, types[i])
	}
	return after
}

// project binds an item in the scope behind the projection.
func (a *analyzer) project(after *scope, item *ast.Item, t ast.Type) {
	name := item.Name()
	if after.local(name) != nil {
		a.fail(item, ast.ColumnNameConflict, "there is more than one column "+name)
	}
	item.Symbol = a.newSymbol(name, t)
	if v, ok := item.Expr.(*ast.Variable); ok && v.Symbol != nil {
		item.Symbol.Group, item.Symbol.Inner = v.Symbol.Group, v.Symbol.Inner
	}
	if item.Alias != nil {
		item.Alias.Symbol = item.Symbol
	}
	after.add(item.Symbol)
}

func sortedByName(symbols []*ast.Symbol) []*ast.Symbol {
	sorted := slices.Clone(symbols)
	slices.SortStableFunc(sorted, func(x, y *ast.Symbol) int { return strings.Compare(x.Name, y.Name) })
	return sorted
}

// plain reports whether what stands behind a projection still sees the
// variables from before it.
func plain(p *ast.Projection) bool { return !p.Distinct && !p.Aggregates }

// sorting analyses ORDER BY, SKIP and LIMIT.
func (a *analyzer) sorting(p *ast.Projection, before, after *scope) {
	if a.err != nil {
		return
	}
	switch {
	case len(p.Order) == 0:
	case plain(p):
		a.scope = overlay(before, after)
		for _, key := range p.Order {
			a.expr(key.Expr)
		}
	default:
		o := a.newOrdering(p, before, after)
		for _, key := range p.Order {
			a.scope = after
			o.key(key.Expr)
		}
	}
	a.scope = before
	a.bound(p.Skip, "SKIP")
	a.bound(p.Limit, "LIMIT")
}

// bound checks the number of SKIP or LIMIT, which may be missing.
func (a *analyzer) bound(e ast.Expr, what string) {
	if e == nil {
		return
	}
	ast.Walk(e, func(n ast.Node) bool {
		if v, ok := n.(*ast.Variable); ok {
			if a.scope.find(v.Name) != nil {
				a.fail(v, ast.NonConstantExpression, what+" can not depend on the variable "+v.Name)
			}
		}
		return true
	})
	saved := a.scope
	a.scope = &scope{}
	t := a.expr(e)
	a.scope = saved
	if !t.May(ast.TypeInteger) {
		a.fail(e, ast.InvalidArgumentType, what+" needs an integer")
	}
	if l, ok := e.(*ast.Literal); ok && l.Value.Kind() == graph.KindInteger && l.Value.Int() < 0 {
		a.fail(e, ast.NegativeIntegerArgument, what+" needs an integer that is not negative")
	}
}

// checkGrouping checks what stands beside aggregating calls in the items of a
// projection that aggregates: constants, and grouping keys that are a
// variable or a property of one.
func (a *analyzer) checkGrouping(p *ast.Projection) {
	keys := groupingKeys(p)
	for _, item := range p.Items {
		if item.Aggregates {
			a.grouped(item.Expr, keys)
		}
	}
}

// groupingKeys returns the texts of the items that do not aggregate.
func groupingKeys(p *ast.Projection) []string {
	var keys []string
	for _, item := range p.Columns() {
		if !item.Aggregates {
			keys = append(keys, ast.String(item.Expr))
		}
	}
	return keys
}

func (a *analyzer) grouped(e ast.Expr, keys []string) {
	locals := make(map[*ast.Symbol]bool)
	ast.Walk(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CountStar:
			return false
		case *ast.Call:
			return !n.Aggregate
		case *ast.Property:
			if simple(n) && slices.Contains(keys, ast.String(n)) {
				return false
			}
		case *ast.ListComprehension:
			locals[n.Var.Symbol] = true
		case *ast.ListPredicate:
			locals[n.Var.Symbol] = true
		case *ast.Reduce:
			locals[n.Acc.Symbol], locals[n.Var.Symbol] = true, true
		case *ast.PatternComprehension, *ast.Subquery, *ast.PatternExpr:
			a.groupedPattern(n, keys)
			return false
		case *ast.Variable:
			if !locals[n.Symbol] && !slices.Contains(keys, ast.String(n)) {
				a.ambiguous(n)
			}
		}
		return true
	})
}

// groupedPattern checks the variables that a pattern or a subquery beside an
// aggregation takes from outside.
func (a *analyzer) groupedPattern(n ast.Node, keys []string) {
	ast.Walk(n, func(n ast.Node) bool {
		v, ok := n.(*ast.Variable)
		if ok && v.Symbol != nil && a.scope.find(v.Name) == v.Symbol && !slices.Contains(keys, ast.String(v)) {
			a.ambiguous(v)
		}
		return true
	})
}

func (a *analyzer) ambiguous(n ast.Node) {
	a.fail(n, ast.AmbiguousAggregationExpression,
		"an expression with an aggregation can only use grouping keys that are a variable or a property of one")
}

// simple reports whether e is a variable or a property of one, however deep.
func simple(e ast.Expr) bool {
	for {
		switch x := e.(type) {
		case *ast.Variable:
			return true
		case *ast.Property:
			e = x.Subject
		default:
			return false
		}
	}
}

// An ordering analyses the keys of ORDER BY behind a projection that
// aggregates or removes duplicates. They may use what was projected: by the
// name of its column, or spelled as the item is.
type ordering struct {
	*analyzer
	p             *ast.Projection
	before, after *scope
	// items and texts are the columns of p and how they are spelled; sizes are
	// their numbers of nodes, and largest is the greatest of them.
	items   []*ast.Item
	texts   []string
	sizes   []int
	largest int
}

func (a *analyzer) newOrdering(p *ast.Projection, before, after *scope) *ordering {
	o := &ordering{analyzer: a, p: p, before: before, after: after, items: p.Columns()}
	for _, item := range o.items {
		size := sizeUpTo(item.Expr, math.MaxInt32)
		o.texts = append(o.texts, ast.String(item.Expr))
		o.sizes = append(o.sizes, size)
		o.largest = max(o.largest, size)
	}
	return o
}

// sizeUpTo returns the number of nodes of e, or limit + 1 when there are more.
func sizeUpTo(e ast.Expr, limit int) int {
	size := 0
	ast.Walk(e, func(ast.Node) bool {
		size++
		return size <= limit
	})
	return min(size, limit+1)
}

// find returns the index of the item that is spelled as e, or -1. Sizes are
// compared first: every part of a long key is looked for.
func (o *ordering) find(e ast.Expr) int {
	size := sizeUpTo(e, o.largest)
	if !slices.Contains(o.sizes, size) {
		return -1
	}
	return slices.Index(o.texts, ast.String(e))
}

func (o *ordering) key(e ast.Expr) {
	aggregating := o.containsAggregate(e)
	if o.projected(e) {
		return
	}
	if !aggregating {
		o.plainKey(e)
		return
	}
	if !o.p.Aggregates {
		o.fail(e, ast.InvalidAggregation, "ORDER BY can only aggregate when the projection does")
		return
	}
	o.mixed(e)
}

// projected reports whether e is spelled as an item is, and binds its
// variables as those of the item.
func (o *ordering) projected(e ast.Expr) bool {
	if _, literal := e.(*ast.Literal); literal {
		return false
	}
	if o.find(e) >= 0 && !o.hidden(e) {
		saved := o.scope
		o.scope = o.before
		o.aggregation = aggregationAllowed
		o.expr(e)
		o.aggregation = aggregationRefused
		o.scope = saved
		return true
	}
	return false
}

// hidden reports whether a variable of e has another meaning behind the
// projection.
func (o *ordering) hidden(e ast.Expr) bool {
	hidden := false
	ast.Walk(e, func(n ast.Node) bool {
		if v, ok := n.(*ast.Variable); ok {
			for _, item := range o.p.Items {
				if item.Alias == nil || item.Alias.Name != v.Name {
					continue
				}
				source, same := item.Expr.(*ast.Variable)
				hidden = hidden || !same || source.Name != v.Name
			}
		}
		return true
	})
	return hidden
}

func (o *ordering) containsAggregate(e ast.Expr) bool {
	found := false
	ast.Walk(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CountStar:
			found = true
		case *ast.Call:
			found = found || o.isAggregate(n)
		case *ast.Subquery:
			return false
		}
		return !found
	})
	return found
}

// plainKey analyses a key without aggregation: parts of it may be spelled as
// items are.
func (o *ordering) plainKey(e ast.Expr) {
	if !o.splits(e, o.plainKeyOrProjected) {
		o.scope = o.after
		o.expr(e)
	}
}

func (o *ordering) plainKeyOrProjected(e ast.Expr) {
	if !o.projected(e) {
		o.plainKey(e)
	}
}

// mixed analyses a part of a key that contains an aggregation.
func (o *ordering) mixed(e ast.Expr) {
	if o.err != nil {
		return
	}
	call, isCall := e.(*ast.Call)
	_, isCount := e.(*ast.CountStar)
	switch {
	case isCount, isCall && o.isAggregate(call):
		o.aggregate(e)
	case simple(e):
		if !o.projected(e) {
			o.scope = o.after
			o.expr(e)
		}
	case o.complexItem(e):
		o.ambiguous(e)
	case !o.splits(e, o.mixed):
		o.scope = o.after
		o.aggregation = aggregationAllowed
		o.expr(e)
		o.aggregation = aggregationRefused
	}
}

// complexItem reports whether e is spelled as an item that is no simple key.
func (o *ordering) complexItem(e ast.Expr) bool {
	if _, literal := e.(*ast.Literal); literal {
		return false
	}
	i := o.find(e)
	return i >= 0 && !o.items[i].Aggregates
}

// aggregate analyses an aggregating call: one of the projection, or one over
// constants.
func (o *ordering) aggregate(e ast.Expr) {
	if o.projected(e) || o.partOfItem(e) {
		return
	}
	o.scope = o.after
	o.aggregation = aggregationAllowed
	o.expr(e)
	o.aggregation = aggregationRefused
	ast.Walk(e, func(n ast.Node) bool {
		if _, ok := n.(*ast.Variable); ok {
			o.fail(e, ast.InvalidAggregation, "ORDER BY can only aggregate what the projection aggregates")
		}
		return true
	})
}

// partOfItem reports whether an aggregating call is part of an item, and
// binds its variables.
func (o *ordering) partOfItem(e ast.Expr) bool {
	text := ast.String(e)
	found := false
	for _, item := range o.p.Items {
		if !item.Aggregates {
			continue
		}
		ast.Walk(item.Expr, func(n ast.Node) bool {
			switch n.(type) {
			case *ast.Call, *ast.CountStar:
				found = found || ast.String(n) == text
			}
			return !found
		})
	}
	if found && !o.hidden(e) {
		o.scope = o.before
		o.aggregation = aggregationAllowed
		o.expr(e)
		o.aggregation = aggregationRefused
		return true
	}
	return false
}

// splits calls f for the operands of an operator or the arguments of a
// function. It returns false when e is something else.
func (o *ordering) splits(e ast.Expr, f func(ast.Expr)) bool {
	switch e := e.(type) {
	case *ast.Binary:
		f(e.Left)
		f(e.Right)
	case *ast.Unary:
		f(e.X)
	case *ast.Comparison:
		for _, x := range e.Operands {
			f(x)
		}
	case *ast.Call:
		for _, x := range e.Args {
			f(x)
		}
	case *ast.ListLiteral:
		for _, x := range e.Items {
			f(x)
		}
	case *ast.Index:
		f(e.Subject)
		f(e.Index)
	case *ast.Property:
		f(e.Subject)
	default:
		return false
	}
	return true
}
