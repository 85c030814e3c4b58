package tls_test

import (
	"crypto/tls"
	"encoding/binary"
	"net"
	"testing"
)

// A recordMeter is a raw connection that notes the sizes of the records that
// come with application data, which TLS 1.3 also calls what it says after the
// handshake.
type recordMeter struct {
	net.Conn

	header []byte // the part of it that has come
	left   int    // of the record's body
	sizes  []int
}

func (m *recordMeter) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	for b := p[:n]; len(b) > 0; {
		if m.left > 0 {
			skip := min(m.left, len(b))
			m.left -= skip
			b = b[skip:]
			continue
		}
		take := min(5-len(m.header), len(b))
		m.header = append(m.header, b[:take]...)
		b = b[take:]
		if len(m.header) == 5 {
			m.left = int(binary.BigEndian.Uint16(m.header[3:]))
			if m.header[0] == 23 {
				m.sizes = append(m.sizes, m.left)
			}
			m.header = m.header[:0]
		}
	}
	return n, err
}

// TestRecordSizes counts the records of answers: large results fill them, and a
// small answer is one.
func TestRecordSizes(t *testing.T) {
	s := serve(&check{T: t})
	// A record carries 16 KiB at most, and some bytes more by its encryption.
	const full = 16 << 10
	for _, version := range tlsVersions() {
		for _, tt := range []struct {
			name, query string
			bulk        bool
		}{
			{name: "many rows", query: "UNWIND range(1, 200000) AS x RETURN x, 'a text', x * 0.5", bulk: true},
			{name: "one large value", query: "RETURN range(1, 2000000)", bulk: true},
			{name: "large rows", query: "UNWIND range(1, 50) AS x RETURN range(1, 30000)", bulk: true},
			{name: "one row", query: "RETURN 1"},
			{name: "a hundred rows", query: "UNWIND range(1, 100) AS x RETURN x"},
		} {
			t.Run(tls.VersionName(version)+"/"+tt.name, func(t *testing.T) {
				m := &recordMeter{Conn: dial(t, s.Address)}
				config := with(s.config(t), func(c *tls.Config) { c.MinVersion, c.MaxVersion = version, version })
				b := &boltConn{tls.Client(m, config)}
				if err := b.login(); err != nil {
					t.Fatal(err)
				}
				m.sizes = nil
				if err := b.query(tt.query); err != nil {
					t.Fatal(err)
				}
				all, filled := 0, 0
				for _, n := range m.sizes {
					all += n
					if n >= full {
						filled += n
					}
				}
				switch {
				case !tt.bulk && len(m.sizes) != 1:
					t.Errorf("%d records for a small answer: %d", len(m.sizes), m.sizes)
				case tt.bulk && (all < 1<<20 || filled < all*9/10):
					t.Errorf("%d of %d bytes in full records; %d records: %d", filled, all, len(m.sizes), m.sizes[:min(len(m.sizes), 20)])
				case tt.bulk:
					t.Logf("%.1f %% of %d bytes in full records", 100*float64(filled)/float64(all), all)
				}
			})
		}
	}
}
