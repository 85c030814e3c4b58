package bolt

import "github.com/drawbolt/drawbolt/packstream"

// A Failure answers a request that failed.
type Failure struct {
	Code    string // such as Neo.ClientError.Statement.SyntaxError
	Message string
	// The rest is sent where the version has GQL errors.
	Status      string // such as 42001
	Description string
	Record      DiagnosticRecord
	Cause       *Failure // may be nil; its Code is not sent
}

// A Position is a place in a statement's text.
type Position struct {
	Offset int64 // characters before it
	Line   int64 // from 1
	Column int64 // from 1
}

// A DiagnosticRecord says more about a failure or status. Entries that have
// their default are not sent.
type DiagnosticRecord struct {
	Classification string // such as CLIENT_ERROR
	Severity       string // of notifications only
	Position       *Position
}

// entries returns how many entries differ from their default.
func (r *DiagnosticRecord) entries() int {
	n := 0
	if r.Classification != "" {
		n++
	}
	if r.Severity != "" {
		n++
	}
	if r.Position != nil {
		n++
	}
	return n
}

func (r *DiagnosticRecord) append(dst []byte) []byte {
	dst = packstream.AppendMapHeader(dst, r.entries())
	dst = appendTextUnlessEmpty(dst, "_classification", r.Classification)
	dst = appendTextUnlessEmpty(dst, "_severity", r.Severity)
	if r.Position != nil {
		dst = packstream.AppendString(dst, "_position")
		dst = r.Position.append(dst)
	}
	return dst
}

func (p *Position) append(dst []byte) []byte {
	dst = packstream.AppendMapHeader(dst, 3)
	dst = appendNumber(dst, "offset", p.Offset)
	dst = appendNumber(dst, "line", p.Line)
	return appendNumber(dst, "column", p.Column)
}

// Append appends the message.
func (m *Failure) Append(dst []byte, v *Version) []byte {
	dst = packstream.AppendStructHeader(dst, byte(SignatureFailure), 1)
	if !v.GQLErrors {
		dst = packstream.AppendMapHeader(dst, 2)
		dst = appendText(dst, "code", m.Code)
		return appendText(dst, "message", m.Message)
	}
	dst = packstream.AppendMapHeader(dst, 1+m.entries())
	dst = appendText(dst, "neo4j_code", m.Code)
	return m.appendEntries(dst)
}

func (m *Failure) entries() int {
	n := 3
	if m.Record.entries() > 0 {
		n++
	}
	if m.Cause != nil {
		n++
	}
	return n
}

func (m *Failure) appendEntries(dst []byte) []byte {
	dst = appendText(dst, "message", m.Message)
	dst = appendText(dst, "gql_status", m.Status)
	dst = appendText(dst, "description", m.Description)
	if m.Record.entries() > 0 {
		dst = packstream.AppendString(dst, "diagnostic_record")
		dst = m.Record.append(dst)
	}
	if m.Cause != nil {
		dst = packstream.AppendString(dst, "cause")
		dst = packstream.AppendMapHeader(dst, m.Cause.entries())
		dst = m.Cause.appendEntries(dst)
	}
	return dst
}
