package search

import (
	"slices"

	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Weighted search finds the cheapest path from one node to each other one, or
// to a certain one, in the order of their totals (Dijkstra's way). Its judge
// must be a [Scale].
type Weighted struct {
	Graph

	// All says that every path of the least total is wanted and not any one.
	All bool
	// Most is how many relationships a path may have, negative without bound.
	Most int
	// Backwards says that the paths lead to where the search starts.
	Backwards bool
	// Totals says that the judge looks at the total of a step. Otherwise only
	// steps that it allows are weighed.
	Totals bool

	start   graph.NodeID
	to      graph.NodeID
	single  bool // only paths to that node are wanted
	visits  []visit
	totals  []graph.Value // of the visits
	settled []bool        // the total is the least one
	places  map[place]int32
	nodes   map[graph.NodeID]arrival
	ways    []way // into visits, when all are wanted
	next    queue[entry]
	round   int32   // how many different totals have been settled
	ready   []int32 // visits whose paths are to be returned
	walk    []turn  // the paths of the visit that is being returned
	ended   bool
	steps   [stepBuffer]storage.Step
	judged  Step
	held    holding
}

// A place is a node or, when the number of relationships is bounded, a node at
// a depth: a dearer path may lead further if it is shorter.
type place struct {
	node  graph.NodeID
	depth int32
}

// An arrival tells in which round a node was reached first, and the least depth
// at which it has been.
type arrival struct {
	round, depth int32
}

// A way is one of several equally cheap steps to a visit.
type way struct {
	rel  graph.RelationshipID
	from int32
	next int32
}

type entry struct {
	total graph.Value
	visit int32
	depth int32
}

// A turn is a visit of a path that is being put together from its end, and the
// next way to it that has not been tried.
type turn struct {
	visit int32
	way   int32
	rel   graph.RelationshipID // that leads on from the visit
}

// A Cheapest is a path with the least total.
type Cheapest struct {
	End           graph.NodeID
	Relationships []graph.RelationshipID
	Total         graph.Value
}

// Start begins with the paths from a node to all others.
func (w *Weighted) Start(from graph.NodeID) {
	w.start, w.single, w.ended, w.round = from, false, w.None, 0
	w.ways, w.ready, w.walk = w.ways[:0], w.ready[:0], w.walk[:0]
	w.visits = append(w.visits[:0], visit{node: from, from: -1, again: -1})
	w.totals, w.settled = append(w.totals[:0], graph.Null), append(w.settled[:0], false)
	if w.places == nil {
		w.places, w.nodes = make(map[place]int32), make(map[graph.NodeID]arrival)
	}
	clear(w.places)
	clear(w.nodes)
	w.next = queue[entry]{items: append(w.next.items[:0], entry{}), less: func(a, b *entry) bool {
		if order := graph.Order(a.total, b.total); order != 0 {
			return order < 0
		}
		if a.depth != b.depth {
			return a.depth < b.depth
		}
		return a.visit < b.visit
	}}
}

// StartTo begins with the paths from one node to another.
func (w *Weighted) StartTo(from, to graph.NodeID) {
	w.Start(from)
	w.to, w.single = to, true
	w.ended = w.ended || from == to
}

// Reset ends the search. It keeps a little memory for the next one, and gives
// the charge for it back.
func (w *Weighted) Reset() {
	if w.bytes() > keptBytes {
		*w = Weighted{Graph: w.Graph, All: w.All, Most: w.Most, Backwards: w.Backwards, Totals: w.Totals, held: w.held}
	}
	if w.held != 0 {
		_ = w.held.change(w.Meter, 0) // giving back does not fail
	}
}

// bytes estimates the memory that the search holds: a visit, its total, its
// place and its arrival; and what is waiting.
func (w *Weighted) bytes() int64 {
	return int64(160*cap(w.visits) + 16*cap(w.ways) + 40*cap(w.next.items))
}

// Next returns the next path; ok is false at the end.
func (w *Weighted) Next() (c Cheapest, ok bool, err error) {
	for {
		if len(w.walk) > 0 {
			if err := w.Meter.Steps(1); err != nil {
				return Cheapest{}, false, err
			}
			if rels, ok := w.another(); ok {
				end := w.walk[0].visit
				return Cheapest{w.visits[end].node, rels, w.totals[end]}, true, nil
			}
			continue
		}
		if len(w.ready) > 0 {
			at := w.ready[0]
			w.ready = w.ready[1:]
			if w.All {
				w.walk = append(w.walk, turn{visit: at, way: w.visits[at].again})
				continue
			}
			step := Step{Relationship: w.visits[at].rel, visits: w.visits, at: w.visits[at].from}
			return Cheapest{w.visits[at].node, w.ordered(step.Way()), w.totals[at]}, true, nil
		}
		if w.ended || len(w.next.items) == 0 {
			return Cheapest{}, false, nil
		}
		if err := w.settle(); err != nil {
			return Cheapest{}, false, err
		}
	}
}

// ordered turns the relationships on the way from the start into the order of
// the path.
func (w *Weighted) ordered(rels []graph.RelationshipID) []graph.RelationshipID {
	if w.Backwards {
		slices.Reverse(rels)
	}
	return rels
}

// settle takes all visits of the least total that is waiting: no other way
// to them is as cheap.
func (w *Weighted) settle() error {
	w.ready = w.ready[:0]
	w.round++
	least := w.next.items[0].total
	for len(w.next.items) > 0 && graph.Order(w.next.items[0].total, least) == 0 {
		e := w.next.pop()
		if w.settled[e.visit] {
			continue // it was cheaper than this entry knew
		}
		w.settled[e.visit] = true
		v := w.visits[e.visit]
		seen, before := w.nodes[v.node]
		if before && seen.depth <= v.level && !w.All {
			continue // another path was neither dearer nor longer
		}
		if !before {
			seen = arrival{round: w.round, depth: v.level}
		}
		w.nodes[v.node] = arrival{round: seen.round, depth: min(seen.depth, v.level)}
		if v.node != w.start && (!before || w.All && seen.round == w.round) && (!w.single || v.node == w.to) {
			w.ready = append(w.ready, e.visit)
			if w.ended = w.single; w.ended && !w.All {
				return nil
			}
		}
		if w.Most < 0 || int(v.level) < w.Most {
			if err := w.expand(e.visit); err != nil {
				return err
			}
		}
	}
	return w.held.change(w.Meter, w.bytes())
}

// expand looks at the steps from a visit.
func (w *Weighted) expand(at int32) error {
	direction := w.Direction
	if w.Backwards {
		direction = direction.Reverse()
	}
	var cursor storage.ExpandCursor
	for {
		n := w.View.Expand(&cursor, w.visits[at].node, direction, w.Types, w.steps[:])
		if n == 0 {
			return nil
		}
		if err := w.Meter.Steps(n); err != nil {
			return err
		}
		for i := range w.steps[:n] {
			if err := w.step(at, w.steps[i]); err != nil {
				return err
			}
		}
	}
}

// step takes in a step from a visit.
func (w *Weighted) step(at int32, step storage.Step) error {
	if step.Node == w.start {
		return nil // a cheapest path has no reason to come back
	}
	from := &w.visits[at]
	w.judged = Step{From: from.node, To: step.Node, Relationship: step.Relationship, visits: w.visits, at: at}
	if w.Backwards {
		w.judged.From, w.judged.To = w.judged.To, w.judged.From
	}
	total, ok, err := w.weigh(w.totals[at])
	if err != nil || !ok {
		return err
	}
	v := visit{node: step.Node, rel: step.Relationship, from: at, again: -1, level: from.level + 1}
	key := place{node: step.Node}
	if w.Most >= 0 {
		key.depth = v.level
	}
	known, ok := w.places[key]
	if !ok {
		known = int32(len(w.visits)) //nolint:gosec // bounded by memory
		w.places[key] = known
		w.visits, w.totals, w.settled = append(w.visits, v), append(w.totals, total), append(w.settled, false)
		w.wait(known)
		return nil
	}
	order := graph.Order(total, w.totals[known])
	switch {
	case order < 0:
		w.visits[known], w.totals[known] = v, total
		w.wait(known)
	case order == 0 && w.All:
		w.addWay(known, step.Relationship, at)
	}
	return nil
}

// weigh returns the total of a path with one more step, when it is allowed.
func (w *Weighted) weigh(total graph.Value) (sum graph.Value, ok bool, err error) {
	scale := w.Judge.(Scale) //nolint:forcetypeassert // asked of the caller
	if !w.Totals {
		if ok, err = scale.Allows(&w.judged); err != nil || !ok {
			return sum, false, err
		}
		sum, err = scale.Add(total, &w.judged)
		return sum, true, err
	}
	if sum, err = scale.Add(total, &w.judged); err != nil {
		return sum, false, err
	}
	w.judged.Total = sum
	ok, err = scale.Allows(&w.judged)
	return sum, ok, err
}

// wait lets a visit wait for its turn.
func (w *Weighted) wait(at int32) {
	w.next.push(entry{total: w.totals[at], visit: at, depth: w.visits[at].level})
	if w.All {
		w.addWay(at, w.visits[at].rel, w.visits[at].from)
	}
}

// addWay notes a way to a visit that is as cheap as the ones before it.
func (w *Weighted) addWay(at int32, rel graph.RelationshipID, from int32) {
	w.ways = append(w.ways, way{rel: rel, from: from, next: w.visits[at].again})
	w.visits[at].again = int32(len(w.ways) - 1) //nolint:gosec // bounded by memory
}

// another goes on with the paths to a visit until one is complete; ok is false
// when it has to be called again. A path has no node twice: steps that cost
// nothing may lead around.
func (w *Weighted) another() (rels []graph.RelationshipID, ok bool) {
	last := len(w.walk) - 1
	top := &w.walk[last]
	if top.way < 0 {
		w.walk = w.walk[:last]
		return nil, false
	}
	next := w.ways[top.way]
	top.way = next.next
	node := w.visits[next.from].node
	if slices.ContainsFunc(w.walk, func(t turn) bool { return w.visits[t.visit].node == node }) {
		return nil, false
	}
	w.walk = append(w.walk, turn{visit: next.from, way: w.visits[next.from].again, rel: next.rel})
	if next.from != 0 {
		return nil, false
	}
	rels = make([]graph.RelationshipID, 0, last+1)
	for i := last + 1; i > 0; i-- {
		rels = append(rels, w.walk[i].rel)
	}
	w.walk = w.walk[:last+1]
	return w.ordered(rels), true
}
