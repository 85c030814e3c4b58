package tck_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/drawbolt/drawbolt/conformance/binary"
	"github.com/drawbolt/drawbolt/conformance/reference"
	"github.com/drawbolt/drawbolt/conformance/tck"
)

// What a developer may set in the environment.
const (
	envOnly   = "DRAWBOLT_TCK_ONLY"   // run scenarios that match, area/File[n]
	envUpdate = "DRAWBOLT_TCK_UPDATE" // 1 = write the list of failures anew
	envURI    = "DRAWBOLT_TCK_URI"    // run against this server, whose data is deleted
	envStrict = "DRAWBOLT_TCK_STRICT" // 1 = ask that server for the words and phases of errors too
)

// failing lists the scenarios that are known to fail, one ID a line, so that no
// other one may. It only gets shorter.
const failing = "testdata/failing.txt"

func open(t *testing.T) *tck.Kit {
	t.Helper()
	path, err := tck.Locate(t.Context())
	if errors.Is(err, tck.ErrUnavailable) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	kit, err := tck.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return kit
}

func connect(t *testing.T, uri string) neo4j.DriverWithContext {
	t.Helper()
	driver, err := neo4j.NewDriverWithContext(uri, neo4j.NoAuth())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = driver.Close(context.Background()) })
	return driver
}

func run(t *testing.T, kit *tck.Kit, driver neo4j.DriverWithContext, o tck.Options) []tck.Outcome {
	t.Helper()
	if only := os.Getenv(envOnly); only != "" {
		o.Only = regexp.MustCompile(only)
	}
	outcomes, err := kit.Run(t.Context(), driver, o)
	if err != nil {
		t.Fatal(err)
	}
	var table bytes.Buffer
	if err := tck.WriteTable(&table, outcomes); err != nil {
		t.Fatal(err)
	}
	t.Logf("passed scenarios:\n%s", table.String())
	return outcomes
}

// TestKit checks that the archive is read completely.
func TestKit(t *testing.T) {
	kit := open(t)
	if n := len(kit.Scenarios); n != 3896 { // one more is marked to be ignored
		t.Errorf("the archive has %d scenarios, want 3896", n)
	}
	seen := make(map[string]bool)
	for i := range kit.Scenarios {
		s := &kit.Scenarios[i]
		if seen[s.ID] || s.Area == "" || !strings.Contains(s.ID, "[") {
			t.Errorf("scenario %q of %q", s.ID, s.Area)
		}
		seen[s.ID] = true
	}
}

// TestDrawbolt runs every scenario against the built binary over TLS, and asks
// for the type, the detail and the phase of each error.
func TestDrawbolt(t *testing.T) {
	if os.Getenv(envURI) != "" {
		t.Skipf("%s is set", envURI)
	}
	kit := open(t)
	server := binary.Start(t, binary.Options{Args: []string{"--procedures-for-testing"}})
	outcomes := run(t, kit, connect(t, server.URI("bolt+ssc")), tck.Options{Type: true, Detail: true, Phase: true})
	compare(t, outcomes)
}

// compare holds the outcomes against the list of known failures.
func compare(t *testing.T, outcomes []tck.Outcome) {
	t.Helper()
	known := readFailing(t)
	var failed, fixed []string
	for i := range outcomes {
		o := &outcomes[i]
		switch {
		case o.Status == tck.Skipped:
			t.Errorf("%s was skipped: the server takes no test procedures", o.ID)
		case o.Status == tck.Failed && !known[o.ID]:
			t.Error(describe(o))
		case o.Status == tck.Failed:
			t.Log("known: " + describe(o))
		case known[o.ID]:
			fixed = append(fixed, o.ID)
		}
		if o.Status == tck.Failed {
			failed = append(failed, o.ID)
		}
	}
	if len(fixed) > 0 {
		t.Logf("now passing, take out of %s: %s", failing, strings.Join(fixed, " "))
	}
	if os.Getenv(envUpdate) == "1" && os.Getenv(envOnly) == "" {
		slices.Sort(failed)
		head := fmt.Sprintf("# %d of %d scenarios pass.", tck.Count(outcomes, tck.Passed), len(outcomes))
		text := strings.Join(append([]string{head}, failed...), "\n") + "\n"
		if err := os.WriteFile(failing, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func readFailing(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash(failing))
	if err != nil {
		t.Fatal(err)
	}
	known := make(map[string]bool)
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			known[line] = true
		}
	}
	return known
}

// TestOther runs against any server that the environment names.
func TestOther(t *testing.T) {
	uri := os.Getenv(envURI)
	if uri == "" {
		t.Skipf("set %s to run against another server; its data is deleted", envURI)
	}
	strict := os.Getenv(envStrict) == "1"
	o := tck.Options{Timeout: time.Minute, Type: strict, Detail: strict, Phase: strict}
	outcomes := run(t, open(t), connect(t, uri), o)
	for i := range outcomes {
		if outcomes[i].Status == tck.Failed {
			t.Log(describe(&outcomes[i]))
		}
	}
}

// describe is the text of a failure, with the beginning of its statement.
func describe(o *tck.Outcome) string {
	const limit = 600
	query := o.Query
	if len(query) > limit {
		query = strings.ToValidUTF8(query[:limit], "") + "…"
	}
	return fmt.Sprintf("%s/%s %s: %s\n%s", o.Area, o.ID, o.Name, o.Reason, query)
}

// TestReference proves the runner: a reference server passes all scenarios but
// four, in which the kit and that server disagree.
func TestReference(t *testing.T) {
	server := reference.Start(t, reference.Options{})
	want := []string{"List11[2]#11", "List11[3]", "Match3[29]", "ReturnOrderBy6[5]"}
	var got []string
	outcomes := run(t, open(t), connect(t, server.URI("bolt")), tck.Options{Timeout: time.Minute})
	for i := range outcomes {
		if outcomes[i].Status == tck.Failed {
			got = append(got, outcomes[i].ID)
			t.Log(describe(&outcomes[i]))
		}
	}
	if slices.Sort(got); !slices.Equal(got, want) && os.Getenv(envOnly) == "" {
		t.Errorf("failed: %q, want %q", got, want)
	}
}
