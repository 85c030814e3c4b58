package cypher

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/cypher/load"
	"github.com/drawbolt/drawbolt/cypher/procedure"
	"github.com/drawbolt/drawbolt/cypher/show"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// Options configure an engine. The zero Options is usable.
type Options struct {
	// Database is the name that functions and procedures tell.
	Database string
	// PlanCacheSize is how many statements are kept planned. Zero means 1,000.
	PlanCacheSize int
	// MemoryLimit bounds the bytes that one statement may keep for sorting,
	// grouping and the like. Zero means no limit.
	MemoryLimit int64
	// TestProcedures lets statements declare procedures, for conformance tests.
	TestProcedures bool
	// Plain plans without what only makes plans faster, and runs row by row.
	// Tests compare the two.
	Plain bool
	// Load says what LOAD CSV may load: files below a directory and documents
	// from allowed addresses. The zero value refuses everything.
	Load LoadOptions
	// Server answers procedures about what is around the database; may be nil.
	Server function.Server
	// Reloader does what RELOAD BOLT_SERVER TLS asks for; nil without TLS.
	Reloader Reloader
	// Transactions and Settings are what SHOW TRANSACTIONS, SHOW SETTINGS and
	// their like ask. Without them there are no such statements.
	Transactions Transactions
	Settings     Settings
	// Process tells what the system knows of the process; may be nil.
	Process Process
	// Isolation is the level of transactions that name none. Zero means
	// snapshot isolation.
	Isolation storage.Isolation
	// Databases is the catalogue of databases. Without it there is only the one
	// of the engine.
	Databases Databases
	// System makes the engine that of the database which holds the catalogue: it
	// runs administration statements and procedures only.
	System bool
	// Offline makes the engine that of a database which has been stopped: it runs
	// administration statements only.
	Offline bool
	// Live is what may be changed while the engine runs; nil for the defaults.
	Live *Live
	// Plans counts how often plans were found in the caches; several engines may
	// share it. Nil means that nobody wants to know.
	Plans *PlanCounters
	// Users keeps the accounts, and decides what each may do. Without it
	// everybody may do everything, and there are no statements about users.
	Users Users
}

// LoadOptions say what LOAD CSV may load.
type LoadOptions struct {
	// Directory is where files must be; "" for no files.
	Directory string
	// Addresses are the beginnings of the http and https addresses that may be
	// loaded, such as https://example.org/data/. None is allowed by default.
	Addresses []string
}

// Validate reports all that is wrong with the options at once.
func (o *Options) Validate() error {
	var errs []error
	if o.PlanCacheSize < 0 {
		errs = append(errs, errors.New("cypher: options: PlanCacheSize is negative"))
	}
	if o.MemoryLimit < 0 {
		errs = append(errs, errors.New("cypher: options: MemoryLimit is negative"))
	}
	return errors.Join(errs...)
}

// defaultPlanCacheSize holds the statements of a large application; a plan
// takes some kilobytes.
const defaultPlanCacheSize = 1000

// A Mode says what a transaction may do.
type Mode uint8

// The modes. WriteMode is what clients that say nothing ask for.
const (
	WriteMode Mode = iota
	ReadMode
)

// RunOptions belong to one statement.
type RunOptions struct {
	// Mode is the access mode that the client declared. A writing statement
	// in ReadMode is an error.
	Mode Mode
	// Metadata is the map that came with the request; null without.
	Metadata graph.Value
	// User is the name of whoever has logged in, and Roles what it may be. With
	// Options.Users they are those of the account.
	User  string
	Roles []string
	// Session is what the client's statements leave behind; may be nil.
	Session *Session
	// Now is the time of the statement's clock; zero means the time of the call.
	Now time.Time
	// Using is the name in the statement's USE that stands for the database of
	// the engine, see [OtherDatabaseError].
	Using string
	// Account is who has logged in; zero is nobody in particular.
	Account Account
	// Client is the connection; nil for statements of the server itself.
	Client Client
	// Trusted statements come from the operator of the server, such as those of
	// an init file: they may do everything.
	Trusted bool
	// Dialect is what the client expects of answers.
	Dialect Dialect
}

// TransactionOptions belong to one explicit transaction.
type TransactionOptions = RunOptions

