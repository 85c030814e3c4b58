package server

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/rs/zerolog"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/storage"
)

// A work is the transaction of a session with its open results. The zero work is
// none.
type work struct {
	db Database
	// tx is the explicit transaction, nil for a statement outside of one; options
	// are those it began with.
	tx      Transaction
	options TransactionOptions
	// elsewhere says that the statement's USE has sent it to another database.
	elsewhere bool
	streams   []stream
	// filter is the client's choice of notifications for this transaction.
	filter bolt.NotificationFilter
	// next is the number of the next statement, latest that of the last one.
	next, latest int64
	// ended is why a timer has ended the transaction while the session waited.
	ended error
	// control is the answer that is still due to BEGIN, COMMIT or ROLLBACK that
	// came as text; bookmark goes with it.
	control  bool
	bookmark string
}

// A stream is an open result.
type stream struct {
	id      int64
	result  Result
	began   time.Time
	query   string
	records bool // at least one row was sent or dropped
}

// begin answers BEGIN.
func (s *session) begin(m *bolt.Begin) error {
	if err := s.open(&m.Extra); err != nil {
		return s.fail(err)
	}
	s.message()
	a := bolt.BeginSuccess{Database: homeOf(&m.Extra, s.work.db)}
	s.writer.Buf = a.Append(s.writer.Buf, s.version)
	s.sent()
	return nil
}

// open starts an explicit transaction.
func (s *session) open(x *bolt.TransactionExtra) error {
	db, err := s.choose(x)
	if err != nil {
		return err
	}
	ctx := s.start(x, time.Now())
	s.executing()
	if err := s.await(ctx, db, x.Bookmarks); err != nil {
		s.life.end()
		return err
	}
	options := s.options(x)
	tx, err := db.Begin(ctx, options)
	if err != nil {
		s.life.end()
		return err
	}
	s.work = work{db: db, tx: tx, options: options, streams: s.work.streams[:0], latest: -1, filter: x.Filter.Or(s.filter)}
	s.state = stateInTransaction
	s.life.note(activity{database: db, user: s.login.User, account: s.login.Account, metadata: x.Metadata})
	return nil
}

// homeOf is the name of the database that a client has got which named none.
func homeOf(x *bolt.TransactionExtra, db Database) string {
	if x.Database != "" {
		return ""
	}
	return db.Name()
}

// database returns the database of a name. A client that names none gets the one
// that its session has chosen, else the default one.
func (s *session) database(name string) (Database, error) {
	if name == "" {
		name = s.chosen.Database()
	}
	return s.server.opts.Databases.Database(name)
}

// choose returns the database of a transaction and checks who asks.
func (s *session) choose(x *bolt.TransactionExtra) (Database, error) {
	if u := x.ImpersonatedUser; u != "" && u != s.login.User {
		return nil, &sessionError{kind: failForbidden, message: "Cannot impersonate another user."}
	}
	return s.database(x.Database)
}

// start starts the clock of a transaction.
func (s *session) start(x *bolt.TransactionExtra, now time.Time) context.Context {
	var timeout time.Duration
	if x.HasTimeout && x.Timeout > 0 {
		timeout = x.Timeout
	}
	if timeout == 0 {
		return s.life.begin(now, 0, nil) // a function would be an allocation
	}
	return s.life.begin(now, timeout, func(n uint64) { s.expire(n, errClientTimeout) })
}

func (s *session) options(x *bolt.TransactionExtra) TransactionOptions {
	return TransactionOptions{
		ReadOnly: x.ReadOnly, Metadata: x.Metadata, User: s.login.User, Account: s.login.Account,
		Session: &s.chosen, Client: s, Dialect: s.dialect,
	}
}

