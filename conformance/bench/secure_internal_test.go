package bench

import (
	"crypto/tls"
	"slices"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/conformance/binary"
	"github.com/drawbolt/drawbolt/tls/tlstest"
)

// used runs work and returns the CPU time that a process has spent meanwhile.
func used(b *testing.B, pid int, work func()) time.Duration {
	b.Helper()
	before, err := binary.ProcessCPU(pid)
	if err != nil {
		b.Fatal(err)
	}
	work()
	after, err := binary.ProcessCPU(pid)
	if err != nil {
		b.Fatal(err)
	}
	return after - before
}

// micros is a duration for each of n operations.
func micros(d time.Duration, n int) float64 {
	return float64(d) / float64(time.Microsecond) / float64(n)
}

// ratios are those of ten parts of a run. Their median leaves out the parts in
// which the machine was busy with something else.
type ratios [10][2]time.Duration

func (r *ratios) add(side, part int, d time.Duration) { r[part][side] += d }

func (r *ratios) median() float64 {
	var list []float64
	for _, part := range r {
		if part[0] > 0 {
			list = append(list, float64(part[1])/float64(part[0]))
		}
	}
	slices.Sort(list)
	return list[len(list)/2]
}

// BenchmarkHandshake is a connection with its login, full and resumed, beside a
// server that has only crypto/tls. Both get their connections in turn, so that
// both meet the same machine.
func BenchmarkHandshake(b *testing.B) {
	for _, tt := range []struct {
		name    string
		key     string
		version uint16
		group   tls.CurveID
		resumed bool
	}{
		{"TLS1.3/X25519MLKEM768/ECDSA/full", "ecdsa", tls.VersionTLS13, tls.X25519MLKEM768, false},
		{"TLS1.3/X25519MLKEM768/RSA/full", "rsa", tls.VersionTLS13, tls.X25519MLKEM768, false},
		{"TLS1.3/X25519MLKEM768/ECDSA/resumed", "ecdsa", tls.VersionTLS13, tls.X25519MLKEM768, true},
		{"TLS1.3/X25519/ECDSA/full", "ecdsa", tls.VersionTLS13, tls.X25519, false},
		{"TLS1.3/X25519/RSA/full", "rsa", tls.VersionTLS13, tls.X25519, false},
		{"TLS1.3/X25519/ECDSA/resumed", "ecdsa", tls.VersionTLS13, tls.X25519, true},
		{"TLS1.2/X25519/ECDSA/full", "ecdsa", tls.VersionTLS12, tls.X25519, false},
		{"TLS1.2/X25519/RSA/full", "rsa", tls.VersionTLS12, tls.X25519, false},
		{"TLS1.2/X25519/ECDSA/resumed", "ecdsa", tls.VersionTLS12, tls.X25519, true},
	} {
		b.Run(tt.name, func(b *testing.B) {
			servers := peersOf(b, tlstest.NewCA(b).Issue(b, tlstest.Leaf{Key: tt.key}))
			for i := range servers {
				c := &tls.Config{
					InsecureSkipVerify: true, MinVersion: tt.version, MaxVersion: tt.version,
					CurvePreferences: []tls.CurveID{tt.group},
				}
				if tt.resumed {
					c.ClientSessionCache = tls.NewLRUClientSessionCache(1)
				}
				servers[i].config = c
			}
			var costs [2]time.Duration
			var ratios ratios
			connect := func(p peer) {
				c, err := dial(b.Context(), p.address, p.config)
				if err != nil {
					b.Fatal(err)
				}
				if r := c.conn.(*tls.Conn).ConnectionState().DidResume; r != (tt.resumed && p.warm) {
					b.Fatalf("resumed = %t", r)
				}
				c.close()
			}
			for i := range servers {
				connect(servers[i])
				servers[i].warm = true
			}
			b.ResetTimer()
			for n := range b.N {
				for turn := range servers {
					i := (n + turn) % 2
					d := used(b, servers[i].pid, func() { connect(servers[i]) })
					costs[i] += d
					ratios.add(i, n*10/b.N, d)
				}
			}
			b.ReportMetric(micros(costs[0], b.N), "echo-µs/op")
			b.ReportMetric(micros(costs[1], b.N), "server-µs/op")
			b.ReportMetric(ratios.median(), "x-echo")
			b.ReportMetric(float64(b.N)/costs[1].Seconds(), "logins/cpu-s")
		})
	}
}

// pair starts a server in plaintext and one with TLS and connects to both.
func pair(b *testing.B) (plain, secure *client, servers [2]*binary.Server) {
	b.Helper()
	var clients [2]*client
	for i, config := range []*tls.Config{nil, {InsecureSkipVerify: true}} {
		servers[i] = binary.Start(b, binary.Options{Plaintext: config == nil})
		c, err := dial(b.Context(), servers[i].Address, config)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(c.close)
		clients[i] = c
	}
	return clients[0], clients[1], servers
}

// BenchmarkSecureLatency is RETURN 1 on one connection, in plaintext and with
// TLS in turn.
func BenchmarkSecureLatency(b *testing.B) {
	plain, secure, _ := pair(b)
	request := runAndPull("RETURN 1 AS x")
	var took [2][]time.Duration
	b.ResetTimer()
	for range b.N * 100 {
		for i, c := range []*client{plain, secure} {
			began := time.Now()
			if err := c.exchange(request, 2); err != nil {
				b.Fatal(err)
			}
			took[i] = append(took[i], time.Since(began))
		}
	}
	for i, name := range []string{"plain", "tls"} {
		slices.Sort(took[i])
		b.ReportMetric(micros(took[i][len(took[i])/2], 1), name+"-p50-µs")
		b.ReportMetric(micros(took[i][len(took[i])*99/100], 1), name+"-p99-µs")
	}
}

// BenchmarkSecureRows streams a million rows in plaintext and with TLS in turn.
func BenchmarkSecureRows(b *testing.B) {
	plain, secure, servers := pair(b)
	request := runAndPull(rowsQuery)
	var took, costs [2]time.Duration
	var inTime, inCPU ratios
	stream := func(i, part int, c *client) {
		began := time.Now()
		cpu := used(b, servers[i].PID(), func() {
			if err := c.exchange(request, 2); err != nil {
				b.Fatal(err)
			}
		})
		d := time.Since(began)
		took[i], costs[i] = took[i]+d, costs[i]+cpu
		inTime.add(i, part, d)
		inCPU.add(i, part, cpu)
	}
	b.ResetTimer()
	for n := range b.N {
		stream(0, n*10/b.N, plain)
		stream(1, n*10/b.N, secure)
	}
	rows := b.N * rowCount
	b.ReportMetric(float64(rows)/took[0].Seconds()/1000, "plain-krows/s")
	b.ReportMetric(float64(rows)/took[1].Seconds()/1000, "tls-krows/s")
	b.ReportMetric(micros(costs[0], rows), "plain-server-µs/row")
	b.ReportMetric(micros(costs[1], rows), "tls-server-µs/row")
	b.ReportMetric(inTime.median(), "x-plain")
	b.ReportMetric(inCPU.median(), "x-plain-cpu")
}
