package fault

import (
	"crypto/tls"
	"crypto/x509"
	"time"
)

// An Expectation is what a good client does with a connection.
type Expectation string

// The expectations.
const (
	// Connect: the client finishes the handshake and speaks Bolt.
	Connect Expectation = "connect"
	// Refuse: the client sends no byte of Bolt.
	Refuse Expectation = "refuse"
	// Break: the connection breaks; the client notices and closes it.
	Break Expectation = "break"
	// Either: it depends on the client's settings, or on its library.
	Either Expectation = "either"
)

// A Scenario is one way to be wrong, or to be right where clients are wrong.
type Scenario struct {
	Name   string        `json:"name"`
	Group  string        `json:"group"`
	Server string        `json:"server"` // what the server does
	Client string        `json:"client"` // what a good client must do
	Expect []Expectation `json:"expect"` // for each connection that it needs
	// Plain: the client is to be told bolt://, without TLS.
	Plain bool `json:"plain,omitempty"`

	stage func(*Authority) (*stage, error)
}

// A stage is what a scenario plays with.
type stage struct {
	config func(connection int) *tls.Config
	raw    func(*wire) // in place of TLS, when the client's hello is there
	silent bool        // raw does not wait for the hello
	plain  func(*wire) // for clients without TLS, when their handshake has begun
	mangle mangle      // of all records
	slow   bool
	late   *late
}

// A late fault comes in the middle of a session.
type late struct {
	inside bool // in the middle of a message, not in front of it
	mangle mangle
	act    func(*tls.Conn, *wire)
	slow   bool
}

// Alerts of TLS.
const (
	alertUnexpectedMessage = 10
	alertHandshakeFailure  = 40
	alertInternalError     = 80
)

// Scenarios returns all scenarios, by group.
func Scenarios() []Scenario {
	var all []Scenario
	for _, g := range []struct {
		name      string
		scenarios []Scenario
	}{
		{"certificate", append(certificateScenarios(), peerScenarios()...)},
		{"protocol", protocolScenarios()},
		{"handshake", handshakeScenarios()},
		{"session", sessionScenarios()},
		{"connection", connectionScenarios()},
		{"plain", plainScenarios()},
	} {
		for _, s := range g.scenarios {
			s.Group = g.name
			all = append(all, s)
		}
	}
	return all
}

// Find returns the scenario of a name.
func Find(name string) (Scenario, bool) {
	for _, s := range Scenarios() {
		if s.Name == name {
			return s, true
		}
	}
	return Scenario{}, false
}

// once is what is expected of the only connection.
func once(e Expectation) []Expectation { return []Expectation{e} }

// with returns a stage that shows one certificate, changed in some way.
func with(issue func(*Authority) (tls.Certificate, error), change func(*stage, *tls.Config)) func(*Authority) (*stage, error) {
	return func(a *Authority) (*stage, error) {
		cert, err := issue(a)
		if err != nil {
			return nil, err
		}
		config := &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
		s := &stage{config: func(int) *tls.Config { return config }}
		if change != nil {
			change(s, config)
		}
		return s, nil
	}
}

// bad shows a certificate that is not good.
func bad(l leaf) func(*Authority) (*stage, error) {
	return with(func(a *Authority) (tls.Certificate, error) { return a.issue(l) }, nil)
}

// good shows a good certificate and is wrong in another way.
func good(change func(*stage, *tls.Config)) func(*Authority) (*stage, error) {
	return with(func(a *Authority) (tls.Certificate, error) { return a.issue(leaf{}) }, change)
}

