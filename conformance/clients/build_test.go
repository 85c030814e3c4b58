package clients_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A command is a program with its arguments and environment.
type command struct {
	args []string
	env  []string
}

// A missingError says why a client can not run on this machine.
type missingError struct{ reason string }

// Error implements error.
func (e *missingError) Error() string { return e.reason }

// A builder prepares a client in a directory of the user's cache, once for each
// content of the client's folders. Its methods end the build by panicking with
// an error, which prepare returns.
type builder struct {
	t       *testing.T
	dir     string   // of this content; files of the folders are copied into it
	folders []string // below this package
	fresh   bool     // nothing is built yet
}

// prepare builds a client and returns how to run it.
func (c *client) prepare(t *testing.T) (run command, err error) {
	t.Helper()
	base, err := os.UserCacheDir()
	if err != nil {
		return command{}, err
	}
	base = filepath.Join(base, "drawbolt", "clients")
	if c.absent != "" {
		return command{}, &missingError{c.absent}
	}
	folders := strings.Fields(c.folder + " " + c.name)
	b := &builder{t: t, folders: folders}
	sum := sha256.New()
	for _, folder := range folders {
		if err := walk(folder, func(path string, data []byte) error {
			fmt.Fprintf(sum, "%s %d %s", path, len(data), data)
			return nil
		}); err != nil {
			return command{}, err
		}
	}
	b.dir = filepath.Join(base, fmt.Sprintf("%s-%x", c.name, sum.Sum(nil)[:6]))
	if err := os.MkdirAll(b.dir, 0o755); err != nil {
		return command{}, err
	}
	lock, err := os.OpenFile(filepath.Join(b.dir, ".lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return command{}, err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return command{}, err
	}
	built := filepath.Join(b.dir, ".built")
	_, err = os.Stat(built)
	b.fresh = errors.Is(err, fs.ErrNotExist)
	defer func() {
		if p := recover(); p != nil {
			failed, ok := p.(error)
			if !ok {
				panic(p)
			}
			err = failed
		}
	}()
	if b.fresh {
		b.copy()
	}
	run = c.build(b)
	return run, os.WriteFile(built, nil, 0o644)
}

// walk calls visit for the files below folder that belong to a client.
func walk(folder string, visit func(path string, data []byte) error) error {
	return filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		return visit(rel, data)
	})
}

// copy writes the folders' files into the builder's directory.
func (b *builder) copy() {
	for _, folder := range b.folders {
		b.check(walk(folder, func(path string, data []byte) error {
			path = b.path(path)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				return err
			}
			return os.WriteFile(path, data, 0o644)
		}))
	}
}

func (b *builder) path(name string) string { return filepath.Join(b.dir, name) }

func (b *builder) check(err error) {
	if err != nil {
		panic(err)
	}
}

// need ends the build when a program is missing.
func (b *builder) need(program string) {
	if _, err := exec.LookPath(program); err != nil {
		panic(error(&missingError{"no " + program}))
	}
}

// run runs a program in the builder's directory. Builds
// yield the processor to whatever else the machine has to do.
func (b *builder) run(env []string, program string, args ...string) {
	b.need(program)
	cmd := exec.CommandContext(b.t.Context(), "nice", append([]string{"-n", "10", program}, args...)...)
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		panic(fmt.Errorf("%s %s: %w\n%s", program, strings.Join(args, " "), err, tail(string(out))))
	}
}

// tail returns the last lines of a long output.
func tail(out string) string {
	return out[max(0, len(out)-4000):]
}

// goModule builds a module. Sources of a version 5 program that stand in another
// folder are compiled against the driver's version major.
func goModule(major string) func(*builder) command {
	return func(b *builder) command {
		if b.fresh {
			if major != "" {
				for _, file := range []string{"main.go", "text.go"} {
					data, err := os.ReadFile(b.path(file))
					b.check(err)
					b.check(os.WriteFile(b.path(file), []byte(strings.ReplaceAll(string(data), "/v5/", "/"+major+"/")), 0o644))
				}
			}
			b.run([]string{"CGO_ENABLED=0", "GOFLAGS=-trimpath -mod=readonly"}, "go", "build", "-o", "client", ".")
		}
		return command{args: []string{b.path("client")}}
	}
}

// node installs packages and runs a program.
func node(program string) func(*builder) command {
	return func(b *builder) command {
		b.need("node")
		if b.fresh {
			b.run(nil, "npm", "ci", "--no-audit", "--no-fund")
		}
		return command{args: []string{"node", b.path(program)}}
	}
}

