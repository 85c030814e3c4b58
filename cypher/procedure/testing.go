package procedure

import (
	"context"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// testingProcedures let a client declare a procedure as a table:
//
//	CALL testing.define('test.my.proc(in :: INTEGER?) :: (out :: STRING?)', [{in: 1, out: 'a'}])
//	CALL testing.remove('test.my.proc')
func (t *Table) testingProcedures() []Procedure {
	return []Procedure{
		procedure(DBMS, "testing.define", "Declares a procedure whose rows are given.",
			[]function.Parameter{input("signature", ast.TypeString), input("rows", ast.TypeList)}, nil,
			func(_ context.Context, _ *function.Context, args []graph.Value, _ func([]graph.Value) error) error {
				if args[0].Kind() != graph.KindString || args[1].Kind() != graph.KindList {
					return declarationError("a signature and a list of maps are needed")
				}
				p, err := Declare(args[0].Str(), args[1].List())
				if err != nil {
					return err
				}
				t.Remove(p.Name)
				return t.Add(p)
			}),
		procedure(DBMS, "testing.remove", "Removes a declared procedure.",
			[]function.Parameter{input("name", ast.TypeString)}, nil,
			func(_ context.Context, _ *function.Context, args []graph.Value, _ func([]graph.Value) error) error {
				if args[0].Kind() == graph.KindString {
					t.Remove(args[0].Str())
				}
				return nil
			}),
	}
}

func declarationError(reason string) error {
	return &function.Error{
		Kind: function.KindArgument, Detail: function.DetailArgumentValue,
		Message: function.DetailArgumentValue + ": " + reason,
	}
}

// Declare makes a procedure out of its signature and the table of its rows,
// maps of inputs and outputs. A call yields the outputs of the rows whose
// inputs equal the arguments.
func Declare(signature string, table []graph.Value) (Procedure, error) {
	head, rest, ok := strings.Cut(signature, "(")
	inputs, rest, ok2 := strings.Cut(rest, ")")
	if !ok || !ok2 || strings.TrimSpace(head) == "" {
		return Procedure{}, declarationError("a signature is name(inputs) :: (outputs)")
	}
	p := Procedure{Mode: Read, Signature: function.Signature{Name: strings.TrimSpace(head)}}
	in, err := declared(inputs)
	if err != nil {
		return Procedure{}, err
	}
	for _, i := range in {
		p.Parameters = append(p.Parameters, function.Parameter{Name: i.Name, Type: i.Type})
	}
	outputs, ok := strings.CutPrefix(strings.TrimSpace(rest), "::")
	if !ok {
		return Procedure{}, declarationError("a signature has its outputs behind ::")
	}
	outputs = strings.TrimSpace(outputs)
	if outputs != "VOID" {
		outputs = strings.TrimSuffix(strings.TrimPrefix(outputs, "("), ")")
		if p.Outputs, err = declared(outputs); err != nil {
			return Procedure{}, err
		}
	}
	p.Run = func(_ context.Context, _ *function.Context, args []graph.Value, yield func([]graph.Value) error) error {
		for _, row := range table {
			if row.Kind() != graph.KindMap || !matches(p.Parameters, row, args) {
				continue
			}
			out := make([]graph.Value, len(p.Outputs))
			for i, o := range p.Outputs {
				out[i], _ = row.Get(o.Name)
			}
			if err := yield(out); err != nil {
				return err
			}
		}
		return nil
	}
	return p, nil
}

func matches(parameters []function.Parameter, row graph.Value, args []graph.Value) bool {
	for i, p := range parameters {
		want, _ := row.Get(p.Name)
		if !graph.Equivalent(want, args[i]) {
			return false
		}
	}
	return true
}

// declared reads "name :: TYPE?, …".
func declared(list string) ([]function.Output, error) {
	var out []function.Output
	for part := range strings.SplitSeq(list, ",") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		name, typ, ok := strings.Cut(part, "::")
		if !ok {
			return nil, declarationError("an input or output is name :: TYPE")
		}
		set, ok := declaredTypes()[strings.TrimSuffix(strings.ToUpper(strings.TrimSpace(typ)), "?")]
		if !ok {
			return nil, declarationError("the type of an input or output is not known")
		}
		out = append(out, function.Output{Name: strings.TrimSpace(name), Type: ast.Of(set).Nullable()})
	}
	return out, nil
}

func declaredTypes() map[string]ast.Set {
	return map[string]ast.Set{
		"ANY": ast.TypeAny, "BOOLEAN": ast.TypeBoolean, "INTEGER": ast.TypeInteger, "FLOAT": ast.TypeNumber,
		"NUMBER": ast.TypeNumber, "STRING": ast.TypeString, "MAP": ast.TypeMap, "NODE": ast.TypeNode,
		"RELATIONSHIP": ast.TypeRelationship, "PATH": ast.TypePath, "LIST": ast.TypeList,
	}
}
