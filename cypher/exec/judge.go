package exec

import (
	"math"

	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/cypher/search"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A judge evaluates what a pattern asks of each relationship that a search or a
// walk is about to follow.
type judge struct {
	c     *expr.Context
	step  *plan.Step // nil asks for nothing
	probe *expr.Batch
	start graph.NodeID // of the path
}

func (r *Run) newJudge(c *expr.Context, step *plan.Step) judge {
	j := judge{c: c, step: step}
	if step != nil {
		j.probe = r.newBatch()
		j.probe.N = 1
	}
	return j
}

// begin takes over what the row of a batch has for the expression. start is the
// first node of the paths.
func (j *judge) begin(b *expr.Batch, row int, start graph.NodeID) {
	j.start = start
	for _, s := range j.step.Reads() {
		c := &j.probe.Columns[s]
		c.Truncate()
		if b.Columns[s].Kind != 0 {
			c.Append(&b.Columns[s], row, row+1)
		}
	}
}

// fill sets the variables of a step. The way to it is asked for when the
// expression reads the path.
func (j *judge) fill(from, to graph.NodeID, rel graph.RelationshipID, total graph.Value, way func() []graph.RelationshipID) {
	setID(j.probe, j.step.From, expr.Nodes, uint64(from))
	setID(j.probe, j.step.To, expr.Nodes, uint64(to))
	setID(j.probe, j.step.Relationship, expr.Relationships, uint64(rel))
	if j.step.Total >= 0 {
		setValue(j.probe, j.step.Total, total)
	}
	if j.step.Path >= 0 {
		setValue(j.probe, j.step.Path, expr.WalkedPath(j.c, j.start, way()))
	}
}

// allows reports whether the condition holds.
func (j *judge) allows() (bool, error) {
	t, err := j.step.Condition.Truth(j.c, j.probe, 0)
	return t == graph.True, err
}

// Allows reports whether a search may take a step.
func (j *judge) Allows(s *search.Step) (bool, error) {
	j.fillStep(s, s.Total)
	return j.allows()
}

// fillStep sets the variables of a step of a search.
func (j *judge) fillStep(s *search.Step, total graph.Value) {
	var way func() []graph.RelationshipID
	if j.step.Path >= 0 {
		way = s.Way
	}
	j.fill(s.From, s.To, s.Relationship, total, way)
}

// setID sets the only row of a column, when there is one.
func setID(b *expr.Batch, slot int, kind expr.ColumnKind, id uint64) {
	if slot < 0 {
		return
	}
	c := &b.Columns[slot]
	c.Resize(kind, 1)
	c.IDs[0] = id
}

// setValue sets the only row of a column.
func setValue(b *expr.Batch, slot int, v graph.Value) {
	c := &b.Columns[slot]
	c.Resize(expr.Values, 1)
	c.Values[0] = v
}

// A scale adds up what the relationships of a path cost.
type scale struct {
	judge

	weight judge
}

// Allows reports whether a search may take a step.
func (s *scale) Allows(step *search.Step) (bool, error) {
	if s.step == nil {
		return true, nil
	}
	return s.judge.Allows(step)
}

// Add returns the total with one more step, whose weight must be a number or a
// duration that is not negative.
func (s *scale) Add(total graph.Value, step *search.Step) (graph.Value, error) {
	w := &s.weight
	w.fillStep(step, total)
	v, err := w.step.Weight.Eval(w.c, w.probe, 0)
	if err != nil {
		return graph.Value{}, err
	}
	var zero graph.Value
	switch {
	case v.IsNumber() && !math.IsNaN(v.Number()):
		zero = graph.Integer(0)
	case v.Kind() == graph.KindDuration:
		zero = graph.NewDuration(graph.Duration{})
	default:
		return graph.Value{}, expr.Errorf(expr.KindType, "InvalidArgumentType", "InvalidArgumentType: a weight must be a number or a DURATION, got %s", v.Kind())
	}
	if graph.Order(v, zero) < 0 {
		return graph.Value{}, expr.Errorf(expr.KindArgument, "NumberOutOfRange", "NumberOutOfRange: a weight can not be negative")
	}
	if total.IsNull() {
		return v, nil
	}
	return expr.Add(s.c, total, v)
}

// A meter lets a search use the memory and the time of a run.
type meter struct {
	run   *Run
	steps int // since the last look at the context
}

// Steps looks at the context now and then.
func (m *meter) Steps(n int) error {
	if m.steps += n; m.steps < checkEvery {
		return nil
	}
	m.steps = 0
	return m.run.check()
}

// Charge accounts for memory.
func (m *meter) Charge(bytes int64) error { return m.run.charge(bytes) }