func certificateScenarios() []Scenario {
	const day = 24 * time.Hour
	return []Scenario{
		{
			Name: "trusted", Expect: once(Connect), Server: "shows a good certificate",
			Client: "connect; this proves that it trusts the authority and uses the right name", stage: bad(leaf{}),
		},
		{
			Name: "expired", Expect: once(Refuse), Server: "shows a certificate that ended yesterday",
			Client: "refuse, with an error that says expired", stage: bad(leaf{from: -9 * day, to: -day}),
		},
		{
			Name: "not-yet-valid", Expect: once(Refuse), Server: "shows a certificate that begins tomorrow",
			Client: "refuse, with an error that says not yet valid", stage: bad(leaf{from: day, to: 9 * day}),
		},
		{
			Name: "wrong-host", Expect: once(Refuse), Server: "shows a certificate for wrong.example",
			Client: "refuse, with an error that names both hosts", stage: bad(leaf{names: []string{"wrong.example"}}),
		},
		{
			Name: "no-name", Expect: once(Refuse), Server: "shows a certificate whose host stands in the common name only",
			Client: "refuse: the common name counts no more",
			stage: with(func(a *Authority) (tls.Certificate, error) {
				return a.issue(leaf{name: a.hosts[0], names: []string{}})
			}, nil),
		},
		{
			Name: "self-signed", Expect: once(Refuse), Server: "shows a certificate that is signed by itself",
			Client: "refuse, unless the user has allowed it (bolt+ssc)", stage: bad(leaf{self: true}),
		},
		{
			Name: "unknown-root", Expect: once(Refuse), Server: "shows a certificate of an authority that nobody knows",
			Client: "refuse, unless the user has allowed it (bolt+ssc)", stage: with(unknownRoot, nil),
		},
		{
			Name: "missing-intermediate", Expect: once(Refuse), Server: "leaves the intermediate certificate out",
			Client: "refuse; a library may fetch it by itself", stage: with(func(a *Authority) (tls.Certificate, error) { return chained(a, false, true) }, nil),
		},
		{
			Name: "wrong-order", Expect: once(Either), Server: "sends the chain in the wrong order, with the root in it",
			Client: "connect, as RFC 8446 wants; a strict library may refuse", stage: with(func(a *Authority) (tls.Certificate, error) { return chained(a, true, true) }, nil),
		},
		{
			Name: "fake-authority", Expect: once(Refuse), Server: "shows a certificate signed by one that is no authority",
			Client: "refuse", stage: with(func(a *Authority) (tls.Certificate, error) { return chained(a, true, false) }, nil),
		},
		{
			Name: "wrong-usage", Expect: once(Refuse), Server: "shows a certificate that is for clients only",
			Client: "refuse", stage: bad(leaf{usage: x509.ExtKeyUsageClientAuth}),
		},
		{
			Name: "revoked", Expect: once(Either), Server: "shows a certificate that its authority has revoked, see " + CRLFile,
			Client: "refuse if it was given the list; without one it can not know", stage: with(revoked, nil),
		},
		{
			Name: "weak-key", Expect: once(Refuse), Server: "shows a certificate with an RSA key of 1024 bits",
			Client: "refuse", stage: bad(leaf{bits: 1024}),
		},
		{
			Name: "weak-signature", Expect: once(Refuse), Server: "shows a certificate that is signed with SHA-1",
			Client: "refuse", stage: bad(leaf{sha1: true}),
		},
	}
}

// peerScenarios are about certificates over time, and of the client.
func peerScenarios() []Scenario {
	return []Scenario{
		{
			Name: "swap", Expect: []Expectation{Connect, Connect}, Server: "shows another good certificate on the second connection",
			Client: "connect both times: certificates are renewed", stage: swap(func(a *Authority) (tls.Certificate, error) { return a.issue(leaf{}) }),
		},
		{
			Name: "swap-unknown", Expect: []Expectation{Connect, Refuse}, Server: "shows a certificate of an unknown authority on the second connection",
			Client: "connect, then refuse: trust is not remembered", stage: swap(unknownRoot),
		},
		{
			Name: "client-certificate", Expect: once(Connect), Server: "wants a certificate of the client, such as " + ClientCertFile,
			Client: "show it and connect; without one, report the server's alert",
			stage: func(a *Authority) (*stage, error) {
				return good(func(_ *stage, c *tls.Config) {
					c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, x509.NewCertPool()
					c.ClientCAs.AddCert(a.root.cert)
				})(a)
			},
		},
	}
}

// unknownRoot issues a certificate that no client trusts.
func unknownRoot(a *Authority) (tls.Certificate, error) {
	other, err := newRoot("boltcheck unknown root")
	if err != nil {
		return tls.Certificate{}, err
	}
	return a.issue(leaf{by: &other})
}

// chained issues a certificate behind two intermediates, which are sent in the
// wrong order or not at all, and of which the last may be no authority.
func chained(a *Authority, send, really bool) (tls.Certificate, error) {
	first, err := newCA("boltcheck first intermediate", &a.root, true)
	if err != nil {
		return tls.Certificate{}, err
	}
	second, err := newCA("boltcheck second intermediate", &first, really)
	if err != nil {
		return tls.Certificate{}, err
	}
	l := leaf{by: &second}
	if send {
		l.behind = []*x509.Certificate{a.root.cert, first.cert, second.cert}
	}
	return a.issue(l)
}

