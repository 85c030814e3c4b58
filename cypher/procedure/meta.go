package procedure

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// metaProcedures are what tools ask for the shape of a graph by the names of
// Neo4j's procedure library.
func metaProcedures() []Procedure {
	columns := []function.Output{
		output("label", ast.TypeString), output("property", ast.TypeString), output("count", ast.TypeInteger),
		output("unique", ast.TypeBoolean), output("index", ast.TypeBoolean), output("existence", ast.TypeBoolean),
		output("type", ast.TypeString), output("array", ast.TypeBoolean), output("other", ast.TypeList),
		output("elementType", ast.TypeString),
	}
	return []Procedure{
		procedure(Read, "apoc.meta.data", "Lists the properties of labels and types, and which labels they connect.",
			[]function.Parameter{inputOr("config", ast.TypeMap, graph.Map(nil))}, columns, metaData),
	}
}

// metaTypes are the names of types where they differ from those of the schema
// procedures.
func metaType(name string) (typ string, array bool) {
	switch name {
	case "Long":
		return "INTEGER", false
	case "Double":
		return "FLOAT", false
	case "DateTime":
		return "DATE_TIME", false
	case "LocalDateTime":
		return "LOCAL_DATE_TIME", false
	case "LocalTime":
		return "LOCAL_TIME", false
	}
	if strings.HasSuffix(name, "Array") {
		return "LIST", true
	}
	return strings.ToUpper(name), false
}

// metaData reads everything, whatever sample it is asked for.
func metaData(ctx context.Context, c *function.Context, _ []graph.Value, yield func([]graph.Value) error) error {
	m := &meta{c: c, yield: yield}
	nodes, err := nodeShapes(ctx, c)
	if err != nil {
		return err
	}
	labels := make(map[string]*shape)
	for _, s := range nodes {
		for _, name := range s.labels {
			merge(labels, name, s)
		}
	}
	if err := m.properties(labels, "node"); err != nil {
		return err
	}
	if err := m.connections(); err != nil {
		return err
	}
	relationships, err := relationshipShapes(ctx, c)
	if err != nil {
		return err
	}
	types := make(map[string]*shape)
	for _, s := range relationships {
		merge(types, strings.Trim(s.name, ":`"), s)
	}
	return m.properties(types, "relationship")
}

// merge adds what is known of entities that look alike to all that have a name.
func merge(named map[string]*shape, name string, from *shape) {
	s := named[name]
	if s == nil {
		s = &shape{name: name, types: make(map[storage.KeyID]map[string]bool)}
		named[name] = s
	}
	s.count += from.count
	for key, types := range from.types {
		if s.types[key] == nil {
			s.types[key] = make(map[string]bool)
		}
		maps.Copy(s.types[key], types)
	}
}

// meta writes the rows of metaData.
type meta struct {
	c     *function.Context
	yield func([]graph.Value) error
}

func (m *meta) row(name, property string, count int64, typ string, array bool, other []string, element string) error {
	no := graph.Boolean(false)
	return m.yield([]graph.Value{
		text(name), text(property), graph.Integer(count), no, no, no, text(typ), graph.Boolean(array), texts(other), text(element),
	})
}

func (m *meta) properties(named map[string]*shape, element string) error {
	for _, name := range slices.Sorted(maps.Keys(named)) {
		s := named[name]
		for _, key := range slices.Sorted(maps.Keys(s.types)) {
			// A property of several types has the name of the first.
			typ, array := metaType(slices.Sorted(maps.Keys(s.types[key]))[0])
			if err := m.row(name, m.c.Store.KeyName(key), s.count, typ, array, nil, element); err != nil {
				return err
			}
		}
	}
	return nil
}

// connections lists for each label and type the labels at the other end, from
// the counts of the store. A count says how many relationships of a type begin
// or end at a label, not which belong together, so a type between several
// labels may name more than there are.
func (m *meta) connections() error {
	labels := m.c.Store.Labels()
	for _, name := range labels {
		l, _ := m.c.Store.Label(name)
		for _, typ := range m.c.Store.Types() {
			id, _ := m.c.Store.Type(typ)
			n, exact := m.c.View.StepCount(l, id, storage.Out)
			if exact && n == 0 {
				continue
			}
			var other []string
			for _, to := range labels {
				t, _ := m.c.Store.Label(to)
				if n, exact := m.c.View.StepCount(t, id, storage.In); !exact || n > 0 {
					other = append(other, to)
				}
			}
			if err := m.row(name, typ, n, "RELATIONSHIP", false, other, "node"); err != nil {
				return err
			}
		}
	}
	return nil
}
