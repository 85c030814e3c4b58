package driver_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"

	"github.com/drawbolt/drawbolt/conformance/binary"
)

// connect returns a driver that has reached the server over TLS.
func connect(t *testing.T, s *binary.Server) neo4j.DriverWithContext {
	t.Helper()
	d := open(t, s, "bolt+ssc")
	if err := d.VerifyConnectivity(t.Context()); err != nil {
		t.Fatalf("connect to %s: %v", s.Address, err)
	}
	return d
}

// open returns a driver that trusts the server's authority and gives up soon.
func open(t *testing.T, s *binary.Server, scheme string) neo4j.DriverWithContext {
	t.Helper()
	d, err := neo4j.NewDriverWithContext(s.URI(scheme), neo4j.NoAuth(), func(c *config.Config) {
		c.SocketConnectTimeout = 5 * time.Second
		c.ConnectionAcquisitionTimeout = 5 * time.Second
		c.MaxTransactionRetryTime = time.Second
		if s.CAFile != "" {
			c.TlsConfig = &tls.Config{RootCAs: roots(t, s.CAFile)}
		}
	})
	if err != nil {
		t.Fatalf("driver for %s: %v", s.URI(scheme), err)
	}
	t.Cleanup(func() {
		if err := d.Close(context.Background()); err != nil {
			t.Errorf("close the driver: %v", err)
		}
	})
	return d
}

func roots(t *testing.T, file string) *x509.CertPool {
	t.Helper()
	pem, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		t.Fatalf("%s has no certificate", file)
	}
	return pool
}

// execute runs one statement outside of an explicit transaction, as tools do
// with schema commands.
func execute(t *testing.T, d neo4j.DriverWithContext, text string) {
	t.Helper()
	session := d.NewSession(t.Context(), neo4j.SessionConfig{})
	r, err := session.Run(t.Context(), text, nil)
	if err == nil {
		_, err = r.Consume(t.Context())
	}
	if err := errors.Join(err, session.Close(t.Context())); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// query runs one statement and returns its rows.
func query(t *testing.T, d neo4j.DriverWithContext, text string, params map[string]any) [][]any {
	t.Helper()
	r, err := neo4j.ExecuteQuery(t.Context(), d, text, params, neo4j.EagerResultTransformer)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	rows := make([][]any, 0, len(r.Records))
	for _, record := range r.Records {
		rows = append(rows, record.Values)
	}
	return rows
}
