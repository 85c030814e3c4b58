package suite

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// Parameters are what one statement gets.
type Parameters = map[string]any

// A Kind says what a query does, for mixes of kinds.
type Kind string

// The kinds, by the words of mgbench.
const (
	Read       Kind = "read"
	Write      Kind = "write"
	Update     Kind = "update"
	Analytical Kind = "analytical"
)

// Kinds returns all kinds.
func Kinds() []Kind { return []Kind{Write, Read, Update, Analytical} }

// Order is 0 for kinds that leave the graph as it is and 1 for the others.
func (k Kind) Order() int {
	if k == Write || k == Update {
		return 1
	}
	return 0
}

// A Query is one kind of request. Its name is stable: results are compared by
// group and name.
type Query struct {
	Group, Name string
	Kind        Kind
	Statement   string
	// Memgraph is the statement for Memgraph where its language differs.
	Memgraph string
	// Literal writes the parameters into the text instead of sending them.
	Literal bool
	// Steps, when set, are the statements of one explicit transaction.
	Steps []string
	// Draw draws the parameters of one request; nil means none.
	Draw func(r *rand.Rand) Parameters
	// Want computes the rows of the answer, which are compared in any order
	// unless Ordered is set. Queries of the kinds Read and Analytical have it or
	// Check.
	Want    func(p Parameters) [][]any
	Ordered bool
	// Check judges an answer of which there may be several right ones.
	Check func(p Parameters, rows [][]any) error
	// Connect makes every request a new connection; see [Connect].
	Connect *Connect
}

// A Connect is a request that opens a connection and closes it.
type Connect struct {
	TLS    bool // for TLS connections; without it for plain ones
	Resume bool // resume the TLS session of the last connection
	Login  bool // log in, not only agree on a version
}

// FullName is the name with its group, as selected and listed.
func (q *Query) FullName() string {
	if q.Group == "" {
		return q.Name
	}
	return q.Group + "/" + q.Name
}

// Parameters draws the parameters of one request.
func (q *Query) Parameters(r *rand.Rand) Parameters {
	if q.Draw == nil {
		return nil
	}
	return q.Draw(r)
}

// Text returns the statement and the parameters to send with it.
func (q *Query) Text(p Parameters, memgraph bool) (string, Parameters) {
	text := q.Statement
	if memgraph && q.Memgraph != "" {
		text = q.Memgraph
	}
	if !q.Literal {
		return text, p
	}
	for name, v := range p {
		text = strings.ReplaceAll(text, "$"+name, fmt.Sprint(v))
	}
	return text, nil
}

// Judge compares the rows of an answer with what they should be.
func (q *Query) Judge(p Parameters, rows [][]any) error {
	switch {
	case q.Check != nil:
		return q.Check(p, rows)
	case q.Want != nil:
		return compare(rows, q.Want(p), q.Ordered)
	default:
		return nil
	}
}

// An Index is on one property of the nodes with a label.
type Index struct{ Label, Property string }

// A Part is a list of rows that one statement loads, batch by batch, as the
// parameter $rows.
type Part struct {
	Name, Statement string
	Size            int
	Row             func(i int) Parameters
}

// A Workload is a generated graph with the queries on it.
type Workload struct {
	Nodes, Relationships int
	// Alone: queries look at all nodes, so the database must hold no others.
	Alone   bool
	Indexes []Index
	Parts   []Part
	// Clean are statements that take away what earlier runs have written.
	Clean   []string
	Queries []Query
}

// Labels returns the labels of the loaded nodes that have an index, which must
// not be in use before.
func (w *Workload) Labels() []string {
	var labels []string
	for _, i := range w.Indexes {
		if !slices.Contains(labels, i.Label) {
			labels = append(labels, i.Label)
		}
	}
	return labels
}

// A Size is a named size of a suite's graph, given by its numbers of nodes and
// relationships or, for a social network, by that of its persons.
type Size struct {
	Name                 string
	Nodes, Relationships int
	Persons              int
}

// String describes the size.
func (s Size) String() string {
	if s.Persons > 0 {
		return fmt.Sprintf("%d persons", s.Persons)
	}
	return fmt.Sprintf("%d nodes, %d relationships", s.Nodes, s.Relationships)
}

// A Suite is a benchmark that can be asked for by name.
type Suite struct {
	Name, Summary string
	// Sizes of the graph; the first is the default. None means no graph.
	Sizes []Size
	// Free suites take any number of nodes and relationships.
	Free bool
	Make func(size Size, seed uint64) *Workload
}

// Size returns the size of that name, or the default for "".
func (s *Suite) Size(name string) (Size, bool) {
	if len(s.Sizes) == 0 {
		return Size{}, name == ""
	}
	if name == "" {
		return s.Sizes[0], true
	}
	for _, size := range s.Sizes {
		if size.Name == name {
			return size, true
		}
	}
	return Size{}, false
}

// All returns the suites in the order of the list.
func All() []Suite {
	return []Suite{own(), pokecSuite(), lsqb(), studySuite(), interactive(), handshakes()}
}

// Find returns the suite of that name.
func Find(name string) (Suite, bool) {
	for _, s := range All() {
		if s.Name == name {
			return s, true
		}
	}
	return Suite{}, false
}
