package bolt

// A Discard gives up records. DISCARD_ALL of Bolt 1 to 3 has the same signature
// and gives up all.
type Discard struct {
	N   int64 // AllRecords or at least 1
	QID int64 // LastQuery, or what RUN answered; not checked here
}

// Signature returns the tag of the message.
func (*Discard) Signature() Signature { return SignatureDiscard }

func (m *Discard) decode(r *RequestDecoder) (err error) {
	m.N, m.QID, err = r.batch()
	return err
}

// Append appends the message as a client sends it.
func (m *Discard) Append(dst []byte, v *Version) ([]byte, error) {
	return appendBatch(dst, SignatureDiscard, m.N, m.QID, v), nil
}
