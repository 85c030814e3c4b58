package tls

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"time"
)

// The flags that messages name.
const (
	flagCert       = "--bolt-cert-file"
	flagKey        = "--bolt-key-file"
	flagPassphrase = "--bolt-key-passphrase-file" //nolint:gosec // the name of a flag
	flagMinVersion = "--bolt-tls-min-version"
	flagClientAuth = "--bolt-client-auth"
	flagClientCA   = "--bolt-client-ca-file"
	flagClientCRL  = "--bolt-client-crl-file"
	flagWatch      = "--bolt-cert-watch-interval"
	flagTicketKeys = "--bolt-session-ticket-key-file"
)

// The values of Options.ClientAuth.
const (
	ClientAuthNone    = "none"    // a certificate is not asked for
	ClientAuthRequest = "request" // may be missing; a presented one must verify
	ClientAuthRequire = "require" // must be there and verify
)

// Options are the settings of a TLS endpoint. They are not changed after Open.
type Options struct {
	// CertFiles are PEM files of certificate chains; entry n belongs to entry n
	// of KeyFiles. Both lists empty means TLS is off.
	CertFiles []string
	// KeyFiles are PEM files of private keys.
	KeyFiles []string
	// PassphraseFile holds, in its first line, the passphrase of every
	// encrypted key. Empty means that no key is encrypted.
	PassphraseFile string
	// MinVersion is "1.2" or "1.3"; empty means 1.2.
	MinVersion string
	// ClientAuth is one of the ClientAuth constants; empty means none.
	ClientAuth string
	// ClientCAFile is a PEM bundle that client certificates must chain to.
	ClientCAFile string
	// ClientCRLFile holds revocation lists of those authorities, PEM.
	ClientCRLFile string
	// WatchInterval is how often the files are compared with what is in use;
	// 0 means never.
	WatchInterval time.Duration
	// TicketKeyFile holds shared session ticket keys. Empty means keys in
	// memory, which change every 12 hours.
	TicketKeyFile string
	// StrictKeyPermissions refuses a key file that group or others can read,
	// instead of reporting a Problem.
	StrictKeyPermissions bool
	// Events receives what happens; its functions may be nil.
	Events Events
}

// Events are the callbacks of an Endpoint. Each may be nil, is called by several
// goroutines at once, and must return quickly.
type Events struct {
	// Problem reports material that works but should be looked at.
	Problem func(Problem)
	// Handshake reports the end of each handshake, good or bad.
	Handshake func(Handshake)
	// Refused reports a peer that does not speak TLS.
	Refused func(Refused)
	// Reloaded reports each reload; trigger is "request" or "watch".
	Reloaded func(trigger string, err error)
	// Tickets reports new session ticket keys; source is "ring" or "file".
	Tickets func(source string)
}

// A Severity grades a Problem.
type Severity uint8

// The severities.
const (
	Warning Severity = iota + 1
	Serious
)

// A Problem is something about the key material that an operator should know,
// although the endpoint works.
type Problem struct {
	Severity Severity
	Flag     string
	Path     string
	Text     string
}

// A Handshake is the outcome of one handshake.
type Handshake struct {
	Peer     net.Addr
	Duration time.Duration
	Version  string // "TLS 1.3"; empty when not agreed
	Suite    string
	Group    string
	Resumed  bool
	// ClientSubject is the verified client certificate's subject.
	ClientSubject string
	// Class is "ok" or the class of Err, fit for a metric's label.
	Class string
	Err   error
}

// A Refused is a peer that was turned away because it spoke another protocol.
type Refused struct {
	Peer net.Addr
	// Protocol is "bolt", "http", "tls", "proxy" or "other".
	Protocol string
}

// Enabled reports whether TLS is on: both lists have entries.
func (o *Options) Enabled() bool { return len(o.CertFiles) > 0 && len(o.KeyFiles) > 0 }

// Validate reports every contradiction between options, each as an *Error. It
// touches no file, so that a half-configured server stops before anything else.
func (o *Options) Validate() error {
	var errs []error
	bad := func(flag, reason, remedy string) {
		errs = append(errs, &Error{Flag: flag, Reason: reason, Remedy: remedy})
	}
	certs, keys := len(o.CertFiles), len(o.KeyFiles)
	switch {
	case certs > 0 && keys == 0:
		bad(flagKey, "is missing although "+flagCert+" is set", "set both for TLS or none for plaintext")
	case certs == 0 && keys > 0:
		bad(flagCert, "is missing although "+flagKey+" is set", "set both for TLS or none for plaintext")
	case certs != keys:
		bad(flagCert, fmt.Sprintf("names %d files, but %s names %d", certs, flagKey, keys),
			"entry n of one list belongs to entry n of the other")
	}
	if slices.Contains(o.CertFiles, "") {
		bad(flagCert, "has an empty entry", "separate paths with single commas")
	}
	if slices.Contains(o.KeyFiles, "") {
		bad(flagKey, "has an empty entry", "separate paths with single commas")
	}
	if o.MinVersion != "" && o.MinVersion != "1.2" && o.MinVersion != "1.3" {
		bad(flagMinVersion, fmt.Sprintf("is %q", o.MinVersion), "use 1.2 or 1.3")
	}
	if o.WatchInterval < 0 {
		bad(flagWatch, "is negative", "use 0 to switch the watch off")
	}
	o.validateClientAuth(bad)
	if !o.Enabled() && certs == keys {
		o.validateOff(bad)
	}
	return errors.Join(errs...)
}

func (o *Options) validateClientAuth(bad func(flag, reason, remedy string)) {
	switch o.ClientAuth {
	case "", ClientAuthNone:
		const remedy = "set " + flagClientAuth + " to request or require"
		if o.ClientCAFile != "" {
			bad(flagClientCA, "has no effect with "+flagClientAuth+"=none", remedy)
		}
		if o.ClientCRLFile != "" {
			bad(flagClientCRL, "has no effect with "+flagClientAuth+"=none", remedy)
		}
	case ClientAuthRequest, ClientAuthRequire:
		if o.ClientCAFile == "" {
			bad(flagClientAuth, "is "+o.ClientAuth+", but "+flagClientCA+" is not set", "name the authorities to trust")
		}
	default:
		bad(flagClientAuth, fmt.Sprintf("is %q", o.ClientAuth), "use none, request or require")
	}
}

// validateOff refuses settings that would silently do nothing without TLS.
func (o *Options) validateOff(bad func(flag, reason, remedy string)) {
	for _, f := range []struct {
		flag string
		set  bool
	}{
		{flagPassphrase, o.PassphraseFile != ""},
		{flagMinVersion, o.MinVersion != "" && o.MinVersion != "1.2"},
		{flagClientAuth, o.ClientAuth != "" && o.ClientAuth != ClientAuthNone},
		{flagClientCA, o.ClientCAFile != ""},
		{flagClientCRL, o.ClientCRLFile != ""},
		{flagWatch, o.WatchInterval != 0},
		{flagTicketKeys, o.TicketKeyFile != ""},
	} {
		if f.set {
			bad(f.flag, "is set, but TLS is off", "set "+flagCert+" and "+flagKey)
		}
	}
}
