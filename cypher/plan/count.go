package plan

import "slices"

// pushCount answers count(*) from counters of the store, or counts the last hop
// of a pattern by degrees. ok is false when neither is possible.
func (p *planner) pushCount(n *Aggregate) (root Node, ok bool) {
	if len(n.Items) != 1 || p.Plain {
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
	if !ok || last.Into || last.Known || last.Label != nil || !countsRows(item, last.To, last.Relationship) {
		return nil, false
	}
	for _, key := range n.Keys {
		if key == last.To || key == last.Relationship {
			return nil, false
		}
	}
	if root, ok := p.countPairs(n, last); ok {
		return root, true
	}
	d := &Degree{Input: last.Input, Hop: last.Hop, From: last.From}
	for _, slot := range last.Distinct {
		if p.lists[slot] {
			return nil, false
		}
		d.Earlier = append(d.Earlier, EarlierHop{Relationship: slot})
	}
	d.Slot = p.newSlot(valueKind)
	add(p, d)
	n.Input, n.Weight = d, d.Slot
	item.Args, item.Star = nil, true
	n.Rows = groups(n)
	return add(p, n), true
}

// countPairs counts a whole pattern of two hops, (a)-->(b)-->(c), by the degrees
// of the node in the middle.
func (p *planner) countPairs(n *Aggregate, last *Expand) (Node, bool) {
	first, ok := last.Input.(*Expand)
	if !ok || len(n.Keys) > 0 || first.To != last.From || first.Into || first.Known || len(first.Distinct) > 0 {
		return nil, false
	}
	scan, ok := first.Input.(*NodeScan)
	if !ok || !isStart(scan.Input) || scan.Slot != first.From {
		return nil, false
	}
	var middle Node
	if first.Label != nil {
		middle = add(p, &LabelScan{Input: scan.Input, Slot: first.To, Label: first.Label})
		middle.Base().Rows = p.labelCount(first.Label.Name)
	} else {
		middle = add(p, &NodeScan{Input: scan.Input, Slot: first.To})
		middle.Base().Rows = p.nodeCount()
	}
	second := Hop{Types: first.Types, Direction: turned(first.Direction)}
	d := add(p, &Degree{Input: middle, Hop: last.Hop, Second: &second, From: first.To, Slot: p.newSlot(valueKind)})
	n.Input, n.Weight = d, d.Slot
	n.Items[0].Args, n.Items[0].Star = nil, true
	n.Rows = 1
	return add(p, n), true
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
		if !isStart(in.Input) || !countsRows(item, in.Slot) {
			return nil, false
		}
		c.Kind = CountNodes
	case *LabelScan:
		if !isStart(in.Input) || !countsRows(item, in.Slot) {
			return nil, false
		}
		c.Kind, c.Label = CountLabel, in.Label
	case *RelationshipScan:
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
	switch in := e.Input.(type) {
	case *NodeScan:
		start = in.Input
	case *LabelScan:
		start, c.Label = in.Input, in.Label
	default:
		return false
	}
	if !isStart(start) || c.Label != nil && e.Label != nil {
		return false
	}
	if e.Label != nil {
		c.Label, c.Direction = e.Label, turned(e.Direction)
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
