package function

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// maxDimensions is the most coordinates that a vector may have on the wire.
const maxDimensions = 4096

func vectorFunctions() []Function {
	const category = "Vector"
	either := ast.Of(ast.TypeList | ast.TypeVector)
	a, b := need("a", either), need("b", either)
	return []Function{
		row(category, "vector", ast.Of(ast.TypeVector), vector, "Makes a vector of a list of numbers.",
			need("vectorValue", ast.Of(ast.TypeList|ast.TypeString)), need("dimension", integerType), need("coordinateType", stringType)),
		row(category, "vector_dimension_count", integerType, func(_ *Context, args []graph.Value) (graph.Value, error) {
			if args[0].Kind() != graph.KindVector {
				return graph.Value{}, typeError("vector_dimension_count", "a VECTOR", args[0])
			}
			return graph.Integer(int64(dimensions(args[0].Vector()))), nil
		}, "Returns the number of coordinates of a vector.", need("vector", ast.Of(ast.TypeVector))),
		row(category, "vector.similarity.cosine", floatType, similarity("vector.similarity.cosine", func(x, y []float64) float64 {
			return (1 + dot(x, y)/math.Sqrt(dot(x, x)*dot(y, y))) / 2
		}), "Returns how alike two directions are, from 0 to 1.", a, b),
		row(category, "vector.similarity.euclidean", floatType, similarity("vector.similarity.euclidean", func(x, y []float64) float64 {
			sum := 0.0
			for i := range x {
				sum += square(x[i] - y[i])
			}
			return 1 / (1 + sum)
		}), "Returns how close two points are, from 0 to 1.", a, b),
	}
}

func dimensions(v *graph.Vector) int {
	size := v.Type.Size()
	if size == 0 {
		return 0
	}
	return len(v.Data) / size
}

func dot(x, y []float64) float64 {
	sum := 0.0
	for i := range x {
		sum += x[i] * y[i]
	}
	return sum
}

func similarity(name string, fn func(x, y []float64) float64) call {
	return func(_ *Context, args []graph.Value) (graph.Value, error) {
		x, err := floatsOf(name, args[0])
		if err != nil {
			return graph.Value{}, err
		}
		y, err := floatsOf(name, args[1])
		if err != nil {
			return graph.Value{}, err
		}
		if len(x) != len(y) || len(x) == 0 {
			return graph.Value{}, argumentError("%s() needs two vectors of the same number of coordinates", name)
		}
		s := fn(x, y)
		if math.IsNaN(s) || math.IsInf(s, 0) {
			return graph.Value{}, argumentError("%s() needs vectors of finite length that are not zero", name)
		}
		return graph.Float(float64(float32(s))), nil // scores have single precision
	}
}

func floatsOf(name string, v graph.Value) ([]float64, error) {
	switch v.Kind() {
	case graph.KindVector:
		return coordinatesOf(v.Vector()), nil
	case graph.KindList:
		out := make([]float64, v.Len())
		for i, item := range v.List() {
			if !item.IsNumber() {
				return nil, argumentError("%s() needs lists of numbers", name)
			}
			out[i] = item.Number()
		}
		return out, nil
	default:
		return nil, typeError(name, "a LIST or a VECTOR", v)
	}
}

func coordinatesOf(v *graph.Vector) []float64 {
	out := make([]float64, dimensions(v))
	for i := range out {
		at := v.Data[i*v.Type.Size():]
		switch v.Type {
		case graph.VectorInt8:
			out[i] = float64(int8(at[0])) //nolint:gosec // bit pattern
		case graph.VectorInt16:
			out[i] = float64(int16(binary.BigEndian.Uint16(at))) //nolint:gosec // bit pattern
		case graph.VectorInt32:
			out[i] = float64(int32(binary.BigEndian.Uint32(at))) //nolint:gosec // bit pattern
		case graph.VectorInt64:
			out[i] = float64(int64(binary.BigEndian.Uint64(at))) //nolint:gosec // bit pattern
		case graph.VectorFloat32:
			out[i] = float64(math.Float32frombits(binary.BigEndian.Uint32(at)))
		case graph.VectorFloat64:
			out[i] = math.Float64frombits(binary.BigEndian.Uint64(at))
		}
	}
	return out
}

// vectorTypeOf finds a coordinate type by its name.
func vectorTypeOf(name string) (graph.VectorType, bool) {
	switch strings.ToUpper(strings.ReplaceAll(name, " ", "")) {
	case "INTEGER8", "INT8":
		return graph.VectorInt8, true
	case "INTEGER16", "INT16":
		return graph.VectorInt16, true
	case "INTEGER32", "INT32":
		return graph.VectorInt32, true
	case "INTEGER", "INTEGER64", "INT", "INT64", "SIGNEDINTEGER":
		return graph.VectorInt64, true
	case "FLOAT32":
		return graph.VectorFloat32, true
	case "FLOAT", "FLOAT64":
		return graph.VectorFloat64, true
	}
	return 0, false
}

