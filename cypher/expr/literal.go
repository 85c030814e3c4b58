package expr

import (
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

func (k *Compiler) listLiteral(e *ast.ListLiteral) (Eval, error) {
	items, err := k.compileAll(e.Items)
	if err != nil {
		return nil, err
	}
	return func(c *Context, b *Batch, row int) (graph.Value, error) {
		list := make([]graph.Value, len(items))
		for i, item := range items {
			v, err := item(c, b, row)
			if err != nil {
				return v, err
			}
			list[i] = v
		}
		return graph.List(list), nil
	}, nil
}

func (k *Compiler) mapLiteral(e *ast.MapLiteral) (Eval, error) {
	names := make([]string, 0, len(e.Entries))
	values := make([]Eval, 0, len(e.Entries))
next:
	for i := range e.Entries {
		eval, err := k.compile(e.Entries[i].Value)
		if err != nil {
			return nil, err
		}
		for j, name := range names {
			if name == e.Entries[i].Key {
				values[j] = eval
				continue next
			}
		}
		names, values = append(names, e.Entries[i].Key), append(values, eval)
	}
	return func(c *Context, b *Batch, row int) (graph.Value, error) {
		fields := make([]graph.Field, len(names))
		for i, value := range values {
			v, err := value(c, b, row)
			if err != nil {
				return v, err
			}
			fields[i] = graph.Field{Name: names[i], Value: v}
		}
		return graph.Map(fields), nil
	}, nil
}

// setField replaces or adds an entry.
func setField(fields []graph.Field, name string, v graph.Value) []graph.Field {
	for i := range fields {
		if fields[i].Name == name {
			fields[i].Value = v
			return fields
		}
	}
	return append(fields, graph.Field{Name: name, Value: v})
}

func (k *Compiler) mapProjection(e *ast.MapProjection) (Eval, error) {
	subject, err := k.compile(e.Subject)
	if err != nil {
		return nil, err
	}
	type entry struct {
		all   bool
		name  string
		key   *Key
		value Eval
	}
	entries := make([]entry, len(e.Items))
	for i := range e.Items {
		item := &e.Items[i]
		entries[i] = entry{all: item.All, name: item.Key}
		switch {
		case item.All:
		case item.Value == nil:
			entries[i].key = k.Key(item.Key)
		default:
			if entries[i].value, err = k.compile(item.Value); err != nil {
				return nil, err
			}
		}
	}
	return func(c *Context, b *Batch, row int) (graph.Value, error) {
		v, err := subject(c, b, row)
		if err != nil || v.IsNull() {
			return v, err
		}
		var fields []graph.Field
		for i := range entries {
			en := &entries[i]
			switch {
			case en.all:
				all, err := PropertiesOf(c, v)
				if err != nil {
					return all, err
				}
				for _, f := range all.Map() {
					fields = setField(fields, f.Name, f.Value)
				}
				continue
			case en.value != nil:
				v, err := en.value(c, b, row)
				if err != nil {
					return v, err
				}
				fields = setField(fields, en.name, v)
			default:
				v, err := access(c, v, en.key)
				if err != nil {
					return v, err
				}
				fields = setField(fields, en.name, v)
			}
		}
		return graph.Map(fields), nil
	}, nil
}

// PropertiesOf returns the properties of an entity, or a map itself.
func PropertiesOf(c *Context, v graph.Value) (graph.Value, error) {
	switch v.Kind() {
	case graph.KindNull, graph.KindMap:
		return v, nil
	case graph.KindNode:
		if c.Deletes && !c.View.NodeExists(v.NodeID()) {
			return graph.Value{}, deleted("node")
		}
		return c.View.NodeMap(v.NodeID(), c.Arena), nil
	case graph.KindRelationship:
		if c.Deletes && !c.View.RelationshipExists(v.RelationshipID()) {
			return graph.Value{}, deleted("relationship")
		}
		return c.View.RelationshipMap(v.RelationshipID(), c.Arena), nil
	default:
		return graph.Value{}, Errorf(KindType, DetailArgumentType,
			"%s: expected a MAP, NODE or RELATIONSHIP but got %s", DetailArgumentType, v.Kind())
	}
}

// caseOf compiles both forms of CASE.
func (k *Compiler) caseOf(e *ast.Case) (Eval, error) {
	otherwise := constant(graph.Value{})
	var err error
	if e.Else != nil {
		if otherwise, err = k.compile(e.Else); err != nil {
			return nil, err
		}
	}
	if e.Subject != nil {
		return k.caseWithSubject(e, otherwise)
	}
	tests := make([]Test, len(e.Whens))
	results := make([]Eval, len(e.Whens))
	for i := range e.Whens {
		if tests[i], err = k.test(e.Whens[i].Conds[0]); err != nil {
			return nil, err
		}
		if results[i], err = k.compile(e.Whens[i].Then); err != nil {
			return nil, err
		}
	}
	return func(c *Context, b *Batch, row int) (graph.Value, error) {
		for i, test := range tests {
			t, err := test(c, b, row)
			if err != nil {
				return graph.Value{}, err
			}
			if t == graph.True {
				return results[i](c, b, row)
			}
		}
		return otherwise(c, b, row)
	}, nil
}

func (k *Compiler) caseWithSubject(e *ast.Case, otherwise Eval) (Eval, error) {
	subject, err := k.compile(e.Subject)
	if err != nil {
		return nil, err
	}
	local := k.newLocal()
	k.subject = append(k.subject, local)
	defer func() { k.subject = k.subject[:len(k.subject)-1] }()
	type branch struct {
		test   Test
		result Eval
	}
	var branches []branch
	for i := range e.Whens {
		result, err := k.compile(e.Whens[i].Then)
		if err != nil {
			return nil, err
		}
		for _, cond := range e.Whens[i].Conds {
			test, err := k.caseCondition(cond, local)
			if err != nil {
				return nil, err
			}
			branches = append(branches, branch{test: test, result: result})
		}
	}
	return func(c *Context, b *Batch, row int) (graph.Value, error) {
		v, err := subject(c, b, row)
		if err != nil {
			return v, err
		}
		for i := range branches {
			// Conditions may contain a CASE of their own.
			c.Locals[local] = v
			t, err := branches[i].test(c, b, row)
			if err != nil {
				return graph.Value{}, err
			}
			if t == graph.True {
				return branches[i].result(c, b, row)
			}
		}
		return otherwise(c, b, row)
	}, nil
}

// caseCondition compares the subject with a value; a condition that begins
// with an operator refers to the subject itself.
func (k *Compiler) caseCondition(cond ast.Expr, local int) (Test, error) {
	if usesSubject(cond) {
		return k.test(cond)
	}
	value, err := k.compile(cond)
	if err != nil {
		return nil, err
	}
	return func(c *Context, b *Batch, row int) (graph.Truth, error) {
		w, err := value(c, b, row)
		if err != nil {
			return graph.Unknown, err
		}
		return graph.Equal(c.Locals[local], w), nil // null is not equal to null
	}, nil
}

func usesSubject(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Binary:
		_, ok := e.Left.(*ast.CaseSubject)
		return ok
	case *ast.Unary:
		_, ok := e.X.(*ast.CaseSubject)
		return ok
	case *ast.TypePredicate:
		_, ok := e.X.(*ast.CaseSubject)
		return ok
	case *ast.Comparison:
		_, ok := e.Operands[0].(*ast.CaseSubject)
		return ok
	case *ast.LabelPredicate:
		_, ok := e.X.(*ast.CaseSubject)
		return ok
	case *ast.Normalized:
		_, ok := e.X.(*ast.CaseSubject)
		return ok
	default:
		return false
	}
}

func (k *Compiler) caseSubject() (Eval, error) {
	local := k.subject[len(k.subject)-1]
	return func(c *Context, _ *Batch, _ int) (graph.Value, error) { return c.Locals[local], nil }, nil
}
