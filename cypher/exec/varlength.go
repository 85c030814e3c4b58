package exec

import (
	"slices"

	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// checkEvery is how many steps a walk makes between two looks at the context:
// some ten microseconds.
const checkEvery = 1024

// A frame is one node of the walk whose relationships are being followed.
type frame struct {
	node   graph.NodeID
	cursor storage.ExpandCursor
	steps  []storage.Step // kept for the next use of the frame
	n, at  int
	ended  bool
}

// varExpand follows chains of relationships, depth first. No relationship is
// used twice in a chain.
type varExpand struct {
	source
	plan   *plan.VarExpand
	hop    hop
	judge  judge
	frames []frame
	depth  int // frames in use
	path   []graph.RelationshipID
	to     graph.NodeID
	open   bool
	steps  int // since the last look at the context
	seen   nodeSet
	queue  []graph.NodeID // of the pruning walk
	level  int
	ready  []graph.NodeID
}

func (r *Run) newVarExpand(n *plan.VarExpand) *varExpand {
	var own []int
	if !n.Known && n.Relationships >= 0 {
		own = append(own, n.Relationships)
	}
	if !n.Into {
		own = append(own, n.To)
	}
	o := &varExpand{source: r.newSource(n, r.build(n.Input), own...), plan: n}
	o.judge = r.newJudge(o.c, n.Step)
	return o
}

func (o *varExpand) reset() {
	o.source.reset()
	o.open, o.depth, o.path = false, 0, o.path[:0]
}

func (o *varExpand) next() (*expr.Batch, error) {
	for {
		more, err := o.begin()
		if err != nil || !more {
			return nil, err
		}
		o.hop.resolve(o.c, &o.plan.Hop)
		if !o.plan.Into {
			o.out.Columns[o.plan.To].Resize(expr.Nodes, o.limit)
		}
		if o.collects() {
			o.out.Columns[o.plan.Relationships].Resize(expr.Values, o.limit)
		}
		for o.row < o.in.N && o.room() > 0 && err == nil {
			if !o.open && !o.start() {
				o.row++
				continue
			}
			var done bool
			if o.plan.Pruning {
				done, err = o.spread()
			} else {
				done, err = o.walk()
			}
			if done {
				o.row++
				o.open = false
			}
		}
		if !o.plan.Into {
			o.out.Columns[o.plan.To].Resize(expr.Nodes, len(o.rows))
		}
		if o.collects() {
			o.out.Columns[o.plan.Relationships].Resize(expr.Values, len(o.rows))
		}
		if len(o.rows) > 0 || err != nil {
			return o.fault.after(o.finish(), err)
		}
	}
}

// collects reports whether the list of relationships is wanted.
func (o *varExpand) collects() bool { return o.plan.Relationships >= 0 && !o.plan.Known }

// start begins the current row; false when it has no result.
func (o *varExpand) start() bool {
	from, ok := o.in.Node(o.plan.From, o.row)
	if !ok {
		return false
	}
	if o.plan.Into {
		if o.to, ok = o.in.Node(o.plan.To, o.row); !ok {
			return false
		}
	}
	if o.plan.Known {
		o.follow(from)
		return false
	}
	o.open, o.depth, o.path = true, 0, o.path[:0]
	o.judge.begin(o.in, o.row, from)
	if o.plan.Pruning {
		o.seen.clear()
		o.seen.add(from)
		o.queue = append(o.queue[:0], from)
		o.ready, o.level = o.ready[:0], 0
		if o.plan.Min == 0 {
			o.ready = append(o.ready, from)
		} else {
			// The start counts as reached when a chain leads back to it.
			o.seen.remove(from)
		}
		return true
	}
	if o.plan.Min == 0 {
		o.emit(from)
	}
	o.push(from)
	return true
}

// emit adds a row that ends at a node.
func (o *varExpand) emit(node graph.NodeID) {
	if o.plan.Into {
		if node != o.to {
			return
		}
	} else {
		o.out.Columns[o.plan.To].IDs[len(o.rows)] = uint64(node)
	}
	if o.collects() {
		o.out.Columns[o.plan.Relationships].Values[len(o.rows)] = o.list()
	}
	o.rows = append(o.rows, int32(o.row)) //nolint:gosec // a row of a batch
}

// list returns the relationships of the chain, in the order of the pattern.
func (o *varExpand) list() graph.Value {
	items := make([]graph.Value, len(o.path))
	for i, rel := range o.path {
		if o.plan.Backwards {
			items[len(items)-1-i] = graph.Relationship(rel)
			continue
		}
		items[i] = graph.Relationship(rel)
	}
	return graph.List(items)
}

func (o *varExpand) push(node graph.NodeID) {
	if o.depth == len(o.frames) {
		o.frames = append(o.frames, frame{steps: make([]storage.Step, firstRows)})
	}
	f := &o.frames[o.depth]
	f.node, f.cursor, f.n, f.at, f.ended = node, storage.ExpandCursor{}, 0, 0, false
	o.depth++
}

// walk goes on with the current row until the batch is full; done tells that
// the row has no more results.
func (o *varExpand) walk() (done bool, err error) {
	for o.depth > 0 {
		if o.room() == 0 {
			return false, nil
		}
		f := &o.frames[o.depth-1]
		if f.at == f.n {
			if o.hop.none || o.plan.Max >= 0 && o.depth > o.plan.Max || !o.refill(f) {
				o.depth--
				if o.depth > 0 {
					o.path = o.path[:len(o.path)-1]
				}
				continue
			}
			if err := o.tick(f.n); err != nil {
				return false, err
			}
		}
		step := f.steps[f.at]
		f.at++
		if !o.plan.Walk && slices.Contains(o.path, step.Relationship) || o.used(step.Relationship) {
			continue
		}
		if ok, err := o.allowed(f.node, step); err != nil || !ok {
			if err != nil {
				return false, err
			}
			continue
		}
		o.path = append(o.path, step.Relationship)
		if len(o.path) >= o.plan.Min {
			o.emit(step.Node)
		}
		o.push(step.Node)
	}
	return true, nil
}

func (o *varExpand) refill(f *frame) bool {
	if f.ended {
		return false
	}
	f.n, f.at = o.c.View.Expand(&f.cursor, f.node, o.hop.direction, o.hop.types, f.steps), 0
	if f.n < len(f.steps) {
		f.ended = true
	}
	return f.n > 0
}

// tick looks at the context now and then.
func (o *varExpand) tick(steps int) error {
	if o.steps += steps; o.steps < checkEvery {
		return nil
	}
	o.steps = 0
	return o.run.check()
}

func (o *varExpand) used(rel graph.RelationshipID) bool {
	return usedAny(o.in, o.plan.Distinct, o.row, rel)
}

// allowed asks the predicate of the pattern's relationship.
func (o *varExpand) allowed(from graph.NodeID, step storage.Step) (bool, error) {
	if o.plan.Step == nil {
		return true, nil
	}
	to := step.Node
	if o.plan.Backwards {
		from, to = to, from
	}
	o.judge.fill(from, to, step.Relationship, graph.Null, func() []graph.RelationshipID {
		return append(slices.Clone(o.path), step.Relationship)
	})
	return o.judge.allows()
}

// follow checks a list of relationships that is bound already.
func (o *varExpand) follow(node graph.NodeID) {
	list := o.in.Columns[o.plan.Relationships].Value(o.row)
	if list.Kind() != graph.KindList {
		return
	}
	items := list.List()
	if len(items) < o.plan.Min || o.plan.Max >= 0 && len(items) > o.plan.Max {
		return
	}
	var buffer [1]storage.Step
	for i := range items {
		item := items[i]
		if o.plan.Backwards {
			item = items[len(items)-1-i]
		}
		if item.Kind() != graph.KindRelationship || o.used(item.RelationshipID()) {
			return
		}
		record, ok := o.c.View.Relationship(item.RelationshipID())
		if !ok || !o.hop.allows(record.Type) {
			return
		}
		steps := appendSteps(buffer[:0], &record, item.RelationshipID(), node, o.hop.direction)
		if len(steps) == 0 {
			return
		}
		node = steps[0].Node
	}
	o.emit(node)
}

// spread goes on with a walk that visits each node once, breadth first.
func (o *varExpand) spread() (done bool, err error) {
	for {
		for len(o.ready) > 0 {
			if o.room() == 0 {
				return false, nil
			}
			node := o.ready[len(o.ready)-1]
			o.ready = o.ready[:len(o.ready)-1]
			o.emit(node)
		}
		if len(o.queue) == 0 || o.hop.none || o.plan.Max >= 0 && o.level >= o.plan.Max {
			return true, nil
		}
		if err := o.nextLevel(); err != nil {
			return false, err
		}
	}
}

// nextLevel finds the nodes one step beyond the queue.
func (o *varExpand) nextLevel() error {
	if len(o.frames) == 0 {
		o.frames = append(o.frames, frame{steps: make([]storage.Step, stepBuffer)})
	}
	steps := o.frames[0].steps
	current := len(o.queue)
	for i := range current {
		node := o.queue[i]
		var cursor storage.ExpandCursor
		for {
			n := o.c.View.Expand(&cursor, node, o.hop.direction, o.hop.types, steps)
			if n == 0 {
				break
			}
			if err := o.tick(n); err != nil {
				return err
			}
			for _, step := range steps[:n] {
				if ok, err := o.allowed(node, step); err != nil || !ok {
					if err != nil {
						return err
					}
					continue
				}
				if o.seen.add(step.Node) {
					o.queue = append(o.queue, step.Node)
				}
			}
		}
	}
	o.queue = append(o.queue[:0], o.queue[current:]...)
	o.ready = append(o.ready, o.queue...)
	o.level++
	return nil
}

// A nodeSet is a set of nodes: open addressing, as small as it can be.
type nodeSet struct {
	places []uint64 // node + 1, 0 is free; the highest node is NullID
	n      int
}

func (s *nodeSet) clear() {
	clear(s.places)
	s.n = 0
}

// add reports whether the node is new.
func (s *nodeSet) add(node graph.NodeID) bool {
	if 2*(s.n+1) > len(s.places) {
		s.grow()
	}
	at := s.find(uint64(node) + 1)
	if s.places[at] != 0 {
		return false
	}
	s.places[at] = uint64(node) + 1
	s.n++
	return true
}

// remove takes out the only node of a set.
func (s *nodeSet) remove(node graph.NodeID) {
	s.places[s.find(uint64(node)+1)] = 0
	s.n = 0
}

func (s *nodeSet) find(key uint64) uint64 {
	mask := uint64(len(s.places)) - 1
	at := key * 0x9E37_79B9_7F4A_7C15 >> 20 & mask
	for s.places[at] != 0 && s.places[at] != key {
		at = (at + 1) & mask
	}
	return at
}

func (s *nodeSet) grow() {
	old := s.places
	s.places = make([]uint64, max(32, 4*len(old)))
	for _, key := range old {
		if key != 0 {
			s.places[s.find(key)] = key
		}
	}
}
