package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/drawbolt/drawbolt/cmd/boltcheck/suite"
)

// A progress prints what happens while the suite runs.
type progress struct {
	w     io.Writer
	quiet bool // failures and the table only
	count int
	err   error // the first one of writing
}

// every is the number of checks that a dot stands for.
const every = 100

// done prints one result.
func (p *progress) done(r suite.Result) {
	p.count++
	if r.Err != nil {
		p.print("\n")
		if err := suite.WriteFailure(p.w, r); err != nil && p.err == nil {
			p.err = err
		}
	}
	if !p.quiet && p.count%every == 0 {
		p.print(".")
	}
}

// end prints the summary.
func (p *progress) end(r *suite.Report) error {
	classes := make([]string, len(r.Judge))
	for i, c := range r.Judge {
		classes[i] = string(c)
	}
	p.print("\n%s\nversions %s\njudged by what is %s\n\n", r.Server, strings.Join(r.Versions, ", "), strings.Join(classes, ", "))
	if err := r.WriteTable(p.w); err != nil {
		return err
	}
	p.print("\n%d of %d checks passed in %.1f s\n", len(r.Results)-len(r.Failed()), len(r.Results), r.Took.Seconds())
	return p.err
}

func (p *progress) print(format string, args ...any) {
	if _, err := fmt.Fprintf(p.w, format, args...); err != nil && p.err == nil {
		p.err = err
	}
}
