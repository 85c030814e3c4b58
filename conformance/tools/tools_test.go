package tools_test

import (
	"bytes"
	"errors"
	"os/exec"
	"strings"
	"testing"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"

	"github.com/drawbolt/drawbolt/conformance/binary"
)

// A tool is the path of a built boltcheck.
type tool string

func build(t *testing.T) tool {
	t.Helper()
	return tool(binary.BuildCommand(t, "boltcheck"))
}

// run runs boltcheck to its end.
func (p tool) run(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), string(p), args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// session is what the Go driver does in these tests.
func session(t *testing.T, uri string, configure ...func(*config.Config)) error {
	t.Helper()
	ctx := t.Context()
	d, err := neo4j.NewDriverWithContext(uri, neo4j.BasicAuth("ada", "sesame!", ""), configure...)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close(ctx)
	s := d.NewSession(ctx, neo4j.SessionConfig{})
	defer s.Close(ctx)
	_, err = s.ExecuteWrite(ctx, func(tx neo4j.ManagedTransaction) (any, error) {
		result, err := tx.Run(ctx, "CREATE (p:Person {name: $name, born: date('1815-12-10')}) RETURN p", map[string]any{"name": "Ada"})
		if err != nil {
			return nil, err
		}
		return result.Collect(ctx)
	})
	return err
}