// AppendVector appends a call of vector() that makes v again.
func AppendVector(dst []byte, v *graph.Vector) []byte {
	name := map[graph.VectorType]string{
		graph.VectorInt8: "INTEGER8", graph.VectorInt16: "INTEGER16", graph.VectorInt32: "INTEGER32", graph.VectorInt64: "INTEGER",
		graph.VectorFloat32: "FLOAT32", graph.VectorFloat64: "FLOAT",
	}[v.Type]
	dst = append(dst, "vector(["...)
	for i, f := range coordinatesOf(v) {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		switch {
		case v.Type == graph.VectorInt64: // may have more digits than f
			dst = strconv.AppendInt(dst, int64(binary.BigEndian.Uint64(v.Data[8*i:])), 10) //nolint:gosec // bit pattern
		case f == 0 && math.Signbit(f): // not an integer
			dst = append(dst, "-0.0"...)
		default:
			dst = strconv.AppendFloat(dst, f, 'g', -1, 64)
		}
	}
	return fmt.Appendf(dst, "], %d, '%s')", dimensions(v), name)
}

func vector(_ *Context, args []graph.Value) (graph.Value, error) {
	n, err := wantInt("vector", args[1])
	if err != nil {
		return graph.Value{}, err
	}
	name, err := wantString("vector", args[2])
	if err != nil {
		return graph.Value{}, err
	}
	typ, ok := vectorTypeOf(name)
	if !ok {
		return graph.Value{}, argumentError("vector() knows the types INTEGER, INTEGER32, INTEGER16, INTEGER8, FLOAT and FLOAT32")
	}
	items, err := vectorItems(args[0])
	if err != nil {
		return graph.Value{}, err
	}
	if n < 1 || n > maxDimensions || int64(len(items)) != n {
		return graph.Value{}, argumentError("vector() needs as many numbers as its dimension says, 1 to %d", maxDimensions)
	}
	data := make([]byte, 0, len(items)*typ.Size())
	for _, item := range items {
		if data, ok = appendCoordinate(data, typ, item); !ok {
			return graph.Value{}, argumentError("vector() has a coordinate that does not fit its type")
		}
	}
	return graph.NewVector(&graph.Vector{Type: typ, Data: data}), nil
}

// vectorItems reads a list, or the text of one: "[1, 2]".
func vectorItems(v graph.Value) ([]graph.Value, error) {
	if v.Kind() != graph.KindString {
		return wantList("vector", v)
	}
	text, ok := strings.CutPrefix(strings.TrimSpace(v.Str()), "[")
	if ok {
		text, ok = strings.CutSuffix(text, "]")
	}
	if !ok {
		return nil, argumentError("vector() needs a list of numbers")
	}
	var items []graph.Value
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if n, err := strconv.ParseInt(part, 10, 64); err == nil {
			items = append(items, graph.Integer(n))
			continue
		}
		f, ok := readFloat(part)
		if !ok {
			return nil, argumentError("vector() needs a list of numbers")
		}
		items = append(items, graph.Float(f))
	}
	return items, nil
}

func appendCoordinate(dst []byte, typ graph.VectorType, v graph.Value) ([]byte, bool) {
	if !v.IsNumber() {
		return dst, false
	}
	switch typ {
	case graph.VectorFloat32:
		f := float32(v.Number())
		return binary.BigEndian.AppendUint32(dst, math.Float32bits(f)), !math.IsInf(float64(f), 0) && f == f
	case graph.VectorFloat64:
		f := v.Number()
		return binary.BigEndian.AppendUint64(dst, math.Float64bits(f)), !math.IsInf(f, 0) && f == f
	default:
		return appendInteger(dst, typ, v)
	}
}

// appendInteger drops the fraction of a float.
func appendInteger(dst []byte, typ graph.VectorType, v graph.Value) ([]byte, bool) {
	n := v
	if v.Kind() == graph.KindFloat {
		if f := v.Float(); f != f || math.IsInf(f, 0) || f >= 1<<63 || f < -1<<63 {
			return dst, false
		}
		n = truncated(v.Float())
	}
	bits := 8 * typ.Size()
	if shifted := n.Int() >> (bits - 1); shifted != 0 && shifted != -1 {
		return dst, false
	}
	for i := bits - 8; i >= 0; i -= 8 {
		dst = append(dst, byte(n.Int()>>i)) //nolint:gosec // the bits of one byte
	}
	return dst, true
}
