package operations_test

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/conformance/binary"
)

// TestMemoryLimit: statements beyond the limit fail, on their own or together
// with the graph, and the server lives.
func TestMemoryLimit(t *testing.T) {
	s := binary.Start(t, binary.Options{Args: []string{"--memory-limit=64"}})
	d := open(t, s)
	for _, query := range []string{
		"UNWIND range(1, 20000000) AS x RETURN size(collect(x)) AS n",
		"UNWIND range(1, 100000) AS x RETURN size(collect(toString(x))) AS n QUERY MEMORY LIMIT 100 KB",
		"UNWIND range(1, 10000000) AS x CREATE (:N {x: x, text: 'some text that takes memory'})",
	} {
		if _, err := ask(t, d, query, nil); err == nil || !strings.Contains(err.Error(), "memory") {
			t.Errorf("%s: %v", query, err)
		}
		rows, err := ask(t, d, "CREATE (n:After) WITH count(n) AS n MATCH (m:N) RETURN count(m) AS left", nil)
		if err != nil || len(rows) != 1 || rows[0]["left"] != int64(0) {
			t.Errorf("after %s: %v, %v", query, rows, err)
		}
	}
}

// TestMemoryTracked: what the server says of its memory is what the system says.
func TestMemoryTracked(t *testing.T) {
	s := binary.Start(t, binary.Options{})
	d := open(t, s)
	if _, err := ask(t, d, "UNWIND range(1, 300000) AS x CREATE (:N {x: x, text: 'some text'})-[:R]->(:M)", nil); err != nil {
		t.Fatal(err)
	}
	rows, err := ask(t, d, "SHOW STORAGE INFO", nil)
	if err != nil {
		t.Fatal(err)
	}
	info := make(map[string]any)
	for _, row := range rows {
		info[row["storage info"].(string)] = row["value"]
	}
	system := float64(s.Resident(t))
	for _, key := range []string{"memory_res", "memory_tracked"} {
		text, _ := info[key].(string)
		n, err := strconv.ParseFloat(strings.TrimSuffix(text, "MiB"), 64)
		if err != nil || math.Abs(n*(1<<20)-system) > system/10 {
			t.Errorf("%s is %s, the system says %.0f MiB", key, text, system/(1<<20))
		}
	}
}

// TestImport: what drawbolt import has loaded is there when the server starts.
func TestImport(t *testing.T) {
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "data")
	binary.Start(t, binary.Options{Directory: data}).Stop(t) // leaves an empty database
	for name, text := range map[string]string{
		"people.csv": "id:ID(P),name,born:date,tags:string[],:LABEL\n1,Ann,1990-01-02,a;b,Boss\n2,Bob,,,\n",
		"knows.csv":  ":START_ID(P),:END_ID(P),since:int\n1,2,2020\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), binary.Build(t), "import", "--data-directory="+data,
		"--nodes=Person="+filepath.Join(dir, "people.csv"), "--relationships=KNOWS="+filepath.Join(dir, "knows.csv"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("import: %v\n%s", err, out)
	}
	d := open(t, binary.Start(t, binary.Options{Directory: data}))
	rows, err := ask(t, d, `MATCH (a:Boss:Person {name: 'Ann'})-[r:KNOWS {since: 2020}]->(b:Person {id: '2'})
		RETURN a.born.year AS year, a.tags AS tags, b.name AS name`, nil)
	if err != nil || len(rows) != 1 || rows[0]["year"] != int64(1990) || rows[0]["name"] != "Bob" || len(rows[0]["tags"].([]any)) != 2 {
		t.Errorf("rows are %v, %v", rows, err)
	}
	if _, err := ask(t, d, "CREATE (:After)", nil); err != nil {
		t.Error(err)
	}
}

// TestBrokenDatabase: a database whose log is damaged stops the start, unless it
// is allowed to be missing.
func TestBrokenDatabase(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	s := binary.Start(t, binary.Options{Directory: data, Args: []string{"--storage-snapshot-on-exit=false"}})
	if _, err := ask(t, open(t, s), "CREATE (:N)", nil); err != nil {
		t.Fatal(err)
	}
	s.Stop(t)
	log := filepath.Join(data, "databases", "default", "log", "000001.log")
	b, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	b[30] ^= 1
	if err := os.WriteFile(log, b, 0o600); err != nil {
		t.Fatal(err)
	}
	code, out := binary.Run(t, "--data-directory="+data, "--bolt-address=127.0.0.1", "--bolt-port=0", "--monitoring-port=-1", "--metrics-port=-1")
	if code != 2 || !strings.Contains(out, "000001.log at offset 0") {
		t.Errorf("the start gave %d\n%s", code, out)
	}
	d := open(t, binary.Start(t, binary.Options{Directory: data, Args: []string{"--storage-allow-recovery-failure"}}))
	if rows, err := ask(t, d, "MATCH (n) RETURN n", nil); err == nil {
		t.Errorf("the broken database answers %v", rows)
	}
	rows, err := ask(t, d, "SHOW DATABASES YIELD name, currentStatus, statusMessage WHERE name = 'neo4j'", nil)
	if err != nil || len(rows) != 1 || rows[0]["currentStatus"] != "offline" || !strings.Contains(rows[0]["statusMessage"].(string), "000001.log") {
		t.Errorf("SHOW DATABASES = %v, %v", rows, err)
	}
}
