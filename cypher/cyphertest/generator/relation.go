package generator

import (
	"fmt"
	"slices"
	"strings"
)

// A Relation is statements that return a single number each: the sums of both
// sides are equal on every graph. It needs no second engine.
type Relation struct {
	Name        string
	Left, Right []string
}

// Relations returns what must hold for a pattern.
func (g *Generator) Relations() []Relation {
	g.vars, g.next, g.cost, g.depth = nil, 0, 0, 2
	p := g.path()
	repeats := func(r rel) bool { return r.direction == group }
	for p.name != "" || slices.ContainsFunc(p.rels, repeats) {
		g.vars, g.next, g.cost = nil, 0, 0
		p = g.path()
	}
	condition := g.boolean(g.depth)
	count := func(pattern, where string) string {
		return strings.TrimSpace("MATCH "+pattern+" "+where) + " RETURN count(*) AS n"
	}
	all := count(p.forward(), "")
	some := count(p.forward(), "WHERE "+condition)
	a, b, t := g.labels(2), g.labels(2), g.types()
	step := func(left, right, end string) string {
		return count("(a"+a+")"+left+"[r"+t+"]"+right+end, "")
	}
	relations := []Relation{
		{Name: "a condition is true, false or null", Left: []string{all}, Right: []string{
			some,
			count(p.forward(), "WHERE NOT ("+condition+")"),
			count(p.forward(), "WHERE ("+condition+") IS NULL"),
		}},
		{Name: "a relationship is a path of one", Left: []string{some}, Right: []string{count(p.lengthened(), "WHERE "+condition)}},
		{
			Name:  "an arrow without a head points both ways, but a loop counts once",
			Left:  []string{step("-", "-", "(b"+b+")"), count("(a"+a+")-[r"+t+"]->(a"+b+")", "")},
			Right: []string{step("-", "->", "(b"+b+")"), step("<-", "-", "(b"+b+")")},
		},
	}
	// The list of a variable length has the order of its pattern.
	if !slices.ContainsFunc(p.rels, func(r rel) bool { return strings.HasPrefix(r.inside, "[v") && strings.Contains(r.inside, "*") }) {
		relations = append(relations, Relation{
			Name: "a path can be read from its end", Left: []string{some}, Right: []string{count(p.backward(), "WHERE "+condition)},
		})
	}
	if text, ok := p.split(g.rng.IntN(len(p.nodes))); ok {
		relations = append(relations, Relation{
			Name: "a path can be cut at a node", Left: []string{some}, Right: []string{count(text, "WHERE "+condition)},
		})
	}
	return relations
}

// opposite turns an arrow round.
func opposite(direction string) string {
	switch direction {
	case "->":
		return "<-"
	case "<-":
		return "->"
	default:
		return direction
	}
}

// backward writes the path from its end.
func (p *path) backward() string {
	var b strings.Builder
	last := len(p.nodes) - 1
	b.WriteString(p.nodes[last])
	for i := last - 1; i >= 0; i-- {
		b.WriteString(p.rels[i].text(opposite(p.rels[i].direction)) + p.nodes[i])
	}
	return b.String()
}

// lengthened writes relationships without a name as paths of length one.
func (p *path) lengthened() string {
	long := path{nodes: p.nodes}
	for _, r := range p.rels {
		name := strings.HasPrefix(r.inside, "[v")
		if !name && !strings.ContainsAny(r.inside, "*{") {
			r.inside = strings.TrimSuffix(r.inside, "]") + "*1..1]"
		}
		long.rels = append(long.rels, r)
	}
	return long.forward()
}

// split writes the path as two that meet in a node, which must have a name.
func (p *path) split(at int) (string, bool) {
	var name int
	if n, _ := fmt.Sscanf(p.nodes[at], "(v%d", &name); n != 1 || at == 0 || at == len(p.nodes)-1 {
		return "", false
	}
	first := path{nodes: p.nodes[:at+1], rels: p.rels[:at]}
	second := path{nodes: append([]string{fmt.Sprintf("(v%d)", name)}, p.nodes[at+1:]...), rels: p.rels[at:]}
	return first.forward() + ", " + second.forward(), true
}
