package tls_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"

	server "github.com/drawbolt/drawbolt/conformance/binary"
	"github.com/drawbolt/drawbolt/tls/tlstest"
)

// webSocketUpgrade is a valid request with further header lines.
func webSocketUpgrade(lines ...string) string {
	all := append([]string{
		"GET / HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade",
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
	}, lines...)
	return strings.Join(all, "\r\n") + "\r\n\r\n"
}

// secrets is item 32: planted secrets must not be in any output.
func secrets(c *check) {
	ca := tlstest.NewCA(c)
	plain := ca.Issue(c, tlstest.Leaf{})
	const passphrase, password, parameter, ticket = "planted-passphrase", "planted-password", "planted-parameter", "feed5eed"
	key := encryptOld(c, plain, passphrase)
	pair := plain
	pair.KeyFile = key
	passphraseFile := file(c, []byte(passphrase+"\n"), 0o400)
	ticketFile := file(c, []byte(strings.Repeat(ticket, 8)+"\n"), 0o400)
	s := serveWith(c, server.Options{Args: []string{
		"--log-level=TRACE", "--audit-enabled", "--bolt-key-passphrase-file=" + passphraseFile, "--bolt-session-ticket-key-file=" + ticketFile,
	}}, ca, pair)
	var seen strings.Builder
	stream, _, err := websocket.Dial(c.Context(), s.LogStream, nil) //nolint:bodyclose // the library closes it
	if err != nil {
		c.Fatal(err)
	}
	defer stream.CloseNow()
	d, err := neo4j.NewDriverWithContext(s.URI("bolt+ssc"), neo4j.BasicAuth("neo", password, ""), func(*config.Config) {})
	if err != nil {
		c.Fatal(err)
	}
	defer d.Close(c.Context())
	for _, q := range []string{
		"CREATE USER neo SET PASSWORD '" + password + "'", "CREATE USER bob SET PASSWORD $p CHANGE NOT REQUIRED",
		"CREATE USER eve SET PASSWORD '" + password + "' CHANGE NEVER", "CREATE USER eve '" + password + "' PASSWORD",
		"ALTER CURRENT USER SET PASSWORD FROM 'wrong' TO '" + password + "'", "SHOW TRANSACTIONS YIELD *",
		"RETURN $p", "RETURN $p + $missing", "RETURN toInteger({a: $p})", "RETURN $p.x.y", "CREATE (:Secret {p: $p})", "MATCH (n {p: $p}) RETURN n.p / 0",
	} {
		if _, err := neo4j.ExecuteQuery(c.Context(), d, q, map[string]any{"p": parameter}, neo4j.EagerResultTransformer); err != nil {
			seen.WriteString(err.Error())
		}
	}
	// Secrets in messages that are refused, and reloads that fail.
	for _, message := range []string{"\xb1\x01\xa1\x8bcredentials" + text(password), "\xb1\x01\xa1\x86scheme" + text(password)} {
		b, err := dialBolt(c.Context(), s.Address, s.config(c))
		if err == nil {
			err = errors.Join(b.open(), b.send(message))
		}
		if err != nil {
			c.Fatal(err)
		}
		answer, _ := b.receive()
		seen.Write(answer)
		b.Close()
	}
	tlstest.Write(c, ticketFile, []byte(strings.Repeat(ticket, 7)+"\n"), 0o400)
	s.hangup(c, "failed")
	tlstest.Write(c, passphraseFile, []byte("wrong "+passphrase+"\n"), 0o400)
	s.hangup(c, "failed")
	wait(c, "the stream of the log", func() bool {
		ctx, cancel := context.WithTimeout(c.Context(), patience)
		defer cancel()
		_, line, err := stream.Read(ctx)
		seen.Write(line)
		return err != nil || strings.Contains(string(line), "passphrase does not decrypt")
	})
	audit := read(c, filepath.Join(s.Directory, "audit", "audit.log"))
	if !strings.Contains(string(audit), `"event":"user"`) {
		c.Errorf("the audit log has no change of users:\n%s", audit)
	}
	seen.WriteString(s.Output() + page(c, s.Server) + string(audit))
	block := strings.Split(string(read(c, plain.KeyFile)), "\n")[1]
	for name, secret := range map[string]string{
		"passphrase": passphrase, "password": password, "parameter": parameter, "ticket key": ticket, "private key": block,
		"password in Base64": base64.StdEncoding.EncodeToString([]byte(password)),
	} {
		if i := strings.Index(seen.String(), secret); i >= 0 {
			c.Errorf("the %s is in an output: …%s…", name, seen.String()[max(0, i-200):i])
		}
	}
	if !strings.Contains(seen.String(), "[debug]") {
		c.Error("there is no detail to look into")
	}
}

