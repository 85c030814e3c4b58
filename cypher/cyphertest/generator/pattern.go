package generator

import (
	"fmt"
	"slices"
	"strings"
)

// A path is a pattern whose parts can be put together in more than one way.
type path struct {
	name  string // with " = ", or ""
	nodes []string
	rels  []rel
}

type rel struct {
	inside    string // with its brackets
	direction string // "->", "<-", "-" or group
}

// group is the direction of what is no relationship but a path that repeats.
const group = "group"

func (r rel) text(direction string) string {
	switch direction {
	case group:
		return r.inside
	case "->":
		return "-" + r.inside + "->"
	case "<-":
		return "<-" + r.inside + "-"
	default:
		return "-" + r.inside + "-"
	}
}

// forward writes the path as it is.
func (p *path) forward() string {
	var b strings.Builder
	b.WriteString(p.name + p.nodes[0])
	for i, r := range p.rels {
		b.WriteString(r.text(r.direction) + p.nodes[i+1])
	}
	return b.String()
}

// path makes a pattern and binds its variables.
func (g *Generator) path() *path {
	p := &path{}
	hops := []int{0, 1, 1, 1, 2, 2, 3}[g.rng.IntN(7)]
	p.nodes = append(p.nodes, g.node(true))
	for range hops {
		p.rels = append(p.rels, g.relationship())
		p.nodes = append(p.nodes, g.node(false))
	}
	if g.chance(6) {
		name := g.fresh()
		p.name = name + " = "
		g.bind(name, pathKind, false)
	}
	if p.name == "" && g.chance(15) {
		p.rels = append(p.rels, g.quantified())
		p.nodes = append(p.nodes, g.node(false))
	}
	return p
}

// node is a node of a pattern: a variable that is bound, a new one, or none.
func (g *Generator) node(first bool) string {
	if v, ok := g.find(nodeKind); ok && (first && !g.chance(4) || g.chance(4)) {
		return "(" + v.name + g.labels(6) + ")"
	}
	g.cost++
	if !first {
		g.cost-- // reached by a relationship
	}
	text := g.labels(2) + g.properties()
	if g.chance(4) {
		return "(" + strings.TrimSpace(text) + ")"
	}
	name := g.fresh()
	g.bind(name, nodeKind, false)
	return "(" + name + text + ")"
}

func (g *Generator) labels(n int) string {
	if !g.chance(n) {
		return ""
	}
	if g.chance(6) {
		return ":" + g.pick("$('A')", "$any(['A', 'B'])", "$all(['A', 'C'])", "!$('B')", "A|$(['B', 'C'])")
	}
	return ":" + g.pick(g.label(), g.label(), g.label()+"&"+g.label(), g.label()+"|"+g.label(), "!"+g.label(), "%")
}

func (g *Generator) properties() string {
	switch g.rng.IntN(12) {
	case 0:
		return fmt.Sprintf(" {i: %d}", g.rng.IntN(4))
	case 1:
		return " {s: " + g.pick(texts...) + "}"
	case 2:
		return " {i: " + g.integer(1) + "}"
	default:
		return ""
	}
}

func (g *Generator) types() string {
	if g.chance(2) {
		return ""
	}
	return ":" + g.pick(g.relType(), g.relType(), g.relType()+"|"+g.relType())
}

func (g *Generator) relationship() rel {
	direction := g.pick("->", "->", "<-", "-")
	switch {
	case g.chance(6):
		inside := g.types() + g.pick("*1..2", "*0..1", "*0..2", "*2", "*..2", "*1..3")
		if g.chance(2) {
			name := g.fresh()
			g.bind(name, entitiesKind, false)
			inside = name + inside
		}
		if g.chance(6) {
			inside += fmt.Sprintf(" {i: %d}", g.rng.IntN(4))
		}
		return rel{inside: "[" + inside + "]", direction: direction}
	case g.chance(3):
		return rel{inside: "[" + g.types() + "]", direction: direction}
	default:
		text := g.types() + g.properties()
		if g.chance(6) {
			text = ":" + g.pick("!R", "%", "R|!S", "!(R|T)", "$('S')", "$any(['R', 'T'])", "(R|S)&!S")
		}
		name := g.fresh()
		g.bind(name, relationshipKind, false)
		return rel{inside: "[" + name + text + "]", direction: direction}
	}
}

// quantified is a path that repeats, in the place of a relationship.
func (g *Generator) quantified() rel {
	if g.chance(2) {
		return g.many("{1,2}", "{0,2}", "{2}", "{,2}")
	}
	x, y := g.fresh(), g.fresh()
	g.bind(x, entitiesKind, false)
	g.bind(y, entitiesKind, false)
	step := g.pick("-["+g.types()+"]->", "<-["+g.types()+"]-")
	where := ""
	if g.chance(2) {
		where = " WHERE " + g.pick(x+".i < "+y+".i", x+".i = 1", y+":A", x+".k <> "+y+".k")
	}
	text := "((" + x + ")" + step + "(" + y + ")" + where + ")" + g.pick("{1,2}", "{0,2}", "{2}", "{,2}")
	return rel{inside: text, direction: group}
}

// many is a relationship with a quantifier.
func (g *Generator) many(quantifiers ...string) rel {
	name := g.fresh()
	inside := name + g.types() + g.pick("", "", " WHERE "+name+".i > 0", " WHERE "+name+".k <> 2")
	g.bind(name, entitiesKind, false)
	return rel{inside: g.pick("-["+inside+"]->", "<-["+inside+"]-", "-["+inside+"]-") + g.pick(quantifiers...), direction: group}
}

// selected is a path with a selector. Which path one of the shortest is, is
// open: then nothing but its length and its ends can be used.
func (g *Generator) selected() string {
	one := g.chance(3)
	p := &path{nodes: []string{g.node(true)}}
	if !one && g.chance(4) {
		p.rels, p.nodes = append(p.rels, g.relationship()), append(p.nodes, g.node(false))
	}
	if g.chance(3) {
		p.rels = append(p.rels, g.quantified())
	} else {
		p.rels = append(p.rels, g.many("+", "*", "{1,3}", "{2,3}"))
	}
	p.nodes = append(p.nodes, g.node(false))
	selector, kind := g.pick("ALL SHORTEST ", "ALL SHORTEST ", "SHORTEST 1 GROUPS ", "SHORTEST 2 GROUPS "), pathKind
	if one {
		selector, kind = g.pick("ANY SHORTEST ", "SHORTEST 1 "), lengthKind
		g.vars = slices.DeleteFunc(g.vars, func(v variable) bool { return v.kind == entitiesKind })
	}
	if g.chance(2) {
		p.name = g.fresh()
		g.bind(p.name, kind, false)
		p.name += " = "
	}
	return p.name + selector + strings.TrimPrefix(p.forward(), p.name)
}
