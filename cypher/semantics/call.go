package semantics

import (
	"strconv"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// procedure finds the procedure of a call, or reports that there is none.
func (a *analyzer) procedure(c *ast.CallProcedure) (Procedure, bool) {
	if a.catalog.Procedure != nil {
		if p, ok := a.catalog.Procedure(c.Name); ok {
			if p.Signature.Deprecated != "" {
				a.notify(c, DeprecatedProcedure, p.Signature.Name)
			}
			a.writes = a.writes || p.Writes
			a.schema = a.schema || p.Schema
			if (p.Writes || p.Schema) && a.readOnly {
				a.fail(c, ast.InvalidClauseComposition, "a subquery expression can not change the graph")
			}
			return p, true
		}
	}
	hint := ""
	if a.catalog.ProcedureNames != nil {
		hint = suggestion(c.Name, a.catalog.ProcedureNames)
	}
	a.failClass(c, ast.ProcedureError, ast.ProcedureNotFound, "there is no procedure "+c.Name+hint)
	return Procedure{}, false
}

// standaloneCall analyses a call that is the whole statement.
func (a *analyzer) standaloneCall(c *ast.CallProcedure) {
	c.Standalone = true
	p, ok := a.procedure(c)
	if !ok {
		return
	}
	if c.Implicit {
		for _, in := range p.Signature.Parameters {
			if !in.Optional {
				a.parameter(in.Name)
			}
		}
	} else {
		a.procedureArguments(c, p.Signature)
	}
	switch {
	case !c.Yields, c.YieldAll:
		for _, out := range p.Signature.Outputs {
			y := &ast.YieldItem{Span: c.Span, Field: out.Name}
			y.Symbol = a.bind(out.Name, out.Type)
			c.Outputs = append(c.Outputs, y)
		}
	default:
		a.yield(c.Yield, p.Signature.Outputs)
		c.Outputs = c.Yield
	}
	if c.Where != nil {
		a.condition(c.Where)
	}
	for _, y := range c.Outputs {
		a.info.Columns = append(a.info.Columns, y.Name())
	}
}

// call analyses a call among other clauses.
func (a *analyzer) call(c *ast.CallProcedure) {
	p, ok := a.procedure(c)
	if !ok {
		return
	}
	if c.YieldAll {
		a.fail(c, ast.UnexpectedSyntax, "YIELD * is only possible where a call is the whole statement")
		return
	}
	if c.Implicit && len(p.Signature.Parameters) > 0 {
		a.fail(c, ast.InvalidArgumentPassingMode, "a call among other clauses must write its arguments")
		return
	}
	a.procedureArguments(c, p.Signature)
	if c.Yields {
		a.yield(c.Yield, p.Signature.Outputs)
		c.Outputs = c.Yield
	}
	if c.Where != nil {
		a.condition(c.Where)
	}
}

func (a *analyzer) procedureArguments(c *ast.CallProcedure, s *function.Signature) {
	if !s.Takes(len(c.Args)) {
		a.fail(c, ast.InvalidNumberOfArguments, "the procedure "+s.Name+" does not take "+strconv.Itoa(len(c.Args))+" arguments: "+s.String())
		return
	}
	for i, arg := range c.Args {
		a.argument(arg, a.expr(arg), s, i)
	}
}

// argument checks the type of an argument. An integer does where a float is
// taken.
func (a *analyzer) argument(arg ast.Expr, t ast.Type, s *function.Signature, i int) {
	want := s.Parameter(i).Type.Set
	if want&ast.TypeFloat != 0 {
		want |= ast.TypeInteger
	}
	if !fits(t, want) {
		a.fail(arg, ast.InvalidArgumentType, "the argument "+s.Parameter(i).Name+" of "+s.Name+"() can not be "+t.String()+
			", it takes "+s.Parameter(i).Type.String())
	}
}

// yield binds the outputs that YIELD names.
func (a *analyzer) yield(items []*ast.YieldItem, outputs []function.Output) {
	for _, y := range items {
		t, ok := outputType(outputs, y.Field)
		if !ok {
			a.fail(y, ast.UndefinedVariable, "there is no output "+y.Field)
		}
		if a.scope.find(y.Name()) != nil {
			a.alreadyBound(y, y.Name())
		}
		y.Symbol = a.bind(y.Name(), t)
		if y.Alias != nil {
			y.Alias.Symbol = y.Symbol
		}
	}
}

func outputType(outputs []function.Output, name string) (ast.Type, bool) {
	for i := range outputs {
		if outputs[i].Name == name {
			return outputs[i].Type, true
		}
	}
	return ast.Of(ast.TypeAny), false
}

// callSubquery analyses CALL { … }.
func (a *analyzer) callSubquery(c *ast.CallSubquery) {
	outer := a.scope
	parent := outer.parent
	saved := a.importFrom
	a.importFrom = outer
	if !c.Scoped {
		a.notify(c, UnscopedSubquery, strings.Join(importsOf(c.Query), ", "))
	}
	if c.Scoped {
		a.importFrom = nil
		parent = &scope{}
		if c.ImportAll {
			for _, s := range outer.visible() {
				parent.add(s)
			}
		}
		for _, v := range c.Imports {
			a.use(v)
			if v.Symbol != nil {
				parent.add(v.Symbol)
			}
		}
	}
	r := a.query(c.Query, forCall, parent)
	a.importFrom = saved
	for _, item := range r.items {
		if outer.find(item.Name()) != nil {
			a.alreadyBound(item, item.Name())
		}
		if item.Symbol != nil {
			if c.Optional {
				item.Symbol.Type = item.Symbol.Type.Nullable()
			}
			outer.add(item.Symbol)
		}
	}
	if t := c.InTransactions; t != nil {
		a.inTransactions(t)
	}
}

// inTransactions checks the options of IN TRANSACTIONS.
func (a *analyzer) inTransactions(t *ast.InTransactions) {
	for _, e := range []ast.Expr{t.Rows, t.Concurrency, t.RetryFor} {
		a.constants(e)
	}
	for _, e := range []ast.Expr{t.Rows, t.Concurrency} {
		if v, ok := literal(e); ok && (v.Kind() != graph.KindInteger || v.Int() < 1) {
			a.fail(e, ast.InvalidArgumentValue, ast.String(e)+" must be an integer above 0")
		}
	}
	if v, ok := literal(t.RetryFor); ok && (!v.IsNumber() || v.Number() < 0) {
		a.fail(t.RetryFor, ast.InvalidArgumentValue, ast.String(t.RetryFor)+" must be a number of seconds that is not negative")
	}
	if t.Status == nil {
		return
	}
	a.bindNew(t.Status, ast.Of(ast.TypeMap))
	switch t.OnError {
	case ast.OnErrorContinue, ast.OnErrorBreak, ast.OnErrorRetryThenContinue, ast.OnErrorRetryThenBreak:
	default:
		a.fail(t.Status, ast.UnexpectedSyntax, "REPORT STATUS needs ON ERROR CONTINUE or ON ERROR BREAK: otherwise an error ends the statement")
	}
}

// literal returns the value of a literal, which may have a sign.
func literal(e ast.Expr) (graph.Value, bool) {
	switch e := e.(type) {
	case *ast.Literal:
		return e.Value, true
	case *ast.Unary:
		x, ok := e.X.(*ast.Literal)
		if !ok || e.Op != ast.Negate {
			return graph.Null, false
		}
		switch x.Value.Kind() {
		case graph.KindInteger:
			return graph.Integer(-x.Value.Int()), true
		case graph.KindFloat:
			return graph.Float(-x.Value.Float()), true
		default:
		}
		return x.Value, true
	default:
		return graph.Null, false
	}
}

// importsOf returns what the WITH at the beginning of a subquery imports.
func importsOf(q *ast.Query) []string {
	var names []string
	if len(q.Parts) == 0 || len(q.Parts[0].Clauses) == 0 {
		return nil
	}
	if w, ok := q.Parts[0].Clauses[0].(*ast.With); ok {
		for _, item := range w.Items {
			names = append(names, item.Name())
		}
	}
	return names
}

// show analyses SHOW … YIELD … WHERE … RETURN ….
func (a *analyzer) show(s *ast.Show) {
	for i := range s.Args {
		a.constants(s.Args[i].Value)
	}
	a.scope = &scope{}
	var outputs []function.Output
	known := false
	if a.catalog.Show != nil {
		var columns []Column
		columns, known = a.catalog.Show(s.Name())
		for i := range columns {
			if s.Yields || !columns[i].Extra {
				outputs = append(outputs, columns[i].Output)
			}
		}
	}
	switch {
	case s.Yields && !s.YieldAll && known:
		a.yield(s.Yield, outputs)
	case s.Yields && !s.YieldAll:
		for _, y := range s.Yield {
			outputs = append(outputs, function.Output{Name: y.Field, Type: ast.Of(ast.TypeAny)})
		}
		a.yield(s.Yield, outputs)
	case !known:
		a.bindUnknown(s)
	default:
		for _, out := range outputs {
			y := &ast.YieldItem{Span: s.Span, Field: out.Name}
			y.Symbol = a.bind(out.Name, out.Type)
			s.Outputs = append(s.Outputs, y)
		}
	}
	if s.Yields && !s.YieldAll {
		s.Outputs = s.Yield
	}
	for _, o := range s.Order {
		a.expr(o.Expr)
	}
	a.bound(s.Skip, "SKIP")
	a.bound(s.Limit, "LIMIT")
	if s.Where != nil {
		a.condition(s.Where)
	}
	if s.Return != nil {
		for _, item := range a.returns(s.Return, forStatement).items {
			a.info.Columns = append(a.info.Columns, item.Name())
		}
		return
	}
	for _, y := range s.Outputs {
		a.info.Columns = append(a.info.Columns, y.Name())
	}
}

// bindUnknown binds every name that is used behind a SHOW whose columns are not
// known: whoever runs it knows them.
func (a *analyzer) bindUnknown(s *ast.Show) {
	ast.Walk(s, func(n ast.Node) bool {
		if v, ok := n.(*ast.Variable); ok && a.scope.find(v.Name) == nil {
			a.bind(v.Name, anything())
		}
		return true
	})
}
