package plan

import (
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// projection plans WITH and RETURN. It returns the slots of the columns.
func (p *planner) projection(proj *ast.Projection, where ast.Expr, input Node) (Node, []int, error) {
	input = p.barrierBefore(input, p.readsOf(projectionNodes(proj, where)...))
	items := proj.Columns()
	var columns []int
	var node Node
	var err error
	var late []bool
	computed := p.compiler.Computed
	defer func() { p.compiler.Computed = computed }()
	if aggregates(proj, items) {
		node, columns, err = p.aggregate(proj, items, input)
	} else {
		late = p.lateItems(proj, items, where)
		node, columns, err = p.simple(items, late, input)
	}
	if err != nil {
		return nil, nil, err
	}
	if proj.Distinct {
		d := add(p, &Distinct{Input: node, Keys: columns})
		d.Rows = max(1, node.Base().Rows/2)
		node = d
		p.pruneBelow(d, proj)
	}
	if node, err = p.order(proj, items, columns, node); err != nil {
		return nil, nil, err
	}
	if node, err = p.projectLate(items, late, columns, node); err != nil {
		return nil, nil, err
	}
	if where != nil {
		if node, err = p.filter(where, node); err != nil {
			return nil, nil, err
		}
	}
	// What the projection did not list is out of scope now.
	p.bound = make(map[int]bool, len(columns))
	for _, slot := range columns {
		p.bound[slot] = true
	}
	return node, columns, nil
}

func projectionNodes(proj *ast.Projection, where ast.Expr) []ast.Node {
	var nodes []ast.Node
	for _, item := range proj.Columns() {
		// An entity that is only handed on is not read.
		if _, ok := item.Expr.(*ast.Variable); !ok {
			nodes = append(nodes, item.Expr)
		}
	}
	for _, s := range proj.Order {
		nodes = append(nodes, s.Expr)
	}
	if where != nil {
		nodes = append(nodes, where)
	}
	return nodes
}

func aggregates(proj *ast.Projection, items []*ast.Item) bool {
	if proj.Aggregates {
		return true
	}
	for _, item := range items {
		if item.Aggregates {
			return true
		}
	}
	return false
}

// lateItems finds the items that can be computed after ORDER BY and LIMIT, for
// the rows that are left: properties of entities, which never fail, and which
// no later part of the projection looks at.
func (p *planner) lateItems(proj *ast.Projection, items []*ast.Item, where ast.Expr) []bool {
	if len(proj.Order) == 0 || proj.Limit == nil || proj.Distinct || where != nil || p.plan.Writes || p.Plain {
		return nil
	}
	used := make(map[*ast.Symbol]bool)
	texts := make(map[string]bool)
	for _, key := range proj.Order {
		for _, s := range freeSymbols(key.Expr) {
			used[s] = true
		}
		texts[ast.String(key.Expr)] = true
	}
	late := make([]bool, len(items))
	for i, item := range items {
		property, ok := item.Expr.(*ast.Property)
		if !ok || used[item.Symbol] || texts[ast.String(item.Expr)] {
			continue
		}
		if v, ok := property.Subject.(*ast.Variable); ok {
			_, kind, bound := p.lookUp(v.Symbol)
			late[i] = bound && kind != expr.Values
		}
	}
	return late
}

// projectLate plans what lateItems has left for the end.
func (p *planner) projectLate(items []*ast.Item, late []bool, columns []int, input Node) (Node, error) {
	var assigned []Assignment
	for i := range late {
		if !late[i] {
			continue
		}
		value, err := p.compiler.Compile(items[i].Expr)
		if err != nil {
			return nil, err
		}
		assigned = append(assigned, Assignment{Slot: columns[i], Value: value})
	}
	if len(assigned) == 0 {
		return input, nil
	}
	return add(p, &Project{Input: input, Items: assigned}), nil
}

// simple plans a projection without aggregation, but for the late items. A
// variable that is handed on keeps its column.
func (p *planner) simple(items []*ast.Item, late []bool, input Node) (Node, []int, error) {
	var assigned []Assignment
	columns := make([]int, len(items))
	for i, item := range items {
		if i < len(late) && late[i] {
			columns[i] = p.newSlot(expr.Values)
			continue
		}
		value, err := p.compiler.Compile(item.Expr)
		if err != nil {
			return nil, nil, err
		}
		if slot, ok := value.Slot(); ok {
			columns[i] = slot
			continue
		}
		columns[i] = p.newSlot(expr.Values)
		assigned = append(assigned, Assignment{Slot: columns[i], Value: value})
	}
	for i, item := range items {
		p.slots[item.Symbol] = columns[i]
	}
	if len(assigned) == 0 {
		return input, columns, nil
	}
	return add(p, &Project{Input: input, Items: assigned}), columns, nil
}

// aggregation is a projection with aggregating calls while it is planned.
type aggregation struct {
	p     *planner
	items []Aggregation
	byKey map[string]int // slot by the text of an aggregating call
	keys  map[string]int // slot by the text of a grouping key
}

// aggregate plans a projection that groups.
func (p *planner) aggregate(proj *ast.Projection, items []*ast.Item, input Node) (Node, []int, error) {
	a := &aggregation{p: p, byKey: make(map[string]int), keys: make(map[string]int)}
	columns := make([]int, len(items))
	node := &Aggregate{Input: input, Weight: -1}
	var before []Assignment
	for i, item := range items {
		if item.Aggregates {
			continue
		}
		value, err := p.compiler.Compile(item.Expr)
		if err != nil {
			return nil, nil, err
		}
		slot, ok := value.Slot()
		if !ok {
			slot = p.newSlot(expr.Values)
			before = append(before, Assignment{Slot: slot, Value: value})
		}
		columns[i] = slot
		a.keys[ast.String(item.Expr)] = slot
		node.Keys = append(node.Keys, slot)
	}
	for i, item := range items {
		if item.Aggregates {
			if err := a.collect(items[i].Expr); err != nil {
				return nil, nil, err
			}
		}
	}
	for _, s := range proj.Order {
		if err := a.collect(s.Expr); err != nil {
			return nil, nil, err
		}
	}
	node.Items = a.items
	if len(before) > 0 {
		node.Input = add(p, &Project{Input: input, Items: before})
	}
	root, ok := p.pushCount(node)
	if !ok {
		if err := p.extreme(node); err != nil {
			return nil, nil, err
		}
		if !p.Plain && ignoresRepetition(a.items) {
			prune(input)
		}
		root = add(p, node)
		node.Rows = groups(node)
	}
	p.compiler.Computed = a.computed
	var after []Assignment
	for i, item := range items {
		if !item.Aggregates {
			p.slots[item.Symbol] = columns[i]
			continue
		}
		value, err := p.compiler.Compile(item.Expr)
		if err != nil {
			return nil, nil, err
		}
		if slot, ok := value.Slot(); ok {
			columns[i] = slot
		} else {
			columns[i] = p.newSlot(expr.Values)
			after = append(after, Assignment{Slot: columns[i], Value: value})
		}
		p.slots[item.Symbol] = columns[i]
	}
	if len(after) > 0 {
		root = add(p, &Project{Input: root, Items: after})
	}
	return root, columns, nil
}

// ignoresRepetition reports whether aggregations give the same for rows that are
// there once and several times.
func ignoresRepetition(items []Aggregation) bool {
	for i := range items {
		if f := items[i].Function; items[i].Star || !items[i].Distinct && f != "min" && f != "max" {
			return false
		}
	}
	return true
}

// groups estimates how many groups there are.
func groups(n *Aggregate) float64 {
	if len(n.Keys) == 0 {
		return 1
	}
	return max(1, n.Input.Base().Rows/10)
}

// collect gives a slot to each aggregating call of an expression.
func (a *aggregation) collect(e ast.Expr) error {
	var failure error
	ast.Walk(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CountStar:
			a.add(ast.String(n), Aggregation{Function: "count", Star: true, Text: ast.String(n)})
			return false
		case *ast.Call:
			if !n.Aggregate {
				return true
			}
			item := Aggregation{Function: strings.ToLower(n.Name), Distinct: n.Distinct, Text: ast.String(n)}
			if item.Call = a.p.Functions.Find(n.Name); item.Call == nil || item.Call.New == nil {
				failure = notSupported("the aggregating function %s", n.Name)
				return false
			}
			for _, arg := range n.Args {
				value, err := a.p.compiler.Compile(arg)
				if err != nil {
					failure = err
					return false
				}
				item.Args = append(item.Args, value)
				item.arg = arg
			}
			a.add(item.Text, item)
			return false
		case *ast.Subquery, *ast.PatternExpr, *ast.PatternComprehension:
			return false
		}
		return true
	})
	return failure
}