// An Engine runs statements on one store.
type Engine struct {
	store      *storage.Store
	options    Options
	functions  *function.Table
	procedures *procedure.Table
	tables     *show.Tables
	plans      *lru.Cache[string, text]      // by exact text
	shared     *lru.Cache[string, *prepared] // by text without literals
	// level is the storage.Isolation of transactions that name none.
	level atomic.Uint32
	// numbers counts the transactions that statements make by themselves.
	numbers atomic.Uint64
	// sources are options.Load in the words of the package that loads.
	sources load.Sources
	// normalizers keeps buffers of *parser.Normalizer, results those of *Result.
	normalizers, results sync.Pool
}

// NewEngine returns an engine on a store, which must stay open as long as the
// engine is used. The options must be valid.
func NewEngine(store *storage.Store, o Options) *Engine {
	size := o.PlanCacheSize
	if size <= 0 {
		size = defaultPlanCacheSize
	}
	plans, err := lru.New[string, text](size)
	if err != nil {
		panic(err) // only for a size below one
	}
	shared, err := lru.New[string, *prepared](size)
	if err != nil {
		panic(err)
	}
	e := &Engine{
		store: store, options: o, sources: load.Sources(o.Load),
		functions: function.NewTable(), plans: plans, shared: shared,
	}
	calls := procedure.Options{Testing: o.TestProcedures, Functions: e.functions}
	if o.Reloader != nil {
		calls.ReloadTLS = o.Reloader.Reload
	}
	e.procedures = procedure.NewTable(calls)
	e.tables = show.New(show.Sources{
		Store: store, Functions: e.functions, Procedures: e.procedures,
		Server: o.Server, Transactions: o.Transactions, Settings: o.Settings, Databases: o.Databases, Process: o.Process,
		Isolation: e.globalIsolation, Users: o.Users,
	})
	level := o.Isolation
	if level == 0 {
		level = storage.SnapshotIsolation
	}
	e.level.Store(uint32(level))
	return e
}

// Store returns the store that the engine runs on.
func (e *Engine) Store() *storage.Store { return e.store }

// Database returns the name of the database.
func (e *Engine) Database() string { return e.options.Database }

// Run runs a statement in a transaction of its own, which ends when all rows have
// been read or the result is closed. A statement that writes is committed when
// Run returns; when other transactions were in its way it has run again.
func (e *Engine) Run(ctx context.Context, query string, params graph.Value, o RunOptions) (*Result, error) {
	p, literals, err := e.prepareFor(query, o.Dialect)
	if err != nil {
		return nil, err
	}
	if err := e.authorize(p, &o); err != nil {
		return nil, err
	}
	if err := e.foreign(p, &o); err != nil {
		return nil, err
	}
	if p.command != nil {
		return e.runCommand(ctx, p, params, nil, o)
	}
	if p.plan.Writes && o.Mode == ReadMode && !p.explain() {
		return nil, forbidden()
	}
	x := execution{params: params, literals: literals, options: o}
	if !p.table {
		if x.level, err = e.isolation(&o); err != nil {
			return nil, err
		}
	}
	if p.plan.Writes {
		return e.startWriting(ctx, p, &x)
	}
	if x.tx, err = e.begin(ctx, &o, storage.ReadMode, x.level); err != nil {
		return nil, err
	}
	r, err := e.start(ctx, p, &x)
	if err != nil {
		x.tx.Rollback()
		return nil, err
	}
	r.owned = x.tx
	return r, nil
}

func forbidden() error {
	return &Error{Kind: KindForbidden, Message: "a statement that writes can not run in a transaction for reading"}
}

// Begin opens a transaction for several statements.
func (e *Engine) Begin(ctx context.Context, o TransactionOptions) (*Transaction, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	mode := storage.WriteMode
	if o.Mode == ReadMode {
		mode = storage.ReadMode
	}
	level, err := e.isolation(&o)
	if err != nil {
		return nil, err
	}
	tx, err := e.begin(ctx, &o, mode, level)
	if err != nil {
		return nil, errorOf(err)
	}
	tx.Rest()
	return &Transaction{engine: e, tx: tx, options: o}, nil
}

// A Transaction runs several statements on one snapshot, with their changes. The
// snapshot may be newer than Begin when the first statement writes.
type Transaction struct {
	engine  *Engine
	tx      *storage.Transaction
	options TransactionOptions
	begun   bool // a statement has run
	deletes bool // a statement may have deleted entities
	open    []*Result
	changes []DatabaseChange                  // to be made at the commit
	schema  []func(ctx context.Context) error // the same
	ended   bool
	// accounts are changes of users and roles, which a commit makes.
	accounts []func(context.Context) error
}

