package exec

import (
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
	case plan.CountIndex:
		l := lookup{plan: o.plan.Lookup}
		if err := l.prepare(o.c, o.out, 0); err != nil {
			return 0, err
		}
		return o.c.View.CountRange(&l.entry), nil
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

// produce ends a plan.
type produce struct {
	input operator
}

func (o *produce) reset()                     { o.input.reset() }
func (o *produce) next() (*expr.Batch, error) { return o.input.next() }
