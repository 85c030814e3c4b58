package server_test

import (
	"testing"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/server"
)

// What is known leaves although the request behind it takes long: the answers of
// requests that came in the same write, and records.
func TestAnswersDoNotWaitForSlowRequests(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		sent []appender
		want []string
	}{
		{"RUN, when PULL is slow", []appender{run("rows 0 then block"), pullAll()}, []string{"SUCCESS {"}},
		{"records, when the next is slow", []appender{run("rows 2 then block"), pullAll()}, []string{"SUCCESS {", "RECORD", "RECORD"}},
		{"BEGIN, when RUN is slow", []appender{tx(), run("block")}, []string{"SUCCESS {}"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, db := start(t, server.Options{})
			c := login(t, s, "5.4")
			c.send(tt.sent...)
			blocked(t, db)
			c.want(tt.want...)
			// The look-ahead reader is at work, and goes on with what comes now.
			c.send(append([]appender{&bolt.Reset{}}, tt.sent...)...)
			blocked(t, db)
			c.want(terminated, "SUCCESS {}")
			c.want(tt.want...)
			c.send(&bolt.Reset{})
			c.want(terminated, "SUCCESS {}")
		})
	}
}
