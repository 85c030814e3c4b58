package driver_test

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/conformance/binary"
)

// A dependencies is the dependency graph of this module, as Go tools print it.
type dependencies struct {
	modules  []string            // paths, those of the graph of requirements included
	requires map[string][]string // module to modules, without versions
	packages []pkg
	imports  map[string][]string
	module   map[string]string // of a package
}

type pkg struct {
	Path     string `json:"ImportPath"` //nolint:tagliatelle // the tool's name
	Standard bool
	GoFiles  []string
	Imports  []string
	Module   *struct{ Path string }
}

// standardModule stands for the standard library, which is no module.
const standardModule = "std"

// load reads the graph of this module.
func load(t *testing.T) *dependencies {
	t.Helper()
	root, err := binary.Root(t)
	if err != nil {
		t.Fatal(err)
	}
	g := &dependencies{
		requires: make(map[string][]string), imports: make(map[string][]string), module: make(map[string]string),
	}
	g.readPackages(t, output(t, root, "go", "list", "-deps", "-json=ImportPath,Standard,GoFiles,Imports,Module", "./..."))
	g.readModules(t, output(t, root, "go", "mod", "graph"))
	for _, m := range g.module {
		g.modules = append(g.modules, m)
	}
	slices.Sort(g.modules)
	g.modules = slices.Compact(g.modules)
	return g
}

func output(t *testing.T, dir, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, stderr.Bytes())
	}
	return out
}

func (g *dependencies) readPackages(t *testing.T, out []byte) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(out))
	for {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		p.Imports = slices.DeleteFunc(p.Imports, func(path string) bool { return path == "C" || path == "unsafe" && p.Path == "unsafe" })
		g.packages = append(g.packages, p)
		g.module[p.Path] = standardModule
		if p.Module != nil {
			g.module[p.Path] = p.Module.Path
		}
	}
	for _, p := range g.packages {
		for _, to := range p.Imports {
			if _, ok := g.module[to]; ok { // vendored names of the standard library differ
				g.imports[p.Path] = append(g.imports[p.Path], to)
			}
		}
	}
}

func (g *dependencies) readModules(t *testing.T, out []byte) {
	t.Helper()
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() {
		from, to, ok := strings.Cut(lines.Text(), " ")
		if !ok {
			t.Fatalf("go mod graph: %q", lines.Text())
		}
		from, to = withoutVersion(from), withoutVersion(to)
		g.modules = append(g.modules, from, to)
		g.requires[from] = append(g.requires[from], to)
	}
	for m, list := range g.requires {
		slices.Sort(list)
		g.requires[m] = slices.Compact(list)
	}
}

func withoutVersion(module string) string {
	path, _, _ := strings.Cut(module, "@")
	return path
}

// dependants returns the packages that import path.
func (g *dependencies) dependants(path string) []string {
	var list []string
	for from, imports := range g.imports {
		if slices.Contains(imports, path) {
			list = append(list, from)
		}
	}
	slices.Sort(list)
	return list
}

// allDependants returns the packages that import path, be it through others.
func (g *dependencies) allDependants(path string) []string {
	importers := make(map[string][]string)
	for from, imports := range g.imports {
		for _, to := range imports {
			importers[to] = append(importers[to], from)
		}
	}
	seen := make(map[string]bool)
	for queue := []string{path}; len(queue) > 0; queue = queue[1:] {
		for _, from := range importers[queue[0]] {
			if !seen[from] {
				seen[from] = true
				queue = append(queue, from)
			}
		}
	}
	list := make([]string, 0, len(seen))
	for p := range seen {
		list = append(list, p)
	}
	slices.Sort(list)
	return list
}

// distance returns the number of imports on a shortest way, or -1.
func (g *dependencies) distance(from, to string) int {
	at := map[string]int{from: 0}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		for _, next := range g.imports[queue[0]] {
			if _, ok := at[next]; !ok {
				at[next] = at[queue[0]] + 1
				queue = append(queue, next)
			}
		}
	}
	if d, ok := at[to]; ok {
		return d
	}
	return -1
}

// A counted is a name with a number.
type counted struct {
	name string
	n    int64
}

// mostImported returns the n packages with most importers.
func (g *dependencies) mostImported(n int) []counted {
	count := make(map[string]int64)
	for _, imports := range g.imports {
		for _, to := range imports {
			count[to]++
		}
	}
	return top(count, n)
}

func (g *dependencies) packagesPerModule() []counted {
	count := make(map[string]int64)
	for _, m := range g.module {
		count[m]++
	}
	list := top(count, len(count))
	slices.SortFunc(list, func(a, b counted) int { return cmp.Compare(a.name, b.name) })
	return list
}

// top returns the n largest, ties in the order of names.
func top(count map[string]int64, n int) []counted {
	list := make([]counted, 0, len(count))
	for name, c := range count {
		list = append(list, counted{name, c})
	}
	slices.SortFunc(list, func(a, b counted) int {
		return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.name, b.name))
	})
	return list[:min(n, len(list))]
}
