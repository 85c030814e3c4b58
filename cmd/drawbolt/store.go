package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/server"
	"github.com/drawbolt/drawbolt/server/catalog"
	"github.com/drawbolt/drawbolt/server/monitor"
	"github.com/drawbolt/drawbolt/storage"
)

// lockPause is the time between two tries to get the data directory.
const lockPause = 200 * time.Millisecond

// openDatabases recovers the data. fatal is called when a log fails later.
func (p *process) openDatabases(ctx context.Context, around *identity, fatal context.CancelCauseFunc) (*catalog.Catalog, error) {
	opts := catalog.Options{
		Directory: p.flags.Text(flagDataDirectory), Default: p.flags.Text(flagDefaultDatabase), Alias: aliasDatabase,
		Fresh: !p.flags.Bool(flagRecover), Store: storageOptions(p.flags), Engine: engineOptions(p.flags, around),
		Locked: func(ctx context.Context, engine *cypher.Options) error {
			if err := p.openUsers(ctx); err != nil {
				return err
			}
			engine.Users = p.users
			return nil
		},
		Opened: func(name string, s *storage.Store, took time.Duration) {
			p.log.Info().Str("database", name).Dur("took", took).Int64("nodes", s.NodeCount()).
				Int64("relationships", s.RelationshipCount()).Msg("data recovered")
			if p.flags.Text(flagStorageMode) == storage.Analytical.String() {
				if err := s.SetStorageMode(ctx, storage.Analytical); err != nil {
					p.log.Error().Str("database", name).Err(err).Msg("the storage mode could not be set")
				}
			}
		},
		AllowBroken: p.flags.Bool(flagAllowBroken),
		Broken: func(name string, err error) {
			p.log.Error().Str("database", name).Err(err).Msg("the data could not be recovered; the database is offline")
		},
		Closing: func(ctx context.Context, db server.Database) {
			if s := p.serving.Load(); s != nil {
				s.EndTransactions(ctx, db)
			}
		},
	}
	opts.Store.Counters, opts.Engine.Plans = &p.stores, &p.plans
	opts.Store.OnFatal = func(err error) { fatal(fmt.Errorf("the commit log has failed: %w", err)) }
	opts.Store.OnSnapshotError = func(err error) {
		p.log.Error().Err(err).Msg("a snapshot was not written; the log grows until one is")
	}
	if opts.Fresh {
		p.log.Warn().Msg("data that there is moves to " + storage.BackupDirectory + ", because --" + flagRecover + " is false")
	}
	databases, err := p.claim(ctx, &opts)
	if _, told := errors.AsType[*startError](err); told {
		return nil, err
	}
	if err != nil {
		return nil, &startError{exitFatal, fmt.Errorf("open the data directory %s: %w", opts.Directory, err)}
	}
	around.databases.Store(databases)
	return databases, nil
}

// claim waits for a process that has the data directory, which is what happens
// when a service is restarted.
func (p *process) claim(ctx context.Context, opts *catalog.Options) (*catalog.Catalog, error) {
	patience := time.Duration(p.flags.Uint64(flagLockTimeout)) * time.Second //nolint:gosec // bounded by the flag
	deadline := time.Now().Add(patience)
	for told := false; ; {
		databases, err := catalog.Open(ctx, *opts)
		if e, ok := errors.AsType[*storage.Error](err); !ok || e.Kind != storage.KindLocked {
			return databases, err
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

// storesOf lists the stores that are open, for the metrics.
func storesOf(databases *catalog.Catalog) func() map[string]monitor.Store {
	return func() map[string]monitor.Store {
		list, _ := databases.List()
		stores := make(map[string]monitor.Store, len(list))
		for i := range list {
			if s := list[i].Store; s != nil && !list[i].System {
				stores[list[i].Name] = s
			}
		}
		return stores
	}
}
