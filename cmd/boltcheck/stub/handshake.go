package stub

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/stub/script"
)

// The slot of a client that asks for the manifest.
var manifestSlot = [4]byte{0, 0, 1, 0xFF}

// handshake agrees on the version of the script. An error of type [*MismatchError] is
// the client's.
func (c *connection) handshake(ctx context.Context) error {
	opening, err := c.take(bolt.HandshakeSize, "handshake")
	if err != nil {
		return err
	}
	c.log(0, "C: <HANDSHAKE> % X", opening)
	if !bolt.IsMagic(opening) {
		return c.fail(notBolt(opening))
	}
	if err := c.sleep(ctx, c.script.Delay); err != nil {
		return err
	}
	if c.script.Handshake != nil {
		return c.scripted()
	}
	answer, manifest := choose(c.script, [16]byte(opening[4:]))
	if manifest {
		return c.manifest()
	}
	c.log(0, "S: <HANDSHAKE> % X", answer)
	c.write(answer[:])
	if answer == [4]byte{} {
		return c.fail(fmt.Sprintf("the client offers % X and the script speaks Bolt %s", opening[4:], c.script.Version))
	}
	return nil
}

// notBolt says what a client sent that is no Bolt.
func notBolt(opening []byte) string {
	switch {
	case opening[0] == 0x16 && opening[1] == 3:
		return "the client speaks TLS, for which the stub needs --client-cert-file and --client-key-file"
	case bytes.HasPrefix(opening, []byte("HEAD ")), bytes.HasPrefix(opening, []byte("POST ")):
		return "the client speaks HTTP"
	default:
		return fmt.Sprintf("the client began with % X, which is no Bolt", opening)
	}
}

// scripted sends the handshake of the script, and wants the answer in it.
func (c *connection) scripted() error {
	c.log(0, "S: <HANDSHAKE> % X", c.script.Handshake)
	c.write(c.script.Handshake)
	return c.want(c.script.HandshakeResponse, "the client's answer to the handshake")
}

// want reads bytes and compares them.
func (c *connection) want(expected []byte, what string) error {
	if len(expected) == 0 {
		return nil
	}
	got, err := c.take(len(expected), what)
	if err != nil {
		return err
	}
	c.log(0, "C: <HANDSHAKE> % X", got)
	if !bytes.Equal(got, expected) {
		return c.fail(fmt.Sprintf("%s: expected % X, got % X", what, expected, got))
	}
	return nil
}

// manifest offers the script's version with its capabilities, and wants the
// client to choose all of that.
func (c *connection) manifest() error {
	v := c.script.Version
	offer := append(manifestSlot[:], 1, 0, 0, v.Minor, v.Major)
	offer = binary.AppendUvarint(offer, c.script.Capabilities)
	c.log(0, "S: <HANDSHAKE> % X", offer)
	c.write(offer)
	if err := c.want([]byte{0, 0, v.Minor, v.Major}, "the client's choice from the manifest"); err != nil {
		return err
	}
	capabilities, err := binary.ReadUvarint(c.in)
	if err != nil {
		return c.lost(err, "its capabilities")
	}
	c.log(0, "C: <HANDSHAKE> % X", binary.AppendUvarint(nil, capabilities))
	if capabilities != c.script.Capabilities {
		return c.fail(fmt.Sprintf("the client chose the capabilities %X, and was offered %X", capabilities, c.script.Capabilities))
	}
	return nil
}

// choose answers a client's four slots as a server of the script's version does:
// with zeros when there is nothing in them that it can speak.
func choose(s *script.Script, slots [16]byte) (answer [4]byte, manifest bool) {
	v := s.Version
	for b := slots[:]; len(b) > 0; b = b[4:] {
		slot := [4]byte(b)
		switch {
		case slot == manifestSlot:
			if s.Manifest != script.ManifestNever {
				return answer, true
			}
		case s.Manifest == script.ManifestAlways || slot[3] != v.Major:
		case v.Major < 4:
			return [4]byte{3: v.Major}, false
		case slot[2] == v.Minor, v.Is(4, 2) && slot[2] == 1:
			return [4]byte{2: slot[2], 3: v.Major}, false
		case knowsRanges(v) && slot[2] > v.Minor && slot[2]-v.Minor <= slot[1]:
			return [4]byte{2: v.Minor, 3: v.Major}, false
		}
	}
	return answer, false
}

// knowsRanges reports whether servers of a version understand a range of minor
// versions in a slot: since 4.3, which also brought ROUTE.
func knowsRanges(v *bolt.Version) bool {
	_, route := v.Fields(bolt.SignatureRoute)
	return route
}

// take reads bytes of the handshake.
func (c *connection) take(n int, what string) ([]byte, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(c.in, b); err != nil {
		return nil, c.lost(err, what)
	}
	return b, nil
}

// lost explains why a read has failed.
func (c *connection) lost(err error, what string) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return c.fail("the client closed the connection before it had sent " + what)
	}
	return c.fail(fmt.Sprintf("while waiting for %s: %v", what, err))
}

// sleep waits as the script says.
func (c *connection) sleep(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return c.fail("the server was stopped while it waited, as the script says")
	case <-timer.C:
		return nil
	}
}
