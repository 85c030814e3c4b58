package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cypher"
)

// errAnswered means that a request has got its failure already.
var errAnswered = errors.New("server: request answered")

// maxBatch is how many rows are asked for at a time.
const maxBatch = 1024

// runStatement answers RUN, inside of a transaction and outside of one.
func (s *session) runStatement(m *bolt.Run) error {
	if c, ok := cypher.TransactionControl(m.Query); ok {
		return s.runControl(c, m)
	}
	s.logRun(m)
	began := time.Now()
	if s.state == stateInTransaction {
		return s.runInside(m, began)
	}
	db, err := s.choose(&m.Extra)
	if err != nil {
		return s.fail(err)
	}
	ctx := s.start(&m.Extra, began)
	s.work = work{db: db, streams: s.work.streams[:0], filter: m.Extra.Filter.Or(s.filter)}
	s.executing()
	if err := s.await(ctx, db, m.Extra.Bookmarks); err != nil {
		return s.fail(err)
	}
	s.noteRun(db, m)
	r, err := db.Run(ctx, s.statement(m, began))
	if other, ok := errors.AsType[*cypher.OtherDatabaseError](err); ok {
		r, err = s.runOther(ctx, other.Name, m, began)
	}
	if err != nil {
		return s.failStatement(m.Query, err)
	}
	s.work.streams = append(s.work.streams, stream{result: r, began: began, query: m.Query})
	s.state = stateAutoCommit
	s.started(r, began, bolt.LastQuery, homeOf(&m.Extra, db))
	return nil
}

func (s *session) noteRun(db Database, m *bolt.Run) {
	s.life.note(activity{
		database: db, user: s.login.User, account: s.login.Account, query: m.Query, parameters: m.Parameters, metadata: m.Extra.Metadata,
	})
}

// runOther runs a statement outside of a transaction on the database that its
// USE names. What the client is told of databases and bookmarks is about that of
// the session, as in the reference server.
func (s *session) runOther(ctx context.Context, name string, m *bolt.Run, began time.Time) (Result, error) {
	db, err := s.server.opts.Databases.Database(name)
	if err != nil {
		return nil, err
	}
	s.noteRun(db, m)
	s.work.elsewhere = true
	st := s.statement(m, began)
	st.Using = name
	return db.Run(ctx, st)
}

func (s *session) runInside(m *bolt.Run, began time.Time) error {
	w := &s.work
	if w.ended != nil {
		return s.fail(w.ended)
	}
	s.executing()
	s.life.run(m.Query, m.Parameters)
	r, err := w.tx.Run(s.life.current(), s.statement(m, began))
	if other, ok := errors.AsType[*cypher.OtherDatabaseError](err); ok {
		r, err = s.moveInside(other.Name, m, began)
	}
	if err != nil {
		return s.failStatement(m.Query, err)
	}
	w.streams = append(w.streams, stream{id: w.next, result: r, began: began, query: m.Query})
	w.latest, w.control = w.next, false
	w.next++
	s.started(r, began, w.latest, "")
	return nil
}

// moveInside runs the statement of an explicit transaction whose USE names
// another database. The first one decides where the transaction is.
func (s *session) moveInside(name string, m *bolt.Run, began time.Time) (Result, error) {
	w := &s.work
	db, err := s.server.opts.Databases.Database(name)
	if err != nil {
		return nil, err
	}
	st := s.statement(m, began)
	st.Using = name
	if db != w.db {
		if w.next > 0 {
			return nil, &sessionError{kind: failControl, message: "A transaction has one database, and statements of this one have run in '" +
				w.db.Name() + "'. Attempted to access '" + name + "'."}
		}
		tx, err := db.Begin(s.life.current(), w.options)
		if err != nil {
			return nil, err
		}
		w.tx.Rollback()
		w.tx, w.db = tx, db
		s.life.move(db)
	}
	return w.tx.Run(s.life.current(), st)
}

func (s *session) statement(m *bolt.Run, began time.Time) Statement {
	return Statement{
		Query: m.Query, Parameters: m.Parameters, Began: began, TransactionOptions: s.options(&m.Extra),
	}
}

// started tells the client the columns.
func (s *session) started(r Result, began time.Time, qid int64, home string) {
	s.message()
	a := bolt.RunSuccess{
		Fields: r.Columns(), AvailableAfter: time.Since(began).Milliseconds(), QID: qid, Database: home,
	}
	s.writer.Buf = a.Append(s.writer.Buf, s.version)
	s.sent()
}

