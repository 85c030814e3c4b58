package exec

import (
	"slices"

	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A maker creates the nodes and relationships of a pattern.
type maker struct {
	run     *Run
	c       *expr.Context
	nodes   []plan.NewNode
	rels    []plan.NewRelationship
	paths   []plan.Assignment
	labels  []storage.LabelID
	props   []storage.Property
	columns map[int]*expr.Column
}

func (r *Run) newMaker(c *expr.Context, nodes []plan.NewNode, rels []plan.NewRelationship, paths []plan.Assignment) maker {
	m := maker{run: r, c: c, nodes: nodes, rels: rels, paths: paths, columns: make(map[int]*expr.Column)}
	for i := range nodes {
		m.columns[nodes[i].Slot] = &expr.Column{}
	}
	for i := range rels {
		m.columns[rels[i].Slot] = &expr.Column{}
	}
	for i := range paths {
		m.columns[paths[i].Slot] = &expr.Column{}
	}
	return m
}

// prepare adds the maker's columns to a batch.
func (m *maker) prepare(b *expr.Batch) {
	for slot, c := range m.columns {
		kind := m.run.plan.Kinds[slot]
		c.Resize(kind, b.N)
		b.Columns[slot] = *c
	}
}

// row creates everything for one row.
func (m *maker) row(b *expr.Batch, row int) error {
	for i := range m.nodes {
		n := &m.nodes[i]
		if err := m.labelsOf(n, b, row); err != nil {
			return err
		}
		if err := m.properties(n.Properties, n.Map, b, row); err != nil {
			return err
		}
		id, err := m.run.tx.CreateNode(m.run.ctx, m.labels, m.props)
		if err != nil {
			return err
		}
		m.run.counters.NodesCreated++
		m.run.counters.LabelsAdded += int64(len(m.labels))
		m.run.counters.PropertiesSet += int64(len(m.props))
		b.Columns[n.Slot].Set(row, graph.Node(id))
	}
	for i := range m.rels {
		if err := m.relationship(&m.rels[i], b, row); err != nil {
			return err
		}
	}
	for i := range m.paths {
		v, err := m.paths[i].Value.Eval(&m.run.live, b, row)
		if err != nil {
			return err
		}
		b.Columns[m.paths[i].Slot].Set(row, v)
	}
	return nil
}

func (m *maker) labelsOf(n *plan.NewNode, b *expr.Batch, row int) error {
	m.labels = m.labels[:0]
	for _, l := range n.Labels {
		id, err := l.Intern(m.c.Store)
		if err != nil {
			return err
		}
		m.addLabel(id)
	}
	for _, d := range n.Dynamic {
		names, err := labelNames(m.c, d, b, row)
		if err != nil {
			return err
		}
		for _, name := range names {
			id, err := m.c.Store.InternLabel(name)
			if err != nil {
				return err
			}
			m.addLabel(id)
		}
	}
	return nil
}

func (m *maker) addLabel(id storage.LabelID) {
	if !slices.Contains(m.labels, id) {
		m.labels = append(m.labels, id)
	}
}

// labelNames evaluates a dynamic label: a string, or a list of strings.
func labelNames(c *expr.Context, e *expr.Value, b *expr.Batch, row int) ([]string, error) {
	v, err := e.Eval(c, b, row)
	if err != nil {
		return nil, err
	}
	items := []graph.Value{v}
	if v.Kind() == graph.KindList {
		items = v.List()
	}
	names := make([]string, 0, len(items))
	for _, item := range items {
		if err := expr.TokenName(item); err != nil {
			return nil, err
		}
		names = append(names, item.Str())
	}
	return names, nil
}

// properties evaluates the properties of a new entity. Null stores nothing.
func (m *maker) properties(items []plan.PropertyItem, all *expr.Value, b *expr.Batch, row int) error {
	m.props = m.props[:0]
	for i := range items {
		v, err := items[i].Value.Eval(m.c, b, row)
		if err != nil {
			return err
		}
		if v.IsNull() {
			continue
		}
		if v, err = storable(v); err != nil {
			return err
		}
		key, err := items[i].Key.Intern(m.c.Store)
		if err != nil {
			return err
		}
		m.props = append(m.props, storage.Property{Key: key, Value: v})
	}
	if all == nil {
		return nil
	}
	v, err := all.Eval(m.c, b, row)
	if err != nil {
		return err
	}
	m.props, err = propertiesOf(m.c, m.props, v)
	return err
}

// propertiesOf appends the entries of a map, or the properties of an entity.
func propertiesOf(c *expr.Context, dst []storage.Property, v graph.Value) ([]storage.Property, error) {
	v, err := expr.PropertiesOf(c, v)
	if err != nil || v.IsNull() {
		return dst, err
	}
	for _, f := range v.Map() {
		if f.Value.IsNull() {
			continue
		}
		value, err := storable(f.Value)
		if err != nil {
			return dst, err
		}
		key, err := c.Store.InternKey(f.Name)
		if err != nil {
			return dst, err
		}
		dst = append(dst, storage.Property{Key: key, Value: value})
	}
	return dst, nil
}

// storable returns a value if it may be a property.
func storable(v graph.Value) (graph.Value, error) { return v, function.Storable(v) }

func (m *maker) relationship(n *plan.NewRelationship, b *expr.Batch, row int) error {
	from, ok := b.Node(n.From, row)
	to, ok2 := b.Node(n.To, row)
	if !ok || !ok2 {
		return expr.Errorf(expr.KindSemantic, "MissingNode", "a relationship can not be created: one of its nodes is null")
	}
	if err := m.properties(n.Properties, n.Map, b, row); err != nil {
		return err
	}
	typ, err := m.typeOf(n, b, row)
	if err != nil {
		return err
	}
	id, err := m.run.tx.CreateRelationship(m.run.ctx, from, to, typ, m.props)
	if err != nil {
		return err
	}
	m.run.counters.RelationshipsCreated++
	m.run.counters.PropertiesSet += int64(len(m.props))
	b.Columns[n.Slot].Set(row, graph.Relationship(id))
	return nil
}

func (m *maker) typeOf(n *plan.NewRelationship, b *expr.Batch, row int) (storage.TypeID, error) {
	if n.Dynamic == nil {
		return n.Type.Intern(m.c.Store)
	}
	names, err := labelNames(m.c, n.Dynamic, b, row)
	if err != nil {
		return 0, err
	}
	if len(names) != 1 {
		return 0, expr.Errorf(expr.KindArgument, expr.DetailArgumentValue,
			"%s: a relationship has exactly one type, got %d", expr.DetailArgumentValue, len(names))
	}
	return m.c.Store.InternType(names[0])
}

// create makes nodes and relationships for each row.
type create struct {
	run   *Run
	input operator
	maker maker
}

func (o *create) reset() { o.input.reset() }

func (o *create) next() (*expr.Batch, error) {
	b, err := o.input.next()
	if err != nil || b == nil {
		return nil, err
	}
	if err := o.run.check(); err != nil {
		return nil, err
	}
	o.maker.prepare(b)
	for row := range b.N {
		if err := o.maker.row(b, row); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// merge finds a pattern for each row, or creates it. It sees what it has
// created for earlier rows.
type merge struct {
	source
	plan  *plan.Merge
	match inner
	maker maker
	set   setter
	one   *expr.Batch // the row for which the pattern is created
}

func (r *Run) newMerge(n *plan.Merge) *merge {
	o := &merge{source: r.newSource(n, r.build(n.Input), n.Outputs...), plan: n}
	r.liveDepth++
	o.match = r.buildInner(n.Match)
	r.liveDepth--
	o.maker = r.newMaker(&r.live, n.Nodes, n.Relationships, n.Paths)
	o.set = setter{run: r, c: &r.live}
	o.one = r.newBatch()
	return o
}

func (o *merge) next() (*expr.Batch, error) {
	more, err := o.begin()
	if err != nil || !more {
		return nil, err
	}
	for _, s := range o.plan.Outputs {
		o.out.Columns[s].Truncate()
	}
	// A whole batch of input makes one of output; a pattern that matches many
	// times makes it longer than usual.
	for ; o.row < o.in.N; o.row++ {
		if err := o.mergeRow(); err != nil {
			return nil, err
		}
	}
	return o.finish(), nil
}

func (o *merge) mergeRow() error {
	if err := o.checkNulls(); err != nil {
		return err
	}
	o.match.setRow(o.in, o.plan.Imports, o.row)
	matched := false
	for {
		found, err := o.match.root.next()
		if err != nil {
			return err
		}
		if found == nil {
			break
		}
		matched = true
		if len(o.plan.OnMatch) > 0 {
			if err := o.onMatch(found); err != nil {
				return err
			}
		}
		o.take(found)
	}
	if matched {
		return nil
	}
	o.copyRow()
	o.maker.prepare(o.one)
	if err := o.maker.row(o.one, 0); err != nil {
		return err
	}
	if err := o.set.apply(o.plan.OnCreate, o.one); err != nil {
		return err
	}
	o.take(o.one)
	return nil
}

// checkNulls refuses a pattern with a property that is null: it could not be
// found again.
func (o *merge) checkNulls() error {
	for i := range o.plan.Nodes {
		n := &o.plan.Nodes[i]
		if err := o.checkItems(n.Properties, n.Map); err != nil {
			return err
		}
	}
	for i := range o.plan.Relationships {
		n := &o.plan.Relationships[i]
		if err := o.checkItems(n.Properties, n.Map); err != nil {
			return err
		}
	}
	return nil
}

func (o *merge) checkItems(items []plan.PropertyItem, all *expr.Value) error {
	for i := range items {
		v, err := items[i].Value.Eval(&o.run.live, o.in, o.row)
		if err != nil {
			return err
		}
		if v.IsNull() {
			return mergeNull(items[i].Key.Name)
		}
	}
	if all == nil {
		return nil
	}
	v, err := all.Eval(&o.run.live, o.in, o.row)
	if err != nil || v.Kind() != graph.KindMap {
		return err
	}
	for _, f := range v.Map() {
		if f.Value.IsNull() {
			return mergeNull(f.Name)
		}
	}
	return nil
}

func mergeNull(name string) error {
	return expr.Errorf(expr.KindSemantic, "MergeReadOwnWrites",
		"MergeReadOwnWrites: MERGE can not be used with the property %q that is null", name)
}

// onMatch changes what has been found, with the row that it was found for
// beside it.
func (o *merge) onMatch(found *expr.Batch) error {
	for _, s := range o.carried() {
		c := &found.Columns[s]
		c.Truncate()
		c.AppendRepeated(&o.in.Columns[s], o.row, found.N)
	}
	return o.set.apply(o.plan.OnMatch, found)
}

// carried returns the slots of the input that ON MATCH may read.
func (o *merge) carried() []int {
	var slots []int
	for _, s := range o.plan.Carry {
		if o.in.Columns[s].Kind != 0 {
			slots = append(slots, s)
		}
	}
	return slots
}

// take moves rows of the pattern to the output.
func (o *merge) take(b *expr.Batch) {
	for _, s := range o.plan.Outputs {
		if b.Columns[s].Kind != 0 {
			o.out.Columns[s].Append(&b.Columns[s], 0, b.N)
		}
	}
	for range b.N {
		o.rows = append(o.rows, int32(o.row)) //nolint:gosec // a row of a batch
	}
}

// copyRow makes the current row the only one of a batch.
func (o *merge) copyRow() {
	for s := range o.in.Columns {
		c := &o.one.Columns[s]
		c.Truncate()
		if o.in.Columns[s].Kind != 0 && o.in.N > o.row && length(&o.in.Columns[s]) > o.row {
			c.Append(&o.in.Columns[s], o.row, o.row+1)
		}
	}
	o.one.N = 1
}

func length(c *expr.Column) int {
	if c.Kind == expr.Values {
		return len(c.Values)
	}
	return len(c.IDs)
}
