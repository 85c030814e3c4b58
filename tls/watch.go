package tls

import (
	"context"
	"crypto/sha256"
	"io"
	"os"
)

// A watch remembers what the files held. It compares contents, not dates, so that
// swapped symbolic links count as changes and rewritten equal bytes do not.
type watch struct {
	loaded [32]byte // what is in use, or what has failed to load
	seen   [32]byte // at the last look
}

// fingerprint digests all files of the options; a file that can not be read
// counts as empty.
func (e *Endpoint) fingerprint() [32]byte {
	h := sha256.New()
	paths := append(append([]string(nil), e.opts.CertFiles...), e.opts.KeyFiles...)
	paths = append(paths, e.opts.PassphraseFile, e.opts.ClientCAFile, e.opts.ClientCRLFile, e.opts.TicketKeyFile)
	for _, path := range paths {
		sum := fileSum(path)
		h.Write(sum[:])
	}
	return [32]byte(h.Sum(nil))
}

func fileSum(path string) [32]byte {
	if path == "" {
		return [32]byte{}
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return [32]byte{}
	}
	f, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return [32]byte{}
	}
	defer f.Close() //nolint:errcheck // nothing was written
	h := sha256.New()
	if _, err := io.Copy(h, io.LimitReader(f, maxFileBytes)); err != nil {
		return [32]byte{}
	}
	return [32]byte(h.Sum(nil))
}

// look reloads when two looks in a row see the same new contents, so that a
// half-written pair is not taken. A failure is reported once per contents.
func (e *Endpoint) look(ctx context.Context) {
	now := e.fingerprint()
	e.reloading.Lock()
	steady := now == e.watch.seen
	changed := now != e.watch.loaded
	e.watch.seen = now
	e.reloading.Unlock()
	if !changed || !steady {
		return
	}
	if err := e.reload(ctx, "watch"); err != nil {
		e.reloading.Lock()
		e.watch.loaded = now
		e.reloading.Unlock()
	}
}
