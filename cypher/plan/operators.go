package plan

import (
	"slices"

	"github.com/drawbolt/drawbolt/cypher/expr"
)

// Names, inputs and slots of the operators.

func (*Argument) name() string       { return "Argument" }
func (*NodeScan) name() string       { return "AllNodesScan" }
func (*LabelScan) name() string      { return "NodeByLabelScan" }
func (*NodeByID) name() string       { return "NodeByIdSeek" }
func (*Select) name() string         { return "SelectPaths" }
func (*Table) name() string          { return "Table" }
func (*LoadCSV) name() string        { return "LoadCSV" }
func (*Filter) name() string         { return "Filter" }
func (*Project) name() string        { return "Projection" }
func (*Unwind) name() string         { return "Unwind" }
func (*Aggregate) name() string      { return "Aggregation" }
func (*Distinct) name() string       { return "Distinct" }
func (*Cut) name() string            { return "Cut" }
func (*Skip) name() string           { return "Skip" }
func (*Limit) name() string          { return "Limit" }
func (*Union) name() string          { return "Union" }
func (*Optional) name() string       { return "Optional" }
func (*Apply) name() string          { return "Apply" }
func (*HashJoin) name() string       { return "ValueHashJoin" }
func (*Create) name() string         { return "Create" }
func (*Merge) name() string          { return "Merge" }
func (*Set) name() string            { return "SetProperty" }
func (*Foreach) name() string        { return "Foreach" }
func (*Barrier) name() string        { return "Eager" }
func (*CountStore) name() string     { return "CountStore" }
func (*Degree) name() string         { return "Degree" }
func (*Meet) name() string           { return "Meet" }
func (*InTransactions) name() string { return "TransactionApply" }
func (*Repeat) name() string         { return "Repeat(Trail)" }
func (*Procedure) name() string      { return "ProcedureCall" }
func (*Produce) name() string        { return "ProduceResults" }

// name tells the look-up of an only node apart.
func (n *IndexSeek) name() string {
	if n.Index.Unique() {
		return "NodeUniqueIndexSeek"
	}
	return "NodeIndexSeek"
}

func (n *IndexScan) name() string { return "Node" + n.kind() }

// name tells scans of all relationships of a type from look-ups.
func (n *RelationshipScan) name() string {
	if n.Lookup == nil {
		return "RelationshipScan"
	}
	name := n.kind()
	if n.Direction == bothDirections {
		return "Undirected" + "Relationship" + name
	}
	return "Directed" + "Relationship" + name
}

// kind names what a look-up does with its index.
func (l *Lookup) kind() string {
	name := "IndexScan"
	switch {
	case len(l.Bounds) > 0:
		name = "IndexSeekByRange"
	case len(l.Equal) > 0:
		name = "IndexSeek"
	}
	if l.Index.Unique() && name != "IndexScan" {
		return "Unique" + name
	}
	return name
}

// name tells an expansion between two bound nodes from one to new nodes.
func (n *Expand) name() string {
	if n.Into {
		return "Expand(Into)"
	}
	return "Expand(All)"
}

// name tells the three ways of following a chain apart.
func (n *VarExpand) name() string {
	switch {
	case n.Into:
		return "VarLengthExpand(Into)"
	case n.Pruning:
		return "VarLengthExpand(Pruning)"
	default:
		return "VarLengthExpand(All)"
	}
}

// name tells a sort from a search of the first rows.
func (n *Sort) name() string {
	if n.Limit != nil {
		return "Top"
	}
	return "Sort"
}

// name tells whether relationships are deleted along.
func (n *Delete) name() string {
	if n.Detach {
		return "DetachDelete"
	}
	return "Delete"
}

