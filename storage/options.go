package storage

import (
	"errors"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/drawbolt/drawbolt/storage/slab"
)

// Options configure a store. The zero Options is a store in memory only.
type Options struct {
	// Directory holds the files of the store; it is created when missing. Empty
	// means that nothing is kept on disk.
	Directory string
	// FS is where the directory is; nil means the file system of the machine.
	FS vfs.FS
	// MemoryLimit bounds the bytes of records, properties, adjacency and
	// indexes. Zero means no limit.
	MemoryLimit int64
	// Budget bounds the same bytes of all stores that share it; nil means that
	// there is no such bound.
	Budget *Budget
	// LockTimeout bounds how long a change waits for the transaction that owns
	// the record. Zero means as long as the context allows.
	LockTimeout time.Duration
	// LogFileSize is the number of bytes after which a new log file is begun.
	// Zero means 64 MiB.
	LogFileSize int64
	// SnapshotInterval is the time between two snapshots, which keep the log
	// short. Nothing is written when nothing was committed. Zero means that
	// snapshots are written on demand only.
	SnapshotInterval time.Duration
	// SnapshotOnClose writes one more at the end.
	SnapshotOnClose bool
	// Snapshots is the number of files that are kept, with the log that the
	// oldest one needs. Zero means 3.
	Snapshots int
	// NoSync answers commits before they are on stable storage. A crash of the
	// machine then loses the newest commits; a crash of the process does not.
	NoSync bool
	// Counters count what the store does; nil means that nobody wants to know.
	Counters *Counters
	// OnSnapshotError is called when a snapshot in the background fails. The
	// store goes on with a longer log. Optional.
	OnSnapshotError func(error)
	// OnFatal is called once, from some goroutine, when the log fails and the
	// store stops to take changes. It must not call the store. Optional.
	OnFatal func(error)
}

// A Budget is what several stores may use of memory together.
type Budget = slab.Budget

// NewBudget returns a budget of limit bytes; 0 means no limit.
func NewBudget(limit int64) *Budget { return slab.NewBudget(limit) }

const defaultLogFileSize = 64 << 20

// Validate reports all that is wrong with the options at once.
func (o *Options) Validate() error {
	var errs []error
	if o.MemoryLimit < 0 {
		errs = append(errs, errors.New("storage: options: MemoryLimit is negative"))
	}
	if o.LockTimeout < 0 {
		errs = append(errs, errors.New("storage: options: LockTimeout is negative"))
	}
	if o.LogFileSize < 0 {
		errs = append(errs, errors.New("storage: options: LogFileSize is negative"))
	}
	if o.SnapshotInterval < 0 || o.Snapshots < 0 {
		errs = append(errs, errors.New("storage: options: SnapshotInterval or Snapshots is negative"))
	}
	return errors.Join(errs...)
}
