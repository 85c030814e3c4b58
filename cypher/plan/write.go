package plan

import (
	"slices"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/expr"
)

// made is what a pattern creates.
type made struct {
	nodes []NewNode
	rels  []NewRelationship
	paths []Assignment
	slots []int // that it fills
}

// creation plans the parts of paths that do not exist yet.
func (p *planner) creation(paths []*ast.PathPattern) (*made, error) {
	m := &made{}
	created := make(map[int]bool)
	for _, path := range paths {
		nodes, rels, ok := path.Simple()
		if !ok {
			return nil, notSupported("a quantified path pattern in CREATE")
		}
		for _, n := range nodes {
			if err := p.createNode(m, n, created); err != nil {
				return nil, err
			}
		}
		for i, r := range rels {
			if err := p.createRel(m, r, nodes[i], nodes[i+1]); err != nil {
				return nil, err
			}
		}
		if path.Symbol != nil {
			elements := make([]expr.PathElement, len(rels))
			for i, r := range rels {
				elements[i] = expr.PathElement{Slot: p.slots[r.Symbol]}
			}
			slot := p.slotOf(path.Symbol, expr.Values)
			value := expr.NewPath(p.slots[nodes[0].Symbol], elements, symbolName(path.Symbol))
			m.paths = append(m.paths, Assignment{Slot: slot, Value: value})
			m.slots = append(m.slots, slot)
		}
	}
	return m, nil
}

func (p *planner) createNode(m *made, n *ast.NodePattern, created map[int]bool) error {
	slot, known := p.slots[n.Symbol]
	if known && (p.bound[slot] || created[slot]) {
		return nil
	}
	slot = p.slotOf(n.Symbol, expr.Nodes)
	created[slot] = true
	node := NewNode{Slot: slot}
	names, ok := ast.LabelConjunction(n.Labels)
	if !ok {
		return notSupported("a label expression in CREATE")
	}
	var err error
	if node.Labels, node.Dynamic, err = p.labelNames(names); err != nil {
		return err
	}
	if node.Properties, node.Map, err = p.propertyItems(n.Properties); err != nil {
		return err
	}
	m.nodes = append(m.nodes, node)
	m.slots = append(m.slots, slot)
	return nil
}

func (p *planner) labelNames(names []*ast.LabelName) (labels []*expr.Label, dynamic []*expr.Value, err error) {
	for _, name := range names {
		if name.Dynamic == nil {
			labels = append(labels, p.label(name.Name))
			continue
		}
		v, err := p.compiler.Compile(name.Dynamic)
		if err != nil {
			return nil, nil, err
		}
		dynamic = append(dynamic, v)
	}
	return labels, dynamic, nil
}

// propertyItems plans {key: value}; anything but a literal map is evaluated as
// a whole.
func (p *planner) propertyItems(e ast.Expr) ([]PropertyItem, *expr.Value, error) {
	m, ok := e.(*ast.MapLiteral)
	if !ok {
		if e == nil {
			return nil, nil, nil
		}
		v, err := p.compiler.Compile(e)
		return nil, v, err
	}
	var items []PropertyItem
	for i := range m.Entries {
		v, err := p.compiler.Compile(m.Entries[i].Value)
		if err != nil {
			return nil, nil, err
		}
		key := p.key(m.Entries[i].Key)
		if at := slices.IndexFunc(items, func(item PropertyItem) bool { return item.Key == key }); at >= 0 {
			items[at].Value = v
			continue
		}
		items = append(items, PropertyItem{Key: key, Value: v})
	}
	return items, nil, nil
}

func (p *planner) createRel(m *made, r *ast.RelPattern, left, right *ast.NodePattern) error {
	slot := p.slotOf(r.Symbol, expr.Relationships)
	rel := NewRelationship{Slot: slot, From: p.slots[left.Symbol], To: p.slots[right.Symbol]}
	if r.Direction == ast.In {
		rel.From, rel.To = rel.To, rel.From
	}
	types, ok := ast.LabelDisjunction(r.Types)
	if !ok || len(types) != 1 {
		return notSupported("a relationship without exactly one type in CREATE")
	}
	var err error
	if types[0].Dynamic != nil {
		if rel.Dynamic, err = p.compiler.Compile(types[0].Dynamic); err != nil {
			return err
		}
	} else {
		rel.Type = p.relType(types[0].Name)
	}
	if rel.Properties, rel.Map, err = p.propertyItems(r.Properties); err != nil {
		return err
	}
	m.rels = append(m.rels, rel)
	m.slots = append(m.slots, slot)
	return nil
}

func (p *planner) create(c *ast.Create, input Node) (Node, error) {
	input = p.barrierBefore(input, p.readsOf(c))
	p.plan.Writes = true
	m, err := p.creation(c.Pattern.Paths)
	if err != nil {
		return nil, err
	}
	for _, slot := range m.slots {
		p.bound[slot] = true
	}
	p.effects.created(m)
	n := &Create{Input: input, Nodes: m.nodes, Relationships: m.rels, Paths: m.paths}
	own := func(slot int) { n.Own = n.Own || slices.Contains(m.slots, slot) }
	for i := range m.nodes {
		m.nodes[i].uses(own)
	}
	for i := range m.rels {
		useItems(own, m.rels[i].Properties)
	}
	return add(p, n), nil
}

