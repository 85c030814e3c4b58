package suite

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/drawbolt/drawbolt/cmd/boltcheck/report"
)

// WriteTable prints what passed by group, for people.
func (r *Report) WriteTable(w io.Writer) error {
	type row struct{ passed, failed int }
	var groups []string
	rows := map[string]*row{}
	total := &row{}
	for _, result := range r.Results {
		g := rows[result.Check.Group]
		if g == nil {
			g = &row{}
			rows[result.Check.Group] = g
			groups = append(groups, result.Check.Group)
		}
		if result.Err == nil {
			g.passed++
			total.passed++
		} else {
			g.failed++
			total.failed++
		}
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	if _, err := fmt.Fprintln(tw, "group\tpassed\tfailed\t"); err != nil {
		return err
	}
	for _, name := range groups {
		if _, err := fmt.Fprintf(tw, "%s\t%d\t%d\t\n", name, rows[name].passed, rows[name].failed); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintf(tw, "total\t%d\t%d\t\n", total.passed, total.failed); err != nil {
		return err
	}
	return tw.Flush()
}

// WriteFailure prints one failed check: what was expected where, and the bytes.
func WriteFailure(w io.Writer, r Result) error {
	_, err := fmt.Fprintf(w, "FAIL %s at %s (%s; %s)\n     %v\n", r.Check, r.Version, r.Check.Class, r.Check.Section, r.Err)
	if err != nil {
		return err
	}
	for _, line := range r.Transcript {
		if _, err := fmt.Fprintf(w, "       %s\n", line); err != nil {
			return err
		}
	}
	return nil
}

// Machine returns the report for programs.
func (r *Report) Machine() *report.Report {
	all := &report.Report{Title: r.Server}
	for _, result := range r.Results {
		c := report.Case{
			Group: result.Check.Group,
			Name:  fmt.Sprintf("%s at %s", result.Check.Name, result.Version),
			Took:  result.Took,
		}
		if result.Err != nil {
			c.Failure = &report.Failure{
				Message: result.Err.Error(),
				Class:   string(result.Check.Class),
				Place:   result.Check.Section,
				Lines:   result.Transcript,
			}
		}
		all.Cases = append(all.Cases, c)
	}
	return all
}
