package reference

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// The environment variables that tests with a reference server obey.
const (
	EnvEnabled = "DRAWBOLT_REFERENCE"         // 1 = start reference servers
	EnvJava    = "DRAWBOLT_REFERENCE_JAVA"    // java command, default "java"
	EnvRelease = "DRAWBOLT_REFERENCE_RELEASE" // Neo4j release, default 5.26.30
	EnvCache   = "DRAWBOLT_REFERENCE_CACHE"   // folder for the class path
)

// A release is a version of Neo4j that is known to run here.
type release struct {
	version   string
	mainClass string
	java      int      // lowest Java version
	settings  []string // lines of neo4j.conf that only this release knows
}

// releases lists them, the default first.
func releases() []release {
	return []release{
		{version: "5.26.30", mainClass: "org.neo4j.server.CommunityEntryPoint", java: 17},
		{
			version: "2026.08.1", mainClass: "org.neo4j.server.Neo4jCommunity", java: 21,
			settings: []string{"server.fleet_discovery.enabled=false", "dbms.fleet_manager.enabled=false"},
		},
	}
}

// pom depends on the two artifacts that together are a server.
const pom = `<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>com.github.drawbolt</groupId>
  <artifactId>reference</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.neo4j</groupId><artifactId>neo4j</artifactId><version>%[1]s</version></dependency>
    <dependency><groupId>org.neo4j.app</groupId><artifactId>neo4j-server</artifactId><version>%[1]s</version></dependency>
  </dependencies>
</project>
`

// An installation is a server that can be started.
type installation struct {
	release   release
	java      string
	classPath string
}

// An UnavailableError says why no reference server can run here.
type UnavailableError struct{ Reason string }

// Error returns the reason.
func (e *UnavailableError) Error() string { return "reference server not available: " + e.Reason }

func unavailable(format string, args ...any) error {
	return &UnavailableError{Reason: fmt.Sprintf(format, args...)}
}

// Available returns nil when a reference server can be started, and otherwise
// an [*UnavailableError]. It may fetch the artifacts.
func Available(ctx context.Context) error {
	if os.Getenv(EnvEnabled) != "1" {
		return unavailable("set %s=1 to run one", EnvEnabled)
	}
	_, err := install(ctx)
	return err
}

// install finds Java and the artifacts, fetching them if need be.
func install(ctx context.Context) (installation, error) {
	in := installation{release: releases()[0], java: "java"}
	if name := os.Getenv(EnvRelease); name != "" {
		found := false
		for _, r := range releases() {
			if r.version == name {
				in.release, found = r, true
			}
		}
		if !found {
			return in, unavailable("release %s is not known", name)
		}
	}
	if java := os.Getenv(EnvJava); java != "" {
		in.java = java
	}
	have, err := javaVersion(ctx, in.java)
	if err != nil {
		return in, err
	}
	if have < in.release.java {
		return in, unavailable("Neo4j %s needs Java %d, and %s is Java %d",
			in.release.version, in.release.java, in.java, have)
	}
	in.classPath, err = classPath(ctx, in.release)
	return in, err
}

// javaVersion returns the major version of a java command.
func javaVersion(ctx context.Context, java string) (int, error) {
	out, err := exec.CommandContext(ctx, java, "-version").CombinedOutput() //nolint:gosec // the tester's own choice of folder and command
	if err != nil {
		return 0, unavailable("%s -version: %v", java, err)
	}
	// The first line is like: openjdk version "17.0.15" 2025-04-15
	_, rest, _ := strings.Cut(string(out), `"`)
	digits, _, _ := strings.Cut(rest, `"`)
	digits, _, _ = strings.Cut(digits, ".")
	major, err := strconv.Atoi(digits)
	if err != nil {
		return 0, unavailable("%s -version printed no version", java)
	}
	return major, nil
}

// classPath returns the class path of a release. It is kept in the cache and
// made again when a jar has gone.
func classPath(ctx context.Context, r release) (string, error) {
	cache := os.Getenv(EnvCache)
	if cache == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			return "", unavailable("no cache folder: %v", err)
		}
		cache = filepath.Join(dir, "drawbolt")
	}
	cache = filepath.Join(cache, "neo4j-"+r.version)
	path := filepath.Join(cache, "classpath.txt")
	if cp, ok := readClassPath(path); ok {
		return cp, nil
	}
	if _, err := exec.LookPath("mvn"); err != nil {
		return "", unavailable("mvn is needed to fetch Neo4j: %v", err)
	}
	if err := os.MkdirAll(cache, 0o750); err != nil { //nolint:gosec // the tester's own choice of folder and command
		return "", unavailable("%v", err)
	}
	project := filepath.Join(cache, "pom.xml")
	if err := os.WriteFile(project, fmt.Appendf(nil, pom, r.version), 0o600); err != nil { //nolint:gosec // the tester's own choice of folder and command
		return "", unavailable("%v", err)
	}
	// Several test processes may do this at once: each writes its own file.
	part := fmt.Sprintf("%s.%d", path, os.Getpid())
	cmd := exec.CommandContext(ctx, "mvn", "-B", "-q", "-f", project, //nolint:gosec // the tester's own choice of folder and command
		"dependency:build-classpath", "-Dmdep.outputFile="+part)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", unavailable("mvn: %v: %s", err, lastLine(out))
	}
	if err := os.Rename(part, path); err != nil { //nolint:gosec // the tester's own choice of folder and command
		return "", unavailable("%v", err)
	}
	cp, ok := readClassPath(path)
	if !ok {
		return "", unavailable("mvn left an incomplete class path in %s", path)
	}
	return cp, nil
}

// readClassPath returns the class path in a file; it is false unless all of
// its jars exist.
func readClassPath(path string) (string, bool) {
	b, err := os.ReadFile(path) //nolint:gosec // a file of our own cache folder
	if err != nil {
		return "", false
	}
	cp := strings.TrimSpace(string(b))
	for _, jar := range filepath.SplitList(cp) {
		if _, err := os.Stat(jar); errors.Is(err, os.ErrNotExist) { //nolint:gosec // the tester's own choice of folder and command
			return "", false
		}
	}
	return cp, cp != ""
}

// lastLine returns the last line of a command's output that is not blank.
func lastLine(out []byte) string {
	lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	return string(bytes.TrimSpace(lines[len(lines)-1]))
}
