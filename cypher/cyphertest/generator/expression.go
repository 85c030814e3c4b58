package generator

import (
	"fmt"
	"slices"
)

// expr returns an expression of a kind.
func (g *Generator) expr(k kind, depth int) string {
	switch k {
	case stringKind:
		return g.text(depth)
	case booleanKind:
		return g.boolean(depth)
	case listKind:
		return g.list(depth)
	default:
		return g.integer(depth)
	}
}

// local makes a variable known while f writes what is inside.
func (g *Generator) local(name string, k kind, f func() string) string {
	saved := slices.Clone(g.vars)
	g.bind(name, k, true)
	text := f()
	g.vars = saved
	return text
}

// inner lets f bind variables that end with it.
func (g *Generator) inner(f func() string) string {
	saved, cost := slices.Clone(g.vars), g.cost
	text := f()
	g.vars, g.cost = saved, cost
	return text
}

func (g *Generator) integer(depth int) string {
	if depth > 0 && !g.chance(3) {
		d := depth - 1
		switch g.rng.IntN(12) {
		case 0, 1, 2:
			return "(" + g.integer(d) + g.pick(" + ", " - ", " * ") + g.integer(d) + ")"
		case 3:
			return "(" + g.integer(d) + g.pick(" / ", " % ") + g.pick("2", "3", "-2") + ")"
		case 4:
			return "size(" + g.bag(d) + ")"
		case 5:
			return "coalesce(" + g.integer(d) + ", " + g.integer(d) + ")"
		case 6:
			return "CASE WHEN " + g.boolean(d) + " THEN " + g.integer(d) + g.pick(" END", " ELSE "+g.integer(d)+" END")
		case 7:
			return "CASE " + g.integer(d) + " WHEN 1 THEN " + g.integer(d) + " WHEN null THEN 7 ELSE 0 END"
		case 8:
			acc, x := g.fresh(), g.fresh()
			list := g.list(d)
			return "reduce(" + acc + " = 0, " + x + " IN " + list + " | " + acc + " + coalesce(" + x + ", 1))"
		case 9:
			return g.inner(func() string {
				return "COUNT { " + g.pick("", "MATCH ") + g.nestedPath() + g.where(2) + " }"
			})
		case 10:
			return "abs(" + g.integer(d) + ")"
		default:
			return "size(" + g.text(d) + ")"
		}
	}
	return g.integerLeaf()
}

func (g *Generator) integerLeaf() string {
	for range 3 {
		v, ok := g.find(nodeKind, relationshipKind, integerKind, pathKind, lengthKind, entitiesKind, bagKind, listKind)
		if !ok {
			break
		}
		switch v.kind {
		case nodeKind, relationshipKind:
			return v.name + g.pick(".i", ".i", ".k")
		case integerKind:
			return v.name
		case pathKind, lengthKind:
			return "length(" + v.name + ")"
		default:
			return "size(" + v.name + ")"
		}
	}
	return g.pick("0", "1", "2", "3", "-1", "null")
}

func (g *Generator) text(depth int) string {
	if depth > 0 && g.chance(2) {
		d := depth - 1
		switch g.rng.IntN(5) {
		case 0:
			return "toUpper(" + g.text(d) + ")"
		case 1:
			return "(" + g.text(d) + " + " + g.text(d) + ")"
		case 2:
			return "toString(" + g.integer(d) + ")"
		case 3:
			return "substring(" + g.text(d) + ", 0, 1)"
		default:
			return "coalesce(" + g.text(d) + ", 'z')"
		}
	}
	if v, ok := g.find(nodeKind, relationshipKind, stringKind); ok && !g.chance(4) {
		switch v.kind {
		case stringKind:
			return v.name
		case relationshipKind:
			return g.pick("type("+v.name+")", v.name+".s")
		default:
			return v.name + ".s"
		}
	}
	return g.pick(texts...)
}

// list is a list of integers, perhaps with nulls, whose order is certain.
func (g *Generator) list(depth int) string {
	if depth > 0 && g.chance(2) {
		d := depth - 1
		switch g.rng.IntN(6) {
		case 0:
			return "(" + g.list(d) + " + " + g.list(d) + ")"
		case 1:
			x := g.fresh()
			list := g.list(d)
			return g.local(x, integerKind, func() string {
				// Without the parentheses, x:A|B would be the predicate x:A and the result B.
				return "[" + x + " IN " + list + " WHERE (" + g.boolean(d) + ")" + g.pick("", " | "+g.integer(d)) + "]"
			})
		case 2:
			return "tail(" + g.list(d) + ")"
		case 3:
			return g.list(d) + g.pick("[0..2]", "[1..]", "[..-1]")
		case 4:
			return "reverse(" + g.list(d) + ")"
		default:
			return "[" + g.integer(d) + ", " + g.integer(d) + "]"
		}
	}
	if v, ok := g.find(listKind, nodeKind, pathKind, entitiesKind); ok && g.chance(2) {
		x := g.fresh()
		switch v.kind {
		case listKind:
			return v.name
		case nodeKind:
			return v.name + ".l"
		case pathKind:
			return "[" + x + " IN " + g.pick("nodes", "relationships") + "(" + v.name + ") | " + x + ".k]"
		default:
			return "[" + x + " IN " + v.name + " | " + x + ".k]"
		}
	}
	return g.pick("[1, 2]", "[0, 1, 2]", "[]", "range(0, 2)", "[1, null]", "[3, 3]")
}

