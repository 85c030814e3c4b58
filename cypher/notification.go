package cypher

import (
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/semantics"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// The severities of notifications.
const (
	severityWarning     = "WARNING"
	severityInformation = "INFORMATION"
	severityInfo        = "INFO" // the same in Memgraph
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
	if info.Kind != semantics.KindRead {
		return hints // what is not there yet may be made
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
		out.Description = "If a part of a query contains multiple disconnected patterns, this will build a cartesian product between all those parts. " +
			"This may produce a large amount of data and slow down query processing. While occasionally intended, it may often be possible " +
			"to reformulate the query that avoids the use of this cross product, perhaps by adding a relationship between the different parts " +
			"or by using OPTIONAL MATCH (" + identifiers(n.Subject) + ")"
	case semantics.UnboundedLength:
		out.Code = "Neo.ClientNotification.Statement.UnboundedVariableLengthPattern"
		out.Title = "The provided pattern is unbounded, consider adding an upper limit to the number of node hops."
		out.Description = "Using shortest path with an unbounded pattern will likely result in long execution times. " +
			"It is recommended to use an upper limit to the number of node hops in your pattern."
	case semantics.DeprecatedFunction:
		deprecated(&out, "The query used a deprecated function: `"+n.Subject+"`.")
	case semantics.DeprecatedProcedure:
		deprecated(&out, "The query used a deprecated procedure: `"+n.Subject+"`.")
	case semantics.UnscopedSubquery:
		deprecated(&out, "CALL subquery without a variable scope clause is now deprecated. Use CALL ("+n.Subject+") { ... }")
	case semantics.PropertiesOfEntity:
		deprecated(&out, "The use of nodes or relationships for setting properties is deprecated and will be removed in a future version. Please use properties() instead.")
	}
	return out
}

func deprecated(n *Notification, description string) {
	n.Code, n.Severity = "Neo.ClientNotification.Statement.FeatureDeprecationWarning", severityWarning
	n.Title = "This feature is deprecated and will be removed in future versions."
	n.Description = description
}

// identifiers names the variables of a part of a pattern.
func identifiers(names string) string {
	if names == "" || strings.Contains(names, ",") {
		return "identifiers are: (" + names + ")"
	}
	return "identifier is: (" + names + ")"
}

// unknownNames collects the names in a statement's patterns and expressions
// that the store has never seen.
type unknownNames struct {
	engine *Engine
	text   string
	hints  []hint
	seen   map[string]bool
}

func (u *unknownNames) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.LabelPredicate:
		u.labels(n)
	case *ast.MapProjection:
		for i := range n.Items {
			if item := &n.Items[i]; item.Value == nil && !item.All && aboutEntity(n.Subject) {
				u.noteAt(u.keyStart(item.Span, item.Key), keyName, item.Key)
			}
		}
	case *ast.Index:
		if key, ok := n.Index.(*ast.Literal); ok && key.Value.Kind() == graph.KindString && aboutEntity(n.Subject) {
			u.note(key, keyName, key.Value.Str())
		}
	case *ast.NodePattern:
		if n.Labels != nil {
			ast.Walk(n.Labels, u.names(labelName))
		}
		u.properties(n.Properties)
	case *ast.RelPattern:
		if n.Types != nil {
			ast.Walk(n.Types, u.names(typeName))
		}
		u.properties(n.Properties)
	case *ast.Property:
		if aboutEntity(n.Subject) {
			u.noteAt(u.keyStart(n.Span, n.Key), keyName, n.Key)
		}
	}
	return true
}

// aboutEntity reports whether an expression is a variable that holds a node or a
// relationship.
func aboutEntity(e ast.Expr) bool {
	v, ok := e.(*ast.Variable)
	return ok && v.Symbol != nil && v.Symbol.Type.Is(ast.TypeEntity)
}

// keyStart returns where the key at the end of a span begins.
func (u *unknownNames) keyStart(s ast.Span, key string) int32 {
	start := s.End - int32(len(key)) //nolint:gosec // a part of the text, whose offsets fit
	if s.End > 0 && u.text[s.End-1] == '`' {
		start -= 2 + int32(strings.Count(key, "`")) //nolint:gosec // as above
	}
	return start
}

// labels notes the names behind the colon of n:A.
func (u *unknownNames) labels(p *ast.LabelPredicate) {
	kind := labelName
	if v, ok := p.X.(*ast.Variable); ok && v.Symbol != nil && v.Symbol.Type.Is(ast.TypeRelationship) {
		kind = typeName
	}
	ast.Walk(p.Labels, u.names(kind))
}

// properties notes the keys of a map in a pattern.
func (u *unknownNames) properties(e ast.Expr) {
	m, ok := e.(*ast.MapLiteral)
	if !ok {
		return
	}
	for i := range m.Entries {
		u.noteAt(m.Entries[i].Start, keyName, m.Entries[i].Key)
	}
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
	u.noteAt(n.Range().Start, kind, name)
}

func (u *unknownNames) noteAt(start int32, kind nameKind, name string) {
	key := string(rune(kind)) + name
	if u.seen[key] || !u.engine.unknown(kind, name) {
		return
	}
	u.seen[key] = true
	h := hint{unknown: kind, name: name}
	h.Severity, h.Subject = severityWarning, name
	h.Position = ast.PositionAt(u.text, start)
	const spelling = " in your query is not available in the database, make sure you didn't misspell it or that the label is available when you run this statement in your application (the missing "
	switch kind {
	case labelName:
		h.Code = "Neo.ClientNotification.Statement.UnknownLabelWarning"
		h.Title = "The provided label is not in the database."
		h.Description = "One of the labels" + spelling + "label name is: " + name + ")"
	case typeName:
		h.Code = "Neo.ClientNotification.Statement.UnknownRelationshipTypeWarning"
		h.Title = "The provided relationship type is not in the database."
		h.Description = "One of the relationship types" + spelling + "relationship type is: " + name + ")"
	case keyName:
		h.Code = "Neo.ClientNotification.Statement.UnknownPropertyKeyWarning"
		h.Title = "The provided property key is not in the database"
		h.Description = "One of the property names" + spelling + "property name is: " + name + ")"
	}
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
