package peers_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/conformance/binary"
	"github.com/drawbolt/drawbolt/conformance/reference"
)

// A peer is a running server.
type peer struct {
	uri, user, password, database string
	durability                    string // empty: boltbench knows how to ask
	pid                           int
}

// standard are the flags of boltbench when none are given.
const standard = "--suite=own --nodes=5000 --relationships=50000 --connections=1,8 --duration=0.5 --warmup=0.25"

// TestPeers measures all servers and compares them.
func TestPeers(t *testing.T) {
	if os.Getenv("DRAWBOLT_PEERS") != "1" {
		t.Skip("set DRAWBOLT_PEERS=1 to run other servers beside ours")
	}
	bench := binary.BuildCommand(t, "boltbench")
	dir := os.Getenv("DRAWBOLT_PEERS_DIR")
	if dir == "" {
		dir = t.TempDir()
	}
	var files []string
	for _, p := range []struct {
		name  string
		start func(*testing.T) peer
	}{
		{"drawbolt", startDrawbolt}, {"neo4j", startNeo4j}, {"arcadedb", startArcadeDB}, {"kglite", startKGLite},
	} {
		t.Run(p.name, func(t *testing.T) {
			file := filepath.Join(dir, p.name+".json")
			if measure(t, bench, p.start(t), file) {
				files = append(files, file)
			}
		})
	}
	if len(files) < 2 {
		t.Fatal("there is nothing to compare with")
	}
	table, err := exec.CommandContext(t.Context(), bench, append([]string{"compare"}, files...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("compare: %v\n%s", err, table)
	}
	t.Logf("\n%s", table)
	page, err := exec.CommandContext(t.Context(), bench, append([]string{"html"}, files...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "peers.html"), page, 0o600); err != nil {
		t.Fatal(err)
	}
}

// measure loads and warms a server up, measures it, and reports whether there is
// a result. Wrong answers and refused queries of others are theirs: they are in
// the table.
func measure(t *testing.T, bench string, p peer, file string) bool {
	t.Helper()
	args := []string{
		"run", "--uri=" + p.uri, "--user=" + p.user, "--database=" + p.database, "--durability=" + p.durability,
		fmt.Sprintf("--server-pid=%d", p.pid),
	}
	own := os.Getenv("DRAWBOLT_PEERS_ARGS")
	if own == "" {
		own = standard
	}
	args = append(args, strings.Fields(own)...)
	for _, more := range [][]string{{"--connections=4"}, {"--load=false", "--json=" + file}} {
		cmd := exec.CommandContext(t.Context(), bench, append(args, more...)...)
		cmd.Env = append(os.Environ(), "BOLTBENCH_PASSWORD="+p.password)
		out, err := cmd.CombinedOutput()
		t.Logf("%s\n%s", cmd, out)
		if err != nil {
			t.Logf("boltbench: %v", err)
		}
	}
	_, err := os.Stat(file)
	return err == nil
}

func startDrawbolt(t *testing.T) peer {
	t.Helper()
	server := binary.Start(t, binary.Options{Plaintext: true, Args: []string{"--log-level=warning"}})
	return peer{uri: server.URI("bolt"), pid: server.PID()}
}

func startNeo4j(t *testing.T) peer {
	t.Helper()
	server := reference.Start(t, reference.Options{})
	return peer{uri: server.URI("bolt"), pid: server.PID()}
}

// startKGLite runs the server when it is installed. It keeps the graph in memory.
func startKGLite(t *testing.T) peer {
	t.Helper()
	command, err := exec.LookPath("kglite-bolt-server")
	if err != nil {
		t.Skip("kglite-bolt-server is not on the PATH; cargo install kglite-bolt-server builds it")
	}
	graph := filepath.Join(t.TempDir(), "graph.kgl")
	address := binary.FreeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	pid := startProcess(t, exec.CommandContext(t.Context(), command, "--graph", graph, "--bind", "127.0.0.1", "--port", port), address, "")
	return peer{uri: "bolt://" + address, pid: pid, durability: "not stated by the server; see its documentation"}
}
