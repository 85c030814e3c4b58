package server_test

import (
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/server"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tx stands for the extra map of BEGIN.
func tx() *bolt.Begin { return &bolt.Begin{} }

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name    string
		version string
		send    []appender
		want    []string
	}{
		{
			name: "auto-commit", version: "5.4",
			send: []appender{run("rows 2"), pullAll()},
			want: []string{
				"SUCCESS {fields: [x]}", "RECORD [0]", "RECORD [1]",
				"SUCCESS {bookmark: DB1:00000000000000000000000000000001:1:",
			},
		},
		{
			name: "home database is named", version: "5.8",
			send: []appender{run("rows 0"), pullAll()},
			want: []string{"SUCCESS {db: neo4j, fields: [x]}", "SUCCESS {bookmark: DB1:"},
		},
		{
			name: "in batches", version: "5.4",
			send: []appender{run("rows 5"), pull(2), pull(2), pull(2)},
			want: []string{
				"SUCCESS", "RECORD [0]", "RECORD [1]", "SUCCESS {has_more: true}",
				"RECORD [2]", "RECORD [3]", "SUCCESS {has_more: true}", "RECORD [4]", "SUCCESS {bookmark",
			},
		},
		{
			name: "exact batch ends at once", version: "4.4",
			send: []appender{run("rows 2"), pull(2)},
			want: []string{"SUCCESS", "RECORD", "RECORD", "SUCCESS {bookmark"},
		},
		{
			name: "discard", version: "5.4",
			send: []appender{run("rows 5"), pull(1), &bolt.Discard{N: bolt.AllRecords, QID: bolt.LastQuery}},
			want: []string{"SUCCESS", "RECORD [0]", "SUCCESS {has_more: true}", "SUCCESS {bookmark"},
		},
		{
			name: "write", version: "5.4",
			send: []appender{run("write"), pullAll()},
			want: []string{
				"SUCCESS {fields: []}",
				"SUCCESS {bookmark: DB1:00000000000000000000000000000001:2:",
			},
		},
		{
			name: "transaction with two results", version: "5.4",
			send: []appender{
				tx(), run("rows 2"), run("rows 3"), &bolt.Pull{N: 1, QID: 0}, &bolt.Pull{N: -1, QID: 1},
				&bolt.Pull{N: -1, QID: 0}, &bolt.Commit{}, run("rows 0"), pullAll(),
			},
			want: []string{
				"SUCCESS {}", "SUCCESS {fields: [x], qid: 0}", "SUCCESS {fields: [x], qid: 1}",
				"RECORD [0]", "SUCCESS {has_more: true}",
				"RECORD [0]", "RECORD [1]", "RECORD [2]", "SUCCESS {db: neo4j, has_more: false, type: r}",
				"RECORD [1]", "SUCCESS {db: neo4j, has_more: false, type: r}",
				"SUCCESS {bookmark: ", "SUCCESS", "SUCCESS",
			},
		},
		{
			name: "commit with an open result", version: "5.4",
			send: []appender{tx(), run("rows 9"), &bolt.Commit{}},
			want: []string{"SUCCESS", "SUCCESS", "SUCCESS {bookmark"},
		},
		{
			name: "exhausted result is forgotten", version: "5.4",
			send: []appender{tx(), run("rows 1"), run("rows 1"), pullAll(), pullAll(), &bolt.Reset{}},
			want: []string{
				"SUCCESS", "SUCCESS", "SUCCESS", "RECORD", "SUCCESS",
				"FAILURE {code: Neo.ClientError.Request.InvalidFormat, message: No such statement: 1}", "SUCCESS {}",
			},
		},
		{
			name: "negative statement", version: "5.4",
			send: []appender{run("rows 1"), &bolt.Pull{N: 1, QID: -2}},
			want: []string{"SUCCESS", "FAILURE {code: Neo.ClientError.Request.InvalidFormat, message: No such statement: -2}"},
		},
		{
			name: "failure at run, ignored, reset", version: "5.4",
			send: []appender{run("fail conflict"), pullAll(), run("rows 1"), &bolt.Reset{}, run("rows 1"), pullAll()},
			want: []string{
				"FAILURE {code: Neo.TransientError.Transaction.Outdated, message: Cannot resolve conflicting transactions.",
				"IGNORED", "IGNORED", "SUCCESS {}", "SUCCESS", "RECORD", "SUCCESS",
			},
		},
		{
			name: "records before a failure", version: "5.4",
			send: []appender{run("rows 2 then conflict"), pullAll()},
			want: []string{"SUCCESS", "RECORD [0]", "RECORD [1]", "FAILURE {code: Neo.TransientError.Transaction.Outdated"},
		},
		{
			name: "internal text is kept from the client", version: "5.7",
			send: []appender{run("fail secret")},
			want: []string{
				"FAILURE {description: error: general processing exception - unexpected error.",
			},
		},
		{
			name: "failure ends the transaction", version: "5.4",
			send: []appender{tx(), run("fail conflict"), &bolt.Commit{}, &bolt.Rollback{}, &bolt.Reset{}, &bolt.Commit{}},
			want: []string{
				"SUCCESS", "FAILURE", "IGNORED", "IGNORED", "SUCCESS",
				"FAILURE {code: Neo.ClientError.Request.Invalid, message: Message of type CommitMessage cannot be handled by a session in the READY state.}", "EOF",
			},
		},
		{
			name: "unknown database", version: "5.4",
			send: []appender{&bolt.Begin{Extra: bolt.TransactionExtra{Database: "nope"}}},
			want: []string{"FAILURE {code: Neo.ClientError.Database.DatabaseNotFound, message: Graph not found: nope. The database does not exist}"},
		},
		{
			name: "alias", version: "5.4",
			send: []appender{&bolt.Run{Query: "rows 0", Extra: bolt.TransactionExtra{Database: "memgraph"}}, pullAll()},
			want: []string{"SUCCESS", "SUCCESS {bookmark"},
		},
		{
			name: "read mode", version: "5.4",
			send: []appender{&bolt.Run{Query: "write", Extra: bolt.TransactionExtra{ReadOnly: true}}},
			want: []string{"FAILURE {code: Neo.ClientError.Statement.AccessMode"},
		},
		{
			name: "bookmark of nowhere", version: "5.4",
			send: []appender{&bolt.Begin{Extra: bolt.TransactionExtra{Bookmarks: []string{"FB:xyz"}}}},
			want: []string{"FAILURE {code: Neo.ClientError.Transaction.InvalidBookmark"},
		},
		{
			name: "route", version: "5.4",
			send: []appender{&bolt.Route{}, &bolt.Route{Database: "nope"}},
			want: []string{"SUCCESS {rt: {db: neo4j, servers: [{addresses: [127.0.0.1:", "FAILURE {code: Neo.ClientError.Database.DatabaseNotFound"},
		},
		{
			name: "telemetry, logoff, logon", version: "5.4",
			send: []appender{&bolt.Telemetry{API: 1}, &bolt.Logoff{}, &bolt.Logon{Auth: bolt.Auth{Scheme: "basic", Principal: "u"}}, run("rows 0"), pullAll()},
			want: []string{"SUCCESS {}", "SUCCESS {}", "SUCCESS {}", "SUCCESS", "SUCCESS"},
		},
		{
			name: "run while a result is open", version: "5.4",
			send: []appender{run("rows 1"), run("rows 1")},
			want: []string{"SUCCESS", "FAILURE {code: Neo.ClientError.Request.Invalid, message: Message of type RunMessage cannot be handled by a session in the AUTO_COMMIT state.}", "EOF"},
		},
		{
			name: "goodbye", version: "5.4",
			send: []appender{&bolt.Goodbye{}},
			want: []string{"EOF"},
		},
		{
			name: "version 1", version: "1",
			send: []appender{run("rows 1"), pullAll(), run("fail conflict"), pullAll(), &bolt.AckFailure{}, run("rows 0"), pullAll()},
			want: []string{
				"SUCCESS {fields: [x]}", "RECORD [0]", "SUCCESS {type: r}", "FAILURE", "IGNORED", "SUCCESS {}",
				"SUCCESS {fields: [x]}", "SUCCESS {type: r}",
			},
		},
		{
			name: "transaction as text", version: "4.4",
			send: []appender{run("BEGIN"), pullAll(), run("rows 1"), pullAll(), run("commit;"), pullAll(), run("rows 0"), pullAll()},
			want: []string{
				"SUCCESS {fields: []}", "SUCCESS {db: neo4j, has_more: false, type: r}", "SUCCESS {fields: [x], qid: 0}",
				"RECORD [0]", "SUCCESS {db: neo4j, has_more: false, type: r}",
				"SUCCESS {fields: []}", "SUCCESS {bookmark: DB1:", "SUCCESS {fields: [x]}", "SUCCESS {bookmark: DB1:",
			},
		},
		{
			name: "rollback as text", version: "1",
			send: []appender{run("BEGIN"), pullAll(), run("ROLLBACK"), pullAll(), run("ROLLBACK")},
			want: []string{
				"SUCCESS", "SUCCESS", "SUCCESS", "SUCCESS",
				"FAILURE {code: Neo.ClientError.Statement.SemanticError, message: No current transaction to rollback.}",
			},
		},
		{
			name: "several resets", version: "5.4",
			send: []appender{&bolt.Reset{}, &bolt.Reset{}, &bolt.Reset{}},
			want: []string{"IGNORED", "IGNORED", "SUCCESS {}"},
		},
		{
			name: "resets with requests between", version: "5.4",
			send: []appender{&bolt.Reset{}, run("rows 1"), pullAll(), &bolt.Reset{}, run("rows 0"), pullAll()},
			want: []string{"IGNORED", "IGNORED", "IGNORED", "SUCCESS {}", "SUCCESS", "SUCCESS"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, db := start(t, server.Options{})
			c := login(t, s, tt.version)
			c.send(tt.send...)
			for i, want := range tt.want {
				if got := c.receive(); !strings.HasPrefix(got, want) {
					t.Fatalf("answer %d = %s\nwant %s", i, got, want)
				}
			}
			c.conn.Close()
			eventually(t, "everything is closed", func() bool { return db.Open.Load() == 0 })
		})
	}
}
