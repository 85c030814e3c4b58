package suite

// Internal: what a script notices is shown with a server that is itself a
// script, without the handshake of a whole run.

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// An exchange is what the server of a test does: it reads bytes, any of this
// number, and writes others.
type exchange struct {
	read  int    // bytes
	write string // hexadecimal
}

// serve answers the one connection of a test and closes it.
func serve(tb testing.TB, conn net.Conn, exchanges []exchange) {
	tb.Helper()
	go func() {
		defer conn.Close()
		for _, e := range exchanges {
			if _, err := io.ReadFull(conn, make([]byte, e.read)); err != nil {
				return
			}
			if _, err := conn.Write(unhex(tb, e.write)); err != nil {
				return
			}
		}
	}()
}

func TestScript(t *testing.T) {
	// RUN "RETURN 1" at 5.0 is 17 bytes, PULL 10, RESET 6.
	const run, pull, reset = 17, 10, 6
	for _, tt := range []struct {
		name      string
		script    string
		exchanges []exchange
		want      string
	}{
		{
			name: "all as expected", script: "C: RUN\nS: SUCCESS {fields: [string]}\nC: PULL\nS: RECORD [1]\nS: SUCCESS {}",
			exchanges: []exchange{
				{run, "000C B170 A1 86 6669656C6473 91 80 0000"},
				{pull, "0004 B1 71 91 01 0000 0003 B1 70 A0 0000"},
			},
		},
		{
			name: "no-operations are passed over", script: "C: RESET\nS: SUCCESS {}",
			exchanges: []exchange{{reset, "0000 0000 0003 B1 70 A0 0000"}},
		},
		{
			name: "a message in pieces", script: "C: RESET\nS: SUCCESS {}",
			exchanges: []exchange{{reset, "0001 B1 0001 70 0001 A0 0000"}},
		},
		{
			name: "another answer", script: "C: RESET\nS: SUCCESS",
			exchanges: []exchange{{reset, "0002 B0 7E 0000"}}, want: "got IGNORED, want SUCCESS",
		},
		{
			name: "an alternative", script: "C: RESET\nS: SUCCESS OR IGNORED",
			exchanges: []exchange{{reset, "0002 B0 7E 0000"}},
		},
		{
			name: "an entry too many", script: "C: RESET\nS: SUCCESS {}",
			exchanges: []exchange{{reset, "0006 B1 70 A1 81 78 01 0000"}}, want: "unexpected key x",
		},
		{
			name: "closed", script: "C: RESET\nS: SUCCESS",
			exchanges: []exchange{{reset, ""}}, want: "the server closed the connection, want SUCCESS",
		},
		{
			name: "closed as expected", script: "C: RESET\nS: CLOSED",
			exchanges: []exchange{{reset, ""}},
		},
		{
			name: "answers too many", script: "C: RESET\nS: SUCCESS\nC: RESET\nS: FAILURE",
			exchanges: []exchange{{reset, "0003 B1 70 A0 0000 0003 B1 70 A0 0000"}, {reset, ""}}, want: "got SUCCESS {}, want FAILURE",
		},
		{
			name: "bytes behind the message", script: "C: RESET\nS: SUCCESS",
			exchanges: []exchange{{reset, "0004 B1 70 A0 C0 0000"}}, want: "1 bytes follow",
		},
		{
			name: "no structure", script: "C: RESET\nS: SUCCESS",
			exchanges: []exchange{{reset, "0001 A0 0000"}}, want: "no structure",
		},
		{
			name: "a failure without message", script: "C: RESET\nS: FAILURE",
			exchanges: []exchange{{reset, "0003 B1 7F A0 0000"}}, want: "code: nothing",
		},
		{
			name: "any number of records", script: "C: PULL\nS*: RECORD\nS: SUCCESS",
			exchanges: []exchange{{pull, "0004 B1 71 91 01 0000 0004 B1 71 91 02 0000 0003 B1 70 A0 0000"}},
		},
		{
			name: "an optional answer that is missing", script: "C: RESET\nS?: IGNORED\nS: SUCCESS",
			exchanges: []exchange{{reset, "0003 B1 70 A0 0000"}},
		},
		{
			name: "an unknown message", script: "C: RESET\nS: SUCCESS",
			exchanges: []exchange{{reset, "0003 B1 55 A0 0000"}}, want: "no message of a server",
		},
		{
			name: "raw bytes", script: "X: 0102\nR: 0304\nR: CLOSED",
			exchanges: []exchange{{2, "0304"}},
		},
		{
			name: "other raw bytes", script: "X: 0102\nR: 0304",
			exchanges: []exchange{{2, "0305"}}, want: "got <03 05>, want <03 04>",
		},
		{
			name: "noise in silence", script: "X: 0102\nsilent 1s",
			exchanges: []exchange{{2, "03"}}, want: "want silence",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			client, server := net.Pipe()
			serve(t, server, tt.exchanges)
			o := &Options{
				Timeout: 5 * time.Second,
				Dial:    func(context.Context) (net.Conn, error) { return client, nil },
			}
			set := versions()
			p := newPlayer(t.Context(), &session{o: o, log: &transcript{}}, set[8])
			if p.version.text != "5.0" {
				t.Fatalf("version %s, want 5.0", p.version)
			}
			if err := p.open("", true, false); err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			err := p.script(tt.script)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("script = %v; want %q\n%s", err, tt.want, strings.Join(p.session.log.lines(), "\n"))
			}
		})
	}
}
