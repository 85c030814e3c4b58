package expr

import (
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A labelTest says whether an entity has the labels, or the type, that a label
// expression asks for.
type labelTest func(c *Context, b *Batch, row int, v graph.Value) (bool, error)

// labels compiles a label expression.
func (k *Compiler) labels(e ast.LabelExpr) (labelTest, error) {
	switch e := e.(type) {
	case *ast.LabelName:
		if e.Dynamic != nil {
			return k.dynamicLabel(e)
		}
		return k.labelName(e.Name), nil
	case *ast.LabelAnd:
		return k.labelPair(e.Left, e.Right, true)
	case *ast.LabelOr:
		return k.labelPair(e.Left, e.Right, false)
	case *ast.LabelNot:
		x, err := k.labels(e.X)
		if err != nil {
			return nil, err
		}
		return func(c *Context, b *Batch, row int, v graph.Value) (bool, error) {
			ok, err := x(c, b, row, v)
			return !ok, err
		}, nil
	case *ast.LabelWildcard:
		return func(c *Context, _ *Batch, _ int, v graph.Value) (bool, error) {
			if v.Kind() == graph.KindRelationship {
				return true, nil
			}
			return len(c.View.Labels(nil, v.NodeID())) > 0, nil
		}, nil
	default:
		return nil, Errorf(KindNotSupported, "NotSupported", "the label expression is not supported")
	}
}

func (k *Compiler) labelName(name string) labelTest {
	label, relType := k.Label(name), k.Type(name)
	return func(c *Context, _ *Batch, _ int, v graph.Value) (bool, error) {
		if v.Kind() == graph.KindRelationship {
			id, known := relType.Resolve(c.Store)
			if !known {
				return false, nil
			}
			record, ok := c.View.Relationship(v.RelationshipID())
			return ok && record.Type == id, nil
		}
		id, known := label.Resolve(c.Store)
		return known && c.View.HasLabel(v.NodeID(), id), nil
	}
}

func (k *Compiler) labelPair(left, right ast.LabelExpr, both bool) (labelTest, error) {
	x, err := k.labels(left)
	if err != nil {
		return nil, err
	}
	y, err := k.labels(right)
	if err != nil {
		return nil, err
	}
	return func(c *Context, b *Batch, row int, v graph.Value) (bool, error) {
		ok, err := x(c, b, row, v)
		if err != nil || ok != both {
			return ok, err
		}
		return y(c, b, row, v)
	}, nil
}

// dynamicLabel compiles $(…), $all(…) and $any(…). Of several names a node must
// have all or, with $any, one; a relationship has a single type.
func (k *Compiler) dynamicLabel(e *ast.LabelName) (labelTest, error) {
	names, err := k.compile(e.Dynamic)
	if err != nil {
		return nil, err
	}
	return func(c *Context, b *Batch, row int, v graph.Value) (bool, error) {
		value, err := names(c, b, row)
		if err != nil {
			return false, err
		}
		list := []graph.Value{value}
		if value.Kind() == graph.KindList {
			list = value.List()
		}
		matches := !e.Any
		for _, item := range list {
			if err := TokenName(item); err != nil {
				return false, err
			}
			if hasName(c, v, item.Str()) == e.Any {
				matches = e.Any
			}
		}
		return matches, nil
	}, nil
}

// hasName reports whether an entity has a label or type that is known by name
// only.
func hasName(c *Context, v graph.Value, name string) bool {
	if v.Kind() == graph.KindRelationship {
		id, known := c.Store.Type(name)
		record, ok := c.View.Relationship(v.RelationshipID())
		return known && ok && record.Type == id
	}
	id, known := c.Store.Label(name)
	return known && c.View.HasLabel(v.NodeID(), id)
}

// TokenName checks that a computed value can name a label or type.
func TokenName(v graph.Value) error {
	switch {
	case v.Kind() != graph.KindString:
		return Errorf(KindType, DetailArgumentType, "%s: a label or type needs a STRING, got %s", DetailArgumentType, v.Kind())
	case v.Str() == "":
		return Errorf(KindArgument, DetailArgumentValue, "%s: a label or type can not be empty", DetailArgumentValue)
	}
	return nil
}