// find returns the stream that a PULL or DISCARD means.
func (s *session) find(qid int64) (*stream, error) {
	w := &s.work
	if w.ended != nil {
		return nil, w.ended
	}
	id := qid
	if qid == bolt.LastQuery {
		id = w.latest
	}
	for i := range w.streams {
		if w.streams[i].id == id {
			return &w.streams[i], nil
		}
	}
	return nil, &sessionError{kind: failStatementID, message: fmt.Sprintf("No such statement: %d", id)}
}

// pull answers PULL with records and a summary.
func (s *session) pull(n, qid int64) error { return s.consume(n, qid, s.records) }

// discard answers DISCARD: the rows are made, because statements have effects
// and the summary counts them, but not sent.
func (s *session) discard(n, qid int64) error {
	return s.consume(n, qid, func(Batch, int) error { return nil })
}

// consume takes n rows of a result, or all, and answers with a summary when it
// has ended. Records that were sent before an error stay sent.
func (s *session) consume(n, qid int64, use func(b Batch, columns int) error) error {
	if s.work.control && qid == bolt.LastQuery {
		return s.endControl()
	}
	st, err := s.find(qid)
	if err != nil {
		return s.fail(err)
	}
	ctx := s.life.current()
	columns := len(st.result.Columns())
	s.encoder.Entities = st.result.Entities()
	s.input.executing()
	for left := n; n == bolt.AllRecords || left > 0; {
		limit := maxBatch
		if n != bolt.AllRecords {
			limit = int(min(left, maxBatch))
		}
		s.lend()
		b, err := st.result.Next(ctx, limit)
		if err != nil {
			return s.failStatement(st.query, err)
		}
		if b == nil {
			return s.summarize(st)
		}
		st.records = true
		s.server.metrics.rows.Add(uint64(b.Len())) //nolint:gosec // a length
		left -= int64(b.Len())
		switch err := use(b, columns); {
		case errors.Is(err, errAnswered):
			return nil
		case err != nil:
			return err
		}
		if s.input.lookingAhead() {
			if err := s.flushSlow(); err != nil {
				return err
			}
		}
	}
	s.lend()
	if !st.result.More() {
		return s.summarize(st)
	}
	s.message()
	s.writer.Buf = bolt.AppendMore(s.writer.Buf)
	s.sent()
	return nil
}

// records encodes a batch straight into the output buffer.
func (s *session) records(b Batch, columns int) error {
	w := s.writer
	for row := range b.Len() {
		s.message()
		before := w.Len()
		buf := bolt.AppendRecordHeader(w.Buf, columns)
		for column := range columns {
			var err error
			if buf, err = s.encoder.Append(buf, b.Value(row, column)); err != nil {
				s.sentNothing()
				return errors.Join(errAnswered, s.fail(fmt.Errorf("encode a record: %w", err)))
			}
		}
		w.Buf = buf
		s.sent()
		// One more like this would not fit.
		if w.Len()+w.Len()-before > flushThreshold {
			if err := s.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// summarize answers the PULL or DISCARD that has ended a result, and commits a
// statement outside of a transaction.
func (s *session) summarize(st *stream) error {
	w := &s.work
	sum := st.result.Summary()
	took := time.Since(st.began)
	a := bolt.Summary{
		Type: sum.Type, ConsumedAfter: took.Milliseconds(), Database: w.db.Name(),
		Counters: sum.Counters, Notifications: s.filtered(sum.Notifications),
		Plan: sum.Plan, Profile: sum.Profile,
	}
	switch {
	case len(st.result.Columns()) == 0, !sum.Plan.IsNull():
		a.Outcome = bolt.OutcomeOmitted
	case !st.records:
		a.Outcome = bolt.OutcomeNoData
	}
	s.lend()
	query, plan, slow := st.query, "", s.logsSlow(took)
	if slow {
		plan = s.planForLog(st.result)
	}
	if err := s.closeStream(st); err != nil {
		return s.failStatement(query, err)
	}
	if slow {
		s.logSlow(query, plan, took)
	}
	s.server.metrics.statement(sum.Type, took)
	if s.state == stateAutoCommit {
		position := sum.Position
		if w.elsewhere {
			position = 0
		}
		a.Bookmark = s.bookmark(w.db, position)
		s.server.metrics.committed.Add(1)
		s.state = stateReady
		s.abandon()
	} else if len(w.streams) == 0 {
		s.life.idle()
	}
	s.message()
	var err error
	if s.writer.Buf, err = a.Append(s.writer.Buf, s.version); err != nil {
		s.sentNothing()
		return s.fail(fmt.Errorf("encode a summary: %w", err))
	}
	s.sent()
	return nil
}

// filtered drops the notifications that the client does not want.
func (s *session) filtered(all []bolt.Notification) []bolt.Notification {
	if len(all) == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(all), func(n bolt.Notification) bool { return !s.work.filter.Allows(&n) })
}
