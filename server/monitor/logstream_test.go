package monitor_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/rs/zerolog"

	"github.com/drawbolt/drawbolt/server/monitor"
)

// patience bounds every wait of these tests.
const patience = 20 * time.Second

// stream serves a log stream and returns its address.
func stream(t *testing.T, o monitor.StreamOptions) (s *monitor.LogStream, address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s = monitor.NewLogStream(o)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("Serve = %v", err)
		}
	})
	return s, l.Addr().String()
}

func dial(t *testing.T, address string, header http.Header) (*websocket.Conn, context.Context, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	c, answer, err := websocket.Dial(ctx, "ws://"+address, &websocket.DialOptions{HTTPHeader: header}) //nolint:bodyclose // the library closes it
	if err != nil {
		return nil, ctx, err
	}
	t.Cleanup(func() { c.CloseNow() })
	if got := answer.Header.Get("Server"); got != "Memgraph WS" {
		t.Errorf("Server header = %q", got)
	}
	return c, ctx, nil
}

// open connects a reader.
func open(t *testing.T, address string) (*websocket.Conn, context.Context) {
	t.Helper()
	c, ctx, err := dial(t, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c, ctx
}

// settle writes marks until every reader has got one: then they are all
// connected, because the stream begins with the connection.
func settle(t *testing.T, log *zerolog.Logger, readers ...*websocket.Conn) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for _, c := range readers {
		got := make(chan error, 1)
		go func() {
			_, _, err := c.Read(ctx)
			got <- err
		}()
		tick := time.NewTicker(5 * time.Millisecond)
		for waiting := true; waiting; {
			select {
			case <-tick.C:
				log.Info().Msg("mark")
			case err := <-got:
				if err != nil {
					t.Fatalf("wait for a mark: %v", err)
				}
				waiting = false
			}
		}
		tick.Stop()
	}
}

// next returns the next frame that is not a mark.
func next(ctx context.Context, t *testing.T, c *websocket.Conn) string {
	t.Helper()
	for {
		kind, data, err := c.Read(ctx)
		if err != nil {
			t.Fatalf("read: %v", err)
		}
		if kind != websocket.MessageText {
			t.Errorf("frame of kind %v", kind)
		}
		if !strings.Contains(string(data), `"mark"`) {
			return string(data)
		}
	}
}

