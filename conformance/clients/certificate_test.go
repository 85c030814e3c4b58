package clients_test

import (
	"testing"

	"github.com/drawbolt/drawbolt/conformance/binary"
	"github.com/drawbolt/drawbolt/tls/tlstest"
)

// TestClientCertificate lets the JavaScript driver present a certificate to a
// server that wants one.
func TestClientCertificate(t *testing.T) {
	ca := tlstest.NewCA(t)
	pair := ca.Issue(t, tlstest.Leaf{})
	s := &stage{server: binary.Start(t, binary.Options{Plaintext: true, Args: []string{
		"--bolt-cert-file=" + pair.CertFile, "--bolt-key-file=" + pair.KeyFile,
		"--bolt-client-auth=require", "--bolt-client-ca-file=" + ca.File,
	}})}
	good := ca.Issue(t, tlstest.Leaf{Client: true})
	foreign := tlstest.NewCA(t).Issue(t, tlstest.Leaf{Client: true})
	for _, c := range clients() {
		if c.name != "javascript5" && c.name != "javascript6" {
			continue
		}
		run, err := c.prepare(t)
		if err != nil {
			t.Skipf("%s: %v", c.name, err)
		}
		for _, tt := range []struct {
			name string
			env  []string
			want bool
		}{
			{"none", nil, false},
			{"foreign", []string{"DRAWBOLT_CERT=" + foreign.CertFile, "DRAWBOLT_KEY=" + foreign.KeyFile}, false},
			{"good", []string{"DRAWBOLT_CERT=" + good.CertFile, "DRAWBOLT_KEY=" + good.KeyFile}, true},
		} {
			t.Run(c.name+"/"+tt.name, func(t *testing.T) {
				if said := attempt(t, s, run, "bolt+s", ca.File, tt.env...); (said == "ok") != tt.want {
					t.Errorf("the driver says %q; want it to work: %t", said, tt.want)
				}
			})
		}
	}
}
