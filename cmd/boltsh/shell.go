package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"golang.org/x/term"
)

// A shell runs statements and commands and prints what they give.
type shell struct {
	o      *options
	c      *client
	out    io.Writer // results
	stderr io.Writer
	timing bool
	seen   map[string]bool // notifications shown, by code and text
	page   *page           // nil unless --html is given
	depth  int             // of :source in :source
}

// errQuit ends the shell.
var errQuit = errors.New("quit")

// errReported is an error whose message is printed already.
var errReported = errors.New("a statement failed")

// errInterrupted is the reason when Ctrl-C stops a statement.
var errInterrupted = errors.New("interrupted")

// run is the whole command; it returns the exit code.
func run(ctx context.Context, e environment) int {
	o, code := parse(e)
	if o == nil {
		return code
	}
	s := &shell{o: o, out: e.stdout, stderr: e.stderr, seen: make(map[string]bool)}
	if o.set.Text("html") != "" {
		s.page = newPage()
	}
	err := s.connectAndRun(ctx, e)
	if err == nil || errors.Is(err, errQuit) {
		return exitDone
	}
	if !errors.Is(err, errReported) {
		s.complain("boltsh: %v", err)
	}
	return exitFailed
}

func (s *shell) connectAndRun(ctx context.Context, e environment) (err error) {
	password, err := s.password(e)
	if err != nil {
		return err
	}
	if s.c, err = dial(ctx, s.o, password); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.c.close(ctx)) }()
	for _, p := range s.o.params {
		if err := s.setParam(ctx, p); err != nil {
			return fmt.Errorf("--param %q: %w", p, err)
		}
	}
	switch {
	case len(s.o.files) > 0:
		for _, name := range s.o.files {
			if err := s.source(ctx, name); err != nil {
				return err
			}
		}
	case s.o.interactive:
		err = s.edit(ctx)
	default:
		err = s.script(ctx, e.stdin, "standard input", fileSize(e.stdin))
	}
	if s.page != nil {
		err = errors.Join(err, s.page.save(s.o.set.Text("html"), s.c.uri))
	}
	return err
}

// password asks for the password of a user where nobody gave one.
func (s *shell) password(e environment) (string, error) {
	set := s.o.set
	if set.Text("user") == "" || set.Given("password") || !s.o.interactive {
		return set.Text("password"), nil
	}
	_, _ = fmt.Fprintf(s.stderr, "password of %s: ", set.Text("user"))
	text, err := term.ReadPassword(int(e.stdin.Fd()))
	_, _ = fmt.Fprintln(s.stderr)
	return string(text), err
}

// complain prints a message for people.
func (s *shell) complain(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if s.o.colorErrors {
		text = red + text + reset
	}
	_, _ = fmt.Fprintln(s.stderr, text)
}

// note prints what is neither a result nor an error.
func (s *shell) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if s.o.colorErrors {
		text = dim + text + reset
	}
	_, _ = fmt.Fprintln(s.stderr, text)
}

// far is the deadline of a statement that has none: the driver reacts to a
// cancelled context only where the context has a deadline.
const far = 10 * 365 * 24 * time.Hour

// do runs one statement or command. Ctrl-C cancels it alone.
func (s *shell) do(ctx context.Context, st statement) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, far)
	defer cancel()
	var err error
	if st.command {
		err = s.command(ctx, st.text)
	} else {
		err = s.statement(ctx, st.text)
	}
	if err != nil && ctx.Err() != nil {
		if s.c.lost(ctx) {
			return fmt.Errorf("%w: the transaction is rolled back", errInterrupted)
		}
		return errInterrupted
	}
	return err
}

// statement runs Cypher. Transactions begun by text are those of the commands.
func (s *shell) statement(ctx context.Context, text string) error {
	switch strings.ToUpper(strings.Join(strings.Fields(text), " ")) {
	case "BEGIN", "BEGIN TRANSACTION":
		return s.c.begin(ctx)
	case "COMMIT":
		return s.c.commit(ctx)
	case "ROLLBACK":
		return s.c.rollback(ctx)
	}
	out, done := s.pager(ctx)
	err := s.print(ctx, out, text)
	if errors.Is(err, errEnough) {
		err = nil
	}
	return errors.Join(err, done())
}

// print runs a statement and writes its result to out.
func (s *shell) print(ctx context.Context, out io.Writer, text string) error {
	start := time.Now()
	res, err := s.c.run(ctx, text, s.c.params)
	if err != nil {
		return err
	}
	defer func() { _ = res.close(ctx) }()
	rows, err := s.rows(ctx, out, res, start)
	if err != nil {
		return err
	}
	summary, err := res.Consume(ctx)
	if err != nil {
		return err
	}
	took := time.Since(start)
	s.explain(out, summary)
	s.notify(summary)
	s.aftermath(summary, rows, took)
	return nil
}

