package plan

import (
	"math"
	"slices"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/storage"
)

// A lookup is a way to find entities by an index: equal values of its first keys,
// and bounds of the next one.
type lookup struct {
	index  *storage.Index
	equal  []ast.Expr
	bounds []bound
}

type bound struct {
	relation storage.Relation
	value    ast.Expr
}

// lookup compiles a look-up.
func (p *planner) lookup(l *lookup) (*Lookup, error) {
	spec := l.index.Spec()
	n := &Lookup{Index: l.index, Relationships: spec.Relationships}
	if spec.Relationships {
		n.Subject = p.Store.TypeName(spec.Type)
	} else {
		n.Subject = p.Store.LabelName(spec.Label)
	}
	for _, key := range spec.Keys {
		n.Keys = append(n.Keys, p.Store.KeyName(key))
	}
	for _, e := range l.equal {
		v, err := p.compiler.Compile(e)
		if err != nil {
			return nil, err
		}
		n.Equal = append(n.Equal, v)
	}
	for _, b := range l.bounds {
		v, err := p.compiler.Compile(b.value)
		if err != nil {
			return nil, err
		}
		n.Bounds = append(n.Bounds, Bound{Relation: b.relation, Value: v})
	}
	return n, nil
}

// seeks returns the look-ups in indexes that can find a node.
func (g *graphPattern) seeks(n *patternNode) []candidate {
	var found []candidate
	for _, name := range n.labels {
		label, ok := g.p.Store.Label(name)
		if !ok {
			continue
		}
		of := g.labelConditions(n, name)
		for _, index := range g.p.Store.IndexesOf(label) {
			c := candidate{node: n, label: name}
			if !g.equalities(&c, n.symbol, index) && !g.ranged(&c, n.symbol, index) {
				continue
			}
			c.conds = append(c.conds, of...)
			found = append(found, c)
		}
	}
	return found
}

// relationshipSeeks returns the look-ups that can find a relationship.
func (g *graphPattern) relationshipSeeks(r *patternRel) []candidate {
	if r.known || len(r.types) != 1 || g.p.Plain {
		return nil
	}
	typ, ok := g.p.Store.Type(r.types[0])
	if !ok {
		return nil
	}
	var found []candidate
	for _, index := range g.p.Store.RelationshipIndexesOf(typ) {
		c := candidate{rel: r}
		if !g.ranged(&c, r.symbol, index) {
			continue
		}
		if r.direction == storage.Both {
			c.rows *= 2
		}
		found = append(found, c)
	}
	return found
}

// entries is the number of entries of an index that a plan is made for.
func (g *graphPattern) entries(index *storage.Index) float64 {
	return max(fewLabeled, float64(index.Entries()))
}

// equalities makes a candidate a look-up of one value of each key, or of a list
// of values of the only key.
func (g *graphPattern) equalities(c *candidate, symbol *ast.Symbol, index *storage.Index) bool {
	spec := index.Spec()
	var conds []*condition
	for _, id := range spec.Keys {
		key := g.p.Store.KeyName(id)
		cond, value, in := g.equality(symbol, key)
		if cond == nil || in && len(spec.Keys) > 1 {
			c.keys, c.value = nil, nil
			return false
		}
		c.keys, c.value, c.in = append(c.keys, key), append(c.value, value), in
		conds = append(conds, cond)
	}
	c.index, c.conds = index, conds
	c.rows = max(1, g.entries(index)/max(1000, float64(index.Distinct())))
	if index.Unique() {
		c.rows = 1
	}
	if c.in {
		c.rows *= 10
	}
	return true
}

