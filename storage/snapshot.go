package storage

import (
	"context"
	"encoding/binary"
	"errors"
	"syscall"
	"time"

	"github.com/drawbolt/drawbolt/storage/mvcc"
	"github.com/drawbolt/drawbolt/storage/snapshot"
)

const (
	snapshotDirectory = "snapshots"

	// snapshotBlock is when a block of a snapshot is full. The writer and the
	// log use the same operations; one block is replayed as one record.
	snapshotBlock = 1 << 20

	defaultSnapshots = 3
)

// CreateSnapshot writes the newest committed state to a file, beside running
// transactions, and drops the part of the log that no kept file needs. It
// returns the position of the file. A store in memory has no snapshots.
func (s *Store) CreateSnapshot(ctx context.Context) (Position, error) {
	if s.options.Directory == "" {
		return 0, &Error{Kind: KindReadOnly, Message: "a store in memory has no snapshots"}
	}
	if err := s.usable(); err != nil {
		return 0, err
	}
	return s.createSnapshot(ctx, false)
}

// createSnapshot is [Store.CreateSnapshot]; only the last one is written while
// the store is being closed.
func (s *Store) createSnapshot(ctx context.Context, last bool) (Position, error) {
	s.snapshotting.Lock()
	defer s.snapshotting.Unlock()
	// The schema is not versioned: with its lock held, the state that goes with
	// the transaction's snapshot is the current one.
	s.schema.ddl.Lock()
	t := s.Begin(ReadMode)
	st := s.schema.current.Load()
	s.schema.ddl.Unlock()
	defer t.Rollback()
	p, err := s.writeSnapshot(ctx, t, st, last)
	if err != nil {
		return 0, err
	}
	return p, s.pruneSnapshots(s.snapshotsPath())
}

// writeSnapshot writes what a transaction sees, with the schema that goes with
// it, unless that is in a file already.
func (s *Store) writeSnapshot(ctx context.Context, t *Transaction, st *schemaState, last bool) (Position, error) {
	if t.Snapshot() == s.lastSnapshot {
		return s.lastSnapshot, nil
	}
	dir := s.snapshotsPath()
	file, err := snapshot.Create(s.options.FS, dir, snapshot.Header{Database: s.id, Position: uint64(t.Snapshot()), Time: time.Now()})
	if err != nil {
		return 0, snapshotError(err)
	}
	w := snapshotWriter{s: s, t: t, file: file, last: last}
	if err := w.all(ctx, st); err != nil {
		return 0, errors.Join(err, file.Abort())
	}
	if err := file.Finish(); err != nil {
		return 0, snapshotError(err)
	}
	s.lastSnapshot = t.Snapshot()
	return s.lastSnapshot, nil
}

func (s *Store) snapshotsPath() string {
	return s.options.FS.PathJoin(s.options.Directory, snapshotDirectory)
}

func snapshotError(err error) error {
	kind := KindStopped
	if _, corrupt := errors.AsType[*snapshot.CorruptError](err); corrupt {
		kind = KindCorrupt
	} else if errors.Is(err, syscall.ENOSPC) {
		kind = KindDiskFull
	}
	return &Error{Kind: kind, Message: "snapshot", Err: err}
}

// pruneSnapshots removes old files, and the log that the oldest kept one does
// not need: it stays possible to go back to every kept file.
func (s *Store) pruneSnapshots(dir string) error {
	if s.filesLocked.Load() {
		return nil
	}
	keep := s.options.Snapshots
	if keep == 0 {
		keep = defaultSnapshots
	}
	oldest, err := snapshot.Prune(s.options.FS, dir, keep)
	if err != nil {
		return snapshotError(err)
	}
	s.pipeline.append.Lock()
	defer s.pipeline.append.Unlock()
	if err := s.log.Discard(oldest); err != nil {
		return logError(err)
	}
	return nil
}

// SetSnapshotInterval changes the time between two snapshots; zero ends them. The
// time until the next one begins now.
func (s *Store) SetSnapshotInterval(d time.Duration) {
	s.snapshotInterval.Store(int64(d))
	select {
	case s.reschedule <- struct{}{}:
	default:
	}
}

// snapshotLoop writes snapshots from time to time until the store is closed.
func (s *Store) snapshotLoop() {
	for {
		var due <-chan time.Time // never, when no snapshots are wanted
		if d := time.Duration(s.snapshotInterval.Load()); d > 0 {
			s.nextSnapshot.Store(time.Now().Add(d).UnixNano())
			due = time.After(d)
		}
		select {
		case <-s.quit:
			return
		case <-s.reschedule:
			continue
		case <-due:
		}
		if s.analytical.Load() {
			continue // snapshots are written on demand then
		}
		_, err := s.createSnapshot(context.Background(), false)
		if err != nil && !s.closed.Load() && s.options.OnSnapshotError != nil {
			s.options.OnSnapshotError(err)
		}
	}
}

// A snapshotWriter turns a view into operations.
type snapshotWriter struct {
	s    *Store
	t    *Transaction
	file *snapshot.Writer
	last bool
	b    []byte
}

