package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/term"

	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
)

// The exit codes.
const (
	exitDone   = 0
	exitFailed = 1 // a statement, a file or the server
	exitUsage  = 2
)

// The sections of --help.
const (
	sectionServer = "server"
	sectionInput  = "input"
	sectionOutput = "output"
)

// The output formats. tabular, csv and cypherl are those of mgconsole, plain
// and verbose those of cypher-shell; auto is tabular on a terminal, else plain.
const (
	formatTabular = "tabular"
	formatCSV     = "csv"
	formatCypherl = "cypherl"
	formatJSON    = "json"
	formatPlain   = "plain"
	formatVerbose = "verbose"
	formatAuto    = "auto"
)

// The import modes.
const (
	importSerial   = "serial"
	importParallel = "batched-parallel"
)

// flags is the table of all flags of boltsh. --file and --param may be given
// several times and are taken out before the table is asked.
func flags() []gflags.Flag {
	return []gflags.Flag{
		{Name: "uri", Aliases: []string{"a", "address"}, Type: gflags.String, Section: sectionServer, Help: "Bolt URI of the server, such as bolt+ssc://localhost:7687. Empty is made of --host, --port and --use-ssl."},
		{Name: "host", Type: gflags.String, Default: "127.0.0.1", Section: sectionServer, Help: "Host of the server."},
		{Name: "port", Type: gflags.Int32, Default: "7687", Section: sectionServer, Validate: gflags.InRange(1, 65535), Help: "Port of the server."},
		{Name: "use-ssl", Type: gflags.Bool, Section: sectionServer, Help: "Connect over TLS without verifying the certificate (bolt+ssc), or verifying it where --ca-file is given."},
		{Name: "encryption", Type: gflags.String, Default: "default", Section: sectionServer, Validate: gflags.OneOf("encryption", "default", "true", "false"), Help: "true connects over TLS and verifies the certificate, false without TLS, default as the URI says."},
		{Name: "ca-file", Type: gflags.String, Section: sectionServer, Help: "PEM file of the authorities to verify the server with, in place of the system's."},
		{Name: "user", Aliases: []string{"u", "username"}, Type: gflags.String, Section: sectionServer, Env: "BOLTSH_USER", Help: "User to log in as. Empty logs in without credentials."},
		{Name: "password", Aliases: []string{"p"}, Type: gflags.String, Section: sectionServer, Env: "BOLTSH_PASSWORD", Help: "Password of the user; better given in BOLTSH_PASSWORD or when asked for."},
		{Name: "database", Aliases: []string{"d"}, Type: gflags.String, Section: sectionServer, Env: "BOLTSH_DATABASE", Help: "Database; empty is the user's home database."},
		{Name: "access-mode", Type: gflags.String, Default: "write", Section: sectionServer, Validate: gflags.OneOf("access mode", "write", "read"), Help: "Access mode of all statements."},

		{Name: "import-mode", Type: gflags.String, Default: importSerial, Section: sectionInput, Validate: gflags.OneOf("import mode", importSerial, importParallel), Help: "How a script is run: serial is one statement after the other; batched-parallel runs those that create nodes or relationships in parallel batches."},
		{Name: "batch-size", Type: gflags.Int32, Default: "1000", Section: sectionInput, Validate: gflags.InRange(1, 1_000_000), Help: "Statements in a batch of --import-mode=batched-parallel."},
		{Name: "workers-number", Type: gflags.Int32, Default: "8", Section: sectionInput, Validate: gflags.InRange(1, 1024), Help: "Batches that run at a time."},
		{Name: "fail-fast", Type: gflags.Bool, Section: sectionInput, Help: "Stop a script at its first error; this is the default."},
		{Name: "fail-at-end", Type: gflags.Bool, Section: sectionInput, Help: "Run a script to its end and exit with 1 when any statement failed."},
		{Name: "history", Type: gflags.String, Default: "~/.boltsh", Section: sectionInput, Help: "Folder of the history file."},
		{Name: "no-history", Type: gflags.Bool, Section: sectionInput, Help: "Keep no history."},
		{Name: "non-interactive", Type: gflags.Bool, Section: sectionInput, Help: "Read a script from standard input although it is a terminal."},

		{Name: "output-format", Aliases: []string{"format"}, Type: gflags.String, Default: formatTabular, Section: sectionOutput, Validate: gflags.OneOf("output format", formatTabular, formatCSV, formatCypherl, formatJSON, formatPlain, formatVerbose, formatAuto), Help: "Form of results: tabular, csv, cypherl (bare values), json (an object a line), plain, verbose, or auto (tabular on a terminal, else plain)."},
		{Name: "fit-to-screen", Type: gflags.Bool, Section: sectionOutput, Help: "Fold values so that a table fits the screen. Always so on a terminal."},
		{Name: "wrap", Type: gflags.Bool, Default: "true", Section: sectionOutput, Help: "Fold long values; without it they are cut with an ellipsis."},
		{Name: "sample-rows", Type: gflags.Int32, Default: "1000", Section: sectionOutput, Validate: gflags.InRange(1, 1_000_000), Help: "Rows from which the widths of a table's columns are taken."},
		{Name: "csv-delimiter", Type: gflags.String, Default: ",", Section: sectionOutput, Help: "Character between the fields of --output-format=csv; \\t is a tab."},
		{Name: "csv-escapechar", Type: gflags.String, Default: "\\", Section: sectionOutput, Help: "Character in front of a quote within a field, with --csv-doublequote=false."},
		{Name: "csv-doublequote", Type: gflags.Bool, Default: "true", Section: sectionOutput, Help: "Write a quote within a field twice."},
		{Name: "term-colors", Type: gflags.Bool, Default: "true", Section: sectionOutput, Help: "Colours on a terminal, unless NO_COLOR is set."},
		{Name: "pager", Type: gflags.Bool, Default: "true", Section: sectionOutput, Help: "Show long results of the interactive shell in $PAGER, or in less where it is installed."},
		{Name: "verbose-execution-info", Type: gflags.Bool, Section: sectionOutput, Help: "Print the server's times and counters behind each result."},
		{Name: "html", Type: gflags.String, Section: sectionOutput, Help: "File for a page that draws the nodes and relationships of all results."},
	}
}

