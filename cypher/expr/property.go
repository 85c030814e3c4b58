package expr

import (
	"slices"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// property compiles subject.key.
func (k *Compiler) property(e *ast.Property) (Eval, error) {
	key := k.Key(e.Key)
	if slot, kind, ok := k.entity(e.Subject); ok {
		return entityProperty(slot, kind, key), nil
	}
	subject, err := k.compile(e.Subject)
	if err != nil {
		return nil, err
	}
	return func(c *Context, b *Batch, row int) (graph.Value, error) {
		v, err := subject(c, b, row)
		if err != nil {
			return v, err
		}
		return access(c, v, key)
	}, nil
}

// entity returns the slot of a variable whose column holds identifiers.
func (k *Compiler) entity(e ast.Expr) (slot int, kind ColumnKind, ok bool) {
	v, ok := e.(*ast.Variable)
	if !ok {
		return 0, 0, false
	}
	if _, local := k.locals[v.Symbol]; local {
		return 0, 0, false
	}
	if k.Computed != nil {
		if _, computed := k.Computed(e); computed {
			return 0, 0, false
		}
	}
	slot, kind, ok = k.Slot(v.Symbol)
	if !ok || kind == Values {
		return 0, 0, false
	}
	k.read(slot)
	return slot, kind, true
}

func entityProperty(slot int, kind ColumnKind, key *Key) Eval {
	if kind == Nodes {
		return func(c *Context, b *Batch, row int) (graph.Value, error) {
			if id := b.Columns[slot].IDs[row]; id != NullID {
				return c.nodeProperty(graph.NodeID(id), key)
			}
			return graph.Value{}, nil
		}
	}
	return func(c *Context, b *Batch, row int) (graph.Value, error) {
		if id := b.Columns[slot].IDs[row]; id != NullID {
			return c.relationshipProperty(graph.RelationshipID(id), key)
		}
		return graph.Value{}, nil
	}
}

func (c *Context) nodeProperty(id graph.NodeID, key *Key) (graph.Value, error) {
	var v graph.Value
	if n, ok := key.Resolve(c.Store); ok {
		v = c.View.NodeProperty(id, n, c.Arena)
	}
	if c.Deletes && v.IsNull() && !c.View.NodeExists(id) {
		return v, deleted("node")
	}
	return v, nil
}

func (c *Context) relationshipProperty(id graph.RelationshipID, key *Key) (graph.Value, error) {
	var v graph.Value
	if n, ok := key.Resolve(c.Store); ok {
		v = c.View.RelationshipProperty(id, n, c.Arena)
	}
	if c.Deletes && v.IsNull() && !c.View.RelationshipExists(id) {
		return v, deleted("relationship")
	}
	return v, nil
}

func deleted(what string) error {
	return Errorf(KindEntityNotFound, DetailDeletedEntity, "%s: the %s has been deleted in this transaction", DetailDeletedEntity, what)
}

// propertyColumn returns a loader of the property of a whole column, for the
// properties of nodes that a pattern has bound.
func (k *Compiler) propertyColumn(e *ast.Property) (columnEval, bool) {
	slot, kind, ok := k.entity(e.Subject)
	if !ok {
		return nil, false
	}
	key := k.Key(e.Key)
	one := entityProperty(slot, kind, key)
	byRow := func(c *Context, b *Batch, out []graph.Value) (int, error) {
		for row := range b.N {
			v, err := one(c, b, row)
			if err != nil {
				return row, err
			}
			out[row] = v
		}
		return b.N, nil
	}
	if kind != Nodes {
		return byRow, true
	}
	return func(c *Context, b *Batch, out []graph.Value) (int, error) {
		column := &b.Columns[slot]
		n, known := key.Resolve(c.Store)
		if c.Deletes || !known || hasNull(column.IDs[:b.N]) {
			return byRow(c, b, out)
		}
		c.View.NodeProperties(column.NodeIDs()[:b.N], n, out[:b.N], c.Arena)
		return b.N, nil
	}, true
}

func hasNull(ids []uint64) bool {
	return slices.Contains(ids, uint64(NullID))
}

// access is the . operator on any value.
func access(c *Context, v graph.Value, key *Key) (graph.Value, error) {
	switch v.Kind() {
	case graph.KindNull:
		return v, nil
	case graph.KindMap:
		field, _ := v.Get(key.Name)
		return field, nil
	case graph.KindNode:
		return c.nodeProperty(v.NodeID(), key)
	case graph.KindRelationship:
		return c.relationshipProperty(v.RelationshipID(), key)
	default:
		if field, ok := component(v, key.Name); ok {
			return field, nil
		}
		return graph.Value{}, Errorf(KindType, DetailArgumentType,
			"%s: %s has no property %q", DetailPropertyAccess, v.Kind(), key.Name)
	}
}

// dynamicAccess is subject[name] with a name that is computed.
func dynamicAccess(c *Context, v graph.Value, name string) (graph.Value, error) {
	switch v.Kind() {
	case graph.KindMap:
		field, _ := v.Get(name)
		return field, nil
	case graph.KindNode:
		if key, ok := c.Store.Key(name); ok {
			return c.View.NodeProperty(v.NodeID(), key, c.Arena), nil
		}
		return graph.Value{}, nil
	case graph.KindRelationship:
		if key, ok := c.Store.Key(name); ok {
			return c.View.RelationshipProperty(v.RelationshipID(), key, c.Arena), nil
		}
		return graph.Value{}, nil
	default:
		if field, ok := component(v, name); ok {
			return field, nil
		}
		return graph.Value{}, typeError("[]", v)
	}
}

// index compiles subject[index].
func (k *Compiler) index(e *ast.Index) (Eval, error) {
	subject, err := k.compile(e.Subject)
	if err != nil {
		return nil, err
	}
	index, err := k.compile(e.Index)
	if err != nil {
		return nil, err
	}
	return func(c *Context, b *Batch, row int) (graph.Value, error) {
		v, err := subject(c, b, row)
		if err != nil {
			return v, err
		}
		i, err := index(c, b, row)
		if err != nil {
			return i, err
		}
		return element(c, v, i)
	}, nil
}

func element(c *Context, v, i graph.Value) (graph.Value, error) {
	switch v.Kind() {
	case graph.KindNull:
		return v, nil
	case graph.KindList:
		switch i.Kind() {
		case graph.KindNull:
			return i, nil
		case graph.KindInteger:
			return item(v.List(), i.Int()), nil
		default:
			return graph.Value{}, Errorf(KindType, DetailElementAccess,
				"%s: a list element is accessed by %s instead of an INTEGER", DetailElementAccess, i.Kind())
		}
	case graph.KindMap, graph.KindNode, graph.KindRelationship:
		switch i.Kind() {
		case graph.KindNull:
			return i, nil
		case graph.KindString:
			return dynamicAccess(c, v, i.Str())
		default:
			return graph.Value{}, Errorf(KindType, DetailMapAccess,
				"%s: a property is accessed by %s instead of a STRING", DetailMapAccess, i.Kind())
		}
	default:
		if i.IsNull() {
			return i, nil
		}
		if i.Kind() == graph.KindString {
			return dynamicAccess(c, v, i.Str())
		}
		return graph.Value{}, typeError("[]", v)
	}
}

// item counts from the end when i is negative; it is null outside.
func item(list []graph.Value, i int64) graph.Value {
	if i < 0 {
		i += int64(len(list))
	}
	if i < 0 || i >= int64(len(list)) {
		return graph.Value{}
	}
	return list[i]
}

// slice compiles subject[from..to].
func (k *Compiler) slice(e *ast.Slice) (Eval, error) {
	subject, err := k.compile(e.Subject)
	if err != nil {
		return nil, err
	}
	bounds := [2]Eval{}
	for i, bound := range []ast.Expr{e.From, e.To} {
		if bound == nil {
			continue
		}
		if bounds[i], err = k.compile(bound); err != nil {
			return nil, err
		}
	}
	return func(c *Context, b *Batch, row int) (graph.Value, error) {
		v, err := subject(c, b, row)
		if err != nil || v.IsNull() {
			return v, err
		}
		if v.Kind() != graph.KindList {
			return graph.Value{}, typeError("[..]", v)
		}
		list := v.List()
		limits := [2]int{0, len(list)}
		for i, bound := range bounds {
			if bound == nil {
				continue
			}
			w, err := bound(c, b, row)
			if err != nil || w.IsNull() {
				return graph.Value{}, err
			}
			if w.Kind() != graph.KindInteger {
				return graph.Value{}, typeError("[..]", w)
			}
			limits[i] = clampIndex(w.Int(), len(list))
		}
		if limits[0] >= limits[1] {
			return graph.List(nil), nil
		}
		return graph.List(list[limits[0]:limits[1]:limits[1]]), nil
	}, nil
}

// clampIndex turns a bound of a slice into an index of a list of n elements.
func clampIndex(i int64, n int) int {
	if i < 0 {
		i += int64(n)
	}
	return int(max(0, min(i, int64(n))))
}

// labelPredicate compiles n:Label and r:TYPE with any label expression.
func (k *Compiler) labelPredicate(e *ast.LabelPredicate) (Test, error) {
	subject, err := k.compile(e.X)
	if err != nil {
		return nil, err
	}
	match, err := k.labels(e.Labels)
	if err != nil {
		return nil, err
	}
	return func(c *Context, b *Batch, row int) (graph.Truth, error) {
		v, err := subject(c, b, row)
		if err != nil {
			return graph.Unknown, err
		}
		switch v.Kind() {
		case graph.KindNull:
			return graph.Unknown, nil
		case graph.KindNode, graph.KindRelationship:
			ok, err := match(c, b, row, v)
			return graph.TruthOf(ok), err
		default:
			return graph.Unknown, typeError(":", v)
		}
	}, nil
}

// HasLabel returns a predicate that a slot's node has a label.
func HasLabel(slot int, label *Label, text string) *Predicate {
	test := func(c *Context, b *Batch, row int) (graph.Truth, error) {
		node, ok := b.Node(slot, row)
		if !ok {
			return graph.Unknown, nil
		}
		id, known := label.Resolve(c.Store)
		return graph.TruthOf(known && c.View.HasLabel(node, id)), nil
	}
	return &Predicate{test: test, text: text, reads: []int{slot}, kernel: labelKernel(slot, label, test)}
}

// SameNode returns a predicate that two slots hold the same node.
func SameNode(a, b int, text string) *Predicate {
	return &Predicate{
		test: func(_ *Context, batch *Batch, row int) (graph.Truth, error) {
			x, ok := batch.Node(a, row)
			y, ok2 := batch.Node(b, row)
			return graph.TruthOf(ok && ok2 && x == y), nil
		},
		text: text + " = " + text, reads: []int{a, b},
	}
}

func labelKernel(slot int, label *Label, test Test) kernel {
	return func(c *Context, b *Batch, selection []int32) ([]int32, error) {
		id, known := label.Resolve(c.Store)
		if !known {
			return selection[:0], nil
		}
		kept := selection[:0]
		if b.Columns[slot].Kind != Nodes {
			for _, row := range selection {
				if t, _ := test(c, b, int(row)); t == graph.True {
					kept = append(kept, row)
				}
			}
			return kept, nil
		}
		ids := b.Columns[slot].NodeIDs()
		for _, row := range selection {
			if uint64(ids[row]) != NullID && c.View.HasLabel(ids[row], id) {
				kept = append(kept, row)
			}
		}
		return kept, nil
	}
}