// await waits until the client's bookmarks are reached: those of the database,
// and of others that the client has used.
func (s *session) await(ctx context.Context, db Database, bookmarks []string) error {
	for _, text := range bookmarks {
		id, p, ok := parseBookmark(text)
		marked := db
		if ok && id != db.ID() {
			marked, ok = s.server.opts.Databases.Identified(id)
		}
		if !ok {
			return &sessionError{kind: failBookmark, message: "Supplied bookmark [" + text + "] does not conform to pattern or belongs to another database."}
		}
		if marked == nil || p <= marked.Position() {
			continue
		}
		if err := s.awaitOne(ctx, marked, p); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) awaitOne(ctx context.Context, db Database, p storage.Position) error {
	ctx, cancel := context.WithTimeoutCause(ctx, s.server.opts.BookmarkTimeout, errBookmarkTimeout)
	defer cancel()
	err := db.WaitFor(ctx, p)
	if err != nil && errors.Is(context.Cause(ctx), errBookmarkTimeout) {
		return &sessionError{kind: failBookmarkTimeout, message: "Database is not up to the requested bookmark.", err: err}
	}
	return err
}

var errBookmarkTimeout = errors.New("server: the bookmark was not reached in time")

// commit answers COMMIT. Results that are still open are closed; what their
// statements wrote is part of the transaction.
func (s *session) commit() error {
	bookmark, err := s.finish()
	if err != nil {
		return s.fail(err)
	}
	s.message()
	a := bolt.CommitSuccess{Bookmark: bookmark}
	s.writer.Buf = a.Append(s.writer.Buf, s.version)
	s.sent()
	return nil
}

// finish commits the explicit transaction and returns its bookmark.
func (s *session) finish() (bookmark string, err error) {
	w := &s.work
	if w.ended != nil {
		return "", w.ended
	}
	s.closeStreams()
	s.executing()
	p, err := w.tx.Commit(s.life.current())
	if err != nil {
		return "", err
	}
	s.server.metrics.committed.Add(1)
	bookmark = s.bookmark(w.db, p)
	w.tx = nil
	s.life.end()
	s.state = stateReady
	return bookmark, nil
}

// bookmark returns the text of a position; a transaction that wrote nothing
// stands for the newest commit it could see.
func (s *session) bookmark(db Database, p storage.Position) string {
	if p == 0 {
		p = db.Position()
	}
	if s.marked.text == "" || s.marked.position != p || s.marked.db != db {
		s.marked = mark{db: db, position: p, text: formatBookmark(db.ID(), p)}
	}
	return s.marked.text
}

// A mark is the last bookmark, which most answers of a reader repeat.
type mark struct {
	db       Database
	position storage.Position
	text     string
}

// rollback answers ROLLBACK, which succeeds also when a timer came before it.
func (s *session) rollback() error {
	s.abandon()
	s.state = stateReady
	s.succeed()
	return nil
}

// abandon ends the present transaction, if there is one, and undoes it.
func (s *session) abandon() {
	w := &s.work
	if w.db == nil {
		return
	}
	if w.tx != nil || s.state == stateAutoCommit {
		s.server.metrics.rolledBack.Add(1)
	}
	s.closeStreams()
	if w.tx != nil {
		w.tx.Rollback()
	}
	s.work = work{streams: w.streams}
	s.life.end()
}

// abandonQuietly is abandon for a session that is over: a bug in the engine must
// not keep the connection from being closed.
func (s *session) abandonQuietly() {
	defer func() {
		if v := recover(); v != nil {
			s.log(zerolog.ErrorLevel).Interface("panic", v).Msg("panic while closing a transaction")
		}
	}()
	s.abandon()
}

// closeStreams closes all results, the newest first.
func (s *session) closeStreams() {
	for n := len(s.work.streams); n > 0; n-- {
		if err := s.closeStream(&s.work.streams[n-1]); err != nil {
			s.log(zerolog.WarnLevel).Err(err).Msg("a result that was given up could not be closed")
		}
	}
}

// closeStream closes the result of one of the streams, which st must point to,
// and forgets it first: whatever happens, it is not closed again.
func (s *session) closeStream(st *stream) error {
	w, r, id := &s.work, st.result, st.id
	w.streams = slices.DeleteFunc(w.streams, func(o stream) bool { return o.id == id })
	return r.Close()
}

// expire ends a transaction whose time is over. It is called from a timer. When
// the session executes, its statement fails; when it waits for the client, the
// transaction is rolled back here, and the client is told with its next request.
func (s *session) expire(transaction uint64, cause error) {
	if !s.life.expire(transaction, cause) {
		return
	}
	s.working.Lock()
	defer s.working.Unlock()
	if s.life.number() != transaction || s.work.db == nil || s.work.ended != nil {
		return
	}
	s.log(zerolog.InfoLevel).Err(cause).Msg("transaction ended")
	s.closeStreams()
	if s.work.tx != nil {
		s.work.tx.Rollback()
	}
	s.work.ended = cause
	s.life.end()
}
