package suite_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	machine "github.com/drawbolt/drawbolt/cmd/boltcheck/report"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/suite"
)

// TestChecks reads every check: names are unique, sections and steps are there.
func TestChecks(t *testing.T) {
	checks, err := suite.Checks()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	classes := map[suite.Class]int{}
	for _, c := range checks {
		if seen[c.String()] {
			t.Errorf("%s is there twice", c)
		}
		seen[c.String()] = true
		classes[c.Class]++
		if c.Group == "" || c.Section == "" {
			t.Errorf("%s has no group or no section", c)
		}
	}
	if len(checks) < 600 || len(classes) != 3 {
		t.Errorf("%d checks of classes %v; want more than 600 of three", len(checks), classes)
	}
}

func TestParseChecksErrors(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"no head", "C: RUN", "x:1: a step before the first check"},
		{"short head", "== name | specified", "x:1: a check's head is"},
		{"class", "== name | holy | *", `x:1: "holy" is no class`},
		{"version", "== name | own | 7", `x:1: "7" is no version`},
		{"flag", "== name | own | * | twice", `x:1: "twice" is no flag`},
		{"step", "== name | own | *\nsing", `x:2: "sing" is no step`},
		{"request", "== name | own | *\nC: JUMP", `x:2: "JUMP" is no request`},
		{"two values", "== name | own | *\nC: 1 2", "x:2: a request is"},
		{"answer", "== name | own | *\nS: MAYBE", `x:2: "MAYBE" is no answer`},
		{"two fields", "== name | own | *\nS: RECORD [1] [2]", "x:2: an answer has one field"},
		{"pattern", "== name | own | *\nS: RECORD [1", "x:2: expected , or ]"},
		{"bytes", "== name | own | *\nX: 0", "x:2: encoding/hex: odd length"},
		{"pause", "== name | own | *\npause long", "x:2: time: invalid duration"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := suite.ParseChecks("x", []byte(tt.text))
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("ParseChecks(%q) = %v; want %q", tt.text, err, tt.want)
			}
		})
	}
}

// TestRunNoServer checks that a server that can not be judged is an error, not
// a failure of its checks.
func TestRunNoServer(t *testing.T) {
	for _, tt := range []struct {
		name string
		dial func(context.Context) (net.Conn, error)
		want string
	}{
		{
			name: "nobody listens",
			dial: func(context.Context) (net.Conn, error) { return nil, errors.New("refused") },
			want: "dial: refused",
		},
		{
			name: "closes at once",
			dial: func(context.Context) (net.Conn, error) {
				client, server := net.Pipe()
				return client, server.Close()
			},
			want: "no version of Bolt",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := suite.Run(t.Context(), suite.Options{Dial: tt.dial, Timeout: time.Second})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Run = %v; want %q", err, tt.want)
			}
		})
	}
}

func report() *suite.Report {
	good := &suite.Check{Group: "reset", Name: "in ready", Section: "RESET", Class: suite.Specified}
	bad := &suite.Check{Group: "reset", Name: "number #1", Section: "RESET", Class: suite.Own}
	return &suite.Report{
		Server: "Neo4j/5.0", Versions: []string{"5.0"}, Judge: []suite.Class{suite.Specified},
		Results: []suite.Result{
			{Check: good, Version: "5.0", Took: 1500 * time.Microsecond},
			{Check: bad, Version: "5.0", Err: errors.New(`got "x"`), Transcript: []string{"C: 00", "S: 01"}},
		},
	}
}

func TestReport(t *testing.T) {
	for _, tt := range []struct {
		name  string
		write func(*suite.Report, *bytes.Buffer) error
		want  string
	}{
		{
			name:  "table",
			write: func(r *suite.Report, b *bytes.Buffer) error { return r.WriteTable(b) },
			want: `  group  passed  failed
  reset       1       1
  total       1       1
`,
		},
		{
			name:  "failure",
			write: func(r *suite.Report, b *bytes.Buffer) error { return suite.WriteFailure(b, r.Failed()[0]) },
			want: `FAIL reset/number #1 at 5.0 (own; RESET)
     got "x"
       C: 00
       S: 01
`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := tt.write(report(), &b); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, b.String()); diff != "" {
				t.Errorf("report (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMachine(t *testing.T) {
	want := &machine.Report{Title: "Neo4j/5.0", Cases: []machine.Case{
		{Group: "reset", Name: "in ready at 5.0", Took: 1500 * time.Microsecond},
		{Group: "reset", Name: "number #1 at 5.0", Failure: &machine.Failure{
			Message: `got "x"`, Class: "own", Place: "RESET", Lines: []string{"C: 00", "S: 01"},
		}},
	}}
	if diff := cmp.Diff(want, report().Machine()); diff != "" {
		t.Errorf("Machine (-want +got):\n%s", diff)
	}
}
