package operations_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
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

// write writes a file in the machine.
func (m *machine) write(t *testing.T, path, text string) {
	t.Helper()
	cmd := m.command("sh", "-c", `mkdir -p "$(dirname "$1")" && cat >"$1"`, "sh", path)
	cmd.Stdin = strings.NewReader(text)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("write %s: %v\n%s", path, err, out)
	}
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
	return m.serve(t, append([]string{"setpriv", "--reuid=drawbolt", "--regid=drawbolt", "--clear-groups"}, strings.Fields(line[1])...)...)
}

// serve runs a server in the machine until stop.
func (m *machine) serve(t *testing.T, args ...string) (address string, stop func()) {
	t.Helper()
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
