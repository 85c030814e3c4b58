package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/server"
	"github.com/drawbolt/drawbolt/storage/graph"
)

const (
	// maxInitLine bounds a statement of an init file, in bytes.
	maxInitLine = 64 << 20
	// initBatch is how many rows of a statement are thrown away at a time.
	initBatch = 1024
)

// initialise executes the statements of the file that a flag names. A file that
// does not exist is no fault: containers are often started before it is
// mounted. A statement that fails is a warning, and the next one follows.
func (p *process) initialise(ctx context.Context, databases server.Databases, flag string) error {
	path := p.flags.Text(flag)
	if path == "" {
		return nil
	}
	f, err := os.Open(path) //nolint:gosec // the operator names the file
	if errors.Is(err, fs.ErrNotExist) {
		p.log.Info().Str("file", path).Msg("--" + flag + ": there is no such file")
		return nil
	}
	if err != nil {
		return &startError{exitConfig, fmt.Errorf("--%s: %w", flag, err)}
	}
	defer f.Close() //nolint:errcheck // nothing was written
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, maxInitLine)
	done, failed, number := 0, 0, 0
	for lines.Scan() {
		number++
		text := strings.TrimSuffix(strings.TrimSpace(lines.Text()), ";")
		if text == "" || strings.HasPrefix(text, "//") {
			continue
		}
		if err := execute(ctx, databases, text); err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			failed++
			p.log.Warn().Str("file", path).Int("line", number).Err(err).Msg("--" + flag + ": a statement failed")
			continue
		}
		done++
	}
	if err := lines.Err(); err != nil {
		return &startError{exitConfig, fmt.Errorf("--%s: %s:%d: %w", flag, path, number+1, err)}
	}
	p.log.Info().Str("file", path).Int("statements", done).Int("failed", failed).Msg("--" + flag + " is done")
	return nil
}

// later executes the file for after the start in the background. The server
// already serves.
func (p *process) later(ctx context.Context, databases server.Databases) {
	if p.flags.Text(flagInitDataFile) == "" {
		return
	}
	go func() {
		if err := p.initialise(ctx, databases, flagInitDataFile); err != nil && ctx.Err() == nil {
			p.log.Error().Err(err).Msg("--" + flagInitDataFile + " was not executed to its end")
		}
	}()
}

// execute runs one statement in the default database, or in that of its USE, to
// its end and throws its rows away.
func execute(ctx context.Context, databases server.Databases, query string) error {
	db, err := databases.Database("")
	if err != nil {
		return err
	}
	st := server.Statement{
		Query: query, Parameters: graph.Map(nil), TransactionOptions: server.TransactionOptions{Trusted: true},
	}
	r, err := db.Run(ctx, st)
	if other, ok := errors.AsType[*cypher.OtherDatabaseError](err); ok {
		if db, err = databases.Database(other.Name); err != nil {
			return err
		}
		st.Using = other.Name
		r, err = db.Run(ctx, st)
	}
	if err != nil {
		return err
	}
	for {
		b, err := r.Next(ctx, initBatch)
		if err != nil {
			return errors.Join(err, r.Close())
		}
		if b == nil {
			return r.Close()
		}
	}
}
