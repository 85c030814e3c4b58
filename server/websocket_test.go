package server_test

import (
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/coder/websocket"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/server"
)

// TestWebSocket has a whole session inside a WebSocket, a RESET in a running
// statement included.
func TestWebSocket(t *testing.T) {
	t.Parallel()
	s, db := start(t, server.Options{})
	socket, answer, err := websocket.Dial(t.Context(), "ws://"+s.Addr.String()+"/", nil) //nolint:bodyclose // the library has taken it over
	if err != nil {
		t.Fatal(err)
	}
	if got := answer.Header.Get("Server"); got != "Memgraph Bolt WS" {
		t.Errorf("Server: %s", got)
	}
	c := &client{tb: t, conn: websocket.NetConn(context.Background(), socket, websocket.MessageBinary)}
	defer c.conn.Close()
	c.use("5.4")
	c.write(unhex(t, magic+"00000405 00000000 00000000 00000000"))
	if _, err := io.ReadFull(c.conn, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	c.send(hello(c.version), &bolt.Logon{Auth: bolt.Auth{Scheme: "none"}}, run("rows 2"), pullAll())
	c.want("SUCCESS", "SUCCESS", "SUCCESS", "RECORD [0]", "RECORD [1]", "SUCCESS")
	c.send(run("block"))
	blocked(t, db)
	c.send(&bolt.Reset{}, run("rows 1"), pullAll())
	c.want(terminated, "SUCCESS {}", "SUCCESS", "RECORD", "SUCCESS")
}

func TestWebSocketOrigin(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, origin string
		options      server.Options
		want         int
	}{
		{"none", "", server.Options{}, http.StatusSwitchingProtocols},
		{"foreign", "http://evil.example", server.Options{}, http.StatusForbidden},
		{"allowed", "http://good.example", server.Options{Origins: []string{"good.example"}}, http.StatusSwitchingProtocols},
		{"any", "http://evil.example", server.Options{AnyOrigin: true}, http.StatusSwitchingProtocols},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := start(t, tt.options)
			o := &websocket.DialOptions{HTTPHeader: http.Header{}}
			if tt.origin != "" {
				o.HTTPHeader.Set("Origin", tt.origin)
			}
			socket, answer, err := websocket.Dial(t.Context(), "ws://"+s.Addr.String(), o) //nolint:bodyclose // the library has taken it over
			if answer == nil || answer.StatusCode != tt.want {
				t.Fatalf("Dial = %v, %v; want status %d", answer, err, tt.want)
			}
			if err == nil {
				socket.CloseNow()
			}
		})
	}
}
