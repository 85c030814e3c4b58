package server_test

import (
	"fmt"
	"hash/crc32"
	"io"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/server"
)

// TestKeepAlive waits for an empty chunk while a statement runs, and wants none
// when nothing runs or the version knows none.
func TestKeepAlive(t *testing.T) {
	t.Parallel()
	const interval = 50 * time.Millisecond
	s, db := start(t, server.Options{KeepAlive: interval})
	idle := login(t, s, "5.4")
	old := login(t, s, "4.0")
	old.send(run("block"))
	c := login(t, s, "5.4")
	c.send(run("block"))
	blocked(t, db)
	blocked(t, db)
	var noops [4]byte
	c.deadline()
	if _, err := io.ReadFull(c.conn, noops[:]); err != nil || noops != [4]byte{} {
		t.Fatalf("while a statement runs: %x, %v; want two empty chunks", noops, err)
	}
	c.send(&bolt.Reset{})
	c.want("FAILURE {code: Neo.ClientError.Transaction.Terminated", "SUCCESS {}")
	old.send(&bolt.Reset{})
	idle.send(run("rows 0"))
	for _, quiet := range []*client{old, idle} {
		var first [2]byte
		quiet.deadline()
		if _, err := io.ReadFull(quiet.conn, first[:]); err != nil || first == [2]byte{} {
			t.Errorf("Bolt %v, first bytes: %x, %v; want a message", quiet.version, first, err)
		}
	}
}

func TestKeepAliveHint(t *testing.T) {
	t.Parallel()
	s, _ := start(t, server.Options{KeepAlive: 30 * time.Second})
	silent, _ := start(t, server.Options{})
	for _, tt := range []struct{ version, with, without string }{
		{"3", "SUCCESS {connection_id: bolt-1, server: Neo4j/", "SUCCESS {connection_id: bolt-1, server: Neo4j/"},
		{"4.0", "SUCCESS {connection_id: bolt-2, hints: {}, ", "SUCCESS {connection_id: bolt-2, hints: {}, "},
		{"4.4", "SUCCESS {connection_id: bolt-3, hints: {connection.recv_timeout_seconds: 60}, ", "SUCCESS {connection_id: bolt-3, hints: {}, "},
		{"5.8", "SUCCESS {connection_id: bolt-4, hints: {connection.recv_timeout_seconds: 60, ssr.enabled: true}, ", "SUCCESS {connection_id: bolt-4, hints: {ssr.enabled: true}, "},
	} {
		c, other := connect(t, s, tt.version), connect(t, silent, tt.version)
		c.send(hello(c.version))
		c.want(tt.with)
		other.send(hello(other.version))
		other.want(tt.without)
	}
}

func TestErrorCodes(t *testing.T) {
	t.Parallel()
	s, _ := start(t, server.Options{ErrorCodes: server.CodesMemgraph})
	for _, tt := range []struct {
		version string
		request appender
		want    string
	}{
		{"5.4", run("fail conflict"), "FAILURE {code: Memgraph.TransientError.MemgraphError.MemgraphError, message: Cannot resolve conflicting"},
		{"5.4", &bolt.Commit{}, "FAILURE {code: Memgraph.ExecutionException, "},
		{"5.4", &bolt.Begin{Extra: bolt.TransactionExtra{Database: "nope"}}, "FAILURE {code: Memgraph.ClientError.MemgraphError.MemgraphError, "},
		{"5.8", run("fail conflict"), "FAILURE {description: error: invalid transaction state"},
	} {
		c := login(t, s, tt.version)
		c.send(tt.request)
		c.want(tt.want)
	}
}

// TestStrictDocs plays what only the documents refuse.
func TestStrictDocs(t *testing.T) {
	t.Parallel()
	s, _ := start(t, server.Options{StrictDocs: true})
	const refused = "FAILURE {code: Neo.ClientError.Request.Invalid, message: Message of type "
	for _, tt := range []struct {
		name string
		send []appender
		want []string
	}{
		{
			"commit with an open result",
			[]appender{tx(), run("rows 1"), &bolt.Commit{}},
			[]string{"SUCCESS", "SUCCESS", refused + "CommitMessage", "EOF"},
		},
		{
			"rollback with an open result",
			[]appender{tx(), run("rows 1"), &bolt.Rollback{}},
			[]string{"SUCCESS", "SUCCESS", refused + "RollbackMessage", "EOF"},
		},
		{
			"pull without a result",
			[]appender{tx(), pullAll()},
			[]string{"SUCCESS", refused + "PullMessage", "EOF"},
		},
		{
			"as documented",
			[]appender{tx(), run("rows 1"), run("rows 0"), pullAll(), &bolt.Pull{N: -1, QID: 0}, &bolt.Commit{}},
			[]string{"SUCCESS", "SUCCESS", "SUCCESS", "SUCCESS", "RECORD", "SUCCESS", "SUCCESS {bookmark"},
		},
		{
			"text",
			[]appender{run("BEGIN"), pullAll(), run("rows 0"), pullAll(), run("COMMIT"), pullAll()},
			[]string{"SUCCESS", "SUCCESS", "SUCCESS", "SUCCESS", "SUCCESS", "SUCCESS {bookmark"},
		},
	} {
		c := login(t, s, "5.4")
		c.send(tt.send...)
		t.Log(tt.name)
		c.want(tt.want...)
	}
}

// TestBookmarkTimeout waits for a commit that never comes.
func TestBookmarkTimeout(t *testing.T) {
	t.Parallel()
	const limit = 50 * time.Millisecond
	s, db := start(t, server.Options{BookmarkTimeout: limit})
	for _, request := range []func(mark []string) appender{
		func(mark []string) appender { return &bolt.Begin{Extra: bolt.TransactionExtra{Bookmarks: mark}} },
		func(mark []string) appender {
			return &bolt.Run{Query: "rows 1", Extra: bolt.TransactionExtra{Bookmarks: mark}}
		},
		func(mark []string) appender { return &bolt.Route{Bookmarks: mark} },
	} {
		body := fmt.Sprintf("DB1:%x:%d", db.ID(), db.Position()+1)
		sum := crc32.Checksum([]byte(body), crc32.MakeTable(crc32.Castagnoli))
		future := request([]string{fmt.Sprintf("%s:%08x", body, sum)})
		c := login(t, s, "5.4")
		began := time.Now()
		c.send(future)
		c.want("FAILURE {code: Neo.TransientError.Transaction.BookmarkTimeout, message: Database is not up to the requested bookmark.")
		if took := time.Since(began); took < limit {
			t.Errorf("%T gave up after %v, want %v", future, took, limit)
		}
		// Once the commit is there, the same bookmark is good.
		c.send(&bolt.Reset{}, run("write"), pullAll(), future)
		c.want("SUCCESS {}", "SUCCESS", "SUCCESS", "SUCCESS")
	}
}
