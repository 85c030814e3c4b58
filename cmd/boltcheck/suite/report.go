package suite

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
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

// WriteTAP writes the report in the Test Anything Protocol, version 14.
func (r *Report) WriteTAP(w io.Writer) error {
	if _, err := fmt.Fprintf(w, "TAP version 14\n1..%d\n# %s\n", len(r.Results), oneLine(r.Server)); err != nil {
		return err
	}
	for i, result := range r.Results {
		word := "ok"
		if result.Err != nil {
			word = "not ok"
		}
		name := strings.ReplaceAll(fmt.Sprintf("%s at %s", result.Check, result.Version), "#", `\#`)
		if _, err := fmt.Fprintf(w, "%s %d - %s\n", word, i+1, name); err != nil {
			return err
		}
		if result.Err == nil {
			continue
		}
		if _, err := fmt.Fprintf(w, "  ---\n  message: %q\n  class: %s\n  section: %q\n  transcript:\n",
			result.Err.Error(), result.Check.Class, result.Check.Section); err != nil {
			return err
		}
		for _, line := range result.Transcript {
			if _, err := fmt.Fprintf(w, "    - %q\n", line); err != nil {
				return err
			}
		}
		if _, err := io.WriteString(w, "  ...\n"); err != nil {
			return err
		}
	}
	return nil
}

func oneLine(s string) string { return strings.ReplaceAll(s, "\n", " ") }

// The elements of a JUnit file.
type (
	junitSuites struct {
		XMLName xml.Name     `xml:"testsuites"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Time     string      `xml:"time,attr"`
		Cases    []junitCase `xml:"testcase"`
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

// WriteJUnit writes the report as JUnit XML, a test suite for each group.
func (r *Report) WriteJUnit(w io.Writer) error {
	var all junitSuites
	index := map[string]int{}
	took := map[string]time.Duration{}
	for _, result := range r.Results {
		group := result.Check.Group
		i, ok := index[group]
		if !ok {
			i = len(all.Suites)
			index[group] = i
			all.Suites = append(all.Suites, junitSuite{Name: group})
		}
		s := &all.Suites[i]
		c := junitCase{
			Name:  fmt.Sprintf("%s at %s", result.Check.Name, result.Version),
			Class: "boltcheck." + group,
			Time:  seconds(result.Took),
		}
		if result.Err != nil {
			s.Failures++
			c.Failure = &junitFailure{
				Message: result.Err.Error(),
				Type:    string(result.Check.Class),
				Text:    result.Check.Section + "\n" + strings.Join(result.Transcript, "\n"),
			}
		}
		s.Tests++
		took[group] += result.Took
		s.Time = seconds(took[group])
		s.Cases = append(s.Cases, c)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
