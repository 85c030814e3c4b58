package fault

import (
	"fmt"

	"github.com/drawbolt/drawbolt/bolt"
)

// plainScenarios are about clients that were told to do without TLS at a port
// with TLS: what matters is whether their users learn why.
func plainScenarios() []Scenario {
	const client = "report that it found no Bolt, or better, that the server may want TLS"
	plain := func(name, server, client string, act func(*wire)) Scenario {
		return Scenario{
			Name: name, Expect: once(Break), Plain: true, Server: server, Client: client,
			stage: func(*Authority) (*stage, error) { return &stage{plain: act}, nil },
		}
	}
	say := func(b []byte, end ending) func(*wire) {
		return func(w *wire) {
			_, _ = w.Conn.Write(b) // if it is gone, that shows at the next read
			w.end(end)
		}
	}
	return []Scenario{
		plain("plain-close", "closes when the client's handshake has come, as drawbolt does", client, say(nil, fin)),
		plain("plain-reset", "resets the connection", client, say(nil, reset)),
		plain("plain-alert", "answers with a TLS alert, as many TLS libraries do", client, say(alert(alertUnexpectedMessage), fin)),
		plain("plain-zero", "answers that no version is common", client, say(make([]byte, 4), fin)),
		plain("plain-http", "answers with HTTP/1.1 400, as web servers do", client, say([]byte("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"), fin)),
		plain("plain-failure", "agrees to a version and answers the first request with a FAILURE that says why",
			"show the text of the failure", refusePolitely),
	}
}

// refusePolitely agrees to a version and fails the first request.
func refusePolitely(w *wire) {
	defer w.end(fin)
	opening, err := w.in.Peek(bolt.HandshakeSize)
	if err != nil {
		return
	}
	choice := negotiate([16]byte(opening[4:]))
	_, _ = w.in.Discard(len(opening)) // just peeked at
	agreed := choice.Reply()
	if _, err := w.Conn.Write(agreed[:]); err != nil || choice.Version == nil {
		return
	}
	if _, err := bolt.NewReader(w, maxRequest).Next(); err != nil {
		return
	}
	out := bolt.NewWriter(w.Conn)
	out.Begin()
	out.Buf = (&bolt.Failure{
		Code: "Neo.ClientError.Security.Unauthorized", Message: plainFailure,
	}).Append(out.Buf, choice.Version)
	out.End()
	_ = out.Flush() // if the client is gone, that shows at the next read
}

// plainFailure is the text that users ought to see.
const plainFailure = "This port is for TLS: use bolt+s:// or bolt+ssc://."

// spokeTLS is the verdict on a client that was to do without TLS.
func (o *Observation) spokeTLS() {
	o.Verdict = fmt.Sprintf("the client was to speak Bolt without TLS, not %s", map[bool]string{true: "TLS", false: o.Plaintext}[o.Plaintext == ""])
}
