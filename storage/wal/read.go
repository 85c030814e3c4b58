package wal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/cockroachdb/pebble/v2/record"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/wal"
)

// whole is the tail of a file that has none.
const whole = -1

// readFile visits all records of one file. tornAllowed says that it is the last
// file, whose tail may be half-written; tail is where that begins.
func (f *File) readFile(l wal.LogicalLog, tornAllowed bool, visit func(position uint64, payload []byte) error) (tail int64, err error) {
	r := l.OpenForRead()
	defer func() { err = errors.Join(err, r.Close()) }()
	_, path := l.SegmentLocation(0)
	var buf []byte
	last := uint64(0)
	for {
		// The reader skips positions that do not rise, and so cannot be asked
		// for them: the order is checked when records are written.
		rec, at, err := r.NextRecord()
		switch {
		case errors.Is(err, io.EOF):
			return whole, nil
		case errors.Is(err, record.ErrUnexpectedEOF) && tornAllowed:
			switch lost, lostErr := f.lost(l, at.Physical); {
			case lostErr != nil:
				return whole, lostErr
			case !lost:
				return at.Physical, nil
			}
			return whole, &CorruptError{File: path, Offset: at.Physical, Err: err}
		case err != nil:
			return whole, &CorruptError{File: path, Offset: at.Physical, Err: err}
		}
		if buf, err = appendAll(buf[:0], rec); err != nil {
			return whole, &CorruptError{File: path, Offset: at.Physical, Err: err}
		}
		position, payload, err := f.decode(buf)
		if err != nil {
			return whole, &CorruptError{File: path, Offset: at.Physical, Err: err}
		}
		if position <= last {
			return whole, &CorruptError{File: path, Offset: at.Physical, Err: errors.New("positions do not rise")}
		}
		last = position
		if err := visit(position, payload); err != nil {
			return whole, err
		}
	}
}

// appendAll appends all that r has.
func appendAll(dst []byte, r io.Reader) ([]byte, error) {
	for {
		if len(dst) == cap(dst) {
			dst = append(dst, 0)[:len(dst)]
		}
		n, err := r.Read(dst[len(dst):cap(dst)])
		dst = dst[:len(dst)+n]
		if errors.Is(err, io.EOF) {
			return dst, nil
		}
		if err != nil {
			return dst, err
		}
	}
}

// decode checks a record and takes it apart.
func (f *File) decode(b []byte) (position uint64, payload []byte, err error) {
	if len(b) < headerBytes {
		return 0, nil, errors.New("record is too short")
	}
	if v := b[12]; v != formatVersion {
		return 0, nil, fmt.Errorf("%w %d, this program knows %d", ErrVersion, v, formatVersion)
	}
	payload = b[headerBytes:]
	sum := crc32.Update(crc32.Checksum(b[:8], f.table), f.table, payload)
	if binary.LittleEndian.Uint32(b[13:]) != sum {
		return 0, nil, errors.New("checksum of the record is wrong")
	}
	return binary.LittleEndian.Uint64(b), payload, nil
}

// A discardLogger takes the messages of the library. Errors come back as return
// values; a fatal message means a broken promise of ours.
type discardLogger struct{}

func (discardLogger) Infof(string, ...any)  {}
func (discardLogger) Errorf(string, ...any) {}
func (discardLogger) Fatalf(format string, args ...any) {
	panic(fmt.Sprintf("wal: "+format, args...))
}

type discardEvents struct{}

func (discardEvents) LogCreated(wal.CreateInfo) {}

// An unsyncedFS does not flush the files it creates. Their bytes are in the
// hands of the system when a flush is over, so that they outlive this process.
type unsyncedFS struct{ vfs.FS }

func (u unsyncedFS) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := u.FS.Create(name, category)
	if err != nil {
		return nil, err
	}
	return unsyncedFile{f}, nil
}

type unsyncedFile struct{ vfs.File }

func (unsyncedFile) Sync() error                { return nil }
func (unsyncedFile) SyncData() error            { return nil }
func (unsyncedFile) SyncTo(int64) (bool, error) { return false, nil }
