package conformance_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/drawbolt/drawbolt/"

// A row says what one package may import. Paths of ours are relative to the
// module; "x/..." means x and everything below it. The standard library is free
// but for the fences below.
type row struct {
	pkg   string
	own   []string
	third []string // import path prefixes
	// Tests may import, besides all of the above and the package itself, every
	// package for tests, the test libraries, and what is named here.
	testOwn   []string
	testThird []string
	never     []string // not even in tests
}

// Groups of paths that several rows share.
var (
	storageRooms = []string{"packstream", "storage/graph"}
	cypherFloor  = []string{"storage", "storage/...", "cypher/token", "cypher/ast", "cypher/access"}
	wire         = []string{"bolt", "packstream", "storage", "storage/graph", "cypher"}
	everything   = []string{"..."}

	driver = "github.com/neo4j/neo4j-go-driver/v5"
	lru    = "github.com/hashicorp/golang-lru/v2"
	zero   = "github.com/rs/zerolog"
	prom   = "github.com/prometheus/client_golang"
	pflag  = "github.com/spf13/pflag"

	// testLibraries may be used by every test and by packages for tests.
	testLibraries = []string{
		"github.com/google/go-cmp", "github.com/cockroachdb/datadriven", "go.uber.org/goleak",
	}
)

// table is the architecture. Arrows point down only; a package without a row
// fails the test, and so does a row without a package.
var table = []row{
	{pkg: "packstream"},
	{pkg: "storage/graph"},
	{pkg: "tls", third: []string{"github.com/youmark/pkcs8"}, never: []string{"server/ws"}},
	{pkg: "tls/tlstest", own: []string{"tls"}},

	{pkg: "bolt", own: []string{"packstream", "storage/graph"}},
	{pkg: "bolt/bolttest", own: []string{"bolt", "packstream", "storage/graph"}},

	{pkg: "storage/slab", own: storageRooms, third: []string{"golang.org/x/sys"}},
	{pkg: "storage/property", own: storageRooms},
	{pkg: "storage/mvcc", own: append([]string{"storage/slab", "storage/property"}, storageRooms...)},
	{pkg: "storage/index", own: append([]string{"storage/slab", "storage/property"}, storageRooms...)},
	{
		pkg: "storage/wal", own: storageRooms,
		// The log's options of pebble want a histogram of prometheus.
		third: []string{"github.com/cockroachdb/pebble/v2", prom},
	},
	{
		pkg: "storage/snapshot", own: append([]string{"storage/slab", "storage/property"}, storageRooms...),
		third: []string{"github.com/cockroachdb/pebble/v2"}, // its file systems
	},
	{pkg: "storage/constraint", own: append([]string{"storage/index"}, storageRooms...)},
	{pkg: "storage", own: append([]string{"storage/..."}, storageRooms...), third: []string{lru, "github.com/cockroachdb/pebble/v2", "golang.org/x/sys"}},
	{
		pkg: "storage/storagetest", own: []string{"storage", "storage/...", "packstream"},
		third: []string{"github.com/cockroachdb/pebble/v2"},
	},

	{pkg: "cypher/token"},
	{pkg: "cypher/access"},
	{pkg: "cypher/ast", own: []string{"storage/graph", "cypher/token"}},
	{pkg: "cypher/parser", own: []string{"storage/graph", "cypher/token", "cypher/ast"}},
	{pkg: "cypher/temporal", own: []string{"storage/graph"}},
	{
		pkg: "cypher/function", own: append([]string{"cypher/temporal"}, cypherFloor...),
		third: []string{"golang.org/x/text"}, // Unicode normal forms
	},
	{pkg: "cypher/procedure", own: append([]string{"cypher/temporal", "cypher/function"}, cypherFloor...)},
	{pkg: "cypher/load", own: []string{"storage/graph"}},
	{pkg: "cypher/show", own: append([]string{"cypher/function", "cypher/procedure"}, cypherFloor...), testOwn: []string{"cypher"}},
	{pkg: "cypher/search", own: []string{"storage", "storage/graph"}},
	{
		pkg:     "cypher/semantics",
		own:     append([]string{"cypher/function", "cypher/procedure"}, cypherFloor...),
		testOwn: []string{"cypher/parser"},
	},
	{
		pkg:     "cypher/expr",
		own:     append([]string{"cypher/temporal", "cypher/function", "cypher/semantics"}, cypherFloor...),
		testOwn: []string{"cypher/parser"},
	},
	{
		pkg:     "cypher/plan",
		own:     append([]string{"cypher/temporal", "cypher/function", "cypher/procedure", "cypher/semantics", "cypher/expr"}, cypherFloor...),
		third:   []string{lru},
		testOwn: []string{"cypher/parser"},
	},
	{
		pkg:     "cypher/exec",
		own:     append([]string{"cypher/temporal", "cypher/function", "cypher/procedure", "cypher/semantics", "cypher/expr", "cypher/plan", "cypher/load", "cypher/search"}, cypherFloor...),
		testOwn: []string{"cypher/parser"},
	},
	{pkg: "cypher", own: append([]string{"cypher/..."}, cypherFloor...), third: []string{lru}},
	// The oracle shares only what computes values from values.
	{pkg: "cypher/cyphertest/reference", own: append([]string{"cypher/parser", "cypher/semantics", "cypher/function", "cypher/temporal"}, cypherFloor...)},
	{pkg: "cypher/cyphertest/generator", testOwn: []string{"cypher/parser"}},
	{pkg: "cypher/cyphertest", own: append([]string{"cypher", "cypher/..."}, cypherFloor...)},

	{pkg: "server/ws", third: []string{"github.com/coder/websocket"}, never: []string{"tls", "tls/..."}},
	{pkg: "server/auth", own: []string{"cypher"}, third: []string{"golang.org/x/crypto", "golang.org/x/sync", lru}},
	{
		pkg: "server/monitor", own: []string{"server/ws"}, third: []string{zero, prom},
		testThird: []string{"github.com/coder/websocket"},
	},
	{
		pkg: "server", own: append([]string{"server/..."}, wire...), third: []string{zero, prom, lru},
		testOwn: []string{"tls", "cypher/...", "storage/..."}, testThird: []string{"github.com/coder/websocket"},
	},
	// The files of the catalogue are on the file system of the stores.
	{
		pkg: "server/catalog", own: append([]string{"server"}, wire...), third: []string{"github.com/cockroachdb/pebble/v2"},
		testOwn: []string{"storage/..."},
	},
	{pkg: "server/servertest", own: append([]string{"server", "server/..."}, wire...), third: []string{zero}},

	{pkg: "cmd/internal/gflags", third: []string{pflag}},
	{
		pkg: "cmd/drawbolt/load", own: []string{"storage", "storage/graph", "cypher/function", "cypher/temporal"},
	},
	{
		pkg: "cmd/drawbolt", own: everything, never: []string{"conformance/..."},
		third: []string{
			zero, pflag, prom, "gopkg.in/natefinch/lumberjack.v2",
			"github.com/coreos/go-systemd/v22/daemon", "github.com/mattn/go-isatty",
		},
	},
	{
		pkg: "cmd/boltcheck/...", own: everything, never: []string{"conformance/..."},
		third: []string{zero, pflag, prom, "gopkg.in/natefinch/lumberjack.v2", "github.com/gopacket/gopacket"},
	},
	{
		pkg: "cmd/boltsh", own: everything, never: []string{"conformance/..."},
		third: []string{
			pflag, driver, "github.com/reeflective/readline", "github.com/rivo/uniseg",
			"github.com/schollz/progressbar/v3", "golang.org/x/term",
		},
	},
	{
		pkg: "cmd/boltbench/...", own: everything, never: []string{"conformance/..."},
		third: []string{
			pflag, driver, "github.com/HdrHistogram/hdrhistogram-go", "github.com/schollz/progressbar/v3", "golang.org/x/term",
			"gonum.org/v1/plot",
		},
	},

	{
		pkg: "conformance/...", own: everything,
		third: append([]string{driver, "github.com/cucumber/", "golang.org/x/sys", "github.com/coder/websocket", "github.com/creack/pty"}, testLibraries...),
	},
}

