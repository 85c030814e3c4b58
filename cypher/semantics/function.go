package semantics

import (
	"strconv"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
)

// isAggregate reports whether a call is one of an aggregating function.
func (a *analyzer) isAggregate(c *ast.Call) bool {
	f := a.catalog.Functions.Find(c.Name)
	return f != nil && f.Aggregate
}

// aggregate checks that an aggregating call may stand where it does.
func (a *analyzer) aggregate(n ast.Node, name string) {
	a.aggregates++
	switch a.aggregation {
	case aggregationRefused:
		a.fail(n, ast.InvalidAggregation, name+"() aggregates, which is only possible in WITH and RETURN")
	case aggregationNested:
		a.fail(n, ast.NestedAggregation, name+"() aggregates, which is not possible inside of an aggregation")
	case aggregationAllowed:
	}
}

// functionCall analyses a call and returns the type of its result.
func (a *analyzer) functionCall(c *ast.Call) ast.Type {
	f := a.catalog.Functions.Find(c.Name)
	if f == nil {
		a.fail(c, ast.UnknownFunction, "there is no function "+c.Name+suggestion(c.Name, a.functionNames))
		return anything()
	}
	if f.Deprecated != "" && !existsPattern(c) {
		a.notify(c, DeprecatedFunction, f.Name)
	}
	if !f.Takes(len(c.Args)) {
		a.fail(c, ast.InvalidNumberOfArguments, "the function "+f.Name+" does not take "+strconv.Itoa(len(c.Args))+
			" arguments: "+f.String())
		return anything()
	}
	c.Aggregate = f.Aggregate
	saved := a.aggregation
	if f.Aggregate {
		a.aggregate(c, f.Name)
		a.aggregation = aggregationNested
	} else if c.Distinct {
		a.fail(c, ast.InvalidAggregation, "DISTINCT is only possible in an aggregation, which "+f.Name+"() is not")
	}
	if f.Volatile && saved == aggregationNested {
		a.fail(c, ast.NonConstantExpression, f.Name+"() has a new value at each call and can not be aggregated")
	}
	types := make([]ast.Type, len(c.Args))
	for i, arg := range c.Args {
		types[i] = a.functionArgument(c, arg)
		a.argument(arg, types[i], &f.Signature, i)
	}
	a.aggregation = saved
	if a.err != nil {
		return anything()
	}
	return f.ResultType(types)
}

// functionArgument analyses an argument. exists() is the one function that
// takes a pattern.
func (a *analyzer) functionArgument(c *ast.Call, arg ast.Expr) ast.Type {
	if existsPattern(c) {
		return a.predicate(arg, "the argument of exists()")
	}
	return a.expr(arg)
}

// existsPattern reports whether c is exists() over a pattern.
func existsPattern(c *ast.Call) bool {
	if len(c.Args) != 1 || !strings.EqualFold(c.Name, "exists") {
		return false
	}
	p, ok := c.Args[0].(*ast.PatternExpr)
	return ok && p.Path.Selector.Kind == ast.SelectAll
}

// functionNames yields the names of all functions.
func (a *analyzer) functionNames(yield func(string) bool) {
	for _, f := range a.catalog.Functions.All() {
		if !yield(f.Name) {
			return
		}
	}
}
