package suite_test

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/cmd/boltcheck/suite"
	"github.com/drawbolt/drawbolt/conformance/binary"
	"github.com/drawbolt/drawbolt/conformance/reference"
	"github.com/drawbolt/drawbolt/tls"
)

// knownFailures are the checks that drawbolt fails, by group/name, with the
// reason. There are none; a new one needs a reason and a person who mends it.
func knownFailures() map[string]string { return map[string]string{} }

// TestSuite runs every check on every version.
func TestSuite(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    binary.Options
	}{
		{name: "plain", o: binary.Options{Plaintext: true}},
		{name: "tls"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := binary.Start(t, tt.o)
			report := run(t, s.Address, s.CAFile)
			if want := 18; len(report.Versions) != want {
				t.Errorf("versions %s; want %d of them", report.Versions, want)
			}
			judge(t, report, knownFailures())
		})
	}
}

// TestReferenceSuite proves the checks: Neo4j passes all that are specified or
// its own behaviour.
func TestReferenceSuite(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    reference.Options
	}{
		{name: "plain"},
		{name: "tls", o: reference.Options{TLS: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := reference.Start(t, tt.o)
			judge(t, run(t, s.Address, s.CAFile), nil)
		})
	}
}

// run runs the suite at an address.
func run(t *testing.T, address, caFile string) *suite.Report {
	t.Helper()
	tcp := func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", address)
	}
	o := suite.Options{Dial: tcp, DialTCP: tcp, Timeout: 10 * time.Second}
	if caFile != "" {
		d, err := tls.NewDialer(tls.ClientOptions{CAFile: caFile})
		if err != nil {
			t.Fatal(err)
		}
		o.Secure = true
		o.Dial = func(ctx context.Context) (net.Conn, error) { return d.DialContext(ctx, "tcp", address) }
	}
	report, err := suite.Run(t.Context(), o)
	if err != nil {
		t.Fatalf("suite at %s: %v", address, err)
	}
	t.Logf("%s, versions %s: %d results in %v", report.Server, report.Versions, len(report.Results), report.Took)
	return report
}

// judge compares what failed with what is known to fail. A check that fails is
// shown once, at its first version.
func judge(t *testing.T, report *suite.Report, known map[string]string) {
	t.Helper()
	versions := map[string][]string{}
	for _, r := range report.Failed() {
		name := r.Check.String()
		if len(versions[name]) == 0 && known[name] == "" {
			t.Errorf("%s at %s: %v\n%s", name, r.Version, r.Err, strings.Join(r.Transcript, "\n"))
		}
		versions[name] = append(versions[name], r.Version)
	}
	for name, at := range versions {
		t.Logf("%s fails at %s %s", name, strings.Join(at, ", "), known[name])
	}
	for name, reason := range known {
		if len(versions[name]) == 0 {
			t.Errorf("%s passes now: strike it from the known failures (%s)", name, reason)
		}
	}
}
