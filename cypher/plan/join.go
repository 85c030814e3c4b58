package plan

import (
	"slices"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/expr"
)

// joinRows is how many rows make a hash join better than running a scan for
// each of them.
const joinRows = 8

// join plans a part that hangs on the rest by an equality of values only as a
// hash join: found once, and looked up for each row. ok is false when that is
// not possible or does not pay.
func (g *graphPattern) join(c *candidate, input Node) (node Node, ok bool, err error) {
	if g.p.Plain || c.node == nil || c.index != nil || c.id != nil || input.Base().Rows < joinRows || c.rows < joinRows {
		return nil, false, nil
	}
	part := g.connected(c.node)
	if part == nil {
		return nil, false, nil
	}
	h := &HashJoin{Input: input}
	for _, cond := range g.conditions {
		probe, key, ok := g.linking(cond, part)
		if !ok {
			continue
		}
		p, err := g.p.compiler.Compile(probe)
		if err != nil {
			return nil, false, err
		}
		k, err := g.p.compiler.Compile(key)
		if err != nil {
			return nil, false, err
		}
		h.Probe, h.Keys = append(h.Probe, p), append(h.Keys, k)
		h.ProbeSlots = append(h.ProbeSlots, g.p.newSlot(expr.Values))
		h.KeySlots = append(h.KeySlots, g.p.newSlot(expr.Values))
	}
	if len(h.Keys) == 0 {
		return nil, false, nil
	}
	build, err := g.part(part).solve(g.p.start())
	if err != nil {
		return nil, false, err
	}
	h.Build = build
	for n := range part {
		g.bind(n)
	}
	for _, r := range g.rels {
		if part[r.from] {
			r.solved = true
		}
	}
	add(g.p, h)
	h.Rows = max(1, input.Base().Rows*build.Base().Rows*0.01)
	// The conditions that have become ready, those of the join among them,
	// are checked again: equal hashes of nested values are not equality.
	node, err = g.apply(h, nil)
	return node, true, err
}

// connected returns the unbound nodes that hang together with n; nil when they
// touch bound ones or relationships that must differ from others.
func (g *graphPattern) connected(n *patternNode) map[*patternNode]bool {
	part := map[*patternNode]bool{n: true}
	for changed := true; changed; {
		changed = false
		for _, r := range g.rels {
			if part[r.from] == part[r.to] {
				continue
			}
			if r.from.bound || r.to.bound || r.known || r.selection != nil {
				return nil
			}
			part[r.from], part[r.to] = true, true
			changed = true
		}
	}
	for _, r := range g.rels {
		if part[r.from] && (r.known || r.solved || r.shortest != ast.SelectAll || r.stepExpr != nil || len(g.earlier(r)) > 0) {
			return nil
		}
	}
	return part
}

// linking takes an equality between a bound part and an unbound one apart.
func (g *graphPattern) linking(c *condition, part map[*patternNode]bool) (probe, key ast.Expr, ok bool) {
	e, isBinary := c.expr.(*ast.Binary)
	if !isBinary || c.done || e.Op != ast.Equal {
		return nil, nil, false
	}
	if g.within(e.Right, part) && g.outside(e.Left) {
		return e.Left, e.Right, true
	}
	if g.within(e.Left, part) && g.outside(e.Right) {
		return e.Right, e.Left, true
	}
	return nil, nil, false
}

// within reports whether an expression needs nothing but a part's nodes.
func (g *graphPattern) within(e ast.Expr, part map[*patternNode]bool) bool {
	symbols := freeSymbols(e)
	for _, s := range symbols {
		if n, ok := g.byNode[s]; !ok || !part[n] {
			return false
		}
	}
	return len(symbols) > 0
}

// outside reports whether an expression can be computed from bound variables,
// at least one of which it has.
func (g *graphPattern) outside(e ast.Expr) bool {
	symbols := freeSymbols(e)
	for _, s := range symbols {
		if slot, ok := g.p.slots[s]; !ok || !g.p.bound[slot] {
			return false
		}
	}
	return len(symbols) > 0
}

// part returns the pattern of an unbound part alone, with the conditions that
// need nothing else.
func (g *graphPattern) part(nodes map[*patternNode]bool) *graphPattern {
	sub := &graphPattern{p: g.p, byNode: g.byNode, own: g.own}
	for _, n := range g.nodes {
		if nodes[n] {
			sub.nodes = append(sub.nodes, n)
		}
	}
	var symbols []*ast.Symbol
	for _, r := range g.rels {
		if nodes[r.from] {
			sub.rels = append(sub.rels, r)
			symbols = append(symbols, r.symbol)
		}
	}
	for _, c := range g.conditions {
		needs := freeSymbols(c.expr)
		inside := len(needs) > 0
		for _, s := range needs {
			n, ok := g.byNode[s]
			inside = inside && (ok && nodes[n] || slices.Contains(symbols, s))
		}
		if inside {
			sub.conditions = append(sub.conditions, c)
		}
	}
	return sub
}
