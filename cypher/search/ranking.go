package search

import (
	"slices"

	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Ranking finds the paths between two nodes one by one, shorter ones first.
// No path has a relationship twice.
//
// It divides the paths that it has not returned yet into sets: those that share
// the first relationships with a path that it has, and then go another way. The
// shortest of each set is known, so that the shortest of them is next, and its
// set is divided in turn. A path costs as many searches as it has nodes, however
// many paths there are (Yen's way, with the sets of Lawler).
type Ranking struct {
	Pair

	// Simple says that no path has a node twice.
	Simple bool

	from, to graph.NodeID
	most     int
	next     queue[branch]
	last     branch // returned, and not yet divided
	divided  bool
	order    int
	branches holding
	bytes    int64
}

// A branch is a set of paths: those that begin with the first relationships of
// one of them, its shortest, and go on with none of some others.
type branch struct {
	path   []graph.RelationshipID
	shared int
	except []graph.RelationshipID
	order  int // of equal lengths the first one found is first
}

// bytes estimates the memory that a branch takes.
func (b *branch) bytes() int64 { return int64(8*(len(b.path)+len(b.except)) + 96) }

// Reset ends the search, see [Pair.Reset].
func (r *Ranking) Reset() {
	r.Pair.Reset()
	r.next.items, r.last = nil, branch{}
	if r.branches != 0 {
		_ = r.branches.change(r.Meter, 0) // giving back does not fail
	}
}

// Start begins with the paths from one node to another of at most as many
// relationships; most is negative without bound. The path without any is among
// them when empty is set and the nodes are the same.
func (r *Ranking) Start(from, to graph.NodeID, most int, empty bool) error {
	r.from, r.to, r.most, r.All = from, to, most, false
	r.next = queue[branch]{items: r.next.items[:0], less: func(a, b *branch) bool {
		if len(a.path) != len(b.path) {
			return len(a.path) < len(b.path)
		}
		return a.order < b.order
	}}
	r.last, r.divided, r.order, r.bytes = branch{}, true, 0, 0
	if empty && from == to {
		r.next.push(branch{path: []graph.RelationshipID{}})
		return nil
	}
	return r.branch(nil, nil, []graph.NodeID{from})
}

// NextPath returns the relationships of the next path, nil at the end.
func (r *Ranking) NextPath() ([]graph.RelationshipID, error) {
	if !r.divided {
		r.divided = true
		if err := r.divide(); err != nil {
			return nil, err
		}
	}
	if len(r.next.items) == 0 {
		return nil, nil
	}
	r.last, r.divided = r.next.pop(), false
	r.bytes -= r.last.bytes()
	return r.last.path, nil
}

// divide makes branches of all paths that the last branch has besides its
// shortest.
func (r *Ranking) divide() error {
	b := r.last
	nodes := r.nodes(b.path)
	end := len(b.path) // one may go on from the end, and come back to it
	if r.Simple {
		end--
	}
	for i := b.shared; i <= end; i++ {
		var except []graph.RelationshipID
		if i == b.shared {
			except = slices.Clone(b.except)
		}
		if i < len(b.path) {
			except = append(except, b.path[i])
		}
		if err := r.branch(b.path[:i], except, nodes[:i+1]); err != nil {
			return err
		}
	}
	return nil
}

// nodes returns the nodes along a path.
func (r *Ranking) nodes(path []graph.RelationshipID) []graph.NodeID {
	nodes := append(make([]graph.NodeID, 0, len(path)+1), r.from)
	for i, rel := range path {
		record, _ := r.View.Relationship(rel)
		next := record.End
		if next == nodes[i] && r.Direction != storage.Out {
			next = record.Start
		}
		nodes = append(nodes, next)
	}
	return nodes
}

// branch adds the branch of the paths that begin with some relationships and do
// not go on with others. nodes are those of the beginning.
func (r *Ranking) branch(begin, except []graph.RelationshipID, nodes []graph.NodeID) error {
	most := r.most
	if most >= 0 {
		if most -= len(begin); most <= 0 {
			return nil
		}
	}
	var rest []graph.RelationshipID
	var err error
	at := nodes[len(nodes)-1]
	if r.Simple {
		r.barred, r.closed = append(r.barred[:0], except...), append(r.closed[:0], nodes[:len(nodes)-1]...)
		rest, err = first(r.Between(at, r.to, most))
	} else {
		r.barred = append(r.barred[:0], begin...)
		rest, err = r.deviation(at, most, except)
	}
	if err != nil || rest == nil {
		return err
	}
	b := branch{path: slices.Concat(begin, rest), shared: len(begin), except: except, order: r.order}
	r.order++
	r.next.push(b)
	r.bytes += b.bytes()
	return r.branches.change(r.Meter, r.bytes)
}

// deviation returns the shortest path to the end that does not begin with one
// of the relationships except. It may use them later: only the path has to be
// another one.
func (r *Ranking) deviation(from graph.NodeID, most int, except []graph.RelationshipID) ([]graph.RelationshipID, error) {
	if len(except) == 0 && from != r.to {
		return first(r.Between(from, r.to, most))
	}
	if r.Direction != storage.Both {
		return first(r.past(from, r.to, most, except))
	}
	// A path that comes back to where it begins has two relationships more, at
	// least, than one that does not need to.
	var best []graph.RelationshipID
	if from != r.to {
		barred := len(r.barred)
		r.barred = append(r.barred, except...)
		straight, err := first(r.Between(from, r.to, most))
		r.barred = r.barred[:barred]
		if err != nil {
			return nil, err
		}
		if best = straight; best != nil {
			if most = len(best) - 1; most < 2 {
				return best, nil
			}
		}
	}
	round, err := first(r.around(from, r.to, most, except))
	if round != nil {
		best = round
	}
	return best, err
}

// first returns the first of the paths, if there is one.
func first(paths [][]graph.RelationshipID, err error) ([]graph.RelationshipID, error) {
	if err != nil || len(paths) == 0 {
		return nil, err
	}
	return paths[0], nil
}

// past returns the shortest paths from a node that do not begin with one of the
// relationships except. It is for graphs with a direction, where the shortest
// path from behind the first step never comes to that step again.
func (p *Pair) past(from, to graph.NodeID, most int, except []graph.RelationshipID) ([][]graph.RelationshipID, error) {
	if p.None {
		return nil, nil
	}
	steps, err := p.firstSteps(from, except)
	if err != nil {
		return nil, err
	}
	p.sides[0].leave(from)
	p.sides[1].start(to)
	p.meeting = p.meeting[:0]
	for _, step := range steps {
		if met, err := p.visit(0, 0, step); err != nil {
			return nil, err
		} else if met {
			return p.join(), nil
		}
	}
	return p.meet(most)
}
