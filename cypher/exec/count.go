package exec

import (
	"slices"

	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// countStore returns one row with a number that the store keeps.
type countStore struct {
	run  *Run
	c    *expr.Context
	plan *plan.CountStore
	out  *expr.Batch
	done bool
}

func (o *countStore) reset() { o.done = false }

func (o *countStore) next() (*expr.Batch, error) {
	if o.done {
		return nil, nil //nolint:nilnil // the end of rows
	}
	o.done = true
	n, err := o.count()
	if err != nil {
		return nil, err
	}
	column := &o.out.Columns[o.plan.Slot]
	column.Resize(expr.Values, 1)
	column.Values[0] = graph.Integer(n)
	o.out.N = 1
	return o.out, nil
}

// count asks the store's counters, and counts by scanning when the own
// transaction has changed them.
func (o *countStore) count() (int64, error) {
	switch o.plan.Kind {
	case plan.CountNodes:
		if n, ok := o.c.View.NodeCount(); ok {
			return n, nil
		}
		return o.scanNodes(func(c *storage.NodeCursor, dst []graph.NodeID) int { return o.c.View.ScanNodes(c, dst) })
	case plan.CountLabel:
		id, ok := o.plan.Label.Resolve(o.c.Store)
		if !ok {
			return 0, nil
		}
		if n, ok := o.c.View.LabelCount(id); ok {
			return n, nil
		}
		return o.scanNodes(func(c *storage.NodeCursor, dst []graph.NodeID) int { return o.c.View.ScanLabel(c, id, dst) })
	case plan.CountRelationships:
		if n, ok := o.c.View.RelationshipCount(); ok {
			return n, nil
		}
		return o.scanRelationships(nil)
	case plan.CountStep:
		return o.steps()
	default:
		return o.types()
	}
}

// steps counts the relationships of the given types at the nodes with a label.
func (o *countStore) steps() (int64, error) {
	label, ok := o.plan.Label.Resolve(o.c.Store)
	if !ok {
		return 0, nil
	}
	total := int64(0)
	var types []storage.TypeID
	for _, t := range o.plan.Types {
		id, ok := t.Resolve(o.c.Store)
		if !ok {
			continue
		}
		n, ok := o.c.View.StepCount(label, id, o.plan.Direction)
		if !ok {
			types = append(types, id)
			continue
		}
		total += n
	}
	if len(types) == 0 {
		return total, nil
	}
	var cursor storage.NodeCursor
	buffer := make([]graph.NodeID, expr.MaxRows)
	for {
		n := o.c.View.ScanLabel(&cursor, label, buffer)
		if n == 0 {
			return total, nil
		}
		for _, node := range buffer[:n] {
			total += int64(o.c.View.Degree(node, o.plan.Direction, types))
		}
		if err := o.run.check(); err != nil {
			return 0, err
		}
	}
}

// types counts the relationships of the given types.
func (o *countStore) types() (int64, error) {
	total := int64(0)
	for _, t := range o.plan.Types {
		id, ok := t.Resolve(o.c.Store)
		if !ok {
			continue
		}
		n, ok := o.c.View.TypeCount(id)
		if !ok {
			var err error
			if n, err = o.scanRelationships([]storage.TypeID{id}); err != nil {
				return 0, err
			}
		}
		total += n
	}
	return total, nil
}

func (o *countStore) scanNodes(scan func(*storage.NodeCursor, []graph.NodeID) int) (int64, error) {
	var cursor storage.NodeCursor
	buffer := make([]graph.NodeID, expr.MaxRows)
	for total := int64(0); ; {
		n := scan(&cursor, buffer)
		if n == 0 {
			return total, nil
		}
		total += int64(n)
		if err := o.run.check(); err != nil {
			return 0, err
		}
	}
}

func (o *countStore) scanRelationships(types []storage.TypeID) (int64, error) {
	var cursor storage.RelationshipCursor
	buffer := make([]graph.RelationshipID, expr.MaxRows)
	for total := int64(0); ; {
		n := o.c.View.ScanRelationships(&cursor, types, buffer)
		if n == 0 {
			return total, nil
		}
		total += int64(n)
		if err := o.run.check(); err != nil {
			return 0, err
		}
	}
}

// degree adds a column with the number of relationships of each row's node
// that the row has not used.
type degree struct {
	run    *Run
	c      *expr.Context
	plan   *plan.Degree
	input  operator
	hop    hop
	second hop
	shared hop // types that both hops follow
	steps  [stepBuffer]storage.Step
	column expr.Column
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
	o.hop.resolve(o.c, &o.plan.Hop)
	if o.plan.Second != nil {
		o.second.resolve(o.c, o.plan.Second)
		o.share()
	}
	o.column.Resize(expr.Values, b.N)
	for row := range b.N {
		n := 0
		node, ok := b.Node(o.plan.From, row)
		switch {
		case !ok || o.hop.none:
		case o.plan.Second != nil:
			n = o.pairs(node)
		default:
			n = o.c.View.Degree(node, o.hop.direction, o.hop.types)
			for i := range o.plan.Earlier {
				if o.counts(b, row, node, &o.plan.Earlier[i]) {
					n--
				}
			}
		}
		o.column.Values[row] = graph.Integer(int64(n))
	}
	b.Columns[o.plan.Slot] = o.column
	return b, nil
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

// pairs counts the pairs of different relationships of a node, one of each hop.
func (o *degree) pairs(node graph.NodeID) int {
	if o.second.none {
		return 0
	}
	n := o.c.View.Degree(node, o.second.direction, o.second.types)
	if n == 0 {
		return 0
	}
	n *= o.c.View.Degree(node, o.hop.direction, o.hop.types)
	if n == 0 || o.shared.none {
		return n
	}
	switch {
	case o.hop.direction == o.second.direction || o.second.direction == storage.Both:
		return n - o.c.View.Degree(node, o.hop.direction, o.shared.types)
	case o.hop.direction == storage.Both:
		return n - o.c.View.Degree(node, o.second.direction, o.shared.types)
	default: // one way in and one out: only a self-loop is both
		return n - o.loops(node)
	}
}

// loops counts the relationships of a node with itself.
func (o *degree) loops(node graph.NodeID) int {
	var cursor storage.ExpandCursor
	loops := 0
	for {
		n := o.c.View.Expand(&cursor, node, storage.Out, o.shared.types, o.steps[:])
		if n == 0 {
			return loops
		}
		for _, step := range o.steps[:n] {
			if step.Node == node {
				loops++
			}
		}
	}
}

// counts reports whether the degree of a node counts a relationship that the
// row has used.
func (o *degree) counts(b *expr.Batch, row int, node graph.NodeID, e *plan.EarlierHop) bool {
	rel, ok := b.Relationship(e.Relationship, row)
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

// produce ends a plan.
type produce struct {
	input operator
}

func (o *produce) reset()                     { o.input.reset() }
func (o *produce) next() (*expr.Batch, error) { return o.input.next() }
