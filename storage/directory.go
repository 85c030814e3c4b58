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
func lockDirectory(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("storage: create the data directory: %w", err)
	}
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
func Lock(dir string) (unlock func() error, err error) {
	f, err := lockDirectory(dir)
	if err != nil {
		return nil, err
	}
	return f.Close, nil
}

func writeAt(f *os.File, b []byte) error {
	_, err := f.WriteAt(b, 0)
	return err
}

// loadIdentity reads the identity of the database; exists is false when the
// directory has none yet.
func loadIdentity(dir string) (id [16]byte, exists bool, err error) {
	name := filepath.Join(dir, identityFile)
	b, err := os.ReadFile(name) //nolint:gosec // the operator's own directory
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
func saveIdentity(dir string, id [16]byte) error {
	b := append([]byte(identityMagic), identityVersion)
	b = append(b, id[:]...)
	b = binary.LittleEndian.AppendUint32(b, checksum(b))
	return replaceFile(filepath.Join(dir, identityFile), b)
}

// replaceFile writes a whole file: beside it, flushed, and moved into place.
func replaceFile(name string, b []byte) error {
	temporary := name + ".new"
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) //nolint:gosec // the operator's own directory
	if err != nil {
		return fmt.Errorf("storage: write %s: %w", name, err)
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("storage: write %s: %w", name, err)
	}
	if err := os.Rename(temporary, name); err != nil {
		return fmt.Errorf("storage: write %s: %w", name, err)
	}
	return syncDirectory(filepath.Dir(name))
}

// syncDirectory makes the names in a directory durable.
func syncDirectory(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // the operator's own directory
	if err != nil {
		return fmt.Errorf("storage: flush a directory: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("storage: flush a directory: %w", err)
	}
	return nil
}
