package tls_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// A forger is a client of TLS 1.3 that makes its records by hand after the
// handshake, because no library sends what it should not.
type forger struct {
	net.Conn // the raw one

	aead   cipher.AEAD
	secret []byte
	iv     []byte
	count  uint64
}

// expand is HKDF-Expand-Label of RFC 8446, 7.1.
func expand(tb testing.TB, secret []byte, label string, length int) []byte {
	tb.Helper()
	label = "tls13 " + label
	info := binary.BigEndian.AppendUint16(nil, uint16(length))
	info = append(append(append(info, byte(len(label))), label...), 0)
	out, err := hkdf.Expand(sha256.New, secret, string(info), length)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// forge shakes hands and takes the connection over.
func forge(tb testing.TB, s *site) *forger {
	tb.Helper()
	var log bytes.Buffer
	raw := dial(tb, s.Address)
	secure := tls.Client(raw, with(s.config(tb), func(c *tls.Config) {
		c.MinVersion, c.KeyLogWriter = tls.VersionTLS13, &log
	}))
	if err := secure.HandshakeContext(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	if suite := secure.ConnectionState().CipherSuite; suite != tls.TLS_AES_128_GCM_SHA256 {
		tb.Skipf("suite %s; the forger knows AES-128-GCM", tls.CipherSuiteName(suite))
	}
	f := &forger{Conn: raw}
	for line := range strings.Lines(log.String()) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "CLIENT_TRAFFIC_SECRET_0" {
			secret, err := hex.DecodeString(fields[2])
			if err != nil {
				tb.Fatal(err)
			}
			f.rekey(tb, secret)
		}
	}
	if f.aead == nil {
		tb.Fatal("the key log has no traffic secret")
	}
	return f
}

func (f *forger) rekey(tb testing.TB, secret []byte) {
	tb.Helper()
	block, err := aes.NewCipher(expand(tb, secret, "key", 16))
	if err != nil {
		tb.Fatal(err)
	}
	if f.aead, err = cipher.NewGCM(block); err != nil {
		tb.Fatal(err)
	}
	f.secret, f.iv, f.count = secret, expand(tb, secret, "iv", 12), 0
}

// record returns a record with the content and its type.
func (f *forger) record(kind byte, content string) []byte {
	plain := append([]byte(content), kind)
	header := []byte{23, 3, 3, 0, 0}
	binary.BigEndian.PutUint16(header[3:], uint16(len(plain)+f.aead.Overhead()))
	nonce := bytes.Clone(f.iv)
	for i := range 8 {
		nonce[4+i] ^= byte(f.count >> (56 - 8*i))
	}
	f.count++
	return f.aead.Seal(header, nonce, plain, header)
}

// recordFloods is item 26.
func recordFloods(c *check) {
	s := serve(c)
	const handshake, application = 22, 23
	const keyUpdate, answered = "\x18\x00\x00\x01", "\x01"
	for _, tt := range []struct {
		name  string
		flood func(tb testing.TB, f *forger) []byte // the next bytes
	}{
		{"KeyUpdate", func(tb testing.TB, f *forger) []byte {
			tb.Helper()
			b := f.record(handshake, keyUpdate+"\x00")
			f.rekey(tb, expand(tb, f.secret, "traffic upd", 32))
			return b
		}},
		{"KeyUpdate that wants an answer", func(tb testing.TB, f *forger) []byte {
			tb.Helper()
			b := f.record(handshake, keyUpdate+answered)
			f.rekey(tb, expand(tb, f.secret, "traffic upd", 32))
			return b
		}},
		{"several KeyUpdates in a record", func(_ testing.TB, f *forger) []byte {
			return f.record(handshake, strings.Repeat(keyUpdate+answered, 20))
		}},
		{"empty records", func(_ testing.TB, f *forger) []byte { return f.record(application, "") }},
	} {
		c.Run(tt.name, func(t *testing.T) {
			f := forge(t, s)
			sent := 0
			for ; sent < 10_000; sent++ {
				if _, err := f.Write(tt.flood(t, f)); err != nil {
					break
				}
			}
			f.SetReadDeadline(time.Now().Add(15 * time.Second))
			if _, err := io.Copy(io.Discard, f); isTimeout(err) {
				t.Errorf("the connection lives after %d records", sent)
			}
		})
	}
	c.Run("records of one byte", func(t *testing.T) {
		f := forge(t, s)
		// A slow but honest client: it is served.
		for _, b := range []byte(boltMagic + boltSlots + frame(boltHello) + frame(boltRun("RETURN 1")) + frame(boltPull) + frame("\xb0\x02")) {
			if _, err := f.Write(f.record(application, string([]byte{b}))); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := io.ReadAll(f); err != nil || len(got) < 200 {
			t.Errorf("%d bytes of answer, %v", len(got), err)
		}
	})
	if err := session(c, s.Address, s.config(c)).query("RETURN 1"); err != nil {
		c.Errorf("afterwards: %v", err)
	}
}
