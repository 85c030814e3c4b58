package plan

import (
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// DynamicLabelScan returns, for each row of its input, the nodes with the labels
// that an expression names, and maybe more: a filter has to follow.
type DynamicLabelScan struct {
	Common
	Input Node
	Slot  int
	Names *expr.Value
	// Any says that one of the labels is enough.
	Any bool
}

func (*DynamicLabelScan) name() string          { return "DynamicLabelNodeLookup" }
func (n *DynamicLabelScan) inputs() []Node      { return one(n.Input) }
func (n *DynamicLabelScan) uses(f func(int))    { values(f, n.Names) }
func (n *DynamicLabelScan) defines(f func(int)) { f(n.Slot) }

func (n *DynamicLabelScan) detail() string {
	if n.Any {
		return ":$any(" + n.Names.String() + ")"
	}
	return ":$(" + n.Names.String() + ")"
}

// dynamicLabels finds the conditions $(…) on the labels of a node whose names
// are known before it is.
func (g *graphPattern) dynamicLabels(n *patternNode) []candidate {
	var all []candidate
	for _, c := range g.conditions {
		has, ok := c.expr.(*ast.LabelPredicate)
		if !ok || c.done {
			continue
		}
		v, ok := has.X.(*ast.Variable)
		if !ok || v.Symbol != n.symbol {
			continue
		}
		label, ok := has.Labels.(*ast.LabelName)
		if !ok || label.Dynamic == nil || !g.known(label.Dynamic, n.symbol) {
			continue
		}
		rows := max(fewLabeled, g.p.nodeCount()/5) // a guess
		if name, ok := label.Dynamic.(*ast.Literal); ok && name.Value.Kind() == graph.KindString {
			rows = g.p.labelCount(name.Value.Str())
		}
		all = append(all, candidate{node: n, names: label, rows: rows})
	}
	return all
}
