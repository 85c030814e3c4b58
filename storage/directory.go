package storage

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/cockroachdb/pebble/v2/vfs"
	"golang.org/x/sys/unix"
)

// LockFile is the file in a store's directory that its process has locked.
const LockFile = "lock"

// The other files of a store's directory. log is a directory of its own.
const (
	identityFile = "identity"
	logDirectory = "log"
)

// The identity file: magic, format version of the directory, identity of the
// database, CRC32C of all that, 29 bytes, little-endian.
const (
	identityMagic   = "DRAWBOLT"
	identityVersion = 1
	identityBytes   = 8 + 1 + 16 + 4
)

// lockDirectory makes the directory and claims it for this process.
func lockDirectory(fs vfs.FS, dir string) (io.Closer, error) {
	if err := fs.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("storage: create the data directory: %w", err)
	}
	if fs != vfs.Default {
		l, err := fs.Lock(fs.PathJoin(dir, LockFile))
		if err != nil {
			return nil, &Error{Kind: KindLocked, Message: "data directory " + dir + " is in use", Err: err}
		}
		return l, nil
	}
	return lockFile(dir)
}

// lockFile is [lockDirectory] on the machine's own file system. The file tells
// who has it, and the lock is the kernel's, so that it ends with the process.
func lockFile(dir string) (*os.File, error) {
	name := filepath.Join(dir, LockFile)
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the operator's own directory
	if err != nil {
		return nil, fmt.Errorf("storage: lock the data directory: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		owner, _ := io.ReadAll(io.LimitReader(f, 20))
		_ = f.Close()
		return nil, &Error{
			Kind:    KindLocked,
			Message: fmt.Sprintf("data directory %s is in use by process %s", dir, bytes.TrimSpace(owner)),
			Err:     err,
		}
	}
	pid := append(strconv.AppendInt(nil, int64(os.Getpid()), 10), '\n')
	if err := errors.Join(f.Truncate(0), writeAt(f, pid)); err != nil {
		return nil, errors.Join(fmt.Errorf("storage: lock the data directory: %w", err), f.Close())
	}
	return f, nil
}

// Lock claims a directory without opening the store in it, for work on its
// files. The error of a directory in use has KindLocked. unlock gives it back.
func Lock(fs vfs.FS, dir string) (unlock func() error, err error) {
	f, err := lockDirectory(fs, dir)
	if err != nil {
		return nil, err
	}
	return f.Close, nil
}

// Move moves a store that nobody has open to another directory. What a crash has
// interrupted is finished by calling it again; until then the store is where it
// was.
func Move(fs vfs.FS, from, to string) error {
	if err := fs.MkdirAll(to, 0o700); err != nil {
		return fmt.Errorf("storage: move a store: %w", err)
	}
	for _, name := range []string{logDirectory, snapshotDirectory, identityFile} { // what makes it a store is last
		err := fs.Rename(fs.PathJoin(from, name), fs.PathJoin(to, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("storage: move a store: %w", err)
		}
		if err := errors.Join(SyncDirectory(fs, to), SyncDirectory(fs, from)); err != nil {
			return err
		}
	}
	return nil
}

// IsStore reports whether a directory holds a store.
func IsStore(fs vfs.FS, dir string) (bool, error) {
	_, exists, err := loadIdentity(fs, dir)
	return exists, err
}

func writeAt(f *os.File, b []byte) error {
	_, err := f.WriteAt(b, 0)
	return err
}

// loadIdentity reads the identity of the database; exists is false when the
// directory has none yet.
func loadIdentity(fs vfs.FS, dir string) (id [16]byte, exists bool, err error) {
	name := fs.PathJoin(dir, identityFile)
	b, err := readFile(fs, name)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return id, false, nil
	case err != nil:
		return id, false, fmt.Errorf("storage: read the identity: %w", err)
	case len(b) != identityBytes || string(b[:8]) != identityMagic:
		return id, false, &Error{Kind: KindCorrupt, Message: name + " is not the identity file of a store"}
	case b[8] != identityVersion:
		return id, false, &Error{
			Kind:    KindCorrupt,
			Message: fmt.Sprintf("%s has format version %d, this program knows %d", name, b[8], identityVersion),
		}
	case binary.LittleEndian.Uint32(b[25:]) != checksum(b[:25]):
		return id, false, &Error{Kind: KindCorrupt, Message: name + " has a wrong checksum"}
	}
	return [16]byte(b[9:25]), true, nil
}

func checksum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

// saveIdentity writes the identity so that a crash leaves it whole or absent.
func saveIdentity(fs vfs.FS, dir string, id [16]byte) error {
	b := append([]byte(identityMagic), identityVersion)
	b = append(b, id[:]...)
	b = binary.LittleEndian.AppendUint32(b, checksum(b))
	return replaceFile(fs, fs.PathJoin(dir, identityFile), b)
}

// readFile returns the contents of a small file.
func readFile(fs vfs.FS, name string) ([]byte, error) {
	f, err := fs.Open(name)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(f, 1<<20))
	return b, errors.Join(err, f.Close())
}

// replaceFile writes a whole file: beside it, flushed, and moved into place.
func replaceFile(fs vfs.FS, name string, b []byte) error {
	temporary := name + ".new"
	f, err := fs.Create(temporary, vfs.WriteCategoryUnspecified)
	if err != nil {
		return fmt.Errorf("storage: write %s: %w", name, err)
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("storage: write %s: %w", name, err)
	}
	if err := fs.Rename(temporary, name); err != nil {
		return fmt.Errorf("storage: write %s: %w", name, err)
	}
	return SyncDirectory(fs, fs.PathDir(name))
}

// SyncDirectory makes the names in a directory durable.
func SyncDirectory(fs vfs.FS, dir string) error {
	d, err := fs.OpenDir(dir)
	if err != nil {
		return fmt.Errorf("storage: flush a directory: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("storage: flush a directory: %w", err)
	}
	return nil
}
