package wal

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"math/bits"

	"github.com/cockroachdb/pebble/v2/wal"
)

// The chunks in a file, as record.LogWriter writes them with sync offsets:
//
//	CRC 4 B   size 2 B   type 1 B   log number 4 B   sync offset 8 B   payload
//
// A chunk does not cross a block; where no header fits, zeros end the block. The
// CRC covers all that follows the size.
const (
	chunkBlock  = 32 << 10
	chunkHeader = 19
	chunkFull   = 9 // the types: a whole record, or a first, middle, last part
	chunkLast   = 12
)

// A chunkScanner looks at the chunks of one file in memory.
type chunkScanner struct {
	b      []byte
	number uint32
	table  *crc32.Table
}

// valid reports whether a whole chunk of this file begins at an offset, and
// returns its size with the header and what had been flushed when it was
// written.
func (c *chunkScanner) valid(at int64) (size, synced int64, ok bool) {
	if at+chunkHeader > int64(len(c.b)) {
		return 0, 0, false
	}
	h := c.b[at:]
	if h[6] < chunkFull || h[6] > chunkLast || binary.LittleEndian.Uint32(h[7:]) != c.number {
		return 0, 0, false
	}
	size = chunkHeader + int64(binary.LittleEndian.Uint16(h[4:]))
	if at%chunkBlock+size > chunkBlock || at+size > int64(len(c.b)) {
		return 0, 0, false
	}
	// The sum is stored turned and shifted, so that sums of sums differ.
	sum := bits.RotateLeft32(crc32.Checksum(h[6:size], c.table), 17) + 0xA282EAD8
	if sum != binary.LittleEndian.Uint32(h) {
		return 0, 0, false
	}
	return size, int64(binary.LittleEndian.Uint64(h[11:])), true //nolint:gosec // compared with file offsets
}

// closed reports whether the file ends as a closed one does: with the header of an
// empty chunk, without a checksum, that knows the next file's number.
func (c *chunkScanner) closed() bool {
	const size = 11
	if len(c.b) < size {
		return false
	}
	h := c.b[len(c.b)-size:]
	return binary.LittleEndian.Uint32(h) == 0 && binary.LittleEndian.Uint16(h[4:]) == 0 && h[6] == 5 &&
		binary.LittleEndian.Uint32(h[7:]) == c.number+1
}

// lostBehind reports whether a file that does not read from an offset on has
// lost something that had been flushed. The library looks for evidence in later
// blocks only, so that damage in the last 32 KiB would pass for a torn tail.
func (c *chunkScanner) lostBehind(at int64) bool {
	for {
		if chunkBlock-at%chunkBlock < chunkHeader {
			at = (at/chunkBlock + 1) * chunkBlock
		}
		size, _, ok := c.valid(at)
		if !ok {
			break
		}
		at += size
	}
	if c.closed() {
		return true // a file is closed when all of it is flushed
	}
	for later := at + 1; later+chunkHeader <= int64(len(c.b)); later++ {
		if _, synced, ok := c.valid(later); ok && synced > at {
			return true
		}
	}
	return false
}

// lost does that for a file of the log.
func (f *File) lost(l wal.LogicalLog, at int64) (lost bool, err error) {
	fs, path := l.SegmentLocation(0)
	file, err := fs.Open(path)
	if err != nil {
		return false, fmt.Errorf("wal: look for lost records: %w", err)
	}
	defer func() { _ = file.Close() }()
	b, err := io.ReadAll(file)
	if err != nil {
		return false, fmt.Errorf("wal: look for lost records: %w", err)
	}
	c := chunkScanner{b: b, number: uint32(l.Num), table: f.table} //nolint:gosec // files count from 1
	return c.lostBehind(at), nil
}
