package storage

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/drawbolt/drawbolt/storage/snapshot"
	"github.com/drawbolt/drawbolt/storage/wal"
)

// BackupDirectory is where files go that are not used any more but that nobody
// has decided to delete, inside of the data directory, because its parent may not
// be writable.
const BackupDirectory = ".backup"

// A FileReport is what reading one file of a data directory has found.
type FileReport struct {
	Path        string
	Size        int64    // bytes
	First, Last Position // the commits in it; of a snapshot both its own
	// Torn is how many bytes of a record there are that was never finished, and
	// so never acknowledged. Opening the store cuts them off.
	Torn int64
	Err  error // what is wrong, or nil
}

// A Report is what reading a whole data directory has found.
type Report struct {
	ID    string // of the database, as text
	Files []FileReport
	// What the files recover to, when they do.
	Position             Position
	Nodes, Relationships int64
	Err                  error // why they do not, or nil
}

// Sound reports whether every file reads and the store can be opened.
func (r *Report) Sound() bool {
	for i := range r.Files {
		if r.Files[i].Err != nil {
			return false
		}
	}
	return r.Err == nil
}

// CheckData reads every file of the store in a directory and recovers it in
// memory. It changes nothing. Damage is part of the report; the error says why
// there is none.
func CheckData(ctx context.Context, o Options) (r *Report, err error) {
	s, unlock, err := openOffline(o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.memory.Release(), unlock()) }()
	r = &Report{ID: string(appendUUID(nil, s.id))}
	files, err := snapshot.List(s.options.FS, s.snapshotsPath())
	if err != nil {
		return nil, snapshotError(err)
	}
	for _, f := range files {
		_, readErr := snapshot.Read(s.options.FS, f.Path, func([]byte) error { return context.Cause(ctx) })
		if ctx.Err() != nil {
			return nil, &Error{Kind: KindCancelled, Message: "check the data", Err: context.Cause(ctx)}
		}
		p := Position(f.Position)
		r.Files = append(r.Files, FileReport{Path: f.Path, Size: f.Size, First: p, Last: p, Err: readErr})
	}
	logs, err := wal.Examine(s.logOptions())
	if err != nil {
		return nil, logError(err)
	}
	for _, l := range logs {
		r.Files = append(r.Files, FileReport{
			Path: l.Path, Size: l.Size, First: Position(l.First), Last: Position(l.Last), Torn: l.Torn, Err: l.Err,
		})
	}
	r.Err = s.recoverOffline(ctx)
	r.Position, r.Nodes, r.Relationships = s.Position(), s.NodeCount(), s.RelationshipCount()
	return r, nil
}

// recoverOffline fills the store and leaves the files alone.
func (s *Store) recoverOffline(ctx context.Context) error {
	if err := s.loadSnapshot(ctx); err != nil {
		return err
	}
	log, err := wal.OpenReader(s.logOptions())
	if err != nil {
		return logError(err)
	}
	return errors.Join(s.replay(ctx, log), log.Close())
}

// openOffline claims a directory that has a store and returns an empty one with
// its identity.
func openOffline(o Options) (s *Store, unlock func() error, err error) {
	if err := o.Validate(); err != nil {
		return nil, nil, err
	}
	if s, err = newStore(o); err != nil {
		return nil, nil, err
	}
	fs, dir := s.options.FS, o.Directory
	if _, err = fs.Stat(fs.PathJoin(dir, identityFile)); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("storage: %s has no store: %w", dir, err), s.memory.Release())
	}
	lock, err := lockDirectory(fs, dir)
	if err != nil {
		return nil, nil, errors.Join(err, s.memory.Release())
	}
	if s.id, _, err = loadIdentity(fs, dir); err != nil {
		return nil, nil, errors.Join(err, lock.Close(), s.memory.Release())
	}
	return s, lock.Close, nil
}

// A TailCut is what [RepairTail] has cut off.
type TailCut struct {
	File   string
	Offset int64    // of the first byte that is gone
	Bytes  int64    // that are gone
	Last   Position // the last commit that is left in the file
	Backup string   // a copy of the file as it was
}

// RepairTail cuts the last log file in front of the first record that does not
// read, although that may lose acknowledged commits. A copy of the file is kept
// in [BackupDirectory]. It returns nil when there is nothing to cut.
func RepairTail(o Options) (cut *TailCut, err error) {
	s, unlock, err := openOffline(o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.memory.Release(), unlock()) }()
	c, err := wal.Repair(s.logOptions(), BackupPath(o.Directory, time.Now()))
	if err != nil {
		return nil, logError(err)
	}
	if c == nil {
		return nil, nil
	}
	return &TailCut{File: c.Path, Offset: c.Offset, Bytes: c.Size - c.Offset, Last: Position(c.Last), Backup: c.Backup}, nil
}

// BackupPath returns a new directory's name inside of [BackupDirectory].
func BackupPath(dir string, now time.Time) string {
	return filepath.Join(dir, BackupDirectory, now.UTC().Format("20060102T150405.000000000Z"))
}
