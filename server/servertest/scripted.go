package servertest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/server"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Scripted is a database whose statements are commands to it:
//
//	rows N          N rows of one column, the integers from 0
//	mixed N         N rows of ten values of different types
//	rows N then E   N rows, then the failure E
//	echo            one row with the parameter x
//	write           no columns; writes
//	block           Run blocks until it is cancelled
//	rows N then block   the row after N rows blocks until it is cancelled
//	fail E          Run fails with E
//	panic           panics
//
// E is conflict, corrupt, or any text.
type Scripted struct {
	position atomic.Uint64
	// Rollbacks and Commits count the ends of explicit transactions; Open
	// counts results and transactions that have not ended.
	Rollbacks, Commits, Open atomic.Int64
	// Blocked receives a value when a statement begins to block, unless a
	// hundred are waiting there.
	Blocked chan struct{}
}

// NewScripted returns a Scripted at position 1.
func NewScripted() *Scripted {
	s := &Scripted{Blocked: make(chan struct{}, 100)}
	s.position.Store(1)
	return s
}

var (
	_ server.Database    = (*Scripted)(nil)
	_ server.Transaction = (*scriptedTransaction)(nil)
	_ server.Result      = (*scriptedResult)(nil)
)

// Name implements server.Database.
func (s *Scripted) Name() string { return "neo4j" }

// ID implements server.Database.
func (s *Scripted) ID() [16]byte { return [16]byte{15: 1} }

// Position implements server.Database.
func (s *Scripted) Position() storage.Position { return storage.Position(s.position.Load()) }

// WaitFor implements server.Database: what is not reached never will be.
func (s *Scripted) WaitFor(ctx context.Context, p storage.Position) error {
	if p <= s.Position() {
		return nil
	}
	<-ctx.Done()
	return context.Cause(ctx)
}

// Run implements server.Database.
func (s *Scripted) Run(ctx context.Context, st server.Statement) (server.Result, error) {
	r, err := s.run(ctx, st)
	if err == nil && st.Query == "write" {
		r.position = storage.Position(s.position.Add(1))
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Begin implements server.Database.
func (s *Scripted) Begin(context.Context, server.TransactionOptions) (server.Transaction, error) {
	s.Open.Add(1)
	return &scriptedTransaction{db: s}, nil
}

func (s *Scripted) run(ctx context.Context, st server.Statement) (*scriptedResult, error) {
	r := &scriptedResult{db: s, columns: []string{"x"}}
	word, rest, _ := strings.Cut(st.Query, " ")
	switch word {
	case "rows", "mixed":
		if r.mixed = word == "mixed"; r.mixed {
			r.columns = strings.Split("a b c d e f g h i j", " ")
		}
		count, after, _ := strings.Cut(rest, " then ")
		if _, err := fmt.Sscanf(count, "%d", &r.rows); err != nil {
			return nil, errors.New("bad script")
		}
		r.blocks = after == "block"
		if after != "" && !r.blocks {
			r.err = failure(after)
		}
	case "echo":
		r.rows = 1
		r.echo, _ = st.Parameters.Get("x")
	case "write":
		if st.ReadOnly {
			return nil, &storage.Error{Kind: storage.KindReadOnly, Message: "writing in read access mode"}
		}
		r.columns, r.wrote = nil, true
	case "block":
		s.blocked()
		<-ctx.Done()
		return nil, context.Cause(ctx)
	case "fail":
		return nil, failure(rest)
	case "panic":
		panic("scripted panic")
	default:
		return nil, errors.New("unknown script " + word)
	}
	s.Open.Add(1)
	return r, nil
}

func (s *Scripted) blocked() {
	select {
	case s.Blocked <- struct{}{}:
	default:
	}
}

func failure(text string) error {
	switch text {
	case "conflict":
		return &storage.Error{Kind: storage.KindConflict, Message: "node has changed"}
	case "corrupt":
		return &storage.Error{Kind: storage.KindCorrupt, Message: "file is damaged"}
	default:
		return errors.New(text)
	}
}

type scriptedTransaction struct {
	db    *Scripted
	ended bool
}

func (t *scriptedTransaction) Run(ctx context.Context, st server.Statement) (server.Result, error) {
	r, err := t.db.run(ctx, st)
	if err != nil {
		return nil, err
	}
	return r, nil
}

func (t *scriptedTransaction) Commit(ctx context.Context) (storage.Position, error) {
	if err := context.Cause(ctx); err != nil {
		return 0, err
	}
	t.end()
	t.db.Commits.Add(1)
	return storage.Position(t.db.position.Add(1)), nil
}

func (t *scriptedTransaction) Rollback() {
	if !t.ended {
		t.end()
		t.db.Rollbacks.Add(1)
	}
}

func (t *scriptedTransaction) end() {
	t.ended = true
	t.db.Open.Add(-1)
}

type scriptedResult struct {
	db       *Scripted
	columns  []string
	mixed    bool
	wrote    bool
	blocks   bool
	echo     graph.Value
	err      error // after the rows
	rows     int
	next     int
	batch    scriptedBatch
	position storage.Position
	closed   bool
}

func (r *scriptedResult) Columns() []string { return r.columns }

func (r *scriptedResult) More() bool { return r.next < r.rows || r.err != nil || r.blocks }

func (r *scriptedResult) Next(ctx context.Context, limit int) (server.Batch, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	if r.next == r.rows {
		if r.blocks {
			r.db.blocked()
			<-ctx.Done()
			return nil, context.Cause(ctx)
		}
		return nil, r.err
	}
	r.batch = scriptedBatch{first: r.next, rows: min(limit, r.rows-r.next), mixed: r.mixed, echo: r.echo}
	r.next += r.batch.rows
	return &r.batch, nil
}

func (r *scriptedResult) Summary() server.Summary {
	s := server.Summary{Type: "r", Position: r.position}
	if r.wrote {
		s.Type = "w"
		s.Counters = bolt.Counters{NodesCreated: 1}
	}
	return s
}

func (r *scriptedResult) Plan() []string { return nil }

func (r *scriptedResult) Close() error {
	if !r.closed {
		r.closed = true
		r.db.Open.Add(-1)
	}
	return nil
}

func (r *scriptedResult) Entities() bolt.Entities { return nil }

type scriptedBatch struct {
	first, rows int
	mixed       bool
	echo        graph.Value
}

func (b *scriptedBatch) Len() int { return b.rows }

func (b *scriptedBatch) Value(row, column int) graph.Value {
	n := int64(b.first + row)
	switch {
	case !b.echo.IsNull():
		return b.echo
	case !b.mixed:
		return graph.Integer(n)
	}
	switch column {
	case 0:
		return graph.Integer(n)
	case 1:
		return graph.Integer(n * 1_000_003)
	case 2:
		return graph.Float(float64(n) / 3)
	case 3:
		return graph.Boolean(n%2 == 0)
	case 4:
		return graph.String("name of a person")
	case 5:
		return graph.String("a text that is a little longer than the others are")
	case 6:
		return graph.Date(19000 + n%365)
	case 7:
		return graph.LocalDateTime(1_700_000_000+n, 500)
	case 8:
		return graph.Null
	default:
		return graph.String("short")
	}
}
