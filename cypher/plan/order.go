package plan

import (
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// inOrder lets rows come in the order of the index that finds them, when that is
// the order asked for. The index must hold all entities of the rows: it does when
// it was chosen to find them.
func (p *planner) inOrder(order []*ast.SortItem, items []*ast.Item, node Node) bool {
	if p.plan.Writes || p.Plain {
		return false
	}
	scan := source(node)
	if scan == nil || !isStart(scan.Input) || !scan.Index.Ordered() {
		return false
	}
	keys := scan.Keys[len(scan.Equal):]
	if len(order) > len(keys) {
		return false
	}
	for i, key := range order {
		slot, name, ok := p.propertyOf(behind(key.Expr, items))
		if !ok || slot != scan.Slot || name != keys[i] || key.Descending != order[0].Descending {
			return false
		}
	}
	scan.Falling = order[0].Descending
	return true
}

// source returns the look-up in an index that the rows of a plan come from, in its
// order; nil when there is none.
func source(n Node) *IndexScan {
	for {
		switch in := n.(type) {
		case *Project:
			n = in.Input
		case *Filter:
			n = in.Input
		case *IndexScan:
			return in
		default:
			return nil
		}
	}
}

// behind returns what a variable of a projection stands for.
func behind(e ast.Expr, items []*ast.Item) ast.Expr {
	if v, ok := e.(*ast.Variable); ok {
		for _, item := range items {
			if item.Symbol == v.Symbol {
				return item.Expr
			}
		}
	}
	return e
}

// propertyOf returns the slot and the key when an expression is a property of a
// variable.
func (p *planner) propertyOf(e ast.Expr) (slot int, key string, ok bool) {
	property, ok := e.(*ast.Property)
	if !ok {
		return 0, "", false
	}
	v, ok := property.Subject.(*ast.Variable)
	if !ok {
		return 0, "", false
	}
	slot, ok = p.slots[v.Symbol]
	return slot, property.Key, ok
}

// extreme takes the smallest or largest property of the nodes with a label from
// the end of an index. Who does not have the property is not in it, and does not
// count either.
func (p *planner) extreme(n *Aggregate) error {
	if p.Plain || p.plan.Writes || len(n.Keys) > 0 || len(n.Items) != 1 {
		return nil
	}
	item := &n.Items[0]
	if item.Function != "min" && item.Function != "max" || len(item.Args) != 1 {
		return nil
	}
	slot, key, ok := p.propertyOf(item.arg)
	if !ok {
		return nil
	}
	scan := p.ends(n.Input, slot, key)
	if scan == nil {
		return nil
	}
	scan.Falling = item.Function == "max"
	one, err := p.compiler.Compile(&ast.Literal{Value: graph.Integer(1)})
	if err != nil {
		return err
	}
	limit := add(p, &Limit{Input: scan, Count: one})
	limit.Rows = 1
	n.Input = limit
	return nil
}

// ends returns a look-up that finds the nodes of a scan that have a property, in
// its order, or nil.
func (p *planner) ends(n Node, slot int, key string) *IndexScan {
	switch in := n.(type) {
	case *IndexScan:
		if in.Slot == slot && isStart(in.Input) && in.Index.Ordered() && in.Keys[len(in.Equal):][0] == key {
			return in
		}
	case *LabelScan:
		label, ok := p.Store.Label(in.Label.Name)
		if !ok || in.Slot != slot || in.Stored != nil || !isStart(in.Input) {
			return nil
		}
		for _, index := range p.Store.IndexesOf(label) {
			keys := index.Spec().Keys
			if len(keys) != 1 || p.Store.KeyName(keys[0]) != key || !index.Ordered() {
				continue
			}
			scan := add(p, &IndexScan{
				Input: in.Input, Slot: slot, Label: in.Label,
				Lookup: &Lookup{Index: index, Subject: in.Label.Name, Keys: []string{key}},
			})
			scan.Rows = float64(index.Entries())
			return scan
		}
	}
	return nil
}
