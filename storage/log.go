package storage

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/drawbolt/drawbolt/storage/snapshot"
	"github.com/drawbolt/drawbolt/storage/wal"
)

// openLog claims the directory, replays what it holds and makes the store ready
// for commits. Without a directory there is nothing to do.
func (s *Store) openLog(ctx context.Context) (err error) {
	dir, fs := s.options.Directory, s.options.FS
	if dir == "" {
		return nil
	}
	if s.lock, err = lockDirectory(fs, dir); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.lock.Close())
		}
	}()
	if err := s.openIdentity(); err != nil {
		return err
	}
	if err := snapshot.RemoveUnfinished(fs, s.snapshotsPath()); err != nil {
		return snapshotError(err)
	}
	if err := s.loadSnapshot(ctx); err != nil {
		return err
	}
	log, err := wal.OpenFile(s.logOptions())
	if err != nil {
		return logError(err)
	}
	if err := s.replay(ctx, log); err != nil {
		return errors.Join(err, log.Close())
	}
	s.log = log
	return nil
}

func (s *Store) logOptions() wal.Options {
	o := wal.Options{
		Directory: s.options.FS.PathJoin(s.options.Directory, logDirectory),
		FileSize:  s.options.LogFileSize, NoSync: s.options.NoSync, FS: s.options.FS,
	}
	if o.FileSize == 0 {
		o.FileSize = defaultLogFileSize
	}
	if c := s.options.Counters; c != nil {
		o.Flushed = func() { c.Flushes.Add(1) }
	}
	return o
}

// openIdentity reads the identity of the database, or makes the directory that
// of a new one.
func (s *Store) openIdentity() error {
	dir, fs := s.options.Directory, s.options.FS
	id, exists, err := loadIdentity(fs, dir)
	if err != nil {
		return err
	}
	if exists {
		s.id = id
		return nil
	}
	if err := fs.MkdirAll(fs.PathJoin(dir, logDirectory), 0o700); err != nil {
		return fmt.Errorf("storage: create the log directory: %w", err)
	}
	// Whoever finds an identity may rely on the rest.
	if err := SyncDirectory(fs, dir); err != nil {
		return err
	}
	if err := saveIdentity(fs, dir, s.id); err != nil {
		return err
	}
	return SyncDirectory(fs, fs.PathDir(dir))
}

// logError gives a kind to an error of package wal.
func logError(err error) error {
	if _, ours := errors.AsType[*Error](err); ours {
		return err
	}
	if _, corrupt := errors.AsType[*wal.CorruptError](err); corrupt {
		return &Error{Kind: KindCorrupt, Message: "read the log", Err: err}
	}
	return fmt.Errorf("storage: %w", err)
}

func (s *Store) closeLog() error {
	if s.log == nil {
		return nil
	}
	s.pipeline.append.Lock()
	defer s.pipeline.append.Unlock()
	if err := errors.Join(s.log.Close(), s.lock.Close()); err != nil {
		return fmt.Errorf("storage: close: %w", err)
	}
	return nil
}

// noFlush is the flush of a store in memory.
type noFlush struct{}

func (noFlush) Wait() error { return nil }

// appendRedo appends the operations of a commit to the log, with the tokens that
// they may use and that no record has defined yet. The mutex of appending is
// held. An error means that the log has failed.
func (s *Store) appendRedo(timestamp uint64, redo []byte) (wal.Flush, error) {
	if s.log == nil || s.analytical.Load() {
		return noFlush{}, nil
	}
	if err := s.stopped.Load(); err != nil {
		return nil, err
	}
	if s.closed.Load() {
		return nil, errClosed()
	}
	p := &s.pipeline
	labels, types, keys := p.labels, p.types, p.keys
	if s.labels.len() != labels || s.types.len() != types || s.keys.len() != keys {
		var b []byte
		b, labels = appendTokens(b, opDefineLabel, s.labels, labels)
		b, types = appendTokens(b, opDefineType, s.types, types)
		b, keys = appendTokens(b, opDefineKey, s.keys, keys)
		redo = append(b, redo...)
	}
	f, err := s.log.Append(timestamp, redo)
	switch {
	case errors.Is(err, wal.ErrDiskFull):
		return nil, &Error{Kind: KindDiskFull, Message: "the disk with the log is nearly full: changes are refused until there is room", Err: err}
	case err != nil:
		return nil, s.stop(err)
	}
	p.labels, p.types, p.keys = labels, types, keys
	return f, nil
}

// appendTokens defines the tokens from number from on, and returns how many
// there are.
func appendTokens(dst []byte, op operation, t *tokens, from int) ([]byte, int) {
	names := *t.names.Load()
	for i := from; i < len(names); i++ {
		dst = binary.AppendUvarint(append(dst, byte(op)), uint64(i)) //nolint:gosec // not negative
		dst = binary.AppendUvarint(dst, uint64(len(names[i])))
		dst = append(dst, names[i]...)
	}
	return dst, len(names)
}