func (*Argument) inputs() []Node           { return nil }
func (n *NodeScan) inputs() []Node         { return one(n.Input) }
func (n *LabelScan) inputs() []Node        { return one(n.Input) }
func (n *IndexSeek) inputs() []Node        { return one(n.Input) }
func (n *IndexScan) inputs() []Node        { return one(n.Input) }
func (n *NodeByID) inputs() []Node         { return one(n.Input) }
func (n *RelationshipScan) inputs() []Node { return one(n.Input) }
func (n *Expand) inputs() []Node           { return one(n.Input) }
func (n *VarExpand) inputs() []Node        { return one(n.Input) }
func (n *ShortestPath) inputs() []Node     { return one(n.Input) }
func (n *WeightedPath) inputs() []Node     { return one(n.Input) }
func (n *Select) inputs() []Node           { return []Node{n.Input, n.Inner} }
func (n *LoadCSV) inputs() []Node          { return one(n.Input) }
func (n *Table) inputs() []Node            { return []Node{n.Input, n.Inner} }
func (n *Filter) inputs() []Node           { return one(n.Input) }
func (n *Project) inputs() []Node          { return one(n.Input) }
func (n *Unwind) inputs() []Node           { return one(n.Input) }
func (n *Aggregate) inputs() []Node        { return one(n.Input) }
func (n *Distinct) inputs() []Node         { return one(n.Input) }
func (n *Sort) inputs() []Node             { return one(n.Input) }
func (n *Cut) inputs() []Node              { return one(n.Input) }
func (n *Skip) inputs() []Node             { return one(n.Input) }
func (n *Limit) inputs() []Node            { return one(n.Input) }
func (n *Optional) inputs() []Node         { return []Node{n.Input, n.Inner} }
func (n *Apply) inputs() []Node            { return []Node{n.Input, n.Inner} }
func (n *HashJoin) inputs() []Node         { return []Node{n.Input, n.Build} }
func (n *Create) inputs() []Node           { return one(n.Input) }
func (n *Merge) inputs() []Node            { return []Node{n.Input, n.Match} }
func (n *Set) inputs() []Node              { return one(n.Input) }
func (n *Delete) inputs() []Node           { return one(n.Input) }
func (n *Foreach) inputs() []Node          { return []Node{n.Input, n.Inner} }
func (n *Barrier) inputs() []Node          { return one(n.Input) }
func (*CountStore) inputs() []Node         { return nil }
func (n *Degree) inputs() []Node           { return one(n.Input) }
func (n *Meet) inputs() []Node             { return one(n.Input) }
func (n *InTransactions) inputs() []Node   { return []Node{n.Input, n.Plan.Root} }
func (n *Repeat) inputs() []Node           { return []Node{n.Input, n.Inner} }
func (n *Procedure) inputs() []Node        { return one(n.Input) }
func (n *Produce) inputs() []Node          { return one(n.Input) }

// inputs returns the plans of the branches.
func (n *Union) inputs() []Node {
	in := make([]Node, len(n.Branches))
	for i := range n.Branches {
		in[i] = n.Branches[i].Plan
	}
	return in
}

