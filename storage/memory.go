package storage

import (
	"time"
	"unsafe"

	"github.com/drawbolt/drawbolt/storage/snapshot"
)

// ReserveMemory counts n bytes of somebody who works with the store, such as a
// statement that sorts, against the memory limit. A negative n gives bytes back.
// The error has [KindMemoryLimit], and then nothing is counted.
func (s *Store) ReserveMemory(n int64) error {
	if err := s.memory.Reserve(n); err != nil {
		return memoryError(err)
	}
	return nil
}

// MemoryLimit returns the bytes that the store may use; 0 means no limit.
func (s *Store) MemoryLimit() int64 {
	own, shared := s.options.MemoryLimit, int64(0)
	if s.options.Budget != nil {
		shared = s.options.Budget.Limit()
	}
	if own == 0 || shared > 0 && shared < own {
		return shared
	}
	return own
}

// MemoryUsedTogether returns the bytes of all stores that share the memory limit
// of this one.
func (s *Store) MemoryUsedTogether() int64 {
	if s.options.Budget != nil {
		return s.options.Budget.Used()
	}
	return s.MemoryUsed()
}

// accountEvery is after how many changes a transaction's own lists are counted
// again. Smaller transactions are not worth it.
const accountEvery = 1 << 12

// account counts what a transaction notes of its changes against the memory
// limit: a load of millions of records in one transaction is found out before
// the system does.
func (t *Transaction) account() error {
	w := t.work
	if len(w.changes) < w.accountAt {
		return nil
	}
	w.accountAt = len(w.changes) + accountEvery
	bytes := int64(cap(w.changes))*int64(unsafe.Sizeof(change{})) +
		int64(cap(w.links))*int64(unsafe.Sizeof(link{})) +
		int64(cap(w.replaced)+cap(w.added))*int64(unsafe.Sizeof(garbage{})) +
		int64(cap(w.retired))*int64(unsafe.Sizeof(retirement{})) +
		int64(cap(w.blocks))*4 + int64(cap(w.redo)+cap(w.buffer))
	if err := t.store.ReserveMemory(bytes - w.reserved); err != nil {
		return err
	}
	w.reserved = bytes
	return nil
}

// DiskUsed returns the bytes of all log files and snapshots.
func (s *Store) DiskUsed() int64 {
	if s.options.Directory == "" {
		return 0
	}
	fs, n := s.options.FS, int64(0)
	for _, dir := range []string{s.snapshotsPath(), s.logOptions().Directory} {
		names, err := fs.List(dir)
		if err != nil {
			continue // it does not exist yet
		}
		for _, name := range names {
			if info, err := fs.Stat(fs.PathJoin(dir, name)); err == nil {
				n += info.Size()
			}
		}
	}
	return n
}

// UndoRecords returns how many old versions are kept for running transactions.
func (s *Store) UndoRecords() int64 { return s.undo.Used() - 1 } // slot 0 is none

// IDText returns [Store.ID] as text.
func (s *Store) IDText() string { return s.idText }

// A SnapshotInfo is a finished snapshot.
type SnapshotInfo struct {
	Path     string
	Position Position
	Size     int64 // bytes
	Time     time.Time
}

// Snapshots returns the finished snapshots, newest first.
func (s *Store) Snapshots() ([]SnapshotInfo, error) {
	if s.options.Directory == "" {
		return nil, nil
	}
	files, err := snapshot.List(s.options.FS, s.snapshotsPath())
	if err != nil {
		return nil, snapshotError(err)
	}
	list := make([]SnapshotInfo, len(files))
	for i, f := range files {
		list[i] = SnapshotInfo{Path: f.Path, Position: Position(f.Position), Size: f.Size, Time: f.Time}
	}
	return list, nil
}

// NextSnapshot returns when the next snapshot will be written; ok is false when none is planned.
func (s *Store) NextSnapshot() (at time.Time, ok bool) {
	if s.snapshotInterval.Load() <= 0 || s.options.Directory == "" {
		return time.Time{}, false
	}
	return time.Unix(0, s.nextSnapshot.Load()), true
}

// LockFiles keeps all files until [Store.UnlockFiles], so that they can be
// copied: no snapshot and no log goes. It reports whether they were free before.
func (s *Store) LockFiles() bool { return s.filesLocked.CompareAndSwap(false, true) }

// UnlockFiles ends that, and removes what has become old meanwhile. It reports
// whether the files were locked.
func (s *Store) UnlockFiles() (wasLocked bool, err error) {
	if !s.filesLocked.CompareAndSwap(true, false) {
		return false, nil
	}
	s.snapshotting.Lock()
	defer s.snapshotting.Unlock()
	if s.options.Directory == "" {
		return true, nil
	}
	return true, s.pruneSnapshots(s.snapshotsPath())
}

// FilesLocked reports whether the files are locked.
func (s *Store) FilesLocked() bool { return s.filesLocked.Load() }
