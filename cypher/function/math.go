package function

import (
	"math"

	"github.com/drawbolt/drawbolt/storage/graph"
)

func mathFunctions() []Function {
	const numericCategory, logarithmic, trigonometric = "Numeric", "Logarithmic", "Trigonometric"
	rows := []Function{
		row(numericCategory, "abs", numberType, abs, "Returns the absolute value.", need("input", numberType)).typed(numeric),
		row(numericCategory, "ceil", floatType, floatCall("ceil", math.Ceil), "Returns the smallest whole number that is not below.", need("input", numberType)),
		row(numericCategory, "ceiling", floatType, floatCall("ceiling", math.Ceil), "Returns the smallest whole number that is not below.", need("input", numberType)),
		row(numericCategory, "floor", floatType, floatCall("floor", math.Floor), "Returns the largest whole number that is not above.", need("input", numberType)),
		row(numericCategory, "sign", integerType, sign, "Returns -1, 0 or 1.", need("input", numberType)),
		row(numericCategory, "isNaN", booleanType, isNaN, "Returns whether a number is NaN.", need("input", numberType)),
		row(numericCategory, "round", floatType, round, "Returns the nearest number with a precision, by a mode.",
			need("value", numberType), maybe("precision", numberType), maybe("mode", stringType)),
		nullRow(numericCategory, "rand", floatType, func(c *Context, _ []graph.Value) (graph.Value, error) {
			return graph.Float(c.float()), nil
		}, "Returns a random number from 0 to below 1.").volatile(),
		nullRow(logarithmic, "e", floatType, constant(math.E), "Returns the base of the natural logarithm."),
		nullRow(trigonometric, "pi", floatType, constant(math.Pi), "Returns the number pi."),
		row(trigonometric, "atan2", floatType, func(_ *Context, args []graph.Value) (graph.Value, error) {
			y, err := wantNumber("atan2", args[0])
			if err != nil {
				return graph.Value{}, err
			}
			x, err := wantNumber("atan2", args[1])
			return graph.Float(math.Atan2(y, x)), err
		}, "Returns the angle of a point.", need("y", numberType), need("x", numberType)),
	}
	for _, f := range []struct {
		category, name, description string
		fn                          func(float64) float64
	}{
		{logarithmic, "exp", "Returns e to the power of the input.", math.Exp},
		{logarithmic, "log", "Returns the natural logarithm.", math.Log},
		{logarithmic, "ln", "Returns the natural logarithm.", math.Log},
		{logarithmic, "log10", "Returns the logarithm of base 10.", math.Log10},
		{logarithmic, "sqrt", "Returns the square root.", math.Sqrt},
		{trigonometric, "acos", "Returns the arc cosine in radians.", math.Acos},
		{trigonometric, "asin", "Returns the arc sine in radians.", math.Asin},
		{trigonometric, "atan", "Returns the arc tangent in radians.", math.Atan},
		{trigonometric, "cos", "Returns the cosine.", math.Cos},
		{trigonometric, "cot", "Returns the cotangent.", func(x float64) float64 { return math.Cos(x) / math.Sin(x) }},
		{trigonometric, "cosh", "Returns the hyperbolic cosine.", math.Cosh},
		{trigonometric, "coth", "Returns the hyperbolic cotangent.", coth},
		{trigonometric, "degrees", "Converts radians to degrees.", func(x float64) float64 { return x * 180 / math.Pi }},
		{trigonometric, "haversin", "Returns half the versine.", func(x float64) float64 { return (1 - math.Cos(x)) / 2 }},
		{trigonometric, "radians", "Converts degrees to radians.", func(x float64) float64 { return x * math.Pi / 180 }},
		{trigonometric, "sin", "Returns the sine.", math.Sin},
		{trigonometric, "sinh", "Returns the hyperbolic sine.", math.Sinh},
		{trigonometric, "tan", "Returns the tangent.", math.Tan},
		{trigonometric, "tanh", "Returns the hyperbolic tangent.", math.Tanh},
	} {
		rows = append(rows, row(f.category, f.name, floatType, floatCall(f.name, f.fn), f.description, need("input", numberType)))
	}
	return rows
}

func constant(f float64) call {
	return func(*Context, []graph.Value) (graph.Value, error) { return graph.Float(f), nil }
}

func floatCall(name string, fn func(float64) float64) call {
	return func(_ *Context, args []graph.Value) (graph.Value, error) {
		x, err := wantNumber(name, args[0])
		if err != nil {
			return graph.Value{}, err
		}
		return graph.Float(fn(x)), nil
	}
}

// coth has no value at zero.
func coth(x float64) float64 {
	if x == 0 {
		return math.NaN()
	}
	return 1 / math.Tanh(x)
}

func abs(_ *Context, args []graph.Value) (graph.Value, error) {
	switch v := args[0]; v.Kind() {
	case graph.KindInteger:
		if v.Int() == math.MinInt64 {
			return graph.Value{}, overflowError("abs")
		}
		return graph.Integer(max(v.Int(), -v.Int())), nil
	case graph.KindFloat:
		return graph.Float(math.Abs(v.Float())), nil
	default:
		return graph.Value{}, typeError("abs", "an INTEGER or a FLOAT", v)
	}
}

func sign(_ *Context, args []graph.Value) (graph.Value, error) {
	x, err := wantNumber("sign", args[0])
	switch {
	case err != nil:
		return graph.Value{}, err
	case x > 0:
		return graph.Integer(1), nil
	case x < 0:
		return graph.Integer(-1), nil
	}
	return graph.Integer(0), nil
}

func isNaN(_ *Context, args []graph.Value) (graph.Value, error) {
	x, err := wantNumber("isNaN", args[0])
	return graph.Boolean(math.IsNaN(x)), err
}

// round has three forms. To whole numbers it rounds halves upwards; with a
// precision it rounds them away from zero, or as the mode says.
func round(_ *Context, args []graph.Value) (graph.Value, error) {
	x, err := wantNumber("round", args[0])
	if err != nil {
		return graph.Value{}, err
	}
	if len(args) == 1 {
		return graph.Float(roundHalfUp(x)), nil
	}
	precision, err := wantNumber("round", args[1])
	if err != nil {
		return graph.Value{}, err
	}
	if precision == 0 && len(args) == 2 {
		return graph.Float(roundHalfUp(x)), nil
	}
	mode := "HALF_UP"
	if len(args) == 3 {
		if mode, err = wantString("round", args[2]); err != nil {
			return graph.Value{}, err
		}
	}
	if precision < 0 || precision != math.Trunc(precision) {
		return graph.Value{}, argumentError("round() needs a precision that is a whole number and not negative")
	}
	rounded, ok := roundDecimal(x, int(min(precision, 400)), mode)
	if !ok {
		return graph.Value{}, argumentError("round() knows the modes UP, DOWN, CEILING, FLOOR, HALF_UP, HALF_DOWN and HALF_EVEN")
	}
	return graph.Float(rounded), nil
}

// roundHalfUp avoids adding a half, which is inexact for large odd numbers.
func roundHalfUp(x float64) float64 {
	down := math.Floor(x)
	if x-down >= 0.5 {
		return down + 1
	}
	return down
}

// integerOf reports a float that is a whole number as an integer.
func integerOf(v graph.Value) (int64, bool) {
	switch v.Kind() {
	case graph.KindInteger:
		return v.Int(), true
	case graph.KindFloat:
		f := v.Float()
		if f == math.Trunc(f) && f >= -1<<63 && f < 1<<63 {
			return int64(f), true
		}
	default:
	}
	return 0, false
}
