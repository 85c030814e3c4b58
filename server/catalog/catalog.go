package catalog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/server"
	"github.com/drawbolt/drawbolt/storage"
)

// The directories below the data directory.
const (
	systemDirectory    = "system"
	databasesDirectory = "databases"
	dumpsDirectory     = "dumps"
)

// homeDirectory is where the default database is, until it is replaced.
const homeDirectory = "default"

// A Catalog keeps the databases of a server.
type Catalog struct {
	options Options
	fs      vfs.FS
	unlock  func() error   // gives the data directory back; nil in memory
	system  *storage.Store // the catalogue
	empty   *storage.Store // what statements in database system see
	tokens  tokens
	names   atomic.Pointer[names]
	gone    sync.Map // identities of closed databases, [16]byte to nothing

	changing sync.Mutex // held during a change
}

var (
	_ cypher.Databases = (*Catalog)(nil)
	_ server.Databases = (*Catalog)(nil)
)

// names is the catalogue at one moment. It is not changed.
type names struct {
	databases []*database // sorted by name, system among them
	aliases   []aliasRecord
	byName    map[string]*database // by aliases too
	home      *database
}

// A database is one entry. It is not changed but replaced.
type database struct {
	record
	id      [16]byte
	store   *storage.Store // nil while it is offline
	engine  server.Database
	status  string // why it is offline although it should not
	started time.Time
	stopped time.Time
}

