package reference

import (
	"math"
	"math/big"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/temporal"
	"github.com/drawbolt/drawbolt/storage/graph"
)

func (r *run) unary(e *ast.Unary, s scope) graph.Value {
	v := r.eval(e.X, s)
	switch e.Op {
	case ast.Not:
		return not(truthOf(v)).Value()
	case ast.IsNull:
		return graph.Boolean(v.IsNull())
	case ast.IsNotNull:
		return graph.Boolean(!v.IsNull())
	case ast.Negate:
		if v.Kind() == graph.KindFloat {
			return graph.Float(-v.Float())
		}
		return r.arithmetic(ast.Multiply, v, graph.Integer(-1))
	default:
		return v
	}
}

func not(t graph.Truth) graph.Truth {
	switch t {
	case graph.True:
		return graph.False
	case graph.False:
		return graph.True
	default:
		return t
	}
}

func (r *run) binary(e *ast.Binary, s scope) graph.Value {
	left := r.eval(e.Left, s)
	switch e.Op {
	case ast.And, ast.Or, ast.Xor:
		return r.connective(e, truthOf(left), s).Value()
	default:
	}
	right := r.eval(e.Right, s)
	switch e.Op {
	case ast.Concat:
		if left.IsNull() || right.IsNull() {
			return graph.Null
		}
		if left.Kind() != right.Kind() || left.Kind() != graph.KindList && left.Kind() != graph.KindString {
			fail("InvalidArgumentType", "|| needs two strings or two lists")
		}
		return r.plus(left, right)
	case ast.Add:
		return r.plus(left, right)
	case ast.Subtract, ast.Multiply, ast.Divide, ast.Modulo, ast.Power:
		return r.arithmetic(e.Op, left, right)
	default:
		return relation(e.Op, left, right).Value()
	}
}

// connective is AND, OR and XOR in three-valued logic. What the left side
// decides alone leaves the right one unread.
func (r *run) connective(e *ast.Binary, left graph.Truth, s scope) graph.Truth {
	if e.Op == ast.And && left == graph.False || e.Op == ast.Or && left == graph.True {
		return left
	}
	right := truthOf(r.eval(e.Right, s))
	switch e.Op {
	case ast.And:
		switch {
		case right == graph.False:
			return graph.False
		case left == graph.True && right == graph.True:
			return graph.True
		}
	case ast.Or:
		switch {
		case right == graph.True:
			return graph.True
		case left == graph.False && right == graph.False:
			return graph.False
		}
	default:
		if left != graph.Unknown && right != graph.Unknown {
			return graph.TruthOf(left != right)
		}
	}
	return graph.Unknown
}

func (r *run) chain(e *ast.Comparison, s scope) graph.Value {
	result := graph.True
	left := r.eval(e.Operands[0], s)
	for i, op := range e.Ops {
		right := r.eval(e.Operands[i+1], s)
		switch relation(op, left, right) {
		case graph.False:
			return graph.Boolean(false)
		case graph.Unknown:
			result = graph.Unknown
		case graph.True:
		}
		left = right
	}
	return result.Value()
}

func relation(op ast.Op, a, b graph.Value) graph.Truth {
	switch op {
	case ast.Equal:
		return graph.Equal(a, b)
	case ast.NotEqual:
		return not(graph.Equal(a, b))
	case ast.InList:
		return in(a, b)
	case ast.StartsWith, ast.EndsWith, ast.Contains, ast.RegexMatch:
		if a.Kind() != graph.KindString || b.Kind() != graph.KindString {
			return graph.Unknown
		}
		holds := map[ast.Op]func(s, t string) bool{
			ast.StartsWith: strings.HasPrefix, ast.EndsWith: strings.HasSuffix,
			ast.Contains: strings.Contains, ast.RegexMatch: matches,
		}
		return graph.TruthOf(holds[op](a.Str(), b.Str()))
	default:
	}
	c, defined := graph.Compare(a, b)
	if defined != graph.True {
		return defined
	}
	switch op {
	case ast.Less:
		return graph.TruthOf(c < 0)
	case ast.LessEqual:
		return graph.TruthOf(c <= 0)
	case ast.Greater:
		return graph.TruthOf(c > 0)
	default:
		return graph.TruthOf(c >= 0)
	}
}

