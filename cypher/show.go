package cypher

import (
	"context"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/cypher/procedure"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A lister gives the rows of a SHOW statement to yield.
type lister func(c *function.Context, yield func(row []graph.Value) error) error

// listing returns what SHOW and a subject list, as a procedure without
// arguments; nil for an unknown subject.
func (e *Engine) listing(subject string) *procedure.Procedure {
	switch subject {
	case "INDEXES", "ALL INDEXES", "RANGE INDEXES":
		return listingOf(e.listIndexes, "id", "name", "state", "populationPercent", "type", "entityType",
			"labelsOrTypes", "properties", "indexProvider", "owningConstraint", "lastRead", "readCount")
	case "INDEX INFO":
		return listingOf(e.listIndexInfo, "index type", "label", "property", "count")
	case "CONSTRAINTS", "ALL CONSTRAINTS":
		return listingOf(e.listConstraints, "id", "name", "type", "entityType", "labelsOrTypes", "properties",
			"ownedIndex", "propertyType")
	case "CONSTRAINT INFO":
		return listingOf(e.listConstraintInfo, "constraint type", "label", "properties", "data_type")
	case "STORAGE INFO":
		return listingOf(e.listStorageInfo, "storage info", "value")
	case "FUNCTIONS", "ALL FUNCTIONS", "BUILT IN FUNCTIONS":
		return listingOf(e.listFunctions, "name", "category", "description", "signature", "isBuiltIn", "aggregating")
	case "PROCEDURES":
		return listingOf(e.listProcedures, "name", "description", "mode", "worksOnSystem", "signature")
	case "CURRENT USER":
		return listingOf(listCurrentUser, "user", "roles", "passwordChangeRequired", "suspended", "home")
	case "DATABASES":
		return listingOf(e.listDatabases, "name", "type", "aliases", "access", "address", "role", "writer",
			"requestedStatus", "currentStatus", "statusMessage", "default", "home", "constituents")
	case "SETTINGS":
		return listingOf(e.listSettings, "name", "value", "isDynamic", "defaultValue", "description")
	case "VERSION":
		return listingOf(e.listVersion, "version")
	default:
		return nil
	}
}

func listingOf(list lister, columns ...string) *procedure.Procedure {
	p := &procedure.Procedure{Mode: procedure.Read}
	p.Name = "SHOW"
	for _, name := range columns {
		p.Outputs = append(p.Outputs, function.Output{Name: name, Type: ast.Of(ast.TypeAny)})
	}
	p.Run = func(_ context.Context, c *function.Context, _ []graph.Value, yield func([]graph.Value) error) error {
		return list(c, yield)
	}
	return p
}

// showColumns tells the analysis the columns of SHOW statements.
func (e *Engine) showColumns(subject string) ([]function.Output, bool) {
	p := e.listing(subject)
	if p == nil {
		return nil, false
	}
	return p.Outputs, true
}

func text(s string) graph.Value { return graph.String(s) }

func texts(list []string) graph.Value {
	items := make([]graph.Value, len(list))
	for i, s := range list {
		items[i] = graph.String(s)
	}
	return graph.List(items)
}

func (e *Engine) listIndexes(_ *function.Context, yield func([]graph.Value) error) error {
	for i, info := range e.store.Indexes() {
		state, percent := "ONLINE", 100.0
		if !info.Online {
			state, percent = "POPULATING", 0
		}
		var null graph.Value
		if err := yield([]graph.Value{
			graph.Integer(int64(i + 1)), text(info.Name), text(state), graph.Float(percent), text("RANGE"), text("NODE"),
			texts([]string{e.store.LabelName(info.Label)}), texts(e.keyNames(info.Keys)),
			text("range-1.0"), null, null, null,
		}); err != nil {
			return err
		}
	}
	return nil
}

// listIndexInfo lists indexes in Memgraph's columns.
func (e *Engine) listIndexInfo(_ *function.Context, yield func([]graph.Value) error) error {
	for _, info := range e.store.Indexes() {
		kind, property := "label+property", texts(e.keyNames(info.Keys))
		if len(info.Keys) == 0 {
			kind, property = "label", graph.Value{}
		}
		if err := yield([]graph.Value{
			text(kind), text(e.store.LabelName(info.Label)), property, graph.Integer(info.Entries),
		}); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) listConstraints(_ *function.Context, yield func([]graph.Value) error) error {
	for i, c := range e.store.Constraints() {
		kind, index := "UNIQUENESS", text(c.Name)
		if c.Kind == storage.Exists {
			kind, index = "NODE_PROPERTY_EXISTENCE", graph.Value{}
		}
		if err := yield([]graph.Value{
			graph.Integer(int64(i + 1)), text(c.Name), text(kind), text("NODE"),
			texts([]string{e.store.LabelName(c.Label)}), texts(e.keyNames(c.Keys)), index,
			{},
		}); err != nil {
			return err
		}
	}
	return nil
}

// listConstraintInfo lists constraints in Memgraph's columns.
func (e *Engine) listConstraintInfo(_ *function.Context, yield func([]graph.Value) error) error {
	for _, c := range e.store.Constraints() {
		kind, properties := "unique", texts(e.keyNames(c.Keys))
		if c.Kind == storage.Exists {
			kind, properties = "exists", text(strings.Join(e.keyNames(c.Keys), ", "))
		}
		if err := yield([]graph.Value{text(kind), text(e.store.LabelName(c.Label)), properties, text("")}); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) listStorageInfo(c *function.Context, yield func([]graph.Value) error) error {
	for _, row := range [][]graph.Value{
		{text("name"), text(c.Database)},
		{text("vertex_count"), graph.Integer(e.store.NodeCount())},
		{text("edge_count"), graph.Integer(e.store.RelationshipCount())},
	} {
		if err := yield(row); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) listFunctions(_ *function.Context, yield func([]graph.Value) error) error {
	for _, f := range e.functions.All() {
		if err := yield([]graph.Value{
			text(f.Name), text(f.Category), text(f.Description), text(f.String()),
			graph.Boolean(true), graph.Boolean(f.Aggregate),
		}); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) listProcedures(_ *function.Context, yield func([]graph.Value) error) error {
	for _, p := range e.procedures.All() {
		if err := yield([]graph.Value{
			text(p.Name), text(p.Description), text(p.Mode.String()),
			graph.Boolean(p.Mode == procedure.DBMS), text(p.String()),
		}); err != nil {
			return err
		}
	}
	return nil
}

func listCurrentUser(c *function.Context, yield func([]graph.Value) error) error {
	return yield([]graph.Value{text(c.User), texts(c.Roles), graph.Boolean(false), graph.Boolean(false), {}})
}

// listDatabases lists the database that the engine runs on, and those that the
// server knows beside it.
func (e *Engine) listDatabases(c *function.Context, yield func([]graph.Value) error) error {
	names, address := []string{c.Database}, ""
	if c.Server != nil {
		names, address = c.Server.Databases(), c.Server.Address()
	}
	for i, name := range names {
		kind := "standard"
		if name == "system" {
			kind = "system"
		}
		if err := yield([]graph.Value{
			text(name), text(kind), graph.List(nil), text("read-write"), text(address), text("primary"),
			graph.Boolean(true), text("online"), text("online"), text(""),
			graph.Boolean(i == 0), graph.Boolean(i == 0), graph.List(nil),
		}); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) listSettings(c *function.Context, yield func([]graph.Value) error) error {
	if c.Server == nil {
		return nil
	}
	for _, s := range c.Server.Settings() {
		if err := yield([]graph.Value{text(s[0]), text(s[1]), graph.Boolean(false), text(s[1]), text(s[2])}); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) listVersion(c *function.Context, yield func([]graph.Value) error) error {
	if c.Server == nil {
		return nil
	}
	_, version, _ := c.Server.Components()
	return yield([]graph.Value{text(version)})
}
