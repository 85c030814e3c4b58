package generator

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// A Generator makes statements. It belongs to one goroutine.
type Generator struct {
	rng  *rand.Rand
	vars []variable
	next int // number of the next variable
	// cost bounds how many rows a statement may make: it grows with every
	// pattern that starts anywhere.
	cost int
	// depth is how deep expressions are.
	depth int
	// Traversals lets patterns have Memgraph's traversals, *BFS and its kin.
	Traversals bool
}

// A kind is what a variable holds.
type kind uint8

const (
	nodeKind kind = iota + 1
	relationshipKind
	pathKind
	// lengthKind is a path of which only the length is certain.
	lengthKind
	integerKind
	stringKind
	booleanKind
	// listKind is a list of integers; bagKind one whose order is open.
	listKind
	bagKind
	// entitiesKind is a list of nodes or relationships.
	entitiesKind
)

type variable struct {
	name     string
	kind     kind
	nullable bool
}

// New returns a generator for a seed.
func New(seed uint64) *Generator {
	return &Generator{rng: rand.New(rand.NewPCG(seed, 0x5eed))} //nolint:gosec // repeatable on purpose
}

var (
	labels = []string{"A", "B", "C"}
	types  = []string{"R", "S", "T"}
	texts  = []string{"'a'", "'b'", "'ab'", "''"}
)

// chance is true in one of n cases.
func (g *Generator) chance(n int) bool { return g.rng.IntN(n) == 0 }

func (g *Generator) pick(words ...string) string { return words[g.rng.IntN(len(words))] }

func (g *Generator) label() string { return labels[g.rng.IntN(len(labels))] }

func (g *Generator) relType() string { return types[g.rng.IntN(len(types))] }

// fresh names a variable without binding it.
func (g *Generator) fresh() string {
	g.next++
	return fmt.Sprintf("v%d", g.next)
}

func (g *Generator) bind(name string, k kind, nullable bool) {
	g.vars = append(g.vars, variable{name: name, kind: k, nullable: nullable})
}

// find returns a variable of one of the kinds.
func (g *Generator) find(kinds ...kind) (variable, bool) {
	var all []variable
	for _, v := range g.vars {
		if slices.Contains(kinds, v.kind) {
			all = append(all, v)
		}
	}
	if len(all) == 0 {
		return variable{}, false
	}
	return all[g.rng.IntN(len(all))], true
}

// firm returns a node variable that is not null.
func (g *Generator) firm() (variable, bool) {
	v, ok := g.find(nodeKind)
	return v, ok && !v.nullable
}

// Graph returns a statement that creates a graph: some nodes and relationships,
// loops and parallel ones among them, each with a key k of its own.
func (g *Generator) Graph() string {
	nodes, rels := 3+g.rng.IntN(5), 3+g.rng.IntN(8)
	var parts []string
	for i := range nodes {
		name := fmt.Sprintf("n%d", i) + g.pick("", ":A") + g.pick("", ":B") + g.pick("", ":C")
		parts = append(parts, fmt.Sprintf("(%s {k: %d%s})", name, i, g.storedProperties()))
	}
	for i := range rels {
		parts = append(parts, fmt.Sprintf("(n%d)-[:%s {k: %d%s}]->(n%d)",
			g.rng.IntN(nodes), g.relType(), i, g.storedProperties(), g.rng.IntN(nodes)))
	}
	return "CREATE " + strings.Join(parts, ", ")
}

func (g *Generator) storedProperties() string {
	var b strings.Builder
	if !g.chance(4) {
		fmt.Fprintf(&b, ", i: %d", g.rng.IntN(4))
	}
	if g.chance(2) {
		b.WriteString(", s: " + g.pick(texts...))
	}
	if g.chance(3) {
		fmt.Fprintf(&b, ", f: %d.5", g.rng.IntN(3))
	}
	if g.chance(3) {
		b.WriteString(", l: " + g.pick("[]", "[1]", "[1, 2]", "[3, 0, 1]"))
	}
	return b.String()
}

