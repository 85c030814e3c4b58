package tls

import (
	"bytes"
	"testing"
)

// FuzzMaterial feeds the parsers of certificate, key and ticket key files, which
// have no exported entry that takes bytes.
func FuzzMaterial(f *testing.F) {
	for _, seed := range []string{
		"", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
		"-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n",
		"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n",
		"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nMAA=\n-----END RSA PRIVATE KEY-----\n",
		"0101010101010101010101010101010101010101010101010101010101010101\r\n", "01\n", "\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if certs, err := parseCertificates("file", data); (err == nil) != (len(certs) > 0) {
			t.Errorf("parseCertificates = %d certificates, %v", len(certs), err)
		}
		l := &loader{opts: &Options{}}
		if key, err := l.parseKey("file", bytes.Clone(data), []byte("x")); (err == nil) != (key != nil) {
			t.Errorf("parseKey = %v, %v", key, err)
		}
		keys, line, reason := parseTicketKeys(data)
		if (reason == "") != (len(keys) > 0) || len(keys) > maxTicketKeys || (reason != "") != (line > 0) {
			t.Errorf("parseTicketKeys = %d keys, line %d, %q", len(keys), line, reason)
		}
	})
}