func (*Argument) uses(func(int))          {}
func (*NodeScan) uses(func(int))          {}
func (*LabelScan) uses(func(int))         {}
func (n *IndexSeek) uses(f func(int))     { values(f, n.Values...) }
func (n *IndexScan) uses(f func(int))     { n.Lookup.uses(f) }
func (n *NodeByID) uses(f func(int))      { values(f, n.ID) }
func (n *Select) uses(f func(int))        { values(f, n.Count) }
func (*Table) uses(func(int))             {}
func (n *Filter) uses(f func(int))        { values(f, n.Predicates...) }
func (n *Unwind) uses(f func(int))        { values(f, n.List) }
func (n *Distinct) uses(f func(int))      { slots(f, n.Keys...) }
func (n *Cut) uses(f func(int))           { f(n.Sort.Keys[0].Slot) }
func (*Skip) uses(func(int))              {}
func (*Limit) uses(func(int))             {}
func (*Union) uses(func(int))             {}
func (*Optional) uses(func(int))          {}
func (*Apply) uses(func(int))             {}
func (n *HashJoin) uses(f func(int))      { values(f, n.Probe...) }
func (n *Delete) uses(f func(int))        { values(f, n.Targets...) }
func (n *Foreach) uses(f func(int))       { values(f, n.List) }
func (*Barrier) uses(func(int))           {}
func (n *Procedure) uses(f func(int))     { values(f, n.Args...) }
func (n *Procedure) defines(f func(int))  { slots(f, n.Outputs...) }
func (n *Produce) uses(f func(int))       { slots(f, n.Columns...) }
func (*Argument) defines(func(int))       {}
func (n *NodeScan) defines(f func(int))   { f(n.Slot) }
func (n *LabelScan) defines(f func(int))  { f(n.Slot) }
func (n *IndexSeek) defines(f func(int))  { f(n.Slot) }
func (n *IndexScan) defines(f func(int))  { f(n.Slot) }
func (n *NodeByID) defines(f func(int))   { f(n.Slot) }
func (n *Select) defines(f func(int))     { slots(f, n.Outputs...) }
func (n *LoadCSV) defines(f func(int))    { slots(f, n.Slot, n.Line, n.File) }
func (n *Table) defines(f func(int))      { slots(f, n.Outputs...) }
func (*Filter) defines(func(int))         {}
func (n *Unwind) defines(f func(int))     { f(n.Slot) }
func (*Distinct) defines(func(int))       {}
func (*Sort) defines(func(int))           {}
func (*Cut) defines(func(int))            {}
func (*Skip) defines(func(int))           {}
func (*Limit) defines(func(int))          {}
func (n *Union) defines(f func(int))      { slots(f, n.Slots...) }
func (n *Optional) defines(f func(int))   { slots(f, n.Nulls...) }
func (n *Apply) defines(f func(int))      { slots(f, n.Outputs...) }
func (*HashJoin) defines(func(int))       {}
func (n *Merge) defines(f func(int))      { slots(f, n.Outputs...) }
func (*Set) defines(func(int))            {}
func (*Delete) defines(func(int))         {}
func (*Foreach) defines(func(int))        {}
func (*Barrier) defines(func(int))        {}
func (n *CountStore) defines(f func(int)) { f(n.Slot) }
func (n *Degree) defines(f func(int))     { f(n.Slot) }
func (n *Meet) defines(f func(int))       { f(n.Slot) }
func (*Produce) defines(func(int))        {}

func (n *CountStore) uses(f func(int)) { n.Lookup.uses(f) }

// uses is what the values of a look-up read; there may be no look-up.
func (l *Lookup) uses(f func(int)) {
	if l == nil {
		return
	}
	values(f, l.Equal...)
	for _, b := range l.Bounds {
		values(f, b.Value)
	}
}

func (n *RelationshipScan) uses(f func(int)) {
	n.Lookup.uses(f)
	slots(f, n.Distinct...)
	if n.Known {
		f(n.Relationship)
	}
}

func (n *RelationshipScan) defines(f func(int)) {
	slots(f, n.From, n.To)
	if !n.Known {
		f(n.Relationship)
	}
}

func (n *Expand) uses(f func(int)) {
	f(n.From)
	slots(f, n.Distinct...)
	if n.Into {
		f(n.To)
	}
	if n.Known {
		f(n.Relationship)
	}
}

func (n *Expand) defines(f func(int)) {
	if !n.Into {
		f(n.To)
	}
	if !n.Known {
		slots(f, n.Relationship)
	}
}

func (n *VarExpand) uses(f func(int)) {
	f(n.From)
	slots(f, n.Distinct...)
	if n.Into {
		f(n.To)
	}
	if n.Known {
		f(n.Relationships)
	}
	slots(f, n.Step.Reads()...)
}

func (n *VarExpand) defines(f func(int)) {
	if !n.Into {
		f(n.To)
	}
	if !n.Known {
		slots(f, n.Relationships)
	}
}

func (*InTransactions) uses(func(int)) {}

func (n *InTransactions) defines(f func(int)) { slots(f, append(n.Outputs, n.Status)...) }

func (n *Repeat) uses(f func(int)) {
	f(n.From)
	slots(f, n.Distinct...)
	if n.Into {
		f(n.To)
	}
}

