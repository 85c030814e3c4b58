package exec

import (
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/cypher/search"
)

// weightedPath finds the cheapest paths from a node, or to it.
type weightedPath struct {
	pathSource
	plan  *plan.WeightedPath
	scale scale
	find  search.Weighted
}

func (r *Run) newWeightedPath(n *plan.WeightedPath) *weightedPath {
	o := &weightedPath{pathSource: r.newPathSource(n, n.Input, &n.Paths, n.Total), plan: n}
	o.scale = scale{judge: r.newJudge(o.c, n.Step), weight: r.newJudge(o.c, n.Weight)}
	return o
}

func (o *weightedPath) reset() {
	o.pathSource.reset()
	o.find.Reset()
}

func (o *weightedPath) next() (*expr.Batch, error) {
	for {
		more, err := o.begin()
		if err != nil || !more {
			return nil, err
		}
		o.find.Graph = o.graph()
		o.find.Judge, o.find.All, o.find.Most = &o.scale, o.plan.All, o.plan.Max
		o.find.Backwards = o.plan.FromOpen
		o.find.Totals = o.plan.Step != nil && o.plan.Step.Total >= 0
		o.resize(o.limit)
		for o.row < o.in.N && o.room() > 0 {
			if !o.open && !o.start() {
				o.row++
				continue
			}
			path, ok, failed := o.find.Next()
			if err = failed; err != nil {
				break
			}
			if !ok {
				o.row++
				o.open = false
				continue
			}
			if at, ok := o.emit(path.Relationships, path.End); ok && o.plan.Total >= 0 {
				o.out.Columns[o.plan.Total].Values[at] = path.Total
			}
		}
		o.resize(len(o.rows))
		if len(o.rows) > 0 || err != nil {
			return o.fault.after(o.finish(), err)
		}
	}
}

// start begins the current row; false when it has no paths.
func (o *weightedPath) start() bool {
	from, to, ok := o.ends()
	if !ok {
		return false
	}
	o.scale.begin(o.in, o.row, from)
	o.scale.weight.begin(o.in, o.row, from)
	o.open = true
	switch {
	case o.plan.ToOpen:
		o.find.Start(from)
	case o.plan.FromOpen:
		o.find.Start(to)
	default:
		o.find.StartTo(from, to)
	}
	return true
}

func (o *weightedPath) resize(n int) {
	o.pathSource.resize(n)
	if slot := o.plan.Total; slot >= 0 {
		o.out.Columns[slot].Resize(expr.Values, n)
	}
}
