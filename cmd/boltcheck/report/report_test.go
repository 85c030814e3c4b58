package report_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drawbolt/drawbolt/cmd/boltcheck/report"
)

func sample() *report.Report {
	return &report.Report{
		Title: "Neo4j/5.0",
		Cases: []report.Case{
			{Group: "reset", Name: "in ready", Took: 1500 * time.Microsecond},
			{Group: "reset", Name: "number #1, again", Failure: &report.Failure{
				Message: `got "x"`, Class: "own", Place: "RESET", Lines: []string{"C: 00", "S: 100%"},
			}},
			{Group: "stub", Name: "a.script", Failure: &report.Failure{
				Message: "left", Class: "mismatch", Place: "line 7", File: "dir/a.script", Line: 7,
			}},
		},
	}
}

func TestFormats(t *testing.T) {
	for _, tt := range []struct {
		name  string
		write func(*report.Report, io.Writer) error
		want  string
	}{
		{
			name: "tap", write: (*report.Report).WriteTAP,
			want: `TAP version 14
1..3
# Neo4j/5.0
ok 1 - reset/in ready
not ok 2 - reset/number \#1, again
  ---
  message: "got \"x\""
  class: own
  place: "RESET"
  transcript:
    - "C: 00"
    - "S: 100%"
  ...
not ok 3 - stub/a.script
  ---
  message: "left"
  class: mismatch
  place: "line 7"
  transcript:
  ...
`,
		},
		{
			name: "junit", write: (*report.Report).WriteJUnit,
			want: `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="reset" tests="2" failures="1" time="0.002">
    <testcase name="in ready" classname="boltcheck.reset" time="0.002"></testcase>
    <testcase name="number #1, again" classname="boltcheck.reset" time="0.000">
      <failure message="got &#34;x&#34;" type="own">RESET&#xA;C: 00&#xA;S: 100%</failure>
    </testcase>
  </testsuite>
  <testsuite name="stub" tests="1" failures="1" time="0.000">
    <testcase name="a.script" classname="boltcheck.stub" time="0.000">
      <failure message="left" type="mismatch">line 7</failure>
    </testcase>
  </testsuite>
</testsuites>
`,
		},
		{
			name: "json", write: (*report.Report).WriteJSON,
			want: `{
  "title": "Neo4j/5.0",
  "tests": 3,
  "failures": 2,
  "cases": [
    {
      "group": "reset",
      "name": "in ready",
      "passed": true,
      "seconds": 0.0015
    },
    {
      "group": "reset",
      "name": "number #1, again",
      "passed": false,
      "seconds": 0,
      "failure": {
        "message": "got \"x\"",
        "class": "own",
        "place": "RESET",
        "transcript": [
          "C: 00",
          "S: 100%"
        ]
      }
    },
    {
      "group": "stub",
      "name": "a.script",
      "passed": false,
      "seconds": 0,
      "failure": {
        "message": "left",
        "class": "mismatch",
        "place": "line 7",
        "file": "dir/a.script",
        "line": 7
      }
    }
  ]
}
`,
		},
		{
			name: "github", write: (*report.Report).WriteGitHub,
			want: `::error title=reset/number #1%2C again::got "x"%0ARESET%0AC: 00%0AS: 100%25
::error title=stub/a.script,file=dir/a.script,line=7::left%0Aline 7
::notice title=boltcheck::Neo4j/5.0%0A1 of 3 passed
`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := tt.write(sample(), &b); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, b.String()); diff != "" {
				t.Errorf("report (-want +got):\n%s", diff)
			}
			if err := tt.write(sample(), broken{}); !errors.Is(err, io.ErrClosedPipe) {
				t.Errorf("writing to what is closed: %v", err)
			}
		})
	}
}

// A broken can not be written to.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