func (w *snapshotWriter) all(ctx context.Context, st *schemaState) error {
	w.b, _ = appendTokens(w.b, opDefineLabel, w.s.labels, 0)
	w.b, _ = appendTokens(w.b, opDefineType, w.s.types, 0)
	w.b, _ = appendTokens(w.b, opDefineKey, w.s.keys, 0)
	for _, ix := range st.indexes {
		if ix.constraint == "" && ix.online.Load() {
			w.b = append(w.b, encodeIndex(ix.spec)...)
		}
	}
	for _, c := range st.constraints {
		w.b = append(w.b, encodeConstraint(c)...)
	}
	w.flush() // what others refer to is in blocks of its own
	if err := w.nodes(ctx); err != nil {
		return err
	}
	if err := w.relationships(ctx); err != nil {
		return err
	}
	w.flush()
	if err := w.file.Err(); err != nil {
		return snapshotError(err)
	}
	return nil
}

// full writes the block when it is full, and looks whether to go on.
func (w *snapshotWriter) full(ctx context.Context) error {
	if len(w.b) < snapshotBlock {
		return nil
	}
	w.flush()
	if err := w.file.Err(); err != nil {
		return snapshotError(err)
	}
	if w.s.closed.Load() && !w.last {
		return errClosed()
	}
	if ctx.Err() != nil {
		return &Error{Kind: KindCancelled, Message: "write a snapshot", Err: context.Cause(ctx)}
	}
	return nil
}

func (w *snapshotWriter) flush() {
	if len(w.b) > 0 {
		w.file.Block(w.b)
		w.b = w.b[:0]
	}
}

// generation notes the next generation of a slot that nothing visible is in, so
// that no identifier is used twice.
func (w *snapshotWriter) generation(op operation, h *head, slot, generation uint32) {
	v, visible := w.s.read(h, &w.t.sight)
	if visible && v.tag&deleted != 0 || h.load() == mvcc.Dead {
		generation++ // perhaps it has been raised already: one number is lost
	}
	if generation > 0 {
		w.b = binary.AppendUvarint(append(w.b, byte(op)), uint64(generation)<<32|uint64(slot))
	}
}

func (w *snapshotWriter) nodes(ctx context.Context) error {
	s := w.s
	for i := range s.nodes.Len() {
		slot := uint32(i)
		n := s.nodes.At(slot)
		generation := s.nodes.Generation(slot)
		v, ok := s.read(&n.head, &w.t.sight)
		if !ok || v.tag&deleted != 0 {
			w.generation(opNodeGeneration, &n.head, slot, generation)
		} else {
			labels := s.labelSets.at(v.tag).ids
			w.b = binary.AppendUvarint(append(w.b, byte(opCreateNode)), uint64(generation)<<32|uint64(slot))
			w.b = binary.AppendUvarint(w.b, uint64(len(labels)))
			for _, l := range labels {
				w.b = binary.AppendUvarint(w.b, uint64(l))
			}
			w.b = appendRecord(w.b, s.properties(v.props))
		}
		if err := w.full(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (w *snapshotWriter) relationships(ctx context.Context) error {
	s := w.s
	for i := range s.relationships.Len() {
		slot := uint32(i)
		r := s.relationships.At(slot)
		generation := s.relationships.Generation(slot)
		v, ok := s.read(&r.head, &w.t.sight)
		if !ok || v.tag&deleted != 0 {
			w.generation(opRelationshipGeneration, &r.head, slot, generation)
		} else {
			e := s.ends(r, v)
			w.b = binary.AppendUvarint(append(w.b, byte(opCreateRelationship)), uint64(generation)<<32|uint64(slot))
			w.b = binary.AppendUvarint(w.b, uint64(e.Start))
			w.b = binary.AppendUvarint(w.b, uint64(e.End))
			w.b = binary.AppendUvarint(w.b, uint64(e.Type))
			w.b = appendRecord(w.b, s.properties(v.props))
		}
		if err := w.full(ctx); err != nil {
			return err
		}
	}
	return nil
}

// loadSnapshot fills an empty store from the newest file, if there is one.
func (s *Store) loadSnapshot(ctx context.Context) error {
	files, err := snapshot.List(s.options.FS, s.snapshotsPath())
	if err != nil {
		return snapshotError(err)
	}
	if len(files) == 0 {
		return nil
	}
	return s.loadFile(ctx, files[0], s.id)
}

// loadFile fills an empty store from a file, which must be of a database.
func (s *Store) loadFile(ctx context.Context, file snapshot.Info, database [16]byte) error {
	s.replaying = true
	h, err := s.loadBlocks(ctx, file)
	switch {
	case err != nil:
		if _, corrupt := errors.AsType[*snapshot.CorruptError](err); !corrupt && ctx.Err() != nil {
			return &Error{Kind: KindCancelled, Message: "load a snapshot", Err: err}
		}
		return &Error{
			Kind: KindCorrupt, Err: err,
			Message: "load " + file.Path + " (move it away to recover from the file before it and the log)",
		}
	case h.Database != database || h.Position != file.Position:
		return &Error{Kind: KindCorrupt, Message: file.Path + " belongs to another database or position"}
	}
	if err := s.linkAll(ctx, file.Position); err != nil {
		return err
	}
	s.published.Store(file.Position)
	s.statistics.apply(&delta{}, file.Position)
	s.lastSnapshot = Position(file.Position)
	return nil
}