func revoked(a *Authority) (tls.Certificate, error) {
	cert, err := a.issue(leaf{})
	if err != nil {
		return tls.Certificate{}, err
	}
	return cert, a.revoke(cert.Leaf)
}

// swap shows a good certificate on the first connection, then another one.
func swap(second func(*Authority) (tls.Certificate, error)) func(*Authority) (*stage, error) {
	return func(a *Authority) (*stage, error) {
		before, err := a.issue(leaf{})
		if err != nil {
			return nil, err
		}
		after, err := second(a)
		if err != nil {
			return nil, err
		}
		return &stage{config: func(connection int) *tls.Config {
			cert := before
			if connection > 1 {
				cert = after
			}
			// A new configuration has new ticket keys: nothing is resumed.
			return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
		}}, nil
	}
}

// only allows one version of TLS.
func only(version uint16) func(*stage, *tls.Config) {
	return func(_ *stage, c *tls.Config) { c.MinVersion, c.MaxVersion = version, version }
}

// answer replies to the client's hello with bytes of its own.
func answer(with []byte, end ending) func(*Authority) (*stage, error) {
	return func(*Authority) (*stage, error) {
		return &stage{raw: func(w *wire) {
			_, _ = w.Conn.Write(with) // if it is gone, that shows at the next read
			w.end(end)
		}}, nil
	}
}

// hello changes the server's hello, in TLS 1.2: the record from its random on.
func hello(change func(random []byte)) func(*Authority) (*stage, error) {
	const random = recordHeader + 4 + 2
	return good(func(s *stage, c *tls.Config) {
		only(tls.VersionTLS12)(s, c)
		s.mangle = func(record []byte, n int) ([]byte, ending) {
			if n == 1 && len(record) > random+40 {
				change(record[random:])
			}
			return record, goOn
		}
	})
}

func protocolScenarios() []Scenario {
	return []Scenario{
		{
			Name: "tls-1.0", Expect: once(Refuse), Server: "speaks TLS 1.0 only",
			Client: "refuse, with an error about the version", stage: good(only(tls.VersionTLS10)),
		},
		{
			Name: "tls-1.1", Expect: once(Refuse), Server: "speaks TLS 1.1 only",
			Client: "refuse, with an error about the version", stage: good(only(tls.VersionTLS11)),
		},
		{Name: "tls-1.2", Expect: once(Connect), Server: "speaks TLS 1.2 only", Client: "connect", stage: good(only(tls.VersionTLS12))},
		{Name: "tls-1.3", Expect: once(Connect), Server: "speaks TLS 1.3 only", Client: "connect", stage: good(only(tls.VersionTLS13))},
		{
			Name: "no-common-suite", Expect: once(Break), Server: "says that no cipher suite is common (alert handshake_failure)",
			Client: "report the alert", stage: answer(alert(alertHandshakeFailure), fin),
		},
		{
			Name: "suite-not-offered", Expect: once(Refuse), Server: "chooses RC4-SHA, which was not offered",
			Client: "refuse (alert illegal_parameter)",
			stage: hello(func(random []byte) {
				suite := 32 + 1 + int(random[32])
				if suite+2 <= len(random) {
					random[suite], random[suite+1] = 0x00, 0x05
				}
			}),
		},
		{
			Name: "downgrade", Expect: once(Refuse), Server: "speaks TLS 1.2 with the mark of a server that knows 1.3, as behind an attacker",
			Client: "refuse (alert illegal_parameter), if it offered TLS 1.3",
			stage:  hello(func(random []byte) { copy(random[24:], "DOWNGRD\x01") }),
		},
		{
			Name: "plaintext-bolt", Expect: once(Break), Server: "answers the hello with a Bolt version, without TLS",
			Client: "report that the server has no TLS; never go on without it", stage: answer([]byte{0, 0, 4, 5}, stall),
		},
		{
			Name: "plaintext-http", Expect: once(Break), Server: "answers the hello with HTTP/1.1 400",
			Client: "report that the server has no TLS", stage: answer([]byte("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"), fin),
		},
	}
}

