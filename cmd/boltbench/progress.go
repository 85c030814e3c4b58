package main

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// A bar shows how far a long step is. The nil bar shows nothing.
type bar struct{ bar *progressbar.ProgressBar }

// newBar returns a bar where w is a terminal.
func newBar(w io.Writer, name string, size int) *bar {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return &bar{progressbar.NewOptions(size,
		progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(name), progressbar.OptionShowCount(),
		progressbar.OptionShowIts(), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond),
	)}
}

func (b *bar) at(n int) {
	if b != nil {
		_ = b.bar.Set(n)
	}
}

// finish takes the bar off the terminal.
func (b *bar) finish() {
	if b != nil {
		_ = b.bar.Finish()
	}
}