// webSocketBytes is item 33.
func webSocketBytes(c *check) {
	unit(c, "server/ws", "TestFrames|TestWrite")
	root, err := server.Root(c)
	if err != nil {
		c.Fatal(err)
	}
	// One worker behind everybody else: the time is what is asked for.
	out := command(c, "", "nice", "-n", "19", "go", "-C", root, "test", "-run", "^$", "-fuzz", "^FuzzFrames$", "-parallel", "1",
		"-fuzztime", (time.Duration(rounds()) * time.Minute).String(), "./server/ws")
	// Go before 1.27 may report the end of the time itself as a failure that has
	// no input (go.dev/issue/75804).
	ended := strings.Contains(out, "\nok ") || strings.Contains(out, "context deadline exceeded")
	if !ended || regexp.MustCompile(`Failing input|panic|_test\.go:`).MatchString(out) {
		c.Errorf("fuzzing:\n%s", out)
	}
}

// webSocketInTLS is item 34.
func webSocketInTLS(c *check) {
	unit(c, "conformance/ws", "TestTLSMode")
	if c.tool("node") && c.tool("chromium") {
		unit(c, "conformance/clients", "TestClients", "DRAWBOLT_CLIENTS=chromium")
	}
}

// webSocketRules is item 35.
func webSocketRules(c *check) {
	unit(c, "server/ws", "TestAcceptRequest")
	unit(c, "conformance/ws", "TestSession|TestOrigins|TestRequests")
}

// slowReader is item 36.
func slowReader(c *check) {
	s := serve(c, "--log-level=DEBUG")
	slow, err := (&net.Dialer{}).DialContext(c.Context(), "tcp", strings.TrimPrefix(s.LogStream, "ws://"))
	if err != nil {
		c.Fatal(err)
	}
	defer slow.Close()
	if err := slow.(*net.TCPConn).SetReadBuffer(4096); err != nil { // little room in the network
		c.Fatal(err)
	}
	if _, err := io.WriteString(slow, webSocketUpgrade("Host: x")); err != nil {
		c.Fatal(err)
	}
	good, _, err := websocket.Dial(c.Context(), s.LogStream, nil) //nolint:bodyclose // the library closes it
	if err != nil {
		c.Fatal(err)
	}
	defer good.CloseNow()
	good.SetReadLimit(1 << 20)
	wait(c, "two readers", func() bool { return s.metric(c, "drawbolt_log_readers") == 2 })
	ctx, cancel := context.WithCancel(c.Context())
	var running sync.WaitGroup
	lines := 0
	running.Go(func() {
		for ctx.Err() == nil {
			if _, _, err := good.Read(ctx); err != nil {
				if ctx.Err() == nil {
					c.Errorf("the good reader: %v", err)
				}
				return
			}
			lines++
		}
	})
	b := session(c, s.Address, s.config(c))
	if err := b.SetDeadline(time.Now().Add(2 * patience)); err != nil {
		c.Fatal(err)
	}
	const batch = 50
	queries := slices.Repeat([]string{boltRun("RETURN 1 // " + strings.Repeat("x", 4<<10)), boltPull}, batch)
	for n := 0; s.metric(c, "drawbolt_log_readers_dropped_total") == 0; n += batch {
		err := b.send(queries...)
		for range 2 * batch {
			err = errors.Join(err, b.summary())
		}
		if err != nil || n > 20_000 {
			c.Errorf("the slow reader is not dropped after %d queries; %v", n, err)
			break
		}
	}
	cancel()
	running.Wait()
	if lines < 1000 || s.metric(c, "drawbolt_log_readers_dropped_total") != 1 {
		c.Errorf("the good reader has got %d lines, dropped are %v", lines, s.metric(c, "drawbolt_log_readers_dropped_total"))
	}
}

