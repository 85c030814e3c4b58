package plan

import "slices"

// Inputs and the slots that operators read and fill.

func one(n Node) []Node {
	if n == nil {
		return nil
	}
	return []Node{n}
}

func values[V interface{ Reads() []int }](f func(int), list ...V) {
	for _, v := range list {
		for _, s := range v.Reads() {
			f(s)
		}
	}
}

func slots(f func(int), list ...int) {
	for _, s := range list {
		if s >= 0 {
			f(s)
		}
	}
}

// Filled returns the slots that the operators of a plan fill.
func Filled(n Node) []int {
	var filled []int
	n.defines(func(s int) { filled = append(filled, s) })
	for _, in := range n.inputs() {
		filled = append(filled, Filled(in)...)
	}
	return filled
}

// finish works out which columns are alive at each operator, and drops what
// nobody needs. needed are the slots that are read above n; it returns those
// that come from outside.
func (p *planner) finish(n Node, needed []int) []int {
	needed = slices.Clone(needed)
	slices.Sort(needed)
	needed = slices.Compact(needed)
	p.trim(n, needed)
	n.Base().Live = needed
	below := make(map[int]bool, len(needed))
	for _, s := range needed {
		below[s] = true
	}
	n.defines(func(s int) { delete(below, s) })
	n.uses(func(s int) { below[s] = true })
	return p.finishInputs(n, keys(below))
}

func keys(set map[int]bool) []int {
	list := make([]int, 0, len(set))
	for s := range set {
		list = append(list, s)
	}
	slices.Sort(list)
	return list
}

// trim drops columns that nobody reads.
func (p *planner) trim(n Node, needed []int) {
	dead := func(slot int) bool { return !slices.Contains(needed, slot) }
	switch n := n.(type) {
	case *Expand:
		if !n.Known && dead(n.Relationship) {
			n.Relationship = -1
		}
	case *VarExpand:
		if !n.Known && dead(n.Relationships) {
			n.Relationships = -1
			n.Pruning = n.wantPruning
		}
	case *ShortestPath:
		n.trim(dead)
	case *WeightedPath:
		n.trim(dead)
		if dead(n.Total) {
			n.Total = -1
		}
	}
}

// trim drops the relationships when nobody reads them.
func (n *Paths) trim(dead func(slot int) bool) {
	if dead(n.Relationships) {
		n.Relationships = -1
	}
}

// finishInputs goes on with the operators below n. below are the slots that n
// needs of them.
func (p *planner) finishInputs(n Node, below []int) []int {
	switch n := n.(type) {
	case *Argument:
		n.Slots = below
		if n.RowSlot >= 0 {
			n.Slots = append(slices.Clone(below), n.RowSlot)
		}
		return below
	case *Union:
		outside := make(map[int]bool)
		if n.Chooses {
			outside[n.Choice] = true
		}
		for _, b := range n.Branches {
			for _, s := range p.finish(b.Plan, b.Slots) {
				outside[s] = true
			}
		}
		return keys(outside)
	case *Optional:
		inner := append(intersect(n.Live, n.Nulls), n.RowSlot)
		n.Imports = p.finish(n.Inner, inner)
		return p.finish(n.Input, union(below, n.Imports))
	case *Apply:
		n.Imports = p.finish(n.Inner, intersect(n.Live, n.Outputs))
		return p.finish(n.Input, union(below, n.Imports))
	case *Table:
		needed := n.Live
		if n.Unit {
			needed = nil
		}
		n.Imports = p.finish(n.Inner, needed)
		return p.finish(n.Input, union(n.Imports, intersect(below, n.Imports)))
	case *Select:
		n.Imports = p.finish(n.Inner, union(intersect(n.Live, n.Outputs), []int{n.Path}))
		return p.finish(n.Input, union(below, n.Imports))
	case *InTransactions:
		n.Imports = p.finish(n.Plan.Root, n.Outputs)
		return p.finish(n.Input, union(below, n.Imports))
	case *Repeat:
		inner := append([]int{n.End}, n.Steps...)
		for _, g := range n.Groups {
			inner = append(inner, g.Inner)
		}
		n.Imports = without(p.finish(n.Inner, inner), n.Start)
		return p.finish(n.Input, union(below, n.Imports))
	case *Foreach:
		n.Imports = without(p.finish(n.Inner, nil), n.Slot)
		return p.finish(n.Input, union(below, n.Imports))
	case *Merge:
		wanted := intersect(n.Live, n.Outputs)
		for i := range n.OnMatch {
			n.OnMatch[i].uses(func(s int) {
				if slices.Contains(n.Outputs, s) {
					wanted = append(wanted, s)
				}
			})
		}
		n.Imports = p.finish(n.Match, wanted)
		below = union(below, n.Imports)
		n.Carry = intersect(n.Carry, below)
		return p.finish(n.Input, below)
	case *HashJoin:
		var built []int
		filled := Filled(n.Build)
		for _, s := range n.Live {
			if slices.Contains(filled, s) {
				built = append(built, s)
			}
		}
		for _, k := range n.Keys {
			built = append(built, k.Reads()...)
		}
		p.finish(n.Build, built)
		return p.finish(n.Input, difference(below, filled))
	}
	in := n.inputs()
	if len(in) == 0 {
		return below
	}
	return p.finish(in[0], below)
}

func intersect(a, b []int) []int {
	var out []int
	for _, s := range a {
		if slices.Contains(b, s) {
			out = append(out, s)
		}
	}
	return out
}

func difference(a, b []int) []int {
	var out []int
	for _, s := range a {
		if !slices.Contains(b, s) {
			out = append(out, s)
		}
	}
	return out
}

func without(a []int, slot int) []int { return difference(a, []int{slot}) }

func union(a, b []int) []int {
	out := append(slices.Clone(a), b...)
	slices.Sort(out)
	return slices.Compact(out)
}
