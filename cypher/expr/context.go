package expr

import (
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Context is what an execution gives its expressions. It is used by one
// goroutine.
type Context struct {
	Store *storage.Store
	// View is the state of the store that the segment of the statement reads.
	View storage.View
	// Parameters holds the values of the plan's parameters, by number.
	Parameters []graph.Value
	// Locals holds the variables of comprehensions, quantifiers and reduce.
	Locals []graph.Value
	// Function is what functions may use.
	Function *function.Context
	// Arena holds strings that are read from properties.
	Arena *graph.Arena
	// Subplans runs the subqueries of expressions.
	Subplans Subplans
	// Deletes says that the transaction may have deleted entities, so that a
	// missing property may mean a missing entity.
	Deletes bool

	stack []graph.Value // scratch; see borrow
	used  int
}

// Subplans runs nested plans for a row. The executor implements it.
type Subplans interface {
	// Exists reports whether the plan has a row.
	Exists(id int, c *Context, b *Batch, row int) (bool, error)
	// Count returns how many rows the plan has.
	Count(id int, c *Context, b *Batch, row int) (int64, error)
	// Collect returns the first column of the plan's rows.
	Collect(id int, c *Context, b *Batch, row int) ([]graph.Value, error)
}

// borrow returns n scratch values, which must be given back in the reverse
// order by giveBack. Their contents are undefined.
func (c *Context) borrow(n int) []graph.Value {
	if c.used+n > len(c.stack) {
		// Slices that are lent out keep the old memory; they are given back
		// before anything below them is.
		grown := make([]graph.Value, max(2*len(c.stack), c.used+n, 64))
		copy(grown, c.stack[:c.used])
		c.stack = grown
	}
	s := c.stack[c.used : c.used+n : c.used+n]
	c.used += n
	return s
}

func (c *Context) giveBack(n int) { c.used -= n }

// Reset forgets what an execution left behind, after an error too.
func (c *Context) Reset() {
	clear(c.stack)
	clear(c.Locals)
	c.used = 0
}

// NodeOf returns the node that has the given identifier: an integer, or with
// element set the text of elementId().
func (c *Context) NodeOf(v graph.Value, element bool) (graph.NodeID, bool) {
	var id graph.NodeID
	switch {
	case element && v.Kind() == graph.KindString:
		n, ok := function.ParseElementID(v.Str(), c.Store.ID(), false)
		if !ok {
			return 0, false
		}
		id = graph.NodeID(n)
	case !element && v.Kind() == graph.KindInteger:
		id = graph.NodeID(v.Int()) //nolint:gosec // bit pattern
	case !element && v.Kind() == graph.KindFloat && v.Float() == float64(int64(v.Float())):
		id = graph.NodeID(int64(v.Float())) //nolint:gosec // bit pattern
	default:
		return 0, false
	}
	return id, c.View.NodeExists(id)
}
