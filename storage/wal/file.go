package wal

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2/record"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/wal"
	"github.com/prometheus/client_golang/prometheus"
)

const (
	headerBytes   = 17
	formatVersion = 1

	// preallocate is how far ahead of the end a file has its blocks, so that a
	// flush does not have to find some.
	preallocate = 4 << 20

	// MinFree is how many bytes of the disk stay free: with less, appending
	// fails with [ErrDiskFull] before anything is written. A disk that is full in
	// the middle of a record would end the log.
	MinFree = 32 << 20
	// The free bytes are looked up again after so many written bytes, and after
	// so much time, for what others write.
	checkBytes    = 1 << 20
	checkInterval = 100 * time.Millisecond
)

// Options configure a [File].
type Options struct {
	// Directory holds the files; it must exist.
	Directory string
	// FileSize is the number of bytes after which another file is begun.
	FileSize int64
	// NoSync leaves it to the system when records reach stable storage.
	NoSync bool
	// FS is where the directory is; nil means the file system of the machine.
	FS vfs.FS
	// Flushed is called after each flush to stable storage; optional.
	Flushed func()
}

// A File is a [Log] in files of a directory.
type File struct {
	options Options
	fs      vfs.FS
	logs    []logFile // those there were at the start, and those written since
	manager wal.Manager
	writer  wal.Writer
	slots   chan struct{} // see Append
	table   *crc32.Table
	buffer  []byte
	last    uint64
	size    int64 // of the current file
	broken  error
	newest  *flush // of the newest record
	reading bool   // nothing is changed, also not a torn tail

	unchecked int       // bytes written since the disk had room
	checked   time.Time // when that was
}

// A logFile is one file of the log.
type logFile struct {
	number wal.NumWAL
	first  uint64 // position of its first record; 0 when it has none
	read   wal.LogicalLog
}

var _ Log = (*File)(nil)

// newFile returns a log without its files.
func newFile(o Options) *File {
	f := &File{
		options: o, fs: o.FS, table: crc32.MakeTable(crc32.Castagnoli),
		slots: make(chan struct{}, record.SyncConcurrency-1),
	}
	if f.fs == nil {
		f.fs = vfs.Default
	}
	if o.NoSync {
		f.fs = unsyncedFS{f.fs}
	}
	return f
}

// OpenFile opens the log in a directory and cuts off what a crash has left
// half-written behind the end of its last file.
func OpenFile(o Options) (*File, error) {
	f := newFile(o)
	if err := f.removeUnfinished(); err != nil {
		return nil, err
	}
	if err := f.examineAll(); err != nil {
		return nil, err
	}
	var err error
	if f.manager, err = f.newManager(o.Directory); err != nil {
		return nil, err
	}
	return f, nil
}

func (f *File) scan() (wal.Logs, error) {
	found, err := wal.Scan(wal.Dir{FS: f.fs, Dirname: f.options.Directory})
	if err != nil {
		return nil, fmt.Errorf("wal: list %s: %w", f.options.Directory, err)
	}
	return found, nil
}

func (f *File) examineAll() error {
	found, err := f.scan()
	if err != nil {
		return err
	}
	for i, l := range found {
		if err := f.examine(l, i+1 == len(found)); err != nil {
			return err
		}
	}
	return nil
}

// examine notes a file, and repairs the last one.
func (f *File) examine(l wal.LogicalLog, last bool) error {
	file := logFile{number: l.Num, read: l}
	enough := errors.New("enough")
	tail, err := f.readFile(l, last, func(position uint64, _ []byte) error {
		if file.first == 0 {
			file.first = position
		}
		f.last = position
		if !last {
			return enough
		}
		return nil
	})
	if err != nil && !errors.Is(err, enough) {
		return err
	}
	if tail != whole && !f.reading {
		if err := f.rewrite(l); err != nil {
			return err
		}
	}
	f.logs = append(f.logs, file)
	return nil
}

// rewritten is where the last file is written again without its torn tail.
const rewritten = "rewritten"

