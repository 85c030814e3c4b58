package main

// Internal: a command has no API but its main package.

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func split(r io.Reader) ([]statement, error) {
	s := newSplitter(r)
	var out []statement
	for {
		st, err := s.next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out = append(out, st)
	}
}

func TestSplitter(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []statement
	}{
		{name: "nothing", text: ""},
		{name: "blanks and a comment", text: " \n// x;\n/* y; */\n"},
		{name: "semicolons alone", text: ";;\n;"},
		{name: "two", text: "RETURN 1; RETURN 2;", want: []statement{{text: "RETURN 1", line: 1}, {text: "RETURN 2", line: 1}}},
		{name: "the last without its semicolon", text: "RETURN 1;\nRETURN 2\n", want: []statement{{text: "RETURN 1", line: 1}, {text: "RETURN 2", line: 2}}},
		{name: "line of a statement behind a comment", text: "// head\n\n  RETURN\n1;", want: []statement{{text: "// head\n\n  RETURN\n1", line: 3}}},
		{name: "in strings", text: `RETURN ';', ";", 'it\';s', "\\";RETURN 2`, want: []statement{{text: `RETURN ';', ";", 'it\';s', "\\"`, line: 1}, {text: "RETURN 2", line: 1}}},
		{name: "in a quoted name, where a backslash is one", text: "RETURN 1 AS `a;\\`; RETURN 2", want: []statement{{text: "RETURN 1 AS `a;\\`", line: 1}, {text: "RETURN 2", line: 1}}},
		{name: "in comments", text: "RETURN /* ; **/ 1 // ;\n; RETURN 2", want: []statement{{text: "RETURN /* ; **/ 1 // ;", line: 1}, {text: "RETURN 2", line: 2}}},
		{name: "a division is no comment", text: "RETURN 4/2;RETURN 1", want: []statement{{text: "RETURN 4/2", line: 1}, {text: "RETURN 1", line: 1}}},
		{name: "a slash in front of a semicolon", text: "RETURN 1/;RETURN 2", want: []statement{{text: "RETURN 1/", line: 1}, {text: "RETURN 2", line: 1}}},
		{name: "a slash alone", text: "/;  ", want: []statement{{text: "/", line: 1}}},
		{name: "commands end with their line", text: ":begin\n:param x => ';' ;\nRETURN 1;", want: []statement{{text: ":begin", line: 1, command: true}, {text: ":param x => ';'", line: 2, command: true}, {text: "RETURN 1", line: 3}}},
		{name: "a colon within is none", text: "MATCH (n\n:X) RETURN n;", want: []statement{{text: "MATCH (n\n:X) RETURN n", line: 1}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := split(strings.NewReader(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(statement{})); diff != "" {
				t.Errorf("statements of %q (-want +got)\n%s", tt.text, diff)
			}
		})
	}
}

func TestComplete(t *testing.T) {
	for _, tt := range []struct {
		text string
		want bool
	}{
		{"", true},
		{":help", true},
		{"RETURN 1", false},
		{"RETURN 1;", true},
		{"RETURN 1; // done", true},
		{"RETURN ';", false},
		{"RETURN 1; RETURN", false},
		{"RETURN 1 /* ;", false},
	} {
		if got := complete(tt.text); got != tt.want {
			t.Errorf("complete(%q) = %v", tt.text, got)
		}
	}
}

// FuzzSplitter: no text makes the splitter fail, statements are not blank and
// come out the same when the text comes byte by byte.
func FuzzSplitter(f *testing.F) {
	for _, seed := range []string{"RETURN 1;", "'a;\\'';`b;`;//c\n/*d**/;", ":x\n;;:y", "\"", "/", "/*", "a\\;b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		whole, err := split(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		bytewise, err := split(iotest.OneByteReader(strings.NewReader(text)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(whole, bytewise, cmp.AllowUnexported(statement{})); diff != "" {
			t.Errorf("byte by byte (-whole +bytes)\n%s", diff)
		}
		lines := 1 + strings.Count(text, "\n")
		for i, st := range whole {
			if st.text == "" || st.line < 1 || st.line > lines || i > 0 && st.line < whole[i-1].line {
				t.Errorf("statement %d is %q on line %d of %d", i, st.text, st.line, lines)
			}
		}
	})
}
