package reference

import (
	"math"
	"slices"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A matcher finds the ways in which patterns fit into the graph, by trying all.
type matcher struct {
	*run
	// fresh are the symbols that the patterns may bind.
	fresh map[*ast.Symbol]bool
	// repeatable lets a relationship be used more than once.
	repeatable bool
	// where are the conditions of the clause.
	where []ast.Expr
}

// A state is a pattern that fits so far. It is a value: a copy can go another
// way, as long as slices only grow through add.
type state struct {
	row  row
	used []graph.RelationshipID
	// pending are conditions on variables that are bound later.
	pending []condition
	// path is the current one; its last node is where it has come to.
	path graph.Path
}

type condition func(row) bool

// add appends to a slice that other states may share.
func add[T any](s []T, x T) []T { return append(slices.Clip(s), x) }

func (s *state) at() (graph.NodeID, bool) {
	if n := len(s.path.Nodes); n > 0 {
		return s.path.Nodes[n-1], true
	}
	return 0, false
}

func (r *run) newMatcher(p ast.Node, repeatable bool) *matcher {
	m := &matcher{run: r, fresh: make(map[*ast.Symbol]bool), repeatable: repeatable}
	ast.Walk(p, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.NodePattern:
			m.fresh[n.Symbol] = true
		case *ast.RelPattern:
			m.fresh[n.Symbol] = true
			if n.Expansion != nil && n.Expansion.Total != nil {
				m.fresh[n.Expansion.Total.Symbol] = true
			}
		case *ast.PathPattern:
			if n.Symbol != nil {
				m.fresh[n.Symbol] = true
			}
		case *ast.GroupPattern:
			for _, s := range n.Groups {
				m.fresh[s] = true
			}
		}
		return true
	})
	return m
}

func (r *run) matchClause(c *ast.Match, in row, emit func(row)) {
	m := r.newMatcher(c.Pattern, c.Mode == ast.MatchRepeatableElements)
	m.where = conjuncts(nil, c.Where)
	found := false
	m.match(c.Pattern.Paths, in, func(out row) {
		if c.Where == nil || r.holds(c.Where, scope{row: out}) {
			found = true
			emit(out)
		}
	})
	if found || !c.Optional {
		return
	}
	out := in
	for s := range m.fresh {
		if _, bound := in[s]; !bound {
			out = out.with(s, graph.Null)
		}
	}
	emit(out)
}

// pattern finds the matches of a single path, for expressions and MERGE.
func (r *run) pattern(p *ast.PathPattern, in row, emit func(row)) {
	r.newMatcher(p, false).match([]*ast.PathPattern{p}, in, emit)
}

func (m *matcher) match(paths []*ast.PathPattern, in row, emit func(row)) {
	m.paths(paths, state{row: in}, func(st state) {
		for _, c := range st.pending {
			if !c(st.row) {
				return
			}
		}
		emit(st.row)
	})
}

func (m *matcher) paths(paths []*ast.PathPattern, st state, then func(state)) {
	if len(paths) == 0 {
		then(st)
		return
	}
	p := paths[0]
	st.path = graph.Path{}
	done := func(st state) {
		if p.Symbol != nil {
			path := st.path
			st.row = st.row.with(p.Symbol, graph.NewPath(&path))
		}
		m.paths(paths[1:], st, then)
	}
	if p.Selector.Kind == ast.SelectAll {
		m.elements(p.Elements, st, done)
		return
	}
	var all []state
	m.elements(p.Elements, st, func(st state) {
		if m.eligible(p, st) {
			all = append(all, st)
		}
	})
	for _, st := range m.selected(p.Selector, all) {
		done(st)
	}
}

// conjuncts appends the parts of an expression that are joined by AND.
func conjuncts(dst []ast.Expr, e ast.Expr) []ast.Expr {
	if and, ok := e.(*ast.Binary); ok && and.Op == ast.And {
		return conjuncts(conjuncts(dst, and.Left), and.Right)
	}
	if e == nil {
		return dst
	}
	return append(dst, e)
}

// eligible reports whether shortestPath() may choose a path: the shortest one
// that meets the conditions on it is wanted.
func (m *matcher) eligible(p *ast.PathPattern, st state) bool {
	if p.Selector.Kind > ast.SelectAllShortestPathsFunction {
		return true
	}
	in := st.row
	if p.Symbol != nil {
		path := st.path
		in = in.with(p.Symbol, graph.NewPath(&path))
	}
	rel, _ := p.Elements[1].(*ast.RelPattern)
	for _, e := range m.where {
		about, ready := false, true
		ast.Walk(e, func(n ast.Node) bool {
			if v, ok := n.(*ast.Variable); ok {
				about = about || v.Symbol != nil && (v.Symbol == p.Symbol || v.Symbol == rel.Symbol)
				_, bound := in[v.Symbol]
				ready = ready && (bound || !m.fresh[v.Symbol])
			}
			return true
		})
		if about && ready && !m.holds(e, scope{row: in}) {
			return false
		}
	}
	return true
}

