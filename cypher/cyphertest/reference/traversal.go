package reference

import (
	"math"
	"slices"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A walk is a path that a traversal has found.
type walk struct {
	path  graph.Path // with the first node
	total graph.Value
}

func (w *walk) length() int { return len(w.path.Relationships) }

func (w *walk) end() graph.NodeID { return w.path.Nodes[w.length()] }

// traversal fits one of Memgraph's traversals: it tries all paths, and then
// chooses among those between the same two nodes.
func (m *matcher) traversal(p *ast.RelPattern, st state, then func(state)) {
	for _, w := range m.chosen(p, m.walks(p, st)) {
		st := st
		list := []graph.Value{}
		used := false
		for _, id := range w.path.Relationships {
			list = append(list, graph.Relationship(id))
			used = used || !m.repeatable && slices.Contains(st.used, id)
			st.used = add(st.used, id)
			st.path.Relationships = add(st.path.Relationships, id)
		}
		for _, id := range w.path.Nodes[1:] {
			st.path.Nodes = add(st.path.Nodes, id)
		}
		if used || !m.bind(p.Symbol, graph.List(list), &st) {
			continue
		}
		if total := p.Expansion.Total; total != nil {
			st.row = st.row.with(total.Symbol, w.total)
		}
		then(st)
	}
}

// walks returns all paths of a traversal from where the pattern has come to.
func (m *matcher) walks(p *ast.RelPattern, st state) []walk {
	inDepth := p.Expansion.Kind == ast.ExpandDFS
	if filter := p.Expansion.Filter; filter != nil && len(filter.Vars) > 2 && !inDepth {
		unsupported("a filter that depends on the way")
	}
	least, most := int64(1), int64(math.MaxInt64)
	if p.Length != nil {
		least, most = m.lengths(p)
	}
	if p.Expansion.Kind == ast.ExpandBFS {
		least = 1 // of all paths the shortest is chosen, and may be too short
	}
	var all []walk
	var more func(w walk)
	more = func(w walk) {
		if int64(w.length()) >= least && (inDepth || w.length() > 0) || inDepth && least == 0 && w.length() == 0 {
			all = append(all, w)
		}
		if int64(w.length()) >= most {
			return
		}
		for _, s := range m.steps(w.end(), p.Direction) {
			seen := slices.Contains(w.path.Nodes, s.node)
			if inDepth {
				seen = slices.Contains(w.path.Relationships, s.relationship)
			}
			if next, ok := m.longer(p, w, s, &st); ok && !seen {
				more(next)
			}
		}
	}
	from, _ := st.at()
	more(walk{path: graph.Path{Nodes: []graph.NodeID{from}}, total: graph.Null})
	return all
}

// longer takes one more step, when it is allowed.
func (m *matcher) longer(p *ast.RelPattern, w walk, s step, st *state) (walk, bool) {
	v := graph.Relationship(s.relationship)
	if !m.label(p.Types, v, st) || !m.properties(p.Properties, v, st) {
		return w, false
	}
	w.path.Relationships = add(w.path.Relationships, s.relationship)
	w.path.Nodes = add(w.path.Nodes, s.node)
	lambda := func(l *ast.Lambda) scope {
		path := w.path
		values := []graph.Value{v, graph.Node(s.node), graph.NewPath(&path), w.total}
		in := st.row
		for i, variable := range l.Vars {
			in = in.with(variable.Symbol, values[i])
		}
		ast.Walk(l.Expr, func(n ast.Node) bool {
			if v, ok := n.(*ast.Variable); ok && m.fresh[v.Symbol] {
				if _, bound := in[v.Symbol]; !bound {
					unsupported("a lambda with variables that are bound later")
				}
			}
			return true
		})
		return scope{row: in}
	}
	if l := p.Expansion.Filter; l != nil && !m.holds(l.Expr, lambda(l)) {
		return w, false
	}
	if l := p.Expansion.Weight; l != nil {
		weight := m.eval(l.Expr, lambda(l))
		if !weight.IsNumber() || weight.Number() < 0 {
			fail("NumberOutOfRange", "a weight must be a number that is not negative")
		}
		if w.total.IsNull() {
			w.total = weight
		} else {
			w.total = m.plus(w.total, weight)
		}
	}
	return w, true
}

// chosen keeps the paths that a traversal is about.
func (m *matcher) chosen(p *ast.RelPattern, all []walk) []walk {
	kind := p.Expansion.Kind
	if kind == ast.ExpandDFS {
		return all
	}
	limit := int64(1)
	if kind == ast.ExpandAllShortest || kind == ast.ExpandKShortest {
		limit = math.MaxInt64
	}
	if p.Expansion.Limit != nil {
		limit = m.eval(p.Expansion.Limit, scope{}).Int()
	}
	cost := func(w walk) graph.Value {
		if p.Expansion.Weight != nil {
			return w.total
		}
		return graph.Integer(int64(w.length()))
	}
	slices.SortStableFunc(all, func(a, b walk) int { return graph.Order(cost(a), cost(b)) })
	taken := make(map[graph.NodeID]int64)
	last := make(map[graph.NodeID]graph.Value)
	var kept []walk
	for _, w := range all {
		end := w.end()
		same := taken[end] > 0 && graph.Order(cost(w), last[end]) == 0
		switch {
		case kind == ast.ExpandAllShortest && taken[end] > 0 && !same:
			continue
		case taken[end] == limit:
			m.result.Uncertain = m.result.Uncertain || same
			continue
		}
		taken[end]++
		last[end] = cost(w)
		kept = append(kept, w)
	}
	if kind == ast.ExpandBFS && p.Length != nil {
		least, _ := m.lengths(p)
		kept = slices.DeleteFunc(kept, func(w walk) bool { return int64(w.length()) < least })
	}
	return kept
}
