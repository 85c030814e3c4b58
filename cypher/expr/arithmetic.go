package expr

import (
	"math"
	"math/bits"
	"strconv"

	"github.com/drawbolt/drawbolt/storage/graph"
)

// A binary is the implementation of an operator on two values.
type binary func(c *Context, a, b graph.Value) (graph.Value, error)

func overflow(operator string) error {
	return Errorf(KindArithmetic, DetailIntegerRange, "%s: the result of %s is not a 64-bit integer", DetailIntegerRange, operator)
}

// add is the + operator: numbers, strings, lists, and temporal values with
// durations.
func add(_ *Context, a, b graph.Value) (graph.Value, error) {
	ka, kb := a.Kind(), b.Kind()
	switch {
	case ka == graph.KindInteger && kb == graph.KindInteger:
		x, y := a.Int(), b.Int()
		sum := x + y
		if (x^sum)&(y^sum) < 0 {
			return graph.Value{}, overflow("+")
		}
		return graph.Integer(sum), nil
	case a.IsNumber() && b.IsNumber():
		return graph.Float(a.Number() + b.Number()), nil
	case ka == graph.KindList || kb == graph.KindList:
		return addLists(a, b), nil
	case a.IsNull() || b.IsNull():
		return graph.Value{}, nil
	case ka == graph.KindString || kb == graph.KindString:
		return addStrings(a, b)
	case isTemporal(ka) || isTemporal(kb):
		return addTemporal(a, b)
	case ka == graph.KindBytes && kb == graph.KindBytes:
		joined := make([]byte, 0, a.Len()+b.Len())
		return graph.Bytes(append(append(joined, a.Bytes()...), b.Bytes()...)), nil
	}
	return graph.Value{}, typeError("+", a, b)
}

// Add returns a + b.
func Add(c *Context, a, b graph.Value) (graph.Value, error) { return add(c, a, b) }

// addLists concatenates, or adds an element at one end. A null operand beside
// a list makes null.
func addLists(a, b graph.Value) graph.Value {
	if a.IsNull() || b.IsNull() {
		return graph.Value{}
	}
	switch {
	case a.Kind() != graph.KindList:
		items := make([]graph.Value, 0, 1+b.Len())
		return graph.List(append(append(items, a), b.List()...))
	case b.Kind() != graph.KindList:
		items := make([]graph.Value, 0, 1+a.Len())
		return graph.List(append(append(items, a.List()...), b))
	}
	items := make([]graph.Value, 0, a.Len()+b.Len())
	return graph.List(append(append(items, a.List()...), b.List()...))
}

func addStrings(a, b graph.Value) (graph.Value, error) {
	x, ok := concatenable(a)
	y, ok2 := concatenable(b)
	if !ok || !ok2 {
		return graph.Value{}, typeError("+", a, b)
	}
	return graph.String(x + y), nil
}

// concatenable returns the text of a value that + joins to a string.
func concatenable(v graph.Value) (string, bool) {
	switch v.Kind() {
	case graph.KindString:
		return v.Str(), true
	case graph.KindInteger:
		return strconv.FormatInt(v.Int(), 10), true
	case graph.KindFloat:
		return formatFloat(v.Float()), true
	case graph.KindBoolean:
		return strconv.FormatBool(v.Bool()), true
	default:
		return "", false
	}
}

// formatFloat prints a float as Cypher does: 1.0, 1.5E-7, 1.0E10.
func formatFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	if abs := math.Abs(f); abs != 0 && (abs < 1e-3 || abs >= 1e7) {
		text := strconv.FormatFloat(f, 'E', -1, 64)
		return javaExponent(text)
	}
	text := strconv.FormatFloat(f, 'f', -1, 64)
	for _, c := range text {
		if c == '.' {
			return text
		}
	}
	return text + ".0"
}

// javaExponent rewrites 1E+10 to 1.0E10 and 1.5E-07 to 1.5E-7.
func javaExponent(text string) string {
	at := 0
	point := false
	for text[at] != 'E' {
		point = point || text[at] == '.'
		at++
	}
	mantissa := text[:at]
	if !point {
		mantissa += ".0"
	}
	exponent, _ := strconv.Atoi(text[at+1:])
	return mantissa + "E" + strconv.Itoa(exponent)
}

// concat is the || operator: strings with strings and lists with lists only.
func concat(_ *Context, a, b graph.Value) (graph.Value, error) {
	switch {
	case a.IsNull() || b.IsNull():
		return graph.Value{}, nil
	case a.Kind() == graph.KindString && b.Kind() == graph.KindString:
		return graph.String(a.Str() + b.Str()), nil
	case a.Kind() == graph.KindList && b.Kind() == graph.KindList:
		return addLists(a, b), nil
	}
	return graph.Value{}, typeError("||", a, b)
}

