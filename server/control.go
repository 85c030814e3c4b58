package server

import (
	"strings"
	"time"

	"github.com/drawbolt/drawbolt/bolt"
)

// A control is a statement that begins or ends a transaction. Bolt 1 and 2 have
// no other way, and some clients of newer versions use no other.
type control uint8

const (
	controlBegin control = iota + 1
	controlCommit
	controlRollback
)

// controlOf returns the control that a query is, or 0.
func controlOf(query string) control {
	const longest = 64 // with blanks and semicolons; a query is looked at no further
	if len(query) > longest {
		return 0
	}
	word := strings.TrimRight(strings.TrimSpace(query), "; \t\r\n")
	switch {
	case strings.EqualFold(word, "BEGIN"):
		return controlBegin
	case strings.EqualFold(word, "COMMIT"):
		return controlCommit
	case strings.EqualFold(word, "ROLLBACK"):
		return controlRollback
	default:
		return 0
	}
}

// runControl answers RUN of a control. It has a result without columns and rows,
// whose end endControl answers.
func (s *session) runControl(c control, m *bolt.Run) error {
	inside := s.state == stateInTransaction
	var err error
	switch {
	case c == controlBegin && inside:
		err = &sessionError{kind: failControl, message: "Nested transactions are not supported."}
	case c == controlBegin:
		if err = s.open(&m.Extra); err == nil {
			s.work.control = true
		}
	case !inside && c == controlCommit:
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
func (s *session) endByText(c control) error {
	db, bookmark := s.work.db, ""
	if c == controlCommit {
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
	a := bolt.Summary{Type: "r", Database: w.db.name, Bookmark: w.bookmark, Outcome: bolt.OutcomeOmitted}
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
