package exec

import (
	"slices"

	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A goal is the label that the node at the end of a hop must have.
type goal struct {
	label storage.LabelID
	check bool // not every relationship that the hop may follow leads to one
	none  bool // the label does not exist
}

// resolve looks the label up. The store counts how many relationships of a type
// lead to a label: when all of them do, nobody has to look.
func (g *goal) resolve(c *expr.Context, label *expr.Label, h *hop) {
	*g = goal{}
	if label == nil {
		return
	}
	id, known := label.Resolve(c.Store)
	g.label, g.none = id, !known
	g.check = known && !leads(c, id, h)
}

// leads reports whether all relationships that a hop may follow lead to nodes
// with a label.
func leads(c *expr.Context, label storage.LabelID, h *hop) bool {
	for _, t := range h.types {
		total, ok := c.View.TypeCount(t)
		if !ok {
			return false
		}
		for _, end := range [...]storage.Direction{storage.In, storage.Out} {
			if end == h.direction { // the end where the hop starts
				continue
			}
			if n, ok := c.View.StepCount(label, t, end); !ok || n != total {
				return false
			}
		}
	}
	return len(h.types) > 0
}

// reached reports whether a node may be the end of the hop.
func (g *goal) reached(c *expr.Context, node graph.NodeID) bool {
	return !g.check || c.View.HasLabel(node, g.label)
}

// degree adds a column with the number of relationships of each row's node
// that the row has not used.
type degree struct {
	run              *Run
	c                *expr.Context
	plan             *plan.Degree
	input            operator
	hop, second      hop
	goal, secondGoal goal
	shared           hop // types that both hops follow
	steps            [stepBuffer]storage.Step
	column           expr.Column
}

func (o *degree) reset() { o.input.reset() }

func (o *degree) next() (*expr.Batch, error) {
	if err := o.run.check(); err != nil {
		return nil, err
	}
	b, err := o.input.next()
	if err != nil || b == nil {
		return nil, err
	}
	o.resolve()
	o.column.Resize(expr.Values, b.N)
	for row := range b.N {
		n := 0
		node, ok := b.Node(o.plan.From, row)
		switch {
		case !ok || o.hop.none || o.goal.none:
		case o.plan.Second != nil:
			n = o.pairs(node)
		case o.goal.check:
			n = o.count(node, &o.hop, func(step storage.Step) bool {
				return o.goal.reached(o.c, step.Node) && !usedAny(b, o.plan.Earlier, row, step.Relationship)
			})
		default:
			n = o.c.View.Degree(node, o.hop.direction, o.hop.types)
			for _, slot := range o.plan.Earlier {
				if o.counts(b, row, node, slot) {
					n--
				}
			}
		}
		o.column.Values[row] = graph.Integer(int64(n))
	}
	b.Columns[o.plan.Slot] = o.column
	return b, nil
}

func (o *degree) resolve() {
	o.hop.resolve(o.c, &o.plan.Hop)
	o.goal.resolve(o.c, o.plan.Label, &o.hop)
	if o.plan.Second == nil {
		return
	}
	o.second.resolve(o.c, o.plan.Second)
	o.secondGoal.resolve(o.c, o.plan.SecondLabel, &o.second)
	o.share()
}

// share finds the types that both hops follow.
func (o *degree) share() {
	a, b := o.hop.types, o.second.types
	o.shared.types, o.shared.none = o.shared.types[:0], false
	switch {
	case len(o.plan.Types) == 0:
		o.shared.types = append(o.shared.types, b...)
	case len(o.plan.Second.Types) == 0:
		o.shared.types = append(o.shared.types, a...)
	default:
		for _, t := range a {
			if slices.Contains(b, t) {
				o.shared.types = append(o.shared.types, t)
			}
		}
		o.shared.none = len(o.shared.types) == 0
	}
}

// pairs counts the pairs of relationships of a node, one of each hop.
func (o *degree) pairs(node graph.NodeID) int {
	if o.second.none || o.secondGoal.none {
		return 0
	}
	n := o.ends(node, &o.second, &o.secondGoal)
	if n == 0 {
		return 0
	}
	n *= o.ends(node, &o.hop, &o.goal)
	if n == 0 || !o.plan.Apart || o.shared.none {
		return n
	}
	// Those that are in both hops make a pair with themselves.
	a, b := o.hop.direction, o.second.direction
	o.shared.direction = a
	if a == storage.Both {
		o.shared.direction = b
	}
	loops := a != b && a != storage.Both && b != storage.Both // one way in and one out
	if loops && !o.c.View.MayLoop() {
		return n
	}
	if !loops && !o.goal.check && !o.secondGoal.check {
		return n - o.c.View.Degree(node, o.shared.direction, o.shared.types)
	}
	return n - o.count(node, &o.shared, func(step storage.Step) bool {
		return (!loops || step.Node == node) && o.goal.reached(o.c, step.Node) && o.secondGoal.reached(o.c, step.Node)
	})
}

// ends returns the number of relationships of a node that lead to a goal.
func (o *degree) ends(node graph.NodeID, h *hop, g *goal) int {
	if !g.check {
		return o.c.View.Degree(node, h.direction, h.types)
	}
	return o.count(node, h, func(step storage.Step) bool { return g.reached(o.c, step.Node) })
}

// count returns the number of steps from a node that satisfy a condition.
func (o *degree) count(node graph.NodeID, h *hop, counts func(storage.Step) bool) int {
	var cursor storage.ExpandCursor
	total := 0
	for {
		n := o.c.View.Expand(&cursor, node, h.direction, h.types, o.steps[:])
		if n == 0 {
			return total
		}
		for _, step := range o.steps[:n] {
			if counts(step) {
				total++
			}
		}
	}
}

// counts reports whether the degree of a node counts a relationship that the
// row has used.
func (o *degree) counts(b *expr.Batch, row int, node graph.NodeID, slot int) bool {
	rel, ok := b.Relationship(slot, row)
	if !ok {
		return false
	}
	record, ok := o.c.View.Relationship(rel)
	if !ok || !o.hop.allows(record.Type) {
		return false
	}
	return o.hop.direction != storage.In && record.Start == node ||
		o.hop.direction != storage.Out && record.End == node
}