// Open reads the catalogue of a data directory and opens its databases. The
// error of a directory that another process has is a [*storage.Error] of
// [storage.KindLocked].
func Open(ctx context.Context, o Options) (_ *Catalog, err error) {
	o.Default = strings.ToLower(o.Default)
	if err := o.Validate(); err != nil {
		return nil, err
	}
	c := &Catalog{options: o, fs: cmp.Or[vfs.FS](o.Store.FS, vfs.Default)}
	c.names.Store(&names{})
	if o.Directory != "" {
		if c.unlock, err = storage.Lock(c.fs, o.Directory); err != nil {
			return nil, err
		}
	}
	if o.Locked != nil {
		err = o.Locked(ctx, &c.options.Engine)
	}
	if err == nil {
		err = c.open(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (c *Catalog) open(ctx context.Context) (err error) {
	if err := c.prepare(time.Now()); err != nil {
		return fmt.Errorf("catalog: %w", err)
	}
	if c.system, err = storage.Open(ctx, c.storeOptions(systemDirectory)); err != nil {
		return fmt.Errorf("catalog: database %s: %w", cypher.SystemDatabase, err)
	}
	if c.empty, err = storage.Open(ctx, storage.Options{}); err != nil {
		return err
	}
	if c.tokens, err = internTokens(c.system); err != nil {
		return err
	}
	records, aliases := c.load()
	if records, err = c.finish(ctx, records); err != nil {
		return err
	}
	if records, err = c.settleHome(ctx, records, aliases); err != nil {
		return err
	}
	databases := make([]*database, 0, len(records)+1)
	for i := range records {
		d, err := c.start(ctx, &records[i])
		if err != nil {
			return errors.Join(err, closeAll(databases))
		}
		databases = append(databases, d)
	}
	c.publish(append(databases, c.systemDatabase()), aliases)
	return nil
}

// prepare makes the directories and moves what is not where it belongs.
func (c *Catalog) prepare(now time.Time) error {
	dir := c.options.Directory
	if dir == "" {
		return nil
	}
	databases := c.path(databasesDirectory)
	if err := c.fs.MkdirAll(databases, 0o700); err != nil {
		return err
	}
	// The first version kept its only database in the data directory itself.
	if old, err := storage.IsStore(c.fs, dir); err != nil {
		return err
	} else if old {
		if err := storage.Move(c.fs, dir, c.path(databasesDirectory, homeDirectory)); err != nil {
			return err
		}
	}
	if c.options.Fresh {
		if err := c.setAside(databases, storage.BackupPath(dir, now)); err != nil {
			return err
		}
	}
	return storage.SyncDirectory(c.fs, dir)
}

// setAside moves everything in a directory to another one.
func (c *Catalog) setAside(dir, to string) error {
	entries, err := c.fs.List(dir)
	if err != nil || len(entries) == 0 {
		return err
	}
	if err := c.fs.MkdirAll(to, 0o700); err != nil {
		return err
	}
	for _, name := range entries {
		if err := c.fs.Rename(c.fs.PathJoin(dir, name), c.fs.PathJoin(to, name)); err != nil {
			return err
		}
	}
	return errors.Join(storage.SyncDirectory(c.fs, to), storage.SyncDirectory(c.fs, dir))
}

// Stores returns the directories of all stores in a data directory, for tools
// that work on files.
func Stores(dir string) ([]string, error) {
	candidates := []string{dir, filepath.Join(dir, systemDirectory)} // the first version had one in the data directory
	entries, err := os.ReadDir(filepath.Join(dir, databasesDirectory))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	for _, e := range entries {
		candidates = append(candidates, filepath.Join(dir, databasesDirectory, e.Name()))
	}
	var list []string
	for _, c := range candidates {
		is, err := storage.IsStore(vfs.Default, c)
		if err != nil {
			return nil, err
		}
		if is {
			list = append(list, c)
		}
	}
	return list, nil
}

// finish removes what a process has left that ended in the middle of a change,
// and returns the other databases.
func (c *Catalog) finish(ctx context.Context, records []record) ([]record, error) {
	kept := records[:0]
	for _, r := range records {
		switch r.state {
		case creating, dropping:
			if err := errors.Join(c.remove(r.directory), c.forget(ctx, r.node)); err != nil {
				return nil, err
			}
		case dumping:
			if err := errors.Join(c.dump(&r), c.forget(ctx, r.node)); err != nil {
				return nil, err
			}
		case online, offline:
			kept = append(kept, r)
		default:
			return nil, fmt.Errorf("catalog: database %s has the unknown state %q", r.name, r.state)
		}
	}
	return kept, nil
}

// settleHome makes the default database, or gives it its present name.
func (c *Catalog) settleHome(ctx context.Context, records []record, aliases []aliasRecord) ([]record, error) {
	name := c.options.Default
	taken := slices.ContainsFunc(aliases, func(a aliasRecord) bool { return a.name == name })
	var home *record
	for i := range records {
		if records[i].home {
			home = &records[i]
		} else {
			taken = taken || records[i].name == name
		}
	}
	switch {
	case taken:
		return nil, fmt.Errorf("catalog: the default database can not be called %s: another database or an alias has the name", name)
	case home == nil:
		r := record{name: name, directory: homeDirectory, state: online, home: true, created: time.Now()}
		if err := c.add(ctx, &r); err != nil {
			return nil, err
		}
		return append(records, r), nil
	case home.name != name:
		home.name = name
		return records, c.rename(ctx, home)
	}
	return records, nil
}

// storeOptions are the options of the store in a directory.
func (c *Catalog) storeOptions(path ...string) storage.Options {
	o := c.options.Store
	o.Directory = c.path(path...)
	return o
}

// SetSnapshotInterval changes the time between two snapshots of every database,
// those that come later too.
func (c *Catalog) SetSnapshotInterval(d time.Duration) {
	c.changing.Lock()
	defer c.changing.Unlock()
	c.options.Store.SnapshotInterval = d
	c.system.SetSnapshotInterval(d)
	for _, db := range c.names.Load().databases {
		if db.store != nil {
			db.store.SetSnapshotInterval(d)
		}
	}
}

// path returns a path below the data directory; empty in memory.
func (c *Catalog) path(parts ...string) string {
	if c.options.Directory == "" {
		return ""
	}
	return c.fs.PathJoin(append([]string{c.options.Directory}, parts...)...)
}

// start opens the store of a database, unless it is to be offline.
func (c *Catalog) start(ctx context.Context, r *record) (*database, error) {
	d := &database{record: *r}
	if r.state == offline {
		d.stopped, d.engine = time.Now(), c.engine(r.name, nil)
		return d, nil
	}
	began := time.Now()
	store, err := storage.Open(ctx, c.storeOptions(databasesDirectory, r.directory))
	if damaged, ok := errors.AsType[*storage.Error](err); ok && damaged.Kind == storage.KindCorrupt && c.options.AllowBroken {
		if c.options.Broken != nil {
			c.options.Broken(r.name, err)
		}
		d.status, d.engine = "The database is in the broken state because the recovery process failed: "+err.Error(), c.engine(r.name, nil)
		return d, nil
	}
	if err != nil {
		return nil, fmt.Errorf("catalog: database %s: %w", r.name, err)
	}
	if c.options.Opened != nil {
		c.options.Opened(r.name, store, time.Since(began))
	}
	d.store, d.started, d.id = store, time.Now(), store.ID()
	d.engine = c.engine(r.name, store)
	return d, nil
}

// engine returns the engine of a database; without a store one that runs
// administration statements only, so that the database can be started again.
func (c *Catalog) engine(name string, store *storage.Store) server.Database {
	o := c.options.Engine
	o.Database, o.Databases = name, c
	if store == nil {
		o.Offline, store = true, c.empty
	}
	return server.FromEngine(cypher.NewEngine(store, o))
}

// systemDatabase is the entry of the catalogue itself.
func (c *Catalog) systemDatabase() *database {
	o := c.options.Engine
	o.Database, o.Databases, o.System = cypher.SystemDatabase, c, true
	return &database{
		record: record{name: cypher.SystemDatabase, state: online},
		id:     c.system.ID(), store: c.system, started: time.Now(),
		engine: systemEngine{server.FromEngine(cypher.NewEngine(c.empty, o)), c.system},
	}
}

// A systemEngine runs statements on the empty store, and has the identity and
// the positions of the catalogue.
type systemEngine struct {
	server.Database

	store *storage.Store
}

// ID implements [server.Database].
func (s systemEngine) ID() [16]byte { return s.store.ID() }

// Position implements [server.Database].
func (s systemEngine) Position() storage.Position { return s.store.Position() }

// WaitFor implements [server.Database].
func (s systemEngine) WaitFor(ctx context.Context, p storage.Position) error {
	return s.store.WaitFor(ctx, p)
}

// publish makes databases and aliases those that are found from now on.
func (c *Catalog) publish(databases []*database, aliases []aliasRecord) {
	n := &names{databases: slices.Clone(databases), aliases: slices.Clone(aliases), byName: make(map[string]*database)}
	slices.SortFunc(n.databases, func(a, b *database) int { return cmp.Compare(a.name, b.name) })
	slices.SortFunc(n.aliases, func(a, b aliasRecord) int { return cmp.Compare(a.name, b.name) })
	for _, d := range n.databases {
		n.byName[d.name] = d
		if d.home {
			n.home = d
		}
	}
	for _, a := range n.aliases {
		n.byName[a.name] = n.byName[a.target]
	}
	if alias := c.options.Alias; alias != "" && n.byName[alias] == nil {
		n.byName[alias] = n.home
	}
	c.names.Store(n)
}

// Database returns the database with a name or an alias; the empty name is the
// default one.
func (c *Catalog) Database(name string) (server.Database, error) {
	n := c.names.Load()
	d := n.home
	if name != "" {
		if d = n.byName[name]; d == nil {
			d = n.byName[strings.ToLower(name)]
		}
	}
	if d == nil {
		return nil, &cypher.Error{Kind: cypher.KindNoDatabase, Message: "Graph not found: " + name + ". The database does not exist"}
	}
	return d.engine, nil
}

// Identified implements [server.Databases].
func (c *Catalog) Identified(id [16]byte) (db server.Database, known bool) {
	for _, d := range c.names.Load().databases {
		if d.id == id {
			return d.engine, true
		}
	}
	_, known = c.gone.Load(id)
	return nil, known
}

// System returns the store with the catalogue, for what else is kept there.
func (c *Catalog) System() *storage.Store { return c.system }

// List implements [cypher.Databases].
func (c *Catalog) List() ([]cypher.Database, []cypher.Alias) {
	n := c.names.Load()
	databases := make([]cypher.Database, len(n.databases))
	for i, d := range n.databases {
		databases[i] = cypher.Database{
			Name: d.name, Aliases: n.aliasesOf(d), ID: d.id, Default: d.home, System: d.name == cypher.SystemDatabase,
			Stopped: d.state == offline, Status: d.status, Store: d.store,
			Created: d.created, LastStart: d.started, LastStop: d.stopped,
		}
	}
	aliases := make([]cypher.Alias, len(n.aliases))
	for i, a := range n.aliases {
		aliases[i] = cypher.Alias{Name: a.name, Database: a.target}
	}
	return databases, aliases
}

// aliasesOf returns the further names of a database, sorted.
func (n *names) aliasesOf(d *database) []string {
	list := []string{}
	for _, name := range slices.Sorted(maps.Keys(n.byName)) {
		if n.byName[name] == d && name != d.name {
			list = append(list, name)
		}
	}
	return list
}

// Close closes all databases and gives the data directory back.
func (c *Catalog) Close() error {
	c.changing.Lock()
	defer c.changing.Unlock()
	err := closeAll(c.names.Load().databases)
	for _, s := range []*storage.Store{c.system, c.empty} {
		if s != nil {
			err = errors.Join(err, s.Close()) // closing the system store again does nothing
		}
	}
	if c.unlock != nil {
		err = errors.Join(err, c.unlock())
		c.unlock = nil
	}
	return err
}

func closeAll(databases []*database) error {
	var errs []error
	for _, d := range databases {
		if d.store != nil {
			errs = append(errs, d.store.Close())
		}
	}
	return errors.Join(errs...)
}