// fences are packages of the standard library and beyond that have a place, or
// none at all. Tests are free of those with a place.
var fences = []struct {
	pkg   string
	place []string // rows; nil means nowhere, tests included
	why   string
}{
	{"crypto/tls", []string{"tls", "tls/tlstest", "cmd/boltcheck/fault", "conformance/..."}, "use our package tls"},
	{"expvar", nil, "it publishes the command line"},
	{"net/http/pprof", nil, "it opens a side door"},
	{"math/rand", nil, "use math/rand/v2 or crypto/rand"},
	{"log", nil, "use the zerolog logger from the options"},
	{"log/slog", nil, "use the zerolog logger from the options"},
	{"io/ioutil", nil, "use io and os"},
	{"github.com/pkg/errors", nil, "use errors and fmt.Errorf"},
}

// A listed is what `go list -json` says of a package.
type listed struct {
	ImportPath     string
	Dir            string
	GoFiles        []string
	CgoFiles       []string
	IgnoredGoFiles []string
	Imports        []string
	TestImports    []string
	XTestImports   []string
}

func (p *listed) name() string { return strings.TrimPrefix(p.ImportPath, module) }

// TestArchitecture compares the module with the table.
func TestArchitecture(t *testing.T) {
	pkgs := list(t)
	for _, v := range slices.Concat(checkImports(pkgs), checkComments(t, pkgs)) {
		t.Error(v)
	}
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "../cmd/...").Output()
	if err != nil {
		t.Fatalf("go list -deps: %v", err)
	}
	if slices.Contains(strings.Fields(string(out)), "net/http/pprof") {
		t.Error("a command links net/http/pprof; a dependency must have brought it in")
	}
}