// selected chooses among paths between the same two nodes by their length.
func (m *matcher) selected(s ast.Selector, all []state) []state {
	slices.SortStableFunc(all, func(a, b state) int { return len(a.path.Relationships) - len(b.path.Relationships) })
	count := 1
	if s.Count != nil {
		count = int(m.eval(s.Count, scope{}).Int())
	}
	type ends struct{ start, end graph.NodeID }
	taken := make(map[ends]int)   // paths, or groups of paths of one length
	longest := make(map[ends]int) // relationships of the last path taken
	var kept []state
	for _, st := range all {
		n := len(st.path.Relationships)
		e := ends{st.path.Nodes[0], st.path.Nodes[n]}
		last, seen := longest[e]
		switch s.Kind {
		case ast.SelectAllShortest, ast.SelectAllShortestPathsFunction, ast.SelectShortestGroups:
			if !seen || n != last {
				if taken[e] == count {
					continue
				}
				taken[e]++
			}
		default:
			if taken[e] == count {
				if n == last || s.Kind == ast.SelectAny {
					m.result.Uncertain = true
				}
				continue
			}
			taken[e]++
		}
		longest[e] = n
		kept = append(kept, st)
	}
	return kept
}

func (m *matcher) elements(elements []ast.Element, st state, then func(state)) {
	if len(elements) == 0 {
		then(st)
		return
	}
	next := func(st state) { m.elements(elements[1:], st, then) }
	switch e := elements[0].(type) {
	case *ast.NodePattern:
		m.starts(st, func(st state) { m.node(e, st, next) })
	case *ast.RelPattern:
		switch {
		case e.Expansion != nil:
			m.traversal(e, st, next)
		case e.Length == nil && e.Quantifier == nil:
			m.single(e, st, next)
		default:
			m.many(e, st, next)
		}
	case *ast.GroupPattern:
		if e.Path.Symbol != nil && e.Quantifier != nil || e.Path.Selector.Kind != ast.SelectAll {
			unsupported("a path inside of a path")
		}
		m.starts(st, func(st state) {
			if e.Quantifier != nil {
				m.group(e, st, nil, next)
				return
			}
			first := len(st.path.Relationships)
			m.elements(e.Path.Elements, st, func(st state) {
				if e.Path.Symbol != nil {
					part := graph.Path{Nodes: st.path.Nodes[first:], Relationships: st.path.Relationships[first:]}
					st.row = st.row.with(e.Path.Symbol, graph.NewPath(&part))
				}
				if e.Where == nil || m.require(e.Where, &st, func(in row) bool { return m.holds(e.Where, scope{row: in}) }) {
					next(st)
				}
			})
		})
	}
}

// starts makes every node the first of a path that has none.
func (m *matcher) starts(st state, then func(state)) {
	if _, ok := st.at(); ok {
		then(st)
		return
	}
	for _, id := range m.g.Nodes() {
		st := st
		st.path.Nodes = []graph.NodeID{id}
		then(st)
	}
}

// node fits the node that the path has come to.
func (m *matcher) node(p *ast.NodePattern, st state, then func(state)) {
	m.count()
	id, _ := st.at()
	v := graph.Node(id)
	if !m.bind(p.Symbol, v, &st) || !m.label(p.Labels, v, &st) || !m.properties(p.Properties, v, &st) {
		return
	}
	if p.Where != nil && !m.require(p.Where, &st, func(in row) bool { return m.holds(p.Where, scope{row: in}) }) {
		return
	}
	then(st)
}

// bind gives a symbol its value, or compares it with what it has.
func (m *matcher) bind(s *ast.Symbol, v graph.Value, st *state) bool {
	if bound, ok := st.row[s]; ok {
		return graph.Equal(bound, v) == graph.True
	}
	st.row = st.row.with(s, v)
	return true
}

func (m *matcher) label(e ast.LabelExpr, v graph.Value, st *state) bool {
	return e == nil || m.labelled(e, v, scope{row: st.row})
}

func (m *matcher) properties(e ast.Expr, v graph.Value, st *state) bool {
	literal, ok := e.(*ast.MapLiteral)
	if !ok {
		return e == nil
	}
	for _, entry := range literal.Entries {
		if !m.require(entry.Value, st, func(in row) bool {
			return graph.Equal(m.property(v, entry.Key), m.eval(entry.Value, scope{row: in})) == graph.True
		}) {
			return false
		}
	}
	return true
}

// require tests a condition now, or at the end when e has variables that are
// not bound yet.
func (m *matcher) require(e ast.Expr, st *state, c condition) bool {
	ready := true
	ast.Walk(e, func(n ast.Node) bool {
		if v, ok := n.(*ast.Variable); ok && m.fresh[v.Symbol] {
			_, bound := st.row[v.Symbol]
			ready = ready && bound
		}
		return ready
	})
	if ready {
		return c(st.row)
	}
	st.pending = add(st.pending, c)
	return true
}

