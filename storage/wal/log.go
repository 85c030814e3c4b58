package wal

import (
	"context"
	"errors"
	"fmt"
)

// A Log keeps records under rising positions. Nothing in the contract says that
// it is a file, or that this process is its only reader.
type Log interface {
	// Append adds a record at a position, which must be larger than all before.
	// The log does not keep the record's memory. The record is part of the log
	// when the flush says so; flushes come in the order of positions. After an
	// error other than [ErrDiskFull] nothing can be appended any more.
	Append(position uint64, record []byte) (Flush, error)

	// Read calls visit for every record with a larger position than after, in
	// order. The record is valid until visit returns. It stops at the first
	// error, which it returns, and when ctx ends. All reading comes before the
	// first Append.
	Read(ctx context.Context, after uint64, visit func(position uint64, record []byte) error) error

	// Discard says that the records up to a position are not needed any more.
	// The log may keep some of them.
	Discard(position uint64) error

	// Close flushes what was appended.
	Close() error
}

// A Flush is a record on its way to stable storage.
type Flush interface {
	// Wait returns when the record is durable, or why it is not known to be. It
	// is called once.
	Wait() error
}

// ErrVersion means that a record has a format that this program does not know,
// because a newer one has written it.
var ErrVersion = errors.New("unknown format version")

// ErrDiskFull means that a record was not taken because the disk is nearly full.
// Nothing has happened to the log: when there is room again, it goes on.
var ErrDiskFull = errors.New("the disk is nearly full")

// A CorruptError reports a log that cannot be read.
type CorruptError struct {
	File   string
	Offset int64 // of the record that does not read, in bytes
	Err    error
}

// Error names the file and the offset.
func (e *CorruptError) Error() string {
	if errors.Is(e.Err, ErrVersion) {
		return fmt.Sprintf("wal: log file %s at offset %d: %v", e.File, e.Offset, e.Err)
	}
	return fmt.Sprintf("wal: damaged log file %s at offset %d: %v", e.File, e.Offset, e.Err)
}

// Unwrap returns what is wrong.
func (e *CorruptError) Unwrap() error { return e.Err }
