package storage

import "context"

// A StorageMode says what happens with changes beside memory.
type StorageMode uint8 //nolint:revive // a Mode is that of a transaction

// The modes.
const (
	// Transactional logs every commit before it is answered.
	Transactional StorageMode = iota
	// Analytical logs nothing: loads are faster, and a crash loses all commits
	// since the last snapshot. Transactions are isolated as ever.
	Analytical
)

// String returns the mode as statements spell it.
func (m StorageMode) String() string {
	if m == Analytical {
		return "IN_MEMORY_ANALYTICAL"
	}
	return "IN_MEMORY_TRANSACTIONAL"
}

// StorageMode returns the mode that the store is in.
func (s *Store) StorageMode() StorageMode {
	if s.analytical.Load() {
		return Analytical
	}
	return Transactional
}

// SetStorageMode changes the mode for all transactions that begin later. Going
// back to [Transactional] writes a snapshot, because the log lacks what was
// committed meanwhile; commits wait for that. A transaction that began before and
// commits after it gets a conflict.
func (s *Store) SetStorageMode(ctx context.Context, m StorageMode) error {
	if err := s.usable(); err != nil {
		return err
	}
	s.snapshotting.Lock()
	defer s.snapshotting.Unlock()
	if s.StorageMode() == m {
		return nil
	}
	if m == Analytical || s.options.Directory == "" {
		s.pipeline.append.Lock()
		s.analytical.Store(m == Analytical)
		s.pipeline.append.Unlock()
		return nil
	}
	if err := s.endAnalytical(ctx); err != nil {
		return err
	}
	return s.pruneSnapshots(s.snapshotsPath())
}

// endAnalytical writes a snapshot of everything and lets the log go on behind it.
func (s *Store) endAnalytical(ctx context.Context) error {
	s.schema.ddl.Lock() // before the mutex of commits, as changes of the schema do
	s.pipeline.append.Lock()
	defer s.pipeline.append.Unlock()
	if err := s.WaitFor(ctx, Position(s.pipeline.last)); err != nil {
		s.schema.ddl.Unlock()
		return &Error{Kind: KindCancelled, Message: "change the storage mode", Err: err}
	}
	t := s.Begin(ReadMode)
	st := s.schema.current.Load()
	s.schema.ddl.Unlock()
	defer t.Rollback()
	if _, err := s.writeSnapshot(ctx, t, st, false); err != nil {
		return err
	}
	s.analytical.Store(false)
	return nil
}

// errModeChanged tells a transaction that it has not noted what the log needs.
func errModeChanged() error {
	return &Error{Kind: KindConflict, Message: "the storage mode has changed since the transaction began"}
}
