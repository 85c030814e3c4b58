package operations_test

import (
	"bufio"
	"crypto/sha256"
	"crypto/x509"
	"debug/elf"
	"encoding/hex"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/drawbolt/drawbolt/conformance/binary"
)

var distribution struct { //nolint:gochecknoglobals // one build per test process
	once sync.Once
	dir  string
	err  error
	log  []byte
}

// dist builds all archives and packages and returns their directory.
func dist(t *testing.T) string {
	t.Helper()
	root, err := binary.Root(t)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, ".tools", "bin", "nfpm")); err != nil {
		t.Skip("not run: no nfpm; make tools installs it")
	}
	d := &distribution
	d.once.Do(func() {
		if d.dir, d.err = os.MkdirTemp("", "drawbolt-dist-"); d.err != nil { //nolint:usetesting // outlives the test that builds it
			return
		}
		d.log, d.err = exec.CommandContext(t.Context(), "make", "-C", root, "dist", "DIST="+d.dir+"/out").CombinedOutput()
	})
	if d.err != nil {
		t.Fatalf("make dist: %v\n%s", d.err, d.log)
	}
	return d.dir + "/out"
}

func TestMain(m *testing.M) {
	code := m.Run()
	if distribution.dir != "" {
		_ = os.RemoveAll(distribution.dir)
	}
	os.Exit(code)
}

// one returns the only file of a pattern.
func one(t *testing.T, pattern string) string {
	t.Helper()
	list, err := filepath.Glob(pattern)
	if err != nil || len(list) != 1 {
		t.Fatalf("%s: %q, %v; want one file", pattern, list, err)
	}
	return list[0]
}

// TestDistribution looks into the packages and archives of both architectures.
func TestDistribution(t *testing.T) {
	if _, err := exec.LookPath("dpkg-deb"); err != nil {
		t.Skip("not run: no dpkg-deb")
	}
	dir := dist(t)
	for arch, machine := range map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64} {
		t.Run(arch, func(t *testing.T) {
			deb := one(t, dir+"/*_"+arch+".deb")
			for field, want := range map[string]string{
				"Package": "drawbolt", "Architecture": arch, "Section": "database", "Priority": "optional", "Depends": "passwd",
			} {
				if got := output(t, "dpkg-deb", "--field", deb, field); strings.TrimSpace(got) != want {
					t.Errorf("%s: %s; want %s", field, got, want)
				}
			}
			unpacked := t.TempDir()
			output(t, "dpkg-deb", "--raw-extract", deb, unpacked)
			output(t, "tar", "-C", unpacked, "-xzf", one(t, dir+"/*-linux-"+arch+".tar.gz"))
			archive := one(t, unpacked+"/drawbolt-*")
			for path, mode := range map[string]os.FileMode{
				"/usr/bin/drawbolt": 0o755, "/usr/bin/boltsh": 0o755, "/usr/bin/boltcheck": 0o755, "/usr/bin/boltbench": 0o755,
				"/etc/drawbolt/drawbolt.conf": 0o644, "/lib/systemd/system/drawbolt.service": 0o644,
				"/usr/share/man/man8/drawbolt.8.gz": 0o644, "/usr/share/bash-completion/completions/drawbolt": 0o644,
				"/usr/share/doc/drawbolt/copyright": 0o644,
				"/DEBIAN/postinst":                  0o755, "/DEBIAN/prerm": 0o755, "/DEBIAN/postrm": 0o755,
			} {
				info, err := os.Stat(unpacked + path)
				if err != nil || info.Mode().Perm() != mode {
					t.Errorf("%s: %v, %v; want mode %o", path, info, err, mode)
				}
			}
			if text := readFile(t, unpacked+"/DEBIAN/conffiles"); strings.TrimSpace(text) != "/etc/drawbolt/drawbolt.conf" {
				t.Errorf("conffiles: %s", text)
			}
			if keys, err := filepath.Glob(unpacked + "/etc/drawbolt/ssl/*"); err != nil || len(keys) > 0 {
				t.Errorf("the package brings keys: %q, %v", keys, err)
			}
			for _, name := range []string{"drawbolt", "boltsh", "boltcheck", "boltbench"} {
				checkStatic(t, unpacked+"/usr/bin/"+name, machine)
				checkStatic(t, archive+"/"+name, machine)
			}
			for _, name := range []string{"LICENSE", "README.md", "CHANGELOG.md", "FLAGS.md", "drawbolt.conf", "drawbolt.service", "drawbolt.8.gz", "drawbolt.bash"} {
				if _, err := os.Stat(archive + "/" + name); err != nil {
					t.Error(err)
				}
			}
		})
	}
	lines := bufio.NewScanner(strings.NewReader(readFile(t, dir+"/SHA256SUMS")))
	sums := 0
	for lines.Scan() {
		sum, name, _ := strings.Cut(lines.Text(), "  ")
		if got := sha256.Sum256([]byte(readFile(t, dir+"/"+name))); hex.EncodeToString(got[:]) != sum {
			t.Errorf("SHA256SUMS is wrong about %s", name)
		}
		sums++
	}
	if sums != 4 {
		t.Errorf("SHA256SUMS has %d lines, want 4", sums)
	}
}

