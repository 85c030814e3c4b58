package exec

import (
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// relationshipScan returns relationships with both of their ends, for each row
// of its input: all of the given types, or the one that is bound already.
type relationshipScan struct {
	source
	plan    *plan.RelationshipScan
	hop     hop
	cursor  storage.RelationshipCursor
	buffer  []graph.RelationshipID
	pending []graph.RelationshipID
	flipped bool // the first pending one has been returned in one direction
	open    bool
	lookup  lookup // when the plan has one
}

func (r *Run) newRelationshipScan(n *plan.RelationshipScan) *relationshipScan {
	own := []int{n.From, n.To}
	if !n.Known {
		own = append(own, n.Relationship)
	}
	return &relationshipScan{
		source: r.newSource(n, r.build(n.Input), own...), plan: n,
		buffer: make([]graph.RelationshipID, stepBuffer), lookup: lookup{plan: n.Lookup},
	}
}

func (o *relationshipScan) reset() {
	o.source.reset()
	o.open, o.pending, o.flipped = false, nil, false
}

func (o *relationshipScan) next() (*expr.Batch, error) {
	for {
		more, err := o.begin()
		if err != nil || !more {
			return nil, err
		}
		o.hop.resolve(o.c, &o.plan.Hop)
		if o.hop.none {
			o.row = o.in.N
			continue
		}
		o.resize(o.limit)
		for o.row < o.in.N && o.room() > 0 {
			if len(o.pending) == 0 {
				var found bool
				if found, err = o.fetch(); err != nil {
					break
				}
				if !found {
					o.row++
					o.open = false
					continue
				}
			}
			o.take()
		}
		o.resize(len(o.rows))
		if len(o.rows) > 0 || err != nil {
			return o.fault.after(o.finish(), err)
		}
	}
}

func (o *relationshipScan) resize(n int) {
	o.out.Columns[o.plan.From].Resize(expr.Nodes, n)
	o.out.Columns[o.plan.To].Resize(expr.Nodes, n)
	if !o.plan.Known {
		o.out.Columns[o.plan.Relationship].Resize(expr.Relationships, n)
	}
}

// fetch reads further relationships for the current row.
func (o *relationshipScan) fetch() (bool, error) {
	if !o.open {
		o.cursor, o.open = storage.RelationshipCursor{}, true
		if o.plan.Lookup != nil {
			if err := o.lookup.prepare(o.c, o.in, o.row); err != nil {
				return false, err
			}
		}
		if o.plan.Known {
			rel, ok := o.in.Relationship(o.plan.Relationship, o.row)
			if ok {
				o.buffer[0] = rel
				o.pending = o.buffer[:1]
			}
			return ok, nil
		}
	} else if o.plan.Known {
		return false, nil
	}
	if o.plan.Lookup != nil {
		n := o.c.View.SeekRangeRelationships(&o.lookup.cursor, &o.lookup.entry, false, o.buffer)
		o.pending = o.buffer[:n]
		return n > 0, nil
	}
	n := o.c.View.ScanRelationships(&o.cursor, o.hop.types, o.buffer)
	o.pending = o.buffer[:n]
	return n > 0, nil
}

// take returns the first pending relationship in one direction.
func (o *relationshipScan) take() {
	rel := o.pending[0]
	record, ok := o.c.View.Relationship(rel)
	if !ok || !o.hop.allows(record.Type) || usedAny(o.in, o.plan.Distinct, o.row, rel) {
		o.pending, o.flipped = o.pending[1:], false
		return
	}
	from, to := record.Start, record.End
	if o.hop.direction == storage.In || o.flipped {
		from, to = to, from
	}
	if o.hop.direction == storage.Both && !o.flipped && from != to {
		o.flipped = true
	} else {
		o.pending, o.flipped = o.pending[1:], false
	}
	at := len(o.rows)
	o.out.Columns[o.plan.From].IDs[at] = uint64(from)
	o.out.Columns[o.plan.To].IDs[at] = uint64(to)
	if !o.plan.Known {
		o.out.Columns[o.plan.Relationship].IDs[at] = uint64(rel)
	}
	o.rows = append(o.rows, int32(o.row)) //nolint:gosec // a row of a batch
}

func usedAny(b *expr.Batch, slots []int, row int, rel graph.RelationshipID) bool {
	for _, slot := range slots {
		if usedIn(b, slot, row, rel) {
			return true
		}
	}
	return false
}