func (a *aggregation) add(text string, item Aggregation) {
	if _, ok := a.byKey[text]; ok {
		return
	}
	item.Slot = a.p.newSlot(expr.Values)
	a.byKey[text] = item.Slot
	a.items = append(a.items, item)
}

// computed finds what the grouping has computed already.
func (a *aggregation) computed(e ast.Expr) (int, bool) {
	switch e.(type) {
	case *ast.CountStar, *ast.Call:
		if slot, ok := a.byKey[ast.String(e)]; ok {
			return slot, true
		}
	case *ast.Literal, *ast.Parameter, *ast.Variable:
		return 0, false
	}
	slot, ok := a.keys[ast.String(e)]
	return slot, ok
}

// order plans ORDER BY, SKIP and LIMIT.
func (p *planner) order(proj *ast.Projection, items []*ast.Item, columns []int, node Node) (Node, error) {
	var skip, limit *expr.Value
	var err error
	if proj.Skip != nil {
		if skip, err = p.compiler.Compile(proj.Skip); err != nil {
			return nil, err
		}
	}
	if proj.Limit != nil {
		if limit, err = p.compiler.Compile(proj.Limit); err != nil {
			return nil, err
		}
	}
	if len(proj.Order) > 0 {
		if node, err = p.sort(proj, items, columns, node, skip, limit); err != nil {
			return nil, err
		}
	}
	if skip != nil {
		node = add(p, &Skip{Input: node, Count: skip})
	}
	if limit != nil {
		l := add(p, &Limit{Input: node, Count: limit, Drain: p.plan.Writes})
		if limit.Fixed() {
			if lit, ok := proj.Limit.(*ast.Literal); ok && lit.Value.Kind() == graph.KindInteger {
				l.Rows = min(l.Rows, max(1, float64(lit.Value.Int())))
			}
		}
		node = l
	}
	return node, nil
}

