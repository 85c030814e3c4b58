package server

import (
	"time"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cypher"
)

// runControl answers RUN of BEGIN, COMMIT or ROLLBACK. Bolt 1 and 2 have no other
// way, and some clients of newer versions use no other. The statement has a result without columns and rows,
// whose end endControl answers.
func (s *session) runControl(c cypher.Control, m *bolt.Run) error {
	inside := s.state == stateInTransaction
	var err error
	switch {
	case c == cypher.ControlBegin && inside:
		err = &sessionError{kind: failControl, message: "Nested transactions are not supported."}
	case c == cypher.ControlBegin:
		if err = s.open(&m.Extra); err == nil {
			s.work.control = true
		}
	case !inside && c == cypher.ControlCommit:
		err = &sessionError{kind: failControl, message: "No current transaction to commit."}
	case !inside:
		err = &sessionError{kind: failControl, message: "No current transaction to rollback."}
	default:
		err = s.endByText(c)
	}
	if err != nil {
		return s.fail(err)
	}
	s.message()
	a := bolt.RunSuccess{QID: bolt.LastQuery}
	s.writer.Buf = a.Append(s.writer.Buf, s.version)
	s.sent()
	return nil
}

// endByText ends the transaction; the result that is left is one outside of it.
func (s *session) endByText(c cypher.Control) error {
	db, bookmark := s.work.db, ""
	if c == cypher.ControlCommit {
		var err error
		if bookmark, err = s.finish(); err != nil {
			return err
		}
	}
	s.abandon()
	s.work = work{db: db, streams: s.work.streams, control: true, bookmark: bookmark}
	s.state = stateAutoCommit
	s.life.begin(time.Now(), 0, nil)
	return nil
}

// endControl answers the PULL or DISCARD behind a control.
func (s *session) endControl() error {
	w := &s.work
	a := bolt.Summary{Type: "r", Database: w.db.Name(), Bookmark: w.bookmark, Outcome: bolt.OutcomeOmitted}
	s.message()
	var err error
	if s.writer.Buf, err = a.Append(s.writer.Buf, s.version); err != nil {
		s.sentNothing()
		return s.fail(err)
	}
	s.sent()
	w.control, w.bookmark = false, ""
	if s.state == stateAutoCommit {
		s.abandon()
		s.state = stateReady
	}
	return nil
}
