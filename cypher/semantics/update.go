package semantics

import "github.com/drawbolt/drawbolt/cypher/ast"

// update analyses a clause that changes the graph.
func (a *analyzer) update(c ast.Clause) {
	if a.readOnly {
		a.fail(c, ast.InvalidClauseComposition, "a subquery expression can not change the graph")
		return
	}
	a.writes = true
	switch c := c.(type) {
	case *ast.Create:
		if c.Insert {
			a.insert(c.Pattern)
		}
		for _, path := range c.Pattern.Paths {
			a.createPath(path, "CREATE")
		}
	case *ast.Merge:
		a.createPath(c.Path, "MERGE")
		for _, action := range c.Actions {
			a.setItems(action.Items)
		}
	case *ast.SetClause:
		a.setItems(c.Items)
	case *ast.Remove:
		a.remove(c)
	case *ast.Delete:
		a.delete(c)
	case *ast.Foreach:
		a.foreach(c)
	}
}

// insert refuses what CREATE has and INSERT has not.
func (a *analyzer) insert(p *ast.Pattern) {
	ast.Walk(p, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.LabelAnd:
			if n.Colon {
				a.fail(n, ast.UnexpectedSyntax, "INSERT joins labels by &, not by colons")
			}
		case *ast.LabelName:
			if n.Dynamic != nil {
				a.fail(n, ast.UnexpectedSyntax, "INSERT needs labels and types by name")
			}
		}
		return true
	})
}

// createPath analyses a path of CREATE or MERGE.
func (a *analyzer) createPath(p *ast.PathPattern, clause string) {
	if a.err != nil {
		return
	}
	if p.Selector.Kind != ast.SelectAll {
		a.fail(p, ast.UnexpectedSyntax, clause+" can not choose among paths")
		return
	}
	for _, e := range p.Elements {
		switch e := e.(type) {
		case *ast.NodePattern:
			a.createNode(e, len(p.Elements) == 1, clause)
		case *ast.RelPattern:
			a.createRelationship(e, clause)
		default:
			a.fail(e, ast.UnexpectedSyntax, clause+" can not repeat a path")
		}
	}
	if p.Var != nil {
		a.bindNew(p.Var, ast.Of(ast.TypePath))
		p.Symbol = p.Var.Symbol
	}
}

func (a *analyzer) createNode(n *ast.NodePattern, alone bool, clause string) {
	if n.Where != nil {
		a.fail(n, ast.UnexpectedSyntax, clause+" can not have a WHERE in a pattern")
	}
	a.createLabels(n.Labels, clause)
	a.createProperties(n.Properties, clause)
	if n.Var == nil {
		n.Symbol = a.newSymbol("", ast.Of(ast.TypeNode))
		return
	}
	symbol := a.scope.find(n.Var.Name)
	switch {
	case symbol == nil:
		symbol = a.bind(n.Var.Name, ast.Of(ast.TypeNode))
	case !fits(symbol.Type, ast.TypeNode):
		if alone {
			a.alreadyBound(n.Var, n.Var.Name)
		}
		a.fail(n.Var, ast.VariableTypeConflict, "the variable "+n.Var.Name+" is "+symbol.Type.String()+" and can not stand for a node")
	case alone, n.Labels != nil, n.Properties != nil:
		a.alreadyBound(n.Var, n.Var.Name)
	}
	n.Var.Symbol, n.Symbol = symbol, symbol
}

func (a *analyzer) createRelationship(r *ast.RelPattern, clause string) {
	a.createProperties(r.Properties, clause)
	if r.Var != nil && a.scope.find(r.Var.Name) != nil {
		a.alreadyBound(r.Var, r.Var.Name)
	}
	switch {
	case r.Length != nil, r.Expansion != nil, r.Quantifier != nil:
		a.fail(r, ast.CreatingVarLength, clause+" can not make a relationship of variable length")
	case r.Direction == ast.Both && clause == "CREATE":
		a.fail(r, ast.RequiresDirectedRelationship, "CREATE needs a direction for each relationship")
	case r.Where != nil:
		a.fail(r, ast.UnexpectedSyntax, clause+" can not have a WHERE in a pattern")
	}
	if name, ok := r.Types.(*ast.LabelName); !ok {
		a.fail(r, ast.NoSingleRelationshipType, clause+" needs exactly one type for each relationship")
	} else if name.Dynamic != nil {
		a.require(name.Dynamic, ast.TypeString|ast.TypeList, "a relationship type")
	}
	if r.Var == nil {
		r.Symbol = a.newSymbol("", ast.Of(ast.TypeRelationship))
		return
	}
	a.bindNew(r.Var, ast.Of(ast.TypeRelationship))
	r.Symbol = r.Var.Symbol
}

