package plan

import (
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
)

// liveReads is what clauses of a segment look at row by row, as the rows before
// have left it: the pattern of MERGE, the values of SET. A later clause of the
// segment must not change it, because the operators take turns by batches.
type liveReads struct {
	nodes, rels bool // which there are
	labels      bool
	anyKey      bool
	keys        map[string]bool
}

// add takes in what a clause looks at while it writes.
func (l *liveReads) add(c ast.Clause) {
	ast.Walk(c, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Merge:
			l.path(n.Path)
		case *ast.SetProperty:
			l.value(n.Value)
			return false
		case *ast.SetProperties:
			l.value(n.Value)
			if _, ok := n.Value.(*ast.Variable); ok {
				l.anyKey = true // of an entity
			}
			return false
		}
		return true
	})
}

func (l *liveReads) key(name string) {
	if l.keys == nil {
		l.keys = make(map[string]bool)
	}
	l.keys[name] = true
}

func (l *liveReads) path(p *ast.PathPattern) {
	for _, e := range p.Elements {
		switch e := e.(type) {
		case *ast.NodePattern:
			l.nodes = true
			l.labels = l.labels || e.Labels != nil
			l.properties(e.Properties)
		case *ast.RelPattern:
			l.rels = true
			l.properties(e.Properties)
		}
	}
}

func (l *liveReads) properties(e ast.Expr) {
	literal, ok := e.(*ast.MapLiteral)
	if !ok {
		l.anyKey = l.anyKey || e != nil
		return
	}
	for i := range literal.Entries {
		l.key(literal.Entries[i].Key)
		l.value(literal.Entries[i].Value)
	}
}

// value takes in what an expression looks at.
func (l *liveReads) value(e ast.Expr) {
	ast.Walk(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Property:
			l.key(n.Key)
		case *ast.Index, *ast.MapProjection:
			l.anyKey = true
		case *ast.LabelPredicate:
			l.labels = true
		case *ast.PatternExpr, *ast.PatternComprehension, *ast.Subquery:
			l.nodes, l.rels, l.labels, l.anyKey = true, true, true, true
		case *ast.Call:
			l.call(strings.ToLower(n.Name))
		}
		_, property := n.(*ast.Property)
		return !property
	})
}

// call knows the functions that look into entities.
func (l *liveReads) call(name string) {
	r := reads{}
	r.call(name)
	l.nodes, l.rels = l.nodes || r.graph, l.rels || r.graph
	l.labels, l.anyKey = l.labels || r.labels, l.anyKey || r.anyKey
}

func (l *liveReads) conflicts(e *effects) bool {
	if l.nodes && e.nodes || l.rels && e.rels || l.labels && e.labels {
		return true
	}
	if l.anyKey && (e.anyKey || len(e.keys) > 0) || len(l.keys) > 0 && e.anyKey {
		return true
	}
	for k := range l.keys {
		if e.keys[k] {
			return true
		}
	}
	return false
}

// barrierBeforeWriting plans a barrier when a clause writes what an earlier one
// of the segment looks at live, or deletes what an earlier one may still write
// to.
func (p *planner) barrierBeforeWriting(c ast.Clause, input Node) Node {
	e := p.effectsOf(c)
	if p.live.conflicts(e) || e.deletes && p.effects.any() {
		return p.barrier(input)
	}
	return input
}

// effectsOf finds what a clause that is not planned yet writes.
func (p *planner) effectsOf(c ast.Clause) *effects {
	e := &effects{}
	ast.Walk(c, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Create:
			for _, path := range n.Pattern.Paths {
				p.creates(e, path)
			}
		case *ast.Merge:
			p.creates(e, n.Path)
		case *ast.SetProperty:
			e.target(n.Target)
		case *ast.RemoveProperty:
			e.target(n.Target)
		case *ast.SetProperties:
			e.anyKey = true
		case *ast.SetLabels, *ast.RemoveLabels:
			e.labels = true
		case *ast.Delete:
			e.deletes = true
		case *ast.CallProcedure:
			e.anyKey = true
		}
		return true
	})
	return e
}

func (p *planner) creates(e *effects, path *ast.PathPattern) {
	for _, element := range path.Elements {
		switch element := element.(type) {
		case *ast.NodePattern:
			if slot, known := p.slots[element.Symbol]; !known || !p.bound[slot] {
				e.nodes = true
			}
		case *ast.RelPattern:
			e.rels = true
		}
	}
}

func (e *effects) target(target ast.Expr) {
	if property, ok := target.(*ast.Property); ok {
		e.key(property.Key)
		return
	}
	e.anyKey = true
}
