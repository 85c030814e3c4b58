package bolt

import "github.com/drawbolt/drawbolt/packstream"

// A Telemetry tells which interface of the driver is in use, from 5.4 on.
type Telemetry struct {
	API int64 // 0 managed transaction, 1 explicit, 2 auto-commit, 3 execute-query
}

// Signature returns the tag of the message.
func (*Telemetry) Signature() Signature { return SignatureTelemetry }

func (m *Telemetry) decode(r *RequestDecoder) (err error) {
	if m.API, err = r.integer("api"); err != nil {
		return err
	}
	if m.API < 0 || m.API > 3 {
		return illegalValue("api", "Unknown driver interface type %d", m.API)
	}
	return nil
}

// Append appends the message as a client sends it.
func (m *Telemetry) Append(dst []byte, _ *Version) ([]byte, error) {
	dst = packstream.AppendStructHeader(dst, byte(SignatureTelemetry), 1)
	return packstream.AppendInt(dst, m.API), nil
}
