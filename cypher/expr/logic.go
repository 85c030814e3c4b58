package expr

import (
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// testValue compiles a predicate where a value is wanted.
func (k *Compiler) testValue(e ast.Expr) (Eval, error) {
	test, err := k.test(e)
	if err != nil {
		return nil, err
	}
	return func(c *Context, b *Batch, row int) (graph.Value, error) {
		t, err := test(c, b, row)
		return t.Value(), err
	}, nil
}

// test compiles an expression where a truth value is wanted.
func (k *Compiler) test(e ast.Expr) (Test, error) {
	if k.Computed != nil {
		if slot, ok := k.Computed(e); ok {
			return truth(k.slot(slot)), nil
		}
	}
	switch e := e.(type) {
	case *ast.Binary:
		switch e.Op {
		case ast.And, ast.Or, ast.Xor:
			return k.connective(e)
		case ast.Equal, ast.NotEqual, ast.Less, ast.LessEqual, ast.Greater, ast.GreaterEqual,
			ast.InList, ast.StartsWith, ast.EndsWith, ast.Contains, ast.RegexMatch:
			return k.comparison(e.Op, e.Left, e.Right)
		default:
		}
	case *ast.Unary:
		if e.Op == ast.Not || e.Op == ast.IsNull || e.Op == ast.IsNotNull {
			return k.unaryTest(e)
		}
	case *ast.Comparison:
		return k.chain(e)
	case *ast.LabelPredicate:
		return k.labelPredicate(e)
	case *ast.ListPredicate:
		return k.listPredicate(e)
	case *ast.TypePredicate:
		return k.typePredicate(e)
	case *ast.PatternExpr:
		return k.patternTest(e)
	case *ast.Normalized:
		return k.normalized(e)
	case *ast.Subquery:
		if e.Kind == ast.Exists {
			return k.exists(e)
		}
	}
	eval, err := k.compile(e)
	if err != nil {
		return nil, err
	}
	return truth(eval), nil
}

// truth reads a value as a truth value.
func truth(eval Eval) Test {
	return func(c *Context, b *Batch, row int) (graph.Truth, error) {
		v, err := eval(c, b, row)
		if err != nil {
			return graph.Unknown, err
		}
		return TruthOf(v)
	}
}

// TruthOf returns the truth that a value stands for: null is unknown, and
// anything but a boolean is an error.
func TruthOf(v graph.Value) (graph.Truth, error) {
	switch v.Kind() {
	case graph.KindBoolean:
		return graph.TruthOf(v.Bool()), nil
	case graph.KindNull:
		return graph.Unknown, nil
	default:
		return graph.Unknown, Errorf(KindType, DetailArgumentType, "%s: expected a BOOLEAN but got %s", DetailArgumentType, v.Kind())
	}
}

func (k *Compiler) connective(e *ast.Binary) (Test, error) {
	x, err := k.test(e.Left)
	if err != nil {
		return nil, err
	}
	y, err := k.test(e.Right)
	if err != nil {
		return nil, err
	}
	switch e.Op {
	case ast.And:
		return func(c *Context, b *Batch, row int) (graph.Truth, error) {
			l, err := x(c, b, row)
			if err != nil || l == graph.False {
				return l, err
			}
			r, err := y(c, b, row)
			if r == graph.True {
				r = l
			}
			return r, err
		}, nil
	case ast.Or:
		return func(c *Context, b *Batch, row int) (graph.Truth, error) {
			l, err := x(c, b, row)
			if err != nil || l == graph.True {
				return l, err
			}
			r, err := y(c, b, row)
			if r == graph.False {
				r = l
			}
			return r, err
		}, nil
	default:
		return func(c *Context, b *Batch, row int) (graph.Truth, error) {
			l, err := x(c, b, row)
			if err != nil {
				return l, err
			}
			r, err := y(c, b, row)
			if err != nil || l == graph.Unknown || r == graph.Unknown {
				return graph.Unknown, err
			}
			return graph.TruthOf(l != r), nil
		}, nil
	}
}

func (k *Compiler) unaryTest(e *ast.Unary) (Test, error) {
	if e.Op == ast.Not {
		x, err := k.test(e.X)
		if err != nil {
			return nil, err
		}
		return func(c *Context, b *Batch, row int) (graph.Truth, error) {
			t, err := x(c, b, row)
			return not(t), err
		}, nil
	}
	x, err := k.compile(e.X)
	if err != nil {
		return nil, err
	}
	want := e.Op == ast.IsNull
	return func(c *Context, b *Batch, row int) (graph.Truth, error) {
		v, err := x(c, b, row)
		return graph.TruthOf(v.IsNull() == want), err
	}, nil
}

func not(t graph.Truth) graph.Truth {
	switch t {
	case graph.True:
		return graph.False
	case graph.False:
		return graph.True
	default:
		return graph.Unknown
	}
}

// A relation compares two values.
type relation func(c *Context, a, b graph.Value) (graph.Truth, error)

func relationOf(op ast.Op) relation {
	switch op {
	case ast.Equal:
		return func(_ *Context, a, b graph.Value) (graph.Truth, error) { return graph.Equal(a, b), nil }
	case ast.NotEqual:
		return func(_ *Context, a, b graph.Value) (graph.Truth, error) { return not(graph.Equal(a, b)), nil }
	case ast.Less:
		return ordered(func(c int) bool { return c < 0 })
	case ast.LessEqual:
		return ordered(func(c int) bool { return c <= 0 })
	case ast.Greater:
		return ordered(func(c int) bool { return c > 0 })
	case ast.GreaterEqual:
		return ordered(func(c int) bool { return c >= 0 })
	case ast.InList:
		return in
	case ast.StartsWith:
		return ofStrings(strings.HasPrefix)
	case ast.EndsWith:
		return ofStrings(strings.HasSuffix)
	case ast.Contains:
		return ofStrings(strings.Contains)
	default:
		return nil
	}
}

func ordered(holds func(int) bool) relation {
	return func(_ *Context, a, b graph.Value) (graph.Truth, error) {
		c, defined := graph.Compare(a, b)
		if defined == graph.True {
			return graph.TruthOf(holds(c)), nil
		}
		return defined, nil
	}
}

// ofStrings is unknown unless both operands are strings.
func ofStrings(holds func(s, t string) bool) relation {
	return func(_ *Context, a, b graph.Value) (graph.Truth, error) {
		if a.Kind() != graph.KindString || b.Kind() != graph.KindString {
			return graph.Unknown, nil
		}
		return graph.TruthOf(holds(a.Str(), b.Str())), nil
	}
}

// in is unknown when no element is equal but one may be.
func in(_ *Context, a, b graph.Value) (graph.Truth, error) {
	switch b.Kind() {
	case graph.KindList:
	case graph.KindNull:
		return graph.Unknown, nil
	default:
		return graph.Unknown, Errorf(KindType, DetailArgumentType, "%s: IN expects a LIST but got %s", DetailArgumentType, b.Kind())
	}
	result := graph.False
	for _, item := range b.List() {
		switch graph.Equal(a, item) {
		case graph.True:
			return graph.True, nil
		case graph.Unknown:
			result = graph.Unknown
		case graph.False:
		}
	}
	return result, nil
}

func (k *Compiler) comparison(op ast.Op, left, right ast.Expr) (Test, error) {
	if op == ast.RegexMatch {
		return k.regex(left, right)
	}
	x, err := k.compile(left)
	if err != nil {
		return nil, err
	}
	y, err := k.compile(right)
	if err != nil {
		return nil, err
	}
	holds := relationOf(op)
	return func(c *Context, b *Batch, row int) (graph.Truth, error) {
		v, err := x(c, b, row)
		if err != nil {
			return graph.Unknown, err
		}
		w, err := y(c, b, row)
		if err != nil {
			return graph.Unknown, err
		}
		return holds(c, v, w)
	}, nil
}

// chain is a < b < c: the conjunction of its links.
func (k *Compiler) chain(e *ast.Comparison) (Test, error) {
	operands, err := k.compileAll(e.Operands)
	if err != nil {
		return nil, err
	}
	links := make([]relation, len(e.Ops))
	for i, op := range e.Ops {
		if links[i] = relationOf(op); links[i] == nil {
			return nil, notSupported(e)
		}
	}
	return func(c *Context, b *Batch, row int) (graph.Truth, error) {
		result := graph.True
		left, err := operands[0](c, b, row)
		if err != nil {
			return graph.Unknown, err
		}
		for i, holds := range links {
			right, err := operands[i+1](c, b, row)
			if err != nil {
				return graph.Unknown, err
			}
			t, err := holds(c, left, right)
			if err != nil || t == graph.False {
				return t, err
			}
			if t == graph.Unknown {
				result = t
			}
			left = right
		}
		return result, nil
	}, nil
}