func (p *planner) sort(proj *ast.Projection, items []*ast.Item, columns []int, node Node, skip, limit *expr.Value) (Node, error) {
	if p.inOrder(proj.Order, items, node) {
		return node, nil
	}
	s := &Sort{Limit: limit, Skip: skip}
	if p.plan.Writes || p.Plain {
		s.Limit, s.Skip = nil, nil
	}
	known := make(map[string]int, len(items))
	for i, item := range items {
		known[ast.String(item.Expr)] = columns[i]
	}
	var assigned []Assignment
	for _, key := range proj.Order {
		slot, ok := -1, false
		if _, variable := key.Expr.(*ast.Variable); !variable {
			slot, ok = known[ast.String(key.Expr)]
		}
		if !ok {
			value, err := p.compiler.Compile(key.Expr)
			if err != nil {
				return nil, err
			}
			if slot, ok = value.Slot(); !ok {
				slot = p.newSlot(expr.Values)
				assigned = append(assigned, Assignment{Slot: slot, Value: value})
			}
		}
		s.Keys = append(s.Keys, SortKey{Slot: slot, Descending: key.Descending})
	}
	if cut, ok := p.cut(s, node, assigned); ok {
		s.Input = cut
		return add(p, s), nil
	}
	if len(assigned) > 0 {
		node = add(p, &Project{Input: node, Items: assigned})
	}
	s.Input = node
	return add(p, s), nil
}