func (a *analyzer) createLabels(e ast.LabelExpr, clause string) {
	names, ok := ast.LabelConjunction(e)
	if !ok {
		a.fail(e, ast.UnexpectedSyntax, clause+" needs labels that are joined by & or colons")
		return
	}
	for _, l := range names {
		if l.Any {
			a.fail(l, ast.UnexpectedSyntax, clause+" can not choose among labels: $any(…) is for MATCH")
		}
	}
	a.labelNames(names)
}

func (a *analyzer) labelNames(names []*ast.LabelName) {
	for _, l := range names {
		if l.Dynamic != nil {
			a.require(l.Dynamic, ast.TypeString|ast.TypeList, "a label")
		}
	}
}

func (a *analyzer) createProperties(e ast.Expr, clause string) {
	if clause == "MERGE" {
		a.properties(e)
		return
	}
	if e != nil {
		a.expr(e)
	}
}

func (a *analyzer) setItems(items []ast.SetItem) {
	for _, item := range items {
		switch item := item.(type) {
		case *ast.SetProperty:
			a.target(item.Target)
			a.expr(item.Value)
		case *ast.SetProperties:
			a.require(item.Target, ast.TypeEntity, "what SET changes")
			a.require(item.Value, ast.TypeEntity|ast.TypeMap, "the new properties")
			if v, ok := item.Value.(*ast.Variable); ok && v.Symbol != nil && v.Symbol.Type.Is(ast.TypeEntity) {
				a.notify(v, PropertiesOfEntity, v.Name)
			}
		case *ast.SetLabels:
			a.require(item.Target, ast.TypeNode, "what SET adds labels to")
			a.labelNames(item.Labels)
		}
	}
}

// target analyses a property that is set or removed.
func (a *analyzer) target(e ast.Expr) {
	switch e := e.(type) {
	case *ast.Property:
		a.require(e.Subject, ast.TypeEntity|ast.TypeMap, "what has the property")
	case *ast.Index:
		a.require(e.Subject, ast.TypeEntity|ast.TypeMap, "what has the property")
		a.require(e.Index, ast.TypeString, "the name of a property")
	}
}

func (a *analyzer) remove(c *ast.Remove) {
	for _, item := range c.Items {
		switch item := item.(type) {
		case *ast.RemoveProperty:
			a.target(item.Target)
		case *ast.RemoveLabels:
			a.require(item.Target, ast.TypeNode, "what REMOVE takes labels from")
			a.labelNames(item.Labels)
		}
	}
}

func (a *analyzer) delete(c *ast.Delete) {
	for _, e := range c.Exprs {
		if l, ok := e.(*ast.LabelPredicate); ok {
			a.fail(l, ast.InvalidDelete, "DELETE can not remove a label or a type: use REMOVE")
			return
		}
		a.require(e, ast.TypeEntity|ast.TypePath, "what DELETE deletes")
	}
}

func (a *analyzer) foreach(c *ast.Foreach) {
	t := a.require(c.List, ast.TypeList, "what FOREACH goes through")
	a.inner(func() {
		a.bindNew(c.Var, elementOf(t))
		for _, clause := range c.Body {
			a.update(clause)
		}
	})
}

// elementOf returns the type of an element of a value that is used as a list.
func elementOf(t ast.Type) ast.Type {
	if !t.May(ast.TypeList) || t.Elem == 0 {
		return ast.Of(ast.TypeAny)
	}
	return t.Element()
}
