package operations_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/conformance/binary"
)

// An instruction is one of a Dockerfile.
type instruction struct{ name, args string }

// instructions reads a Dockerfile: comments are left out, and lines that go on
// are one.
func instructions(text string) []instruction {
	var list []instruction
	line := ""
	for part := range strings.Lines(text) {
		part = strings.TrimSpace(part)
		if part == "" || part[0] == '#' {
			continue
		}
		if begun, more := strings.CutSuffix(part, `\`); more {
			line += begun
			continue
		}
		name, args, _ := strings.Cut(line+part, " ")
		list = append(list, instruction{name, args})
		line = ""
	}
	return list
}

// all returns the arguments of the instructions of a name.
func all(list []instruction, name string) []string {
	var args []string
	for _, i := range list {
		if i.name == name {
			args = append(args, i.args)
		}
	}
	return args
}

// words reads the list form of an instruction.
func words(t *testing.T, args string) []string {
	t.Helper()
	var list []string
	if err := json.Unmarshal([]byte(args[strings.IndexByte(args, '['):]), &list); err != nil {
		t.Fatalf("%s: %v", args, err)
	}
	return list
}

// TestImage does what the Dockerfile says without a container engine: the build
// step makes the image's files in a directory, which becomes the root of the
// server's process, under the image's user. The health check runs beside it.
func TestImage(t *testing.T) {
	t.Parallel()
	root, err := binary.Root(t)
	if err != nil {
		t.Fatal(err)
	}
	all := func(name string) []string {
		return all(instructions(readFile(t, root+"/cmd/drawbolt/packaging/Dockerfile")), name)
	}
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(readFile(t, root+"/go.mod"))[1]
	for name, want := range map[string][]string{
		"FROM": {"golang:" + version + " AS build", "scratch"}, "USER": {"65532:65532"}, "STOPSIGNAL": {"SIGTERM"}, "EXPOSE": {"7687 7444 9091"},
		"ENV": {"CGO_ENABLED=0", "HOME=/var/lib/drawbolt"}, "VOLUME": {`["/var/lib/drawbolt", "/etc/drawbolt", "/var/log/drawbolt"]`},
	} {
		if got := all(name); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	config := output(t, binary.Build(t), "--nodefault-config", "--print-config")
	for _, port := range []string{"--bolt-port=7687", "--monitoring-port=7444", "--metrics-port=9091"} {
		if !strings.Contains(config, port+"\n") {
			t.Errorf("the image exposes %s, which is not the default", port)
		}
	}
	if os.Geteuid() != 0 {
		t.Skip("not run: only root can change the root of a process")
	}

	image := t.TempDir()
	for dir := image; dir != "/"; dir = filepath.Dir(dir) { // the image's user must reach it
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if filepath.Dir(dir) == os.TempDir() {
			break
		}
	}
	build := exec.CommandContext(t.Context(), "sh", "-ec", strings.ReplaceAll(all("RUN")[1], "/out", image))
	build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("the build step: %v\n%s", err, out)
	}
	if got := all("COPY"); !slices.Contains(got, "--from=build /out/ /") {
		t.Errorf("COPY %q", got)
	}
	run := func(ctx context.Context, line ...string) *exec.Cmd {
		cmd := exec.CommandContext(ctx, line[0], line[1:]...)
		cmd.Dir, cmd.Env = "/", []string{"HOME=/var/lib/drawbolt"}
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: image, Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}
		return cmd
	}
	_, port, _ := strings.Cut(binary.FreeAddress(t), ":")
	own := []string{"--bolt-port=" + port, "--monitoring-port=-1", "--metrics-port=-1"}
	example := strings.Fields("--bolt-cert-file=/etc/drawbolt/ssl/cert.pem --bolt-key-file=/etc/drawbolt/ssl/key.pem --dev-certificate")
	server := run(context.Background(), slices.Concat(words(t, all("ENTRYPOINT")[0]), own, example)...)
	out := &lines{found: make(chan string, 1), want: regexp.MustCompile(`bolt\+ssc://(\S+)`)}
	server.Stdout, server.Stderr = out, out
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	t.Cleanup(func() { _ = server.Process.Kill() })
	select {
	case address := <-out.found:
		if err := returnOne(t, "bolt+ssc://"+address); err != nil {
			t.Error(err)
		}
	case err := <-ended:
		t.Fatalf("the image's server ended: %v\n%s", err, out.String())
	case <-time.After(time.Minute):
		t.Fatalf("the image's server does not start\n%s", out.String())
	}
	// The flags of the example are not known to the health check.
	health := slices.Concat(words(t, all("HEALTHCHECK")[0]), []string{"--bolt-port=" + port})
	if text, err := run(t.Context(), health...).CombinedOutput(); err != nil {
		t.Errorf("the health check of a server that serves: %v\n%s", err, text)
	}
	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("stop: %v\n%s", err, out.String())
	}
	if err := run(t.Context(), health...).Run(); err == nil {
		t.Error("the health check passes although nobody serves")
	}
	for _, volume := range words(t, all("VOLUME")[0]) {
		entries, err := os.ReadDir(image + volume)
		if err != nil || len(entries) == 0 {
			t.Errorf("%s: %d entries, %v; want what the server keeps there", volume, len(entries), err)
		}
	}
}
