package show

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/drawbolt/drawbolt/cypher/access"
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// addTransactions adds the listing of transactions, and their end.
func (t *Tables) addTransactions() {
	if t.Transactions == nil {
		return
	}
	t.show("TRANSACTIONS", t.listTransactions, slices.Concat(
		textual("database", "transactionId", "currentQueryId", "outerTransactionId+", "connectionId", "clientAddress", "username"),
		column(ast.TypeMap, "metaData+"), textual("currentQuery"), column(ast.TypeMap, "parameters+"),
		textual("startTime", "protocol+", "status", "statusDetails+"), column(ast.TypeDuration, "elapsedTime"))...)
	t.add(&Table{
		Columns: textual("transactionId", "username", "message"), rows: t.terminate,
	}, "TERMINATE TRANSACTIONS")
}

// stamp is a time as listings write it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999Z") }

func (t *Tables) listTransactions(_ context.Context, r *Request) error {
	ids := r.Texts("ids")
	all := t.may(r, access.TransactionManagement)
	for _, x := range t.Transactions.Open() {
		if !all && x.Account != r.Account {
			continue
		}
		if len(ids) > 0 && !slices.Contains(ids, x.ID) {
			continue
		}
		status := "Running"
		if x.Terminated {
			status = "Terminated"
		}
		elapsed := time.Since(x.Started)
		if err := r.Yield([]graph.Value{
			text(x.Database), text(x.ID), text(x.QueryID), text(""), text(x.ConnectionID), text(x.Address), text(x.User),
			mapOrEmpty(x.Metadata), text(x.Query), mapOrEmpty(x.Parameters), text(stamp(x.Started)), text("bolt"),
			text(status), text(""),
			graph.NewDuration(graph.Duration{Seconds: int64(elapsed / time.Second), Nanos: int32(elapsed % time.Second)}),
		}); err != nil {
			return err
		}
	}
	return nil
}

func mapOrEmpty(v graph.Value) graph.Value {
	if v.Kind() != graph.KindMap {
		return graph.Map(nil)
	}
	return v
}

// errTransactionID says how the ids of transactions look.
const errTransactionID = "Could not parse id (expected format: <databasename>-transaction-<id>)"

func (t *Tables) terminate(_ context.Context, r *Request) error {
	ids := r.Texts("ids")
	for _, id := range ids {
		if !strings.Contains(id, "-transaction-") {
			return &Error{Message: errTransactionID}
		}
	}
	theirs := make(map[string]bool) // transactions of others
	if !t.may(r, access.TransactionManagement) {
		for _, x := range t.Transactions.Open() {
			theirs[x.ID] = x.Account != r.Account
		}
	}
	for _, id := range ids {
		user, ok := "", false
		if !theirs[id] {
			user, ok = t.Transactions.Terminate(id)
		}
		message := "Transaction terminated."
		if !ok {
			message = "Transaction not found."
		}
		name := graph.Value{}
		if ok {
			name = text(user)
		}
		if err := r.Yield([]graph.Value{text(id), name, text(message)}); err != nil {
			return err
		}
	}
	return nil
}
