package show

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// addSchema adds indexes and constraints.
func (t *Tables) addSchema() {
	indexes := slices.Concat(
		integers("id"), textual("name", "state"), column(ast.TypeFloat, "populationPercent"),
		textual("type", "entityType"), lists("labelsOrTypes", "properties"), textual("indexProvider", "owningConstraint"),
		column(ast.TypeDateTime, "lastRead"), integers("readCount"), column(ast.TypeDateTime, "trackedSince+"),
		column(ast.TypeMap, "options+"), textual("failureMessage+", "createStatement+"))
	for _, kind := range []string{"", "RANGE", "TEXT", "POINT", "FULLTEXT", "VECTOR", "LOOKUP"} {
		t.show(strings.TrimSpace(kind+" INDEXES"), t.listIndexes(kind), indexes...)
	}
	constraints := slices.Concat(
		integers("id"), textual("name", "type", "entityType"), lists("labelsOrTypes", "properties"),
		textual("ownedIndex", "propertyType"), column(ast.TypeMap, "options+"), textual("createStatement+"))
	for subject, types := range map[string][]string{
		"CONSTRAINTS":                nil,
		"UNIQUE CONSTRAINTS":         {constraintUnique, relationUnique},
		"NODE UNIQUE CONSTRAINTS":    {constraintUnique},
		"REL UNIQUE CONSTRAINTS":     {relationUnique},
		"EXISTENCE CONSTRAINTS":      {constraintExists, relationExists},
		"NODE EXISTENCE CONSTRAINTS": {constraintExists},
		"REL EXISTENCE CONSTRAINTS":  {relationExists},
		"KEY CONSTRAINTS":            {constraintKey, relationKey},
		"NODE KEY CONSTRAINTS":       {constraintKey},
		"REL KEY CONSTRAINTS":        {relationKey},
		"PROPERTY TYPE CONSTRAINTS":  {constraintType, relationType},
	} {
		t.show(subject, t.listConstraints(types), constraints...)
	}
	t.show("INDEX INFO", t.listIndexInfo, slices.Concat(
		textual("index type", "label"), column(ast.TypeAny, "property"), integers("count"))...)
	t.show("SCHEMA INFO", t.listSchemaInfo, textual("schema")...)
	t.show("CONSTRAINT INFO", t.listConstraintInfo, slices.Concat(
		textual("constraint type", "label"), column(ast.TypeAny, "properties"), textual("data_type"))...)
}

// The types of constraints in listings.
const (
	constraintUnique = "UNIQUENESS"
	constraintExists = "NODE_PROPERTY_EXISTENCE"
	constraintKey    = "NODE_KEY"
	constraintType   = "NODE_PROPERTY_TYPE"
	relationUnique   = "RELATIONSHIP_UNIQUENESS"
	relationExists   = "RELATIONSHIP_PROPERTY_EXISTENCE"
	relationKey      = "RELATIONSHIP_KEY"
	relationType     = "RELATIONSHIP_PROPERTY_TYPE"
)

const rangeProvider = "range-1.0"

// indexKind returns the name of the kind of an index, and of what serves it.
func indexKind(k storage.IndexKind) (kind, provider string) {
	switch k {
	case storage.TextIndex:
		return "TEXT", "text-2.0"
	case storage.PointIndex:
		return "POINT", "point-1.0"
	default:
		return "RANGE", rangeProvider
	}
}

// A subject is the label or type that an index or constraint is about.
type subject struct {
	relationships bool
	name          string
	keys          []string
}

func (t *Tables) subject(relationships bool, label storage.LabelID, typ storage.TypeID, keys []storage.KeyID) subject {
	s := subject{relationships: relationships, keys: t.keyNames(keys)}
	if relationships {
		s.name = t.Store.TypeName(typ)
	} else {
		s.name = t.Store.LabelName(label)
	}
	return s
}

func (t *Tables) ofIndex(x *storage.IndexSpec) subject {
	return t.subject(x.Relationships, x.Label, x.Type, x.Keys)
}

func (t *Tables) ofConstraint(c *storage.ConstraintSpec) subject {
	return t.subject(c.Relationships, c.Label, c.Type, c.Keys)
}

// entity is the type of entity as listings have it.
func (s *subject) entity() graph.Value {
	if s.relationships {
		return text("RELATIONSHIP")
	}
	return text("NODE")
}

