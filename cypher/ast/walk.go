package ast

// Walk calls visit for n and, where visit returns true, for what n contains,
// in the order of the source text. Fields that the analysis added are not
// visited.
func Walk(n Node, visit func(Node) bool) {
	if !visit(n) {
		return
	}
	w := walker(visit)
	switch n := n.(type) {
	case *Statement:
		for i := range n.Directives {
			w.exprs(n.Directives[i].Value)
		}
		if n.Use != nil {
			Walk(n.Use, visit)
		}
		Walk(n.Body, visit)
	case *Query:
		walkAll(n.Parts, visit)
	case *Part:
		walkAll(n.Clauses, visit)
	case Clause:
		w.clause(n)
	case Expr:
		w.expr(n)
	case LabelExpr:
		w.label(n)
	case Body:
		w.command(n)
	default:
		if !w.pattern(n) {
			w.item(n)
		}
	}
}

// walker visits the children of a node; nil children are skipped.
type walker func(Node) bool

func walkAll[N Node](nodes []N, visit func(Node) bool) {
	for _, n := range nodes {
		Walk(n, visit)
	}
}

func (w walker) exprs(exprs ...Expr) {
	for _, e := range exprs {
		if e != nil {
			Walk(e, w)
		}
	}
}

func (w walker) vars(vars ...*Variable) {
	for _, v := range vars {
		if v != nil {
			Walk(v, w)
		}
	}
}

func (w walker) labels(e LabelExpr) {
	if e != nil {
		Walk(e, w)
	}
}

func (w walker) projection(p *Projection) {
	walkAll(p.Items, w)
	walkAll(p.Order, w)
	w.exprs(p.Skip, p.Limit)
}

func (w walker) clause(c Clause) {
	switch c := c.(type) {
	case *Match:
		Walk(c.Pattern, w)
		walkAll(c.Hints, w)
		w.exprs(c.Where)
	case *With:
		w.projection(&c.Projection)
		w.exprs(c.Where)
	case *Return:
		w.projection(&c.Projection)
	case *Unwind:
		w.exprs(c.List)
		w.vars(c.Var)
	case *Create:
		Walk(c.Pattern, w)
	case *Merge:
		Walk(c.Path, w)
		walkAll(c.Actions, w)
	case *SetClause:
		walkAll(c.Items, w)
	case *Remove:
		walkAll(c.Items, w)
	case *Delete:
		w.exprs(c.Exprs...)
	case *Foreach:
		w.vars(c.Var)
		w.exprs(c.List)
		walkAll(c.Body, w)
	case *CallProcedure:
		w.exprs(c.Args...)
		w.exprs(c.MemoryLimit)
		walkAll(c.Yield, w)
		w.exprs(c.Where)
	case *CallSubquery:
		w.vars(c.Imports...)
		Walk(c.Query, w)
		if t := c.InTransactions; t != nil {
			w.exprs(t.Rows, t.Concurrency, t.RetryFor)
			w.vars(t.Status)
		}
	case *Sequence:
		walkAll(c.Queries, w)
	case *Conditional:
		for _, b := range c.Branches {
			w.exprs(b.Cond)
			Walk(b.Query, w)
		}
		if c.Else != nil {
			Walk(c.Else, w)
		}
	case *LoadCSV:
		w.exprs(c.From, c.Delimiter, c.Quote, c.NullIf)
		w.vars(c.Var)
	case *Use:
		w.exprs(c.Graph)
	}
}

