package tools_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/drawbolt/drawbolt/conformance/binary"
	"github.com/drawbolt/drawbolt/conformance/reference"
)

// startStub plays a script at an address and returns the stub with its address.
func (p tool) startStub(t *testing.T, address, script string) *process {
	t.Helper()
	s := &process{cmd: exec.CommandContext(t.Context(), string(p), "stub", "-l", address, "-v", script), rest: &strings.Builder{}, read: make(chan struct{})}
	s.cmd.Stdout = s.rest
	out, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	_, address, ok := strings.Cut(strings.TrimSpace(line), " is played on ")
	if err != nil || !ok {
		t.Fatalf("the stub says %q, %v", line, err)
	}
	s.address = address
	go func() {
		defer close(s.read)
		var errs strings.Builder
		_, _ = lines.WriteTo(&errs)
		if errs.Len() > 0 {
			t.Logf("stub: %s", errs.String())
		}
	}()
	return s
}

// everyday is a session with values of all kinds, batches and a failure. It
// returns what the driver saw.
func everyday(t *testing.T, uri string) (string, error) {
	t.Helper()
	ctx := t.Context()
	d, err := neo4j.NewDriverWithContext(uri, neo4j.BasicAuth("ada", "sesame!", ""))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close(ctx)
	s := d.NewSession(ctx, neo4j.SessionConfig{FetchSize: 2, DatabaseName: "neo4j"})
	defer s.Close(ctx)
	var seen strings.Builder
	for _, query := range []string{
		`RETURN 1 AS i, 9007199254740993 AS big, 1.5 AS f, 0.0 / 0.0 AS nan, "*[{}]\"" AS s, [1, [null, true]] AS l, {a: 1, Z: {T: "x"}} AS m`,
		`RETURN date('1815-12-10') AS d, localtime('01:02:03') AS t, time('01:02:03+01:00') AS z, localdatetime('2026-01-02T03:04:05.000000006') AS ld`,
		`RETURN datetime('2026-01-02T03:04:05+01:00') AS o, datetime('2026-01-02T03:04:05[Europe/Paris]') AS z, duration('P1M2DT3.5S') AS d`,
		`RETURN point({x: 1, y: 2}) AS p, point({longitude: 1, latitude: 2, height: 3}) AS q`,
		`CREATE p = (a:A {x: $x})-[r:R {y: $y}]->(b:B) RETURN p, a, r, b`,
		`UNWIND range(1, 5) AS n RETURN n`,
	} {
		result, err := s.Run(ctx, query, map[string]any{"x": "*", "y": map[string]any{"k{}": []any{int64(1), 2.5}}["k{}"]})
		if err != nil {
			return "", err
		}
		records, err := result.Collect(ctx)
		if err != nil {
			return "", err
		}
		for _, r := range records {
			fmt.Fprintln(&seen, r.Keys, r.Values)
		}
	}
	_, err = s.Run(ctx, "RETURN", nil)
	if failure, ok := errors.AsType[*neo4j.Neo4jError](err); ok {
		fmt.Fprintln(&seen, failure.Code, failure.Msg)
	}
	_, err = s.ExecuteRead(ctx, func(tx neo4j.ManagedTransaction) (any, error) {
		result, err := tx.Run(ctx, "MATCH (a:A) RETURN a.x AS x LIMIT 1", nil)
		if err != nil {
			return nil, err
		}
		record, err := result.Single(ctx)
		if err == nil {
			fmt.Fprintln(&seen, record.Values)
		}
		return nil, err
	}, neo4j.WithTxMetadata(map[string]any{"who": "ada"}))
	return seen.String(), err
}

// TestReplay records the Go driver at the server and plays the script to it: it
// must see the same.
func TestReplay(t *testing.T) {
	for _, scheme := range []string{"bolt", "neo4j"} {
		t.Run(scheme, func(t *testing.T) {
			replay(t, scheme, "--uri="+binary.Start(t, binary.Options{Plaintext: true}).URI("bolt"))
		})
	}
}

// TestReferenceReplay does so at a real Neo4j, through TLS.
func TestReferenceReplay(t *testing.T) {
	s := reference.Start(t, reference.Options{TLS: true})
	for _, scheme := range []string{"bolt", "neo4j"} {
		t.Run(scheme, func(t *testing.T) {
			replay(t, scheme, "--uri=bolt+s://"+s.Address, "--ca-file="+s.CAFile)
		})
	}
}

// replay plays at the address at which it has recorded, because it stands in the
// routing table.
func replay(t *testing.T, scheme string, server ...string) {
	t.Helper()
	boltcheck := build(t)
	script := filepath.Join(t.TempDir(), "session.script")
	recorder := boltcheck.start(t, append([]string{"record", "--listen=127.0.0.1:0", "--connections=1", "-o", script}, server...)...)
	want, err := everyday(t, scheme+"://"+recorder.address)
	if err != nil {
		t.Fatal(err)
	}
	if code := recorder.wait(); code != 0 {
		t.Fatalf("record: exit %d, %s", code, recorder.rest)
	}
	for _, part := range []string{"9007199254740993", "NaN", "1815-12-10", "SpatialRefId=4979", "Neo.ClientError.Statement.SyntaxError", "[*]"} {
		if !strings.Contains(want, part) {
			t.Errorf("%q is not in what the driver saw:\n%s", part, want)
		}
	}
	stub := boltcheck.startStub(t, recorder.address, script)
	got, err := everyday(t, scheme+"://"+stub.address)
	if code := stub.wait(); code != 0 || err != nil || got != want {
		text, _ := os.ReadFile(script)
		t.Errorf("stub: exit %d, driver: %v\n%s\nwant\n%s\n%s\n%s", code, err, got, want, text, stub.rest)
	}
}
