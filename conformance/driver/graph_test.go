package driver_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/drawbolt/drawbolt/conformance/binary"
)

const (
	thisModule = "github.com/drawbolt/drawbolt"
	command    = thisModule + "/cmd/drawbolt"
	sysModule  = "golang.org/x/sys"
	batchRows  = 1000
)

// TestDependencyGraph loads the dependency graph of this module and asks it
// questions whose answers Go code knows; then the server is killed, and the
// answers must be the same after a restart.
func TestDependencyGraph(t *testing.T) {
	g := load(t)
	server := binary.Start(t, binary.Options{})
	d := connect(t, server)
	store(t, d, g)
	ask(t, d, g)

	server.Kill()
	server = binary.Start(t, binary.Options{Directory: server.Directory})
	ask(t, connect(t, server), g)
}

// store writes the graph with the statements that loaders use.
func store(t *testing.T, d neo4j.DriverWithContext, g *dependencies) {
	t.Helper()
	for _, statement := range []string{
		"CREATE INDEX package_path FOR (p:Package) ON (p.path)",
		"CREATE INDEX ON :Module(name)",
	} {
		execute(t, d, statement)
	}
	var modules, packages, members, imports, requires []any
	for _, m := range g.modules {
		modules = append(modules, map[string]any{"name": m})
		for _, to := range g.requires[m] {
			requires = append(requires, map[string]any{"from": m, "to": to})
		}
	}
	for _, p := range g.packages {
		packages = append(packages, map[string]any{"path": p.Path, "standard": p.Standard, "files": len(p.GoFiles)})
		members = append(members, map[string]any{"path": p.Path, "module": g.module[p.Path]})
		for _, to := range g.imports[p.Path] {
			imports = append(imports, map[string]any{"from": p.Path, "to": to})
		}
	}
	for _, step := range []struct {
		statement string
		rows      []any
	}{
		{"UNWIND $rows AS row MERGE (:Module {name: row.name})", modules},
		{"UNWIND $rows AS row MERGE (p:Package {path: row.path}) ON CREATE SET p.standard = row.standard, p.files = row.files", packages},
		{"UNWIND $rows AS row MATCH (p:Package {path: row.path}) MATCH (m:Module {name: row.module}) MERGE (p)-[:IN]->(m)", members},
		{"UNWIND $rows AS row MATCH (a:Package {path: row.from}) MATCH (b:Package {path: row.to}) MERGE (a)-[:IMPORTS]->(b)", imports},
		{"UNWIND $rows AS row MATCH (a:Module {name: row.from}), (b:Module {name: row.to}) MERGE (a)-[:REQUIRES]->(b)", requires},
	} {
		for range 2 { // MERGE changes nothing the second time
			for rows := range slices.Chunk(step.rows, batchRows) {
				query(t, d, step.statement, map[string]any{"rows": rows})
			}
		}
	}
}

// ask compares the server's answers with those computed from the same input.
func ask(t *testing.T, d neo4j.DriverWithContext, g *dependencies) {
	t.Helper()
	count := func(text string) int64 {
		n, _ := query(t, d, text, nil)[0][0].(int64)
		return n
	}
	edges, requirements := 0, 0
	for _, list := range g.imports {
		edges += len(list)
	}
	for _, list := range g.requires {
		requirements += len(list)
	}
	for _, c := range []struct {
		text string
		want int
	}{
		{"MATCH (p:Package) RETURN count(p)", len(g.packages)},
		{"MATCH (m:Module) RETURN count(*)", len(g.modules)},
		{"MATCH ()-[i:IMPORTS]->() RETURN count(i)", edges},
		{"MATCH (:Module)-[r:REQUIRES]->(:Module) RETURN count(r)", requirements},
		{"MATCH (p:Package) WHERE p.standard RETURN count(p)", len(slices.DeleteFunc(slices.Clone(g.packages), func(p pkg) bool { return !p.Standard }))},
	} {
		if got := count(c.text); got != int64(c.want) {
			t.Errorf("%s = %d, want %d", c.text, got, c.want)
		}
	}
	for _, path := range []string{thisModule + "/packstream", "golang.org/x/sys/unix", "errors"} {
		same(t, "direct dependants of "+path, g.dependants(path), column(query(t, d,
			"MATCH (p:Package)-[:IMPORTS]->(:Package {path: $path}) RETURN p.path AS path ORDER BY path", map[string]any{"path": path})))
		same(t, "all dependants of "+path, g.allDependants(path), column(query(t, d,
			"MATCH (p:Package)-[:IMPORTS*1..]->(:Package {path: $path}) WITH DISTINCT p RETURN p.path AS path ORDER BY path", map[string]any{"path": path})))
	}
	same(t, "the most imported packages", g.mostImported(10), pairs(query(t, d,
		"MATCH (p:Package)<-[i:IMPORTS]-(:Package) RETURN p.path AS path, count(i) AS n ORDER BY n DESC, path LIMIT 10", nil)))
	same(t, "packages per module", g.packagesPerModule(), pairs(query(t, d,
		"MATCH (p:Package)-[:IN]->(m:Module) RETURN m.name AS name, count(p) AS n ORDER BY name", nil)))
	askPath(t, d, g)
}

// askPath looks for a way from the command to the module of system calls. There
// may be several of the same length; any of them is right.
func askPath(t *testing.T, d neo4j.DriverWithContext, g *dependencies) {
	t.Helper()
	nearest := -1
	for path, module := range g.module {
		if n := g.distance(command, path); module == sysModule && n >= 0 && (nearest < 0 || n < nearest) {
			nearest = n
		}
	}
	if nearest < 0 {
		t.Fatalf("%s does not import anything of %s", command, sysModule)
	}
	rows := query(t, d, `
		MATCH (s:Module {name: $module})<-[:IN]-(to:Package)
		MATCH p = shortestPath((:Package {path: $from})-[:IMPORTS*..20]->(to))
		RETURN [n IN nodes(p) | n.path] AS path ORDER BY length(p) LIMIT 1`,
		map[string]any{"from": command, "module": sysModule})
	if len(rows) != 1 {
		t.Fatalf("no path from %s to %s", command, sysModule)
	}
	list, _ := rows[0][0].([]any)
	var path []string
	for _, p := range list {
		path = append(path, fmt.Sprint(p))
	}
	if len(path) != nearest+1 || path[0] != command || g.module[path[len(path)-1]] != sysModule {
		t.Errorf("path = %s, want one of %d imports from %s to %s", strings.Join(path, " → "), nearest, command, sysModule)
	}
	for i := 1; i < len(path); i++ {
		if !slices.Contains(g.imports[path[i-1]], path[i]) {
			t.Errorf("path = %s, but %s does not import %s", strings.Join(path, " → "), path[i-1], path[i])
		}
	}
}

func same[T any](t *testing.T, what string, want, got []T) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(counted{})); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// column returns the first column.
func column(rows [][]any) []string {
	list := make([]string, 0, len(rows))
	for _, r := range rows {
		list = append(list, fmt.Sprint(r[0]))
	}
	return list
}

func pairs(rows [][]any) []counted {
	list := make([]counted, 0, len(rows))
	for _, r := range rows {
		n, _ := r[1].(int64)
		list = append(list, counted{fmt.Sprint(r[0]), n})
	}
	return list
}
