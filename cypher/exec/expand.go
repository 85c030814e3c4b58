package exec

import (
	"slices"

	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// hop is a plan's hop with its types looked up.
type hop struct {
	types     []storage.TypeID
	direction storage.Direction
	none      bool // types are asked for and none of them exists
}

// resolve looks up the types.
func (h *hop) resolve(c *expr.Context, p *plan.Hop) {
	h.direction, h.types = p.Direction, h.types[:0]
	for _, t := range p.Types {
		if id, ok := t.Resolve(c.Store); ok {
			h.types = append(h.types, id)
		}
	}
	h.none = len(p.Types) > 0 && len(h.types) == 0
	if len(h.types) == 0 {
		h.types = nil
	}
}

// stepBuffer is how many steps are read from the store at once: a few cache
// lines, since most nodes have few relationships.
const stepBuffer = 64

// expand follows one relationship from each row's node.
type expand struct {
	source
	plan    *plan.Expand
	hop     hop
	cursor  storage.ExpandCursor
	steps   [stepBuffer]storage.Step
	pending []storage.Step // read from the store and not yet returned
	open    bool           // the current row has been started
	ended   bool           // the store has no more steps for it
	back    bool           // the steps are read from the other end
	from    graph.NodeID
	to      graph.NodeID
	label   storage.LabelID
	last    graph.NodeID // the node to of the row before
	ends    endTable
}

func (r *Run) newExpand(n *plan.Expand) *expand {
	own := []int{n.Relationship}
	if !n.Into {
		own = append(own, n.To)
	}
	if n.Known {
		own = own[1:]
	}
	o := &expand{source: r.newSource(n, r.build(n.Input), own...), plan: n}
	o.last = graph.NodeID(expr.NullID)
	return o
}

func (o *expand) reset() {
	o.source.reset()
	o.open, o.pending = false, nil
	o.last = graph.NodeID(expr.NullID)
	o.ends.clear()
}

func (o *expand) next() (*expr.Batch, error) {
	for {
		more, err := o.begin()
		if err != nil || !more {
			return nil, err
		}
		if len(o.rows) == 0 && !o.open {
			o.hop.resolve(o.c, &o.plan.Hop)
			if o.hop.none || !o.resolveLabel() {
				o.row = o.in.N
				continue
			}
		}
		o.prepare()
		for o.row < o.in.N && o.room() > 0 {
			if !o.open && !o.start() {
				o.open = false
				o.row++
				continue
			}
			if len(o.pending) == 0 && !o.fetch() {
				o.row++
				o.open = false
				continue
			}
			o.take()
		}
		if len(o.rows) > 0 {
			o.trim()
			return o.finish(), nil
		}
	}
}

func (o *expand) resolveLabel() bool {
	if o.plan.Label == nil {
		return true
	}
	id, ok := o.plan.Label.Resolve(o.c.Store)
	o.label = id
	return ok
}

// prepare makes room for the batch.
func (o *expand) prepare() {
	if !o.plan.Into {
		o.out.Columns[o.plan.To].Resize(expr.Nodes, o.limit)
	}
	if o.plan.Relationship >= 0 && !o.plan.Known {
		o.out.Columns[o.plan.Relationship].Resize(expr.Relationships, o.limit)
	}
}

func (o *expand) trim() {
	if !o.plan.Into {
		o.out.Columns[o.plan.To].Resize(expr.Nodes, len(o.rows))
	}
	if o.plan.Relationship >= 0 && !o.plan.Known {
		o.out.Columns[o.plan.Relationship].Resize(expr.Relationships, len(o.rows))
	}
}

// start begins the current row; false when it has no steps.
func (o *expand) start() bool {
	var ok bool
	if o.from, ok = o.in.Node(o.plan.From, o.row); !ok {
		return false
	}
	if o.plan.Into {
		if o.to, ok = o.in.Node(o.plan.To, o.row); !ok {
			return false
		}
	}
	o.cursor, o.open, o.ended, o.pending = storage.ExpandCursor{}, true, false, nil
	if o.plan.Known {
		o.lookUp()
		return len(o.pending) > 0
	}
	if !o.plan.Into {
		return true
	}
	// Rows often come in groups with the same end, in triangles and other
	// cycles: its relationships are then read once for all of them.
	if o.to == o.last {
		o.ended = true
		if !o.ends.holds(o.to) {
			back := hop{types: o.hop.types, direction: o.hop.direction.Reverse()}
			o.ends.load(o.c.View, o.to, &back, o.steps[:])
		}
		o.pending = o.ends.append(o.steps[:0], o.from)
		return len(o.pending) > 0
	}
	o.last = o.to
	o.back = o.backwards()
	return true
}

// lookUp makes the one step over a relationship that is bound already.
func (o *expand) lookUp() {
	o.ended = true
	rel, ok := o.in.Relationship(o.plan.Relationship, o.row)
	if !ok {
		return
	}
	record, ok := o.c.View.Relationship(rel)
	if !ok || !o.hop.allows(record.Type) {
		return
	}
	o.pending = appendSteps(o.steps[:0], &record, rel, o.from, o.hop.direction)
}

// allows reports whether the hop may follow a type.
func (h *hop) allows(t storage.TypeID) bool {
	return len(h.types) == 0 || slices.Contains(h.types, t)
}

// appendSteps adds the ways to walk over a relationship from a node.
func appendSteps(dst []storage.Step, record *storage.RelationshipRecord, rel graph.RelationshipID, from graph.NodeID, d storage.Direction) []storage.Step {
	if d != storage.In && record.Start == from {
		return append(dst, storage.Step{Node: record.End, Relationship: rel})
	}
	if d != storage.Out && record.End == from {
		return append(dst, storage.Step{Node: record.Start, Relationship: rel})
	}
	return dst
}

// fetch reads further steps of the current row from the store.
func (o *expand) fetch() bool {
	if o.ended {
		return false
	}
	var n int
	if o.back {
		n = o.c.View.Expand(&o.cursor, o.to, o.hop.direction.Reverse(), o.hop.types, o.steps[:])
		for i := range n {
			if o.steps[i].Node == o.from {
				o.steps[i].Node = o.to
			} else {
				o.steps[i].Node = graph.NodeID(expr.NullID)
			}
		}
	} else {
		n = o.c.View.Expand(&o.cursor, o.from, o.hop.direction, o.hop.types, o.steps[:])
	}
	o.pending = o.steps[:n]
	return n > 0
}

// backwards reports whether the other end has fewer relationships.
func (o *expand) backwards() bool {
	return o.c.View.Degree(o.to, o.hop.direction.Reverse(), o.hop.types) <
		o.c.View.Degree(o.from, o.hop.direction, o.hop.types)
}

// take moves pending steps into the batch until it is full.
func (o *expand) take() {
	var nodes, rels []uint64
	if !o.plan.Into {
		nodes = o.out.Columns[o.plan.To].IDs
	}
	if o.plan.Relationship >= 0 && !o.plan.Known {
		rels = o.out.Columns[o.plan.Relationship].IDs
	}
	row, room := int32(o.row), o.room() //nolint:gosec // a row of a batch
	taken := 0
	for _, step := range o.pending {
		if room == 0 {
			break
		}
		taken++
		if o.plan.Into && step.Node != o.to || o.used(step.Relationship) ||
			o.plan.Label != nil && !o.c.View.HasLabel(step.Node, o.label) {
			continue
		}
		at := len(o.rows)
		if nodes != nil {
			nodes[at] = uint64(step.Node)
		}
		if rels != nil {
			rels[at] = uint64(step.Relationship)
		}
		o.rows = append(o.rows, row)
		room--
	}
	o.pending = o.pending[taken:]
}

// used reports whether the row has used a relationship already.
func (o *expand) used(rel graph.RelationshipID) bool {
	return usedAny(o.in, o.plan.Distinct, o.row, rel)
}

// usedIn reports whether a slot holds a relationship, alone or in a list.
func usedIn(b *expr.Batch, slot, row int, rel graph.RelationshipID) bool {
	c := &b.Columns[slot]
	if c.Kind == expr.Relationships {
		return c.IDs[row] == uint64(rel)
	}
	v := c.Value(row)
	switch v.Kind() {
	case graph.KindRelationship:
		return v.RelationshipID() == rel
	case graph.KindList:
		for _, item := range v.List() {
			if item.Kind() == graph.KindRelationship && item.RelationshipID() == rel {
				return true
			}
		}
	default:
	}
	return false
}