// Query returns a statement. writes lets it change the graph.
func (g *Generator) Query(writes bool) string {
	g.vars, g.next, g.cost = nil, 0, 0
	if !writes && g.chance(12) {
		return g.union()
	}
	g.depth = g.rng.IntN(3) // small statements show faults best
	clauses := g.reads(1 + g.rng.IntN(1+g.depth))
	if writes {
		for range 1 + g.rng.IntN(2) {
			clauses = append(clauses, g.write())
			if g.chance(3) {
				clauses = append(clauses, g.with())
			}
			if g.chance(3) {
				clauses = append(clauses, "WITH *", g.read())
			}
		}
		if g.chance(3) {
			return strings.Join(clauses, " ") + " FINISH"
		}
	}
	return strings.Join(append(clauses, g.returns()), " ")
}

func (g *Generator) union() string {
	column := g.fresh()
	k := []kind{integerKind, stringKind, nodeKind}[g.rng.IntN(3)]
	var parts []string
	for range 2 + g.rng.IntN(2) {
		g.vars, g.cost = nil, 0
		clauses := g.reads(1)
		e := g.expr(k, g.depth)
		if v, ok := g.find(nodeKind); ok && k == nodeKind {
			e = v.name
		}
		parts = append(parts, strings.Join(clauses, " ")+" RETURN "+e+" AS "+column)
	}
	return strings.Join(parts, " "+g.pick("UNION", "UNION ALL")+" ")
}

func (g *Generator) reads(n int) []string {
	var clauses []string
	for range n {
		clauses = append(clauses, g.read())
	}
	return clauses
}

// maxCost is about the logarithm, to base 10, of the rows of a statement.
const maxCost = 4

func (g *Generator) read() string {
	if g.cost >= maxCost {
		return g.with()
	}
	switch n := g.rng.IntN(20); {
	case n < 9:
		return g.match(false)
	case n < 12:
		return g.match(true)
	case n < 14:
		g.cost++
		list, name := g.list(1), g.fresh()
		g.bind(name, integerKind, true)
		return "UNWIND " + list + " AS " + name
	case n < 16:
		return g.subquery()
	default:
		if len(g.vars) == 0 {
			return g.match(false)
		}
		return g.with()
	}
}

func (g *Generator) where(n int) string {
	if g.chance(n) {
		return ""
	}
	if v, ok := g.find(nodeKind); ok && g.chance(8) {
		return " WHERE " + g.pick("", "NOT ") + g.predicate(v) + g.pick("", " AND "+g.boolean(g.depth))
	}
	return " WHERE " + g.boolean(g.depth)
}

func (g *Generator) match(optional bool) string {
	before := len(g.vars)
	text := "MATCH "
	if optional {
		text = "OPTIONAL MATCH "
	}
	a, ok := g.firm()
	switch {
	case ok && !optional && g.chance(10):
		text += g.shortest(a)
	case g.chance(10):
		text += g.selected()
	case g.Traversals && g.chance(8):
		text += g.traversal()
	default:
		text += g.path().forward()
		if g.chance(5) && g.cost < maxCost {
			text += ", " + g.path().forward()
		}
	}
	text += g.where(2)
	for i := before; i < len(g.vars) && optional; i++ {
		g.vars[i].nullable = true
	}
	return text
}

// shortest is a shortest path between different nodes.
func (g *Generator) shortest(from variable) string {
	name, to := g.fresh(), g.fresh()
	g.cost++
	text := fmt.Sprintf("(%s) WHERE %s <> %s MATCH %s = shortestPath((%s)-[%s*1..4]%s(%s))",
		to, from.name, to, name, from.name, g.pick("", ":R", ":R|S"), g.pick("-", "->"), to)
	g.bind(to, nodeKind, false)
	g.bind(name, lengthKind, false)
	return text
}

