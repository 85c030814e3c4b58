package generator

import "fmt"

// traversal is a path of one of Memgraph's traversals. Which path one of the
// shortest is, is open, as with [Generator.selected].
func (g *Generator) traversal() string {
	word := g.pick("BFS", "WSHORTEST", "ALLSHORTEST", "KSHORTEST", "DFS")
	from := g.node(true)
	inside, kind, total := g.types()+"*"+word, lengthKind, ""
	switch word {
	case "WSHORTEST", "ALLSHORTEST":
		total = g.fresh()
		inside += g.pick("", " 2", " ..3") + fmt.Sprintf(" (x, y | %s) %s", g.pick("1", "coalesce(abs(x.i), 1)", "coalesce(abs(y.i), 0)"), total)
		if word == "ALLSHORTEST" {
			kind = pathKind
		} else {
			kind = 0 // the cheapest one may be of any length
		}
	case "KSHORTEST":
		inside += g.pick("", " 2..3", " ..3", " | 2")
		if inside[len(inside)-3:] != "| 2" {
			kind = pathKind
		}
	case "DFS":
		inside += g.pick(" ..3", " 1..2", " 2", " 0..2")
		kind = pathKind
	default:
		inside += g.pick("", " ..3", " 2", " 2..")
	}
	if g.chance(2) {
		inside += " (x, y | " + g.pick("x.i > 0", "y:A", "x.k <> 2", "y.i < 3 AND x.i IS NOT NULL", "x:R OR y:B") + ")"
	}
	arrow := g.pick("-[%s]->", "<-[%s]-", "-[%s]-")
	to := g.node(false)
	name := ""
	if kind != 0 && g.chance(2) {
		name = g.fresh()
		g.bind(name, kind, false)
		name += " = "
	}
	if total != "" {
		g.bind(total, integerKind, false)
	}
	return name + from + fmt.Sprintf(arrow, inside) + to
}
