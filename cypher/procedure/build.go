package procedure

import (
	"context"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/storage/graph"
)

type run = func(ctx context.Context, c *function.Context, args []graph.Value, yield func(row []graph.Value) error) error

func output(name string, set ast.Set) function.Output {
	return function.Output{Name: name, Type: ast.Of(set).Nullable()}
}

func stringList(name string) function.Output {
	return function.Output{Name: name, Type: ast.ListOf(ast.TypeString).Nullable()}
}

func input(name string, set ast.Set) function.Parameter {
	return function.Parameter{Name: name, Type: ast.Of(set)}
}

func inputOr(name string, set ast.Set, otherwise graph.Value) function.Parameter {
	return function.Parameter{Name: name, Type: ast.Of(set), Optional: true, Default: otherwise}
}

func procedure(mode Mode, name, description string, in []function.Parameter, out []function.Output, fn run) Procedure {
	return Procedure{
		Signature: function.Signature{Name: name, Description: description, Parameters: in, Outputs: out},
		Mode:      mode, Run: fn,
	}
}

func text(s string) graph.Value { return graph.String(s) }

func texts(list []string) graph.Value {
	items := make([]graph.Value, len(list))
	for i, s := range list {
		items[i] = graph.String(s)
	}
	return graph.List(items)
}
