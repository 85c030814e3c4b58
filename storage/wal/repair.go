package wal

import (
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/wal"
)

// A Report is what reading a whole file has found.
type Report struct {
	Path        string
	Size        int64 // bytes
	Records     int
	First, Last uint64 // positions; 0 without records
	// Torn is how many bytes there are of a record that was never finished, and
	// so never acknowledged. Opening the log cuts them off.
	Torn int64
	// Err is the damage, a [*CorruptError], or nil.
	Err error
}

// Examine reads all files of a log and changes nothing. Damage is part of the
// reports; the error is that of reading at all.
func Examine(o Options) ([]Report, error) {
	f := newFile(o)
	found, err := f.scan()
	if err != nil {
		return nil, err
	}
	reports := make([]Report, 0, len(found))
	for i, l := range found {
		r, err := f.report(l, i+1 == len(found))
		if err != nil {
			return reports, err
		}
		reports = append(reports, r)
	}
	return reports, nil
}

func (f *File) report(l wal.LogicalLog, last bool) (Report, error) {
	_, path := l.SegmentLocation(0)
	info, err := f.fs.Stat(path)
	if err != nil {
		return Report{}, fmt.Errorf("wal: examine %s: %w", path, err)
	}
	r := Report{Path: path, Size: info.Size()}
	tail, err := f.readFile(l, last, func(position uint64, _ []byte) error {
		if r.Records++; r.First == 0 {
			r.First = position
		}
		r.Last = position
		return nil
	})
	if _, damaged := errors.AsType[*CorruptError](err); damaged {
		r.Err = err
		return r, nil
	}
	if tail != whole {
		r.Torn = r.Size - tail
	}
	return r, err
}

// OpenReader opens a log for reading only. A torn tail is ignored and stays.
func OpenReader(o Options) (*File, error) {
	f := newFile(o)
	f.reading = true
	f.broken = errors.New("wal: the log is open for reading only")
	if err := f.examineAll(); err != nil {
		return nil, err
	}
	return f, nil
}

// A Cut is what [Repair] has cut off.
type Cut struct {
	Report
	Offset int64  // of the first byte that is gone
	Backup string // a copy of the file as it was
}

// Repair cuts the last file in front of the first record that does not read, also
// where [OpenFile] refuses because records that were acknowledged may be lost. A
// copy of the file goes to a directory first. It returns nil when there is
// nothing to cut, and the damage when it is in another file.
func Repair(o Options, backups string) (*Cut, error) {
	f := newFile(o)
	if err := f.removeUnfinished(); err != nil {
		return nil, err
	}
	found, err := f.scan()
	if err != nil {
		return nil, err
	}
	for i, l := range found {
		last := i+1 == len(found)
		r, err := f.report(l, last)
		if err != nil {
			return nil, err
		}
		damage, damaged := errors.AsType[*CorruptError](r.Err)
		switch {
		case errors.Is(r.Err, ErrVersion), damaged && !last:
			return nil, r.Err
		case damaged:
			return f.cut(l, Cut{Report: r, Offset: damage.Offset}, backups)
		case r.Torn > 0:
			return f.cut(l, Cut{Report: r, Offset: r.Size - r.Torn}, backups)
		}
	}
	return nil, nil
}

func (f *File) cut(l wal.LogicalLog, c Cut, backups string) (*Cut, error) {
	if err := f.fs.MkdirAll(backups, 0o700); err != nil {
		return nil, fmt.Errorf("wal: repair: %w", err)
	}
	c.Backup = f.fs.PathJoin(backups, f.fs.PathBase(c.Path))
	if err := vfs.Copy(f.fs, c.Path, c.Backup); err != nil {
		return nil, fmt.Errorf("wal: repair: %w", err)
	}
	for dir := backups; ; dir = f.fs.PathDir(dir) { // up to the parent of the log
		if err := syncDirectory(f.fs, dir); err != nil {
			return nil, fmt.Errorf("wal: repair: %w", err)
		}
		if dir == f.fs.PathDir(f.options.Directory) || dir == f.fs.PathDir(dir) {
			break
		}
	}
	if err := f.rewrite(l); err != nil {
		return nil, err
	}
	return &c, nil
}
