package gflags_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
)

// table is a small command that has a flag of every type.
func table() []gflags.Flag {
	return []gflags.Flag{
		{Name: "bolt-port", Type: gflags.Int32, Default: "7687", Section: "bolt", Env: "MEMGRAPH_BOLT_PORT", Help: "Port to listen on; 0 means any free one.", Validate: gflags.InRange(0, 65535)},
		{Name: "bolt-cert-file", Type: gflags.String, Section: "bolt", Help: "Certificate chains, PEM, separated by commas. Each belongs to the key at the same place of --bolt-key-file & needs it."},
		{Name: "server-name", Aliases: []string{"server-agent"}, Type: gflags.String, Default: "Neo4j/5", Section: "bolt", Help: "Name."},
		{Name: "wal", Type: gflags.Bool, Default: "true", Section: "storage", Help: "Write a log."},
		{Name: "snapshots", Type: gflags.Uint32, Default: "3", Section: "storage", Help: "Kept <n>.", Validate: gflags.InRange(1, 1000)},
		{Name: "memory_limit", Type: gflags.Uint64, Section: "storage", Help: "MiB."},
		{Name: "log-min-ms", Type: gflags.Int64, Default: "-1", Section: "log", Help: "Threshold."},
		{Name: "timeout-sec", Type: gflags.Double, Default: "600", Section: "log", Help: "Seconds.", Validate: gflags.InRange(0, 100000)},
		{Name: "log-level", Type: gflags.String, Default: "WARNING", Section: "log", Help: "Level.", Validate: gflags.OneOf("log level", "DEBUG", "WARNING")},
		{Name: "also-log", Type: gflags.Bool, Section: "log", Hidden: true, Help: "Standard error too."},
		{Name: "storage-mode", Type: gflags.String, Default: "MEMORY", Section: "storage", NoEffect: "the graph is always in memory", Fits: "MEMORY", Help: "Mode."},
		{Name: "license-key", Type: gflags.String, Section: "license", Secret: true, NoEffect: "nothing is licensed", Help: "Key."},
		{Name: "secret-number", Type: gflags.Int32, Section: "license", Hidden: true, Secret: true, Help: "Number.", Validate: gflags.InRange(1, 9), Default: "1"},
	}
}

func newSet(tb testing.TB, allowArgs bool) *gflags.Set {
	tb.Helper()
	s, err := gflags.New(gflags.Options{
		Program: "drawbolt", Sections: []string{"memgraph"}, Usage: "graph database server",
		Version: "1.2.3", AllowArgs: allowArgs,
	}, table())
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// TestParse runs the files in testdata: "file" writes a flag file, "env" sets
// the environment of the next commands, "parse" takes one argument a line and
// shows everything that came of it.
func TestParse(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		t.Helper()
		env := map[string]string{}
		var files []string
		dir, wd := t.TempDir(), mustGetwd(t)
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			t.Helper()
			switch d.Cmd {
			case "file":
				name := d.CmdArgs[0].String()
				text := strings.NewReplacer(`\r`, "\r", `\s`, " ", `\ufeff`, "\ufeff").Replace(d.Input)
				if err := os.WriteFile(dir+"/"+name, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				return ""
			case "env":
				env = map[string]string{}
				for line := range strings.Lines(d.Input) {
					name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
					env[name] = value
				}
				return ""
			case "parse":
				files = nil
				for _, a := range d.CmdArgs {
					if a.Key == "files" {
						files = a.Vals
					}
				}
				if err := os.Chdir(dir); err != nil { //nolint:usetesting // datadriven needs its own directory back
					t.Fatal(err)
				}
				defer func() {
					if err := os.Chdir(wd); err != nil { //nolint:usetesting // see above
						t.Fatal(err)
					}
				}()
				return parse(t, d.HasArg("allow-args"), gflags.Input{
					Files: files,
					Args:  strings.FieldsFunc(strings.NewReplacer(`\s`, " ", `\t`, "\t", "\n", "\x00").Replace(d.Input), func(r rune) bool { return r == 0 }),
					LookupEnv: func(name string) (string, bool) {
						v, ok := env[name]
						return v, ok
					},
				})
			default:
				t.Fatalf("unknown command %s", d.Cmd)
				return ""
			}
		})
	})
}

func mustGetwd(t *testing.T) string {
	t.Helper()
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return wd
}

func parse(t *testing.T, allowArgs bool, in gflags.Input) string {
	t.Helper()
	s := newSet(t, allowArgs)
	var stdout, stderr, out bytes.Buffer
	d, err := s.Parse(in, &stdout, &stderr)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(stdout.Bytes())
	if stderr.Len() > 0 {
		fmt.Fprintf(&out, "stderr:\n%s", stderr.String())
	}
	if d.Exit {
		fmt.Fprintf(&out, "exit %d\n", d.Code)
		return out.String()
	}
	for f := range s.All() {
		if f.Origin.Source != gflags.FromDefault {
			fmt.Fprintf(&out, "%s = %s (%v)\n", f.Name, f.Current, f.Origin)
		}
	}
	if len(s.Args()) > 0 {
		fmt.Fprintf(&out, "args: %q\n", s.Args())
	}
	for _, w := range s.Warnings() {
		fmt.Fprintf(&out, "warning: %s\n", w)
	}
	if out.Len() == 0 {
		return "nothing set\n"
	}
	return out.String()
}