// Run runs a statement in the transaction. After an error the transaction can
// only be rolled back.
func (t *Transaction) Run(ctx context.Context, query string, params graph.Value, o RunOptions) (*Result, error) {
	if t.ended {
		return nil, &Error{Kind: KindTransaction, Message: "the transaction has ended"}
	}
	o.Mode, o.Dialect = t.options.Mode, t.options.Dialect
	p, literals, err := t.engine.prepareFor(query, o.Dialect)
	if err != nil {
		return nil, err
	}
	if o.Metadata.IsNull() {
		o.Metadata = t.options.Metadata
	}
	if o.Client == nil && o.User == "" {
		o.User, o.Roles, o.Account, o.Client, o.Trusted = t.options.User, t.options.Roles, t.options.Account, t.options.Client, t.options.Trusted
	}
	if err := t.engine.authorize(p, &o); err != nil {
		return nil, err
	}
	if err := t.engine.foreign(p, &o); err != nil {
		return nil, err
	}
	if p.command != nil {
		return t.engine.runCommand(ctx, p, params, t, o)
	}
	if len(t.changes) > 0 && !p.system {
		return nil, mixed("a query", "an administration command")
	}
	if p.plan.Writes && o.Mode == ReadMode && !p.explain() {
		return nil, forbidden()
	}
	if p.alone {
		return nil, &Error{Kind: KindAlone, Message: p.text + " can not run inside of an explicit transaction"}
	}
	if p.plan.OwnTransactions && !p.explain() {
		return nil, &Error{Kind: KindAlone, Message: "CALL … IN TRANSACTIONS can not run inside of an explicit transaction"}
	}
	if o.Session == nil {
		o.Session = t.options.Session
	}
	t.open = slices.DeleteFunc(t.open, func(r *Result) bool { return r.ended || r.closed })
	t.tx.Refresh(len(t.open) > 0)
	x := execution{
		params: params, literals: literals, tx: t.tx, level: t.tx.Isolation(), options: o, deletes: t.deletes, shared: true,
	}
	var r *Result
	switch {
	case !p.plan.Writes || p.explain():
		r, err = t.engine.start(ctx, p, &x)
	case t.replaceable():
		r, err = t.engine.startWriting(ctx, p, &x)
		if x.tx != nil {
			t.tx = x.tx
		}
	case t.tx.Isolation().RefreshesReads():
		r, err = t.startAgain(ctx, p, &x)
	default:
		r, err = t.engine.start(ctx, p, &x)
	}
	t.begun = true
	if err != nil {
		return nil, err
	}
	t.deletes = t.deletes || p.plan.Deletes
	r.holder = t
	t.open = append(t.open, r)
	return r, nil
}

// replaceable reports whether a new transaction of the store would do as well as
// the present one: when nothing depends on the snapshot, because there was no
// statement yet or the level promises none, and nothing has been changed.
func (t *Transaction) replaceable() bool {
	return !t.begun || len(t.open) == 0 && t.tx.Isolation().RefreshesReads() && !t.tx.HasChanges()
}

// Commit makes the changes durable and visible, and returns their position.
func (t *Transaction) Commit(ctx context.Context) (storage.Position, error) {
	if t.ended {
		return 0, &Error{Kind: KindTransaction, Message: "the transaction has ended"}
	}
	t.end()
	position, err := t.tx.Commit(ctx)
	if err != nil {
		t.tx.Rollback()
		return position, err
	}
	for _, change := range t.schema {
		if err := change(ctx); err != nil {
			return position, errorOf(err)
		}
		position = t.engine.store.Position()
	}
	for _, change := range t.accounts {
		if err := change(ctx); err != nil {
			return position, err
		}
	}
	for _, change := range t.changes {
		if _, err := t.engine.options.Databases.Change(ctx, change); err != nil {
			return position, err
		}
	}
	return position, nil
}

// Rollback undoes the changes. It does nothing when the transaction has ended.
func (t *Transaction) Rollback() {
	if !t.ended {
		t.end()
		t.tx.Rollback()
	}
}

// rest lets the store know that nothing is read between two statements.
func (t *Transaction) rest() {
	if len(t.open) == 0 {
		t.tx.Rest()
	}
}

// end closes the results that are still open: what they read is about to go.
func (t *Transaction) end() {
	t.ended = true
	for _, r := range t.open {
		_ = r.Close() // it owns no transaction, so there is nothing to fail
	}
	t.open = nil
}