// A step is a relationship and the node that it leads to.
type step struct {
	relationship graph.RelationshipID
	node         graph.NodeID
}

func (m *matcher) steps(from graph.NodeID, d ast.Direction) []step {
	m.count()
	var steps []step
	for _, id := range m.g.Relationships() {
		r := m.g.relationship(id)
		switch {
		case r.start == from && d != ast.In:
			steps = append(steps, step{id, r.end})
		case r.end == from && d != ast.Out:
			steps = append(steps, step{id, r.start})
		}
	}
	return steps
}

// walk takes a step when it fits the pattern of a relationship.
func (m *matcher) walk(p *ast.RelPattern, s step, st state) (state, bool) {
	if !m.repeatable && slices.Contains(st.used, s.relationship) {
		return st, false
	}
	v := graph.Relationship(s.relationship)
	if !m.label(p.Types, v, &st) || !m.properties(p.Properties, v, &st) {
		return st, false
	}
	st.used = add(st.used, s.relationship)
	st.path.Relationships = add(st.path.Relationships, s.relationship)
	st.path.Nodes = add(st.path.Nodes, s.node)
	return st, true
}

func (m *matcher) single(p *ast.RelPattern, st state, then func(state)) {
	from, _ := st.at()
	for _, s := range m.steps(from, p.Direction) {
		st := st
		if !m.bind(p.Symbol, graph.Relationship(s.relationship), &st) {
			continue
		}
		st, ok := m.walk(p, s, st)
		if !ok || p.Where != nil && !m.require(p.Where, &st, func(in row) bool { return m.holds(p.Where, scope{row: in}) }) {
			continue
		}
		then(st)
	}
}

// many fits a relationship that stands for several in a row.
func (m *matcher) many(p *ast.RelPattern, st state, then func(state)) {
	least, most := m.lengths(p)
	if m.repeatable && most == math.MaxInt64 {
		unsupported("endless walks")
	}
	var more func(taken []graph.Value, st state)
	more = func(taken []graph.Value, st state) {
		if n := int64(len(taken)); n >= least && n <= most {
			st := st
			if m.bind(p.Symbol, graph.List(taken), &st) {
				then(st)
			}
		}
		if int64(len(taken)) >= most {
			return
		}
		from, _ := st.at()
		for _, s := range m.steps(from, p.Direction) {
			v := graph.Relationship(s.relationship)
			if st, ok := m.walk(p, s, st); ok && m.each(p, v, &st) {
				more(add(taken, v), st)
			}
		}
	}
	more([]graph.Value{}, st)
}

// each tests the condition on one of many relationships.
func (m *matcher) each(p *ast.RelPattern, v graph.Value, st *state) bool {
	return p.Where == nil || m.require(p.Where, st, func(in row) bool {
		return m.holds(p.Where, scope{row: in.with(p.Inner, v)})
	})
}

func (m *matcher) lengths(p *ast.RelPattern) (least, most int64) {
	if q := p.Quantifier; q != nil {
		if q.Max < 0 {
			return q.Min, math.MaxInt64
		}
		return q.Min, q.Max
	}
	least, most = 1, math.MaxInt64
	if p.Length.Min != nil {
		least = m.eval(p.Length.Min, scope{}).Int()
	}
	if p.Length.Max != nil {
		most = m.eval(p.Length.Max, scope{}).Int()
	}
	return least, most
}

// group fits a path that repeats: lists has the values of its variables so far,
// one list for each symbol in the order of Groups.
func (m *matcher) group(g *ast.GroupPattern, st state, lists [][]graph.Value, then func(state)) {
	done := 0 // repetitions; lists is nil before the first
	if lists == nil {
		lists = make([][]graph.Value, len(g.Groups)+1)
	} else {
		done = len(lists[len(g.Groups)])
	}
	if m.repeatable && g.Quantifier.Max < 0 {
		unsupported("endless walks")
	}
	if int64(done) >= g.Quantifier.Min {
		out := st
		for i, s := range g.Groups {
			out.row = out.row.with(s, graph.List(lists[i]))
		}
		then(out)
	}
	if g.Quantifier.Max >= 0 && int64(done) >= g.Quantifier.Max {
		return
	}
	outer := st.row
	m.elements(g.Path.Elements, st, func(st state) {
		if g.Where != nil && !m.holds(g.Where, scope{row: st.row}) {
			return
		}
		longer := slices.Clone(lists)
		for i, s := range g.Groups {
			longer[i] = add(longer[i], st.row[s.Inner])
		}
		longer[len(g.Groups)] = add(longer[len(g.Groups)], graph.Null)
		st.row = outer // the variables of the inside are bound anew
		m.group(g, st, longer, then)
	})
}
