package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// maxSource is how deep scripts may call scripts.
const maxSource = 16

// source runs a script file; "-" is standard input.
func (s *shell) source(ctx context.Context, name string) error {
	if s.depth == maxSource {
		return fmt.Errorf("%s: scripts call scripts more than %d deep", name, maxSource)
	}
	s.depth++
	defer func() { s.depth-- }()
	if name == "-" {
		return s.script(ctx, os.Stdin, "standard input", -1)
	}
	f, err := os.Open(name) //nolint:gosec // the user names the file
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return s.script(ctx, f, name, fileSize(f))
}

// script runs all statements of r. Size is the number of its bytes, -1 when
// nobody knows.
func (s *shell) script(ctx context.Context, r io.Reader, name string, size int64) error {
	split := newSplitter(r)
	bar := s.progress(name, size)
	defer bar.finish()
	do, flush := s.do, func(context.Context) error { return nil }
	if s.o.set.Text("import-mode") == importParallel {
		im := &importer{shell: s}
		do, flush = im.add, im.flush
	}
	failed := false
	for {
		st, err := split.next()
		bar.at(split.offset())
		switch {
		case errors.Is(err, io.EOF):
			err = s.judge(flush(ctx), name, st)
			if err == nil && failed {
				err = errReported
			}
			return err
		case err != nil:
			return fmt.Errorf("%s: %w", name, err)
		}
		err = s.judge(do(ctx, st), name, st)
		switch {
		case err == nil:
		case errors.Is(err, errReported) && !errors.Is(err, errInterrupted) && s.o.set.Bool("fail-at-end"):
			failed = true
		default:
			return err
		}
	}
}

// judge prints the error of a statement with its place.
func (s *shell) judge(err error, name string, st statement) error {
	if err == nil || errors.Is(err, errQuit) || errors.Is(err, errReported) {
		return err
	}
	batch := ""
	if placed, ok := errors.AsType[*importError](err); ok {
		st = placed.statement
		batch = fmt.Sprintf("\nits batch, lines %d to %d, is rolled back", placed.first, placed.last)
	}
	s.complain("%s, line %d: %s%s", name, st.line, describe(err, st.text), batch)
	if errors.Is(err, errInterrupted) {
		return errors.Join(errReported, errInterrupted)
	}
	return errReported
}

// showAfter is how long a script runs before its progress is shown.
const showAfter = 500 * time.Millisecond

// A progress shows how much of a script has been read. The nil progress shows
// nothing.
type progress struct {
	bar   *progressbar.ProgressBar
	start time.Time
	pos   int64
	last  time.Time
}

// progress returns the bar of a script, where standard error is a terminal that
// does not show the results as well.
func (s *shell) progress(name string, size int64) *progress {
	f, ok := s.stderr.(*os.File)
	if !ok || s.o.interactive || s.o.screen > 0 || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return &progress{start: time.Now(), bar: progressbar.NewOptions64(size,
		progressbar.OptionSetWriter(s.stderr), progressbar.OptionSetDescription(name),
		progressbar.OptionShowBytes(true), progressbar.OptionClearOnFinish(),
		progressbar.OptionThrottle(100*time.Millisecond),
	)}
}

func (p *progress) at(pos int64) {
	if p == nil {
		return
	}
	now := time.Now()
	if now.Sub(p.start) < showAfter || now.Sub(p.last) < 100*time.Millisecond {
		return
	}
	p.last, p.pos = now, pos
	_ = p.bar.Set64(pos)
}

func (p *progress) finish() {
	if p != nil && p.pos > 0 {
		_ = p.bar.Finish()
	}
}
