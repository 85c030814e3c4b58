package auth

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// A Keeper keeps one document durable.
type Keeper interface {
	// Load returns the document that was saved last, or nil when none was.
	Load() ([]byte, error)
	// Save replaces the document. When it returns nil, the new document
	// survives a crash; after an error the old one is still there.
	Save(document []byte) error
}

// maxDocument bounds what is read from a file: some hundred thousand users.
const maxDocument = 256 << 20

// File returns a Keeper that keeps the document in a file of that path, which
// only its owner can read. The directory is made when something is saved.
func File(path string) Keeper { return file(path) }

type file string

func (f file) Load() ([]byte, error) {
	r, err := os.Open(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer r.Close() //nolint:errcheck // nothing was written
	b, err := io.ReadAll(io.LimitReader(r, maxDocument+1))
	switch {
	case err != nil:
		return nil, err
	case len(b) > maxDocument:
		return nil, fmt.Errorf("%s is larger than %d bytes", f, maxDocument)
	case len(b) == 0:
		return []byte{}, nil // a file without its contents is damaged, not missing
	}
	return b, nil
}

// Save writes a new file beside the old one, flushes it, moves it into place and
// flushes the directory.
func (f file) Save(document []byte) error {
	dir := filepath.Dir(string(f))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	w, err := os.OpenFile(string(f)+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = w.Write(document)
	if err := errors.Join(err, w.Sync(), w.Close()); err != nil {
		return err
	}
	if err := os.Rename(string(f)+".new", string(f)); err != nil {
		return err
	}
	return errors.Join(flush(dir), flush(filepath.Dir(dir)))
}

// flush makes the entries of a directory durable.
func flush(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // a directory of the operator
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
