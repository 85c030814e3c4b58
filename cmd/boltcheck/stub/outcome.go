package stub

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/cmd/boltcheck/report"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/stub/script"
)

// The exit codes of a stub.
const (
	CodePlayed   = 0 // every script was played to its end
	CodeMismatch = 1 // a client left its script
	CodeTimedOut = 2 // the time was over first
	CodeUnused   = 3 // no client ever came
)

// An Outcome is how it went.
type Outcome struct {
	Failures []*MismatchError
	Err      error // a statement of a script that failed, or a listener
	TimedOut bool
	Acted    bool // a client came
}

// Code returns the exit code.
func (o *Outcome) Code() int {
	left := func(f *MismatchError) bool { return !f.Timeout }
	switch {
	case o.Err != nil, slices.ContainsFunc(o.Failures, left):
		return CodeMismatch
	case o.TimedOut:
		return CodeTimedOut
	case !o.Acted:
		return CodeUnused
	default:
		return CodePlayed
	}
}

// String returns everything that went wrong, for people.
func (o *Outcome) String() string {
	var b strings.Builder
	for _, f := range o.Failures {
		b.WriteString(f.String())
	}
	if o.Err != nil {
		fmt.Fprintln(&b, o.Err)
	}
	if o.Code() != CodeMismatch {
		b.WriteString(o.verdict())
	}
	return b.String()
}

// verdict returns a line for an outcome that is nobody's failure in particular.
func (o *Outcome) verdict() string {
	switch o.Code() {
	case CodeTimedOut:
		return "Timed out\n"
	case CodeUnused:
		return "No client came\n"
	default:
		return ""
	}
}

// Machine returns the outcome for programs: a case for each script, and more when
// several clients left one.
func (o *Outcome) Machine(scripts []*script.Script) *report.Report {
	r := &report.Report{Title: fmt.Sprintf("stub: %d scripts", len(scripts))}
	for _, s := range scripts {
		failures := o.failures(s)
		if len(failures) == 0 {
			failures = append(failures, nil)
		}
		for _, f := range failures {
			r.Cases = append(r.Cases, report.Case{Group: "stub", Name: s.Name, Failure: f})
		}
	}
	return r
}

// failures returns what went wrong with a script.
func (o *Outcome) failures(s *script.Script) []*report.Failure {
	var list []*report.Failure
	for _, f := range o.Failures {
		if f.Script == s.Name {
			list = append(list, f.machine())
		}
	}
	if e, ok := errors.AsType[*script.Error](o.Err); ok {
		if e.Name == s.Name {
			list = append(list, &report.Failure{Message: e.Reason, Class: "script", Place: e.Text, File: e.Name, Line: e.Line})
		}
	} else if o.Err != nil {
		list = append(list, &report.Failure{Message: o.Err.Error(), Class: "server", File: s.Name})
	}
	if verdict := o.verdict(); len(o.Failures) == 0 && verdict != "" {
		list = append(list, &report.Failure{Message: strings.TrimSpace(verdict), Class: "server", File: s.Name})
	}
	return list
}
