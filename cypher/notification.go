package cypher

import (
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/semantics"
)

// The severities of notifications.
const (
	severityWarning     = "WARNING"
	severityInformation = "INFORMATION"
)

// A hint is a notification of a prepared statement. Those about names that do
// not exist are given only as long as that is true.
type hint struct {
	Notification
	unknown nameKind
	name    string
}

// A nameKind tells what an unknown name would name.
type nameKind uint8

const (
	labelName nameKind = iota + 1
	typeName
	keyName
)

// hints returns the notifications of a statement.
func (e *Engine) hints(s *ast.Statement, info *semantics.Info) []hint {
	var hints []hint
	for i := range info.Notifications {
		hints = append(hints, hint{Notification: analysed(&info.Notifications[i])})
	}
	h := unknownNames{engine: e, text: s.Text, hints: hints, seen: make(map[string]bool)}
	ast.Walk(s, h.visit)
	return h.hints
}

// analysed gives a hint of the analysis its code and text.
func analysed(n *semantics.Notification) Notification {
	out := Notification{Severity: severityInformation, Position: n.Position}
	switch n.Kind {
	case semantics.CartesianProduct:
		out.Code = "Neo.ClientNotification.Statement.CartesianProduct"
		out.Title = "This query builds a cartesian product between disconnected patterns."
		out.Description = "If a part of a query contains multiple disconnected patterns, this will build a cartesian product between all those parts."
	case semantics.UnboundedLength:
		out.Code = "Neo.ClientNotification.Statement.UnboundedVariableLengthPattern"
		out.Title = "The provided pattern is unbounded, consider adding an upper limit to the number of node hops."
		out.Description = "Using shortest path with an unbounded pattern will likely result in long execution times."
	case semantics.DeprecatedFunction, semantics.DeprecatedProcedure:
		out.Code, out.Severity = "Neo.ClientNotification.Statement.FeatureDeprecationWarning", severityWarning
		out.Title = "This feature is deprecated and will be removed in future versions."
		out.Description = "The query used a deprecated function or procedure. Use " + n.Subject + " instead."
	}
	return out
}

// unknownNames collects the names in a statement's patterns and expressions
// that the store has never seen.
type unknownNames struct {
	engine *Engine
	text   string
	hints  []hint
	seen   map[string]bool
}

// visit looks at what is matched; what is created may be new.
func (u *unknownNames) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.Create, *ast.Merge, *ast.SetClause, *ast.Remove:
		return false
	case *ast.NodePattern:
		if n.Labels != nil {
			ast.Walk(n.Labels, u.names(labelName))
		}
	case *ast.RelPattern:
		if n.Types != nil {
			ast.Walk(n.Types, u.names(typeName))
		}
	case *ast.Property:
		if v, ok := n.Subject.(*ast.Variable); ok && v.Symbol != nil && v.Symbol.Type.Is(ast.TypeEntity) {
			u.note(n, keyName, n.Key)
		}
	}
	return true
}

func (u *unknownNames) names(kind nameKind) func(ast.Node) bool {
	return func(n ast.Node) bool {
		if l, ok := n.(*ast.LabelName); ok && l.Dynamic == nil {
			u.note(l, kind, l.Name)
		}
		return true
	}
}

func (u *unknownNames) note(n ast.Node, kind nameKind, name string) {
	key := string(rune(kind)) + name
	if u.seen[key] || !u.engine.unknown(kind, name) {
		return
	}
	u.seen[key] = true
	h := hint{unknown: kind, name: name}
	h.Severity, h.Subject = severityWarning, name
	h.Position = ast.PositionAt(u.text, n.Range().Start)
	what := ""
	switch kind {
	case labelName:
		h.Code, what = "Neo.ClientNotification.Statement.UnknownLabelWarning", "label"
	case typeName:
		h.Code, what = "Neo.ClientNotification.Statement.UnknownRelationshipTypeWarning", "relationship type"
	case keyName:
		h.Code, what = "Neo.ClientNotification.Statement.UnknownPropertyKeyWarning", "property key"
	}
	h.Title = "The provided " + what + " is not in the database."
	h.Description = "One of the " + what + "s in your query is not available in the database, make sure you didn't misspell it or that it is available when you run this statement in your application (the missing " + what + " name is: " + name + ")"
	u.hints = append(u.hints, h)
}

// unknown reports whether the store has never seen a name.
func (e *Engine) unknown(kind nameKind, name string) bool {
	known := true
	switch kind {
	case labelName:
		_, known = e.store.Label(name)
	case typeName:
		_, known = e.store.Type(name)
	case keyName:
		_, known = e.store.Key(name)
	}
	return !known
}

// notifications returns the hints that are true now.
func (e *Engine) notifications(p *prepared) []Notification {
	var list []Notification
	for i := range p.hints {
		h := &p.hints[i]
		if h.unknown == 0 || e.unknown(h.unknown, h.name) {
			list = append(list, h.Notification)
		}
	}
	return list
}
