package semantics

import "strings"

// suggestion returns the hint ", did you mean x?" with the candidate that is
// nearest to a misspelt name, or "" when none is near. Case does not matter.
func suggestion(name string, candidates func(yield func(string) bool)) string {
	limit := 1 + len(name)/4 //nolint:mnd // one slip in four letters, and one more
	best, distance := "", limit+1
	for c := range candidates {
		if abs(len(c)-len(name)) > limit {
			continue
		}
		if d := slips(strings.ToLower(name), strings.ToLower(c)); d < distance || d == distance && c < best {
			best, distance = c, d
		}
	}
	if best == "" || distance > limit || distance >= len(name) {
		return ""
	}
	return ", did you mean " + best + "?"
}

func abs(n int) int { return max(n, -n) }

// slips counts the letters to insert, delete, replace or swap with their
// neighbour to make b of a.
func slips(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
