package function

import (
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// The types that rows are written with.
var ( //nolint:gochecknoglobals // constants in all but name
	anyType      = ast.Of(ast.TypeAny)
	booleanType  = ast.Of(ast.TypeBoolean)
	integerType  = ast.Of(ast.TypeInteger)
	floatType    = ast.Of(ast.TypeFloat)
	numberType   = ast.Of(ast.TypeNumber)
	stringType   = ast.Of(ast.TypeString)
	bytesType    = ast.Of(ast.TypeBytes)
	mapType      = ast.Of(ast.TypeMap)
	nodeType     = ast.Of(ast.TypeNode)
	relationType = ast.Of(ast.TypeRelationship)
	pathType     = ast.Of(ast.TypePath)
	entityType   = ast.Of(ast.TypeEntity)
	listType     = ast.Of(ast.TypeList)
	stringsType  = ast.ListOf(ast.TypeString)
	pointType    = ast.Of(ast.TypePoint)
	durationType = ast.Of(ast.TypeDuration)
)

type call = func(c *Context, args []graph.Value) (graph.Value, error)

func need(name string, t ast.Type) Parameter { return Parameter{Name: name, Type: t} }

func maybe(name string, t ast.Type) Parameter {
	return Parameter{Name: name, Type: t, Optional: true}
}

// row is a function that is null for a null argument.
func row(category, name string, result ast.Type, fn call, description string, params ...Parameter) Function {
	return Function{
		Signature: Signature{Name: name, Category: category, Result: result, Parameters: params, Description: description},
		Strict:    true, Call: fn,
	}
}

// nullRow is a function that sees null arguments.
func nullRow(category, name string, result ast.Type, fn call, description string, params ...Parameter) Function {
	f := row(category, name, result, fn, description, params...)
	f.Strict = false
	return f
}

func (f Function) volatile() Function {
	f.Volatile = true
	return f
}

func (f Function) variadic() Function {
	f.Variadic = true
	return f
}

func (f Function) typed(of func(args []ast.Type) ast.Type) Function {
	f.TypeOf = of
	return f
}

func (f Function) deprecated(instead string) Function {
	f.Deprecated = instead
	return f
}

// sameAsFirst is the type of functions that return what they get.
func sameAsFirst(args []ast.Type) ast.Type { return args[0] }

// elementOfFirst is the type of an element of a list, which may not be there.
func elementOfFirst(args []ast.Type) ast.Type {
	if !args[0].May(ast.TypeList) {
		return anyType
	}
	return args[0].Element().Nullable()
}

// union is the type of functions that return one of their arguments.
func union(args []ast.Type) ast.Type {
	t := ast.Type{}
	for _, a := range args {
		t = t.Union(a)
	}
	return t
}

// numeric keeps integers and floats apart where the function does.
func numeric(args []ast.Type) ast.Type {
	set := args[0].Set & ast.TypeNumber
	if set == 0 {
		set = ast.TypeNumber
	}
	return ast.Of(set)
}

// want returns the argument's integer, or an error that names the function.
func wantInt(name string, v graph.Value) (int64, error) {
	if v.Kind() != graph.KindInteger {
		return 0, typeError(name, "an INTEGER", v)
	}
	return v.Int(), nil
}

func wantString(name string, v graph.Value) (string, error) {
	if v.Kind() != graph.KindString {
		return "", typeError(name, "a STRING", v)
	}
	return v.Str(), nil
}

func wantList(name string, v graph.Value) ([]graph.Value, error) {
	if v.Kind() != graph.KindList {
		return nil, typeError(name, "a LIST", v)
	}
	return v.List(), nil
}

func wantNumber(name string, v graph.Value) (float64, error) {
	if !v.IsNumber() {
		return 0, typeError(name, "an INTEGER or a FLOAT", v)
	}
	return v.Number(), nil
}
