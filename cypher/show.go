package cypher

import (
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A listing is what a SHOW statement lists.
type listing struct {
	columns []string
	rows    [][]graph.Value
}

// show runs a SHOW statement.
func (e *Engine) show(r *Result, c *ast.Show) error {
	if c.Where != nil || c.Return != nil || len(c.Order) > 0 || c.Skip != nil || c.Limit != nil {
		return refused("SHOW with WHERE, ORDER BY or RETURN")
	}
	var l *listing
	switch c.Subject {
	case "INDEXES", "ALL INDEXES", "RANGE INDEXES":
		l = e.showIndexes()
	case "INDEX INFO":
		l = e.showIndexInfo()
	case "CONSTRAINTS", "ALL CONSTRAINTS":
		l = e.showConstraints()
	case "STORAGE INFO":
		l = e.showStorageInfo()
	case "FUNCTIONS", "ALL FUNCTIONS", "BUILT IN FUNCTIONS":
		l = e.showFunctions()
	case "PROCEDURES", "PROCEDURES EXECUTABLE":
		l = e.showProcedures()
	default:
		return refused("SHOW %s", c.Subject)
	}
	return r.list(l, c)
}

// list makes the rows of a listing the rows of the result.
func (r *Result) list(l *listing, c *ast.Show) error {
	fields := make([]int, 0, len(l.columns))
	if len(c.Yield) > 0 {
		for _, y := range c.Yield {
			at := -1
			for i, name := range l.columns {
				if name == y.Field {
					at = i
				}
			}
			if at < 0 {
				return &Error{Kind: KindSyntax, Detail: string(ast.UndefinedVariable), Message: "UndefinedVariable: SHOW " + c.Subject + " has no column " + y.Field}
			}
			fields = append(fields, at)
			r.columns = append(r.columns, y.Name())
		}
	} else {
		for i := range l.columns {
			fields = append(fields, i)
		}
		r.columns = l.columns
	}
	r.rows.columns = make([]expr.Column, len(fields))
	for i, field := range fields {
		column := &r.rows.columns[i]
		column.Resize(expr.Values, len(l.rows))
		for row := range l.rows {
			column.Values[row] = l.rows[row][field]
		}
	}
	r.rows.n = len(l.rows)
	r.ended = false
	return nil
}

func text(s string) graph.Value { return graph.String(s) }

func texts(list []string) graph.Value {
	items := make([]graph.Value, len(list))
	for i, s := range list {
		items[i] = graph.String(s)
	}
	return graph.List(items)
}

func (e *Engine) showIndexes() *listing {
	l := &listing{columns: []string{
		"id", "name", "state", "populationPercent", "type", "entityType", "labelsOrTypes", "properties",
		"indexProvider", "owningConstraint", "lastRead", "readCount",
	}}
	for i, info := range e.store.Indexes() {
		state, percent := "ONLINE", 100.0
		if !info.Online {
			state, percent = "POPULATING", 0
		}
		l.rows = append(l.rows, []graph.Value{
			graph.Integer(int64(i + 1)), text(info.Name), text(state), graph.Float(percent), text("RANGE"), text("NODE"),
			texts([]string{e.store.LabelName(info.Label)}), texts(e.keyNames(info.Keys)),
			text("range-1.0"), {}, {}, {},
		})
	}
	return l
}

// showIndexInfo lists indexes in Memgraph's columns.
func (e *Engine) showIndexInfo() *listing {
	l := &listing{columns: []string{"index type", "label", "property", "count"}}
	for _, info := range e.store.Indexes() {
		kind, property := "label+property", texts(e.keyNames(info.Keys))
		if len(info.Keys) == 0 {
			kind, property = "label", graph.Value{}
		}
		l.rows = append(l.rows, []graph.Value{
			text(kind), text(e.store.LabelName(info.Label)), property, graph.Integer(info.Entries),
		})
	}
	return l
}

func (e *Engine) showConstraints() *listing {
	l := &listing{columns: []string{
		"id", "name", "type", "entityType", "labelsOrTypes", "properties", "ownedIndex", "propertyType",
	}}
	for i, c := range e.store.Constraints() {
		kind := "UNIQUENESS"
		if c.Kind == storage.Exists {
			kind = "NODE_PROPERTY_EXISTENCE"
		}
		l.rows = append(l.rows, []graph.Value{
			graph.Integer(int64(i + 1)), text(c.Name), text(kind), text("NODE"),
			texts([]string{e.store.LabelName(c.Label)}), texts(e.keyNames(c.Keys)), {}, {},
		})
	}
	return l
}

func (e *Engine) showStorageInfo() *listing {
	l := &listing{columns: []string{"storage info", "value"}}
	l.rows = append(l.rows,
		[]graph.Value{text("vertex_count"), graph.Integer(e.store.NodeCount())},
		[]graph.Value{text("edge_count"), graph.Integer(e.store.RelationshipCount())},
	)
	return l
}

func (e *Engine) showFunctions() *listing {
	l := &listing{columns: []string{"name", "category", "description", "signature", "isBuiltIn", "aggregating"}}
	for _, f := range e.functions.All() {
		l.rows = append(l.rows, []graph.Value{
			text(f.Name), text(f.Category), text(f.Description), text(f.String()),
			graph.Boolean(true), graph.Boolean(f.Aggregate),
		})
	}
	return l
}

func (e *Engine) showProcedures() *listing {
	l := &listing{columns: []string{"name", "description", "mode", "worksOnSystem", "signature"}}
	for _, p := range e.procedures.All() {
		l.rows = append(l.rows, []graph.Value{
			text(p.Name), text(p.Description), text(p.Mode.String()), graph.Boolean(strings.HasPrefix(p.Name, "dbms.")), text(p.String()),
		})
	}
	return l
}
