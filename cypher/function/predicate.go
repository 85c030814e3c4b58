package function

import (
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

func predicateFunctions() []Function {
	const category = "Predicate"
	return []Function{
		nullRow(category, "exists", booleanType, func(_ *Context, args []graph.Value) (graph.Value, error) {
			return graph.Boolean(!args[0].IsNull()), nil
		}, "Returns whether a property is there.", need("input", anyType)).deprecated("IS NOT NULL"),
		row(category, "isEmpty", booleanType, isEmpty, "Returns whether a list, a map or a text has nothing in it.",
			need("input", ast.Of(ast.TypeString|ast.TypeList|ast.TypeMap))),
		nullRow("Scalar", "coalesce", anyType, func(_ *Context, args []graph.Value) (graph.Value, error) {
			for _, v := range args {
				if !v.IsNull() {
					return v, nil
				}
			}
			return graph.Value{}, nil
		}, "Returns the first value that is not null.", need("input", anyType)).variadic().typed(union),
		nullRow("Scalar", "nullIf", anyType, func(_ *Context, args []graph.Value) (graph.Value, error) {
			if graph.Equal(args[0], args[1]) == graph.True {
				return graph.Value{}, nil
			}
			return args[0], nil
		}, "Returns null when both values are equal, else the first.", need("v1", anyType), need("v2", anyType)).typed(nullableFirst),
	}
}

func isEmpty(_ *Context, args []graph.Value) (graph.Value, error) {
	switch v := args[0]; v.Kind() {
	case graph.KindString, graph.KindList, graph.KindMap:
		return graph.Boolean(v.Len() == 0), nil
	default:
		return graph.Value{}, typeError("isEmpty", "a STRING, a LIST or a MAP", v)
	}
}
