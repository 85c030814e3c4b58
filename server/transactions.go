package server

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// errTerminated ends a transaction that somebody wanted to end.
var errTerminated = errors.New("server: the transaction was terminated by another client")

// An activity is what other sessions may know of a session's transaction.
type activity struct {
	database             Database // nil when there is nothing to know
	user                 string
	account              cypher.Account
	query                string
	parameters, metadata graph.Value
	statements           uint64    // so far
	began                time.Time // the present statement; zero between two
}

// note tells others what the present transaction does.
func (l *lifetime) note(a activity) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a.query != "" {
		a.statements, a.began = 1, time.Now()
	}
	l.activity = a
}

// run tells others that the present transaction has begun a statement.
func (l *lifetime) run(query string, parameters graph.Value) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.activity.query, l.activity.parameters = query, parameters
	l.activity.statements++
	l.activity.began = time.Now()
}

// idle tells others that the present transaction waits for its client.
func (l *lifetime) idle() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.activity.query, l.activity.parameters, l.activity.began = "", graph.Value{}, time.Time{}
}

// move tells others that the present transaction is in another database.
func (l *lifetime) move(db Database) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.activity.database = db
}

// present returns the number, the start and the activity of the transaction.
func (l *lifetime) present() (transaction uint64, since time.Time, a activity, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	start := l.since.Load()
	return l.transaction, time.Unix(0, start), l.activity, start != 0 && l.activity.database != nil
}

// transactionWord stands between the database and the number in the id of a
// transaction.
const transactionWord = "-transaction-"

// numberBits is how much of a transaction's id is its number in the session; the
// rest is the number of the connection.
const numberBits = 32

// transactionID returns the id of a session's transaction.
func (s *session) transactionID(database string, n uint64) string {
	return database + transactionWord + strconv.FormatUint(s.number<<numberBits|n&(1<<numberBits-1), 10)
}

// Transactions lists the open transactions of all clients.
func (s *Server) Transactions() []cypher.OpenTransaction {
	var list []cypher.OpenTransaction
	waits := make(map[int]owner)     // by place in the list
	owners := make(map[owner]string) // ids
	for _, ses := range s.snapshot() {
		n, since, a, ok := ses.life.present()
		if !ok {
			continue
		}
		if cypher.Sensitive(a.query) {
			a.query, a.parameters = masked(a.query), graph.Value{}
		}
		x := cypher.OpenTransaction{
			ID: ses.transactionID(a.database.Name(), n), Database: a.database.Name(),
			ConnectionID: ses.id(), Address: ses.raw.RemoteAddr().String(), Local: ses.raw.LocalAddr().String(),
			User: a.user, Account: a.account, Query: a.query, Parameters: a.parameters, Metadata: a.metadata,
			Started: since, QueryStarted: a.began, Terminated: ses.life.current().Err() != nil,
		}
		if !a.began.IsZero() {
			x.QueryID = "query-" + strconv.FormatUint(a.statements, 10)
		}
		if tx := ses.chosen.Transaction(); tx != nil {
			w := tx.Waiting()
			x.Waiting, x.Waited = w.Now, w.Total
			waits[len(list)] = owner{tx.Store(), w.Owner}
			owners[owner{tx.Store(), tx.Owner()}] = x.ID
		}
		list = append(list, x)
	}
	for i, o := range waits {
		list[i].BlockedBy = owners[o] // none has the number 0
	}
	return list
}

// An owner is a transaction in the words of its store.
type owner struct {
	store  *storage.Store
	number uint32
}

// Terminate ends the transaction with an id of [Server.Transactions]. It returns
// whose it was; ok is false when there is no such transaction.
func (s *Server) Terminate(id string) (user string, ok bool) {
	for _, ses := range s.snapshot() {
		n, _, a, ok := ses.life.present()
		if ok && ses.transactionID(a.database.Name(), n) == id {
			s.running.Go(func() { ses.expire(n, errTerminated) })
			return a.user, true
		}
	}
	return "", false
}

// sessionKey is the key of the session in the context of its statements.
type sessionKey struct{}

// EndTransactions ends all transactions in a database that is about to close,
// but for that of the session whose statement has the context.
func (s *Server) EndTransactions(ctx context.Context, db Database) {
	asking := ctx.Value(sessionKey{})
	for _, ses := range s.snapshot() {
		if n, _, a, ok := ses.life.present(); ok && a.database == db && asking != ses {
			s.running.Go(func() { ses.expire(n, errDatabaseClosed) })
		}
	}
}