// browser runs a program for Node that drives Chromium.
func browser(b *builder) command {
	path, err := exec.LookPath("chromium")
	if err != nil {
		panic(error(&missingError{"no chromium"}))
	}
	run := node("main.js")(b)
	run.env = append(run.env, "CHROMIUM="+path)
	return run
}

// python installs packages into an environment of their own and runs main.py
// there.
func python(args ...string) func(*builder) command {
	return func(b *builder) command {
		if b.fresh {
			b.pip()
		}
		return command{args: append([]string{b.path("env/bin/python"), b.path("main.py")}, args...)}
	}
}

// pip installs what requirements.txt names into an environment of its own.
func (b *builder) pip() {
	b.run(nil, "python3", "-m", "venv", "env")
	b.run(nil, b.path("env/bin/pip"), "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", "requirements.txt")
}

// mgclient compiles the library whose sources a published package carries, and a
// program with it.
func mgclient(compiler, flags, program string) func(*builder) command {
	return func(b *builder) command {
		if b.fresh {
			b.need("cmake")
			b.run(nil, "cargo", "vendor", "--locked", "vendor")
			source := "vendor/rsmgclient/mgclient"
			b.run(nil, "cmake", "-S", source, "-B", "library", "-DCMAKE_BUILD_TYPE=Release")
			b.run(nil, "cmake", "--build", "library", "--target", "mgclient-static")
			common := []string{"-O1", "-g", "-Wall", "-Wextra", "-Werror", "-I.", "-Ilibrary/src", "-I" + source + "/include"}
			b.run(nil, "gcc", append(common, "-std=gnu11", "-c", "text.c")...)
			b.run(nil, compiler, append(common, "-isystem", source+"/mgclient_cpp/include", flags, "-o", "client", program,
				"text.o", "library/src/libmgclient.a", "-lssl", "-lcrypto", "-lpthread", "-lm")...)
		}
		return command{args: []string{b.path("client")}}
	}
}

// java compiles a program against the libraries of a pom.xml and runs its class
// Main, or another one of a library.
func java(b *builder) command {
	b.maven()
	if b.fresh {
		sources, err := filepath.Glob(b.path("*.java"))
		b.check(err)
		b.run(nil, "javac", append([]string{"-nowarn", "-parameters", "-d", "classes", "-cp", b.classpath()}, sources...)...)
	}
	return command{args: []string{"java", "-Xmx512m", "-cp", b.path("classes") + ":" + b.classpath(), "Main"}}
}

// maven fetches the libraries of a pom.xml.
func (b *builder) maven() {
	b.need("java")
	if b.fresh {
		b.run(nil, "mvn", "-q", "-B", "dependency:build-classpath", "-Dmdep.outputFile=classpath")
	}
}

func (b *builder) classpath() string {
	data, err := os.ReadFile(b.path("classpath"))
	b.check(err)
	return strings.TrimSpace(string(data))
}

// shell runs main.sh with the libraries of a pom.xml on the class path.
func shell(b *builder) command {
	b.maven()
	return command{args: []string{"bash", b.path("main.sh")}, env: []string{"CLASSPATH=" + b.classpath()}}
}

// cargo builds a program; all of them share what they depend on.
func cargo(b *builder) command {
	if b.fresh {
		b.cargo()
	}
	return command{args: []string{b.path("client")}}
}

// bindings is cargo for a library that reads the headers of another one in C,
// with the library for that from an environment of Python.
func bindings(b *builder) command {
	if b.fresh {
		b.need("cmake")
		b.pip()
		found, err := filepath.Glob(b.path("env/lib/python3*/site-packages/clang/native"))
		b.check(err)
		headers, err := exec.CommandContext(b.t.Context(), "gcc", "-print-file-name=include").Output()
		b.check(err)
		b.cargo("LIBCLANG_PATH="+strings.Join(found, ":"), "BINDGEN_EXTRA_CLANG_ARGS=-I"+strings.TrimSpace(string(headers)))
	}
	return command{args: []string{b.path("client")}}
}

// cargo builds the program of Cargo.toml.
func (b *builder) cargo(env ...string) {
	target := filepath.Join(filepath.Dir(b.dir), "cargo")
	b.run(append(env, "CARGO_TARGET_DIR="+target), "cargo", "build", "--locked", "--quiet", "-j1")
	manifest, err := os.ReadFile(b.path("Cargo.toml"))
	b.check(err)
	_, rest, _ := strings.Cut(string(manifest), `name = "`)
	name, _, _ := strings.Cut(rest, `"`)
	data, err := os.ReadFile(filepath.Join(target, "debug", name))
	b.check(err)
	b.check(os.WriteFile(b.path("client"), data, 0o755))
}
