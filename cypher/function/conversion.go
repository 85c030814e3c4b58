package function

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A converter turns a value that is not null into another type. It fails with
// errKind for types that it does not take at all, and returns null for texts
// that it can not read.
type converter func(v graph.Value) (graph.Value, error)

// Why a value is not converted.
var ( //nolint:gochecknoglobals // immutable
	errKind  = errors.New("a value of another type is needed")
	errLarge = errors.New("the number is too large for an INTEGER")
)

func conversionFunctions() []Function {
	const category = "Scalar"
	var rows []Function
	for _, c := range []struct {
		name, description string
		result            ast.Set
		takes             ast.Set
		convert           converter
	}{
		{"toBoolean", "Converts a value to a boolean.", ast.TypeBoolean, ast.TypeBoolean | ast.TypeInteger | ast.TypeString, toBoolean},
		{"toFloat", "Converts a value to a float.", ast.TypeFloat, ast.TypeNumber | ast.TypeString, toFloat},
		{"toInteger", "Converts a value to an integer.", ast.TypeInteger, ast.TypeBoolean | ast.TypeNumber | ast.TypeString, toInteger},
		{"toString", "Converts a value to a string.", ast.TypeString, ast.TypeAny &^ (ast.TypeEntity | ast.TypePath | ast.TypeMap | ast.TypeList), toText},
	} {
		result := ast.Of(c.result).Nullable()
		rows = append(rows,
			row(category, c.name, result, strict(c.name, c.convert), c.description, need("input", ast.Of(c.takes))),
			row(category, c.name+"OrNull", result, lenient(c.convert),
				c.description+" Gives null where that is not possible.", need("input", anyType)),
			row("List", c.name+"List", ast.ListOf(c.result|ast.TypeNull), listOf(c.name+"List", c.convert),
				c.description+" Does so with each item of a list.", need("input", listType)))
	}
	return append(rows,
		nullRow(category, "valueType", stringType, valueType, "Returns the name of the type that a value has.", need("input", anyType)),
		row(category, "toByteString", bytesType, toByteString, "Converts hexadecimal digits behind 0x to bytes.", need("input", stringType)),
		row(category, "fromByteString", stringType, fromByteString, "Converts bytes to hexadecimal digits behind 0x.",
			need("input", bytesType), maybe("minLength", integerType)),
	)
}

func strict(name string, convert converter) call {
	return func(_ *Context, args []graph.Value) (graph.Value, error) {
		v, err := convert(args[0])
		if err != nil {
			return graph.Value{}, errorf(KindType, DetailArgumentValue, "%s() can not convert %s: %s", name, args[0].Kind(), err)
		}
		return v, nil
	}
}

func lenient(convert converter) call {
	return func(_ *Context, args []graph.Value) (graph.Value, error) {
		v, _ := convert(args[0])
		return v, nil
	}
}

func listOf(name string, convert converter) call {
	return func(_ *Context, args []graph.Value) (graph.Value, error) {
		items, err := wantList(name, args[0])
		if err != nil {
			return graph.Value{}, err
		}
		out := make([]graph.Value, len(items))
		for i, item := range items {
			if !item.IsNull() {
				out[i], _ = convert(item)
			}
		}
		return graph.List(out), nil
	}
}

func toBoolean(v graph.Value) (graph.Value, error) {
	switch v.Kind() {
	case graph.KindBoolean:
		return v, nil
	case graph.KindInteger:
		return graph.Boolean(v.Int() != 0), nil
	case graph.KindString:
		switch text := strings.TrimSpace(v.Str()); {
		case strings.EqualFold(text, "true"):
			return graph.Boolean(true), nil
		case strings.EqualFold(text, "false"):
			return graph.Boolean(false), nil
		}
		return graph.Value{}, nil
	default:
		return graph.Value{}, errKind
	}
}

func toFloat(v graph.Value) (graph.Value, error) {
	switch v.Kind() {
	case graph.KindFloat:
		return v, nil
	case graph.KindInteger:
		return graph.Float(float64(v.Int())), nil
	case graph.KindString:
		f, ok := readFloat(v.Str())
		if !ok {
			return graph.Value{}, nil
		}
		return graph.Float(f), nil
	default:
		return graph.Value{}, errKind
	}
}

// readFloat reads a decimal number; underscores and hexadecimal forms, which
// Go's parser takes, are not numbers here.
func readFloat(text string) (float64, bool) {
	text = strings.TrimSpace(text)
	if strings.ContainsAny(text, "_xXpP") {
		return 0, false
	}
	if name := strings.TrimLeft(text, "+-"); name != "Infinity" && name != "NaN" && strings.ContainsAny(name, "nN") {
		return 0, false
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && !math.IsInf(f, 0) {
		return 0, false
	}
	return f, true
}

func toInteger(v graph.Value) (graph.Value, error) {
	switch v.Kind() {
	case graph.KindInteger:
		return v, nil
	case graph.KindFloat:
		return truncated(v.Float()), nil
	case graph.KindBoolean:
		if v.Bool() {
			return graph.Integer(1), nil
		}
		return graph.Integer(0), nil
	case graph.KindString:
		return readInteger(v.Str())
	default:
		return graph.Value{}, errKind
	}
}

// readInteger reads a decimal number and drops its fraction.
func readInteger(text string) (graph.Value, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return graph.Integer(n), nil
	}
	f, ok := readFloat(text)
	switch {
	case !ok || strings.TrimSpace(text) != text || strings.ContainsAny(text, "yN"): // Infinity, NaN
		return graph.Value{}, nil
	case f >= 1<<63 || f < -1<<63:
		return graph.Value{}, errLarge
	}
	return graph.Integer(int64(f)), nil
}

