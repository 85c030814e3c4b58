package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/drawbolt/drawbolt/cmd/boltbench/report"
	"github.com/drawbolt/drawbolt/cmd/boltbench/suite"
)

// list prints the suites, or the queries of one.
func list(w io.Writer, names []string) error {
	if len(names) == 0 {
		for _, s := range suite.All() {
			_, _ = fmt.Fprintf(w, "%-12s %s\n", s.Name, s.Summary)
			for _, size := range s.Sizes {
				_, _ = fmt.Fprintf(w, "%-12s   --size=%-10s %s\n", "", size.Name, size)
			}
		}
		return nil
	}
	s, ok := suite.Find(names[0])
	if !ok {
		return fmt.Errorf("there is no suite %q; boltbench list names them", names[0])
	}
	size, _ := s.Size("")
	if len(s.Sizes) > 0 {
		size = s.Sizes[len(s.Sizes)-1] // the queries are the same in all sizes
	}
	for _, q := range s.Make(size, 1).Queries {
		_, _ = fmt.Fprintf(w, "%-42s %-11s %s\n", q.FullName(), q.Kind, describe(&q))
	}
	return nil
}

func describe(q *suite.Query) string {
	if q.Steps != nil {
		return strings.Join(q.Steps, "; ")
	}
	return q.Statement
}

// compareFiles prints JSON files of runs side by side.
func compareFiles(w io.Writer, paths []string) error { return convertFiles(w, paths, report.Compare) }

// convertFiles writes JSON files of runs in another form.
func convertFiles(w io.Writer, paths []string, write func(io.Writer, []*report.Report) error) error {
	reports, err := report.ReadAll(paths)
	if err != nil {
		return err
	}
	return write(w, reports)
}