// pattern is how commands write the subject, and variable its variable.
func (s *subject) pattern() string {
	if s.relationships {
		return "()-[r:" + quoted(s.name) + "]-()"
	}
	return "(n:" + quoted(s.name) + ")"
}

// properties writes the properties that a schema command names.
func (s *subject) properties() string {
	variable := "n."
	if s.relationships {
		variable = "r."
	}
	list := make([]string, len(s.keys))
	for i, key := range s.keys {
		list[i] = variable + quoted(key)
	}
	return "(" + strings.Join(list, ", ") + ")"
}

// listIndexes lists the indexes of a kind; "" means all. Indexes sort by name.
func (t *Tables) listIndexes(wanted string) func(context.Context, *Request) error {
	return func(_ context.Context, r *Request) error {
		indexes := t.Store.Indexes()
		for i, place := range sorted(indexes, func(x storage.IndexInfo) string { return x.Name }) {
			info := &indexes[place]
			kind, provider := indexKind(info.Kind)
			if wanted != "" && wanted != kind {
				continue
			}
			state := "ONLINE"
			if !info.Online {
				state = "POPULATING"
			}
			s := t.ofIndex(&info.IndexSpec)
			var null graph.Value
			if err := r.Yield([]graph.Value{
				graph.Integer(int64(i + 1)), text(info.Name), text(state), graph.Float(info.Populated), text(kind), s.entity(),
				texts([]string{s.name}), texts(s.keys), text(provider), known(info.Constraint), null, null, null,
				indexOptions(provider), text(""), text(t.createIndex(info)),
			}); err != nil {
				return err
			}
		}
		return nil
	}
}

// sorted returns the places of the items in the order of their names.
func sorted[T any](items []T, name func(T) string) []int {
	places := make([]int, len(items))
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places, func(a, b int) int { return cmp.Compare(name(items[a]), name(items[b])) })
	return places
}

func indexOptions(provider string) graph.Value {
	return graph.Map([]graph.Field{
		{Name: "indexConfig", Value: graph.Map(nil)}, {Name: "indexProvider", Value: text(provider)},
	})
}

