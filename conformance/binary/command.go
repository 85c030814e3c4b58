package binary

import "testing"

// BuildCommand compiles another command of the module, such as "boltsh", once in
// a test process, and returns the path of the binary.
func BuildCommand(tb testing.TB, name string) string {
	tb.Helper()
	path, err := built.path(tb, name)
	if err != nil {
		tb.Fatalf("build %s: %v", name, err)
	}
	return path
}
