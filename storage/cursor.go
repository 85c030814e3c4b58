package storage

// A NodeCursor is the place of a scan over nodes. The zero NodeCursor stands at
// the start; at the end it returns there by itself. To abandon a scan in the
// middle, assign a zero NodeCursor.
type NodeCursor struct {
	next  uint64       // the slot to look at
	build *columnBuild // what the scan makes on its way, or nil
}

// A RelationshipCursor is the place of a scan over relationships; see
// [NodeCursor].
type RelationshipCursor struct {
	next uint64 // the slot to look at
	part int    // index into the types asked for
}

// An IndexCursor is the place of a lookup in an index; see [NodeCursor]. The
// values must be the same at every call until the end.
type IndexCursor struct {
	next uint64
}

// An ExpandCursor is the place in the relationships of one node, or of a batch
// of nodes; see [NodeCursor]. The other arguments must be the same at every
// call until the end.
type ExpandCursor struct {
	row     int       // index into the batch of nodes
	group   uint32    // first block of the group being read; 0 between sides
	block   uint32    // block being read
	at      uint32    // entries of the block that are done
	next    uint32    // first block of the group after this one
	side    Direction // which side comes next, or is being read
	started bool      // the side has been entered
}