// checkStatic checks that a program is for a machine and needs no library.
func checkStatic(t *testing.T, path string, machine elf.Machine) {
	t.Helper()
	f, err := elf.Open(path)
	if err != nil {
		t.Error(err)
		return
	}
	defer f.Close()
	if f.Machine != machine {
		t.Errorf("%s is for %v, want %v", path, f.Machine, machine)
	}
	if slices.ContainsFunc(f.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }) {
		t.Errorf("%s is not static", path)
	}
}

// output returns what a command prints.
func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// free lets the installed server run beside others, and keeps it from the
// network.
const free = "--bolt-address=127.0.0.1\n--bolt-port=0\n--monitoring-port=-1\n--metrics-port=-1\n"

// TestPackage follows the steps by which an operator encrypts a new server:
// install, edit the configuration file, restart, connect; plaintext is refused
// from then on. Then the package is upgraded, removed and purged.
func TestPackage(t *testing.T) {
	m := newMachine(t)
	deb := one(t, dist(t)+"/*_"+runtime.GOARCH+".deb")
	m.run(t, "dpkg", "-i", deb)
	for path, want := range map[string]string{
		"/etc/drawbolt/ssl/key.pem": "drawbolt 400", "/etc/drawbolt/ssl/cert.pem": "drawbolt 444", "/etc/drawbolt/ssl": "root 750",
		"/var/lib/drawbolt": "drawbolt 700", "/var/log/drawbolt": "drawbolt 750",
	} {
		if got := strings.TrimSpace(m.run(t, "stat", "-c", "%U %a", path)); got != want {
			t.Errorf("%s belongs to %s, want %s", path, got, want)
		}
	}
	m.checkPair(t)
	m.checkUnit(t)
	m.run(t, "sh", "-c", `printf %b "$1" >>/etc/drawbolt/drawbolt.conf`, "sh", free)

	address, stop := m.start(t)
	if err := returnOne(t, "bolt://"+address); err != nil {
		t.Errorf("plaintext, as installed: %v", err)
	}
	stop()

	m.run(t, "sed", "-i", "s/^# --bolt-cert-file/--bolt-cert-file/; s/^# --bolt-key-file/--bolt-key-file/", "/etc/drawbolt/drawbolt.conf")
	address, stop = m.start(t)
	if err := returnOne(t, "bolt+ssc://"+address); err != nil {
		t.Errorf("TLS, as configured: %v", err)
	}
	if err := returnOne(t, "bolt://"+address); err == nil {
		t.Error("plaintext is accepted although TLS is on")
	}
	if out := m.run(t, "drawbolt", "--probe", "--bolt-port="+address[strings.LastIndexByte(address, ':')+1:]); out != "" {
		t.Errorf("the probe says %s", out)
	}
	stop()

	key := m.run(t, "sha256sum", "/etc/drawbolt/ssl/key.pem")
	m.run(t, "dpkg", "-i", deb)
	if got := m.run(t, "sha256sum", "/etc/drawbolt/ssl/key.pem"); got != key {
		t.Error("an upgrade replaces the key")
	}
	m.run(t, "grep", "-q", "^--bolt-cert-file=", "/etc/drawbolt/drawbolt.conf")

	m.run(t, "dpkg", "--remove", "drawbolt")
	m.run(t, "sh", "-c", "test ! -e /usr/bin/drawbolt && test -e /etc/drawbolt/ssl/key.pem && test -e /var/log/drawbolt/drawbolt.log")
	m.run(t, "dpkg", "--purge", "drawbolt")
	m.run(t, "sh", "-c", "test ! -e /etc/drawbolt && test ! -e /var/log/drawbolt && test -d /var/lib/drawbolt/databases")

	m.run(t, "dpkg", "-i", deb)
	if got := m.run(t, "sha256sum", "/etc/drawbolt/ssl/key.pem"); got == key {
		t.Error("two installations have the same key")
	}
}

