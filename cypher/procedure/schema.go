package procedure

import (
	"context"
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

func schemaProcedures() []Procedure {
	nodeColumns := []function.Output{
		output("nodeType", ast.TypeString), stringList("nodeLabels"), output("propertyName", ast.TypeString),
		stringList("propertyTypes"), output("mandatory", ast.TypeBoolean),
	}
	relationColumns := []function.Output{
		output("relType", ast.TypeString), output("propertyName", ast.TypeString),
		stringList("propertyTypes"), output("mandatory", ast.TypeBoolean),
	}
	return []Procedure{
		procedure(Read, "db.labels", "Lists the labels that nodes have.", nil,
			[]function.Output{output("label", ast.TypeString)}, labels),
		procedure(Read, "db.relationshipTypes", "Lists the types that relationships have.", nil,
			[]function.Output{output("relationshipType", ast.TypeString)}, relationshipTypes),
		procedure(Read, "db.propertyKeys", "Lists the keys that properties were ever given.", nil,
			[]function.Output{output("propertyKey", ast.TypeString)}, propertyKeys),
		procedure(Read, "db.schema.nodeTypeProperties", "Lists the properties of nodes, by their labels.", nil, nodeColumns, nodeTypeProperties),
		procedure(Read, "schema.node_type_properties", "Lists the properties of nodes, by their labels.", nil, nodeColumns, nodeTypeProperties),
		procedure(Read, "db.schema.relTypeProperties", "Lists the properties of relationships, by their types.", nil, relationColumns, relTypeProperties),
		procedure(Read, "schema.rel_type_properties", "Lists the properties of relationships, by their types.", nil, relationColumns, relTypeProperties),
		procedure(Read, "db.schema.visualization", "Shows which labels are connected by which types.", nil,
			[]function.Output{output("nodes", ast.TypeList), output("relationships", ast.TypeList)}, visualization),
		procedure(Write, "db.createLabel", "Makes a label known.", []function.Parameter{input("newLabel", ast.TypeString)}, nil,
			intern(func(s *storage.Store, name string) error { _, err := s.InternLabel(name); return err })),
		procedure(Write, "db.createRelationshipType", "Makes a relationship type known.", []function.Parameter{input("newRelationshipType", ast.TypeString)}, nil,
			intern(func(s *storage.Store, name string) error { _, err := s.InternType(name); return err })),
		procedure(Write, "db.createProperty", "Makes a property key known.", []function.Parameter{input("newProperty", ast.TypeString)}, nil,
			intern(func(s *storage.Store, name string) error { _, err := s.InternKey(name); return err })),
		// Indexes are built before the statement that makes them ends.
		procedure(Read, "db.awaitIndex", "Waits until an index is built.",
			[]function.Parameter{input("indexName", ast.TypeString), inputOr("timeOutSeconds", ast.TypeInteger, graph.Integer(300))}, nil, awaitIndex),
		procedure(Read, "db.awaitIndexes", "Waits until all indexes are built.",
			[]function.Parameter{inputOr("timeOutSeconds", ast.TypeInteger, graph.Integer(300))}, nil, nothing),
		// The store always counts.
		procedure(Read, "db.resampleIndex", "Counts the entries of an index again.",
			[]function.Parameter{input("indexName", ast.TypeString)}, nil, awaitIndex),
		procedure(Read, "db.resampleOutdatedIndexes", "Counts the entries of indexes again.", nil, nil, nothing),
	}
}

func nothing(context.Context, *function.Context, []graph.Value, func([]graph.Value) error) error {
	return nil
}

// labels leaves out labels that no node has any more.
func labels(_ context.Context, c *function.Context, _ []graph.Value, yield func([]graph.Value) error) error {
	for _, name := range c.Store.Labels() {
		id, ok := c.Store.Label(name)
		if !ok {
			continue
		}
		if n, exact := c.View.LabelCount(id); exact && n == 0 {
			continue
		}
		if err := yield([]graph.Value{text(name)}); err != nil {
			return err
		}
	}
	return nil
}

// relationshipTypes leaves out types that no relationship has any more.
func relationshipTypes(_ context.Context, c *function.Context, _ []graph.Value, yield func([]graph.Value) error) error {
	for _, name := range c.Store.Types() {
		id, ok := c.Store.Type(name)
		if !ok {
			continue
		}
		if n, exact := c.View.TypeCount(id); exact && n == 0 {
			continue
		}
		if err := yield([]graph.Value{text(name)}); err != nil {
			return err
		}
	}
	return nil
}

func propertyKeys(_ context.Context, c *function.Context, _ []graph.Value, yield func([]graph.Value) error) error {
	for _, name := range c.Store.Keys() {
		if err := yield([]graph.Value{text(name)}); err != nil {
			return err
		}
	}
	return nil
}

func intern(add func(s *storage.Store, name string) error) run {
	return func(_ context.Context, c *function.Context, args []graph.Value, _ func([]graph.Value) error) error {
		if args[0].Kind() != graph.KindString || args[0].Len() == 0 {
			return &function.Error{Kind: function.KindArgument, Detail: function.DetailArgumentValue, Message: function.DetailArgumentValue + ": a name must not be empty"}
		}
		return add(c.Store, args[0].Str())
	}
}

func awaitIndex(_ context.Context, c *function.Context, args []graph.Value, _ func([]graph.Value) error) error {
	for _, ix := range c.Store.Indexes() {
		if args[0].Kind() == graph.KindString && ix.Name == args[0].Str() {
			return nil
		}
	}
	return &function.Error{Kind: function.KindArgument, Detail: function.DetailArgumentValue, Message: function.DetailArgumentValue + ": there is no index of that name"}
}

// A shape collects the properties of all entities that look alike.
type shape struct {
	name   string
	labels []string
	count  int64
	types  map[storage.KeyID]map[string]bool // type names by key
	having map[storage.KeyID]int64           // how many entities have the key
}

func (s *shape) add(key storage.KeyID, v graph.Value) {
	if s.types == nil {
		s.types, s.having = make(map[storage.KeyID]map[string]bool), make(map[storage.KeyID]int64)
	}
	if s.types[key] == nil {
		s.types[key] = make(map[string]bool)
	}
	s.types[key][propertyType(v)] = true
	s.having[key]++
}

// propertyType names the type of a stored value as schema tools expect it.
func propertyType(v graph.Value) string {
	names := [...]string{
		graph.KindBoolean: "Boolean", graph.KindInteger: "Long", graph.KindFloat: "Double",
		graph.KindString: "String", graph.KindBytes: "ByteArray", graph.KindDate: "Date",
		graph.KindLocalTime: "LocalTime", graph.KindTime: "Time", graph.KindLocalDateTime: "LocalDateTime",
		graph.KindDateTime: "DateTime", graph.KindDuration: "Duration", graph.KindPoint: "Point",
	}
	if v.Kind() == graph.KindList {
		if v.Len() == 0 {
			return "StringArray"
		}
		return propertyType(v.List()[0]) + "Array"
	}
	if int(v.Kind()) < len(names) && names[v.Kind()] != "" {
		return names[v.Kind()]
	}
	return v.Kind().String()
}

// yield reports one row for each key, or one without a key for entities that
// have no properties.
func (s *shape) yield(c *function.Context, withLabels bool, yield func([]graph.Value) error) error {
	row := func(key, types, mandatory graph.Value) error {
		if withLabels {
			return yield([]graph.Value{text(s.name), texts(s.labels), key, types, mandatory})
		}
		return yield([]graph.Value{text(s.name), key, types, mandatory})
	}
	if len(s.types) == 0 {
		return row(graph.Value{}, graph.Value{}, graph.Boolean(false))
	}
	keys := make([]storage.KeyID, 0, len(s.types))
	for key := range s.types {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		var names []string
		for name := range s.types[key] {
			names = append(names, name)
		}
		slices.Sort(names)
		if err := row(text(c.Store.KeyName(key)), texts(names), graph.Boolean(s.having[key] == s.count)); err != nil {
			return err
		}
	}
	return nil
}

// scanBatch is how many entities a scan looks at between two checks for
// cancellation.
const scanBatch = 1024

func nodeTypeProperties(ctx context.Context, c *function.Context, _ []graph.Value, yield func([]graph.Value) error) error {
	shapes, err := nodeShapes(ctx, c)
	if err != nil {
		return err
	}
	return yieldShapes(c, shapes, true, yield)
}

func nodeShapes(ctx context.Context, c *function.Context) (map[string]*shape, error) {
	shapes := make(map[string]*shape)
	var cursor storage.NodeCursor
	var keys []storage.KeyID
	ids := make([]graph.NodeID, scanBatch)
	for n := c.View.ScanNodes(&cursor, ids); n > 0; n = c.View.ScanNodes(&cursor, ids) {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		arena := &graph.Arena{}
		for _, id := range ids[:n] {
			s := nodeShape(c, shapes, id)
			s.count++
			keys = c.View.PropertyKeys(keys[:0], id)
			for _, key := range keys {
				s.add(key, c.View.NodeProperty(id, key, arena))
			}
		}
	}
	return shapes, nil
}

// nodeShape finds the shape of a node's labels, under their names in order:
// :`A`:`B`.
func nodeShape(c *function.Context, shapes map[string]*shape, id graph.NodeID) *shape {
	var buf [16]storage.LabelID
	var names []string
	for _, l := range c.View.Labels(buf[:0], id) {
		names = append(names, c.Store.LabelName(l))
	}
	slices.Sort(names)
	var key strings.Builder
	for _, name := range names {
		key.WriteString(":`" + name + "`")
	}
	s := shapes[key.String()]
	if s == nil {
		s = &shape{name: key.String(), labels: names}
		shapes[s.name] = s
	}
	return s
}

func relTypeProperties(ctx context.Context, c *function.Context, _ []graph.Value, yield func([]graph.Value) error) error {
	shapes, err := relationshipShapes(ctx, c)
	if err != nil {
		return err
	}
	return yieldShapes(c, shapes, false, yield)
}

func relationshipShapes(ctx context.Context, c *function.Context) (map[string]*shape, error) {
	shapes := make(map[string]*shape)
	var cursor storage.RelationshipCursor
	var keys []storage.KeyID
	ids := make([]graph.RelationshipID, scanBatch)
	for n := c.View.ScanRelationships(&cursor, nil, ids); n > 0; n = c.View.ScanRelationships(&cursor, nil, ids) {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		arena := &graph.Arena{}
		for _, id := range ids[:n] {
			r, ok := c.View.Relationship(id)
			if !ok {
				continue
			}
			name := ":`" + c.Store.TypeName(r.Type) + "`"
			s := shapes[name]
			if s == nil {
				s = &shape{name: name}
				shapes[name] = s
			}
			s.count++
			keys = c.View.RelationshipPropertyKeys(keys[:0], id)
			for _, key := range keys {
				s.add(key, c.View.RelationshipProperty(id, key, arena))
			}
		}
	}
	return shapes, nil
}

func yieldShapes(c *function.Context, shapes map[string]*shape, withLabels bool, yield func([]graph.Value) error) error {
	names := make([]string, 0, len(shapes))
	for name := range shapes {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := shapes[name].yield(c, withLabels, yield); err != nil {
			return err
		}
	}
	return nil
}

// visualization describes the graph of labels and types as maps, with the
// counts of the store: which label a relationship of a type may start or end
// at. It looks at no node.
func visualization(_ context.Context, c *function.Context, _ []graph.Value, yield func([]graph.Value) error) error {
	var nodes, relationships []graph.Value
	for _, name := range c.Store.Labels() {
		id, _ := c.Store.Label(name)
		if n, exact := c.View.LabelCount(id); exact && n == 0 {
			continue
		}
		nodes = append(nodes, graph.Map([]graph.Field{{Name: "name", Value: text(name)}}))
	}
	for _, name := range c.Store.Types() {
		id, _ := c.Store.Type(name)
		var from, to []string
		for _, label := range c.Store.Labels() {
			l, _ := c.Store.Label(label)
			if n, exact := c.View.StepCount(l, id, storage.Out); exact && n > 0 {
				from = append(from, label)
			}
			if n, exact := c.View.StepCount(l, id, storage.In); exact && n > 0 {
				to = append(to, label)
			}
		}
		for _, start := range from {
			for _, end := range to {
				relationships = append(relationships, graph.Map([]graph.Field{
					{Name: "name", Value: text(name)}, {Name: "from", Value: text(start)}, {Name: "to", Value: text(end)},
				}))
			}
		}
	}
	return yield([]graph.Value{graph.List(nodes), graph.List(relationships)})
}