func (g *Generator) subquery() string {
	g.cost++
	outer := slices.Clone(g.vars)
	var imports []string
	var inner []variable
	for _, v := range g.vars {
		if g.chance(2) {
			imports = append(imports, v.name)
			inner = append(inner, v)
		}
	}
	g.vars = inner
	body := g.match(false)
	name := g.fresh()
	result := g.integer(g.depth)
	if g.chance(2) {
		result = g.pick("count(*)", "count(DISTINCT "+g.integer(1)+")", "sum("+g.integer(1)+")", "max("+g.integer(1)+")")
	}
	g.vars = outer
	g.vars = append(g.vars, variable{name: name, kind: integerKind, nullable: true})
	return "CALL (" + strings.Join(imports, ", ") + ") { " + body + " RETURN " + result + " AS " + name + " }"
}

// with projects: some variables stay, some values are new.
func (g *Generator) with() string {
	items, after := g.items()
	var b strings.Builder
	if g.chance(12) {
		g.vars = after
		return "RETURN " + strings.Join(items, ", ") + g.tail() + " NEXT"
	}
	b.WriteString("WITH ")
	if g.chance(6) {
		b.WriteString("DISTINCT ")
	}
	b.WriteString(strings.Join(items, ", "))
	g.vars = after
	b.WriteString(g.tail())
	b.WriteString(g.where(2))
	return b.String()
}

func (g *Generator) returns() string {
	items, after := g.items()
	var b strings.Builder
	b.WriteString("RETURN ")
	if g.chance(5) {
		b.WriteString("DISTINCT ")
	}
	b.WriteString(strings.Join(items, ", "))
	g.vars = after
	b.WriteString(g.tail())
	return b.String()
}

// tail is ORDER BY, SKIP and LIMIT over the variables in scope.
func (g *Generator) tail() string {
	if !g.chance(3) {
		return ""
	}
	var keys []string
	total := !g.chance(4)
	for _, v := range g.vars {
		if v.kind == entitiesKind || v.kind == bagKind || v.kind == pathKind || v.kind == lengthKind {
			continue
		}
		key := v.name
		if v.kind == nodeKind || v.kind == relationshipKind {
			key += ".k"
		}
		if total || g.chance(2) {
			keys = append(keys, key+g.pick("", " DESC"))
		}
	}
	if len(keys) == 0 {
		return ""
	}
	text := " ORDER BY " + strings.Join(keys, ", ")
	if total && g.chance(3) {
		text += fmt.Sprintf(" SKIP %d", g.rng.IntN(3))
	}
	if total && g.chance(2) {
		text += fmt.Sprintf(" LIMIT %d", g.rng.IntN(6))
	}
	return text
}

// items are the items of a projection, and the variables behind it.
func (g *Generator) items() (items []string, after []variable) {
	for _, v := range g.vars {
		if g.chance(3) {
			continue
		}
		items = append(items, v.name)
		after = append(after, v)
	}
	add := func(text string, k kind) {
		name := g.fresh()
		items = append(items, text+" AS "+name)
		after = append(after, variable{name: name, kind: k, nullable: true})
	}
	for len(items) == 0 || g.chance(3) {
		k := []kind{integerKind, integerKind, stringKind, booleanKind, listKind}[g.rng.IntN(5)]
		add(g.expr(k, g.depth), k)
	}
	if g.chance(4) {
		for range 1 + g.rng.IntN(2) {
			switch g.rng.IntN(8) {
			case 0, 1:
				add("count(*)", integerKind)
			case 2:
				add("count("+g.pick("", "DISTINCT ")+g.expr([]kind{integerKind, stringKind}[g.rng.IntN(2)], 1)+")", integerKind)
			case 3:
				add("sum("+g.pick("", "DISTINCT ")+g.integer(1)+")", integerKind)
			case 4, 5:
				add(g.pick("min", "max")+"("+g.integer(1)+")", integerKind)
			case 6:
				add("collect("+g.pick("", "DISTINCT ")+g.integer(1)+")", bagKind)
			default:
				add("count(*) + "+strconv.Itoa(g.rng.IntN(3)), integerKind)
			}
		}
	}
	return items, after
}
