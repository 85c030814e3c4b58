package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"golang.org/x/term"
)

// A pagedWriter holds a result back until it is longer than the screen; then it
// starts a pager and writes to that.
type pagedWriter struct {
	ctx     context.Context //nolint:containedctx // an io.Writer has no parameter for it
	out     io.Writer
	command []string
	rows    int // of the screen
	held    bytes.Buffer
	lines   int
	process *exec.Cmd
	pipe    io.WriteCloser
}

// pager returns where the rows of a statement go and what to call behind it.
func (s *shell) pager(ctx context.Context) (io.Writer, func() error) {
	none := func() error { return nil }
	f, ok := s.out.(*os.File)
	if !ok || !s.o.interactive || s.o.screen == 0 || !s.o.set.Bool("pager") {
		return s.out, none
	}
	_, rows, err := term.GetSize(int(f.Fd()))
	command := pagerCommand()
	if err != nil || len(command) == 0 {
		return s.out, none
	}
	w := &pagedWriter{ctx: context.WithoutCancel(ctx), out: s.out, command: command, rows: rows}
	return w, w.close
}

// pagerCommand is $PAGER, or less where that is installed.
func pagerCommand() []string {
	if words := strings.Fields(os.Getenv("PAGER")); len(words) > 0 {
		return words
	}
	if path, err := exec.LookPath("less"); err == nil {
		return []string{path, "-RSX"}
	}
	return nil
}

func (w *pagedWriter) Write(b []byte) (int, error) {
	if w.pipe == nil {
		w.lines += bytes.Count(b, []byte("\n"))
		w.held.Write(b)
		if w.lines < w.rows {
			return len(b), nil
		}
		if err := w.start(); err != nil {
			return 0, err
		}
		if _, err := w.pipe.Write(w.held.Bytes()); err != nil {
			return 0, enough(err)
		}
		return len(b), nil
	}
	n, err := w.pipe.Write(b)
	return n, enough(err)
}

// errEnough says that the user has left the pager before the end.
var errEnough = errors.New("the pager is closed")

func enough(err error) error {
	if errors.Is(err, syscall.EPIPE) {
		return errEnough
	}
	return err
}

func (w *pagedWriter) start() error {
	w.process = exec.CommandContext(w.ctx, w.command[0], w.command[1:]...) //nolint:gosec // the user's own $PAGER
	w.process.Stdout, w.process.Stderr = w.out, os.Stderr
	var err error
	if w.pipe, err = w.process.StdinPipe(); err != nil {
		return err
	}
	return w.process.Start()
}

// close shows what is held back, or waits until the user leaves the pager.
func (w *pagedWriter) close() error {
	if w.pipe == nil {
		_, err := w.out.Write(w.held.Bytes())
		return err
	}
	err := w.pipe.Close()
	if errors.Is(err, os.ErrClosed) {
		err = nil
	}
	_ = w.process.Wait() // its exit code says how the user left it
	return err
}
