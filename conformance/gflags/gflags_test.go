package gflags_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/conformance/binary"
)

// compile builds the C++ program, or skips the test.
func compile(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("g++"); err != nil {
		t.Skip("not run: no g++")
	}
	path := filepath.Join(t.TempDir(), "drawbolt")
	probe := exec.CommandContext(t.Context(), "g++", "-x", "c++", "-include", "gflags/gflags.h", "-fsyntax-only", os.DevNull)
	if out, err := probe.CombinedOutput(); err != nil {
		t.Skipf("not run: no libgflags-dev: %s", out)
	}
	cmd := exec.CommandContext(t.Context(), "g++", "-o", path, "testdata/program.cc", "-lgflags")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("g++: %v\n%s", err, out)
	}
	return path
}

// A result is what came of a command line, in words that both programs share.
type result struct {
	code     int
	values   string // of the program's flags, sorted
	problems string // lines on standard error, sorted
}

// compared are the flags whose values are compared.
var compared = regexp.MustCompile(`^--(bolt_port|coordinator_id|stream_transaction_conflict_retries|storage_rocksdb_keep_log_file_num|query_vertex_count_to_expand_existing|query_execution_timeout_sec|storage_wal_enabled|telemetry_enabled|aws_region|kafka_bootstrap_servers)=`)

// place is where a value comes from, which only the server tells.
var place = regexp.MustCompile(` \(\S+:\d+\)| \(environment variable \w+\)`)

// run runs one of the programs in a directory.
func run(t *testing.T, dir, program string, env []string, args ...string) result {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir, cmd.Env = dir, slices.Concat(env, []string{"HOME=/nonexistent"})
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && (!errors.As(err, &exit) || errors.Is(err, context.Canceled)) {
		t.Fatal(err)
	}
	r := result{code: cmd.ProcessState.ExitCode()}
	var values, problems []string
	for line := range strings.Lines(out.String()) {
		name, value, given := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		line = strings.ReplaceAll(name, "-", "_")
		if given && len(name) > 2 {
			line = "--" + line[2:] + "=" + value
		}
		if compared.MatchString(line) {
			values = append(values, line)
		}
	}
	for line := range strings.Lines(errs.String()) {
		line = place.ReplaceAllString(strings.TrimSuffix(line, "\n"), "")
		if !strings.HasPrefix(line, "WARNING: ") {
			problems = append(problems, line)
		}
	}
	slices.Sort(values)
	slices.Sort(problems)
	r.values, r.problems = strings.Join(values, "\n"), strings.Join(problems, "\n")
	return r
}

// A row is a command line for both.
type row struct {
	args    []string
	env     []string
	file    string // what the flag file f has
	differs string // why the two do not agree
}

// values are texts for every type of flag.
func values() []row {
	texts := map[string][]string{
		"bolt_port":                             {"0", "1", "65535", "65536", "065536", "-1", "-0x1", "007", "08", "0x1F", "0X1f", "0x", "+5", " 5", "5 ", "\t7", "", "x", "1.5", "1e3", "2147483647", "2147483648", "-2147483649", "99999999999999999999", "0b1", "1_000", "--5"},
		"coordinator_id":                        {"-2147483648", "-2147483649", "2147483647", "2147483648", "-0x10", "-0", "- 1", "0x7fffffff", "0x80000000"},
		"stream_transaction_conflict_retries":   {"0", "4294967295", "4294967296", "-1", "-0", " 5", " -5", "+7", "0xffffffff", "010", "", "x"},
		"storage_rocksdb_keep_log_file_num":     {"0", "18446744073709551615", "18446744073709551616", "-1", "0xffffffffffffffff", "0x10000000000000000", "1 "},
		"query_vertex_count_to_expand_existing": {"-1", "0", "0x10", "1099511627776", "9223372036854775808", "- 1"},
		"query_execution_timeout_sec":           {"0", "1", ".5", "5.", "1e2", "1E2", "0.1", "0x10", "0x1p3", "0x1.8", "0X.8", "+0x1", "0x", "0xg", "1e400", "1e-400", "0e-400", "0.0", "inf", "nan", "infinity", "-inf", "-0x1", "--1", " 1", "1 ", "", "x", "1_0", "+1", "1e", "100000"},
		"storage_wal_enabled":                   {"1", "0", "t", "f", "T", "F", "true", "false", "TRUE", "False", "y", "n", "Y", "N", "yes", "no", "YES", "No", "", "on", "off", "2", " true", "true ", "tru"},
		"aws_region":                            {"", "a", "a b", "a=b", "=", "'a'", `"a"`, "-a", "--a", "é", "%s", `a\nb`},
	}
	var rows []row
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		for _, text := range texts[name] {
			rows = append(rows, row{args: []string{"--" + name + "=" + text}})
		}
	}
	return rows
}

