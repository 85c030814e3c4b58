package fault

import (
	"net"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/packstream"
)

// maxRequest is the largest message that the small server takes.
const maxRequest = 1 << 20

// respond is a server of Bolt that answers everything with success, and every
// statement with one row that says 1.
func respond(c net.Conn) {
	defer c.Close() //nolint:errcheck // a pipe in memory
	r := bolt.NewReader(c, maxRequest)
	opening, err := r.Raw(bolt.HandshakeSize)
	if err != nil || !bolt.IsMagic(opening) {
		return
	}
	choice := negotiate([16]byte(opening[4:]))
	agreed := choice.Reply()
	if _, err := c.Write(agreed[:]); err != nil || choice.Version == nil {
		return
	}
	w := bolt.NewWriter(c)
	for {
		message, err := r.Next()
		if err != nil {
			return
		}
		signature, ok := bolt.PeekSignature(message)
		if !ok || signature == bolt.SignatureGoodbye {
			return
		}
		if reply(w, signature, choice.Version) != nil || w.Flush() != nil {
			return
		}
	}
}

// negotiate agrees to one of the versions that this small server has. It has no
// manifest.
func negotiate(slots [16]byte) bolt.Choice {
	versions, _ := bolt.Versions("3", "5.4", false)
	for s := slots[:]; len(s) >= 4; s = s[4:] {
		if s[3] == 0xFF {
			clear(s[:4])
		}
	}
	return bolt.Negotiate(slots, versions)
}

// reply writes the answer to a request.
func reply(w *bolt.Writer, s bolt.Signature, v *bolt.Version) error {
	if s == bolt.SignaturePull {
		w.Begin()
		w.Buf = packstream.AppendInt(bolt.AppendRecordHeader(w.Buf, 1), 1)
		w.End()
	}
	w.Begin()
	defer w.End()
	var err error
	switch s {
	case bolt.SignatureHello:
		w.Buf = (&bolt.HelloSuccess{Server: "Neo4j/5.26.0", ConnectionID: "boltcheck-1"}).Append(w.Buf, v)
	case bolt.SignatureRun:
		w.Buf = (&bolt.RunSuccess{Fields: []string{"n"}, QID: bolt.LastQuery}).Append(w.Buf, v)
	case bolt.SignaturePull, bolt.SignatureDiscard:
		w.Buf, err = (&bolt.Summary{Type: "r", Database: "neo4j"}).Append(w.Buf, v)
	case bolt.SignatureCommit:
		w.Buf = (&bolt.CommitSuccess{Bookmark: "boltcheck:1"}).Append(w.Buf, v)
	default:
		w.Buf = bolt.AppendSuccess(w.Buf)
	}
	return err
}
