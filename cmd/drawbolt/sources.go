package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The configuration files that are read when they exist, and the variables that
// name one which must exist.
const (
	packagedFile     = "/etc/drawbolt/drawbolt.conf"
	homeFile         = ".drawbolt/config"
	fileVariable     = "DRAWBOLT_CONFIG"
	memgraphFile     = "/etc/memgraph/memgraph.conf"
	memgraphHomeFile = ".memgraph/config"
	memgraphVariable = "MEMGRAPH_CONFIG"
)

// configFiles returns the flag files that are read before the command line, in
// order: later ones win. The files of an installed Memgraph are read only when
// --memgraph-config asks for it, because its ports and directories may be in
// use. --nodefault-config leaves all out but those that variables name.
func (env environment) configFiles() ([]string, error) {
	var packaged, home []string
	if asks(env.args, flagDefaultConfig, true) {
		packaged, home = append(packaged, packagedFile), append(home, homeFile)
	}
	if asks(env.args, flagMemgraphConfig, false) {
		packaged = append(packaged, memgraphFile)
		home = append(home, memgraphHomeFile)
	}
	if dir, ok := env.lookupEnv("HOME"); ok && dir != "" {
		for _, name := range home { // below root too, for tests
			packaged = append(packaged, filepath.Join(dir, name))
		}
	}
	var files []string
	for _, path := range packaged {
		path = filepath.Join(env.root, path)
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		files = append(files, path)
	}
	for _, variable := range []string{memgraphVariable, fileVariable} {
		path, ok := env.lookupEnv(variable)
		if !ok || path == "" {
			continue
		}
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s environment variable set to nonexisting path: %s", variable, path)
		}
		files = append(files, path)
	}
	return files, nil
}

// asks reports whether the command line sets a boolean flag, which is on without.
// Other flags may be unknown: the parser reports them later.
func asks(args []string, flag string, on bool) bool {
	for _, arg := range args {
		if arg == "--" {
			break
		}
		name, value, given := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-"), "=")
		name = strings.ReplaceAll(name, "_", "-")
		switch {
		case !strings.HasPrefix(arg, "-"):
			continue
		case name == "no"+flag:
			on = false
			continue
		case name != flag:
			continue
		}
		on = !given || slices.Contains([]string{"1", "t", "true", "y", "yes"}, strings.ToLower(value))
	}
	return on
}
