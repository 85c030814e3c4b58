package server

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/drawbolt/drawbolt/cypher"
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
	statements           uint64 // so far
}

// note tells others what the present transaction does.
func (l *lifetime) note(a activity) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a.query != "" {
		a.statements = 1
	}
	l.activity = a
}

// run tells others that the present transaction has begun a statement.
func (l *lifetime) run(query string, parameters graph.Value) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.activity.query, l.activity.parameters = query, parameters
	l.activity.statements++
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
	for _, ses := range s.snapshot() {
		n, since, a, ok := ses.life.present()
		if !ok {
			continue
		}
		if cypher.Sensitive(a.query) {
			a.query, a.parameters = masked(a.query), graph.Value{}
		}
		id := ses.transactionID(a.database.Name(), n)
		list = append(list, cypher.OpenTransaction{
			ID: id, Database: a.database.Name(), QueryID: "query-" + strconv.FormatUint(a.statements, 10),
			ConnectionID: ses.id(), Address: ses.raw.RemoteAddr().String(), User: a.user, Account: a.account, Query: a.query,
			Parameters: a.parameters, Metadata: a.metadata, Started: since, Terminated: ses.life.current().Err() != nil,
		})
	}
	return list
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