// commandLines are forms of flags.
func commandLines() []row {
	return []row{
		{},
		{args: []string{"-bolt_port=1"}},
		{args: []string{"--bolt-port=1"}},
		{args: []string{"--bolt-_port=1"}},
		{args: []string{"---bolt_port=1"}},
		{args: []string{"--Bolt_port=1"}},
		{args: []string{"--bolt_por=1"}},
		{args: []string{"--bolt_port", "1"}},
		{args: []string{"-bolt-port", "1"}},
		{args: []string{"--bolt_port"}},
		{args: []string{"--bolt-port"}},
		{args: []string{"--bolt_port", "-1"}},
		{args: []string{"--bolt_port", "--telemetry_enabled"}},
		{args: []string{"--aws_region", "--telemetry_enabled"}},
		{args: []string{"--aws_region", "-"}},
		{args: []string{"--aws_region="}},
		{args: []string{"--bolt_port=1", "--bolt_port=2"}},
		{args: []string{"--bolt_port=1", "--bolt-port=x"}},
		{args: []string{"--bolt_port=x", "--bolt-port=y"}},
		{args: []string{"--bolt_port=7687"}},
		{args: []string{"--telemetry_enabled"}},
		{args: []string{"-telemetry-enabled"}},
		{args: []string{"--notelemetry_enabled"}},
		{args: []string{"--nostorage_wal_enabled"}},
		{args: []string{"--nostorage-wal-enabled"}},
		{args: []string{"--no-storage-wal-enabled"}},
		{args: []string{"--no_storage_wal_enabled"}},
		{args: []string{"--nostorage_wal_enabled=true"}},
		{args: []string{"--nobolt_port"}},
		{args: []string{"--nobolt_port=5"}},
		{args: []string{"--nosuch"}},
		{args: []string{"--nosuch=1", "--neither=2"}},
		{args: []string{"--nosuch", "--bolt_port=x", "--storage_wal_enabled=maybe"}},
		{args: []string{"--=1"}},
		{args: []string{"--nostrict_flag_check", "a", "b"}},
		{args: []string{"--nostrict_flag_check", "--storage_wal_enabled", "false"}},
		{args: []string{"--nostrict_flag_check", "a", "--bolt_port=1", "b", "--telemetry_enabled"}},
		{args: []string{"--nostrict_flag_check", "--", "--bolt_port=1"}},
		{args: []string{"--bolt_port=1", "--"}},
		{args: []string{"--nostrict_flag_check", "-", "--bolt_port=1"}},
		{args: []string{"--undefok=nosuch", "--nosuch=1"}},
		{args: []string{"--undefok=nosuch", "--nonosuch"}},
		{args: []string{"--nosuch=1", "--undefok=nosuch"}},
		{args: []string{"--undefok=a,b", "--a", "--b=1"}},
		{args: []string{"--undefok=a", "--b"}},
		{args: []string{"--undefok=", "--a"}},
		{args: []string{"--undefok=no_such", "--no_such"}},
		{args: []string{"--undefok=no-such", "--no_such"}, differs: "hyphens and underscores are the same everywhere here"},
		{args: []string{"--flag-file=f"}, file: "--bolt_port=1\n", differs: "this is the other generation's name"},
		{args: []string{"--help-xml"}, differs: "this is the other generation's name"},
		{args: []string{"-h"}, differs: "this is the other generation's name"},
		{args: []string{"a", "b"}, differs: "arguments that are no flags stop the server"},
		{args: []string{"--storage_wal_enabled", "false"}, differs: "arguments that are no flags stop the server"},
		{args: []string{"--bolt_port=1", "stop"}, differs: "arguments that are no flags stop the server"},
		{args: []string{"--help"}},
		{args: []string{"--helpfull"}},
		{args: []string{"--helpshort"}},
		{args: []string{"--helpxml"}},
		{args: []string{"--helpmatch=nothing"}},
		{args: []string{"--version"}},
		{args: []string{"--version", "--help"}},
		{args: []string{"--help", "--nosuch"}},
		{args: []string{"--nosuch", "--version"}},
		{args: []string{"--version=false", "--bolt_port=1"}},
		{args: []string{"--tab_completion_word=--bolt-p"}},
	}
}

// environments take values from variables.
func environments() []row {
	return []row{
		{args: []string{"--fromenv=bolt_port"}, env: []string{"FLAGS_bolt_port=1"}},
		{args: []string{"--fromenv=bolt_port,telemetry_enabled"}, env: []string{"FLAGS_bolt_port=1", "FLAGS_telemetry_enabled=true"}},
		{args: []string{"--fromenv=bolt_port"}},
		{args: []string{"--tryfromenv=bolt_port"}},
		{args: []string{"--tryfromenv=bolt_port,aws_region"}, env: []string{"FLAGS_aws_region=a b"}},
		{args: []string{"--fromenv=bolt_port"}, env: []string{"FLAGS_bolt_port=x"}},
		{args: []string{"--fromenv=bolt_port"}, env: []string{"FLAGS_bolt_port=70000"}},
		{args: []string{"--fromenv=nosuch"}, env: []string{"FLAGS_nosuch=1"}},
		{args: []string{"--tryfromenv=nosuch"}},
		{args: []string{"--fromenv=nosuch", "--undefok=nosuch"}, env: []string{"FLAGS_nosuch=1"}},
		{args: []string{"--bolt_port=2", "--fromenv=bolt_port"}, env: []string{"FLAGS_bolt_port=1"}},
		{args: []string{"--fromenv=bolt_port", "--bolt_port=2"}, env: []string{"FLAGS_bolt_port=1"}},
		{args: []string{"--fromenv=fromenv"}, env: []string{"FLAGS_fromenv=fromenv"}},
		{args: []string{"--fromenv="}},
	}
}