func (p *planner) merge(c *ast.Merge, input Node) (Node, error) {
	p.plan.Reads = true
	input = p.barrierBefore(input, p.readsOf(c))
	p.plan.Writes = true
	outer := p.snapshot()
	match, err := p.pattern([]*ast.PathPattern{c.Path}, nil, p.start())
	if err != nil {
		return nil, err
	}
	found := p.bound
	p.restore(outer)
	m, err := p.creation([]*ast.PathPattern{c.Path})
	if err != nil {
		return nil, err
	}
	n := &Merge{Input: input, Match: match, Nodes: m.nodes, Relationships: m.rels, Paths: m.paths}
	for slot := range found {
		if !outer.bound[slot] {
			n.Outputs = append(n.Outputs, slot)
		}
	}
	slices.Sort(n.Outputs)
	for _, slot := range n.Outputs {
		p.bound[slot] = true
	}
	p.effects.created(m)
	for _, action := range c.Actions {
		items, err := p.setItems(action.Items)
		if err != nil {
			return nil, err
		}
		if action.OnMatch {
			n.OnMatch = append(n.OnMatch, items...)
		} else {
			n.OnCreate = append(n.OnCreate, items...)
		}
	}
	for slot := range outer.bound {
		n.Carry = append(n.Carry, slot)
	}
	slices.Sort(n.Carry)
	return add(p, n), nil
}

func (p *planner) set(items []ast.SetItem, input Node) (Node, error) {
	var nodes []ast.Node
	for _, item := range items {
		nodes = append(nodes, item)
	}
	input = p.barrierBefore(input, p.readsOf(nodes...))
	p.plan.Writes = true
	list, err := p.setItems(items)
	if err != nil {
		return nil, err
	}
	return add(p, &Set{Input: input, Items: list}), nil
}

func (p *planner) setItems(items []ast.SetItem) ([]SetItem, error) {
	var list []SetItem
	for _, item := range items {
		planned, err := p.setItem(item)
		if err != nil {
			return nil, err
		}
		p.effects.changed(&planned)
		list = append(list, planned)
	}
	return list, nil
}

func (p *planner) setItem(item ast.SetItem) (SetItem, error) {
	out := SetItem{}
	var err error
	switch item := item.(type) {
	case *ast.SetProperty:
		if err := p.target(&out, item.Target, SetProperty, SetDynamic); err != nil {
			return out, err
		}
		out.Value, err = p.compiler.Compile(item.Value)
	case *ast.SetProperties:
		out.Kind = ReplaceMap
		if item.Add {
			out.Kind = MergeMap
		}
		if out.Target, err = p.compiler.Compile(item.Target); err != nil {
			return out, err
		}
		out.Value, err = p.compiler.Compile(item.Value)
	case *ast.SetLabels:
		out.Kind = AddLabels
		if out.Target, err = p.compiler.Compile(item.Target); err != nil {
			return out, err
		}
		out.Labels, out.Dynamic, err = p.labelNames(item.Labels)
	default:
		err = notSupported("SET of %T", item)
	}
	return out, err
}

// target plans e.key or e[name] as what is changed.
func (p *planner) target(out *SetItem, e ast.Expr, static, dynamic SetKind) error {
	var err error
	switch e := e.(type) {
	case *ast.Property:
		out.Kind, out.Key = static, p.key(e.Key)
		out.Target, err = p.compiler.Compile(e.Subject)
	case *ast.Index:
		out.Kind = dynamic
		if out.Target, err = p.compiler.Compile(e.Subject); err != nil {
			return err
		}
		out.KeyExpr, err = p.compiler.Compile(e.Index)
	default:
		err = notSupported("SET of %s", ast.String(e))
	}
	return err
}

func (p *planner) remove(c *ast.Remove, input Node) (Node, error) {
	input = p.barrierBefore(input, p.readsOf(c))
	p.plan.Writes = true
	var list []SetItem
	for _, item := range c.Items {
		out := SetItem{}
		var err error
		switch item := item.(type) {
		case *ast.RemoveProperty:
			err = p.target(&out, item.Target, RemoveProperty, RemoveDynamic)
		case *ast.RemoveLabels:
			out.Kind = RemoveLabels
			if out.Target, err = p.compiler.Compile(item.Target); err == nil {
				out.Labels, out.Dynamic, err = p.labelNames(item.Labels)
			}
		default:
			err = notSupported("REMOVE of %T", item)
		}
		if err != nil {
			return nil, err
		}
		p.effects.changed(&out)
		list = append(list, out)
	}
	return add(p, &Set{Input: input, Items: list}), nil
}

func (p *planner) delete(c *ast.Delete, input Node) (Node, error) {
	var nodes []ast.Node
	for _, e := range c.Exprs {
		nodes = append(nodes, e)
	}
	input = p.barrierBefore(input, p.readsOf(nodes...))
	p.plan.Writes, p.plan.Deletes = true, true
	n := &Delete{Input: input, Detach: c.Detach}
	for _, e := range c.Exprs {
		v, err := p.compiler.Compile(e)
		if err != nil {
			return nil, err
		}
		n.Targets = append(n.Targets, v)
	}
	p.effects.deletes = true
	return add(p, n), nil
}

func (p *planner) foreach(c *ast.Foreach, input Node) (Node, error) {
	input = p.barrierBefore(input, p.readsOf(c))
	p.plan.Writes = true
	list, err := p.compiler.Compile(c.List)
	if err != nil {
		return nil, err
	}
	outer := p.snapshot()
	slot := p.slotOf(c.Var.Symbol, expr.Values)
	p.bound[slot] = true
	inner, err := p.part(&ast.Part{Clauses: c.Body}, p.start())
	if err != nil {
		return nil, err
	}
	p.restore(outer)
	return add(p, &Foreach{Input: input, Inner: inner.node, Slot: slot, List: list}), nil
}