// removeUnfinished removes what a crash during a repair has left.
func (f *File) removeUnfinished() error {
	err := f.fs.RemoveAll(f.fs.PathJoin(f.options.Directory, rewritten))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("wal: remove an unfinished repair: %w", err)
	}
	return nil
}

// rewrite replaces a file by one with the records in front of what does not read
// and a proper end. The
// chunks of a file know its number, so that the copy has the same name in
// another directory before it is moved over the original.
func (f *File) rewrite(l wal.LogicalLog) error {
	dir := f.fs.PathJoin(f.options.Directory, rewritten)
	if err := f.fs.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("wal: repair the last file: %w", err)
	}
	manager, err := f.newManager(dir)
	if err != nil {
		return err
	}
	w, err := manager.Create(l.Num, 0)
	if err != nil {
		return errors.Join(fmt.Errorf("wal: repair the last file: %w", err), manager.Close())
	}
	_, err = f.readFile(l, true, func(position uint64, payload []byte) error {
		f.encode(position, payload)
		_, err := w.WriteRecord(f.buffer, wal.SyncOptions{}, nil)
		return err
	})
	if _, damaged := errors.AsType[*CorruptError](err); damaged {
		err = nil // the caller knows
	}
	_, closeErr := w.Close() // flushes
	if err = errors.Join(err, closeErr, manager.Close()); err != nil {
		return fmt.Errorf("wal: repair the last file: %w", err)
	}
	_, path := l.SegmentLocation(0)
	if err := f.fs.Rename(f.fs.PathJoin(dir, filepath.Base(path)), path); err != nil {
		return fmt.Errorf("wal: repair the last file: %w", err)
	}
	if err := f.syncDirectory(); err != nil {
		return fmt.Errorf("wal: repair the last file: %w", err)
	}
	return f.removeUnfinished()
}

func (f *File) syncDirectory() error { return syncDirectory(f.fs, f.options.Directory) }