func list(t *testing.T) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Dir,GoFiles,CgoFiles,IgnoredGoFiles,Imports,TestImports,XTestImports", "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Logf("%s", exit.Stderr)
		}
		t.Fatalf("go list: %v", err)
	}
	var pkgs []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return pkgs
		}
		if err != nil {
			t.Fatalf("go list: %v", err)
		}
		pkgs = append(pkgs, p)
	}
}

// checkImports returns one line for each import that the table does not allow.
func checkImports(pkgs []listed) []string {
	var bad []string
	seen := make(map[string]bool)
	for i := range pkgs {
		p := &pkgs[i]
		r, ok := rowOf(p.name())
		if !ok {
			bad = append(bad, fmt.Sprintf("%s has no row in the table", p.name()))
			continue
		}
		seen[r.pkg] = true
		for _, imp := range p.Imports {
			if why := r.refuses(p.name(), imp, false); why != "" {
				bad = append(bad, fmt.Sprintf("%s imports %s: %s", p.name(), imp, why))
			}
		}
		for _, imp := range slices.Concat(p.TestImports, p.XTestImports) {
			if why := r.refuses(p.name(), imp, true); why != "" {
				bad = append(bad, fmt.Sprintf("a test of %s imports %s: %s", p.name(), imp, why))
			}
		}
	}
	for _, r := range table {
		if !seen[r.pkg] && !planned(r.pkg) {
			bad = append(bad, fmt.Sprintf("the row of %s has no package", r.pkg))
		}
	}
	return bad
}

// planned are the packages of the design that are still to come.
func planned(name string) bool {
	return slices.Contains([]string{
		"storage/snapshot", "storage/constraint",
		"cmd/boltcheck/...", "cmd/boltsh",
	}, name)
}

func rowOf(name string) (row, bool) {
	for _, r := range table {
		if matches(r.pkg, name) {
			return r, true
		}
	}
	return row{}, false
}

func matches(pattern, name string) bool {
	if pattern == "..." {
		return true
	}
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return name == base || strings.HasPrefix(name, base+"/")
	}
	return pattern == name
}

func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, name) })
}

// isTestPackage reports whether a package of ours exists for tests.
func isTestPackage(name string) bool { return strings.HasSuffix(path.Base(name), "test") }

// refuses returns why a package may not import imp, or "".
func (r row) refuses(name, imp string, test bool) string {
	for _, f := range fences {
		if imp == f.pkg && !matchesAny(f.place, name) && (f.place == nil || !test) {
			return f.why
		}
	}
	if own, ok := strings.CutPrefix(imp, module); ok {
		return r.refusesOwn(name, own, test)
	}
	if first, _, _ := strings.Cut(imp, "/"); !strings.Contains(first, ".") {
		return "" // the standard library
	}
	allowed := slices.Clone(r.third)
	if test || isTestPackage(name) {
		allowed = slices.Concat(allowed, r.testThird, testLibraries)
	}
	for _, prefix := range allowed {
		if imp == prefix || strings.HasPrefix(imp, strings.TrimSuffix(prefix, "/")+"/") {
			return ""
		}
	}
	return "this library has its place elsewhere, or none"
}

