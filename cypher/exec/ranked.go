package exec

import (
	"math"

	"github.com/drawbolt/drawbolt/storage/graph"
)

// A rank is how far the paths of a row have been returned that are asked for by
// number.
type rank struct {
	wanted int64
	taken  int64
	last   int            // the length of the last path taken
	ends   []graph.NodeID // that are left, of paths with an open end
	fixed  graph.NodeID   // the other end
	active bool           // between two nodes there may be more
}

// startRanking begins with the paths of a row: those to the first of the nodes
// that they can lead to.
func (o *shortestPath) startRanking(from, to graph.NodeID) error {
	o.rank = rank{wanted: math.MaxInt64}
	if o.plan.Count != nil {
		wanted, err := count(o.c, o.plan.Count, "SHORTEST")
		if err != nil {
			return err
		}
		o.rank.wanted = wanted
	}
	o.rank.fixed = from
	if o.plan.FromOpen {
		o.rank.fixed = to
	}
	if !o.isOpen() {
		o.rank.ends = append(o.rank.ends, to)
		return o.nextRanked()
	}
	o.rank.ends = append(o.rank.ends, o.rank.fixed)
	o.find.All = false
	o.find.Spread(o.rank.fixed, o.plan.FromOpen)
	for {
		end, paths, err := o.find.Next(o.plan.Max)
		if err != nil {
			return err
		}
		if paths == nil {
			return o.nextRanked()
		}
		o.rank.ends = append(o.rank.ends, end)
	}
}

// nextRanked finds the next path of a row.
func (o *shortestPath) nextRanked() error {
	r := &o.rank
	for {
		if !r.active {
			if len(r.ends) == 0 {
				return nil
			}
			if err := o.startPair(); err != nil {
				return err
			}
			continue
		}
		if !o.plan.Groups && r.taken == r.wanted {
			r.active = false
			continue
		}
		path, err := o.find.NextPath()
		if err != nil {
			return err
		}
		if path == nil {
			r.active = false
			continue
		}
		if len(path) < o.plan.Min {
			continue
		}
		if !o.plan.Groups || r.taken == 0 || len(path) != r.last {
			if r.taken == r.wanted {
				r.active = false
				continue
			}
			r.taken++
			r.last = len(path)
		}
		o.found = append(o.found, path)
		return nil
	}
}

// startPair begins with the paths to the next end.
func (o *shortestPath) startPair() error {
	r := &o.rank
	o.end, r.ends = r.ends[0], r.ends[1:]
	r.taken, r.active = 0, true
	from, to := r.fixed, o.end
	if o.plan.FromOpen {
		from, to = to, from
	}
	if from == to && o.plan.Simple {
		r.active = false
		return nil
	}
	return o.find.Start(from, to, o.plan.Max, o.plan.Min == 0)
}
