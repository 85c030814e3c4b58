package exec

import (
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// aggregate groups rows by keys.
type aggregate struct {
	run    *Run
	c      *expr.Context
	plan   *plan.Aggregate
	input  operator
	table  *table
	states []state
	groups []int32 // of the rows of a batch
	values []graph.Value
	args   []graph.Value
	n      int // groups, one without keys
	at     int
	open   bool
	out    *expr.Batch
	size   sizer
}

// A state is one aggregation of all groups.
type state struct {
	item     *plan.Aggregation
	acc      function.Accumulator // nil when rows are only counted
	counts   []int64
	distinct *table // of (group, value)
	pair     expr.Batch
}

func (r *Run) newAggregate(n *plan.Aggregate) *aggregate {
	return &aggregate{
		run: r, c: r.context(n), plan: n, input: r.build(n.Input),
		table: newTable(len(n.Keys)), out: r.newBatch(),
	}
}

func (o *aggregate) reset() {
	o.input.reset()
	o.table.reset()
	o.states, o.at, o.open, o.size, o.n = nil, 0, false, 0, 0
}

func (o *aggregate) next() (*expr.Batch, error) {
	if !o.open {
		if err := o.load(); err != nil {
			return nil, err
		}
		o.open = true
	}
	if o.at >= o.n {
		return nil, nil //nolint:nilnil // the end of rows
	}
	to := min(o.at+o.size.next(o.run), o.n)
	for i, s := range o.plan.Keys {
		c := &o.out.Columns[s]
		c.Truncate()
		c.Append(&o.table.keys[i], o.at, to)
	}
	for i := range o.states {
		s := &o.states[i]
		c := &o.out.Columns[s.item.Slot]
		c.Resize(expr.Values, to-o.at)
		for g := o.at; g < to; g++ {
			v, err := s.result(g)
			if err != nil {
				return nil, err
			}
			c.Values[g-o.at] = v
		}
	}
	o.out.N = to - o.at
	o.at = to
	return o.out, nil
}

func (o *aggregate) prepare() {
	o.states = make([]state, len(o.plan.Items))
	for i := range o.states {
		s := &o.states[i]
		s.item = &o.plan.Items[i]
		if !s.item.Star {
			s.acc = s.item.Call.New(o.c.Function)
		}
		if s.item.Distinct {
			s.distinct = newTable(2)
			s.pair.Columns = []expr.Column{{Kind: expr.Values}, {Kind: expr.Values}}
		}
	}
	if len(o.plan.Keys) == 0 {
		o.n = 1 // of no rows too
		o.grow()
	}
}

func (o *aggregate) grow() {
	for i := range o.states {
		s := &o.states[i]
		if s.acc != nil {
			s.acc.Grow(o.n)
			continue
		}
		for len(s.counts) < o.n {
			s.counts = append(s.counts, 0)
		}
	}
}

// load reads all rows.
func (o *aggregate) load() error {
	o.prepare()
	charged := int64(0)
	for {
		if err := o.run.check(); err != nil {
			return err
		}
		b, err := o.input.next()
		if err != nil {
			return err
		}
		if b == nil {
			return nil
		}
		o.assign(b)
		for i := range o.states {
			if err := o.add(&o.states[i], b); err != nil {
				return err
			}
		}
		if now := o.bytes(); now != charged {
			if err := o.run.charge(now - charged); err != nil {
				return err
			}
			charged = now
		}
	}
}

func (o *aggregate) bytes() int64 {
	n := o.table.bytes()
	for i := range o.states {
		s := &o.states[i]
		if s.acc != nil {
			n += s.acc.Bytes()
		}
		if s.distinct != nil {
			n += s.distinct.bytes()
		}
	}
	return n
}

// assign finds the groups of a batch's rows; a row that stands for no rows
// makes none and gets -1.
func (o *aggregate) assign(b *expr.Batch) {
	if cap(o.groups) < b.N {
		o.groups = make([]int32, max(b.N, firstRows))
	}
	o.groups = o.groups[:b.N]
	if len(o.plan.Keys) == 0 {
		clear(o.groups)
		return
	}
	var weights []graph.Value
	if o.plan.Weight >= 0 {
		weights = b.Columns[o.plan.Weight].Values
	}
	sums := o.table.hashRows(b, o.plan.Keys)
	for row := range b.N {
		if len(weights) > 0 && weights[row].Int() == 0 {
			o.groups[row] = -1
			continue
		}
		g, _ := o.table.insert(b, o.plan.Keys, row, sums[row])
		o.groups[row] = int32(g) //nolint:gosec // bounded by memory
	}
	if n := o.table.len(); n > o.n {
		o.n = n
		o.grow()
	}
}

// add takes a batch into one aggregation.
func (o *aggregate) add(s *state, b *expr.Batch) error {
	switch {
	case o.plan.Weight >= 0:
		for row, v := range b.Columns[o.plan.Weight].Values[:b.N] {
			if g := o.groups[row]; g >= 0 {
				s.counts[g] += v.Int()
			}
		}
		return nil
	case s.item.Star && len(o.plan.Keys) == 0:
		s.counts[0] += int64(b.N)
		return nil
	case s.item.Star:
		for _, g := range o.groups {
			s.counts[g]++
		}
		return nil
	case len(s.item.Args) == 1 && s.distinct == nil:
		if cap(o.values) < b.N {
			o.values = make([]graph.Value, max(b.N, firstRows))
		}
		values := o.values[:b.N]
		if _, err := s.item.Args[0].Column(o.c, b, values); err != nil {
			return err
		}
		_, err := s.acc.AddColumn(o.groups, values)
		return err
	}
	return o.addRows(s, b)
}

// addRows takes rows one by one, for DISTINCT and for several arguments.
func (o *aggregate) addRows(s *state, b *expr.Batch) error {
	if cap(o.args) < len(s.item.Args) {
		o.args = make([]graph.Value, len(s.item.Args))
	}
	args := o.args[:len(s.item.Args)]
	for row := range b.N {
		for i, arg := range s.item.Args {
			v, err := arg.Eval(o.c, b, row)
			if err != nil {
				return err
			}
			args[i] = v
		}
		group := int(o.groups[row])
		if s.distinct != nil && !s.fresh(group, args[0]) {
			continue
		}
		if err := s.acc.Add(group, args); err != nil {
			return err
		}
	}
	return nil
}

// fresh reports whether a group has not had a value yet.
func (s *state) fresh(group int, v graph.Value) bool {
	s.pair.Columns[0].Values = append(s.pair.Columns[0].Values[:0], graph.Integer(int64(group)))
	s.pair.Columns[1].Values = append(s.pair.Columns[1].Values[:0], v)
	s.pair.N = 1
	slots := [2]int{0, 1}
	sums := s.distinct.hashRows(&s.pair, slots[:])
	_, added := s.distinct.insert(&s.pair, slots[:], 0, sums[0])
	return added
}

func (s *state) result(group int) (graph.Value, error) {
	if s.acc == nil {
		return graph.Integer(s.counts[group]), nil
	}
	return s.acc.Result(group)
}