func (r row) refusesOwn(name, own string, test bool) string {
	switch {
	case own == name:
		return ""
	case matchesAny(r.never, own):
		return "these two never meet"
	case matches("conformance/...", own) && !matches("conformance/...", name):
		return "nothing imports conformance"
	case matches("cmd/...", own) && !matches("cmd/...", name) && !matches("conformance/...", name):
		return "only commands know commands"
	case matches("cmd/...", own) && matches("cmd/...", name) && !matches("cmd/internal/...", own) && command(own) != command(name):
		return "commands do not import each other"
	case isTestPackage(own):
		if test || isTestPackage(name) || matches("conformance/...", name) || matches("cmd/boltcheck/...", name) {
			return ""
		}
		return "it is for tests"
	case matchesAny(r.own, own), test && matchesAny(r.testOwn, own):
		return ""
	default:
		return "arrows point down only"
	}
}

// command returns the folder of the command that a package belongs to.
func command(name string) string {
	parts := strings.SplitN(name, "/", 3)
	return parts[min(1, len(parts)-1)]
}

// checkComments returns one line for each package whose comment is missing, is
// not in doc.go, or exists twice.
func checkComments(t *testing.T, pkgs []listed) []string {
	t.Helper()
	var bad []string
	for i := range pkgs {
		p := &pkgs[i]
		var where []string
		for _, name := range slices.Concat(p.GoFiles, p.CgoFiles, p.IgnoredGoFiles) {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.PackageClauseOnly|parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			if f.Doc != nil {
				where = append(where, name)
			}
		}
		if !slices.Equal(where, []string{"doc.go"}) {
			bad = append(bad, fmt.Sprintf("%s has package comments in %q; want one, in doc.go", p.name(), where))
		}
	}
	return bad
}

