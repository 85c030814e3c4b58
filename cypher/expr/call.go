package expr

import (
	"fmt"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// call compiles the call of a scalar function.
func (k *Compiler) call(e *ast.Call) (Eval, error) {
	switch strings.ToLower(e.Name) {
	case "coalesce":
		return k.coalesce(e)
	case "exists":
		if len(e.Args) == 1 {
			if _, ok := e.Args[0].(*ast.PatternExpr); ok {
				return k.compile(e.Args[0])
			}
			return k.testValue(&ast.Unary{Span: e.Span, Op: ast.IsNotNull, X: e.Args[0]})
		}
	case "id":
		if id, ok := k.identifier(e); ok {
			return id, nil
		}
	case "size":
		if p, ok := patternArgument(e); ok {
			return k.countPattern(p)
		}
	}
	if k.Loaded != nil && len(e.Args) == 0 {
		if slot, ok := k.Loaded(e.Name); ok {
			k.read(slot)
			return func(_ *Context, b *Batch, row int) (graph.Value, error) {
				if b.Columns[slot].Kind == 0 {
					return graph.Value{}, nil
				}
				return b.Columns[slot].Value(row), nil
			}, nil
		}
	}
	f := k.Functions.Find(e.Name)
	if f == nil || f.Call == nil {
		return nil, fmt.Errorf("expr: no function %q", e.Name)
	}
	args, err := k.compileAll(e.Args)
	if err != nil {
		return nil, err
	}
	n := len(args)
	return func(c *Context, b *Batch, row int) (graph.Value, error) {
		values := c.borrow(n)
		defer c.giveBack(n)
		for i, arg := range args {
			v, err := arg(c, b, row)
			if err != nil {
				return v, err
			}
			values[i] = v
		}
		return f.Invoke(c.Function, values)
	}, nil
}

// coalesce evaluates no more arguments than it needs.
func (k *Compiler) coalesce(e *ast.Call) (Eval, error) {
	args, err := k.compileAll(e.Args)
	if err != nil {
		return nil, err
	}
	return func(c *Context, b *Batch, row int) (graph.Value, error) {
		for _, arg := range args {
			v, err := arg(c, b, row)
			if err != nil || !v.IsNull() {
				return v, err
			}
		}
		return graph.Value{}, nil
	}, nil
}

// identifier is id() of a variable that a pattern has bound.
func (k *Compiler) identifier(e *ast.Call) (Eval, bool) {
	if len(e.Args) != 1 {
		return nil, false
	}
	slot, _, ok := k.entity(e.Args[0])
	if !ok {
		return nil, false
	}
	return func(_ *Context, b *Batch, row int) (graph.Value, error) {
		id := b.Columns[slot].IDs[row]
		if id == NullID {
			return graph.Value{}, nil
		}
		return graph.Integer(int64(id)), nil //nolint:gosec // bit pattern
	}, true
}

// patternArgument returns the pattern in size((a)-->()).
func patternArgument(e *ast.Call) (*ast.PatternExpr, bool) {
	if len(e.Args) != 1 {
		return nil, false
	}
	p, ok := e.Args[0].(*ast.PatternExpr)
	return p, ok && p.Path.Selector.Kind == ast.SelectAll
}

func (k *Compiler) countPattern(p *ast.PatternExpr) (Eval, error) {
	sub, err := k.nested(p)
	if err != nil {
		return nil, err
	}
	id := sub.ID
	return func(c *Context, b *Batch, row int) (graph.Value, error) {
		n, err := c.Subplans.Count(id, c, b, row)
		return graph.Integer(n), err
	}, nil
}

// pathExpression is shortestPath(…) as a value: one path or null, or for
// allShortestPaths a list of paths.
func (k *Compiler) pathExpression(e *ast.PatternExpr) (Eval, error) {
	sub, err := k.nested(e)
	if err != nil {
		return nil, err
	}
	id, all := sub.ID, e.Path.Selector.Kind == ast.SelectAllShortestPathsFunction
	return func(c *Context, b *Batch, row int) (graph.Value, error) {
		paths, err := c.Subplans.Collect(id, c, b, row)
		switch {
		case err != nil:
			return graph.Value{}, err
		case all:
			return graph.List(paths), nil
		case len(paths) == 0:
			return graph.Value{}, nil
		}
		return paths[0], nil
	}, nil
}