func TestGetters(t *testing.T) {
	s := newSet(t, false)
	d, err := s.Parse(gflags.Input{Args: []string{
		"--bolt_port=1", "--memory-limit", "0x10", "--log-min-ms=-5", "--timeout-sec=.5",
		"--server-agent=x", "--nowal", "--snapshots=7",
	}}, &bytes.Buffer{}, &bytes.Buffer{})
	if err != nil || d.Exit {
		t.Fatalf("Parse = %+v, %v; want success", d, err)
	}
	for _, tt := range []struct {
		name      string
		got, want any
	}{
		{"Int32", s.Int32("bolt-port"), int32(1)},
		{"Int64 of an int32", s.Int64("bolt-port"), int64(1)},
		{"Uint64", s.Uint64("memory_limit"), uint64(16)},
		{"Uint64 of a uint32", s.Uint64("snapshots"), uint64(7)},
		{"Int64", s.Int64("log-min-ms"), int64(-5)},
		{"Double", s.Double("timeout-sec"), 0.5},
		{"Text through the alias", s.Text("server-agent"), "x"},
		{"Bool", s.Bool("wal"), false},
		{"Given", s.Given("wal"), true},
		{"not given", s.Given("log-level"), false},
		{"Origin", s.Origin("wal").String(), "command line"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s = %v; want %v", tt.name, tt.got, tt.want)
		}
	}
	for _, tt := range []struct {
		name string
		call func()
	}{
		{"no such flag", func() { s.Bool("nosuch") }},
		{"other type", func() { s.Bool("bolt-port") }},
		{"origin of no such flag", func() { s.Origin("nosuch") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic; want one, since the program is wrong")
				}
			}()
			tt.call()
		})
	}
}

func TestNewRefusesBadTables(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		table      []gflags.Flag
	}{
		{"same name", "two flags", []gflags.Flag{{Name: "a-b", Type: gflags.Bool}, {Name: "a_b", Type: gflags.Bool}}},
		{"alias taken", "two flags", []gflags.Flag{{Name: "a", Type: gflags.Bool}, {Name: "b", Aliases: []string{"a"}, Type: gflags.Bool}}},
		{"built-in name", "two flags", []gflags.Flag{{Name: "flag-file", Type: gflags.String}}},
		{"bad default", "default", []gflags.Flag{{Name: "a", Type: gflags.Int32, Default: "x"}}},
		{"no type", "default", []gflags.Flag{{Name: "a"}}},
		{"no name", "not a flag name", []gflags.Flag{{Type: gflags.Bool}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := gflags.New(gflags.Options{Program: "x"}, tt.table)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("New = %v; want an error with %q", err, tt.want)
			}
		})
	}
}

func TestDefaultThatFailsValidation(t *testing.T) {
	s, err := gflags.New(gflags.Options{Program: "x"}, []gflags.Flag{{
		Name: "key-id", Type: gflags.String,
		Validate: func(name string, v gflags.Value) error {
			if v.Text() == "" {
				return gflags.Refusef("--%s can not be empty.", name)
			}
			return nil
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	d, err := s.Parse(gflags.Input{}, &bytes.Buffer{}, &stderr)
	want := "--key_id can not be empty.\nERROR: --key_id must be set on the commandline (default value fails validation)\n"
	if err != nil || d != (gflags.Decision{Exit: true, Code: 1}) || stderr.String() != want {
		t.Errorf("Parse = %+v, %v, %q; want exit 1 and %q", d, err, stderr.String(), want)
	}
}

func TestFileLimits(t *testing.T) {
	t.Chdir(t.TempDir())
	mustWrite(t, "large.conf", bytes.Repeat([]byte("# comment\n"), 1<<17))
	for i := range 20 {
		mustWrite(t, fmt.Sprintf("%d.conf", i), fmt.Appendf(nil, "--flagfile=%d.conf\n", i+1))
	}
	if err := os.Mkdir("dir", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, file, want string }{
		{"too large", "large.conf", "large.conf: flag file is larger than 1048576 bytes\n"},
		{"too deep", "0.conf", "16.conf: flag files nest deeper than 16\n"},
		{"directory", "dir", "dir: Is a directory\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var stderr bytes.Buffer
			d, err := newSet(t, false).Parse(gflags.Input{Files: []string{tt.file}}, &bytes.Buffer{}, &stderr)
			if err != nil || d.Code != 1 || stderr.String() != tt.want {
				t.Errorf("Parse = %+v, %v, %q; want exit 1 and %q", d, err, stderr.String(), tt.want)
			}
		})
	}
}

func mustWrite(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestWriteMarkdown(t *testing.T) {
	var b bytes.Buffer
	if err := newSet(t, false).WriteMarkdown(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\n## storage\n", "| `--wal` | bool | `true` | Write a log. | yes |\n",
		"| `--snapshots` | uint32 | `3` | Kept &lt;n>. | yes |\n", "| `--bolt-cert-file` | string |  | ",
		"| `--server-name`, `--server-agent` |", "| only `MEMORY`: the graph is always in memory |", "| none: nothing is licensed |",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("WriteMarkdown lacks %q in\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "also-log") {
		t.Error("WriteMarkdown shows a hidden flag")
	}
}