// TestArchitectureCatches plants a violation of each kind.
func TestArchitectureCatches(t *testing.T) {
	for _, tt := range []struct {
		name string
		pkg  listed
		want string // empty: allowed
	}{
		{"no row", listed{ImportPath: module + "util"}, "util has no row in the table"},
		{"row of a folder is no row of its children", listed{ImportPath: module + "storage/new"}, "storage/new has no row in the table"},
		{"down", listed{ImportPath: module + "bolt", Imports: []string{module + "packstream", "io"}}, ""},
		{"up", listed{ImportPath: module + "packstream", Imports: []string{module + "bolt"}}, "arrows point down only"},
		{"storage knows cypher", listed{ImportPath: module + "storage", Imports: []string{module + "cypher"}}, "arrows point down only"},
		{"parser knows plan", listed{ImportPath: module + "cypher/parser", Imports: []string{module + "cypher/plan"}}, "arrows point down only"},
		{"engine encodes", listed{ImportPath: module + "cypher/exec", Imports: []string{module + "packstream"}}, "arrows point down only"},
		{"server looks behind the facade", listed{ImportPath: module + "server", Imports: []string{module + "cypher/plan"}}, "arrows point down only"},
		{"server's test may", listed{ImportPath: module + "server", XTestImports: []string{module + "cypher/plan"}}, ""},
		{"server knows tls", listed{ImportPath: module + "server", Imports: []string{module + "tls"}}, "arrows point down only"},
		{"websocket meets tls in a test", listed{ImportPath: module + "server/ws", XTestImports: []string{module + "tls/tlstest"}}, "these two never meet"},
		{"tls meets websocket in a test", listed{ImportPath: module + "tls", TestImports: []string{module + "server/ws"}}, "these two never meet"},
		{"server knows flags", listed{ImportPath: module + "server", Imports: []string{module + "cmd/internal/gflags"}}, "only commands know commands"},
		{"command knows conformance", listed{ImportPath: module + "cmd/drawbolt", Imports: []string{module + "conformance/binary"}}, "these two never meet"},
		{"test knows conformance", listed{ImportPath: module + "bolt", XTestImports: []string{module + "conformance/binary"}}, "nothing imports conformance"},
		{"command imports its own part", listed{ImportPath: module + "cmd/boltcheck", Imports: []string{module + "cmd/boltcheck/suite"}}, ""},
		{"conformance imports a part of a command", listed{ImportPath: module + "conformance/suite", XTestImports: []string{module + "cmd/boltcheck/suite"}}, ""},
		{"command imports a command", listed{ImportPath: module + "cmd/boltsh", Imports: []string{module + "cmd/drawbolt"}}, "commands do not import each other"},
		{"product imports a package for tests", listed{ImportPath: module + "cmd/drawbolt", Imports: []string{module + "tls/tlstest"}}, "it is for tests"},
		{"test imports a package for tests", listed{ImportPath: module + "server", TestImports: []string{module + "tls/tlstest"}}, ""},
		{"crypto/tls in server", listed{ImportPath: module + "server", Imports: []string{"crypto/tls"}}, "use our package tls"},
		{"crypto/tls in a command", listed{ImportPath: module + "cmd/boltsh", Imports: []string{"crypto/tls"}}, "use our package tls"},
		{"crypto/tls in tests", listed{ImportPath: module + "server", XTestImports: []string{"crypto/tls"}}, ""},
		{"pprof even in tests", listed{ImportPath: module + "server", XTestImports: []string{"net/http/pprof"}}, "it opens a side door"},
		{"expvar in conformance", listed{ImportPath: module + "conformance/tls", Imports: []string{"expvar"}}, "it publishes the command line"},
		{"log", listed{ImportPath: module + "server", Imports: []string{"log"}}, "use the zerolog logger"},
		{"math/rand", listed{ImportPath: module + "storage", Imports: []string{"math/rand"}}, "use math/rand/v2"},
		{"math/rand/v2", listed{ImportPath: module + "storage", Imports: []string{"math/rand/v2"}}, ""},
		{"library out of place", listed{ImportPath: module + "storage", Imports: []string{zero}}, "has its place elsewhere"},
		{"driver out of place", listed{ImportPath: module + "cmd/drawbolt", Imports: []string{driver + "/neo4j"}}, "has its place elsewhere"},
		{"driver in place", listed{ImportPath: module + "cmd/boltsh", Imports: []string{driver + "/neo4j"}}, ""},
		{"prefix is no path", listed{ImportPath: module + "storage", Imports: []string{lru + "x"}}, "has its place elsewhere"},
		{"test library in the product", listed{ImportPath: module + "bolt", Imports: []string{"github.com/google/go-cmp/cmp"}}, "has its place elsewhere"},
		{"test library in a test", listed{ImportPath: module + "bolt", TestImports: []string{"github.com/google/go-cmp/cmp"}}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, v := range checkImports([]listed{tt.pkg}) {
				if !strings.HasSuffix(v, "has no package") {
					got = append(got, v)
				}
			}
			if all := strings.Join(got, "\n"); (tt.want == "") != (all == "") || !strings.Contains(all, tt.want) {
				t.Errorf("checkImports = %q; want %q", all, tt.want)
			}
		})
	}
	t.Run("row without a package", func(t *testing.T) {
		if got := strings.Join(checkImports(nil), "\n"); !strings.Contains(got, "the row of packstream has no package") {
			t.Errorf("checkImports = %q; want a word about packstream", got)
		}
	})
	t.Run("comments", func(t *testing.T) {
		dir := t.TempDir()
		for name, text := range map[string]string{
			"doc.go": "// Package x is good.\npackage x\n", "plain.go": "package x\n", "second.go": "// Package x again.\npackage x\n",
		} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, tt := range []struct {
			files []string
			ok    bool
		}{
			{[]string{"doc.go", "plain.go"}, true},
			{[]string{"doc.go", "second.go"}, false},
			{[]string{"plain.go"}, false},
			{[]string{"plain.go", "second.go"}, false},
		} {
			got := checkComments(t, []listed{{ImportPath: module + "x", Dir: dir, GoFiles: tt.files}})
			if (len(got) == 0) != tt.ok {
				t.Errorf("checkComments(%q) = %q; want success %t", tt.files, got, tt.ok)
			}
		}
	})
}
