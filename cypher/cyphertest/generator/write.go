package generator

import (
	"fmt"
	"slices"
)

// write is a clause that changes the graph.
func (g *Generator) write() string {
	a, firm := g.firm()
	switch g.rng.IntN(16) {
	case 0, 1:
		name := g.fresh()
		text := fmt.Sprintf("CREATE (%s:%s {k: %d, i: %s})", name, g.label(), 100+g.next, g.integer(1))
		g.bind(name, nodeKind, false)
		return text
	case 2, 3:
		if !firm {
			return fmt.Sprintf("CREATE (:%s)-[:%s]->(:%s {i: 1})", g.label(), g.relType(), g.label())
		}
		name := g.fresh()
		b, _ := g.firm()
		end := "(" + b.name + ")"
		if b.name == "" || b.nullable || g.chance(3) {
			end = "(:" + g.label() + " {i: 2})"
		}
		text := fmt.Sprintf("CREATE (%s)-[%s:%s {i: %s}]->%s", a.name, name, g.relType(), g.integer(1), end)
		g.bind(name, relationshipKind, false)
		return text
	case 4, 5:
		name := g.fresh()
		text := fmt.Sprintf("MERGE (%s:%s {i: %s})", name, g.label(), g.pick("1", "2", "9", "coalesce("+g.integer(1)+", 5)"))
		text += g.pick("", fmt.Sprintf(" ON CREATE SET %s.s = 'new'", name)) + g.pick("", fmt.Sprintf(" ON MATCH SET %s.m = true", name))
		g.bind(name, nodeKind, false)
		return text
	case 6, 7:
		if !firm {
			return fmt.Sprintf("MERGE (:%s {i: 1})", g.label())
		}
		name := g.fresh()
		b, ok := g.firm()
		end := "(" + b.name + ")"
		if !ok || g.chance(3) {
			end = "(:" + g.label() + " {i: 1})"
		}
		text := fmt.Sprintf("MERGE (%s)%s%s", a.name, g.pick("-["+name+":"+g.relType()+"]->", "<-["+name+":"+g.relType()+"]-"), end)
		g.bind(name, relationshipKind, false)
		return text
	case 8, 9, 10:
		return g.set()
	case 11:
		return g.remove()
	case 12:
		x := g.fresh()
		list := g.list(1)
		return fmt.Sprintf("FOREACH (%s IN %s | %s)", x, list, g.pick(
			fmt.Sprintf("CREATE (:%s {i: %s})", g.label(), x),
			fmt.Sprintf("MERGE (:%s {i: coalesce(%s, 4)})", g.label(), x),
		))
	default:
		return g.delete()
	}
}

// set changes entities by what depends on them alone: the order of rows must
// not matter.
func (g *Generator) set() string {
	v, ok := g.find(nodeKind, relationshipKind)
	if !ok {
		return fmt.Sprintf("CREATE (:%s {i: 3})", g.label())
	}
	n := v.name
	if v.kind == nodeKind && g.chance(3) {
		return "SET " + n + ":" + g.pick(g.label(), g.label()+":"+g.label())
	}
	return "SET " + g.pick(
		n+".i = "+g.pick("1", "5", "null"),
		n+".i = "+n+".i + 1",
		n+".s = "+g.pick(texts...),
		n+".l = [1, 2]",
		n+" += {i: 2, s: null}",
		n+" = {k: "+n+".k, i: 0}",
		n+".i = 1, "+n+".s = 'x'",
	)
}

func (g *Generator) remove() string {
	v, ok := g.find(nodeKind, relationshipKind)
	if !ok {
		return "CREATE ()"
	}
	if v.kind == nodeKind && g.chance(2) {
		return "REMOVE " + v.name + ":" + g.label()
	}
	return "REMOVE " + v.name + g.pick(".i", ".s", ".i, "+v.name+".l")
}

// delete ends the use of all entities.
func (g *Generator) delete() string {
	v, ok := g.find(nodeKind, relationshipKind)
	if !ok {
		return "CREATE (:D)"
	}
	g.vars = slices.DeleteFunc(g.vars, func(v variable) bool {
		return v.kind == nodeKind || v.kind == relationshipKind || v.kind == pathKind || v.kind == entitiesKind || v.kind == lengthKind
	})
	if v.kind == nodeKind {
		return "DETACH DELETE " + v.name
	}
	return "DELETE " + v.name
}