// syncDirectory makes the names in a directory durable.
func syncDirectory(fs vfs.FS, dir string) error {
	d, err := fs.OpenDir(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// flushes tells somebody of each flush.
type flushes struct {
	prometheus.Histogram
	done func()
}

// Observe implements [prometheus.Observer].
func (h flushes) Observe(seconds float64) {
	h.Histogram.Observe(seconds)
	if h.done != nil {
		h.done()
	}
}

func (f *File) newManager(dir string) (wal.Manager, error) {
	m, err := wal.Init(wal.Options{
		Primary:         wal.Dir{FS: f.fs, Dirname: dir},
		PreallocateSize: func() int { return preallocate },
		MinSyncInterval: func() time.Duration { return 0 },
		FsyncLatency: flushes{prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "fsync_seconds", Help: "Time that flushes of the log take.",
		}), f.options.Flushed},
		QueueSemChan:        f.slots,
		Logger:              discardLogger{},
		EventListener:       discardEvents{},
		WriteWALSyncOffsets: func() bool { return true },
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("wal: open %s: %w", dir, err)
	}
	return m, nil
}

// encode puts a whole record into the buffer.
func (f *File) encode(position uint64, payload []byte) {
	b := binary.LittleEndian.AppendUint64(f.buffer[:0], position)
	sum := crc32.Update(crc32.Checksum(b, f.table), f.table, payload)
	b = binary.LittleEndian.AppendUint32(b, 1)
	b = append(b, formatVersion)
	b = binary.LittleEndian.AppendUint32(b, sum)
	b = append(b, payload...)
	f.buffer = b
}

// Append adds a record.
func (f *File) Append(position uint64, payload []byte) (Flush, error) {
	if f.broken != nil {
		return nil, f.broken
	}
	if position <= f.last {
		return nil, fmt.Errorf("wal: position %d does not follow %d", position, f.last)
	}
	if err := f.room(len(payload)); err != nil {
		return nil, err
	}
	if err := f.roll(position); err != nil {
		f.broken = err
		return nil, err
	}
	f.encode(position, payload)
	p := &flush{}
	p.done.Add(1)
	// The writer has room for so many waiting flushes and panics beyond; it
	// takes one out of the channel for each that is done.
	f.slots <- struct{}{}
	size, err := f.writer.WriteRecord(f.buffer, wal.SyncOptions{Done: &p.done, Err: &p.err}, nil)
	if err != nil {
		f.broken = fmt.Errorf("wal: append: %w", err)
		return nil, f.broken
	}
	f.last, f.size, f.newest = position, size, p
	if cap(f.buffer) > 1<<20 {
		f.buffer = nil
	}
	return p, nil
}

// room makes sure that a record of n bytes leaves some of the disk free. A file
// system that does not tell is taken to be large enough.
func (f *File) room(n int) error {
	f.unchecked += n
	if f.unchecked < checkBytes && !f.checked.IsZero() && time.Since(f.checked) < checkInterval {
		return nil
	}
	if usage, err := f.fs.GetDiskUsage(f.options.Directory); err == nil && usage.AvailBytes < uint64(MinFree+n) { //nolint:gosec // not negative
		f.checked = time.Time{}
		return fmt.Errorf("wal: %w: %d bytes are free in %s, %d are kept free", ErrDiskFull, usage.AvailBytes, f.options.Directory, MinFree)
	}
	f.unchecked, f.checked = 0, time.Now()
	return nil
}

// roll begins a file for the first record, and another when the current one is
// large.
func (f *File) roll(position uint64) error {
	if f.writer != nil {
		n := len(f.logs)
		if f.size < f.options.FileSize {
			return nil
		}
		if err := f.closeFile(); err != nil {
			return fmt.Errorf("wal: close file %s: %w", f.logs[n-1].number, err)
		}
	}
	number := wal.NumWAL(1)
	if n := len(f.logs); n > 0 {
		number = f.logs[n-1].number + 1
	}
	w, err := f.manager.Create(number, 0)
	if err != nil {
		return fmt.Errorf("wal: create file %s: %w", number, err)
	}
	f.writer = w
	f.logs = append(f.logs, logFile{number: number, first: position})
	return nil
}

// closeFile ends the current file. Everything in it is flushed before its end is
// written, so that an end tells that nothing before it was torn. Whether or not
// the file closes, it is not closed again.
func (f *File) closeFile() error {
	if f.newest != nil {
		f.newest.done.Wait()
	}
	full := f.writer
	f.writer = nil
	_, err := full.Close()
	return err
}

// Discard removes the files that have no record behind a position, except for
// the last one.
func (f *File) Discard(position uint64) error {
	n := 0
	for n+1 < len(f.logs) && f.logs[n+1].first != 0 && f.logs[n+1].first <= position+1 {
		path := f.fs.PathJoin(f.options.Directory, f.logs[n].number.String()+".log")
		if err := f.fs.Remove(path); err != nil {
			return fmt.Errorf("wal: discard: %w", err)
		}
		n++
	}
	f.logs = f.logs[n:]
	if n == 0 {
		return nil
	}
	return f.syncDirectory()
}

// Close flushes and ends the log.
func (f *File) Close() error {
	var err error
	if f.writer != nil {
		err = f.closeFile()
	}
	f.broken = errors.New("wal: the log is closed")
	if f.manager == nil {
		return err
	}
	return errors.Join(err, f.manager.Close())
}

// A flush is the [Flush] of one record.
type flush struct {
	done sync.WaitGroup
	err  error
}

func (f *flush) Wait() error {
	f.done.Wait()
	if f.err != nil {
		return fmt.Errorf("wal: flush: %w", f.err)
	}
	return nil
}

// Read visits the records behind a position.
func (f *File) Read(ctx context.Context, after uint64, visit func(position uint64, record []byte) error) error {
	for i, l := range f.logs {
		if i+1 < len(f.logs) && f.logs[i+1].first != 0 && f.logs[i+1].first <= after+1 {
			continue
		}
		_, err := f.readFile(l.read, f.reading && i+1 == len(f.logs), func(position uint64, record []byte) error {
			if err := ctx.Err(); err != nil {
				return context.Cause(ctx)
			}
			if position <= after {
				return nil
			}
			return visit(position, record)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
