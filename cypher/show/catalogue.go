package show

import (
	"context"
	"slices"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/cypher/procedure"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// addCatalogue adds functions and procedures.
func (t *Tables) addCatalogue() {
	functions := slices.Concat(
		textual("name", "category", "description", "signature+"), booleans("isBuiltIn+"),
		column(ast.TypeList, "argumentDescription+"), textual("returnDescription+"), booleans("aggregating+"),
		lists("rolesExecution+", "rolesBoostedExecution+"), booleans("isDeprecated+"), textual("deprecatedBy+"))
	for _, subject := range []string{"FUNCTIONS", "BUILT IN FUNCTIONS", "FUNCTIONS EXECUTABLE"} {
		t.show(subject, t.listFunctions, functions...)
	}
	t.show("USER DEFINED FUNCTIONS", nothing, functions...)
	procedures := slices.Concat(
		textual("name", "description", "mode"), booleans("worksOnSystem"), textual("signature+"),
		column(ast.TypeList, "argumentDescription+", "returnDescription+"), booleans("admin+"),
		lists("rolesExecution+", "rolesBoostedExecution+"), booleans("isDeprecated+"), textual("deprecatedBy+"),
		column(ast.TypeMap, "option+"))
	for _, subject := range []string{"PROCEDURES", "PROCEDURES EXECUTABLE"} {
		t.show(subject, t.listProcedures, procedures...)
	}
	t.show("QUERY CALLABLE MAPPINGS", nothing, textual("alias_name", "source_name", "type")...)
}

// nothing is the rows of a table that is always empty.
func nothing(context.Context, *Request) error { return nil }

func (t *Tables) listFunctions(_ context.Context, r *Request) error {
	var null graph.Value
	for _, f := range t.Functions.All() {
		if err := r.Yield([]graph.Value{
			text(f.Name), text(f.Category), text(f.Description), text(f.String()), graph.Boolean(true),
			describeInputs(f.Parameters), text(function.TypeName(f.Result)), graph.Boolean(f.Aggregate),
			null, null, graph.Boolean(f.Deprecated != ""), known(f.Deprecated),
		}); err != nil {
			return err
		}
	}
	return nil
}

// describe is one input or output in a listing.
func describe(name string, typ ast.Type) []graph.Field {
	return []graph.Field{
		{Name: "name", Value: text(name)},
		{Name: "type", Value: text(function.TypeName(typ))},
		{Name: "description", Value: text(name + " :: " + function.TypeName(typ))},
		{Name: "isDeprecated", Value: graph.Boolean(false)},
	}
}

func describeInputs(list []function.Parameter) graph.Value {
	items := make([]graph.Value, len(list))
	for i := range list {
		items[i] = graph.Map(describe(list[i].Name, list[i].Type))
	}
	return graph.List(items)
}

func (t *Tables) listProcedures(_ context.Context, r *Request) error {
	var null graph.Value
	for _, p := range t.Procedures.All() {
		outputs := make([]graph.Value, len(p.Outputs))
		for i := range p.Outputs {
			outputs[i] = graph.Map(describe(p.Outputs[i].Name, p.Outputs[i].Type))
		}
		if err := r.Yield([]graph.Value{
			text(p.Name), text(p.Description), text(p.Mode.String()), graph.Boolean(p.Mode == procedure.DBMS), text(p.String()),
			describeInputs(p.Parameters), graph.List(outputs), graph.Boolean(false), null, null,
			graph.Boolean(p.Deprecated != ""), known(p.Deprecated),
			graph.Map([]graph.Field{{Name: "deprecated", Value: graph.Boolean(p.Deprecated != "")}}),
		}); err != nil {
			return err
		}
	}
	return nil
}
