package clients_test

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// A step is one line that a program has to print.
type step struct {
	name, want string
}

// secure reports whether a step exists over TLS only.
func (s step) secure() bool {
	return strings.HasPrefix(s.name, "connect ") || s.name == "new certificate"
}

// scenario reads the steps with the values between them.
func scenario(t *testing.T) []step {
	t.Helper()
	return read(t, "testdata/scenario.txt")
}

// read reads the steps of a file.
func read(t *testing.T, file string) []step {
	t.Helper()
	var steps []step
	for _, line := range lines(t, file) {
		if line != "values" {
			name, want, ok := strings.Cut(line, ": ")
			if !ok {
				t.Fatalf("%s: %q is no step", file, line)
			}
			steps = append(steps, step{name, want})
			continue
		}
		for _, row := range lines(t, "testdata/values.txt") {
			f := strings.Split(row, "\t")
			if len(f) != 3 {
				t.Fatalf("values.txt: %q has %d columns, want 3", row, len(f))
			}
			steps = append(steps, step{"value " + f[0], f[2]})
		}
	}
	return steps
}

// lines returns the lines of a file without comments.
func lines(t *testing.T, file string) []string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []string
	for in := bufio.NewScanner(f); in.Scan(); {
		if !strings.HasPrefix(in.Text(), "#") {
			out = append(out, in.Text())
		}
	}
	return out
}

// compare returns one line for each step that went wrong, and how many steps
// passed and were not covered.
func (c *client) compare(steps []step, printed []string, overTLS bool) (wrong []string, passed, uncovered int) {
	got := make(map[string]string)
	for _, line := range printed {
		name, result, ok := strings.Cut(line, ": ")
		if _, twice := got[name]; !ok || twice {
			wrong = append(wrong, fmt.Sprintf("prints %q", line))
		}
		got[name] = result
	}
	for _, s := range steps {
		result, ok := got[s.name]
		delete(got, s.name)
		if s.secure() && !overTLS {
			if ok {
				wrong = append(wrong, fmt.Sprintf("%s: %s; want no such step in plaintext", s.name, result))
			}
			continue
		}
		want := s.want
		if s.name == "protocol" {
			want = c.bolt
		}
		if own, ok := c.differs[s.name]; ok {
			want = own
		}
		switch {
		case slices.Contains(c.lacks, s.name):
			if !strings.HasPrefix(result, "not covered: ") {
				wrong = append(wrong, fmt.Sprintf("%s: %s; the table says that it is not covered", s.name, result))
			}
			uncovered++
		case !ok:
			wrong = append(wrong, fmt.Sprintf("%s: missing, want %s", s.name, want))
		case result != want:
			wrong = append(wrong, fmt.Sprintf("%s: %s\n\twant %s", s.name, result, want))
		default:
			passed++
		}
	}
	for name, result := range got {
		wrong = append(wrong, fmt.Sprintf("prints an unknown step %q: %s", name, result))
	}
	return wrong, passed, uncovered
}

// TestCompare plants each kind of mistake.
func TestCompare(t *testing.T) {
	steps := []step{{"connect in plaintext", "refused"}, {"protocol", ""}, {"rows", "3"}, {"bookmark", "1"}}
	c := client{bolt: "5.8", lacks: []string{"bookmark"}}
	good := []string{"connect in plaintext: refused", "protocol: 5.8", "rows: 3", "bookmark: not covered: none"}
	for _, tt := range []struct {
		name    string
		printed []string
		want    string // empty: nothing is wrong
	}{
		{"all", good, ""},
		{"wrong", slices.Replace(slices.Clone(good), 2, 3, "rows: 4"), "rows: 4\n\twant 3"},
		{"missing", good[:3], "the table says that it is not covered"},
		{"silently not covered", slices.Replace(slices.Clone(good), 2, 3, "rows: not covered: no reason"), "want 3"},
		{"covered after all", slices.Replace(slices.Clone(good), 3, 4, "bookmark: 1"), "the table says"},
		{"other version", slices.Replace(slices.Clone(good), 1, 2, "protocol: 5.7"), "want 5.8"},
		{"unknown step", append(slices.Clone(good), "dance: ok"), "unknown step"},
		{"no step", append(slices.Clone(good), "panic"), `prints "panic"`},
		{"twice", append(slices.Clone(good), "rows: 3"), `prints "rows: 3"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wrong, passed, uncovered := c.compare(steps, tt.printed, true)
			if got := strings.Join(wrong, "\n"); (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
				t.Errorf("compare = %q, want %q", got, tt.want)
			}
			if tt.want == "" && (passed != 3 || uncovered != 1) {
				t.Errorf("compare counts %d passed and %d not covered, want 3 and 1", passed, uncovered)
			}
		})
	}
	if wrong, _, _ := c.compare(steps, good[1:], false); len(wrong) > 0 {
		t.Errorf("in plaintext: %q", wrong)
	}
}
