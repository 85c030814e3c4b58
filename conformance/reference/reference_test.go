package reference_test

import (
	"errors"
	"testing"

	"github.com/drawbolt/drawbolt/conformance/reference"
)

// TestAvailable checks that what stands in the way is said in words that a
// developer can act on.
func TestAvailable(t *testing.T) {
	for _, tt := range []struct{ name, env, value, want string }{
		{name: "off", env: reference.EnvEnabled, value: "", want: "set DRAWBOLT_REFERENCE=1 to run one"},
		{name: "release", env: reference.EnvRelease, value: "1.9", want: "release 1.9 is not known"},
		{
			name: "java", env: reference.EnvJava, value: "/nonexistent/java",
			want: "/nonexistent/java -version: fork/exec /nonexistent/java: no such file or directory",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv(reference.EnvEnabled, "1")
			t.Setenv(tt.env, tt.value)
			var got *reference.UnavailableError
			if err := reference.Available(t.Context()); !errors.As(err, &got) || got.Reason != tt.want {
				t.Errorf("Available() with %s=%q = %v; want %q", tt.env, tt.value, err, tt.want)
			}
		})
	}
}

// TestReferenceStart starts a real server, plain and over TLS.
func TestReferenceStart(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    reference.Options
	}{
		{name: "plain"},
		{name: "tls", o: reference.Options{TLS: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := reference.Start(t, tt.o)
			if (s.CAFile != "") != tt.o.TLS {
				t.Errorf("CAFile = %q with TLS %t", s.CAFile, tt.o.TLS)
			}
		})
	}
}
