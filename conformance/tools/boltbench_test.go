package tools_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/conformance/binary"
)

// A benchFile is what these tests look at in a result of boltbench.
type benchFile struct {
	Server      struct{ Durability string }
	Interrupted bool
	// Measurements have requests, an answer that was wrong, or neither.
	Measurements []struct {
		Query    string
		Requests int64
		Wrong    string
		Errors   map[string]int64
		Latency  struct {
			P50 float64 `json:"p50_us"`
			P99 float64 `json:"p99_us"`
		}
	}
}

func readBench(t *testing.T, path string) benchFile {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var f benchFile
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// TestBoltbench runs our own shapes in all the ways that there are: all answers
// must be those that boltbench computes.
func TestBoltbench(t *testing.T) {
	bench := tool(binary.BuildCommand(t, "boltbench"))
	server := binary.Start(t, binary.Options{})
	common := []string{"run", "--uri=" + server.URI("bolt+ssc"), "--count=8", "--connections=1,4", "--warmup=0", "--size=tiny"}
	dir := t.TempDir()
	for _, tt := range []struct {
		name    string
		args    []string
		queries int // at least, of which every one is measured
	}{
		{"own", nil, 24},
		{"own by the raw client", []string{"--suite=own", "--load=false", "--client=raw", "--pipeline=4", "--queries=hop|write|transaction"}, 4},
		{"own at a rate", []string{"--suite=own", "--load=false", "--rate=2000", "--queries=return-one"}, 1},
		{"handshakes", []string{"--suite=handshakes", "--size="}, 4},
		{"a realistic mix", []string{"--load=false", "--mode=realistic", "--count=200", "--queries=hop|merge|set|top"}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			runBench(t, bench, append(common, tt.args...), tt.queries, filepath.Join(dir, strings.ReplaceAll(tt.name, " ", "-")))
		})
	}
	t.Run("compare", func(t *testing.T) {
		own, raw := filepath.Join(dir, "own.json"), filepath.Join(dir, "own-by-the-raw-client.json")
		if code, out, _ := bench.run(t, "", "compare", own, own); code != 0 || !strings.Contains(out, "1.00") {
			t.Errorf("compare of a run with itself: code %d\n%s", code, out)
		}
		if code, _, errs := bench.run(t, "", "compare", own, raw); code != 2 || !strings.Contains(errs, "client differs: driver and raw") {
			t.Errorf("compare of unlike runs: code %d\n%s", code, errs)
		}
	})
	t.Run("interrupt", func(t *testing.T) {
		interruptBench(t, bench, append(common, "--load=false", "--count=0", "--duration=600", "--queries=return-one"), filepath.Join(dir, "cut.json"))
	})
}

// TestBoltbenchSuites runs the other suites, each on a server of its own since
// they share labels.
func TestBoltbenchSuites(t *testing.T) {
	bench := tool(binary.BuildCommand(t, "boltbench"))
	for suite, queries := range map[string]int{"pokec": 60, "lsqb": 9, "study": 9, "snb": 24} {
		t.Run(suite, func(t *testing.T) {
			server := binary.Start(t, binary.Options{Plaintext: true})
			args := []string{"run", "--uri=" + server.URI("bolt"), "--suite=" + suite, "--size=tiny", "--count=2", "--connections=2", "--warmup=0"}
			runBench(t, bench, args, queries, filepath.Join(t.TempDir(), suite))
		})
	}
}

func runBench(t *testing.T, bench tool, args []string, queries int, path string) {
	t.Helper()
	code, out, errs := bench.run(t, "", append(args, "--json="+path+".json", "--csv="+path+".csv", "--html="+path+".html")...)
	if code != 0 {
		t.Fatalf("code %d\n%s\n%s", code, out, errs)
	}
	f := readBench(t, path+".json")
	if !strings.Contains(f.Server.Durability, "every commit") {
		t.Errorf("durability is %q", f.Server.Durability)
	}
	seen := make(map[string]bool)
	for _, m := range f.Measurements {
		seen[m.Query] = true
		if m.Wrong != "" || m.Requests == 0 || len(m.Errors) > 0 || m.Latency.P50 <= 0 || m.Latency.P99 < m.Latency.P50 {
			t.Errorf("measurement %+v", m)
		}
	}
	if len(seen) < queries {
		t.Errorf("%d queries, want %d", len(seen), queries)
	}
	for _, name := range []string{path + ".csv", path + ".html"} {
		if data, err := os.ReadFile(name); err != nil || !bytes.Contains(data, []byte(f.Measurements[0].Query)) {
			t.Errorf("%s: %v, or the first query is not in it", name, err)
		}
	}
}

// interruptBench sends an interrupt once the table has begun: what there is must
// be written.
func interruptBench(t *testing.T, bench tool, args []string, path string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), string(bench), append(args, "--json="+path)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var seen strings.Builder
	for buffer := make([]byte, 4096); !strings.Contains(seen.String(), "latency in"); {
		n, err := out.Read(buffer)
		seen.Write(buffer[:n])
		if err != nil {
			t.Fatalf("%v\n%s", err, &seen)
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(out)
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		t.Errorf("exit code %d, want 130", code)
	}
	if strings.Contains(seen.String()+string(rest), "WRONG") {
		t.Errorf("an interruption is shown as a wrong answer:\n%s%s", &seen, rest)
	}
	if f := readBench(t, path); !f.Interrupted {
		t.Error("the file does not say that the run was interrupted")
	}
}

// TestBoltbenchUsage is about command lines that can not be right.
func TestBoltbenchUsage(t *testing.T) {
	bench := tool(binary.BuildCommand(t, "boltbench"))
	for _, tt := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"nothing", nil, 1, "boltbench list"},
		{"help", []string{"help"}, 0, "Examples:"},
		{"list", []string{"list"}, 0, "mgbench"},
		{"list of a suite", []string{"list", "lsqb"}, 0, "q9"},
		{"list of none", []string{"list", "x"}, 2, `no suite "x"`},
		{"no duration", []string{"run", "--duration=0"}, 1, "0.01"},
		{"no number", []string{"run", "--duration=NaN"}, 1, "duration"},
		{"connections", []string{"run", "--connections=1,0"}, 2, "10000"},
		{"suite", []string{"run", "--suite=x"}, 2, "no suite"},
		{"size", []string{"run", "--suite=pokec", "--nodes=5000"}, 2, "sizes of boltbench list"},
		{"pipelined driver", []string{"run", "--pipeline=4"}, 2, "--client=raw"},
		{"rate and think time", []string{"run", "--rate=5", "--think-ms=3"}, 2, "think times"},
		{"mix of isolated queries", []string{"run", "--mix=read:1"}, 2, "--mode=mixed"},
		{"mix of a kind that is none", []string{"run", "--mode=realistic", "--mix=red:1"}, 2, `no kind "red"`},
		{"no query", []string{"run", "--queries=^$"}, 2, "none"},
		{"no server", []string{"run", "--size=tiny", "--uri=bolt://127.0.0.1:1"}, 2, "connect to"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, out, errs := bench.run(t, "", tt.args...)
			if code != tt.code || !strings.Contains(out+errs, tt.want) {
				t.Errorf("code %d, want %d with %q\n%s%s", code, tt.code, tt.want, out, errs)
			}
		})
	}
}