func TestFrames(t *testing.T) {
	s, address := stream(t, monitor.StreamOptions{})
	log := zerolog.New(s)
	c, ctx := open(t, address)
	settle(t, &log, c)
	for _, tt := range []struct {
		name  string
		event func()
		want  string
	}{
		{"info", func() { log.Info().Msg("hello") }, `{"event": "log", "level": "info", "message": "hello"}`},
		{"trace", func() { log.Trace().Msg("x") }, `{"event": "log", "level": "trace", "message": "x"}`},
		{"debug", func() { log.Debug().Msg("x") }, `{"event": "log", "level": "debug", "message": "x"}`},
		{"warning", func() { log.Warn().Msg("x") }, `{"event": "log", "level": "warning", "message": "x"}`},
		{"error", func() { log.Error().Msg("x") }, `{"event": "log", "level": "error", "message": "x"}`},
		{"critical", func() { log.WithLevel(zerolog.FatalLevel).Msg("x") }, `{"event": "log", "level": "critical", "message": "x"}`},
		{"fields", func() { log.Info().Str("peer", "1.2.3.4").Int("n", 5).Msg("refused") }, `{"event": "log", "level": "info", "message": "refused n=5 peer=1.2.3.4"}`},
		{"quotes and controls", func() { log.Info().Msg("a \"b\" C:\\d\ne\x01") }, `{"event": "log", "level": "info", "message": "a \"b\" C:\\d\ne\u0001"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.event()
			if got := next(ctx, t, c); got != tt.want+"\n" {
				t.Errorf("frame = %q, want %q", got, tt.want)
			}
		})
	}
}

// TestSlowReader lets one reader take nothing: it is dropped, and another gets
// every line.
func TestSlowReader(t *testing.T) {
	s, address := stream(t, monitor.StreamOptions{})
	r, err := monitor.NewRegistry("1")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Register(s); err != nil {
		t.Fatal(err)
	}
	log := zerolog.New(s)
	slow, _ := open(t, address)
	good, ctx := open(t, address)
	settle(t, &log, slow, good)
	line := strings.Repeat("x", 8<<10)
	for n := range 200_000 {
		log.Info().Msg(line)
		if got := next(ctx, t, good); !strings.Contains(got, line) {
			t.Fatalf("the good reader got %.80q", got)
		}
		if n%256 == 0 && strings.Contains(page(t, r), "drawbolt_log_readers_dropped_total 1") {
			break
		}
	}
	if got := page(t, r); !strings.Contains(got, "drawbolt_log_readers_dropped_total 1\n") || !strings.Contains(got, "drawbolt_log_readers 1\n") {
		t.Errorf("the slow reader was not dropped")
	}
}

// pipes is a listener without a network, so that a clock can be faked.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	c, ok := <-p
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (p pipes) Close() error   { close(p); return nil }
func (p pipes) Addr() net.Addr { return &net.UnixAddr{} }

// TestStalledReader lets a reader take nothing while there is little to say: it
// is dropped by the time that one line may take.
func TestStalledReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := monitor.NewLogStream(monitor.StreamOptions{})
		r, err := monitor.NewRegistry("1")
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Register(s); err != nil {
			t.Fatal(err)
		}
		l := make(pipes)
		ctx, cancel := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- s.Serve(ctx, l) }()
		client, server := net.Pipe()
		l <- server
		transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return client, nil }}
		c, _, err := websocket.Dial(ctx, "ws://x", &websocket.DialOptions{HTTPClient: &http.Client{Transport: transport}}) //nolint:bodyclose // the library closes it
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // the reader is one of those that get lines
		log := zerolog.New(s)
		log.Info().Msg(strings.Repeat("x", 64<<10))
		<-time.After(9 * time.Second)
		if got := page(t, r); !strings.Contains(got, "drawbolt_log_readers 1\n") {
			t.Error("the reader was dropped early")
		}
		<-time.After(2 * time.Second)
		synctest.Wait()
		if got := page(t, r); !strings.Contains(got, "drawbolt_log_readers_dropped_total 1\n") || !strings.Contains(got, "drawbolt_log_readers 0\n") {
			t.Error("the reader was not dropped")
		}
		c.CloseNow()
		cancel()
		if err := <-served; err != nil {
			t.Errorf("Serve = %v", err)
		}
	})
}

// users knows one user who may read and one who may not.
type users struct{}

func (users) Required() bool { return true }

func (users) Authenticate(_ context.Context, user, password string) error {
	switch {
	case password != "secret":
		return errors.New("wrong")
	case user == "guest":
		return monitor.ErrForbidden
	default:
		return nil
	}
}

func TestLogin(t *testing.T) {
	s, address := stream(t, monitor.StreamOptions{Authenticator: users{}})
	log := zerolog.New(s)
	for _, tt := range []struct{ name, send, reply string }{
		{"good", `{"username": "neo", "password": "secret"}`, `{"message":"User has been successfully authenticated!","success":true}`},
		{"wrong password", `{"username": "neo", "password": "x"}`, `{"message":"Authentication failed!","success":false}`},
		{"no right", `{"username": "guest", "password": "secret"}`, `{"message":"Authorization failed!","success":false}`},
		{"no JSON", `secret`, `{"message":"Cannot parse JSON for WebSocket authentication: syntax error at byte 1!","success":false}`},
		{"cut", `{"username": `, `{"message":"Cannot parse JSON for WebSocket authentication: unexpected end of input!","success":false}`},
		{"not UTF-8", "{\"username\": \"\xff\", \"password\": \"secret\"}", `{"message":"Cannot parse JSON for WebSocket authentication: not UTF-8!","success":false}`},
		{"array", `["neo", "secret"]`, `{"message":"Invalid JSON for authentication received: not an object!","success":false}`},
		{"no password", `{"username": "neo"}`, `{"message":"Invalid JSON for authentication received: key 'password' not found!","success":false}`},
		{"user is a number", `{"username": 1, "password": "secret"}`, `{"message":"Invalid JSON for authentication received: username is not a string!","success":false}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, ctx := open(t, address)
			log.Info().Msg("not for strangers")
			if err := c.Write(ctx, websocket.MessageText, []byte(tt.send)); err != nil {
				t.Fatal(err)
			}
			if tt.name == "cut" {
				go c.Close(websocket.StatusNormalClosure, "") // the document can not go on
			}
			_, got, err := c.Read(ctx)
			if tt.name == "cut" && err != nil {
				return // the reply may be lost, as the reader has gone
			}
			if err != nil || string(got) != tt.reply {
				t.Errorf("reply = %q, %v, want %q", got, err, tt.reply)
			}
			if strings.Contains(tt.reply, "true") {
				settle(t, &log, c)
			} else if _, _, err := c.Read(ctx); err == nil {
				t.Error("a refused reader gets the log")
			}
		})
	}
}

func TestRecheck(t *testing.T) {
	s, address := stream(t, monitor.StreamOptions{Authenticator: users{}})
	log := zerolog.New(s)
	c, ctx := open(t, address)
	if err := c.Write(ctx, websocket.MessageText, []byte(`{"username": "neo", "password": "secret"}`)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Read(ctx); err != nil {
		t.Fatal(err)
	}
	settle(t, &log, c)
	s.Recheck(func(user string) bool { return user == "neo" })
	settle(t, &log, c)
	s.Recheck(func(user string) bool { return user != "neo" })
	log.Info().Msg("not for strangers")
	for {
		_, line, err := c.Read(ctx)
		if err != nil {
			return
		}
		if strings.Contains(string(line), "strangers") {
			t.Fatalf("a reader whose user has lost the right got %s", line)
		}
	}
}

func TestOrigins(t *testing.T) {
	for _, tt := range []struct {
		name, origin string
		options      monitor.StreamOptions
		refused      bool
	}{
		{"no page", "", monitor.StreamOptions{}, false},
		{"another page", "http://evil.example", monitor.StreamOptions{}, true},
		{"an allowed page", "http://lab.example", monitor.StreamOptions{Origins: []string{"lab.example"}}, false},
		{"any page", "http://evil.example", monitor.StreamOptions{AnyOrigin: true}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, address := stream(t, tt.options)
			header := http.Header{}
			if tt.origin != "" {
				header.Set("Origin", tt.origin)
			}
			if _, _, err := dial(t, address, header); (err != nil) != tt.refused {
				t.Errorf("dial with origin %q = %v", tt.origin, err)
			}
		})
	}
}

// TestStop ends the stream while readers and half-open connections are there.
func TestStop(t *testing.T) {
	s, address := stream(t, monitor.StreamOptions{})
	log := zerolog.New(s)
	silent, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { silent.Close() })
	c, _ := open(t, address)
	settle(t, &log, c)
	if _, err := io.WriteString(silent, "GET / HT"); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkNoReaders(b *testing.B) {
	log := zerolog.New(monitor.NewLogStream(monitor.StreamOptions{}))
	b.ReportAllocs()
	for b.Loop() {
		log.Info().Str("peer", "127.0.0.1").Msg("client connected")
	}
}
