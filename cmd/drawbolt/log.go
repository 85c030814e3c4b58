package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/rs/zerolog"
	"gopkg.in/natefinch/lumberjack.v2"

	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
	"github.com/drawbolt/drawbolt/server/monitor"
)

// logFileMegabytes is the size at which the log file is rotated; retention is
// by age, so the number of files is not bounded.
const logFileMegabytes = 100

// errLogFile means that the log file cannot be written: exit code 13.
var errLogFile = errors.New("log file cannot be written")

// A logSink is an opened logger with what must be closed at the end.
type logSink struct {
	zerolog.Logger
	file   *lumberjack.Logger
	stderr *gate  // lets the log through to stderr, or not
	where  string // for the banner
	// stream is where readers of the log get it, door who may be one.
	stream *monitor.LogStream
	door   *streamDoor
}

// openLog opens the sinks that the flags name. Without a log file the log goes to
// stderr, because a reason that nobody can read is worth nothing. The level is
// the library's global one, because it can be changed while the server runs.
func openLog(flags *gflags.Set, stderr io.Writer) (*logSink, error) {
	level, err := parseLevel(flags.Text(flagLogLevel))
	if err != nil {
		return nil, err
	}
	origins := splitList(flags.Text(flagOrigins))
	sink := &logSink{where: "stderr", stderr: &gate{}, door: &streamDoor{}}
	sink.stream = monitor.NewLogStream(monitor.StreamOptions{
		Authenticator: sink.door, Origins: origins, AnyOrigin: slices.Contains(origins, "any"),
	})
	json := flags.Text(flagLogFormat) == "json"
	var writers []io.Writer
	if path := flags.Text(flagLogFile); path != "" {
		if err := checkLogFile(path); err != nil {
			return nil, fmt.Errorf("--%s=%s: %w: %w", flagLogFile, path, errLogFile, err)
		}
		sink.file = &lumberjack.Logger{
			Filename: path, MaxSize: logFileMegabytes, LocalTime: true,
			MaxAge: int(min(flags.Uint64(flagLogRetention), 1<<20)),
		}
		sink.where = path
		writers = append(writers, formatted(sink.file, json))
	}
	sink.stderr.open.Store(sink.file == nil || flags.Bool(flagLogStderr))
	if sink.file != nil && flags.Bool(flagLogStderr) {
		sink.where += " and stderr"
	}
	sink.stderr.Writer = formatted(stderr, json)
	writers = append(writers, sink.stderr, sink.stream)
	zerolog.SetGlobalLevel(level)
	sink.Logger = zerolog.New(zerolog.MultiLevelWriter(writers...)).Hook(clock{json: json})
	return sink, nil
}

// discardLog is a log that nobody reads.
func discardLog() *logSink {
	return &logSink{Logger: zerolog.Nop(), door: &streamDoor{}, stream: monitor.NewLogStream(monitor.StreamOptions{})}
}

// A gate is a writer that can be shut while the server runs.
type gate struct {
	io.Writer
	open atomic.Bool
}

// Write implements [io.Writer].
func (g *gate) Write(p []byte) (int, error) {
	if !g.open.Load() {
		return len(p), nil
	}
	return g.Writer.Write(p)
}

// setLevel changes the level to one of the names of logLevels.
func (s *logSink) setLevel(name string) {
	level, err := parseLevel(name)
	if err != nil {
		s.Error().Err(err).Msg("the log level was not changed")
		return
	}
	zerolog.SetGlobalLevel(level)
}

// reopen lets go of the log file; the next line opens it again under its name.
// Programs that move log files away ask for this with SIGUSR1.
func (s *logSink) reopen() {
	if s.file == nil {
		return
	}
	if err := s.file.Close(); err != nil {
		s.Warn().Err(err).Msg("the log file could not be closed")
		return
	}
	s.Info().Msg("log file opened again")
}

// rotateDaily begins a new log file at midnight until ctx ends.
func (s *logSink) rotateDaily(ctx context.Context) {
	if s.file == nil {
		return
	}
	for {
		select {
		case <-time.After(untilMidnight(time.Now())):
		case <-ctx.Done():
			return
		}
		if err := s.file.Rotate(); err != nil {
			s.Error().Err(err).Msg("the log file was not rotated")
		}
	}
}

// untilMidnight returns the time until the next day begins, where days may have 23
// or 25 hours.
func untilMidnight(now time.Time) time.Duration {
	return time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, now.Location()).Sub(now)
}

// Close closes the log file.
func (s *logSink) Close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

// checkLogFile makes the directory and opens the file once, because rotation
// would report the fault only with the first line.
func checkLogFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o640) //nolint:gosec // the operator names the file, and groups of operators read logs
	if err != nil {
		return err
	}
	return f.Close()
}

// parseLevel reads one of the names of logLevels.
func parseLevel(name string) (zerolog.Level, error) {
	switch strings.ToUpper(name) {
	case "TRACE":
		return zerolog.TraceLevel, nil
	case "DEBUG":
		return zerolog.DebugLevel, nil
	case "INFO":
		return zerolog.InfoLevel, nil
	case "WARNING":
		return zerolog.WarnLevel, nil
	case "ERROR":
		return zerolog.ErrorLevel, nil
	case "CRITICAL":
		return zerolog.FatalLevel, nil
	default:
		return 0, fmt.Errorf("unknown log level %q", name)
	}
}

// formatted puts the form in front of a sink: objects, lines, or lines in colour
// for a person at a terminal.
func formatted(w io.Writer, json bool) io.Writer {
	if json {
		return w
	}
	if f, ok := w.(*os.File); ok && isatty.IsTerminal(f.Fd()) {
		return zerolog.ConsoleWriter{Out: w, FormatTimestamp: func(v any) string {
			t, _ := v.(string)
			_, clock, _ := strings.Cut(t, " ")
			return clock
		}}
	}
	return lineWriter(w)
}

// lineWriter writes events as lines of the form that log readers of this
// family of servers know:
//
//	[2026-11-25 09:30:00.125] [drawbolt] [info] message key=value
func lineWriter(w io.Writer) io.Writer {
	return zerolog.ConsoleWriter{
		Out: w, NoColor: true, FormatPrepare: bareQueryLines,
		FormatTimestamp: func(v any) string {
			t, _ := v.(string)
			return "[" + t + "] [drawbolt]"
		},
		FormatLevel: func(v any) string {
			l, _ := v.(string)
			switch l {
			case "warn":
				l = "warning"
			case "fatal":
				l = "critical"
			}
			return "[" + l + "]"
		},
	}
}

// bareQueryLines takes the fields from the lines about statements: tools read
// those up to their end. Objects have the fields all the same.
func bareQueryLines(event map[string]any) error {
	message, _ := event[zerolog.MessageFieldName].(string)
	for _, kind := range [...]string{"[Run", "[slow-query]", "[failed-query]"} {
		if strings.HasPrefix(message, kind) {
			maps.DeleteFunc(event, func(field string, _ any) bool {
				return field != zerolog.MessageFieldName && field != zerolog.LevelFieldName && field != zerolog.TimestampFieldName
			})
		}
	}
	return nil
}

// A clock gives each event its time, in the form of the log's lines or, in
// objects, with the zone.
type clock struct{ json bool }

// Run implements zerolog.Hook.
func (c clock) Run(e *zerolog.Event, _ zerolog.Level, _ string) {
	form := "2006-01-02 15:04:05.000"
	if c.json {
		form = "2006-01-02T15:04:05.000Z07:00"
	}
	e.Str(zerolog.TimestampFieldName, time.Now().Format(form))
}
