package snapshot

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// An Info is a finished file.
type Info struct {
	Path     string
	Position uint64
	Size     int64     // bytes
	Time     time.Time // of the last write
}

// RemoveUnfinished removes what a crash has left of a file that was being
// written. Nobody may be writing one.
func RemoveUnfinished(fs vfs.FS, dir string) error {
	names, err := fs.List(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("snapshot: list: %w", err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, temporary) {
			if err := fs.Remove(fs.PathJoin(dir, name)); err != nil {
				return fmt.Errorf("snapshot: remove an unfinished file: %w", err)
			}
		}
	}
	return nil
}

// List returns the finished files of a directory, newest first. A directory that
// does not exist has none.
func List(fs vfs.FS, dir string) ([]Info, error) {
	names, err := fs.List(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("snapshot: list: %w", err)
	}
	var all []Info
	for _, name := range names {
		path := fs.PathJoin(dir, name)
		digits, ok := strings.CutSuffix(name, suffix)
		position, err := strconv.ParseUint(digits, 10, 64)
		if !ok || err != nil {
			continue // not ours
		}
		info, err := fs.Stat(path)
		if err != nil {
			return nil, fmt.Errorf("snapshot: list: %w", err)
		}
		all = append(all, Info{Path: path, Position: position, Size: info.Size(), Time: info.ModTime()})
	}
	slices.SortFunc(all, func(a, b Info) int { return cmp.Compare(b.Position, a.Position) })
	return all, nil
}

// Prune removes all files but the newest ones, and returns the position of the
// oldest one that is left.
func Prune(fs vfs.FS, dir string, keep int) (oldest uint64, err error) {
	all, err := List(fs, dir)
	if err != nil || len(all) == 0 {
		return 0, err
	}
	for _, old := range all[min(keep, len(all)):] {
		if err := fs.Remove(old.Path); err != nil {
			return 0, fmt.Errorf("snapshot: remove an old file: %w", err)
		}
	}
	return all[min(keep, len(all))-1].Position, nil
}

// ErrVersion means that a file has a format that this program does not know,
// because a newer one has written it.
var ErrVersion = errors.New("unknown format version")

func versionError(v byte) error {
	return fmt.Errorf("%w %d, this program knows %d", ErrVersion, v, formatVersion)
}

// A CorruptError reports a file that cannot be read.
type CorruptError struct {
	File   string
	Offset int64 // of the part that does not read, in bytes
	Err    error
}

// Error names the file and the offset.
func (e *CorruptError) Error() string {
	if errors.Is(e.Err, ErrVersion) {
		return fmt.Sprintf("snapshot: file %s: %v", e.File, e.Err)
	}
	return fmt.Sprintf("snapshot: damaged file %s at offset %d: %v", e.File, e.Offset, e.Err)
}

// Unwrap returns what is wrong.
func (e *CorruptError) Unwrap() error { return e.Err }

// ReadHeader returns what a file says about itself.
func ReadHeader(fs vfs.FS, path string) (Header, error) {
	f, err := fs.Open(path)
	if err != nil {
		return Header{}, fmt.Errorf("snapshot: open: %w", err)
	}
	defer func() { _ = f.Close() }()
	r := reader{r: f, table: crc32.MakeTable(crc32.Castagnoli)}
	h, err := r.header()
	if err != nil {
		return h, &CorruptError{File: path, Err: err}
	}
	return h, nil
}

// Read calls visit for every block of a file, in order. The payload is valid
// until visit returns. It stops at the first error, which it returns.
func Read(fs vfs.FS, path string, visit func(payload []byte) error) (Header, error) {
	f, err := fs.Open(path)
	if err != nil {
		return Header{}, fmt.Errorf("snapshot: open: %w", err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return Header{}, fmt.Errorf("snapshot: open: %w", err)
	}
	r := reader{r: bufio.NewReaderSize(f, 64<<10), size: info.Size(), table: crc32.MakeTable(crc32.Castagnoli)}
	h, err := r.header()
	for number := uint64(0); err == nil; number++ {
		var payload []byte
		if payload, err = r.block(number); err != nil {
			break
		}
		if payload == nil {
			if r.offset != r.size {
				err = errors.New("bytes behind the end")
			}
			break
		}
		if err := visit(payload); err != nil {
			return h, err
		}
	}
	if err != nil {
		return h, &CorruptError{File: path, Offset: r.offset, Err: err}
	}
	return h, nil
}

type reader struct {
	r      io.Reader
	size   int64 // of the file
	offset int64 // of what comes next, or of what does not read
	table  *crc32.Table
	buffer []byte
}

func (r *reader) header() (Header, error) {
	var b [headerBytes]byte
	if _, err := io.ReadFull(r.r, b[:]); err != nil {
		return Header{}, errors.New("the file is too short")
	}
	switch {
	case string(b[:8]) != magic:
		return Header{}, errors.New("not a snapshot")
	case b[8] != formatVersion:
		return Header{}, versionError(b[8])
	case binary.LittleEndian.Uint32(b[41:]) != crc32.Checksum(b[:41], r.table):
		return Header{}, errors.New("checksum of the header is wrong")
	}
	r.offset = headerBytes
	return Header{
		Database: [16]byte(b[9:25]),
		Position: binary.LittleEndian.Uint64(b[25:]),
		Time:     time.Unix(int64(binary.LittleEndian.Uint64(b[33:])), 0), //nolint:gosec // bit pattern
	}, nil
}

// block returns the payload of the next block, nil at the end.
func (r *reader) block(number uint64) ([]byte, error) {
	var h [blockHeader]byte
	if _, err := io.ReadFull(r.r, h[:]); err != nil {
		return nil, errors.New("the file ends in the middle")
	}
	n := int64(binary.LittleEndian.Uint32(h[:]))
	if n > r.size-r.offset-blockHeader || n > MaxBlock {
		return nil, errors.New("a block is longer than the file")
	}
	if int64(cap(r.buffer)) < n {
		r.buffer = make([]byte, n)
	}
	b := r.buffer[:n]
	if _, err := io.ReadFull(r.r, b); err != nil {
		return nil, errors.New("the file ends in the middle")
	}
	if binary.LittleEndian.Uint32(h[4:]) != blockSum(r.table, number, b) {
		return nil, errors.New("checksum of a block is wrong")
	}
	r.offset += blockHeader + n
	if n == 0 {
		return nil, nil
	}
	return b, nil
}
