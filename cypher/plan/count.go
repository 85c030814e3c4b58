package plan

import (
	"slices"

	"github.com/drawbolt/drawbolt/cypher/expr"
)

// pushCount answers count(*) from counters of the store, or counts the last hop
// of a pattern by degrees. ok is false when neither is possible.
func (p *planner) pushCount(n *Aggregate) (root Node, ok bool) {
	if p.Plain {
		return nil, false
	}
	n.countAll()
	if len(n.Items) != 1 {
		return nil, false
	}
	item := &n.Items[0]
	if item.Function != "count" || item.Distinct {
		return nil, false
	}
	if store, ok := p.countStore(n, item); ok {
		return store, true
	}
	last, ok := n.Input.(*Expand)
	if !ok || last.Known {
		return nil, false
	}
	if last.Into {
		if m, ok := p.meet(n, last); ok {
			return p.countWeights(n, m, m.Slot), true
		}
		return nil, false
	}
	if !n.forgets(last.To, last.Relationship) {
		return nil, false
	}
	if d, ok := p.countPairs(n, last); ok {
		return p.countWeights(n, d, d.Slot), true
	}
	if !countsRows(item, last.To, last.Relationship) || p.anyList(last.Distinct) {
		return nil, false
	}
	d := &Degree{Input: last.Input, Hop: last.Hop, From: last.From, Label: last.Label, Earlier: last.Distinct}
	d.Slot = p.newSlot(valueKind)
	add(p, d)
	return p.countWeights(n, d, d.Slot), true
}

// countAll makes count(x) a count of rows where x is never null.
func (n *Aggregate) countAll() {
	for i := range n.Items {
		item := &n.Items[i]
		if item.Function != "count" || item.Distinct || len(item.Args) != 1 {
			continue
		}
		if slot, ok := item.Args[0].Slot(); ok && neverNull(n.Input, slot) {
			item.Args, item.Star = nil, true
		}
	}
}

// neverNull reports whether a slot has just been filled by a pattern.
func neverNull(n Node, slot int) bool {
	switch n := n.(type) {
	case *Filter:
		return neverNull(n.Input, slot)
	case *Project:
		for _, item := range n.Items {
			if item.Slot == slot {
				return false
			}
		}
		return neverNull(n.Input, slot)
	case *NodeScan:
		return slot == n.Slot
	case *LabelScan:
		return slot == n.Slot
	case *IndexSeek:
		return slot == n.Slot
	case *IndexScan:
		return slot == n.Slot
	case *Expand:
		return slot == n.Relationship || slot == n.To || slot == n.From || neverNull(n.Input, slot)
	default:
		return false
	}
}

// countWeights makes an aggregation add up what the rows of its input stand
// for.
func (p *planner) countWeights(n *Aggregate, input Node, weight int) Node {
	n.Input, n.Weight = input, weight
	n.Items[0].Args, n.Items[0].Star = nil, true
	n.Rows = groups(n)
	return add(p, n)
}

// forgets reports whether no key of an aggregation is one of the slots.
func (n *Aggregate) forgets(slots ...int) bool {
	return !slices.ContainsFunc(n.Keys, func(key int) bool { return slices.Contains(slots, key) })
}

// anyList reports whether a slot holds lists of relationships.
func (p *planner) anyList(slots []int) bool {
	return slices.ContainsFunc(slots, func(slot int) bool { return p.lists[slot] })
}

// countPairs counts the last two hops of a pattern by the degrees of the node
// between them: when both start there, or when they are the whole pattern, which
// may then start there too.
func (p *planner) countPairs(n *Aggregate, last *Expand) (*Degree, bool) {
	first, ok := last.Input.(*Expand)
	if !ok || first.Into || first.Known || len(first.Distinct) > 0 ||
		!n.forgets(first.Relationship) || slices.ContainsFunc(last.Distinct, func(s int) bool { return s != first.Relationship }) {
		return nil, false
	}
	d := &Degree{
		Hop: last.Hop, From: last.From, Label: last.Label, Apart: len(last.Distinct) > 0,
		Input: first.Input, Second: &Hop{Types: first.Types, Direction: first.Direction}, SecondLabel: first.Label,
	}
	end := first.To
	if first.From != last.From {
		end = first.From
		d.Second.Direction = first.Direction.Reverse()
		if d.Input, d.SecondLabel, ok = p.middle(first); !ok || first.To != last.From {
			return nil, false
		}
	}
	if !n.forgets(end) || !countsRows(&n.Items[0], first.Relationship, last.Relationship, first.To, first.From, last.To) {
		return nil, false
	}
	d.Slot = p.newSlot(valueKind)
	add(p, d)
	return d, true
}

