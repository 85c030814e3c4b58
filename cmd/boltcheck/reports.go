package main

import (
	"errors"
	"io"
	"os"

	"github.com/drawbolt/drawbolt/cmd/boltcheck/report"
	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
)

// The flags of the formats for machines; flagJSON is the fourth.
const (
	flagTAP    = "tap"
	flagJUnit  = "junit"
	flagGitHub = "github"
)

// formats are the formats for machines.
var formats = []struct {
	flag  string
	help  string
	write func(*report.Report, io.Writer) error
}{
	{flagTAP, "in TAP", (*report.Report).WriteTAP},
	{flagJUnit, "as JUnit XML", (*report.Report).WriteJUnit},
	{flagJSON, "as JSON", (*report.Report).WriteJSON},
	{flagGitHub, "as annotations of GitHub Actions", (*report.Report).WriteGitHub},
}

// reportFlags returns a flag for each format.
func reportFlags() []gflags.Flag {
	var flags []gflags.Flag
	for _, f := range formats {
		flags = append(flags, gflags.Flag{
			Name: f.flag, Type: gflags.String, Help: "File to write results to " + f.help + "; - means standard output.",
		})
	}
	return flags
}

// reportsToStdout reports whether standard output belongs to a format, so that
// people must be told elsewhere.
func reportsToStdout(set *gflags.Set) bool {
	for _, f := range formats {
		if set.Text(f.flag) == "-" {
			return true
		}
	}
	return false
}

// writeReports writes the formats that are wanted.
func (e environment) writeReports(set *gflags.Set, r *report.Report) error {
	var all error
	for _, f := range formats {
		all = errors.Join(all, e.write(set.Text(f.flag), func(w io.Writer) error { return f.write(r, w) }))
	}
	return all
}

// write writes a report to a file, or to standard output.
func (e environment) write(path string, write func(io.Writer) error) error {
	switch path {
	case "":
		return nil
	case "-":
		return write(e.stdout)
	}
	f, err := os.Create(path) //nolint:gosec // the user's own choice
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
