package suite

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"
)

// port adds checks of what comes first on a connection and is not what the
// port speaks. They use the bare port, below TLS if there is any.
func (b *builder) port() {
	b.group, b.section = "port", "Bolt Protocol handshake: Bolt identification"
	for _, tt := range []struct{ name, flags, bytes string }{
		{"Bolt on a TLS port", "tls", magic + "\x00\x08\x08\x05\x00\x02\x04\x04\x00\x00\x00\x03\x00\x00\x00\x00"},
		{"Bolt's magic and a byte on a TLS port", "tls", magic + "\x00"},
		{"manifest on a TLS port", "tls", magic + "\x00\x00\x01\xFF" + "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"},
		{"SSH", "", "SSH-2.0-OpenSSH_9.2\r\n"},
		{"zeros", "", "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"},
		{"a TLS hello on a plaintext port", "plain", "\x16\x03\x01\x00\xA5\x01\x00\x00\xA1\x03\x03" + "0123456789ABCDEF0123456789ABCDEF\x00\x00\x02\x13\x01\x01\x00"},
		{"the proxy protocol", "", "PROXY TCP4 127.0.0.1 127.0.0.1 4711 7687\r\n" + magic},
	} {
		b.custom(fmt.Sprintf("%s | reference | * | raw once %s", tt.name, tt.flags), func(p *player) error {
			got, err := p.answer(tt.bytes)
			if err != nil {
				return err
			}
			// A TLS port may answer with an alert, which is no version.
			if len(got) > 0 && got[0] != 0x15 {
				return fmt.Errorf("got <% X>, want a closed connection", got)
			}
			return nil
		})
	}
	for _, tt := range []struct{ name, bytes string }{
		{"HTTP GET", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"},
		{"HTTP POST", "POST /db/neo4j/tx/commit HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}"},
		{"HTTP HEAD", "HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n"},
	} {
		b.custom(fmt.Sprintf("%s gets HTTP or nothing | reference | * | raw once", tt.name), func(p *player) error {
			got, err := p.answer(tt.bytes)
			if err != nil {
				return err
			}
			if len(got) > 0 && got[0] != 0x15 && !bytes.HasPrefix(got, []byte("HTTP/1.")) {
				return fmt.Errorf("got <% X>, want HTTP or a closed connection", got)
			}
			return nil
		})
	}
	b.custom("a connection that is closed at once does no harm | specified | * | raw once", func(p *player) error {
		for range 50 {
			c, err := p.session.dialTCP(p.ctx)
			if err != nil {
				return err
			}
			if err := c.Close(); err != nil {
				return err
			}
		}
		return p.open("", false, false)
	})
	b.section = "Bolt Protocol messages: HELLO"
	b.custom("connection ids differ | specified | 3- | fresh", connectionIDs)
}

// answer sends bytes to the bare port and returns what comes back until the
// server closes.
func (p *player) answer(text string) ([]byte, error) {
	c, err := p.session.dialTCP(p.ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.Close() }()
	if err := c.send([]byte(text)); err != nil {
		return nil, err
	}
	if err := c.SetReadDeadline(time.Now().Add(c.timeout)); err != nil {
		return nil, err
	}
	got, err := io.ReadAll(io.LimitReader(c.in, 64<<10))
	p.session.log.add(entry{who: "tcp S:", bytes: got})
	if err != nil && gone(err) {
		err = nil
	}
	if err != nil {
		return got, fmt.Errorf("got <% X>, but the connection stays open: %w", got, err)
	}
	return got, nil
}

// connectionIDs compares the ids of two connections that are open at once.
func connectionIDs(p *player) error {
	for _, name := range []string{"a", "b"} {
		if err := p.open(name, false, true); err != nil {
			return err
		}
		if err := p.script("C: HELLO\nS: SUCCESS {connection_id: $" + name + ", ...}"); err != nil {
			return err
		}
	}
	if p.vars["a"].text == p.vars["b"].text {
		return errors.New("both connections are " + p.vars["a"].text)
	}
	return nil
}