// truncated drops the fraction; beyond 64 bits the nearest end is taken, and
// NaN is zero.
func truncated(f float64) graph.Value {
	switch {
	case f != f:
		return graph.Integer(0)
	case f >= 1<<63:
		return graph.Integer(math.MaxInt64)
	case f < -1<<63:
		return graph.Integer(math.MinInt64)
	}
	return graph.Integer(int64(f))
}

func toText(v graph.Value) (graph.Value, error) {
	if v.Kind() == graph.KindString {
		return v, nil
	}
	text, ok := appendText(nil, v)
	if !ok {
		return graph.Value{}, errKind
	}
	return graph.String(string(text)), nil
}

func valueType(_ *Context, args []graph.Value) (graph.Value, error) {
	return graph.String(typeText(args[0])), nil
}

// typeText names the type of a value closely: LIST<INTEGER NOT NULL> NOT NULL.
func typeText(v graph.Value) string {
	switch v.Kind() {
	case graph.KindNull:
		return "NULL"
	case graph.KindList:
		return "LIST<" + itemsText(v.List()) + "> NOT NULL"
	default:
		return v.Kind().String() + " NOT NULL"
	}
}

// itemsText names the types of a list's items, each once, in the order of
// types; one null among them makes all nullable.
func itemsText(items []graph.Value) string {
	var seen []string
	nullable := len(items) == 0
	for _, item := range items {
		if item.IsNull() {
			nullable = true
			continue
		}
		name := strings.TrimSuffix(typeText(item), " NOT NULL")
		at := 0
		for at < len(seen) && typeRank(seen[at]) <= typeRank(name) && seen[at] != name {
			at++
		}
		if at < len(seen) && seen[at] == name {
			continue
		}
		seen = append(seen[:at], append([]string{name}, seen[at:]...)...)
	}
	switch {
	case len(items) == 0:
		return "NOTHING"
	case len(seen) == 0:
		return "NULL"
	}
	suffix := " NOT NULL"
	if nullable {
		suffix = ""
	}
	return strings.Join(seen, suffix+" | ") + suffix
}

// typeRank orders type names as the language lists them, and lists by their
// items.
func typeRank(name string) int {
	order := [...]string{
		"BOOLEAN", "STRING", "INTEGER", "FLOAT", "DATE", "LOCAL TIME", "ZONED TIME",
		"LOCAL DATETIME", "ZONED DATETIME", "DURATION", "POINT", "NODE", "RELATIONSHIP",
	}
	rank := 0
	for {
		inner, ok := strings.CutPrefix(name, "LIST<")
		if !ok {
			break
		}
		name, rank = inner, rank+2*len(order)
	}
	for i, o := range order {
		if strings.HasPrefix(name, o) {
			return rank + i
		}
	}
	return rank + len(order)
}

func toByteString(_ *Context, args []graph.Value) (graph.Value, error) {
	text, err := wantString("toByteString", args[0])
	if err != nil {
		return graph.Value{}, err
	}
	digits, ok := strings.CutPrefix(text, "0x")
	if !ok || len(digits)%2 != 0 {
		return graph.Value{}, argumentError("toByteString() needs pairs of hexadecimal digits behind 0x")
	}
	out := make([]byte, len(digits)/2)
	for i := range out {
		b, err := strconv.ParseUint(digits[2*i:2*i+2], 16, 8)
		if err != nil {
			return graph.Value{}, argumentError("toByteString() needs pairs of hexadecimal digits behind 0x")
		}
		out[i] = byte(b)
	}
	return graph.Bytes(out), nil
}

func fromByteString(_ *Context, args []graph.Value) (graph.Value, error) {
	if args[0].Kind() != graph.KindBytes {
		return graph.Value{}, typeError("fromByteString", "BYTES", args[0])
	}
	b := args[0].Bytes()
	width := 0
	if len(args) == 2 {
		n, err := wantInt("fromByteString", args[1])
		if err != nil {
			return graph.Value{}, err
		}
		if n < 0 || n > maxString {
			return graph.Value{}, argumentError("fromByteString() needs a length from 0 to %d", maxString)
		}
		width = int(n)
	}
	var out strings.Builder
	out.WriteString("0x")
	for range width - len(b) {
		out.WriteString("00")
	}
	const digits = "0123456789abcdef"
	for _, c := range b {
		out.WriteByte(digits[c>>4])
		out.WriteByte(digits[c&15])
	}
	return graph.String(out.String()), nil
}