// checkPair checks that the installed certificate can be verified by clients.
func (m *machine) checkPair(t *testing.T) {
	t.Helper()
	block, _ := pem.Decode([]byte(m.run(t, "cat", "/etc/drawbolt/ssl/cert.pem")))
	if block == nil {
		t.Fatal("the certificate is no PEM file")
	}
	leaf, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"localhost", "127.0.0.1", "::1", host} {
		if err := leaf.VerifyHostname(name); err != nil {
			t.Errorf("the installed certificate: %v", err)
		}
	}
	if years := leaf.NotAfter.Sub(leaf.NotBefore).Hours() / 24 / 365; years < 9 {
		t.Errorf("the installed certificate is valid for %.1f years", years)
	}
}

// checkUnit lets systemd judge the installed unit, where it is there.
func (m *machine) checkUnit(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Log("the unit is not verified: no systemd-analyze")
		return
	}
	const unit = "/lib/systemd/system/drawbolt.service"
	m.run(t, "systemd-analyze", "verify", "--man=no", unit)
	m.run(t, "systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=20", unit)
}

// TestMemgraphConfiguration starts the package with the configuration file of an
// installed Memgraph, TLS uncommented: what can not be had is warned about, and
// nothing else.
func TestMemgraphConfiguration(t *testing.T) {
	m := newMachine(t)
	m.run(t, "dpkg", "-i", one(t, dist(t)+"/*_"+runtime.GOARCH+".deb"))
	m.write(t, "/etc/memgraph/memgraph.conf", readFile(t, "testdata/memgraph.conf"))
	m.run(t, "drawbolt", "--create-certificate", "--bolt-cert-file=/etc/memgraph/ssl/cert.pem", "--bolt-key-file=/etc/memgraph/ssl/key.pem")
	m.run(t, "sh", "-c", "mkdir -p /usr/lib/memgraph/query_modules && echo '{}' >/etc/memgraph/apoc_compatibility_mappings.json")
	args := strings.Fields("--bolt-address=127.0.0.1 --bolt-port=0 --monitoring-port=-1 --metrics-port=-1")
	address, stop := m.serve(t, append([]string{"drawbolt", "--nodefault-config", "--memgraph-config"}, args...)...)
	if err := returnOne(t, "bolt+ssc://"+address); err != nil {
		t.Error(err)
	}
	stop()
	var got []string
	for line := range strings.Lines(m.run(t, "cat", "/var/log/memgraph/memgraph.log")) {
		if _, text, ok := strings.Cut(line, "[drawbolt] "); ok {
			got = append(got, strings.TrimSpace(text))
		}
	}
	const file = "(/etc/memgraph/memgraph.conf:"
	want := []string{
		"[warning] --storage-enable-schema-metadata " + file + "77) has no effect: statistics and schema are always exact",
		"[warning] --storage-automatic-label-index-creation-enabled " + file + "78) has no effect: every label is indexed",
		"[warning] --query-modules-directory " + file + "50) has no effect: procedures are built in; no module is loaded from outside",
		"[warning] --query-callable-mappings-path " + file + "53) has no effect: procedures are built in; no module is loaded from outside",
		"[warning] --telemetry-enabled " + file + "88) has no effect: telemetry is never sent",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the log has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func returnOne(t *testing.T, uri string) error {
	t.Helper()
	d, err := neo4j.NewDriverWithContext(uri, neo4j.NoAuth())
	if err != nil {
		return err
	}
	defer d.Close(t.Context())
	_, err = neo4j.ExecuteQuery(t.Context(), d, "RETURN 1", nil, neo4j.EagerResultTransformer)
	return err
}