// at breaks the handshake of TLS 1.2 at a record: 1 is the server's hello, 2 its
// certificate, 3 the key exchange, 4 the end of the hello, 5 what comes behind the
// client's part.
func at(m mangle) func(*Authority) (*stage, error) {
	return good(func(s *stage, c *tls.Config) {
		only(tls.VersionTLS12)(s, c)
		s.mangle = m
	})
}

// steps are the records of TLS 1.2 by what came before them.
func steps() []struct {
	name, text string
	record     int
} {
	return []struct {
		name, text string
		record     int
	}{
		{"after-client-hello", "in place of its hello", 1},
		{"after-server-hello", "behind its hello", 2},
		{"after-certificate", "behind its certificate", 3},
		{"after-key-exchange", "behind its key exchange", 4},
		{"before-finished", "in place of the last messages", 5},
	}
}

func handshakeScenarios() []Scenario {
	list := []Scenario{{
		Name: "close-at-accept", Expect: once(Break), Server: "closes before it has read anything", Client: "report that the server closed",
		stage: func(*Authority) (*stage, error) {
			return &stage{silent: true, raw: func(w *wire) { w.end(fin) }}, nil
		},
	}}
	for _, s := range steps() {
		list = append(list, Scenario{
			Name: "close-" + s.name, Expect: once(Break), Server: "closes " + s.text, Client: "report that the server closed",
			stage: at(instead(s.record, nil, fin)),
		})
	}
	for _, s := range steps() {
		list = append(list, Scenario{
			Name: "alert-" + s.name, Expect: once(Break), Server: "sends the alert internal_error " + s.text, Client: "report the alert",
			stage: at(instead(s.record, alert(alertInternalError), fin)),
		})
	}
	tls13 := func(m mangle) func(*Authority) (*stage, error) {
		return good(func(s *stage, c *tls.Config) {
			only(tls.VersionTLS13)(s, c)
			s.mangle = m
		})
	}
	return append(list,
		Scenario{
			Name: "close-in-tls-1.3", Expect: once(Break), Server: "closes between the encrypted messages of TLS 1.3", Client: "report that the server closed",
			stage: tls13(instead(4, nil, fin)),
		},
		Scenario{
			Name: "reset-after-client-hello", Expect: once(Break), Server: "resets the connection in place of its hello", Client: "report the reset",
			stage: at(instead(1, nil, reset)),
		},
		Scenario{
			Name: "stall-after-client-hello", Expect: once(Break), Server: "never sends its hello", Client: "give up after its own timeout",
			stage: at(instead(1, nil, stall)),
		},
		Scenario{
			Name: "stall-before-finished", Expect: once(Break), Server: "never sends its last messages", Client: "give up after its own timeout",
			stage: at(instead(5, nil, stall)),
		},
		Scenario{
			Name: "slow-handshake", Expect: once(Connect), Server: "sends every byte on its own, with pauses", Client: "connect",
			stage: good(func(s *stage, _ *tls.Config) { s.slow = true }),
		},
		Scenario{
			Name: "fragmented-handshake", Expect: once(Connect), Server: "cuts its handshake into records of one byte", Client: "connect: this is legal",
			stage: at(fragmented),
		},
		Scenario{
			Name: "truncated-handshake", Expect: once(Break), Server: "sends half of its hello and closes", Client: "report that the server closed",
			stage: at(truncated),
		},
		Scenario{
			Name: "oversized-handshake", Expect: once(Break), Server: "sends a record that is larger than any may be", Client: "abort (alert record_overflow)",
			stage: at(oversized),
		},
		Scenario{
			Name: "unknown-record", Expect: once(Break), Server: "sends a record of a type that does not exist", Client: "abort (alert unexpected_message)",
			stage: at(unknownType),
		},
		Scenario{
			Name: "corrupted-handshake", Expect: once(Break), Server: "changes a bit in an encrypted message of TLS 1.3", Client: "abort (alert bad_record_mac)",
			stage: tls13(func(record []byte, n int) ([]byte, ending) {
				if n == 4 {
					return corrupted(record, n)
				}
				return record, goOn
			}),
		},
	)
}

