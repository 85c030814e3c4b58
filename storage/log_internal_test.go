package storage

import (
	"errors"
	"testing"

	"github.com/drawbolt/drawbolt/storage/wal"
)

// A brokenLog is a log whose writes fail from some point on.
type brokenLog struct {
	wal.Log
	appends error // what Append returns
	flushes error // what a flush returns
}

func (b *brokenLog) Append(position uint64, record []byte) (wal.Flush, error) {
	if b.appends != nil {
		return nil, b.appends
	}
	f, err := b.Log.Append(position, record)
	return brokenFlush{Flush: f, err: b.flushes}, err
}

type brokenFlush struct {
	wal.Flush
	err error
}

func (b brokenFlush) Wait() error { return errors.Join(b.Flush.Wait(), b.err) }

// TestBrokenLog puts a failing log into a store, which cannot be done from
// outside: when the disk fails, nobody may see what is not durable, and nothing
// more is taken.
func TestBrokenLog(t *testing.T) {
	broken := errors.New("disk on fire")
	for _, tt := range []struct {
		name string
		log  brokenLog
	}{
		{name: "append fails", log: brokenLog{appends: broken}},
		{name: "flush fails", log: brokenLog{flushes: broken}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			fatal := 0
			s, err := Open(t.Context(), Options{Directory: dir, OnFatal: func(error) { fatal++ }})
			if err != nil {
				t.Fatal(err)
			}
			create := func() error {
				tx := s.Begin(WriteMode)
				defer tx.Rollback()
				if _, err := tx.CreateNode(t.Context(), nil, nil); err != nil {
					return err
				}
				_, err := tx.Commit(t.Context())
				return err
			}
			if err := create(); err != nil {
				t.Fatal(err)
			}
			open := s.Begin(WriteMode)
			if _, err := open.CreateNode(t.Context(), nil, nil); err != nil {
				t.Fatal(err)
			}
			good := s.log
			tt.log.Log = good
			s.log = &tt.log
			for range 2 {
				if err := create(); !errors.Is(err, broken) || kindOf(err) != KindStopped {
					t.Errorf("Commit = %v", err)
				}
			}
			s.log = good // even if the disk recovers
			if _, err := open.Commit(t.Context()); kindOf(err) != KindStopped {
				t.Errorf("Commit of a transaction that had begun before = %v", err)
			}
			if err := s.CreateIndex(t.Context(), IndexSpec{Label: 0}); kindOf(err) != KindStopped {
				t.Errorf("CreateIndex = %v", err)
			}
			if s.NodeCount() != 1 || s.Position() != 1 || fatal != 1 {
				t.Errorf("NodeCount = %d, Position = %d, OnFatal called %d times", s.NodeCount(), s.Position(), fatal)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func kindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return 0
}
