package bench

// The benchmarks are internal: client and echo server serve nobody else.

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/conformance/binary"
	"github.com/drawbolt/drawbolt/tls/tlstest"
)

// echoVariable turns the test binary into the echo server, which has to be a
// process of its own for its CPU time to be told apart. Its value is empty for
// plaintext, or the certificate and the key file with a colon between.
const echoVariable = "DRAWBOLT_BENCH_ECHO"

func TestMain(m *testing.M) {
	if files, ok := os.LookupEnv(echoVariable); ok {
		runEcho(files)
		return
	}
	os.Exit(m.Run())
}

func runEcho(files string) {
	var config *tls.Config
	if certificate, key, ok := strings.Cut(files, ":"); ok {
		pair, err := tls.LoadX509KeyPair(certificate, key)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		config = &tls.Config{Certificates: []tls.Certificate{pair}, DynamicRecordSizingDisabled: true}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_, _ = fmt.Fprintln(os.Stdout, l.Addr())
	serveEcho(l, config)
}

// A peer is a server under measurement.
type peer struct {
	name    string
	address string
	pid     int
	config  *tls.Config // nil in plaintext
	warm    bool        // has been connected to
}

// peers starts the echo server and drawbolt, in this order.
func peers(b *testing.B, encrypted bool) []peer {
	b.Helper()
	if !encrypted {
		address, pid := startEcho(b, "")
		s := binary.Start(b, binary.Options{Plaintext: true})
		return []peer{{name: "echo", address: address, pid: pid}, {name: "drawbolt", address: s.Address, pid: s.PID()}}
	}
	list := peersOf(b, tlstest.NewCA(b).Issue(b, tlstest.Leaf{}))
	for i := range list {
		list[i].config = &tls.Config{InsecureSkipVerify: true}
	}
	return list
}

// peersOf starts both with TLS and the same certificate. The log has its default
// level: a line for each login is not what a bare server would write.
func peersOf(b *testing.B, p tlstest.Pair) []peer {
	b.Helper()
	address, pid := startEcho(b, p.CertFile+":"+p.KeyFile)
	s := binary.Start(b, binary.Options{Plaintext: true, Args: []string{"--log-level=WARNING", "--bolt-cert-file=" + p.CertFile, "--bolt-key-file=" + p.KeyFile}})
	return []peer{{name: "echo", address: address, pid: pid}, {name: "drawbolt", address: s.Address, pid: s.PID()}}
}

func startEcho(b *testing.B, files string) (address string, pid int) {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), echoVariable+"="+files)
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatalf("echo server gave no address: %v", err)
	}
	return strings.TrimSpace(line), cmd.Process.Pid
}

// measure runs work and reports the peer's CPU time per operation, and for all
// but the first peer the ratio to the first.
func measure(b *testing.B, p peer, operations func() int, base *float64, work func(b *testing.B)) {
	b.Helper()
	before, err := binary.ProcessCPU(p.pid)
	if err != nil {
		b.Fatal(err)
	}
	work(b)
	after, err := binary.ProcessCPU(p.pid)
	if err != nil {
		b.Fatal(err)
	}
	perOp := float64(after-before) / float64(time.Microsecond) / float64(operations())
	b.ReportMetric(perOp, "server-µs/op")
	switch {
	case p.name == "echo":
		*base = perOp
	case *base > 0:
		b.ReportMetric(perOp / *base, "x-echo")
	}
}

// BenchmarkReturnOne is RETURN 1 on 64 raw connections, alone and with 16
// requests in flight on each.
func BenchmarkReturnOne(b *testing.B) {
	for _, pipelined := range []int{1, 16} {
		servers := peers(b, false)
		var base float64
		for _, p := range servers {
			b.Run(fmt.Sprintf("connections=64/pipelined=%d/%s", pipelined, p.name), func(b *testing.B) {
				measure(b, p, func() int { return b.N * pipelined }, &base, func(b *testing.B) {
					b.Helper()
					hammer(b, p, 64, pipelined)
				})
			})
		}
	}
}

// hammer sends b.N batches of requests over n connections.
func hammer(b *testing.B, p peer, n, pipelined int) {
	b.Helper()
	requests := []byte(strings.Repeat(string(runAndPull("RETURN 1 AS x")), pipelined))
	clients := make([]*client, n)
	for i := range clients {
		c, err := dial(b.Context(), p.address, p.config)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(c.close)
		clients[i] = c
	}
	b.ResetTimer()
	var left atomic.Int64
	left.Store(int64(b.N))
	var wg sync.WaitGroup
	for _, c := range clients {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if err := c.exchange(requests, 2*pipelined); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkRows streams rows of ten mixed values over one connection.
func BenchmarkRows(b *testing.B) {
	for _, encrypted := range []bool{false, true} {
		var base float64
		for _, p := range peers(b, encrypted) {
			b.Run(fmt.Sprintf("tls=%t/%s", encrypted, p.name), func(b *testing.B) {
				c, err := dial(b.Context(), p.address, p.config)
				if err != nil {
					b.Fatal(err)
				}
				defer c.close()
				request := runAndPull(rowsQuery)
				measure(b, p, func() int { return b.N * rowCount }, &base, func(b *testing.B) {
					b.Helper()
					b.ResetTimer()
					for range b.N {
						if err := c.exchange(request, 2); err != nil {
							b.Fatal(err)
						}
					}
				})
			})
		}
	}
}
