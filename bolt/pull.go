package bolt

import "github.com/drawbolt/drawbolt/packstream"

// AllRecords is the n of a PULL or DISCARD that wants everything, and LastQuery
// the qid of the latest statement.
const (
	AllRecords int64 = -1
	LastQuery  int64 = -1
)

// A Pull asks for records. PULL_ALL of Bolt 1 to 3 has the same signature and
// asks for all.
type Pull struct {
	N   int64 // AllRecords or at least 1
	QID int64 // LastQuery, or what RUN answered; not checked here
}

// Signature returns the tag of the message.
func (*Pull) Signature() Signature { return SignaturePull }

func (m *Pull) decode(r *RequestDecoder) (err error) {
	m.N, m.QID, err = r.batch()
	return err
}

// Append appends the message as a client sends it.
func (m *Pull) Append(dst []byte, v *Version) ([]byte, error) {
	return appendBatch(dst, SignaturePull, m.N, m.QID, v), nil
}

// batch decodes the map of PULL and DISCARD.
func (r *RequestDecoder) batch() (n, qid int64, err error) {
	n, qid = AllRecords, LastQuery
	if !r.Version.Batches {
		return n, qid, nil
	}
	e, err := r.entries("extra")
	if err != nil {
		return 0, 0, err
	}
	found := false
	for {
		key, more, err := e.next()
		switch {
		case err != nil:
			return 0, 0, err
		case !more && !found:
			return 0, 0, missing("n")
		case !more:
			return n, qid, nil
		case string(key) == "n":
			found = true
			if n, err = r.integer("n"); err != nil {
				return 0, 0, err
			}
			if n < 1 && n != AllRecords {
				return 0, 0, illegalValue("n", "Expecting size to be at least 1, but got: %d", n)
			}
		case string(key) == "qid":
			if r.null() {
				continue
			}
			if qid, err = r.integer("qid"); err != nil {
				return 0, 0, err
			}
		default:
			if err := r.d.Skip(); err != nil {
				return 0, 0, err
			}
		}
	}
}

func appendBatch(dst []byte, s Signature, n, qid int64, v *Version) []byte {
	if !v.Batches {
		return packstream.AppendStructHeader(dst, byte(s), 0)
	}
	dst = packstream.AppendStructHeader(dst, byte(s), 1)
	if qid == LastQuery {
		dst = packstream.AppendMapHeader(dst, 1)
		return appendNumber(dst, "n", n)
	}
	dst = packstream.AppendMapHeader(dst, 2)
	return appendNumber(appendNumber(dst, "n", n), "qid", qid)
}
