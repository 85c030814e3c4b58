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
		textual("planner+", "runtime+"), column(ast.TypeList, "indexes+"), textual("startTime", "currentQueryStartTime+", "protocol+", "requestUri+", "status", "currentQueryStatus+", "statusDetails+"),
		column(ast.TypeMap, "resourceInformation+"), integers("activeLockCount+", "currentQueryActiveLockCount+"),
		column(ast.TypeDuration, "elapsedTime", "cpuTime+", "waitTime+", "idleTime+",
			"currentQueryElapsedTime+", "currentQueryCpuTime+", "currentQueryWaitTime+", "currentQueryIdleTime+"),
		integers("currentQueryAllocatedBytes+", "allocatedDirectBytes+", "estimatedUsedHeapMemory+", "pageHits+", "pageFaults+",
			"currentQueryPageHits+", "currentQueryPageFaults+"),
		textual("initializationStackTrace+"))...)
	t.add(&Table{
		Columns: textual("transactionId", "username", "message"), rows: t.terminate,
	}, "TERMINATE TRANSACTIONS")
}

// stamp is a time as listings write it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999Z") }

func (t *Tables) listTransactions(_ context.Context, r *Request) error {
	ids := r.Texts("ids")
	all := t.may(r, access.TransactionManagement)
	open := t.Transactions.Open()
	for i := range open {
		x := &open[i]
		if !all && x.Account != r.Account {
			continue
		}
		if len(ids) > 0 && !slices.Contains(ids, x.ID) {
			continue
		}
		if err := r.Yield(transactionRow(x, time.Now())); err != nil {
			return err
		}
	}
	return nil
}

// transactionRow returns a row of the listing. What nobody measures is null.
func transactionRow(x *Transaction, now time.Time) []graph.Value {
	unknown := graph.Value{}
	status, statement := "Running", ""
	queryStart, queryElapsed, queryWait := text(""), unknown, unknown
	planner, runtime := "", ""
	if x.QueryID != "" {
		statement, planner, runtime = "running", "cost", "batched"
		queryStart, queryElapsed = text(stamp(x.QueryStarted)), duration(now.Sub(x.QueryStarted))
		queryWait = duration(min(x.Waited, now.Sub(x.QueryStarted)))
	}
	resource := graph.Map(nil)
	if x.BlockedBy != "" {
		status, statement = "Blocked by: ["+x.BlockedBy+"]", "waiting"
		resource = graph.Map([]graph.Field{
			{Name: "lockMode", Value: text("EXCLUSIVE")},
			{Name: "waitTimeMillis", Value: graph.Integer(x.Waiting.Milliseconds())},
		})
	}
	if x.Terminated {
		status = "Terminated"
	}
	return []graph.Value{
		text(x.Database), text(x.ID), text(x.QueryID), text(""), text(x.ConnectionID), text(x.Address), text(x.User),
		mapOrEmpty(x.Metadata), text(x.Query), mapOrEmpty(x.Parameters),
		text(planner), text(runtime), graph.List(nil), text(stamp(x.Started)), queryStart, text("bolt"), text(x.Local),
		text(status), text(statement), text(""), resource, unknown, unknown,
		duration(now.Sub(x.Started)), unknown, duration(x.Waited), unknown, queryElapsed, unknown, queryWait, unknown,
		unknown, unknown, unknown, unknown, unknown, unknown, unknown, text(""),
	}
}

func duration(d time.Duration) graph.Value {
	return graph.NewDuration(graph.Duration{Seconds: int64(d / time.Second), Nanos: int32(d % time.Second)})
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
		open := t.Transactions.Open()
		for i := range open {
			x := &open[i]
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
