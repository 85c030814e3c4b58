package bolt

import (
	"bytes"
	"fmt"

	"github.com/drawbolt/drawbolt/packstream"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Request is a message that a client sends: *Hello, *Logon, *Run and so on.
type Request interface {
	// Signature returns the tag of the message.
	Signature() Signature
}

// A RequestDecoder decodes the requests of one session. It keeps the structs of
// frequent messages and fills them again for the next one, so a request is valid
// until the next call that returns the same message, and decoding a repeated
// statement without parameters allocates nothing. It is used by one goroutine at a time;
// its fields may be changed between messages.
type RequestDecoder struct {
	// Version says which messages there are and what is in them.
	Version *Version
	// ZoneOffset finds the time zones that date-times in parameters name.
	// Without it every name is unknown.
	ZoneOffset ZoneOffset
	// Limits bounds nesting and items. Whether a UUID is allowed follows from
	// the version.
	Limits packstream.Limits
	// Strict refuses bytes behind a message. Real servers do before login and
	// ignore them afterwards.
	Strict bool

	d         packstream.Decoder
	owned     bool // values may alias the message
	run       Run
	begin     Begin
	discard   Discard
	pull      Pull
	telemetry Telemetry
}

// Decode decodes a message, which must be complete. Nothing in the request
// aliases the message, unless owned is set: then the caller promises never to
// change the message again, and large parameters need not be copied. Errors
// are of type [*RequestError].
func (r *RequestDecoder) Decode(message []byte, owned bool) (Request, error) {
	limits := r.Limits
	limits.UUID = r.Version.UUIDs
	r.d.SetLimits(limits)
	r.d.Reset(message)
	r.owned = owned
	request, err := r.message()
	r.d.Reset(nil)
	if err != nil {
		return nil, requestError(err)
	}
	return request, nil
}

func (r *RequestDecoder) message() (Request, error) {
	d := &r.d
	tag, n, err := d.StructHeader()
	if err != nil {
		return nil, err
	}
	s := Signature(tag)
	want, ok := r.Version.Fields(s)
	if !ok {
		return nil, &RequestError{
			Fault:   RequestUnknown,
			Message: fmt.Sprintf("Message signature 0x%02X is unknown in Bolt %s", tag, r.Version),
		}
	}
	if n != want {
		return nil, &RequestError{
			Fault: RequestFieldCount,
			Message: fmt.Sprintf(
				"Illegal struct size: Expected struct to be %d fields but got %d", want, n),
		}
	}
	if err := d.Enter(); err != nil {
		return nil, err
	}
	request, err := r.body(s)
	if err != nil {
		return nil, err
	}
	if r.Strict && d.Remaining() > 0 {
		return nil, &RequestError{
			Fault:   RequestTrailing,
			Message: fmt.Sprintf("Message is followed by %d unexpected bytes", d.Remaining()),
		}
	}
	return request, nil
}

func (r *RequestDecoder) body(s Signature) (Request, error) {
	switch s {
	case SignatureHello:
		m := &Hello{}
		err := m.decode(r)
		return m, err
	case SignatureLogon:
		m := &Logon{}
		err := m.decode(r)
		return m, err
	case SignatureRun:
		return &r.run, r.run.decode(r)
	case SignatureBegin:
		return &r.begin, r.begin.decode(r)
	case SignatureDiscard:
		return &r.discard, r.discard.decode(r)
	case SignaturePull:
		return &r.pull, r.pull.decode(r)
	case SignatureRoute:
		m := &Route{}
		err := m.decode(r)
		return m, err
	case SignatureTelemetry:
		return &r.telemetry, r.telemetry.decode(r)
	case SignatureGoodbye:
		return (*Goodbye)(nil), nil
	case SignatureAckFailure:
		return (*AckFailure)(nil), nil
	case SignatureReset:
		return (*Reset)(nil), nil
	case SignatureCommit:
		return (*Commit)(nil), nil
	case SignatureRollback:
		return (*Rollback)(nil), nil
	case SignatureLogoff:
		return (*Logoff)(nil), nil
	default:
		return nil, &RequestError{
			Fault:   RequestUnknown,
			Message: fmt.Sprintf("Message %s is sent by servers only", s),
		}
	}
}

// value decodes a value that outlives the message.
func (r *RequestDecoder) value() (graph.Value, error) {
	values := valueDecoder{version: r.Version, zone: r.ZoneOffset}
	if !r.owned {
		const emptyMap, null = 0xA0, 0xC0
		switch rest := r.d.Rest(); {
		case len(rest) > 0 && (rest[0] == emptyMap || rest[0] == null):
			// Nothing to copy, and the usual case.
		default:
			// One copy of what is left holds all strings of the value.
			r.d.Rebase(bytes.Clone(rest))
		}
	}
	return values.decode(&r.d)
}

// entries walks over a map whose keys have a meaning here, without building it.
type entries struct {
	d    *packstream.Decoder
	left int
	seen int
	keys [12][]byte // for duplicates; no map of a message has more known keys
}

// entries starts a map; null counts as the empty one.
func (r *RequestDecoder) entries(field string) (entries, error) {
	if r.d.Peek() == packstream.KindNull {
		return entries{}, r.d.Null()
	}
	n, err := r.d.MapHeader()
	if err == nil {
		err = r.d.Enter()
	}
	if err != nil {
		return entries{}, fieldError(field, err)
	}
	return entries{d: &r.d, left: n}, nil
}

// next returns the next key, or nil and false after the last one.
func (e *entries) next() (key []byte, more bool, err error) {
	if e.left == 0 {
		if e.d != nil {
			e.d.Leave()
			e.d = nil
		}
		return nil, false, nil
	}
	e.left--
	if key, err = e.d.StringBytes(); err != nil {
		return nil, false, err
	}
	for _, other := range e.keys[:e.seen] {
		if bytes.Equal(key, other) {
			return nil, false, duplicateKey(text(key))
		}
	}
	if e.seen < len(e.keys) {
		e.keys[e.seen] = key
		e.seen++
	}
	return key, true, nil
}

// null consumes a null, if one is next, and reports whether there was one.
func (r *RequestDecoder) null() bool {
	return r.d.Peek() == packstream.KindNull && r.d.Null() == nil
}

// str decodes a string or null, which gives the empty string. The previous
// string is returned again when it is the same, which saves a copy.
func (r *RequestDecoder) str(field, previous string) (string, error) {
	if r.null() {
		return "", nil
	}
	b, err := r.d.StringBytes()
	if err != nil {
		return "", fieldError(field, err)
	}
	if string(b) == previous {
		return previous, nil
	}
	return text(bytes.Clone(b)), nil
}

// integer decodes an integer.
func (r *RequestDecoder) integer(field string) (int64, error) {
	n, err := r.d.Int()
	if err != nil {
		return 0, fieldError(field, err)
	}
	return n, nil
}

// strings decodes a list of strings or null; dst is used again.
func (r *RequestDecoder) strings(field string, dst []string) ([]string, error) {
	dst = dst[:0]
	if r.null() {
		return dst, nil
	}
	n, err := r.d.ListHeader()
	if err != nil {
		return dst, fieldError(field, err)
	}
	for range n {
		s, err := r.str(field, "")
		if err != nil {
			return dst, err
		}
		dst = append(dst, s)
	}
	return dst, nil
}

// mapValue decodes a map or null as a value.
func (r *RequestDecoder) mapValue(field string) (graph.Value, error) {
	switch k := r.d.Peek(); k {
	case packstream.KindMap, packstream.KindNull:
		return r.value()
	default:
		_, err := r.d.MapHeader()
		return graph.Null, fieldError(field, err)
	}
}
