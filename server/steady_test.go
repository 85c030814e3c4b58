package server_test

import (
	"context"
	"io"
	"testing"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/server"
	"github.com/drawbolt/drawbolt/server/servertest"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A fixed database answers every statement with one result of three rows, which
// it uses again and again, so that whatever is allocated is the session's.
type fixed struct {
	columns []string
	left    int
}

func (f *fixed) Run(context.Context, server.Statement) (server.Result, error) {
	f.left = 3
	return f, nil
}

func (f *fixed) Begin(context.Context, server.TransactionOptions) (server.Transaction, error) {
	return f.transaction(), nil
}

func (f *fixed) transaction() server.Transaction { return fixedTransaction{f} }

func (*fixed) Name() string { return "neo4j" }

func (*fixed) ID() [16]byte                                    { return [16]byte{1} }
func (*fixed) Position() storage.Position                      { return 1 }
func (*fixed) WaitFor(context.Context, storage.Position) error { return nil }

func (f *fixed) Columns() []string { return f.columns }
func (f *fixed) More() bool        { return f.left > 0 }

func (f *fixed) Next(_ context.Context, limit int) (server.Batch, error) {
	if f.left == 0 {
		return nil, nil
	}
	f.left -= min(limit, f.left)
	return f, nil
}

func (*fixed) Len() int { return 3 }

func (f *fixed) Value(row, column int) graph.Value {
	if column == 0 {
		return graph.Integer(int64(row))
	}
	return graph.String("text")
}

func (*fixed) Summary() server.Summary { return server.Summary{Type: "r"} }
func (*fixed) Plan() []string          { return nil }
func (*fixed) Entities() bolt.Entities { return nil }
func (*fixed) Close() error            { return nil }

type fixedTransaction struct{ *fixed }

func (t fixedTransaction) Run(ctx context.Context, s server.Statement) (server.Result, error) {
	return t.fixed.Run(ctx, s)
}

func (fixedTransaction) Commit(context.Context) (storage.Position, error) { return 1, nil }
func (fixedTransaction) Rollback()                                        {}

// TestSteadyState wants no allocation for a request, whatever it is, once a
// session has warmed up. Not parallel, as it counts those of the whole process.
func TestSteadyState(t *testing.T) {
	db := &fixed{columns: []string{"n", "text"}}
	s := servertest.Start(t, server.Options{Databases: servertest.Only(db)})
	for _, tt := range []struct {
		name     string
		requests []appender
		answers  int
	}{
		{"statement", []appender{run("x"), pullAll()}, 5},
		{"sixteen statements", repeat(16, run("x"), pullAll()), 16 * 5},
		{"transaction", []appender{tx(), run("x"), pullAll(), &bolt.Commit{}}, 7},
		{"telemetry", []appender{&bolt.Telemetry{API: 1}}, 1},
	} {
		c := login(t, s, "5.4")
		request := c.encode(tt.requests...)
		c.write(request)
		size := 0
		for range tt.answers {
			c.deadline()
			m, err := c.reader.Next()
			if err != nil {
				t.Fatal(err)
			}
			size += len(m) + 4
		}
		answers := make([]byte, size)
		round := func() {
			c.write(request)
			if _, err := io.ReadFull(c.conn, answers); err != nil {
				t.Fatal(err)
			}
		}
		for range 100 {
			round()
		}
		// Timers of the server and the runtime may add a fraction.
		if n := testing.AllocsPerRun(500, round); n >= 1 {
			t.Errorf("%s: %v allocations", tt.name, n)
		}
	}
}

func repeat(n int, requests ...appender) []appender {
	var list []appender
	for range n {
		list = append(list, requests...)
	}
	return list
}