func in(v, list graph.Value) graph.Truth {
	if list.IsNull() {
		return graph.Unknown
	}
	if list.Kind() != graph.KindList {
		fail("InvalidArgumentType", "IN expects a LIST but got %s", list.Kind())
	}
	result := graph.False
	for _, item := range list.List() {
		switch graph.Equal(v, item) {
		case graph.True:
			return graph.True
		case graph.Unknown:
			result = graph.Unknown
		case graph.False:
		}
	}
	return result
}

// plus is the + operator on everything that it joins or adds.
func (r *run) plus(a, b graph.Value) graph.Value {
	switch {
	case a.IsNull() || b.IsNull():
		return graph.Null
	case a.Kind() == graph.KindList || b.Kind() == graph.KindList:
		var items []graph.Value
		for _, v := range []graph.Value{a, b} {
			if v.Kind() == graph.KindList {
				items = append(items, v.List()...)
			} else {
				items = append(items, v)
			}
		}
		return graph.List(items)
	case a.Kind() == graph.KindString || b.Kind() == graph.KindString:
		return graph.String(r.text(a) + r.text(b))
	default:
		return r.arithmetic(ast.Add, a, b)
	}
}

// text returns what + joins to a string.
func (r *run) text(v graph.Value) string {
	switch v.Kind() {
	case graph.KindString, graph.KindBoolean, graph.KindInteger, graph.KindFloat:
	default:
		fail("InvalidArgumentType", "a %s can not be joined to a string", v.Kind())
	}
	return must(r.interpreter.functions.Find("toString").Invoke(&r.function, []graph.Value{v})).Str()
}

func (r *run) arithmetic(op ast.Op, a, b graph.Value) graph.Value {
	switch {
	case a.IsNull() || b.IsNull():
		return graph.Null
	case a.Kind() == graph.KindInteger && b.Kind() == graph.KindInteger && op != ast.Power:
		return integers(op, a.Int(), b.Int())
	case a.IsNumber() && b.IsNumber():
		return graph.Float(floats(op, a.Number(), b.Number()))
	default:
		return durations(op, a, b)
	}
}

// integers computes exactly and then looks whether the result fits.
func integers(op ast.Op, a, b int64) graph.Value {
	x, y, z := big.NewInt(a), big.NewInt(b), new(big.Int)
	switch op {
	case ast.Add:
		z.Add(x, y)
	case ast.Subtract:
		z.Sub(x, y)
	case ast.Multiply:
		z.Mul(x, y)
	default:
		if b == 0 {
			fail("DivisionByZero", "/ by zero")
		}
		if op == ast.Divide {
			z.Quo(x, y)
		} else {
			z.Rem(x, y)
		}
	}
	if !z.IsInt64() {
		fail("IntegerOverflow", "the result is not a 64-bit integer")
	}
	return graph.Integer(z.Int64())
}

func floats(op ast.Op, a, b float64) float64 {
	switch op {
	case ast.Add:
		return a + b
	case ast.Subtract:
		return a - b
	case ast.Multiply:
		return a * b
	case ast.Divide:
		return a / b
	case ast.Modulo:
		return math.Mod(a, b)
	default:
		return math.Pow(a, b)
	}
}

// durations is arithmetic of temporal values, which has tests of its own.
func durations(op ast.Op, a, b graph.Value) graph.Value {
	instant := func(v graph.Value) bool { return v.Kind() >= graph.KindDate && v.Kind() < graph.KindDuration }
	duration := func(v graph.Value) bool { return v.Kind() == graph.KindDuration }
	switch {
	case op == ast.Add && duration(a) && duration(b):
		return must(temporal.AddDurations(a, b))
	case op == ast.Add && instant(a) && duration(b):
		return must(temporal.Add(a, b))
	case op == ast.Add && duration(a) && instant(b):
		return must(temporal.Add(b, a))
	case op == ast.Subtract && duration(a) && duration(b):
		return must(temporal.SubtractDurations(a, b))
	case op == ast.Subtract && instant(a) && duration(b):
		return must(temporal.Subtract(a, b))
	case op == ast.Multiply && duration(a) && b.IsNumber():
		return must(temporal.ScaleDuration(a, b.Number()))
	case op == ast.Multiply && a.IsNumber() && duration(b):
		return must(temporal.ScaleDuration(b, a.Number()))
	case op == ast.Divide && duration(a) && b.IsNumber():
		return must(temporal.DivideDuration(a, b.Number()))
	default:
		fail("InvalidArgumentType", "%s and %s do not go together", a.Kind(), b.Kind())
		return graph.Null
	}
}
