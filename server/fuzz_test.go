package server_test

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/server"
)

// FuzzSession sends bytes to a session that has logged in, closes its side, and
// wants the server to end the connection: no panic, no hang, nothing left open.
func FuzzSession(f *testing.F) {
	s, db := start(f, server.Options{QueryTimeout: 100 * time.Millisecond})
	seed := &client{tb: f}
	seed.use("4.4")
	for _, requests := range [][]appender{
		{run("rows 3"), pullAll()},
		{tx(), run("rows 3"), run("rows 2"), pull(1), &bolt.Commit{}},
		{run("block"), pullAll(), &bolt.Reset{}, run("write"), pullAll()},
		{&bolt.Reset{}, &bolt.Reset{}, run("fail x"), &bolt.Rollback{}, &bolt.Reset{}, &bolt.Goodbye{}},
		{run("BEGIN"), pullAll(), run("COMMIT"), pullAll(), &bolt.Route{}},
	} {
		f.Add(seed.encode(requests...))
	}
	f.Fuzz(func(t *testing.T, sent []byte) {
		c := login(t, s, "4.4")
		c.write(sent)
		if err := c.conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		c.deadline()
		if _, err := io.Copy(io.Discard, c.conn); err != nil {
			t.Logf("the connection ended with %v", err)
		}
		c.conn.Close()
		eventually(t, "everything is closed", func() bool {
			return db.Open.Load() == 0 && s.Stats().Connections == 0
		})
	})
}
