package expr

import (
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// listOf evaluates an expression that must be a list; ok is false for null.
func listOf(eval Eval, c *Context, b *Batch, row int) (list []graph.Value, ok bool, err error) {
	v, err := eval(c, b, row)
	if err != nil || v.IsNull() {
		return nil, false, err
	}
	if v.Kind() != graph.KindList {
		return nil, false, Errorf(KindType, DetailArgumentType, "%s: expected a LIST but got %s", DetailArgumentType, v.Kind())
	}
	return v.List(), true, nil
}

func (k *Compiler) listComprehension(e *ast.ListComprehension) (Eval, error) {
	list, err := k.compile(e.List)
	if err != nil {
		return nil, err
	}
	var local int
	var where Test
	var mapping Eval
	err = k.local(e.Var.Symbol, func(index int) (err error) {
		local = index
		if e.Where != nil {
			if where, err = k.test(e.Where); err != nil {
				return err
			}
		}
		if e.Map != nil {
			mapping, err = k.compile(e.Map)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return func(c *Context, b *Batch, row int) (graph.Value, error) {
		items, ok, err := listOf(list, c, b, row)
		if err != nil || !ok {
			return graph.Value{}, err
		}
		out := make([]graph.Value, 0, len(items))
		for _, item := range items {
			c.Locals[local] = item
			if where != nil {
				t, err := where(c, b, row)
				if err != nil {
					return graph.Value{}, err
				}
				if t != graph.True {
					continue
				}
			}
			if mapping != nil {
				if item, err = mapping(c, b, row); err != nil {
					return item, err
				}
			}
			out = append(out, item)
		}
		return graph.List(out), nil
	}, nil
}

// listPredicate compiles all, any, none and single, in three-valued logic.
func (k *Compiler) listPredicate(e *ast.ListPredicate) (Test, error) {
	list, err := k.compile(e.List)
	if err != nil {
		return nil, err
	}
	where := func(*Context, *Batch, int) (graph.Truth, error) { return graph.True, nil }
	var local int
	err = k.local(e.Var.Symbol, func(index int) (err error) {
		local = index
		if e.Where != nil {
			where, err = k.test(e.Where)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	kind := e.Kind
	return func(c *Context, b *Batch, row int) (graph.Truth, error) {
		items, ok, err := listOf(list, c, b, row)
		if err != nil || !ok {
			return graph.Unknown, err
		}
		var counts [3]int
		for _, item := range items {
			c.Locals[local] = item
			t, err := where(c, b, row)
			if err != nil {
				return graph.Unknown, err
			}
			counts[t]++
			if t == graph.True && (kind == ast.AnyOf || kind == ast.NoneOf) {
				break
			}
			if t == graph.False && kind == ast.AllOf {
				break
			}
			if kind == ast.SingleOf && counts[graph.True] > 1 {
				break
			}
		}
		return quantify(kind, counts), nil
	}, nil
}

// quantify decides from how many elements were unknown, false and true.
func quantify(kind ast.ListPredicateKind, counts [3]int) graph.Truth {
	unknown := counts[graph.Unknown] > 0
	switch kind {
	case ast.AllOf:
		if counts[graph.False] > 0 {
			return graph.False
		}
		if unknown {
			return graph.Unknown
		}
		return graph.True
	case ast.AnyOf:
		if counts[graph.True] > 0 {
			return graph.True
		}
		if unknown {
			return graph.Unknown
		}
		return graph.False
	case ast.NoneOf:
		if counts[graph.True] > 0 {
			return graph.False
		}
		if unknown {
			return graph.Unknown
		}
		return graph.True
	default:
		switch {
		case counts[graph.True] > 1:
			return graph.False
		case unknown:
			return graph.Unknown
		}
		return graph.TruthOf(counts[graph.True] == 1)
	}
}

func (k *Compiler) reduce(e *ast.Reduce) (Eval, error) {
	list, err := k.compile(e.List)
	if err != nil {
		return nil, err
	}
	start, err := k.compile(e.Init)
	if err != nil {
		return nil, err
	}
	var sum, local int
	var step Eval
	var holds Test
	err = k.local(e.Acc.Symbol, func(index int) error {
		sum = index
		return k.local(e.Var.Symbol, func(index int) (err error) {
			local = index
			if step, err = k.compile(e.Expr); err == nil && e.All != nil {
				holds, err = k.test(e.All)
			}
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return func(c *Context, b *Batch, row int) (graph.Value, error) {
		items, ok, err := listOf(list, c, b, row)
		if err != nil || !ok {
			return graph.Value{}, err
		}
		acc, err := start(c, b, row)
		if err != nil {
			return acc, err
		}
		all := graph.True
		for _, item := range items {
			c.Locals[sum], c.Locals[local] = acc, item
			if acc, err = step(c, b, row); err != nil {
				return acc, err
			}
			if holds == nil {
				continue
			}
			c.Locals[sum] = acc
			t, err := holds(c, b, row)
			if err != nil || t == graph.False {
				return graph.Boolean(false), err
			}
			if t == graph.Unknown {
				all = t
			}
		}
		switch {
		case holds == nil:
			return acc, nil
		case all == graph.Unknown:
			return graph.Value{}, nil
		default:
			return graph.Boolean(true), nil
		}
	}, nil
}

// interpolation compiles s'a {expression} b'. It is null when a part is.
func (k *Compiler) interpolation(e *ast.Interpolation) (Eval, error) {
	parts, err := k.compileAll(e.Parts)
	if err != nil {
		return nil, err
	}
	return func(c *Context, b *Batch, row int) (graph.Value, error) {
		var text []byte
		for _, part := range parts {
			v, err := part(c, b, row)
			if err != nil || v.IsNull() {
				return graph.Value{}, err
			}
			var ok bool
			if text, ok = function.AppendText(text, v); !ok {
				return graph.Value{}, Errorf(KindType, DetailArgumentType, "%s: %s can not be a part of a text", DetailArgumentType, v.Kind())
			}
		}
		return graph.String(string(text)), nil
	}, nil
}

// nested plans a subquery of an expression.
func (k *Compiler) nested(e ast.Expr) (Subplan, error) {
	sub, err := k.Plan(e, k.locals)
	if err != nil {
		return sub, err
	}
	for _, slot := range sub.Reads {
		k.read(slot)
	}
	return sub, nil
}

func (k *Compiler) patternComprehension(e *ast.PatternComprehension) (Eval, error) {
	return k.collect(e)
}

// collect compiles a subquery whose first column becomes a list.
func (k *Compiler) collect(e ast.Expr) (Eval, error) {
	sub, err := k.nested(e)
	if err != nil {
		return nil, err
	}
	id := sub.ID
	return func(c *Context, b *Batch, row int) (graph.Value, error) {
		items, err := c.Subplans.Collect(id, c, b, row)
		return graph.List(items), err
	}, nil
}

func (k *Compiler) subquery(e *ast.Subquery) (Eval, error) {
	switch e.Kind {
	case ast.Exists:
		return k.testValue(e)
	case ast.Collect:
		return k.collect(e)
	default:
		sub, err := k.nested(e)
		if err != nil {
			return nil, err
		}
		id := sub.ID
		return func(c *Context, b *Batch, row int) (graph.Value, error) {
			n, err := c.Subplans.Count(id, c, b, row)
			return graph.Integer(n), err
		}, nil
	}
}

// exists compiles a condition that a nested plan has a row.
func (k *Compiler) exists(e ast.Expr) (Test, error) {
	sub, err := k.nested(e)
	if err != nil {
		return nil, err
	}
	id := sub.ID
	return func(c *Context, b *Batch, row int) (graph.Truth, error) {
		ok, err := c.Subplans.Exists(id, c, b, row)
		return graph.TruthOf(ok), err
	}, nil
}

// patternTest compiles a pattern where a condition is expected.
func (k *Compiler) patternTest(e *ast.PatternExpr) (Test, error) { return k.exists(e) }
