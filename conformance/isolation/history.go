package isolation

// An Outcome is what is known about the end of a transaction.
type Outcome uint8

// The outcomes. Unknown transactions have lost their connection at commit: they
// count as committed when somebody has seen a value of theirs.
const (
	Committed Outcome = iota
	Aborted
	Unknown
)

// An Op is one operation of a transaction on the list of a key: an append of a
// value, or a read of all values.
type Op struct {
	Key    int
	Append bool
	Value  int
	Read   []int
}

// A Transaction is one transaction of a history. Start and End are numbers in the
// order of real time: of the moment before its first operation was sent, and of
// that after its end was known.
type Transaction struct {
	Ops        []Op
	Outcome    Outcome
	Start, End int
}

// A Kind is a kind of anomaly.
type Kind uint8

// The anomalies, roughly from bad to tolerable.
const (
	// Unordered reads of one list contradict each other: neither is a beginning
	// of the other.
	Unordered Kind = iota + 1
	// Lost is a committed value that a later read of its list does not have, or
	// that stands in a list twice.
	Lost
	// Internal is a transaction that does not see its own appends, or sees
	// something else than before.
	Internal
	// G0 is a circle of overwriting.
	G0
	// G1a is a read of what was never committed.
	G1a
	// G1b is a read of what its writer has overwritten itself.
	G1b
	// G1c is a circle of overwriting and reading.
	G1c
	// GSingle is a circle with one step from a reader to who changed what it has
	// read; lost updates and torn reads are such.
	GSingle
	// GNonadjacent is a circle with several such steps, no two in a row.
	GNonadjacent
	// Stale is a read that misses what was committed before the transaction
	// began.
	Stale
	// G2 is a circle with two such steps in a row: write skew.
	G2
)

var kindNames = [...]string{
	Unordered: "unordered", Lost: "lost", Internal: "internal", G0: "G0", G1a: "G1a", G1b: "G1b", G1c: "G1c",
	GSingle: "G-single", GNonadjacent: "G-nonadjacent", Stale: "stale", G2: "G2-item",
}

// String returns the usual name.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return ""
}

// A Level is a promise.
type Level uint8

// The levels, weakest first.
const (
	ReadUncommitted Level = iota
	ReadCommitted
	Snapshot
	Serializable
)

// Forbids reports whether a level rules an anomaly out.
func (l Level) Forbids(k Kind) bool {
	switch k {
	case G0:
		return true
	case Unordered, Lost, G1a, G1b, G1c: // dirty reads show orders that never were
		return l >= ReadCommitted
	case Internal, GSingle, GNonadjacent, Stale:
		return l >= Snapshot
	case G2:
		return l >= Serializable
	}
	return false
}

// An Anomaly is something that a level may forbid. Transactions are those that
// take part, by their place in the history.
type Anomaly struct {
	Kind         Kind
	Transactions []int
	Detail       string
}
