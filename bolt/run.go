package bolt

import (
	"github.com/drawbolt/drawbolt/packstream"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Run starts a statement.
type Run struct {
	Query      string
	Parameters graph.Value // a map
	// Extra describes the transaction when the statement is one by itself.
	Extra TransactionExtra
}

// Signature returns the tag of the message.
func (*Run) Signature() Signature { return SignatureRun }

func (m *Run) decode(r *RequestDecoder) (err error) {
	if r.d.Peek() == packstream.KindNull {
		return missing("statement")
	}
	if m.Query, err = r.str("statement", m.Query); err != nil {
		return err
	}
	// The extra map comes last, so parameters may take the rest of the message
	// for their own.
	if m.Parameters, err = r.mapValue("parameters"); err != nil {
		return err
	}
	if m.Parameters.IsNull() {
		m.Parameters = graph.Map(nil)
	}
	if !r.Version.Transactions {
		m.Extra = TransactionExtra{}
		return nil
	}
	return m.Extra.decode(r)
}

// Append appends the message as a client sends it.
func (m *Run) Append(dst []byte, v *Version) ([]byte, error) {
	n := 2
	if v.Transactions {
		n = 3
	}
	dst = packstream.AppendStructHeader(dst, byte(SignatureRun), n)
	dst = packstream.AppendString(dst, m.Query)
	dst, err := AppendValue(dst, m.Parameters, v, nil)
	if err != nil || !v.Transactions {
		return dst, err
	}
	return m.Extra.append(dst, v)
}
