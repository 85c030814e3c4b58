package operations_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/drawbolt/drawbolt/conformance/binary"
)

// A machine is the root of a system in which packages are installed: a copy of
// this one that is written to memory only and that nobody else sees.
type machine struct {
	pid  string // process that keeps the mounts
	root string
}

// newMachine skips the test where such a system can not be had.
func newMachine(t *testing.T) *machine {
	t.Helper()
	for _, program := range []string{"dpkg", "unshare", "nsenter", "setpriv"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("not run: no %s", program)
		}
	}
	if os.Geteuid() != 0 {
		t.Skip("not run: only root can install packages")
	}
	dir := t.TempDir()
	script := `set -e
mount -t tmpfs none "$1"; mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o lowerdir=/,upperdir="$1/upper",workdir="$1/work" "$1/root"
mount -t proc proc "$1/root/proc"; mount --bind /dev "$1/root/dev"
echo ready; exec sleep 600`
	cmd := exec.CommandContext(context.Background(), "unshare", "--mount", "--propagation=private", "sh", "-c", script, "sh", dir)
	out := &lines{found: make(chan string, 1), want: regexp.MustCompile(`(?m)^(ready)$`)}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Skipf("not run: %v", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	select {
	case <-out.found:
	case err := <-ended:
		t.Skipf("not run: no file system of its own: %v %s", err, out.String())
	}
	return &machine{pid: strconv.Itoa(cmd.Process.Pid), root: filepath.Join(dir, "root")}
}

// command is a command in the machine.
func (m *machine) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.Background(), "nsenter", append([]string{"--mount", "-t", m.pid, "chroot", m.root}, args...)...)
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"}
	return cmd
}

// run runs a command in the machine and returns its output.
func (m *machine) run(t *testing.T, args ...string) string {
	t.Helper()
	out, err := m.command(args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%q: %v\n%s", args, err, out)
	}
	return string(out)
}

// lines collects output and reports the first match in it.
type lines struct {
	want  *regexp.Regexp
	found chan string

	mu   sync.Mutex
	buf  bytes.Buffer
	done bool
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buf.Write(p)
	if m := l.want.FindSubmatch(l.buf.Bytes()); m != nil && !l.done {
		l.done = true
		l.found <- string(m[1])
	}
	return len(p), nil
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// start runs the command line of the unit as its user and returns the address
// of the server; stop ends it as the service manager does.
func (m *machine) start(t *testing.T) (address string, stop func()) {
	t.Helper()
	unit := m.run(t, "cat", "/lib/systemd/system/drawbolt.service")
	line := regexp.MustCompile(`(?m)^ExecStart=(.*)$`).FindStringSubmatch(unit)
	if line == nil {
		t.Fatalf("no ExecStart in\n%s", unit)
	}
	args := append([]string{"setpriv", "--reuid=drawbolt", "--regid=drawbolt", "--clear-groups"}, strings.Fields(line[1])...)
	cmd := m.command(args...)
	out := &lines{found: make(chan string, 1), want: regexp.MustCompile(`bolt(?:\+ssc)?://(\S+)`)}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	stop = sync.OnceFunc(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := <-ended; err != nil {
			t.Errorf("stop: %v\n%s", err, out.String())
		}
	})
	t.Cleanup(stop)
	select {
	case address = <-out.found:
	case err := <-ended:
		ended <- err
		t.Fatalf("the service ended: %v\n%s", err, out.String())
	case <-time.After(time.Minute):
		t.Fatalf("the service does not start\n%s", out.String())
	}
	return address, stop
}

// TestPackage follows the steps by which an operator encrypts a new server:
// install, edit the configuration file, restart, connect; plaintext is refused
// from then on. Then the package is removed and purged.
func TestPackage(t *testing.T) {
	m := newMachine(t)
	root, err := binary.Root(t)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, ".tools", "bin", "nfpm")); err != nil {
		t.Skip("not run: no nfpm; make tools installs it")
	}
	dist := t.TempDir()
	builder := exec.CommandContext(t.Context(), "make", "-C", root, "dist", "DIST="+dist+"/out", "ARCHES="+runtime.GOARCH)
	if out, err := builder.CombinedOutput(); err != nil {
		t.Fatalf("make dist: %v\n%s", err, out)
	}
	debs, err := filepath.Glob(dist + "/out/*.deb")
	if err != nil || len(debs) != 1 {
		t.Fatalf("packages: %q, %v", debs, err)
	}
	m.run(t, "dpkg", "-i", debs[0])
	if got := strings.TrimSpace(m.run(t, "stat", "-c", "%U %a", "/etc/drawbolt/ssl/key.pem")); got != "drawbolt 400" {
		t.Errorf("key belongs to %s, want drawbolt 400", got)
	}
	const free = `printf '%s\n' --bolt-address=127.0.0.1 --bolt-port=0 --monitoring-port=-1 --metrics-port=-1 >>/etc/drawbolt/drawbolt.conf`
	m.run(t, "sh", "-c", free)

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
	stop()

	m.run(t, "dpkg", "--purge", "drawbolt")
	m.run(t, "sh", "-c", "test ! -e /etc/drawbolt && test ! -e /usr/bin/drawbolt && test -d /var/lib/drawbolt/log")
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
