package storage

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/mvcc"
	"github.com/drawbolt/drawbolt/storage/slab"
	"github.com/drawbolt/drawbolt/storage/wal"
)

// A Store is one graph database.
type Store struct {
	options Options
	id      [16]byte
	idText  string

	memory          *slab.Memory
	nodes           *slab.Table[node]
	relationships   *slab.Table[relationship]
	undo            *slab.Table[head]
	propertyBlocks  *slab.Blocks
	adjacencyBlocks *slab.Blocks
	indexBlocks     *slab.Blocks

	nodeLatches         latches
	relationshipLatches latches

	labels, types, keys *tokens
	labelSets           *labelSets
	labelMembers        *members // nodes by label
	typeMembers         *members // relationships by type
	selfLoops           atomic.Bool

	published  atomic.Uint64 // the newest visible commit
	registry   *mvcc.Registry
	pipeline   pipeline
	statistics statistics
	schema     schema
	reclaimer  reclaimer
	works      sync.Pool // of *work
	log        wal.Log   // nil in memory, and while it is replayed
	lock       io.Closer // of the directory
	lines      [turns]chan struct{}
	watchers   watchers
	columns    columns
	replaying  bool

	snapshotting sync.Mutex // one snapshot at a time
	lastSnapshot Position
	nextSnapshot atomic.Int64 // when, in nanoseconds of Unix time
	// snapshotInterval is a time.Duration; reschedule wakes the loop that waits
	// for the next snapshot.
	snapshotInterval atomic.Int64
	reschedule       chan struct{}
	filesLocked      atomic.Bool // nothing is removed
	analytical       atomic.Bool // nothing is logged; changes with the mutex of appending held

	closed  atomic.Bool
	stopped atomic.Pointer[Error] // why no changes are taken
	quit    chan struct{}         // closed by Close
	running sync.WaitGroup
}

// Open opens the store in a directory, or creates it there, and replays its
// log.
func Open(ctx context.Context, o Options) (*Store, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	s, err := newStore(o)
	if err != nil {
		return nil, err
	}
	if err := s.openLog(ctx); err != nil {
		return nil, errors.Join(err, s.memory.Release())
	}
	s.idText = string(appendUUID(nil, s.id))
	s.running.Go(func() { s.reclaimer.loop(s.quit) })
	if o.Directory != "" {
		s.running.Go(s.snapshotLoop)
	}
	return s, nil
}

// newStore returns an empty store that keeps nothing on disk.
func newStore(o Options) (*Store, error) {
	if o.FS == nil {
		o.FS = vfs.Default
	}
	s := &Store{
		options: o, memory: slab.NewMemory(o.MemoryLimit, o.Budget), quit: make(chan struct{}), reschedule: make(chan struct{}, 1),
		labels: newTokens("labels", maxTokens), types: newTokens("relationship types", maxKinds), keys: newTokens("property keys", maxTokens),
		labelSets:  newLabelSets(),
		statistics: statistics{counts: make(map[statistic]int64)},
	}
	if _, err := rand.Read(s.id[:]); err != nil {
		return nil, fmt.Errorf("storage: make an identity: %w", err)
	}
	s.id[6], s.id[8] = s.id[6]&0x0F|0x40, s.id[8]&0x3F|0x80 // UUID version 4
	if err := s.makeTables(); err != nil {
		return nil, errors.Join(err, s.memory.Release())
	}
	s.registry = mvcc.NewRegistry(&s.published)
	s.snapshotInterval.Store(int64(o.SnapshotInterval))
	for i := range s.lines {
		s.lines[i] = make(chan struct{}, 1)
	}
	s.schema.seed = graph.NewSeed()
	s.schema.current.Store(newSchemaState())
	s.reclaimer.store, s.reclaimer.wake = s, make(chan struct{}, 1)
	s.reclaimer.holds = make(map[uint64][]outdated)
	return s, nil
}

func (s *Store) makeTables() (err error) {
	if s.nodes, err = slab.NewTable[node](s.memory); err != nil {
		return err
	}
	if s.relationships, err = slab.NewTable[relationship](s.memory); err != nil {
		return err
	}
	if s.undo, err = slab.NewTable[head](s.memory); err != nil {
		return err
	}
	for _, b := range []**slab.Blocks{&s.propertyBlocks, &s.adjacencyBlocks, &s.indexBlocks} {
		if *b, err = slab.NewBlocks(s.memory); err != nil {
			return err
		}
	}
	s.labelMembers, s.typeMembers = newMembers(s.indexBlocks), newMembers(s.indexBlocks)
	// Slot 0 of the undo table means that there is no undo record.
	if _, _, err := s.undo.Alloc(); err != nil {
		return memoryError(err)
	}
	return nil
}

// ID returns the identity of the database, which stays when the store is opened
// again.
func (s *Store) ID() [16]byte { return s.id }

// MemoryUsed returns the bytes of records, properties, adjacency and indexes.
func (s *Store) MemoryUsed() int64 { return s.memory.Used() }

// Close stops the store: commits fail from now on. Running transactions may go
// on reading; the memory is given back when the last one ends.
func (s *Store) Close() error { return s.close(s.options.SnapshotOnClose) }

// Discard closes the store and removes its directory with everything in it.
func (s *Store) Discard() error {
	err := s.close(false)
	fs, dir := s.options.FS, s.options.Directory
	if dir == "" {
		return err
	}
	return errors.Join(err, fs.RemoveAll(dir), SyncDirectory(fs, fs.PathDir(dir)))
}

// Closed reports whether the store has been closed. Transactions that were begun
// before go on reading; one that was begun afterwards sees nothing.
func (s *Store) Closed() bool { return s.closed.Load() }

func (s *Store) close(snapshot bool) error {
	if s.closed.Swap(true) {
		return nil
	}
	close(s.quit)
	s.running.Wait()
	var err error
	if snapshot {
		err = s.lastSnapshotAtClose()
	}
	err = errors.Join(err, s.closeLog())
	s.registry.Shut(func() {
		// Transactions that begin later see an empty graph.
		s.nodes.Clear()
		s.relationships.Clear()
		err = errors.Join(err, s.memory.Release())
	})
	return err
}

// hasFailed reports whether the log has failed.
func (s *Store) hasFailed() bool { return s.stopped.Load() != nil }

// lastSnapshotAtClose writes the snapshot at the end.
//
//nolint:contextcheck,nolintlint // whoever closes the store wants it whole; the first one looks here for callers elsewhere
func (s *Store) lastSnapshotAtClose() error {
	if s.hasFailed() || s.options.Directory == "" {
		return nil
	}
	_, err := s.createSnapshot(context.Background(), true)
	return err
}

// leave ends a transaction.
func (s *Store) leave(a *mvcc.Actor) {
	s.registry.Leave(a)
	s.reclaimer.poke()
}

// stop makes the store refuse changes after the log has failed: what the log
// holds from here on is unknown. It returns the error that commits get.
func (s *Store) stop(cause error) error {
	e := &Error{Kind: KindStopped, Message: "the commit log failed", Err: cause}
	if s.stopped.CompareAndSwap(nil, e) {
		s.pipeline.giveUp()
		if s.options.OnFatal != nil {
			s.options.OnFatal(e)
		}
	}
	return s.stopped.Load()
}