// quoted writes a name between backticks.
func quoted(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

// createIndex returns the command that makes an index.
func (t *Tables) createIndex(info *storage.IndexInfo) string {
	s := t.ofIndex(&info.IndexSpec)
	if info.Constraint != "" {
		for _, c := range t.Store.Constraints() {
			if c.Name == info.Constraint {
				return t.createConstraint(&c)
			}
		}
	}
	if len(s.keys) == 0 {
		return "CREATE INDEX ON :" + quoted(s.name)
	}
	kind, _ := indexKind(info.Kind)
	return "CREATE " + kind + " INDEX " + quoted(info.Name) + " FOR " + s.pattern() + " ON " + s.properties()
}

// listIndexInfo lists indexes in Memgraph's columns.
func (t *Tables) listIndexInfo(_ context.Context, r *Request) error {
	indexes := t.Store.Indexes()
	for i := range indexes {
		info := &indexes[i]
		if info.Constraint != "" {
			continue // SHOW CONSTRAINT INFO has it
		}
		s := t.ofIndex(&info.IndexSpec)
		kind, property, count := "label", texts(s.keys), info.Entries
		if s.relationships {
			kind = "edge-type"
		}
		if len(s.keys) == 0 {
			property = graph.Value{}
		} else {
			kind += "+property"
			all := storage.NewRange(info.Index, nil, nil)
			count = r.View.CountRange(&all)
		}
		if err := r.Yield([]graph.Value{text(kind), text(s.name), property, graph.Integer(count)}); err != nil {
			return err
		}
	}
	return nil
}

// constraintName returns the type of a constraint in listings.
func constraintName(c *storage.ConstraintSpec) string {
	names := map[storage.ConstraintKind][2]string{
		storage.Unique: {constraintUnique, relationUnique}, storage.Exists: {constraintExists, relationExists},
		storage.NodeKey: {constraintKey, relationKey}, storage.PropertyType: {constraintType, relationType},
	}
	if c.Relationships {
		return names[c.Kind][1]
	}
	return names[c.Kind][0]
}

// listConstraints lists the constraints of some types; nil means all.
func (t *Tables) listConstraints(types []string) func(context.Context, *Request) error {
	return func(_ context.Context, r *Request) error {
		constraints := t.Store.Constraints()
		for i, place := range sorted(constraints, func(c storage.ConstraintSpec) string { return c.Name }) {
			c := &constraints[place]
			kind, index, options := constraintName(c), graph.Value{}, graph.Map(nil)
			if c.Kind == storage.Unique || c.Kind == storage.NodeKey {
				index, options = text(c.Name), indexOptions(rangeProvider)
			}
			if types != nil && !slices.Contains(types, kind) {
				continue
			}
			s := t.ofConstraint(c)
			if err := r.Yield([]graph.Value{
				graph.Integer(int64(i + 1)), text(c.Name), text(kind), s.entity(), texts([]string{s.name}), texts(s.keys),
				index, known(typeText(c.Types)), options, text(t.createConstraint(c)),
			}); err != nil {
				return err
			}
		}
		return nil
	}
}

// createConstraint returns the command that makes a constraint.
func (t *Tables) createConstraint(c *storage.ConstraintSpec) string {
	s := t.ofConstraint(c)
	rule, entity := "IS UNIQUE", "NODE"
	if s.relationships {
		entity = "RELATIONSHIP"
	}
	switch c.Kind {
	case storage.Exists:
		rule = "IS NOT NULL"
	case storage.NodeKey:
		rule = "IS " + entity + " KEY"
	case storage.PropertyType:
		rule = "IS :: " + typeText(c.Types)
	case storage.Unique:
	}
	return "CREATE CONSTRAINT " + quoted(c.Name) + " FOR " + s.pattern() + " REQUIRE " + s.properties() + " " + rule
}

// listConstraintInfo lists constraints in Memgraph's columns.
func (t *Tables) listConstraintInfo(_ context.Context, r *Request) error {
	constraints := t.Store.Constraints()
	for i := range constraints {
		c := &constraints[i]
		s := t.ofConstraint(c)
		if c.Kind == storage.Exists || c.Kind == storage.NodeKey {
			for _, key := range s.keys {
				if err := r.Yield([]graph.Value{text("exists"), text(s.name), text(key), text("")}); err != nil {
					return err
				}
			}
		}
		row := []graph.Value{text("unique"), text(s.name), texts(s.keys), text("")}
		switch c.Kind {
		case storage.Exists:
			continue
		case storage.PropertyType:
			row = []graph.Value{text("data_type"), text(s.name), text(s.keys[0]), text(typeText(c.Types))}
		case storage.Unique, storage.NodeKey:
		}
		if err := r.Yield(row); err != nil {
			return err
		}
	}
	return nil
}

// propertyKinds are the types that a constraint can demand, in the order in which
// unions are written.
var propertyKinds = [...]struct { //nolint:gochecknoglobals // constant table
	name string
	kind graph.Kind
}{
	{"BOOLEAN", graph.KindBoolean},
	{"STRING", graph.KindString},
	{"INTEGER", graph.KindInteger},
	{"FLOAT", graph.KindFloat},
	{"DATE", graph.KindDate},
	{"LOCAL TIME", graph.KindLocalTime},
	{"ZONED TIME", graph.KindTime},
	{"LOCAL DATETIME", graph.KindLocalDateTime},
	{"ZONED DATETIME", graph.KindDateTime},
	{"DURATION", graph.KindDuration},
	{"POINT", graph.KindPoint},
}

// PropertyKind returns the kind of values that the name of a type stands for, when
// a constraint can demand it.
func PropertyKind(name string) (graph.Kind, bool) {
	for _, p := range propertyKinds {
		if p.name == name {
			return p.kind, true
		}
	}
	return 0, false
}

// typeText writes types as Cypher does, "" for none.
func typeText(types storage.ValueTypes) string {
	var names []string
	for _, p := range propertyKinds {
		if types.Kinds>>p.kind&1 != 0 {
			names = append(names, p.name)
		}
	}
	for _, p := range propertyKinds {
		if types.Items>>p.kind&1 != 0 {
			names = append(names, "LIST<"+p.name+" NOT NULL>")
		}
	}
	return strings.Join(names, " | ")
}

func (t *Tables) keyNames(keys []storage.KeyID) []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = t.Store.KeyName(k)
	}
	return names
}
