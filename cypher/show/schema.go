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
		"UNIQUE CONSTRAINTS":         {constraintUnique},
		"NODE UNIQUE CONSTRAINTS":    {constraintUnique},
		"REL UNIQUE CONSTRAINTS":     {"RELATIONSHIP_UNIQUENESS"},
		"EXISTENCE CONSTRAINTS":      {constraintExists},
		"NODE EXISTENCE CONSTRAINTS": {constraintExists},
		"REL EXISTENCE CONSTRAINTS":  {"RELATIONSHIP_PROPERTY_EXISTENCE"},
		"KEY CONSTRAINTS":            {constraintKey},
		"NODE KEY CONSTRAINTS":       {constraintKey},
		"REL KEY CONSTRAINTS":        {"RELATIONSHIP_KEY"},
		"PROPERTY TYPE CONSTRAINTS":  {"NODE_PROPERTY_TYPE"},
	} {
		t.show(subject, t.listConstraints(types), constraints...)
	}
	t.show("INDEX INFO", t.listIndexInfo, slices.Concat(
		textual("index type", "label"), column(ast.TypeAny, "property"), integers("count"))...)
	t.show("CONSTRAINT INFO", t.listConstraintInfo, slices.Concat(
		textual("constraint type", "label"), column(ast.TypeAny, "properties"), textual("data_type"))...)
}

// The types of constraints in listings.
const (
	constraintUnique = "UNIQUENESS"
	constraintExists = "NODE_PROPERTY_EXISTENCE"
	constraintKey    = "NODE_KEY"
)

const rangeProvider = "range-1.0"

// listIndexes lists the indexes of a kind; "" means all. Indexes sort by name.
func (t *Tables) listIndexes(kind string) func(context.Context, *Request) error {
	return func(_ context.Context, r *Request) error {
		if kind != "" && kind != "RANGE" {
			return nil
		}
		indexes := t.Store.Indexes()
		for i, place := range sorted(indexes, func(x storage.IndexInfo) string { return x.Name }) {
			info := &indexes[place]
			state, percent := "ONLINE", 100.0
			if !info.Online {
				state, percent = "POPULATING", 0
			}
			label, keys := t.Store.LabelName(info.Label), t.keyNames(info.Keys)
			var null graph.Value
			if err := r.Yield([]graph.Value{
				graph.Integer(int64(i + 1)), text(info.Name), text(state), graph.Float(percent), text("RANGE"), text("NODE"),
				texts([]string{label}), texts(keys), text(rangeProvider), known(info.Constraint), null, null, null,
				indexOptions(), text(""), text(createIndex(info, label, keys)),
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

func indexOptions() graph.Value {
	return graph.Map([]graph.Field{
		{Name: "indexConfig", Value: graph.Map(nil)}, {Name: "indexProvider", Value: text(rangeProvider)},
	})
}

// quoted writes a name between backticks.
func quoted(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

// propertiesOf writes the properties of n that a schema command names.
func propertiesOf(keys []string) string {
	list := make([]string, len(keys))
	for i, key := range keys {
		list[i] = "n." + quoted(key)
	}
	return "(" + strings.Join(list, ", ") + ")"
}

func createIndex(info *storage.IndexInfo, label string, keys []string) string {
	if info.Constraint != "" {
		return "CREATE CONSTRAINT " + quoted(info.Constraint) + " FOR (n:" + quoted(label) + ") REQUIRE " + propertiesOf(keys) + " IS UNIQUE"
	}
	if len(keys) == 0 {
		return "CREATE INDEX ON :" + quoted(label)
	}
	return "CREATE RANGE INDEX " + quoted(info.Name) + " FOR (n:" + quoted(label) + ") ON " + propertiesOf(keys)
}

// listIndexInfo lists indexes in Memgraph's columns.
func (t *Tables) listIndexInfo(_ context.Context, r *Request) error {
	for _, info := range t.Store.Indexes() {
		kind, property := "label+property", texts(t.keyNames(info.Keys))
		if len(info.Keys) == 0 {
			kind, property = "label", graph.Value{}
		}
		if err := r.Yield([]graph.Value{
			text(kind), text(t.Store.LabelName(info.Label)), property, graph.Integer(info.Entries),
		}); err != nil {
			return err
		}
	}
	return nil
}

// listConstraints lists the constraints of some types; nil means all.
func (t *Tables) listConstraints(types []string) func(context.Context, *Request) error {
	return func(_ context.Context, r *Request) error {
		constraints := t.Store.Constraints()
		for i, place := range sorted(constraints, func(c storage.ConstraintSpec) string { return c.Name }) {
			c := &constraints[place]
			kind, index, options := constraintUnique, text(c.Name), indexOptions()
			switch c.Kind {
			case storage.Exists:
				kind, index, options = constraintExists, graph.Value{}, graph.Map(nil)
			case storage.NodeKey:
				kind = constraintKey
			case storage.Unique:
			}
			if types != nil && !slices.Contains(types, kind) {
				continue
			}
			label, keys := t.Store.LabelName(c.Label), t.keyNames(c.Keys)
			if err := r.Yield([]graph.Value{
				graph.Integer(int64(i + 1)), text(c.Name), text(kind), text("NODE"), texts([]string{label}), texts(keys),
				index,
				{},
				options, text(t.createConstraint(c)),
			}); err != nil {
				return err
			}
		}
		return nil
	}
}

// createConstraint returns the command that makes a constraint.
func (t *Tables) createConstraint(c *storage.ConstraintSpec) string {
	rule := "IS UNIQUE"
	switch c.Kind {
	case storage.Exists:
		rule = "IS NOT NULL"
	case storage.NodeKey:
		rule = "IS NODE KEY"
	case storage.Unique:
	}
	return "CREATE CONSTRAINT " + quoted(c.Name) + " FOR (n:" + quoted(t.Store.LabelName(c.Label)) + ") REQUIRE " +
		propertiesOf(t.keyNames(c.Keys)) + " " + rule
}

// listConstraintInfo lists constraints in Memgraph's columns.
func (t *Tables) listConstraintInfo(_ context.Context, r *Request) error {
	for _, c := range t.Store.Constraints() {
		label, keys := text(t.Store.LabelName(c.Label)), t.keyNames(c.Keys)
		if c.Kind != storage.Unique {
			for _, key := range keys {
				if err := r.Yield([]graph.Value{text("exists"), label, text(key), text("")}); err != nil {
					return err
				}
			}
		}
		if c.Kind == storage.Exists {
			continue
		}
		if err := r.Yield([]graph.Value{text("unique"), label, texts(keys), text("")}); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tables) keyNames(keys []storage.KeyID) []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = t.Store.KeyName(k)
	}
	return names
}
