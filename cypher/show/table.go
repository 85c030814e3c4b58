package show

import (
	"context"
	"maps"
	"slices"

	"github.com/drawbolt/drawbolt/cypher/access"
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/cypher/procedure"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Column is one column of a [Table].
type Column struct {
	function.Output
	// Extra columns are there only when YIELD asks for them.
	Extra bool
}

// A Request is one run of a statement.
type Request struct {
	*function.Context
	// Arguments are the variable parts of the statement by the names of the
	// grammar, such as "ids" or "setting". Flags are true.
	Arguments map[string]graph.Value
	// Yield takes one row; it does not keep the slice.
	Yield func(row []graph.Value) error
}

// Text returns an argument that is a string, or "".
func (r *Request) Text(key string) string {
	if v := r.Arguments[key]; v.Kind() == graph.KindString {
		return v.Str()
	}
	return ""
}

// Texts returns an argument that is a string or a list of strings.
func (r *Request) Texts(key string) []string {
	v := r.Arguments[key]
	switch v.Kind() {
	case graph.KindString:
		return []string{v.Str()}
	case graph.KindList:
		var out []string
		for _, item := range v.List() {
			if item.Kind() == graph.KindString {
				out = append(out, item.Str())
			}
		}
		return out
	default:
		return nil
	}
}

// A Table is what a statement answers with.
type Table struct {
	Columns []Column
	// System says that the statement is about the server and not about the
	// graph: clients see the type "s".
	System bool
	// Alone says that the statement changes what transactions do not cover, so
	// that it can not be part of an explicit one.
	Alone bool
	// Streams says that there may be more rows than memory.
	Streams bool

	rows func(ctx context.Context, r *Request) error
}

// Procedure returns the table in the form that is planned. Keys are the names
// of the arguments in order.
func (t *Table) Procedure(name string, keys []string) *procedure.Procedure {
	p := &procedure.Procedure{Mode: procedure.Read, Streams: t.Streams}
	p.Name = name
	for _, key := range keys {
		p.Parameters = append(p.Parameters, function.Parameter{Name: key, Type: ast.Of(ast.TypeAny)})
	}
	for i := range t.Columns {
		p.Outputs = append(p.Outputs, t.Columns[i].Output)
	}
	p.Run = func(ctx context.Context, c *function.Context, args []graph.Value, yield func([]graph.Value) error) error {
		r := &Request{Context: c, Yield: yield, Arguments: make(map[string]graph.Value, len(args))}
		for i, key := range keys {
			r.Arguments[key] = args[i]
		}
		return t.rows(ctx, r)
	}
	return p
}

// Sources are what the rows come from. Store, Functions and Procedures must be
// set; statements whose other sources are nil do not exist.
type Sources struct {
	Store      *storage.Store
	Functions  *function.Table
	Procedures *procedure.Table
	// Server is also what statements get as their context's; it may be nil.
	Server       function.Server
	Transactions Transactions
	Settings     Settings
	// Process may be nil: then the rows about the process are zero.
	Process Process
	// Isolation tells the level of transactions that name none.
	Isolation func() storage.Isolation
	// Databases lists the databases; nil means that there is only the store.
	Databases Databases
	// Users keeps the accounts; without it there are none.
	Users access.Users
}

// Tables finds the table of a statement by its name.
type Tables struct {
	Sources
	byName map[string]*Table
}

// New returns the tables over the sources.
func New(s Sources) *Tables {
	t := &Tables{Sources: s, byName: make(map[string]*Table)}
	t.addSchema()
	t.addCatalogue()
	t.addDatabases()
	t.addUsers()
	t.addSettings()
	t.addTransactions()
	t.addInfo()
	t.addMaintenance()
	t.addStorage()
	return t
}

// Find returns the table of a statement, such as "SHOW INDEXES" or "DUMP
// DATABASE"; nil when there is none.
func (t *Tables) Find(name string) *Table { return t.byName[name] }

// Names returns the names of all tables, sorted.
func (t *Tables) Names() []string { return slices.Sorted(maps.Keys(t.byName)) }

// add puts a table under all its names.
func (t *Tables) add(table *Table, names ...string) {
	for _, name := range names {
		t.byName[name] = table
	}
}

// show adds a table behind SHOW.
func (t *Tables) show(subject string, rows func(ctx context.Context, r *Request) error, columns ...Column) *Table {
	table := &Table{Columns: columns, rows: rows}
	t.add(table, "SHOW "+subject)
	return table
}

// column declares columns of one type, by names that end in "+" when they are
// extra.
func column(set ast.Set, names ...string) []Column {
	return columnsOf(ast.Of(set).Nullable(), names)
}

func columnsOf(typ ast.Type, names []string) []Column {
	out := make([]Column, len(names))
	for i, name := range names {
		extra := name[len(name)-1] == '+'
		if extra {
			name = name[:len(name)-1]
		}
		out[i] = Column{Output: function.Output{Name: name, Type: typ}, Extra: extra}
	}
	return out
}

func textual(names ...string) []Column { return column(ast.TypeString, names...) }

func lists(names ...string) []Column {
	return columnsOf(ast.ListOf(ast.TypeString).Nullable(), names)
}

func booleans(names ...string) []Column { return column(ast.TypeBoolean, names...) }

func integers(names ...string) []Column { return column(ast.TypeInteger, names...) }

func text(s string) graph.Value { return graph.String(s) }

func texts(list []string) graph.Value {
	items := make([]graph.Value, len(list))
	for i, s := range list {
		items[i] = graph.String(s)
	}
	return graph.List(items)
}

// known returns a string, or null when it is empty.
func known(s string) graph.Value {
	if s == "" {
		return graph.Value{}
	}
	return graph.String(s)
}
