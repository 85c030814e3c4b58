package main

import (
	"bufio"
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/drawbolt/drawbolt/cmd/boltbench/client"
	"github.com/drawbolt/drawbolt/cmd/boltbench/report"
)

// machine describes where boltbench runs. What can not be found out is left out.
func machine() report.Machine {
	m := report.Machine{OS: runtime.GOOS, Arch: runtime.GOARCH, Cores: runtime.NumCPU()}
	if release, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.Kernel = strings.TrimSpace(string(release))
	}
	m.CPU = procField("/proc/cpuinfo", "model name")
	kib, _ := strconv.ParseInt(strings.TrimSuffix(procField("/proc/meminfo", "MemTotal"), " kB"), 10, 64)
	m.Memory = kib << 10
	return m
}

// procField returns the first value of that name in a file of "name: value" lines.
func procField(path, name string) string {
	f, err := os.Open(path) //nolint:gosec // one of the two files above
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if key, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// versions returns the version of boltbench, with the commit it was built from,
// and that of the driver.
func versions() (own, driver string) {
	own = version
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return own, ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			own = version + " " + s.Value[:min(12, len(s.Value))]
		}
	}
	for _, dep := range info.Deps {
		if dep.Path == "github.com/neo4j/neo4j-go-driver/v5" {
			driver = dep.Version
		}
	}
	return own, driver
}

// isMemgraph reports whether a server speaks Memgraph's dialect.
func isMemgraph(server string) bool { return strings.Contains(server, "Memgraph") }

// durability asks a server what an answered commit survives. Bolt has no question
// for that, so this knows some products.
func durability(ctx context.Context, s *client.Session, server string) string {
	if strings.Contains(server, "drawbolt") || isMemgraph(server) {
		rows, err := s.Rows(ctx, &client.Request{Statement: "SHOW CONFIG"})
		if err != nil {
			return "not known"
		}
		settings := make(map[string]string)
		for _, row := range rows {
			if len(row) < 3 {
				continue
			}
			name, _ := row[0].(string)
			value, _ := row[2].(string)
			settings[name] = value
		}
		every, ok := settings["storage_wal_file_flush_every_n_tx"]
		switch {
		case settings["storage_wal_enabled"] == "false":
			return "none: the server has no log of its commits (storage_wal_enabled=false)"
		case ok && every != "1":
			return "the log is synchronised after every " + every + " commits (storage_wal_file_flush_every_n_tx)"
		case ok:
			return "every commit is in the synchronised log before it is answered (storage_wal_file_flush_every_n_tx=1)"
		}
		return "not known"
	}
	// Others put more behind the version that they are compatible with.
	if number, ok := strings.CutPrefix(server, "Neo4j/"); ok && strings.Trim(number, "0123456789.") == "" {
		return "every commit is in the synchronised transaction log before it is answered, as always with Neo4j"
	}
	return "not known"
}