// files are flag files.
func files() []row {
	var rows []row
	for _, f := range []struct{ text, differs string }{
		{text: "--bolt_port=1\n"},
		{text: "--bolt-port=1"},
		{text: "  --bolt_port=1\n"},
		{text: "# comment\n\n   # another\n--bolt_port=1\n"},
		{text: "-bolt_port=1\n--aws_region=a b # no comment\n"},
		{text: "--aws_region='quoted'\n"},
		{text: "--aws_region=a=b\n"},
		{text: "--telemetry_enabled\n--nostorage_wal_enabled\n"},
		{text: "--bolt_port=1\n--bolt_port=2\n"},
		{text: "--bolt_port=x\n"},
		{text: "--bolt_port=70000\n"},
		{text: "drawbolt\n--bolt_port=1\n"},
		{text: "draw*\n--bolt_port=1\n"},
		{text: "other drawbolt\n--bolt_port=1\n"},
		{text: "--bolt_port=1\ndrawbolt\n--telemetry_enabled\n"},
		{text: "--bolt_port=1\r\n--telemetry_enabled\r\n"},
		{text: ""},
		{text: "--bolt_port=1 \n", differs: "blanks at the end are no part of the value"},
		{text: "--aws_region=a \n", differs: "blanks at the end are no part of the value"},
		{text: "bolt_port=1\n--telemetry_enabled\n", differs: "a line that is no flag stops the server"},
		{text: "other\n--bolt_port=1\n", differs: "a section of another program stops the server"},
		{text: "--nosuch=1\n", differs: "an unknown flag in a file stops the server"},
		{text: "--bolt_port 1\n", differs: "a flag without its equals sign in a file stops the server"},
		{text: "--bolt_port\n", differs: "a flag without its value in a file stops the server"},
		{text: "\ufeff--bolt_port=1\n", differs: "a byte order mark is no part of the first line"},
		{text: "--bolt_port=1\n--aws_region=a\r\n--telemetry_enabled\n", differs: "each line has an end of its own"},
		{text: "\t--bolt_port=1\n"},
		{text: "\n\n--bolt_port=1\n\n"},
		{text: "--flagfile=\n--bolt_port=1\n"},
		{text: "--fromenv=aws_region\n"},
		{text: "--undefok=nosuch\n--nosuch=1\n"},
		{text: "--help\n"},
		{text: "--version\n"},
	} {
		rows = append(rows, row{args: []string{"--flagfile=f"}, file: f.text, env: []string{"FLAGS_aws_region=here"}, differs: f.differs})
	}
	return append(rows,
		row{args: []string{"--flagfile", "f"}, file: "--bolt_port=1\n"},
		row{args: []string{"--bolt_port=2", "--flagfile=f"}, file: "--bolt_port=1\n"},
		row{args: []string{"--flagfile=f", "--bolt_port=2"}, file: "--bolt_port=1\n"},
		row{args: []string{"--flagfile=f,f"}, file: "--bolt_port=1\n"},
		row{args: []string{"--flagfile=nowhere"}},
		row{args: []string{"--flagfile=nowhere", "--help"}},
		row{args: []string{"--flagfile="}},
	)
}

func TestAgainstLibrary(t *testing.T) {
	library, own := compile(t), binary.Build(t)
	rows := slices.Concat(values(), commandLines(), environments(), files())
	if len(rows) < 120 {
		t.Errorf("%d cases", len(rows))
	}
	for i := range rows {
		r := &rows[i]
		name := strings.Join(r.args, " ")
		if r.file != "" {
			name += fmt.Sprintf(" %q", r.file)
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(dir+"/f", []byte(r.file), 0o600); err != nil {
				t.Fatal(err)
			}
			args := append([]string{"--nodefault_config", "--print_config"}, r.args...)
			want, got := run(t, dir, library, r.env, args...), run(t, dir, own, r.env, args...)
			switch {
			case (got == want) == (r.differs == ""):
			case got == want:
				t.Errorf("both agree, although %s", r.differs)
			default:
				t.Errorf("the server: %d\n%s\n%s\nthe library: %d\n%s\n%s", got.code, got.values, got.problems, want.code, want.values, want.problems)
			}
		})
	}
}
