package function

import (
	"slices"
	"unicode/utf8"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// maxRange bounds the items of a list that range makes: 24 bytes each.
const maxRange = 100_000_000

func listFunctions() []Function {
	const category = "List"
	list := need("list", listType)
	return []Function{
		row("Scalar", "head", anyType, head, "Returns the first item.", list).typed(elementOfFirst),
		row("Scalar", "last", anyType, last, "Returns the last item.", list).typed(elementOfFirst),
		row(category, "tail", listType, tail, "Returns all items but the first.", list).typed(sameAsFirst),
		// The types of the arguments are left open: a wrong one is a matter of
		// the run, also where it could be seen before.
		row(category, "range", ast.ListOf(ast.TypeInteger), rangeList, "Returns the integers from start to end in steps.",
			need("start", anyType), need("end", anyType), maybe("step", anyType)),
		row(category, "reverse", ast.Of(ast.TypeString|ast.TypeList), reverse, "Returns a text or a list backwards.",
			need("input", ast.Of(ast.TypeString|ast.TypeList))).typed(func(args []ast.Type) ast.Type {
			t := args[0]
			t.Set &= ast.TypeString | ast.TypeList
			return t
		}),
		row("Scalar", "size", integerType, size, "Returns the number of items, characters or entries.",
			need("input", ast.Of(ast.TypeString|ast.TypeList|ast.TypeMap|ast.TypeBytes|ast.TypeVector))),
		row(category, "toSet", listType, toSet, "Returns the items of a list without repetitions.", list).typed(sameAsFirst),
		row(category, "uniformSample", listType, uniformSample, "Returns random items, with repetitions.",
			list, need("size", integerType)).volatile(),
	}
}

func head(_ *Context, args []graph.Value) (graph.Value, error) {
	items, err := wantList("head", args[0])
	if err != nil || len(items) == 0 {
		return graph.Value{}, err
	}
	return items[0], nil
}

func last(_ *Context, args []graph.Value) (graph.Value, error) {
	items, err := wantList("last", args[0])
	if err != nil || len(items) == 0 {
		return graph.Value{}, err
	}
	return items[len(items)-1], nil
}

func tail(_ *Context, args []graph.Value) (graph.Value, error) {
	items, err := wantList("tail", args[0])
	if err != nil || len(items) == 0 {
		return graph.List(nil), err
	}
	return graph.List(items[1:]), nil
}

// RangeOf returns the start, the step and the number of the integers that
// range() lists, so that they can also be made one by one.
func RangeOf(args []graph.Value) (start, step, n int64, err error) {
	var numbers [3]int64
	numbers[2] = 1
	for i, v := range args {
		if v.Kind() != graph.KindInteger {
			return 0, 0, 0, errorf(KindArgument, DetailArgumentType, "range() needs an INTEGER, got %s", v.Kind())
		}
		numbers[i] = v.Int()
	}
	start, end, step := numbers[0], numbers[1], numbers[2]
	switch {
	case step == 0:
		return 0, 0, 0, errorf(KindArgument, DetailNumberRange, "range() needs a step that is not zero")
	case step > 0 && start > end, step < 0 && start < end:
		return start, step, 0, nil
	}
	// The distance may exceed an int64 but not a uint64.
	var distance, stride uint64
	if step > 0 {
		distance, stride = uint64(end)-uint64(start), uint64(step) //nolint:gosec // modular arithmetic
	} else {
		distance, stride = uint64(start)-uint64(end), -uint64(step) //nolint:gosec // modular arithmetic
	}
	count := distance/stride + 1
	if count == 0 || count > 1<<62 {
		return 0, 0, 0, argumentError("range() has too many items")
	}
	return start, step, int64(count), nil
}

func rangeList(_ *Context, args []graph.Value) (graph.Value, error) {
	start, step, n, err := RangeOf(args)
	if err != nil {
		return graph.Value{}, err
	}
	if n > maxRange {
		return graph.Value{}, argumentError("range() would make a list of more than %d items", maxRange)
	}
	items := make([]graph.Value, n)
	for i := range items {
		items[i] = graph.Integer(start + int64(i)*step)
	}
	return graph.List(items), nil
}

func reverse(_ *Context, args []graph.Value) (graph.Value, error) {
	switch v := args[0]; v.Kind() {
	case graph.KindString:
		return graph.String(reverseText(v.Str())), nil
	case graph.KindList:
		items := slices.Clone(v.List())
		slices.Reverse(items)
		return graph.List(items), nil
	default:
		return graph.Value{}, typeError("reverse", "a STRING or a LIST", v)
	}
}

func size(_ *Context, args []graph.Value) (graph.Value, error) {
	switch v := args[0]; v.Kind() {
	case graph.KindString:
		return graph.Integer(int64(utf8.RuneCountInString(v.Str()))), nil
	case graph.KindList, graph.KindMap, graph.KindBytes:
		return graph.Integer(int64(v.Len())), nil
	case graph.KindVector:
		return graph.Integer(int64(dimensions(v.Vector()))), nil
	default:
		return graph.Value{}, typeError("size", "a STRING or a LIST", v)
	}
}

// A valueSet tells values apart as DISTINCT does.
type valueSet struct {
	seed   graph.Seed
	values map[uint64][]graph.Value
}

func newValueSet() *valueSet {
	return &valueSet{seed: graph.NewSeed(), values: make(map[uint64][]graph.Value)}
}

func (s *valueSet) has(v graph.Value) bool {
	return slices.ContainsFunc(s.values[s.seed.Hash(v)], func(w graph.Value) bool { return graph.Equivalent(v, w) })
}

// add reports whether the value is new.
func (s *valueSet) add(v graph.Value) bool {
	if s.has(v) {
		return false
	}
	h := s.seed.Hash(v)
	s.values[h] = append(s.values[h], v)
	return true
}

func distinct(items []graph.Value) []graph.Value {
	set := newValueSet()
	var out []graph.Value
	for _, item := range items {
		if set.add(item) {
			out = append(out, item)
		}
	}
	return out
}

func toSet(_ *Context, args []graph.Value) (graph.Value, error) {
	items, err := wantList("toSet", args[0])
	return graph.List(distinct(items)), err
}

func uniformSample(c *Context, args []graph.Value) (graph.Value, error) {
	items, err := wantList("uniformSample", args[0])
	if err != nil {
		return graph.Value{}, err
	}
	n, err := wantInt("uniformSample", args[1])
	if err != nil {
		return graph.Value{}, err
	}
	if n < 0 || n > maxRange {
		return graph.Value{}, argumentError("uniformSample() needs a size from 0 to %d", maxRange)
	}
	if len(items) == 0 {
		return graph.Value{}, nil
	}
	out := make([]graph.Value, n)
	for i := range out {
		out[i] = items[c.intN(len(items))]
	}
	return graph.List(out), nil
}