// bag is a list whose order may be open.
func (g *Generator) bag(depth int) string {
	if v, ok := g.find(bagKind); ok && g.chance(2) {
		return v.name
	}
	if _, ok := g.find(nodeKind); ok && g.chance(2) {
		return g.inner(func() string {
			p := g.nestedPath()
			if g.chance(2) {
				return "[" + p + g.where(3) + " | " + g.integer(1) + "]"
			}
			return "COLLECT { MATCH " + p + g.where(3) + " RETURN " + g.integer(1) + " }"
		})
	}
	return g.list(depth)
}

// nestedPath is the pattern of an expression, from a bound node if there is
// one, with at least one relationship.
func (g *Generator) nestedPath() string {
	start := "(" + g.labels(2) + ")"
	if v, ok := g.find(nodeKind); ok {
		start = "(" + v.name + ")"
	}
	p := path{nodes: []string{start}}
	for range 1 + g.rng.IntN(2) {
		p.rels = append(p.rels, g.relationship())
		p.nodes = append(p.nodes, g.node(false))
	}
	return p.forward()
}

func (g *Generator) boolean(depth int) string {
	d := max(depth-1, 0)
	if depth > 0 && g.chance(3) {
		switch g.rng.IntN(7) {
		case 0, 1:
			return "(" + g.boolean(d) + " AND " + g.boolean(d) + ")"
		case 2, 3:
			return "(" + g.boolean(d) + " OR " + g.boolean(d) + ")"
		case 4:
			return "(" + g.boolean(d) + " XOR " + g.boolean(d) + ")"
		case 5:
			return "NOT (" + g.boolean(d) + ")"
		default:
			x := g.fresh()
			list := g.list(d)
			return g.local(x, integerKind, func() string {
				return g.pick("any", "all", "none", "single") + "(" + x + " IN " + list + " WHERE " + g.boolean(d) + ")"
			})
		}
	}
	if v, ok := g.find(nodeKind); ok && g.chance(4) {
		switch g.rng.IntN(5) {
		case 0, 1:
			return v.name + ":" + g.pick(g.label(), g.label()+"|"+g.label(), "!"+g.label())
		case 2:
			return "exists(" + g.predicate(v) + ")"
		case 3:
			return g.inner(func() string { return "EXISTS { " + g.pick("", "MATCH ") + g.nestedPath() + g.where(2) + " }" })
		default:
			w, _ := g.find(nodeKind)
			return v.name + g.pick(" = ", " <> ") + w.name
		}
	}
	return g.comparison(d)
}

// predicate is a pattern that can stand in WHERE.
func (g *Generator) predicate(v variable) string {
	return "(" + v.name + ")" + g.pick("-[:", "<-[:") + g.relType() + "]-" + g.pick("()", "(:"+g.label()+")")
}

func (g *Generator) comparison(d int) string {
	switch g.rng.IntN(9) {
	case 0, 1, 2:
		return g.integer(d) + g.pick(" = ", " <> ", " < ", " <= ", " > ", " >= ") + g.integer(d)
	case 3:
		return g.text(d) + g.pick(" = ", " <> ", " < ", " STARTS WITH ", " ENDS WITH ", " CONTAINS ") + g.text(d)
	case 4:
		return g.integer(d) + " IN " + g.bag(d)
	case 5:
		if v, ok := g.find(nodeKind, relationshipKind); ok {
			return v.name + g.pick(".i", ".s", ".f", ".l") + g.pick(" IS NULL", " IS NOT NULL")
		}
		return g.integer(d) + " IS NULL"
	case 6:
		return g.integer(d) + " < " + g.integer(d) + g.pick(" <= ", " < ") + g.integer(d)
	case 7:
		if v, ok := g.find(booleanKind); ok {
			return v.name
		}
		if v, ok := g.find(nodeKind); ok {
			return v.name + fmt.Sprintf(".f %s %d.5", g.pick("<", ">=", "="), g.rng.IntN(3))
		}
		return g.pick("true", "false", "null")
	default:
		return g.list(d) + g.pick(" = ", " <> ", " < ") + g.list(d)
	}
}
