package cypher

import (
	"context"
	"sync/atomic"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Session is what statements of one client leave behind for later ones. The
// zero Session is a new one. It is used by one statement at a time.
type Session struct {
	levels storage.Levels
	// database is that of statements which name none; empty for the default.
	database string
	// choices are what SET SESSION SETTING has chosen.
	choices function.Choices
	current atomic.Pointer[storage.Transaction]
}

// Reset forgets what statements have chosen.
func (s *Session) Reset() { s.levels, s.database, s.choices = storage.Levels{}, "", nil }

// Choice returns the value that the client has chosen for a setting; ok is false
// when it has chosen none.
func (s *Session) Choice(setting string) (value string, ok bool) {
	value, ok = s.choices[setting]
	return value, ok
}

// Database returns the database that USE DATABASE has chosen for statements that
// name none, or nothing.
func (s *Session) Database() string { return s.database }

// Transaction returns the client's last transaction, which may have ended, or
// nil. Any goroutine may call it.
func (s *Session) Transaction() *storage.Transaction { return s.current.Load() }

// isolationKey is the entry of a transaction's metadata that chooses its level.
const isolationKey = "isolation_level"

// begin starts a transaction of the store for a client.
func (e *Engine) begin(ctx context.Context, o *RunOptions, mode storage.Mode, level storage.Isolation) (*storage.Transaction, error) {
	tx, err := e.store.BeginIsolated(ctx, mode, level)
	switch {
	case err != nil:
		return nil, err
	case e.store.Closed(): // under the engine: it would see an empty graph
		tx.Rollback()
		return nil, &Error{Kind: KindDatabaseOffline, Message: "The database '" + e.options.Database + "' has been dropped or stopped."}
	case o.Session != nil:
		o.Session.current.Store(tx)
	}
	return tx, nil
}

// isolation returns the level of a new transaction: what its metadata say, or the
// client has chosen before, or the database has.
func (e *Engine) isolation(o *RunOptions) (storage.Isolation, error) {
	if o.Metadata.Kind() == graph.KindMap {
		if v, ok := o.Metadata.Get(isolationKey); ok {
			return levelOf(v)
		}
	}
	global := e.globalIsolation()
	if o.Session == nil {
		return global, nil
	}
	return o.Session.levels.Take(global), nil
}

func (e *Engine) globalIsolation() storage.Isolation {
	return storage.Isolation(e.level.Load()) //nolint:gosec // holds nothing else
}

func levelOf(v graph.Value) (storage.Isolation, error) {
	if v.Kind() == graph.KindString {
		if level, ok := storage.ParseIsolation(v.Str()); ok {
			return level, nil
		}
	}
	return 0, &Error{
		Kind:    KindArgument,
		Message: "The isolation level must be READ UNCOMMITTED, READ COMMITTED, SNAPSHOT ISOLATION or SERIALIZABLE.",
	}
}

// The statements that choose a level, as the parser names them.
const (
	setGlobalIsolation  = "SET GLOBAL TRANSACTION ISOLATION LEVEL"
	setSessionIsolation = "SET SESSION TRANSACTION ISOLATION LEVEL"
	setNextIsolation    = "SET NEXT TRANSACTION ISOLATION LEVEL"
)

// setIsolation runs one of them.
func (e *Engine) setIsolation(c *ast.Command, t *Transaction, o *RunOptions) error {
	if t != nil {
		return &Error{Kind: KindArgument, Message: "Changing the isolation level is not allowed in multicommand transactions. A multicommand transaction, also known as an explicit transaction, groups multiple commands into a single transaction for atomic execution."}
	}
	text, ok := c.Args[0].Value.(*ast.Literal)
	if !ok {
		return refused("an isolation level that is no name")
	}
	level, err := levelOf(text.Value)
	switch {
	case err != nil:
		return err
	case c.Name == setGlobalIsolation:
		e.level.Store(uint32(level))
	case o.Session == nil:
		return refused("a choice of the client, where none is known,")
	case c.Name == setSessionIsolation:
		o.Session.levels.Session = level
	default:
		o.Session.levels.Next = level
	}
	return nil
}