func sessionScenarios() []Scenario {
	return []Scenario{
		{
			Name: "no-tickets", Expect: []Expectation{Connect, Connect}, Server: "gives no session tickets", Client: "connect both times",
			stage: good(func(_ *stage, c *tls.Config) { c.SessionTicketsDisabled = true }),
		},
		{
			Name: "tickets-forgotten", Expect: []Expectation{Connect, Connect}, Server: "gives tickets and has forgotten their keys at the next connection",
			Client: "connect both times, with a full handshake", stage: swapKeys(nil),
		},
		{
			Name: "tickets-refused", Expect: []Expectation{Connect, Either, Connect}, Server: "gives tickets and ends every connection that uses one",
			Client: "try again without the ticket; the third connection must work",
			stage: swapKeys(func([]byte, tls.ConnectionState) (*tls.SessionState, error) {
				return nil, errTicket
			}),
		},
	}
}

// swapKeys has other ticket keys for each connection, and may refuse tickets.
func swapKeys(unwrap func([]byte, tls.ConnectionState) (*tls.SessionState, error)) func(*Authority) (*stage, error) {
	return func(a *Authority) (*stage, error) {
		cert, err := a.issue(leaf{})
		if err != nil {
			return nil, err
		}
		return &stage{config: func(int) *tls.Config {
			return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12, UnwrapSession: unwrap}
		}}, nil
	}
}

// during breaks a session.
func during(l late) func(*Authority) (*stage, error) {
	return good(func(s *stage, _ *tls.Config) { s.late = &l })
}

func connectionScenarios() []Scenario {
	closeNotify := func(c *tls.Conn, _ *wire) { _ = c.CloseWrite() } // if the client is gone, that shows
	ends := func(e ending) func(*tls.Conn, *wire) {
		return func(_ *tls.Conn, w *wire) { w.end(e) }
	}
	const lost = "report that the connection is lost; a commit that was under way is in doubt"
	return []Scenario{
		{
			Name: "early-close-notify", Expect: once(Break), Server: "ends TLS properly in the middle of a message", Client: lost,
			stage: during(late{inside: true, act: closeNotify}),
		},
		{
			Name: "close-notify-between", Expect: once(Break), Server: "ends TLS properly in place of an answer", Client: lost,
			stage: during(late{act: closeNotify}),
		},
		{
			Name: "missing-close-notify", Expect: once(Break), Server: "closes in the middle of a message without a word of TLS", Client: lost,
			stage: during(late{inside: true, act: ends(fin)}),
		},
		{
			Name: "missing-close-notify-between", Expect: once(Break), Server: "closes in place of an answer without a word of TLS", Client: lost,
			stage: during(late{act: ends(fin)}),
		},
		{
			Name: "reset", Expect: once(Break), Server: "resets the connection in the middle of a message", Client: lost,
			stage: during(late{inside: true, act: ends(reset)}),
		},
		{
			Name: "stall", Expect: once(Either), Server: "stops in the middle of a message and stays", Client: "give up if it has a timeout for reading",
			stage: during(late{inside: true, act: ends(stall)}),
		},
		{
			Name: "slow", Expect: once(Connect), Server: "sends every byte of TLS on its own, with pauses", Client: "wait: nothing is wrong",
			stage: during(late{slow: true}),
		},
		{
			Name: "truncated-record", Expect: once(Break), Server: "sends half of a record and closes", Client: lost,
			stage: during(late{mangle: truncated}),
		},
		{
			Name: "corrupted-record", Expect: once(Break), Server: "changes a bit of a record", Client: "abort (alert bad_record_mac)",
			stage: during(late{mangle: corrupted}),
		},
		{
			Name: "oversized-record", Expect: once(Break), Server: "sends a record that is larger than any may be", Client: "abort (alert record_overflow)",
			stage: during(late{mangle: oversized}),
		},
		{
			Name: "repeated-record", Expect: once(Break), Server: "sends a record twice", Client: "abort (alert bad_record_mac)",
			stage: during(late{inside: true, mangle: repeated}),
		},
		{
			Name: "clear-text-record", Expect: once(Break), Server: "sends a message of Bolt that is not encrypted", Client: "abort (alert bad_record_mac)",
			stage: during(late{mangle: clearText}),
		},
		{
			Name: "clear-text-alert", Expect: once(Break), Server: "sends an alert that is not encrypted", Client: "close; the alert can not be trusted",
			stage: during(late{mangle: clearAlert}),
		},
	}
}