// examples stand below the usage in --help.
const examples = `shell for Bolt servers

  boltsh [flags] [file ...]

  boltsh --uri=bolt+ssc://localhost:7687 -u neo4j
  boltsh --host=10.0.0.5 --use-ssl < script.cypherl
  echo 'MATCH (n) RETURN count(n);' | boltsh --output-format=csv
  boltsh --param 'age => 40' -f report.cypher --html=graph.html

-f FILE, --file FILE and -P PARAM, --param PARAM may be given several times.`

// An environment is what the command gets from its process.
type environment struct {
	args      []string
	lookupEnv func(string) (string, bool)
	stdin     *os.File
	stdout    *os.File
	stderr    io.Writer
}

// parse reads the command line. When it returns no options, the caller exits
// with the code.
func parse(e environment) (*options, int) {
	rest, files, params, err := repeated(e.args)
	if err != nil {
		_, _ = fmt.Fprintln(e.stderr, "boltsh:", err)
		return nil, exitUsage
	}
	set, err := gflags.New(gflags.Options{Program: "boltsh", Usage: examples, Version: version, AllowArgs: true, Sections: []string{"mgconsole"}}, flags())
	if err != nil {
		_, _ = fmt.Fprintln(e.stderr, "boltsh:", err)
		return nil, exitUsage
	}
	decision, err := set.Parse(gflags.Input{Args: rest, LookupEnv: e.lookupEnv}, e.stdout, e.stderr)
	if err != nil || decision.Exit {
		return nil, decision.Code
	}
	o, err := newOptions(e, set)
	if err != nil {
		_, _ = fmt.Fprintln(e.stderr, "boltsh:", err)
		return nil, exitUsage
	}
	o.files = slices.Concat(files, set.Args())
	o.params = params
	return o, exitDone
}

// repeated takes the flags out of args that count each time they are given.
func repeated(args []string) (rest, files, params []string, err error) {
	for i := 0; i < len(args); i++ {
		if args[i] == "--" {
			return append(rest, args[i:]...), files, params, nil
		}
		name, value, given := strings.Cut(args[i], "=")
		var list *[]string
		switch name {
		case "-f", "--f", "--file", "-file":
			list = &files
		case "-P", "--P", "--param", "-param":
			list = &params
		default:
			rest = append(rest, args[i])
			continue
		}
		if !given {
			if i++; i == len(args) {
				return nil, nil, nil, fmt.Errorf("%s needs a value", name)
			}
			value = args[i]
		}
		*list = append(*list, value)
	}
	return rest, files, params, nil
}

