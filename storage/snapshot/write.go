package snapshot

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

const (
	magic         = "DRAWSNAP"
	formatVersion = 1
	headerBytes   = 8 + 1 + 16 + 8 + 8 + 4
	blockHeader   = 8

	// MaxBlock is the largest payload of a block.
	MaxBlock = 1 << 30

	suffix    = ".snapshot"
	temporary = ".snapshot.new"
)

// A Header is what a file says about itself.
type Header struct {
	Database [16]byte
	Position uint64
	Time     time.Time // to the second
}

// A Writer writes one file. It is used by one goroutine.
type Writer struct {
	fs    vfs.FS
	dir   string
	name  string
	file  vfs.File
	w     *bufio.Writer
	table *crc32.Table
	count uint64
	err   error // the first one
}

// Create begins a file in a directory, which is made when it is missing.
func Create(fs vfs.FS, dir string, h Header) (*Writer, error) {
	if err := fs.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("snapshot: create the directory: %w", err)
	}
	// The directory may be new: a file in a directory without a name is lost.
	if err := syncDirectory(fs, fs.PathDir(dir)); err != nil {
		return nil, err
	}
	name := fs.PathJoin(dir, fmt.Sprintf("%020d", h.Position))
	file, err := fs.Create(name+temporary, vfs.WriteCategoryUnspecified)
	if err != nil {
		return nil, fmt.Errorf("snapshot: create: %w", err)
	}
	w := &Writer{
		fs: fs, dir: dir, name: name, file: file, w: bufio.NewWriterSize(file, 1<<20),
		table: crc32.MakeTable(crc32.Castagnoli),
	}
	b := append([]byte(magic), formatVersion)
	b = append(b, h.Database[:]...)
	b = binary.LittleEndian.AppendUint64(b, h.Position)
	b = binary.LittleEndian.AppendUint64(b, uint64(h.Time.Unix())) //nolint:gosec // bit pattern
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, w.table))
	w.write(b)
	return w, nil
}

func (w *Writer) write(b []byte) {
	if w.err == nil {
		_, w.err = w.w.Write(b)
	}
}

// Block appends a block, which must not be empty. Errors come out of
// [Writer.Finish].
func (w *Writer) Block(payload []byte) {
	if len(payload) == 0 || len(payload) > MaxBlock {
		w.err = errors.Join(w.err, fmt.Errorf("snapshot: a block of %d bytes", len(payload)))
		return
	}
	w.block(payload)
}

func (w *Writer) block(payload []byte) {
	var h [blockHeader]byte
	binary.LittleEndian.PutUint32(h[:], uint32(len(payload))) //nolint:gosec // at most MaxBlock
	binary.LittleEndian.PutUint32(h[4:], blockSum(w.table, w.count, payload))
	w.write(h[:])
	w.write(payload)
	w.count++
}

func blockSum(t *crc32.Table, number uint64, payload []byte) uint32 {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], number)
	return crc32.Update(crc32.Checksum(b[:], t), t, payload)
}

// Err returns the first error so far.
func (w *Writer) Err() error { return w.err }

// Finish ends the file, makes it durable and gives it its name. On an error
// there is no file.
func (w *Writer) Finish() error {
	w.block(nil)
	if w.err == nil {
		w.err = w.w.Flush()
	}
	if w.err == nil {
		w.err = w.file.Sync()
	}
	if w.err != nil {
		err := fmt.Errorf("snapshot: write: %w", w.err)
		return errors.Join(err, w.Abort())
	}
	if err := w.file.Close(); err != nil {
		return errors.Join(fmt.Errorf("snapshot: write: %w", err), w.fs.Remove(w.name+temporary))
	}
	if err := w.fs.Rename(w.name+temporary, w.name+suffix); err != nil {
		return fmt.Errorf("snapshot: name the file: %w", err)
	}
	return syncDirectory(w.fs, w.dir)
}

// Abort removes the file. It is for a writer that will not be finished.
func (w *Writer) Abort() error {
	err := errors.Join(w.file.Close(), w.fs.Remove(w.name+temporary))
	if err != nil {
		return fmt.Errorf("snapshot: abort: %w", err)
	}
	return nil
}

// syncDirectory makes the names in a directory durable.
func syncDirectory(fs vfs.FS, dir string) error {
	d, err := fs.OpenDir(dir)
	if err != nil {
		return fmt.Errorf("snapshot: flush the directory: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("snapshot: flush the directory: %w", err)
	}
	return nil
}
