package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/drawbolt/drawbolt/storage"
)

// lockPause is the time between two tries to get the data directory.
const lockPause = 200 * time.Millisecond

// openStore recovers the data. fatal is called when the log fails later.
func (p *process) openStore(ctx context.Context, fatal context.CancelCauseFunc) (*storage.Store, error) {
	opts := storageOptions(p.flags)
	opts.OnFatal = func(err error) { fatal(fmt.Errorf("the commit log has failed: %w", err)) }
	opts.OnSnapshotError = func(err error) {
		p.log.Error().Err(err).Msg("a snapshot was not written; the log grows until one is")
	}
	began := time.Now()
	store, err := p.claimStore(ctx, &opts)
	if err != nil {
		return nil, &startError{exitFatal, fmt.Errorf("open the data directory %s: %w", opts.Directory, err)}
	}
	p.log.Info().Dur("took", time.Since(began)).Int64("nodes", store.NodeCount()).
		Int64("relationships", store.RelationshipCount()).Msg("data recovered")
	return store, nil
}

// claimStore waits for a process that has the data directory, which is what
// happens when a service is restarted.
func (p *process) claimStore(ctx context.Context, opts *storage.Options) (*storage.Store, error) {
	patience := time.Duration(p.flags.Uint64(flagLockTimeout)) * time.Second //nolint:gosec // bounded by the flag
	deadline := time.Now().Add(patience)
	for told := false; ; {
		store, err := p.tryStore(ctx, opts)
		if e, ok := errors.AsType[*storage.Error](err); !ok || e.Kind != storage.KindLocked {
			return store, err
		}
		if time.Now().After(deadline) {
			return nil, err
		}
		if !told {
			told = true
			p.log.Warn().Err(err).Dur("patience", patience).Msg("waiting for the data directory")
		}
		select {
		case <-time.After(lockPause):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func (p *process) tryStore(ctx context.Context, opts *storage.Options) (*storage.Store, error) {
	if p.flags.Bool(flagRecover) {
		return storage.Open(ctx, *opts)
	}
	to, err := setAside(opts.Directory, time.Now())
	if err != nil {
		return nil, err
	}
	if to != "" {
		p.log.Warn().Str("to", to).Msg("the data was moved aside, because --" + flagRecover + " is false")
	}
	return storage.Open(ctx, *opts)
}

// setAside moves everything in a data directory to a directory for backups in
// it, whose path is returned, or nothing when there is nothing. The lock that
// the store takes later is held meanwhile.
func setAside(dir string, now time.Time) (to string, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		return e.Name() == storage.BackupDirectory || e.Name() == storage.LockFile
	})
	if len(entries) == 0 {
		return "", nil
	}
	unlock, err := storage.Lock(dir)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	to = storage.BackupPath(dir, now)
	if err := os.MkdirAll(to, 0o700); err != nil {
		return "", err
	}
	for _, e := range entries {
		if err := os.Rename(filepath.Join(dir, e.Name()), filepath.Join(to, e.Name())); err != nil {
			return "", err
		}
	}
	return to, nil
}
