package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/mattn/go-isatty"

	"github.com/drawbolt/drawbolt/cmd/drawbolt/load"
	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
	"github.com/drawbolt/drawbolt/server/catalog"
	"github.com/drawbolt/drawbolt/storage"
)

// importCommand is the first argument of drawbolt import.
const importCommand = "import"

// The flags of drawbolt import, beside --data-directory.
const (
	flagNodes           = "nodes"
	flagRelationships   = "relationships"
	flagDelimiter       = "delimiter"
	flagArrayDelimiter  = "array-delimiter"
	flagQuote           = "quote"
	flagMultiline       = "multiline-fields"
	flagIDType          = "id-type"
	flagSkipBad         = "skip-bad-relationships"
	flagSkipDuplicates  = "skip-duplicate-nodes"
	flagBadTolerance    = "bad-tolerance"
	flagReportFile      = "report-file"
	flagIgnoreEmptyText = "ignore-empty-strings"
)

func importFlags() []gflags.Flag {
	const group = "may be given several times. The first line of the first file is the header; files may be compressed with gzip."
	return []gflags.Flag{
		{Name: flagDataDirectory, Type: gflags.String, Default: "mg_data", Section: importCommand, Help: "Directory of the store, which must be empty."},
		{Name: flagNodes, Type: gflags.String, Section: importCommand, Help: "[LABEL[:LABEL]...=]FILE[,FILE]...; " + group},
		{Name: flagRelationships, Type: gflags.String, Section: importCommand, Help: "[TYPE=]FILE[,FILE]...; " + group},
		{Name: flagDelimiter, Type: gflags.String, Default: ",", Validate: isCharacter, Section: importCommand, Help: "Character between fields; TAB for a tabulator."},
		{Name: flagArrayDelimiter, Type: gflags.String, Default: ";", Validate: isCharacter, Section: importCommand, Help: "Character between the items of a list, and between labels."},
		{Name: flagQuote, Type: gflags.String, Default: `"`, Validate: isCharacter, Section: importCommand, Help: "Character around fields that have delimiters in them; doubled inside of them."},
		{Name: flagMultiline, Type: gflags.Bool, Section: importCommand, Help: "Quoted fields may have line ends in them."},
		{Name: flagIDType, Type: gflags.String, Default: "string", Validate: gflags.OneOf("type of identifiers", "string", "integer", "STRING", "INTEGER"), Section: importCommand, Help: "Type of the identifiers that relationships name; integers take less memory."},
		{Name: flagSkipBad, Type: gflags.Bool, Section: importCommand, Help: "Leave out relationships whose nodes are not there."},
		{Name: flagSkipDuplicates, Type: gflags.Bool, Section: importCommand, Help: "Leave out nodes whose identifier was there before."},
		{Name: flagBadTolerance, Type: gflags.Int64, Default: "1000", Validate: gflags.InRange(-1, 1<<62), Section: importCommand, Help: "Rows that may be left out; -1 is any number."},
		{Name: flagReportFile, Type: gflags.String, Default: "import.report", Section: importCommand, Help: "File with a line for every row that was left out: file, line and reason."},
		{Name: flagIgnoreEmptyText, Type: gflags.Bool, Section: importCommand, Help: "Treat quoted empty strings like empty fields, which set no property."},
	}
}

// isCharacter is the validator of characters of one byte.
func isCharacter(name string, v gflags.Value) error {
	if _, ok := character(v.Text()); !ok {
		return gflags.Refusef("Expected --%s to be one ASCII character or TAB, got %q", name, v.Text())
	}
	return nil
}

func character(text string) (byte, bool) {
	switch {
	case text == "TAB", text == `\t`:
		return '\t', true
	case len(text) == 1 && text[0] < 0x80 && text[0] != '\n' && text[0] != '\r':
		return text[0], true
	default:
		return 0, false
	}
}

// takeGroups takes the values of a flag that may be given several times out of
// the arguments.
func takeGroups(args []string, name string) (groups []load.Group, rest []string) {
	for i := 0; i < len(args); i++ {
		flag, value, given := strings.Cut(strings.TrimLeft(args[i], "-"), "=")
		switch {
		case args[i] == "" || args[i][0] != '-' || flag != name:
			rest = append(rest, args[i])
			continue
		case !given && i+1 < len(args):
			i++
			value = args[i]
		}
		groups = append(groups, load.ParseGroup(value))
	}
	return groups, rest
}