// imports is item 37.
func imports(c *check) {
	unit(c, "conformance", "TestArchitecture")
	root, err := server.Root(c)
	if err != nil {
		c.Fatal(err)
	}
	deps := command(c, "", "go", "-C", root, "list", "-deps", "./cmd/drawbolt")
	if strings.Contains(deps, "net/http/pprof\n") || !strings.Contains(deps, "net/http\n") {
		c.Error("net/http/pprof is in the binary")
	}
	s := serve(c)
	client := http.Client{Transport: &http.Transport{TLSClientConfig: s.config(c), DisableKeepAlives: true}}
	for _, base := range []string{strings.TrimSuffix(s.Metrics, "/metrics"), strings.Replace(s.LogStream, "ws://", "http://", 1)} {
		for _, path := range []string{"/debug/vars", "/debug/pprof/", "/debug/pprof/cmdline"} {
			answer, err := client.Get(base + path)
			if err != nil {
				c.Errorf("%s%s: %v", base, path, err)
				continue
			}
			body, _ := io.ReadAll(answer.Body)
			answer.Body.Close()
			if answer.StatusCode != http.StatusNotFound && answer.StatusCode != http.StatusBadRequest || strings.Contains(string(body), "bolt-port") {
				c.Errorf("%s%s = %d %s", base, path, answer.StatusCode, body)
			}
		}
	}
	if text := page(c, s.Server); strings.Contains(text, "--bolt") || strings.Contains(text, "data-directory") {
		c.Error("the metrics show the command line")
	}
}

// listening returns the ports on which a process listens.
func listening(c *check, pid int) []string {
	c.Helper()
	inodes := make(map[string]bool)
	dir := fmt.Sprintf("/proc/%d/fd", pid)
	files, err := os.ReadDir(dir)
	if err != nil {
		c.Fatal(err)
	}
	for _, f := range files {
		if target, err := os.Readlink(filepath.Join(dir, f.Name())); err == nil && strings.HasPrefix(target, "socket:[") {
			inodes[strings.Trim(target, "socket:[]")] = true
		}
	}
	var ports []string
	for _, table := range []string{"tcp", "tcp6", "udp", "udp6"} {
		f, err := os.Open(fmt.Sprintf("/proc/%d/net/%s", pid, table))
		if err != nil {
			continue
		}
		for scanner := bufio.NewScanner(f); scanner.Scan(); {
			fields := strings.Fields(scanner.Text())
			if len(fields) < 10 || !inodes[fields[9]] || strings.HasPrefix(table, "tcp") && fields[3] != "0A" {
				continue
			}
			port, err := strconv.ParseUint(fields[1][strings.LastIndexByte(fields[1], ':')+1:], 16, 16)
			if err != nil {
				c.Fatal(err)
			}
			ports = append(ports, strconv.FormatUint(port, 10))
		}
		f.Close()
	}
	slices.Sort(ports)
	return ports
}

// openPorts is item 38: Bolt, metrics and log stream, and nothing else.
func openPorts(c *check) {
	s := serve(c)
	port := func(url string) string { return regexp.MustCompile(`:(\d+)(/|$)`).FindStringSubmatch(url)[1] }
	want := []string{port(s.Address), port(s.Metrics), port(s.LogStream)}
	slices.Sort(want)
	if got := listening(c, s.PID()); !slices.Equal(got, want) {
		c.Errorf("open ports %v, want %v", got, want)
	}
	off := server.Start(c, server.Options{})
	if got := listening(c, off.PID()); !slices.Equal(got, []string{port(off.Address)}) {
		c.Errorf("open ports %v, want that of Bolt", got)
	}
	_, help := server.Run(c, "--help")
	for _, flag := range []string{"--bolt-port", "--metrics-port", "--monitoring-port"} {
		if !strings.Contains(help, flag) {
			c.Errorf("the help lacks %s", flag)
		}
	}
}

// toolchain is item 39.
func toolchain(c *check) {
	root, err := server.Root(c)
	if err != nil {
		c.Fatal(err)
	}
	info := command(c, "", "go", "version", "-m", server.Build(c))
	m := regexp.MustCompile(`go1\.(\d+)(?:\.(\d+))?`).FindStringSubmatch(info)
	if m == nil {
		c.Fatalf("go version -m:\n%s", info)
	}
	minor, _ := strconv.Atoi(m[1])
	patch, _ := strconv.Atoi(m[2])
	if minor < 26 || minor == 26 && patch < 8 {
		c.Errorf("built by %s, want 1.26.8", m[0])
	}
	if out := command(c, "", "go", "-C", root, "mod", "verify"); !strings.Contains(out, "all modules verified") {
		c.Errorf("go mod verify: %s", out)
	}
	readme := string(read(c, filepath.Join(root, "README.md")))
	gomod := string(read(c, filepath.Join(root, "go.mod")))
	for line := range strings.Lines(info) {
		f := strings.Fields(line)
		if len(f) < 3 || f[0] != "dep" || !strings.Contains(gomod, f[1]+" "+f[2]+"\n") {
			continue // not a dependency, or an indirect one
		}
		name := regexp.MustCompile(`^(github\.com|gopkg\.in|golang\.org)/|[./]v\d+$`).ReplaceAllString(f[1], "")
		if !strings.Contains(readme, name) {
			c.Errorf("README.md lacks the licence of %s", name)
		}
	}
}
