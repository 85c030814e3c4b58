package exec

import (
	"slices"

	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// selectPaths chooses among the paths that a pattern has found for a row.
type selectPaths struct {
	source
	plan    *plan.Select
	inner   inner
	found   rows
	path    int     // where the path is in found
	chosen  []int32 // rows of found, not yet returned
	open    bool
	charged int64
}

func (r *Run) newSelectPaths(n *plan.Select) *selectPaths {
	kept := make([]int, 0, len(n.Outputs))
	for _, s := range n.Outputs {
		if s == n.Path || slices.Contains(n.Live, s) {
			kept = append(kept, s)
		}
	}
	return &selectPaths{
		source: r.newSource(n, r.build(n.Input), n.Outputs...), plan: n, inner: r.buildInner(n.Inner),
		found: newRows(kept), path: slices.Index(kept, n.Path),
	}
}

func (o *selectPaths) reset() {
	o.source.reset()
	o.found.reset()
	o.open, o.chosen, o.charged = false, nil, 0
}

func (o *selectPaths) next() (*expr.Batch, error) {
	for {
		more, err := o.begin()
		if err != nil || !more {
			return nil, err
		}
		if !o.open {
			if err := o.find(); err != nil {
				return nil, err
			}
			o.open = true
		}
		if len(o.chosen) == 0 {
			o.row++
			o.open = false
			continue
		}
		n := min(o.room(), len(o.chosen))
		for i, s := range o.found.slots {
			if o.found.columns[i].Kind != 0 {
				o.out.Columns[s].Gather(&o.found.columns[i], o.chosen[:n])
			}
		}
		for range n {
			o.rows = append(o.rows, int32(o.row)) //nolint:gosec // a row of a batch
		}
		o.chosen = o.chosen[n:]
		return o.finish(), nil
	}
}

// find runs the pattern for the current row and chooses among its paths.
func (o *selectPaths) find() error {
	wanted, err := count(o.c, o.plan.Count, "SHORTEST")
	if err != nil {
		return err
	}
	o.found.reset()
	o.inner.setRow(o.in, o.plan.Imports, o.row)
	for {
		b, err := o.inner.root.next()
		if err != nil {
			return err
		}
		if b == nil {
			break
		}
		o.found.append(b)
		held := o.found.bytes() + int64(o.found.n)*pathBytes
		if err := o.run.charge(held - o.charged); err != nil {
			return err
		}
		o.charged = held
	}
	o.choose(wanted)
	return nil
}

// pathBytes is what a short path takes.
const pathBytes = 96

// choose keeps, of the paths between the same two nodes, the first ones or
// those of the first lengths.
func (o *selectPaths) choose(wanted int64) {
	type ends struct{ start, end graph.NodeID }
	type taken struct {
		n    int64
		last int // the length of the last one
	}
	path := func(row int32) *graph.Path { return o.found.columns[o.path].Values[row].Path() }
	o.chosen = o.chosen[:0]
	for row := range o.found.n {
		o.chosen = append(o.chosen, int32(row))
	}
	slices.SortStableFunc(o.chosen, func(a, b int32) int {
		return len(path(a).Relationships) - len(path(b).Relationships)
	})
	so := make(map[ends]taken)
	o.chosen = slices.DeleteFunc(o.chosen, func(row int32) bool {
		p := path(row)
		length := len(p.Relationships)
		key := ends{p.Nodes[0], p.Nodes[length]}
		t := so[key]
		if !o.plan.Groups || t.n == 0 || t.last != length {
			if t.n == wanted {
				return true
			}
			t = taken{t.n + 1, length}
		}
		so[key] = t
		return false
	})
}
