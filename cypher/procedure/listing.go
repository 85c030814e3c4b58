package procedure

import (
	"context"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// listingProcedures show the tables themselves.
func (t *Table) listingProcedures(functions *function.Table) []Procedure {
	return []Procedure{
		procedure(DBMS, "dbms.procedures", "Lists all procedures.", nil, []function.Output{
			output("name", ast.TypeString), output("signature", ast.TypeString), output("description", ast.TypeString), output("mode", ast.TypeString),
		}, func(_ context.Context, _ *function.Context, _ []graph.Value, yield func([]graph.Value) error) error {
			for _, p := range t.All() {
				if err := yield([]graph.Value{text(p.Name), text(p.String()), text(p.Description), text(p.Mode.String())}); err != nil {
					return err
				}
			}
			return nil
		}),
		procedure(Read, "mg.procedures", "Lists all procedures.", nil, []function.Output{
			output("name", ast.TypeString), output("signature", ast.TypeString), output("is_write", ast.TypeBoolean),
			output("path", ast.TypeString), output("is_editable", ast.TypeBoolean),
		}, func(_ context.Context, _ *function.Context, _ []graph.Value, yield func([]graph.Value) error) error {
			for _, p := range t.All() {
				if err := yield([]graph.Value{text(p.Name), text(p.String()), graph.Boolean(p.Mode == Write), text("builtin"), graph.Boolean(false)}); err != nil {
					return err
				}
			}
			return nil
		}),
		procedure(Read, "mg.functions", "Lists all functions.", nil, []function.Output{
			output("name", ast.TypeString), output("signature", ast.TypeString),
			output("path", ast.TypeString), output("is_editable", ast.TypeBoolean),
		}, func(_ context.Context, _ *function.Context, _ []graph.Value, yield func([]graph.Value) error) error {
			if functions == nil {
				return nil
			}
			for _, f := range functions.All() {
				if err := yield([]graph.Value{text(f.Name), text(f.String()), text("builtin"), graph.Boolean(false)}); err != nil {
					return err
				}
			}
			return nil
		}),
	}
}
