package binary

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// BuildCommand compiles another command of the module, such as "boltsh", and
// returns the path of the binary, which lives as long as the test.
func BuildCommand(tb testing.TB, name string) string {
	tb.Helper()
	root, err := Root(tb)
	if err != nil {
		tb.Fatal(err)
	}
	path := filepath.Join(tb.TempDir(), name)
	cmd := exec.CommandContext(tb.Context(), "go", "build", "-o", path, "./cmd/"+name) //nolint:gosec // a command of our own
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		tb.Fatalf("build %s: %v\n%s", name, err, out)
	}
	return path
}
