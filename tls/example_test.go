package tls_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"github.com/drawbolt/drawbolt/tls"
)

// A server opens its endpoint before it touches data, and wraps its listener.
func ExampleOpen() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	if err := tls.CreateSelfSigned(cert, key, tls.SelfSigned{Hosts: []string{"localhost"}}); err != nil {
		fmt.Println(err)
		return
	}

	endpoint, err := tls.Open(tls.Options{CertFiles: []string{cert}, KeyFiles: []string{key}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer endpoint.Close()
	inner, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	listener := endpoint.NewListener(inner)
	defer listener.Close()

	for _, p := range endpoint.Pairs() {
		fmt.Println(p.Algorithm, p.Names)
	}
	// Output: ECDSA P-256 [localhost]
}

// Contradictions are found without touching a file.
func ExampleOptions_Validate() {
	o := tls.Options{CertFiles: []string{"/etc/drawbolt/cert.pem"}}
	fmt.Println(o.Validate())
	// Output: tls: --bolt-key-file: is missing although --bolt-cert-file is set; set both for TLS or none for plaintext
}