func (w walker) expr(e Expr) {
	switch e := e.(type) {
	case *Property:
		w.exprs(e.Subject)
	case *Index:
		w.exprs(e.Subject, e.Index)
	case *Slice:
		w.exprs(e.Subject, e.From, e.To)
	case *ListLiteral:
		w.exprs(e.Items...)
	case *MapLiteral:
		for i := range e.Entries {
			w.exprs(e.Entries[i].Value)
		}
	case *MapProjection:
		w.exprs(e.Subject)
		for i := range e.Items {
			w.exprs(e.Items[i].Value)
		}
	case *Unary:
		w.exprs(e.X)
	case *Binary:
		w.exprs(e.Left, e.Right)
	case *Comparison:
		w.exprs(e.Operands...)
	case *TypePredicate:
		w.exprs(e.X)
	case *Normalized:
		w.exprs(e.X)
	case *LabelPredicate:
		w.exprs(e.X)
		w.labels(e.Labels)
	case *Call:
		w.exprs(e.Args...)
	case *Case:
		w.exprs(e.Subject)
		for i := range e.Whens {
			w.exprs(e.Whens[i].Conds...)
			w.exprs(e.Whens[i].Then)
		}
		w.exprs(e.Else)
	case *ListComprehension:
		w.vars(e.Var)
		w.exprs(e.List, e.Where, e.Map)
	case *PatternComprehension:
		Walk(e.Path, w)
		w.exprs(e.Where, e.Map)
	case *PatternExpr:
		Walk(e.Path, w)
	case *ListPredicate:
		w.vars(e.Var)
		w.exprs(e.List, e.Where)
	case *Reduce:
		w.vars(e.Acc)
		w.exprs(e.Init)
		w.vars(e.Var)
		w.exprs(e.List, e.Expr, e.All)
	case *Interpolation:
		w.exprs(e.Parts...)
	case *Subquery:
		Walk(e.Query, w)
	}
}

func (w walker) label(e LabelExpr) {
	switch e := e.(type) {
	case *LabelName:
		w.exprs(e.Dynamic)
	case *LabelAnd:
		w.labels(e.Left)
		w.labels(e.Right)
	case *LabelOr:
		w.labels(e.Left)
		w.labels(e.Right)
	case *LabelNot:
		w.labels(e.X)
	}
}

func (w walker) command(b Body) {
	switch b := b.(type) {
	case *CreateIndex:
		w.exprs(b.Options)
	case *CreateConstraint:
		w.exprs(b.Options)
	case *Show:
		for i := range b.Args {
			w.exprs(b.Args[i].Value)
		}
		walkAll(b.Yield, w)
		walkAll(b.Order, w)
		w.exprs(b.Skip, b.Limit, b.Where)
		if b.Return != nil {
			Walk(b.Return, w)
		}
	case *Command:
		for i := range b.Args {
			w.exprs(b.Args[i].Value)
		}
	default:
		w.accountCommand(b)
	}
}

// pattern visits the children of a part of a pattern and reports whether n is
// one.
func (w walker) pattern(n Node) bool {
	switch n := n.(type) {
	case *Pattern:
		walkAll(n.Paths, w)
	case *PathPattern:
		w.vars(n.Var)
		w.exprs(n.Selector.Count)
		walkAll(n.Elements, w)
	case *NodePattern:
		w.vars(n.Var)
		w.labels(n.Labels)
		w.exprs(n.Properties, n.Where)
	case *RelPattern:
		w.vars(n.Var)
		w.labels(n.Types)
		if n.Length != nil {
			w.exprs(n.Length.Min, n.Length.Max)
		}
		if x := n.Expansion; x != nil {
			w.exprs(x.Limit)
			w.lambda(x.Weight)
			w.vars(x.Total)
			w.lambda(x.Filter)
		}
		w.exprs(n.Properties, n.Where)
	case *GroupPattern:
		Walk(n.Path, w)
		w.exprs(n.Where)
	default:
		return false
	}
	return true
}

func (w walker) lambda(l *Lambda) {
	if l != nil {
		w.vars(l.Vars...)
		w.exprs(l.Expr)
	}
}

// item visits the children of the parts of clauses.
func (w walker) item(n Node) {
	switch n := n.(type) {
	case *Hint:
		w.vars(n.Var)
		w.vars(n.Vars...)
	case *Item:
		w.exprs(n.Expr)
		w.vars(n.Alias)
	case *SortItem:
		w.exprs(n.Expr)
	case *YieldItem:
		w.vars(n.Alias)
	case *MergeAction:
		walkAll(n.Items, w)
	case *SetProperty:
		w.exprs(n.Target, n.Value)
	case *SetProperties:
		w.exprs(n.Target, n.Value)
	case *SetLabels:
		w.exprs(n.Target)
		walkAll(n.Labels, w)
	case *RemoveProperty:
		w.exprs(n.Target)
	case *RemoveLabels:
		w.exprs(n.Target)
		walkAll(n.Labels, w)
	}
}