// options are what the flags say, with the defaults that depend on terminals.
type options struct {
	set    *gflags.Set
	uri    string
	files  []string
	params []string // name => expression, or a map

	interactive bool // standard input is a terminal and no file was given
	screen      int  // columns of standard output's terminal, 0 is none
	fit         bool
	colors      bool
	colorErrors bool
	format      string
	delimiter   string
	history     string // file, "" keeps none
}

func newOptions(e environment, set *gflags.Set) (*options, error) {
	o := &options{set: set, format: set.Text("output-format"), delimiter: set.Text("csv-delimiter")}
	var err error
	if o.uri, err = target(set); err != nil {
		return nil, err
	}
	if o.delimiter == `\t` {
		o.delimiter = "\t"
	}
	if len(o.delimiter) != 1 || strings.ContainsAny(o.delimiter, "\"\r\n") {
		return nil, fmt.Errorf("--csv-delimiter: %q is not one character that can stand between fields", o.delimiter)
	}
	if len(set.Text("csv-escapechar")) != 1 {
		return nil, fmt.Errorf("--csv-escapechar: %q is not one character", set.Text("csv-escapechar"))
	}
	if term.IsTerminal(int(e.stdout.Fd())) {
		if columns, _, err := term.GetSize(int(e.stdout.Fd())); err == nil {
			o.screen = columns
		}
	}
	o.fit = set.Bool("fit-to-screen") || o.screen > 0
	_, colorless := e.lookupEnv("NO_COLOR")
	wanted := set.Bool("term-colors") && !colorless
	o.colors = wanted && o.screen > 0
	if f, ok := e.stderr.(*os.File); ok {
		o.colorErrors = wanted && term.IsTerminal(int(f.Fd()))
	}
	if o.format == formatAuto {
		o.format = formatPlain
		if o.screen > 0 {
			o.format = formatTabular
		}
	}
	o.interactive = term.IsTerminal(int(e.stdin.Fd())) && !set.Bool("non-interactive")
	if !set.Bool("no-history") {
		o.history = historyFile(e, set.Text("history"))
	}
	return o, nil
}

// historyFile is the history file in a folder, which may begin with ~.
func historyFile(e environment, folder string) string {
	if rest, ok := strings.CutPrefix(folder, "~"); ok {
		home, ok := e.lookupEnv("HOME")
		if !ok {
			return ""
		}
		folder = filepath.Join(home, rest)
	}
	return filepath.Join(folder, "history")
}

// errURI is the reason for an address that cannot be one.
var errURI = errors.New("want bolt://, bolt+s://, bolt+ssc:// or the same with neo4j, a host and perhaps a port")

// target is the URI that the flags name.
func target(set *gflags.Set) (string, error) {
	uri := set.Text("uri")
	if uri == "" {
		uri = "bolt://" + net.JoinHostPort(set.Text("host"), strconv.Itoa(int(set.Int32("port"))))
	} else if !strings.Contains(uri, "://") {
		uri = "bolt://" + uri
	}
	u, err := url.Parse(uri)
	if err != nil || u.Hostname() == "" {
		return "", fmt.Errorf("--uri %s: %w", uri, errURI)
	}
	base, security, _ := strings.Cut(u.Scheme, "+")
	if base != "bolt" && base != "neo4j" || !slices.Contains([]string{"", "s", "ssc"}, security) {
		return "", fmt.Errorf("--uri %s: %w", uri, errURI)
	}
	switch {
	case set.Text("encryption") == "true", set.Bool("use-ssl") && set.Text("ca-file") != "":
		security = "s"
	case set.Text("encryption") == "false", set.Given("use-ssl") && !set.Bool("use-ssl"):
		security = ""
	case set.Bool("use-ssl") && security == "":
		security = "ssc"
	}
	u.Scheme = base
	if security != "" {
		u.Scheme += "+" + security
	}
	if u.Port() == "" {
		u.Host = net.JoinHostPort(u.Hostname(), "7687")
	}
	return u.String(), nil
}