// importData is drawbolt import.
func (env environment) importData(args []string) int {
	nodes, args := takeGroups(args, flagNodes)
	relationships, args := takeGroups(args, flagRelationships)
	flags, err := gflags.New(gflags.Options{
		Program: program + " " + importCommand, Usage: "loads CSV files with typed headers into an empty data directory", Version: fullVersion(),
	}, importFlags())
	if err != nil {
		return env.refuse(&startError{exitFatal, err})
	}
	d, err := flags.Parse(gflags.Input{Args: args, LookupEnv: env.lookupEnv}, env.stdout, env.stderr)
	if err != nil {
		return env.refuse(&startError{exitFatal, err})
	}
	if d.Exit {
		return d.Code
	}
	if len(nodes)+len(relationships) == 0 {
		return env.refuse(&startError{exitConfig, fmt.Errorf("%s needs --%s", importCommand, flagNodes)})
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	o := load.Options{
		Nodes: nodes, Relationships: relationships, Multiline: flags.Bool(flagMultiline),
		Integers:       strings.EqualFold(flags.Text(flagIDType), "integer"),
		SkipDuplicates: flags.Bool(flagSkipDuplicates), SkipBad: flags.Bool(flagSkipBad),
		Tolerance: flags.Int64(flagBadTolerance), KeepEmpty: !flags.Bool(flagIgnoreEmptyText),
	}
	o.Delimiter, _ = character(flags.Text(flagDelimiter)) // isCharacter has seen all three
	o.ArrayDelimiter, _ = character(flags.Text(flagArrayDelimiter))
	o.Quote, _ = character(flags.Text(flagQuote))
	return env.refuse(env.load(ctx, flags, o))
}

// load makes the store. On any error it stays empty.
func (env environment) load(ctx context.Context, flags *gflags.Set, o load.Options) (err error) {
	began := time.Now()
	report := &reportFile{path: flags.Text(flagReportFile)}
	o.Report = report
	show := env.progress(began)
	o.Progress = show
	to, release, err := catalog.NewImporter(storage.Options{Directory: flags.Text(flagDataDirectory)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	counts, err := load.Load(ctx, to, o)
	if err = errors.Join(err, report.close()); err != nil {
		return errors.Join(err, to.Abort())
	}
	if err := to.Finish(ctx); err != nil {
		return err
	}
	show(counts)
	_, err = fmt.Fprintf(env.stdout, "%d nodes, %d relationships and %d properties are in %s after %v.\n",
		counts.Nodes, counts.Relationships, counts.Properties, flags.Text(flagDataDirectory), time.Since(began).Round(time.Millisecond))
	if err == nil && counts.Skipped > 0 {
		_, err = fmt.Fprintf(env.stdout, "%d bad rows were left out; %s names them.\n", counts.Skipped, report.path)
	}
	return err
}

// progress returns a function that shows counts on a terminal.
func (env environment) progress(began time.Time) func(load.Counts) {
	f, ok := env.stderr.(*os.File)
	if !ok || !isatty.IsTerminal(f.Fd()) {
		return func(load.Counts) {}
	}
	return func(c load.Counts) {
		rate := float64(c.Nodes+c.Relationships) / max(time.Since(began).Seconds(), 1e-3)
		_, _ = fmt.Fprintf(f, "\r%d nodes, %d relationships, %.0f a second  ", c.Nodes, c.Relationships, rate) // only for watching
	}
}

// A reportFile is made when it gets its first line.
type reportFile struct {
	path string
	file *os.File
}

var _ io.Writer = (*reportFile)(nil)

func (r *reportFile) Write(b []byte) (int, error) {
	if r.file == nil {
		var err error
		if r.file, err = os.Create(r.path); err != nil {
			return 0, err
		}
	}
	return r.file.Write(b)
}

func (r *reportFile) close() error {
	if r.file == nil {
		return nil
	}
	return r.file.Close()
}