// rows writes the rows of a result and returns their number.
func (s *shell) rows(ctx context.Context, out io.Writer, res *result, start time.Time) (int64, error) {
	var rows int64
	if len(res.columns) == 0 {
		return 0, nil
	}
	w := newRowWriter(out, s.o)
	if err := w.head(res.columns); err != nil {
		return 0, err
	}
	var record *neo4j.Record
	for res.NextRecord(ctx, &record) {
		if err := w.row(record.Values); err != nil {
			return rows, err
		}
		if s.page != nil {
			s.page.add(record.Values)
		}
		rows++
	}
	if err := res.Err(); err != nil {
		if rows > 0 {
			err = errors.Join(err, w.end(rows, time.Since(start).Seconds()))
		}
		return rows, err
	}
	return rows, w.end(rows, time.Since(start).Seconds())
}

// explain draws the plan of EXPLAIN and PROFILE.
func (s *shell) explain(out io.Writer, summary neo4j.ResultSummary) {
	switch {
	case s.o.format == formatCSV || s.o.format == formatJSON || s.o.format == formatCypherl:
	case summary.Profile() != nil:
		writePlan(out, profiled(summary.Profile()))
	case summary.Plan() != nil:
		writePlan(out, planned(summary.Plan()))
	}
}

// notify shows each notification once in the life of the shell.
func (s *shell) notify(summary neo4j.ResultSummary) {
	for _, n := range summary.Notifications() {
		key := n.Code() + "\n" + n.Description()
		if s.seen[key] {
			continue
		}
		s.seen[key] = true
		s.note("%s: %s\n  %s", strings.ToLower(n.RawSeverityLevel()), n.Title(), strings.ReplaceAll(n.Description(), "\n", "\n  "))
	}
}

// aftermath tells what a statement changed and, when asked for, its times.
func (s *shell) aftermath(summary neo4j.ResultSummary, rows int64, took time.Duration) {
	if text := changes(summary.Counters()); text != "" && (s.o.interactive || s.verbose()) {
		s.note("%s", text)
	}
	if s.verbose() {
		s.note("server: first row after %d ms, last after %d ms; type %s; database %s",
			summary.ResultAvailableAfter().Milliseconds(), summary.ResultConsumedAfter().Milliseconds(),
			summary.StatementType(), databaseName(summary))
	}
	if s.timing {
		s.note("%d rows, %.3f ms", rows, float64(took.Microseconds())/1000)
	}
}

func (s *shell) verbose() bool {
	return s.o.set.Bool("verbose-execution-info") || s.o.format == formatVerbose
}

func databaseName(summary neo4j.ResultSummary) string {
	if d := summary.Database(); d != nil && d.Name() != "" {
		return d.Name()
	}
	return "default"
}

// changes says what the counters count, "" when that is nothing.
func changes(c neo4j.Counters) string {
	var words []string
	for _, count := range []struct {
		n    int
		verb string
		noun string
	}{
		{c.NodesCreated(), "created", "node"},
		{c.NodesDeleted(), "deleted", "node"},
		{c.RelationshipsCreated(), "created", "relationship"},
		{c.RelationshipsDeleted(), "deleted", "relationship"},
		{c.PropertiesSet(), "set", "property"},
		{c.LabelsAdded(), "added", "label"},
		{c.LabelsRemoved(), "removed", "label"},
		{c.IndexesAdded(), "added", "index"},
		{c.IndexesRemoved(), "removed", "index"},
		{c.ConstraintsAdded(), "added", "constraint"},
		{c.ConstraintsRemoved(), "removed", "constraint"},
		{c.SystemUpdates(), "made", "system update"},
	} {
		if count.n > 0 {
			words = append(words, fmt.Sprintf("%s %d %s", count.verb, count.n, plural(count.noun, count.n)))
		}
	}
	return strings.Join(words, ", ")
}

func plural(noun string, n int) string {
	switch {
	case n == 1:
		return noun
	case noun == "property":
		return "properties"
	case noun == "index":
		return "indexes"
	}
	return noun + "s"
}

// describe is the message of an error of a statement, with the place in it.
func describe(err error, text string) string {
	var server *neo4j.Neo4jError
	if !errors.As(err, &server) {
		return err.Error()
	}
	message := server.Code + ": " + strings.TrimRight(server.Msg, "\n")
	if picture := caret(server.Msg, text); picture != "" {
		message += "\n" + picture
	}
	return message
}

// caret draws the line of a statement that a message names by "line 1, column
// 8", with a caret below; "" where the message does that itself or names none.
func caret(message, text string) string {
	var line, column int
	for i := strings.Index(message, "line "); i >= 0; {
		if n, _ := fmt.Sscanf(message[i:], "line %d, column %d", &line, &column); n == 2 {
			break
		}
		next := strings.Index(message[i+1:], "line ")
		if next < 0 {
			break
		}
		i += 1 + next
	}
	lines := strings.Split(text, "\n")
	if strings.HasSuffix(strings.TrimRight(message, "\n\""), "^") || line < 1 || line > len(lines) || column < 1 {
		return ""
	}
	shown := []rune(lines[line-1])
	column = min(column, len(shown)+1)
	pad := slices.Clone(shown[:column-1])
	for i, r := range pad {
		if r != '\t' {
			pad[i] = ' '
		}
	}
	return "  " + string(shown) + "\n  " + string(pad) + "^"
}

func fileSize(f *os.File) int64 {
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		return info.Size()
	}
	return -1
}
