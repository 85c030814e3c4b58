package report

import (
	"bufio"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
)

// A Report is a list of cases.
type Report struct {
	Title string // what was checked, in one line
	Cases []Case
}

// A Case is one check.
type Case struct {
	Group   string
	Name    string
	Took    time.Duration
	Failure *Failure // nil when it passed
}

// A Failure says what was wrong.
type Failure struct {
	Message string
	Class   string   // the kind of check or failure
	Place   string   // what the check rests on: a section, a script
	File    string   // that an annotation belongs to; empty for none
	Line    int      // in File; 0 for none
	Lines   []string // what happened
}

// Failures counts the cases that did not pass.
func (r *Report) Failures() int {
	n := 0
	for i := range r.Cases {
		if r.Cases[i].Failure != nil {
			n++
		}
	}
	return n
}

// A writer collects lines and keeps the first error until it is flushed.
type writer struct{ *bufio.Writer }

func (w writer) printf(format string, args ...any) {
	_, _ = fmt.Fprintf(w, format, args...) // Flush reports
}

// WriteTAP writes the Test Anything Protocol, version 14.
func (r *Report) WriteTAP(to io.Writer) error {
	w := writer{bufio.NewWriter(to)}
	w.printf("TAP version 14\n1..%d\n# %s\n", len(r.Cases), oneLine(r.Title))
	for i, c := range r.Cases {
		word := "ok"
		if c.Failure != nil {
			word = "not ok"
		}
		name := strings.NewReplacer(`\`, `\\`, "#", `\#`).Replace(oneLine(c.Group + "/" + c.Name))
		w.printf("%s %d - %s\n", word, i+1, name)
		if f := c.Failure; f != nil {
			w.printf("  ---\n  message: %q\n  class: %s\n  place: %q\n  transcript:\n", f.Message, f.Class, f.Place)
			for _, line := range f.Lines {
				w.printf("    - %q\n", line)
			}
			w.printf("  ...\n")
		}
	}
	return w.Flush()
}

func oneLine(s string) string { return strings.ReplaceAll(s, "\n", " ") }

// The elements of a JUnit file.
type (
	junitSuites struct {
		XMLName xml.Name      `xml:"testsuites"`
		Suites  []*junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Time     string      `xml:"time,attr"`
		Cases    []junitCase `xml:"testcase"`

		took time.Duration
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		Time    string        `xml:"time,attr"`
		Failure *junitFailure `xml:"failure"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes JUnit XML, a test suite for each group.
func (r *Report) WriteJUnit(to io.Writer) error {
	var all junitSuites
	byName := map[string]*junitSuite{}
	for _, c := range r.Cases {
		s := byName[c.Group]
		if s == nil {
			s = &junitSuite{Name: c.Group}
			byName[c.Group] = s
			all.Suites = append(all.Suites, s)
		}
		one := junitCase{Name: c.Name, Class: "boltcheck." + c.Group, Time: seconds(c.Took)}
		if f := c.Failure; f != nil {
			s.Failures++
			one.Failure = &junitFailure{
				Message: f.Message, Type: f.Class, Text: strings.Join(append([]string{f.Place}, f.Lines...), "\n"),
			}
		}
		s.Tests++
		s.took += c.Took
		s.Time = seconds(s.took)
		s.Cases = append(s.Cases, one)
	}
	w := writer{bufio.NewWriter(to)}
	w.printf("%s", xml.Header)
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	w.printf("\n")
	return w.Flush()
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

// The objects of a JSON file.
type (
	jsonReport struct {
		Title    string     `json:"title"`
		Tests    int        `json:"tests"`
		Failures int        `json:"failures"`
		Cases    []jsonCase `json:"cases"`
	}
	jsonCase struct {
		Group   string       `json:"group"`
		Name    string       `json:"name"`
		Passed  bool         `json:"passed"`
		Seconds float64      `json:"seconds"`
		Failure *jsonFailure `json:"failure,omitempty"`
	}
	jsonFailure struct {
		Message string   `json:"message"`
		Class   string   `json:"class"`
		Place   string   `json:"place"`
		File    string   `json:"file,omitempty"`
		Line    int      `json:"line,omitempty"`
		Lines   []string `json:"transcript,omitempty"`
	}
)

// WriteJSON writes one JSON object.
func (r *Report) WriteJSON(to io.Writer) error {
	all := jsonReport{Title: r.Title, Tests: len(r.Cases), Failures: r.Failures(), Cases: []jsonCase{}}
	for _, c := range r.Cases {
		one := jsonCase{Group: c.Group, Name: c.Name, Passed: c.Failure == nil, Seconds: c.Took.Seconds()}
		if c.Failure != nil {
			f := jsonFailure(*c.Failure)
			one.Failure = &f
		}
		all.Cases = append(all.Cases, one)
	}
	e := json.NewEncoder(to)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(all)
}

// WriteGitHub writes the commands by which GitHub Actions shows failures beside
// the lines that they belong to.
func (r *Report) WriteGitHub(to io.Writer) error {
	w := writer{bufio.NewWriter(to)}
	text := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	for _, c := range r.Cases {
		f := c.Failure
		if f == nil {
			continue
		}
		w.printf("::error title=%s", property.Replace(c.Group+"/"+c.Name))
		if f.File != "" {
			w.printf(",file=%s", property.Replace(f.File))
		}
		if f.Line > 0 {
			w.printf(",line=%d", f.Line)
		}
		w.printf("::%s\n", text.Replace(strings.Join(append([]string{f.Message, f.Place}, f.Lines...), "\n")))
	}
	w.printf("::notice title=boltcheck::%s%%0A%d of %d passed\n", text.Replace(r.Title), len(r.Cases)-r.Failures(), len(r.Cases))
	return w.Flush()
}
