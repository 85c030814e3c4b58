package packstream

import "math"

// MaxSize is the largest length of a string, byte array, list or map.
const MaxSize = math.MaxInt32

// DefaultDepth is the nesting that a zero [Limits] allows. Readers of values
// recurse, so a bound must stand between a message and the stack.
const DefaultDepth = 100

// Limits bounds what one message may hold, beyond what its own length bounds.
// The zero Limits allows depth 100 and any number of items.
type Limits struct {
	// Depth is how many containers (lists, maps, structures) may be inside
	// each other, the outermost included; 0 means DefaultDepth.
	Depth int
	// Items is how many list items and map entries all containers together may
	// announce; 0 means as many as the message has bytes.
	Items int
	// UUID allows the marker E0, which exists from Bolt 6.1 on. Without it the
	// marker is reserved.
	UUID bool
}
