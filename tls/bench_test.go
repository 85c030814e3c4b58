package tls_test

import (
	cryptotls "crypto/tls"
	"io"
	"net"
	"testing"

	"github.com/drawbolt/drawbolt/tls"
	"github.com/drawbolt/drawbolt/tls/tlstest"
)

// BenchmarkHandshake measures both ends of a connection over loopback, with TCP
// and one byte echoed.
func BenchmarkHandshake(b *testing.B) {
	ca := tlstest.NewCA(b)
	pair := ca.Issue(b, tlstest.Leaf{})
	e, err := tls.Open(tls.Options{CertFiles: []string{pair.CertFile}, KeyFiles: []string{pair.KeyFile}})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	inner, err := new(net.ListenConfig).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan struct{})
	l := e.NewListener(inner)
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			echo(c)
		}
	}()
	defer func() {
		l.Close()
		<-done
	}()
	for _, bb := range []struct {
		name    string
		version uint16
		resume  bool
	}{
		{"full 1.2", cryptotls.VersionTLS12, false},
		{"full 1.3", cryptotls.VersionTLS13, false},
		{"resumed 1.2", cryptotls.VersionTLS12, true},
		{"resumed 1.3", cryptotls.VersionTLS13, true},
	} {
		b.Run(bb.name, func(b *testing.B) {
			config := ca.ClientConfig(b)
			config.MinVersion, config.MaxVersion = bb.version, bb.version
			if bb.resume {
				config.ClientSessionCache = cryptotls.NewLRUClientSessionCache(1)
			}
			d := cryptotls.Dialer{Config: config}
			b.ReportAllocs()
			resumed := 0
			for b.Loop() {
				c, err := d.DialContext(b.Context(), "tcp", inner.Addr().String())
				if err != nil {
					b.Fatal(err)
				}
				if _, err := c.Write([]byte("x")); err != nil {
					b.Fatal(err)
				}
				if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
					b.Fatal(err)
				}
				if c.(*cryptotls.Conn).ConnectionState().DidResume {
					resumed++
				}
				c.Close()
			}
			if bb.resume && b.N > 1 && resumed != b.N-1 || !bb.resume && resumed > 0 {
				b.Errorf("%d of %d connections were resumed", resumed, b.N)
			}
		})
	}
}
