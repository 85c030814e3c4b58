package monitor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/drawbolt/drawbolt/server/ws"
)

const (
	// queueLines is how many lines a reader may be behind.
	queueLines = 1024
	// maxReaders bounds goroutines and queues; a person watches with one.
	maxReaders = 64
	// streamServer is the Server header that clients of this family of servers
	// expect.
	streamServer = "Memgraph WS"
	// writeTimeout ends a reader that takes nothing at all.
	writeTimeout = 10 * time.Second
	// acceptPause is waited when the process is out of descriptors.
	acceptPause = 100 * time.Millisecond
	// frameBytes bounds what a reader may send at once.
	frameBytes = 8 << 10
)

// StreamOptions configure a LogStream.
type StreamOptions struct {
	// Authenticator decides who may read; nil lets everybody.
	Authenticator Authenticator
	// Origins are host patterns of web pages that may read beside pages of the
	// same host; AnyOrigin lets every page.
	Origins   []string
	AnyOrigin bool
}

// A LogStream sends the lines of a log to its readers. It is a writer for
// zerolog: with no readers a line costs one atomic load.
type LogStream struct {
	opts StreamOptions

	count   atomic.Int64 // readers that get lines
	dropped prometheus.Counter
	current reading

	mu      sync.Mutex // guards what follows
	readers map[*reader]struct{}
	scratch bytes.Buffer
	text    zerolog.ConsoleWriter // into scratch
}

var (
	_ zerolog.LevelWriter  = (*LogStream)(nil)
	_ prometheus.Collector = (*LogStream)(nil)
)

// NewLogStream returns a stream without readers.
func NewLogStream(o StreamOptions) *LogStream {
	s := &LogStream{
		opts: o, readers: make(map[*reader]struct{}),
		dropped: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: "log", Name: "readers_dropped_total",
			Help: "Readers of the log stream that were dropped because they were too slow.",
		}),
		current: gaugeOf(namespace, "log", "readers", "Readers of the log stream."),
	}
	s.text = zerolog.ConsoleWriter{
		Out: &s.scratch, NoColor: true,
		PartsOrder: []string{zerolog.MessageFieldName}, FieldsExclude: []string{zerolog.TimestampFieldName},
	}
	return s
}

// Write implements [io.Writer], for events without a level.
func (s *LogStream) Write(p []byte) (int, error) { return s.WriteLevel(zerolog.NoLevel, p) }

// WriteLevel implements [zerolog.LevelWriter]. It never blocks on a reader and
// never fails: the log must not suffer from those who look at it.
func (s *LogStream) WriteLevel(level zerolog.Level, p []byte) (int, error) {
	if s.count.Load() == 0 {
		return len(p), nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scratch.Reset()
	if _, err := s.text.Write(p); err != nil {
		return len(p), nil // an event that is no JSON is not shown
	}
	line := appendFrame(nil, level, bytes.TrimSuffix(s.scratch.Bytes(), []byte("\n")))
	for r := range s.readers {
		if !r.offer(line) {
			s.dropLocked(r)
		}
	}
	return len(p), nil
}

// appendFrame appends one frame of the stream.
func appendFrame(dst []byte, level zerolog.Level, message []byte) []byte {
	dst = append(dst, `{"event": "log", "level": "`...)
	dst = append(dst, levelName(level)...)
	dst = append(dst, `", "message": `...)
	text, err := json.Marshal(string(message)) // bytes that are no UTF-8 are replaced
	if err != nil {
		text = []byte(`""`)
	}
	return append(append(dst, text...), "}\n"...)
}

// levelName is the level in Memgraph's words.
func levelName(l zerolog.Level) string {
	switch l {
	case zerolog.TraceLevel:
		return "trace"
	case zerolog.DebugLevel:
		return "debug"
	case zerolog.WarnLevel:
		return "warning"
	case zerolog.ErrorLevel:
		return "error"
	case zerolog.FatalLevel, zerolog.PanicLevel:
		return "critical"
	default:
		return "info"
	}
}

// Serve accepts readers on l until ctx ends, closes l and waits for all readers.
// It returns nil then. The connections of l are plaintext.
func (s *LogStream) Serve(ctx context.Context, l net.Listener) error {
	var running sync.WaitGroup
	defer running.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		l.Close() //nolint:errcheck // Accept reports
	})()
	places := make(chan struct{}, maxReaders)
	for {
		conn, err := l.Accept()
		switch {
		case err == nil:
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return err
		default:
			select {
			case <-time.After(acceptPause):
			case <-ctx.Done():
			}
			continue
		}
		select {
		case places <- struct{}{}:
		default:
			conn.Close() //nolint:errcheck // refused: there are enough readers
			continue
		}
		running.Go(func() {
			defer func() { <-places }()
			s.serve(ctx, conn)
		})
	}
}

// serve runs one reader.
func (s *LogStream) serve(ctx context.Context, conn net.Conn) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		conn.Close() //nolint:errcheck // also ends a handshake
	})
	defer stop()
	c, err := ws.Accept(ctx, conn, ws.Options{
		Text: true, Server: streamServer, Origins: s.opts.Origins, AnyOrigin: s.opts.AnyOrigin, MaxMessage: frameBytes,
	})
	if err != nil {
		return // answered
	}
	defer c.CloseNow() //nolint:errcheck // it is over
	r := &reader{conn: c, lines: make(chan []byte, queueLines), gone: make(chan struct{})}
	if !s.admit(ctx, r) {
		return
	}
	s.add(r)
	defer s.remove(r)
	// Reading answers pings and notices the end.
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.discard()
	}()
	r.send(ctx, ended)
	if r.stalled {
		s.drop(r)
	}
	cancel()
	conn.Close() //nolint:errcheck // so that discard ends
	<-ended
}

func (s *LogStream) add(r *reader) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readers[r] = struct{}{}
	s.count.Store(int64(len(s.readers)))
}

func (s *LogStream) remove(r *reader) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.readers, r)
	s.count.Store(int64(len(s.readers)))
}

// Recheck ends the readers whose user may not read any more. The user of a reader
// that came when no login was needed is empty.
func (s *LogStream) Recheck(may func(user string) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for r := range s.readers {
		if !may(r.user) {
			delete(s.readers, r)
			close(r.gone)
		}
	}
	s.count.Store(int64(len(s.readers)))
}

// drop ends a reader that is too slow, unless it is gone already.
func (s *LogStream) drop(r *reader) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.readers[r]; ok {
		s.dropLocked(r)
	}
}

// dropLocked ends a reader that is too slow.
func (s *LogStream) dropLocked(r *reader) {
	delete(s.readers, r)
	s.count.Store(int64(len(s.readers)))
	s.dropped.Inc()
	close(r.gone)
}

// Describe implements [prometheus.Collector].
func (s *LogStream) Describe(out chan<- *prometheus.Desc) {
	s.dropped.Describe(out)
	out <- s.current.desc
}

// Collect implements [prometheus.Collector].
func (s *LogStream) Collect(out chan<- prometheus.Metric) {
	s.dropped.Collect(out)
	s.current.send(out, float64(s.count.Load()))
}
