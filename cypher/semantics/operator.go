package semantics

import "github.com/drawbolt/drawbolt/cypher/ast"

func (a *analyzer) unary(e *ast.Unary) ast.Type {
	switch e.Op {
	case ast.Not:
		return nullIf(ast.Of(ast.TypeBoolean), a.predicate(e.X, "the operand of NOT"))
	case ast.IsNull, ast.IsNotNull:
		a.expr(e.X)
		return ast.Of(ast.TypeBoolean)
	default:
		t := a.require(e.X, ast.TypeNumber|ast.TypeDuration, "the operand of a sign")
		return ast.Type{Set: t.Set & (ast.TypeNumber | ast.TypeDuration | ast.TypeNull)}
	}
}

func (a *analyzer) binary(e *ast.Binary) ast.Type {
	switch e.Op {
	case ast.And, ast.Or, ast.Xor:
		t := ast.Of(ast.TypeBoolean)
		t = nullIf(t, a.predicate(e.Left, "an operand of "+e.Op.String()))
		return nullIf(t, a.predicate(e.Right, "an operand of "+e.Op.String()))
	case ast.InList:
		left := a.expr(e.Left)
		right := a.require(e.Right, ast.TypeList, "the right operand of IN")
		t := nullIf(nullIf(ast.Of(ast.TypeBoolean), left), right)
		return nullIf(t, elementOf(right))
	case ast.Add, ast.Subtract, ast.Multiply, ast.Divide, ast.Modulo, ast.Power, ast.Concat:
		return a.arithmetic(e)
	default:
		a.expr(e.Left)
		a.expr(e.Right)
		// Comparison of values that can not be compared is null.
		return ast.Of(ast.TypeBoolean).Nullable()
	}
}

// A combination is a pair of kinds that an operator takes, and the kind of
// its result.
type combination struct{ left, right, result ast.Set }

const (
	integer  = ast.TypeInteger
	float    = ast.TypeFloat
	number   = ast.TypeNumber
	duration = ast.TypeDuration
	temporal = ast.TypeTemporal
	text     = ast.TypeString
	list     = ast.TypeList
	// textual is what + joins with a string.
	textual = ast.TypeString | ast.TypeNumber | ast.TypeBoolean | ast.TypeTemporal | ast.TypeDuration | ast.TypePoint
)

// combinations returns what an arithmetic operator takes. A result of
// temporal stands for the kind of the temporal operand.
func combinations(op ast.Op) []combination {
	switch op {
	case ast.Add:
		return []combination{
			{integer, integer, integer},
			{float, number, float},
			{number, float, float},
			{text, textual, text},
			{textual, text, text},
			{list, ast.TypeAny, list},
			{ast.TypeAny, list, list},
			{temporal, duration, temporal},
			{duration, temporal, temporal},
			{duration, duration, duration},
			{ast.TypeVector, ast.TypeVector, ast.TypeVector},
		}
	case ast.Subtract:
		return []combination{
			{integer, integer, integer},
			{float, number, float},
			{number, float, float},
			{temporal, duration, temporal},
			{duration, duration, duration},
			{ast.TypeVector, ast.TypeVector, ast.TypeVector},
		}
	case ast.Multiply:
		return []combination{
			{integer, integer, integer},
			{float, number, float},
			{number, float, float},
			{duration, number, duration},
			{number, duration, duration},
		}
	case ast.Divide:
		return []combination{
			{integer, integer, integer},
			{float, number, float},
			{number, float, float},
			{duration, number, duration},
		}
	case ast.Modulo:
		return []combination{
			{integer, integer, integer},
			{float, number, float},
			{number, float, float},
		}
	case ast.Concat:
		return []combination{{text, text, text}, {list, list, list}}
	default:
		return []combination{{number, number, float}}
	}
}

// arithmetic analyses an operator whose result depends on the kinds of its
// operands.
func (a *analyzer) arithmetic(e *ast.Binary) ast.Type {
	left, right := a.expr(e.Left), a.expr(e.Right)
	t := ast.Type{}
	for _, c := range combinations(e.Op) {
		l, r := left.Set&c.left, right.Set&c.right
		if l == 0 || r == 0 {
			continue
		}
		result := c.result
		if result == temporal {
			result = (l | r) & temporal
		}
		t.Set |= result
	}
	if t.Set&list != 0 {
		t.Elem = joined(left, right)
	}
	if t.Set == 0 && left.Set != ast.TypeNull && right.Set != ast.TypeNull {
		a.failOperator(e, "the operator "+e.Op.String()+" does not take "+left.String()+" and "+right.String())
		return anything()
	}
	if left.May(ast.TypeNull) || right.May(ast.TypeNull) {
		t.Set |= ast.TypeNull
	}
	return t
}

// joined returns the kinds of elements of a sum with a list in it.
func joined(left, right ast.Type) ast.Set {
	elem := ast.Set(0)
	for _, t := range []ast.Type{left, right} {
		elem |= t.Elem
		elem |= t.Set &^ list
	}
	return elem
}