func (n *Repeat) defines(f func(int)) {
	if !n.Into {
		f(n.To)
	}
	f(n.Relationships)
	for _, g := range n.Groups {
		f(g.Outer)
	}
}

func (n *LoadCSV) uses(f func(int)) {
	for _, v := range []*expr.Value{n.From, n.Delimiter, n.Quote, n.NullIf} {
		if v != nil {
			values(f, v)
		}
	}
}

func (n *Project) uses(f func(int)) {
	for i := range n.Items {
		values(f, n.Items[i].Value)
	}
}

func (n *Project) defines(f func(int)) {
	for i := range n.Items {
		f(n.Items[i].Slot)
	}
}

func (n *Aggregate) uses(f func(int)) {
	slots(f, n.Keys...)
	slots(f, n.Weight)
	for i := range n.Items {
		values(f, n.Items[i].Args...)
	}
}

// defines lists the keys too: what an aggregation needs of the columns below
// is in uses, and nothing else passes it.
func (n *Aggregate) defines(f func(int)) {
	slots(f, n.Keys...)
	for i := range n.Items {
		f(n.Items[i].Slot)
	}
}

func (n *Sort) uses(f func(int)) {
	for _, k := range n.Keys {
		f(k.Slot)
	}
}

func (n *NewNode) uses(f func(int)) {
	values(f, n.Dynamic...)
	useItems(f, n.Properties)
	if n.Map != nil {
		values(f, n.Map)
	}
}

func useItems(f func(int), items []PropertyItem) {
	for i := range items {
		values(f, items[i].Value)
	}
}

func (n *NewRelationship) uses(f func(int)) {
	slots(f, n.From, n.To)
	useItems(f, n.Properties)
	if n.Map != nil {
		values(f, n.Map)
	}
	if n.Dynamic != nil {
		values(f, n.Dynamic)
	}
}

// useMade lists what creating reads from the row: not what it creates itself.
func useMade(f func(int), nodes []NewNode, rels []NewRelationship, paths []Assignment) {
	own := make(map[int]bool)
	for i := range nodes {
		own[nodes[i].Slot] = true
	}
	for i := range rels {
		own[rels[i].Slot] = true
	}
	outer := func(s int) {
		if !own[s] {
			f(s)
		}
	}
	for i := range nodes {
		nodes[i].uses(outer)
	}
	for i := range rels {
		rels[i].uses(outer)
	}
	for i := range paths {
		values(outer, paths[i].Value)
	}
}

func (n *Create) uses(f func(int)) { useMade(f, n.Nodes, n.Relationships, n.Paths) }

func (n *Create) defines(f func(int)) {
	for i := range n.Nodes {
		f(n.Nodes[i].Slot)
	}
	for i := range n.Relationships {
		f(n.Relationships[i].Slot)
	}
	for i := range n.Paths {
		f(n.Paths[i].Slot)
	}
}

func (n *Merge) uses(f func(int)) {
	own := func(s int) {
		if !slices.Contains(n.Outputs, s) {
			f(s)
		}
	}
	useMade(own, n.Nodes, n.Relationships, n.Paths)
	for i := range n.OnCreate {
		n.OnCreate[i].uses(own)
	}
	for i := range n.OnMatch {
		n.OnMatch[i].uses(own)
	}
}

func (item *SetItem) uses(f func(int)) {
	values(f, item.Target)
	if item.Value != nil {
		values(f, item.Value)
	}
	if item.KeyExpr != nil {
		values(f, item.KeyExpr)
	}
	values(f, item.Dynamic...)
}

func (n *Set) uses(f func(int)) {
	for i := range n.Items {
		n.Items[i].uses(f)
	}
}

func (n *Degree) uses(f func(int)) {
	f(n.From)
	slots(f, n.Earlier...)
}

func (n *Meet) uses(f func(int)) {
	slots(f, n.From, n.To)
	slots(f, n.FirstEarlier...)
	slots(f, n.SecondEarlier...)
}
