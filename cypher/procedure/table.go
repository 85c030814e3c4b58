package procedure

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Mode says what a procedure may do with the database.
type Mode uint8

// The modes.
const (
	Read Mode = iota + 1
	Write
	Schema
	DBMS
)

// String returns the mode as SHOW PROCEDURES prints it.
func (m Mode) String() string {
	switch m {
	case Read:
		return "READ"
	case Write:
		return "WRITE"
	case Schema:
		return "SCHEMA"
	case DBMS:
		return "DBMS"
	}
	return fmt.Sprintf("Mode(%d)", uint8(m))
}

// A Procedure is one row of the table.
type Procedure struct {
	function.Signature
	Mode Mode
	// Streams says that there may be more rows than memory: they are taken one by
	// one, and Run waits meanwhile.
	Streams bool
	// Run calls yield with each row, one value for each output; yield does not
	// keep the slice. Run stops at the first error of yield and returns it.
	// The arguments are as many as parameters, defaults filled in, and of the
	// parameters' types or null.
	Run func(ctx context.Context, c *function.Context, args []graph.Value, yield func(row []graph.Value) error) error
}

// Options configure a table.
type Options struct {
	// Testing adds the procedures by which tests declare procedures.
	Testing bool
	// Functions is listed by procedures that show the functions; it may be
	// nil.
	Functions *function.Table
	// ReloadTLS reads the server's key material again; nil without TLS.
	ReloadTLS func(ctx context.Context) error
}

// ErrExists reports a procedure whose name is taken.
var ErrExists = errors.New("procedure: name is taken")

// A Table finds procedures by name. It may be used by many goroutines.
type Table struct {
	current atomic.Pointer[rows]

	writing sync.Mutex // held while the rows are replaced
}

// rows is one immutable state of a table.
type rows struct {
	byName  map[string]*Procedure // by lower-case name
	version uint64
}

// NewTable returns the table of the built-in procedures.
func NewTable(o Options) *Table {
	t := &Table{}
	r := &rows{byName: make(map[string]*Procedure)}
	all := [][]Procedure{schemaProcedures(), metaProcedures(), writeProcedures(), systemProcedures(), securityProcedures(o.ReloadTLS), t.listingProcedures(o.Functions)}
	if o.Testing {
		all = append(all, t.testingProcedures())
	}
	for _, group := range all {
		for i := range group {
			r.byName[strings.ToLower(group[i].Name)] = &group[i]
		}
	}
	t.current.Store(r)
	return t
}

// Find returns the procedure with a name in any case, or nil.
func (t *Table) Find(name string) *Procedure {
	return t.current.Load().byName[strings.ToLower(name)]
}

// All returns the procedures by name.
func (t *Table) All() []*Procedure {
	byName := t.current.Load().byName
	all := make([]*Procedure, 0, len(byName))
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		all = append(all, byName[name])
	}
	return all
}

// Version changes with every change of the table: plans made before it may
// call what is no longer there.
func (t *Table) Version() uint64 { return t.current.Load().version }

// Add adds a procedure. It fails with [ErrExists] when the name is taken.
func (t *Table) Add(p Procedure) error {
	t.writing.Lock()
	defer t.writing.Unlock()
	name := strings.ToLower(p.Name)
	if t.Find(name) != nil {
		return fmt.Errorf("%w: %s", ErrExists, p.Name)
	}
	t.replace(func(byName map[string]*Procedure) { byName[name] = &p })
	return nil
}

// Remove removes a procedure and reports whether it was there.
func (t *Table) Remove(name string) bool {
	t.writing.Lock()
	defer t.writing.Unlock()
	name = strings.ToLower(name)
	if t.Find(name) == nil {
		return false
	}
	t.replace(func(byName map[string]*Procedure) { delete(byName, name) })
	return true
}

// replace stores a changed copy; the caller holds the lock.
func (t *Table) replace(change func(byName map[string]*Procedure)) {
	old := t.current.Load()
	byName := maps.Clone(old.byName)
	change(byName)
	t.current.Store(&rows{byName: byName, version: old.version + 1})
}
