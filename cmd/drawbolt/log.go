package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

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
	file  *lumberjack.Logger
	where string // for the banner
	// stream is where readers of the log get it.
	stream *monitor.LogStream
}

// openLog opens the sinks that the flags name. Without a log file the log goes to
// stderr, because a reason that nobody can read is worth nothing.
func openLog(flags *gflags.Set, stderr io.Writer) (*logSink, error) {
	level, err := parseLevel(flags.Text(flagLogLevel))
	if err != nil {
		return nil, err
	}
	origins := splitList(flags.Text(flagOrigins))
	sink := &logSink{where: "stderr", stream: monitor.NewLogStream(monitor.StreamOptions{
		Origins: origins, AnyOrigin: slices.Contains(origins, "any"),
	})}
	var writers []io.Writer
	if path := flags.Text(flagLogFile); path != "" {
		if err := checkLogFile(path); err != nil {
			return nil, fmt.Errorf("--%s=%s: %w: %w", flagLogFile, path, errLogFile, err)
		}
		sink.file = &lumberjack.Logger{
			Filename: path, MaxSize: logFileMegabytes,
			MaxAge: int(min(flags.Uint64(flagLogRetention), 1<<20)),
		}
		sink.where = path
		writers = append(writers, lineWriter(sink.file))
	}
	if sink.file == nil || flags.Bool(flagLogStderr) {
		writers = append(writers, lineWriter(stderr))
		if sink.file != nil {
			sink.where += " and stderr"
		}
	}
	writers = append(writers, sink.stream)
	sink.Logger = zerolog.New(zerolog.MultiLevelWriter(writers...)).Level(level).Hook(clock{})
	return sink, nil
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

// lineWriter writes events as lines of the form that log readers of this
// family of servers know:
//
//	[2026-11-25 09:30:00.125] [drawbolt] [info] message key=value
func lineWriter(w io.Writer) io.Writer {
	return zerolog.ConsoleWriter{
		Out: w, NoColor: true,
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

// A clock gives each event its time, in the form of the log's lines.
type clock struct{}

// Run implements zerolog.Hook.
func (clock) Run(e *zerolog.Event, _ zerolog.Level, _ string) {
	e.Str(zerolog.TimestampFieldName, time.Now().Format("2006-01-02 15:04:05.000"))
}