// ranged makes a candidate a look-up of a stretch of an index: equal values of
// the first keys, bounds of the next one. That the other keys are there has to
// follow from conditions, because the index has no other entities.
func (g *graphPattern) ranged(c *candidate, symbol *ast.Symbol, index *storage.Index) bool {
	keys := index.Spec().Keys
	l := &lookup{index: index}
	c.conds, c.rows = nil, g.entries(index)*0.9
	for len(l.equal) < len(keys) {
		cond, value, in := g.equality(symbol, g.p.Store.KeyName(keys[len(l.equal)]))
		if cond == nil || in {
			break
		}
		l.equal, c.conds = append(l.equal, value), append(c.conds, cond)
	}
	rest := keys[len(l.equal):]
	if len(l.equal) > 0 {
		share := float64(len(l.equal)) / float64(len(keys))
		c.rows = max(1, c.rows/math.Pow(max(10, float64(index.Distinct())), share))
	}
	if len(rest) > 0 {
		if g.bounds(c, l, symbol, g.p.Store.KeyName(rest[0])); len(l.bounds) > 0 {
			rest = rest[1:]
		}
	}
	for _, id := range rest {
		cond, exactly := g.implied(symbol, g.p.Store.KeyName(id))
		if cond == nil {
			return false
		}
		if exactly {
			c.conds = append(c.conds, cond)
		} else if len(l.equal)+len(l.bounds) == 0 {
			c.rows = g.entries(index) * 2 // a scan tests more in the same time
		}
	}
	c.look = l
	return true
}

// bounds adds the conditions that bound a property.
func (g *graphPattern) bounds(c *candidate, l *lookup, symbol *ast.Symbol, key string) {
	for _, cond := range g.conditions {
		e, ok := cond.expr.(*ast.Binary)
		if !ok || cond.done {
			continue
		}
		relation, turned := expr.StoredRelation(e.Op)
		switch {
		case isProperty(e.Left, symbol, key) && isBound(relation) && g.known(e.Right, symbol):
			l.bounds = append(l.bounds, bound{relation, e.Right})
		case isProperty(e.Right, symbol, key) && isBound(turned) && g.known(e.Left, symbol):
			l.bounds = append(l.bounds, bound{turned, e.Left})
		default:
			continue
		}
		c.conds = append(c.conds, cond)
	}
	switch len(l.bounds) {
	case 0:
	case 1:
		c.rows *= 0.3
		if l.bounds[0].relation == storage.StartsWith {
			c.rows *= 0.3
		}
	default:
		c.rows *= 0.1
	}
}

// isBound reports whether an ordered index serves a relation.
func isBound(r storage.Relation) bool {
	switch r {
	case storage.Less, storage.LessOrEqual, storage.Greater, storage.GreaterOrEqual, storage.StartsWith:
		return true
	default:
		return false
	}
}

// implied finds a condition that is only true when a property is there; exactly
// says that it asks for nothing else.
func (g *graphPattern) implied(symbol *ast.Symbol, key string) (c *condition, exactly bool) {
	for _, c := range g.conditions {
		if c.done {
			continue
		}
		switch e := c.expr.(type) {
		case *ast.Unary:
			if e.Op == ast.IsNotNull && isProperty(e.X, symbol, key) {
				return c, true
			}
		case *ast.Binary:
			if relation, turned := expr.StoredRelation(e.Op); relation != 0 && isProperty(e.Left, symbol, key) ||
				turned != 0 && isProperty(e.Right, symbol, key) {
				return c, false
			}
		}
	}
	return nil, false
}

// equality finds a condition that gives a property of an entity a known value,
// or one of a list of values.
func (g *graphPattern) equality(symbol *ast.Symbol, key string) (c *condition, value ast.Expr, in bool) {
	for _, c := range g.conditions {
		e, ok := c.expr.(*ast.Binary)
		if !ok || c.done || e.Op != ast.Equal && e.Op != ast.InList {
			continue
		}
		if isProperty(e.Left, symbol, key) && g.known(e.Right, symbol) {
			return c, e.Right, e.Op == ast.InList
		}
		if e.Op == ast.Equal && isProperty(e.Right, symbol, key) && g.known(e.Left, symbol) {
			return c, e.Left, false
		}
	}
	return nil, nil, false
}

func isProperty(e ast.Expr, symbol *ast.Symbol, key string) bool {
	p, ok := e.(*ast.Property)
	if !ok || p.Key != key {
		return false
	}
	v, ok := p.Subject.(*ast.Variable)
	return ok && v.Symbol == symbol
}

// known reports whether an expression can be computed before an entity is found.
func (g *graphPattern) known(e ast.Expr, symbol *ast.Symbol) bool {
	return !slices.ContainsFunc(freeSymbols(e), func(s *ast.Symbol) bool {
		slot, ok := g.p.slots[s]
		return s == symbol || g.own[s] && (!ok || !g.p.bound[slot])
	})
}