func subtract(_ *Context, a, b graph.Value) (graph.Value, error) {
	ka, kb := a.Kind(), b.Kind()
	switch {
	case ka == graph.KindInteger && kb == graph.KindInteger:
		x, y := a.Int(), b.Int()
		diff := x - y
		if (x^y)&(x^diff) < 0 {
			return graph.Value{}, overflow("-")
		}
		return graph.Integer(diff), nil
	case a.IsNumber() && b.IsNumber():
		return graph.Float(a.Number() - b.Number()), nil
	case a.IsNull() || b.IsNull():
		return graph.Value{}, nil
	case isTemporal(ka) && kb == graph.KindDuration:
		return subtractTemporal(a, b)
	}
	return graph.Value{}, typeError("-", a, b)
}

func multiply(_ *Context, a, b graph.Value) (graph.Value, error) {
	ka, kb := a.Kind(), b.Kind()
	switch {
	case ka == graph.KindInteger && kb == graph.KindInteger:
		product, ok := multiplyInts(a.Int(), b.Int())
		if !ok {
			return graph.Value{}, overflow("*")
		}
		return graph.Integer(product), nil
	case a.IsNumber() && b.IsNumber():
		return graph.Float(a.Number() * b.Number()), nil
	case a.IsNull() || b.IsNull():
		return graph.Value{}, nil
	case ka == graph.KindDuration && b.IsNumber():
		return scaleDuration(a, b.Number())
	case kb == graph.KindDuration && a.IsNumber():
		return scaleDuration(b, a.Number())
	}
	return graph.Value{}, typeError("*", a, b)
}

func multiplyInts(x, y int64) (int64, bool) {
	hi, lo := bits.Mul64(uint64(x), uint64(y)) //nolint:gosec // bit patterns
	// The unsigned product becomes the signed one by subtracting the other
	// operand from its upper half for each negative operand.
	if x < 0 {
		hi -= uint64(y) //nolint:gosec // bit pattern
	}
	if y < 0 {
		hi -= uint64(x) //nolint:gosec // bit pattern
	}
	product := int64(lo)                     //nolint:gosec // bit pattern
	return product, int64(hi) == product>>63 //nolint:gosec // bit pattern
}

func divide(_ *Context, a, b graph.Value) (graph.Value, error) {
	ka, kb := a.Kind(), b.Kind()
	switch {
	case ka == graph.KindInteger && kb == graph.KindInteger:
		switch {
		case b.Int() == 0:
			return graph.Value{}, Errorf(KindArithmetic, "DivisionByZero", "DivisionByZero: / by zero")
		case b.Int() == -1 && a.Int() == math.MinInt64:
			return graph.Value{}, overflow("/")
		}
		return graph.Integer(a.Int() / b.Int()), nil
	case a.IsNumber() && b.IsNumber():
		return graph.Float(a.Number() / b.Number()), nil
	case a.IsNull() || b.IsNull():
		return graph.Value{}, nil
	case ka == graph.KindDuration && b.IsNumber():
		return divideDuration(a, b.Number())
	}
	return graph.Value{}, typeError("/", a, b)
}

func modulo(_ *Context, a, b graph.Value) (graph.Value, error) {
	switch {
	case a.Kind() == graph.KindInteger && b.Kind() == graph.KindInteger:
		if b.Int() == 0 {
			return graph.Value{}, Errorf(KindArithmetic, "DivisionByZero", "DivisionByZero: %% by zero")
		}
		if b.Int() == -1 {
			return graph.Integer(0), nil
		}
		return graph.Integer(a.Int() % b.Int()), nil
	case a.IsNumber() && b.IsNumber():
		return graph.Float(math.Mod(a.Number(), b.Number())), nil
	case a.IsNull() || b.IsNull():
		return graph.Value{}, nil
	}
	return graph.Value{}, typeError("%", a, b)
}

// power always makes a float.
func power(_ *Context, a, b graph.Value) (graph.Value, error) {
	switch {
	case a.IsNumber() && b.IsNumber():
		return graph.Float(math.Pow(a.Number(), b.Number())), nil
	case a.IsNull() || b.IsNull():
		return graph.Value{}, nil
	}
	return graph.Value{}, typeError("^", a, b)
}

func negate(_ *Context, a graph.Value) (graph.Value, error) {
	switch a.Kind() {
	case graph.KindNull:
		return a, nil
	case graph.KindInteger:
		if a.Int() == math.MinInt64 {
			return graph.Value{}, overflow("-")
		}
		return graph.Integer(-a.Int()), nil
	case graph.KindFloat:
		return graph.Float(-a.Float()), nil
	case graph.KindDuration:
		return scaleDuration(a, -1)
	default:
		return graph.Value{}, typeError("-", a)
	}
}

func positive(_ *Context, a graph.Value) (graph.Value, error) {
	if a.IsNull() || a.IsNumber() || a.Kind() == graph.KindDuration {
		return a, nil
	}
	return graph.Value{}, typeError("+", a)
}

func isTemporal(k graph.Kind) bool { return k >= graph.KindDate && k <= graph.KindDuration }
