package tck

import (
	"fmt"
	"io"
	"maps"
	"slices"
)

// Count returns how many outcomes have a status.
func Count(outcomes []Outcome, status Status) int {
	n := 0
	for i := range outcomes {
		if outcomes[i].Status == status {
			n++
		}
	}
	return n
}

// WriteTable writes the numbers by area, and their sum.
func WriteTable(w io.Writer, outcomes []Outcome) error {
	areas := make(map[string][]Outcome)
	for i := range outcomes {
		areas[outcomes[i].Area] = append(areas[outcomes[i].Area], outcomes[i])
	}
	line := func(name string, of []Outcome) error {
		_, err := fmt.Fprintf(w, "%-40s %5d of %5d", name, Count(of, Passed), len(of)-Count(of, Skipped))
		if n := Count(of, Skipped); err == nil && n > 0 {
			_, err = fmt.Fprintf(w, " (%d skipped)", n)
		}
		if err == nil {
			_, err = fmt.Fprintln(w)
		}
		return err
	}
	for _, area := range slices.Sorted(maps.Keys(areas)) {
		if err := line(area, areas[area]); err != nil {
			return err
		}
	}
	return line("all", outcomes)
}