// middle returns a scan of the nodes where an expansion from a scan ends, and
// the label that the scanned nodes have.
func (p *planner) middle(e *Expand) (scan Node, label *expr.Label, ok bool) {
	var start Node
	switch in := e.Input.(type) {
	case *NodeScan:
		start, ok = in.Input, in.Slot == e.From && in.Stored == nil
	case *LabelScan:
		start, label, ok = in.Input, in.Label, in.Slot == e.From && in.Stored == nil
	}
	if !ok || !isStart(start) {
		return nil, nil, false
	}
	if e.Label != nil {
		scan = add(p, &LabelScan{Input: start, Slot: e.To, Label: e.Label})
		scan.Base().Rows = p.labelCount(e.Label.Name)
	} else {
		scan = add(p, &NodeScan{Input: start, Slot: e.To})
		scan.Base().Rows = p.nodeCount()
	}
	return scan, label, true
}

// meet counts the last node of a cycle and the two relationships around it.
func (p *planner) meet(n *Aggregate, last *Expand) (*Meet, bool) {
	first, ok := last.Input.(*Expand)
	if !ok || first.Into || first.Known || last.From == last.To || last.Label != nil ||
		!n.forgets(first.To, first.Relationship, last.Relationship) ||
		!countsRows(&n.Items[0], first.To, first.Relationship, last.Relationship) {
		return nil, false
	}
	m := &Meet{
		Input: first.Input, First: first.Hop, From: first.From, Label: first.Label,
		Second: last.Hop, To: last.To, FirstEarlier: first.Distinct,
	}
	if last.To == first.To {
		m.Second.Direction, m.To = last.Direction.Reverse(), last.From
	} else if last.From != first.To {
		return nil, false
	}
	for _, slot := range last.Distinct {
		if slot == first.Relationship {
			m.Apart = true
			continue
		}
		m.SecondEarlier = append(m.SecondEarlier, slot)
	}
	m.Slot = p.newSlot(valueKind)
	add(p, m)
	m.Rows = first.Input.Base().Rows
	return m, true
}

// countsRows reports whether count(x) counts all rows: x is *, or a variable
// that the pattern's operator binds, which is never null.
func countsRows(item *Aggregation, slots ...int) bool {
	if item.Star {
		return true
	}
	if len(item.Args) != 1 {
		return false
	}
	slot, ok := item.Args[0].Slot()
	return ok && slices.Contains(slots, slot)
}

// countStore answers the count of a whole scan.
func (p *planner) countStore(n *Aggregate, item *Aggregation) (Node, bool) {
	if len(n.Keys) > 0 {
		return nil, false
	}
	c := &CountStore{Slot: item.Slot}
	c.Rows = 1
	switch in := n.Input.(type) {
	case *NodeScan:
		if !isStart(in.Input) || in.Stored != nil || !countsRows(item, in.Slot) {
			return nil, false
		}
		c.Kind = CountNodes
	case *LabelScan:
		if !isStart(in.Input) || in.Stored != nil || !countsRows(item, in.Slot) {
			return nil, false
		}
		c.Kind, c.Label = CountLabel, in.Label
	case *IndexScan:
		if !isStart(in.Input) || !countsRows(item, in.Slot) {
			return nil, false
		}
		c.Kind, c.Lookup = CountIndex, in.Lookup
	case *RelationshipScan:
		if in.Lookup != nil {
			if !isStart(in.Input) || in.Direction == bothDirections || len(in.Distinct) > 0 || !countsRows(item, in.Relationship, in.From, in.To) {
				return nil, false
			}
			c.Kind, c.Lookup = CountIndex, in.Lookup
			break
		}
		if !isStart(in.Input) || in.Known || in.Direction == bothDirections || !countsRows(item, in.Relationship, in.From, in.To) {
			return nil, false
		}
		c.Kind, c.Types = CountRelationships, in.Types
		if len(in.Types) > 0 {
			c.Kind = CountType
		}
	case *Expand:
		if !countsRows(item, in.Relationship, in.From, in.To) || !c.step(in) {
			return nil, false
		}
	default:
		return nil, false
	}
	return add(p, c), true
}

// step counts all relationships that start or end at any node, or at nodes with
// one label.
func (c *CountStore) step(e *Expand) bool {
	if e.Into || e.Known || len(e.Distinct) > 0 || e.Direction == bothDirections {
		return false
	}
	c.Types, c.Direction = e.Types, e.Direction
	var start Node
	var tests Tests
	switch in := e.Input.(type) {
	case *NodeScan:
		start, tests = in.Input, in.Tests
	case *LabelScan:
		start, tests, c.Label = in.Input, in.Tests, in.Label
	default:
		return false
	}
	if !isStart(start) || tests.Stored != nil || c.Label != nil && e.Label != nil {
		return false
	}
	if e.Label != nil {
		c.Label, c.Direction = e.Label, e.Direction.Reverse()
	}
	switch {
	case c.Label != nil && len(c.Types) > 0:
		c.Kind = CountStep
	case c.Label != nil:
		return false
	case len(c.Types) > 0:
		c.Kind = CountType
	default:
		c.Kind = CountRelationships
	}
	return true
}

// isStart reports whether a plan is the single row that a statement starts with.
func isStart(n Node) bool {
	a, ok := n.(*Argument)
	return ok && a.RowSlot < 0
}
