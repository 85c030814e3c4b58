package gflags

import (
	"io"
	"strings"
	"testing"
)

// FuzzFlagFile feeds flag files to the line parser directly, which has no
// exported entry that takes bytes. A file must never crash the parser, change a
// flag without saying where, or be read in silence when it has no effect.
func FuzzFlagFile(f *testing.F) {
	for _, seed := range []string{
		"--port=1\n", "# c\n\n --port=2\r\n", "\xef\xbb\xbf--name=x  \n", "port=1", "--port 3", "-noon=1\n--on",
		"drawbolt\n--port=9", "--flagfile=", "--fromenv=port", "--=", "--", "---x", "--undefok=x\n--x=1", "[a-",
		"--help\n", "--port=99999999999", "--strict-flag-check=false\nx\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(strings.ReplaceAll(text, "-", "_"), "flag") {
			t.Skip("may include a file")
		}
		s, err := New(Options{Program: "drawbolt"}, []Flag{
			{Name: "port", Type: Int32, Default: "1", Validate: InRange(0, 10)},
			{Name: "name", Type: String},
			{Name: "on", Type: Bool},
		})
		if err != nil {
			t.Fatal(err)
		}
		s.lookup = func(string) (string, bool) { return "", false }
		s.parseFile("f", []byte(text))
		if port := s.Int32("port"); port < 0 || port > 10 {
			t.Errorf("port = %d, which its validator refuses", port)
		}
		lines := strings.Count(text, "\n") + 1
		for st := range s.All() {
			switch {
			case st.Origin.Source == FromDefault:
				if st.Current != st.Default {
					t.Errorf("%s = %q without an origin", st.Name, st.Current)
				}
			case st.Origin.Line < 1 || st.Origin.Line > lines:
				t.Errorf("%s comes from line %d of %d", st.Name, st.Origin.Line, lines)
			}
		}
		if _, err := s.Parse(Input{}, io.Discard, io.Discard); err != nil {
			t.Error(err)
		}
	})
}