// cut lets a search of the first rows look at the first key of a row before the
// rest is computed. That must not fail: it is not computed for all rows then.
func (p *planner) cut(s *Sort, node Node, assigned []Assignment) (Node, bool) {
	if s.Limit == nil {
		return nil, false
	}
	project, ok := node.(*Project)
	items, base := assigned, node
	if ok {
		items, base = slices.Concat(project.Items, assigned), project.Input
	}
	var first *Assignment
	var rest []Assignment
	for i := range items {
		switch {
		case !items[i].Value.Certain():
			return nil, false
		case items[i].Slot == s.Keys[0].Slot:
			first = &items[i]
		default:
			rest = append(rest, items[i])
		}
	}
	if len(rest) == 0 {
		return nil, false // the sort drops the rows as early
	}
	if first != nil {
		for _, slot := range first.Value.Reads() {
			if slices.ContainsFunc(rest, func(a Assignment) bool { return a.Slot == slot }) {
				return nil, false
			}
		}
		base = add(p, &Project{Input: base, Items: []Assignment{*first}})
	}
	base = add(p, &Cut{Input: base, Sort: s})
	if project == nil {
		return add(p, &Project{Input: base, Items: rest}), true
	}
	project.Input, project.Items = base, rest
	return project, true
}

// filter plans a condition, one predicate for each part of a conjunction.
func (p *planner) filter(where ast.Expr, input Node) (Node, error) {
	f := &Filter{Input: input}
	for _, e := range conjuncts(nil, where) {
		pred, err := p.compiler.Predicate(e)
		if err != nil {
			return nil, err
		}
		f.Predicates = append(f.Predicates, pred)
	}
	add(p, f)
	f.Rows = max(1, input.Base().Rows*0.3)
	return f, nil
}

// conjuncts takes a conjunction apart.
func conjuncts(dst []ast.Expr, e ast.Expr) []ast.Expr {
	if and, ok := e.(*ast.Binary); ok && and.Op == ast.And {
		return conjuncts(conjuncts(dst, and.Left), and.Right)
	}
	if chain, ok := e.(*ast.Comparison); ok && !slices.ContainsFunc(chain.Operands, computed) {
		for i, op := range chain.Ops {
			dst = append(dst, &ast.Binary{Span: chain.Span, Op: op, Left: chain.Operands[i], Right: chain.Operands[i+1]})
		}
		return dst
	}
	return append(dst, e)
}

// computed reports whether an operand of a chain like 1 < n.x < 5 is more than a
// look at a value, which may be done twice.
func computed(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Literal, *ast.Parameter, *ast.Variable:
		return false
	case *ast.Property:
		return computed(e.Subject)
	default:
		return true
	}
}

// pruneBelow lets a walk of many steps directly below a DISTINCT find each node
// once, when nothing but the node is returned.
func (p *planner) pruneBelow(d *Distinct, proj *ast.Projection) {
	if len(proj.Order) > 0 || p.Plain {
		return
	}
	node := d.Input
	if project, ok := node.(*Project); ok {
		node = project.Input
	}
	prune(node)
}

// prune makes a walk at the top of a plan visit each node once. Its list of
// relationships must not be wanted, which the liveness pass checks.
func prune(n Node) {
	for {
		filter, ok := n.(*Filter)
		if !ok {
			break
		}
		n = filter.Input
	}
	v, ok := n.(*VarExpand)
	if ok && !v.Into && !v.Known && len(v.Distinct) == 0 && v.Min <= 1 &&
		(v.Direction != bothDirections || v.Min == 0) && (v.Step == nil || v.Step.Path < 0) {
		v.wantPruning = true
	}
}
