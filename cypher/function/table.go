package function

import (
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Function is one row of the table. Exactly one of Call and New is set.
type Function struct {
	Signature
	// Strict says that the result is null when an argument is null, and that
	// Call does not expect null.
	Strict bool
	// Call computes the value of a scalar function. It must not keep args.
	// The number of arguments has been checked against the signature, their
	// types have not.
	Call func(c *Context, args []graph.Value) (graph.Value, error)
	// New makes the states of an aggregating function.
	New func(c *Context) Accumulator
	// TypeOf narrows Result by the types of the arguments; it may be nil.
	TypeOf func(args []ast.Type) ast.Type
}

// Invoke calls a scalar function with the rule for null applied.
func (f *Function) Invoke(c *Context, args []graph.Value) (graph.Value, error) {
	if f.Strict {
		for i := range args {
			if args[i].IsNull() {
				return graph.Value{}, nil
			}
		}
	}
	return f.Call(c, args)
}

// ResultType returns the type of a call with arguments of the given types. It
// contains null when a strict function may get one.
func (f *Function) ResultType(args []ast.Type) ast.Type {
	t := f.Result
	if f.TypeOf != nil {
		t = f.TypeOf(args)
	}
	if f.Strict {
		for _, a := range args {
			if a.May(ast.TypeNull) {
				return t.Nullable()
			}
		}
	}
	return t
}

// A Table finds functions by name. It is immutable and may be used by many
// goroutines.
type Table struct {
	byName map[string]*Function // by lower-case name
	sorted []*Function
}

// NewTable returns the table of all built-in functions.
func NewTable() *Table {
	var all []Function
	for _, rows := range [][]Function{
		aggregateFunctions(), conversionFunctions(), entityFunctions(), listFunctions(),
		mathFunctions(), predicateFunctions(), scalarFunctions(), spatialFunctions(),
		stringFunctions(), temporalFunctions(), vectorFunctions(),
	} {
		all = append(all, rows...)
	}
	t := &Table{byName: make(map[string]*Function, len(all))}
	for i := range all {
		f := &all[i]
		t.byName[strings.ToLower(f.Name)] = f
		t.sorted = append(t.sorted, f)
	}
	slices.SortFunc(t.sorted, func(a, b *Function) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return t
}

// Find returns the function with a name in any case, or nil.
func (t *Table) Find(name string) *Function {
	return t.byName[strings.ToLower(name)]
}

// All returns the functions by name. The caller must not change the slice.
func (t *Table) All() []*Function { return t.sorted }
