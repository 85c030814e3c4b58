package monitor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"github.com/drawbolt/drawbolt/server/ws"
)

// loginTimeout bounds the wait for a reader's login.
const loginTimeout = 10 * time.Second

// ErrForbidden is wrapped by an Authenticator's error for a user who is known
// but may not read the log.
var ErrForbidden = errors.New("monitor: user may not read the log")

// An Authenticator decides who may read the log.
type Authenticator interface {
	// Required reports whether a login is needed now, which is so when users
	// exist.
	Required() bool
	// Authenticate checks a login. Any error refuses it.
	Authenticate(ctx context.Context, user, password string) error
}

// A reader is one connection that gets the log.
type reader struct {
	conn  *ws.Conn
	lines chan []byte
	gone  chan struct{} // closed when the reader was too slow, or its user has lost the right
	user  string        // empty when no login was needed

	stalled bool // of the goroutine that sends: the last frame was not taken in time
}

// offer queues a line without waiting, and reports whether there was room.
func (r *reader) offer(line []byte) bool {
	select {
	case r.lines <- line:
		return true
	default:
		return false
	}
}

// send writes lines until the reader ends or is dropped.
func (r *reader) send(ctx context.Context, ended <-chan struct{}) {
	for {
		select {
		case line := <-r.lines:
			if !r.write(line) {
				return
			}
		case <-r.gone:
			return
		case <-ended:
			return
		case <-ctx.Done():
			return
		}
	}
}

// write sends one frame and reports whether the connection is still good. A
// dropped reader may be in the middle of a write, so closing the connection is
// what ends it: after writeTimeout at the latest.
func (r *reader) write(frame []byte) bool {
	deadline := time.Now().Add(writeTimeout)
	if r.conn.SetWriteDeadline(deadline) != nil {
		return false
	}
	if _, err := r.conn.Write(frame); err != nil {
		r.stalled = !time.Now().Before(deadline)
		return false
	}
	return r.conn.SetWriteDeadline(time.Time{}) == nil
}

// discard reads until the connection ends. What a reader sends after its login
// means nothing.
func (r *reader) discard() {
	io.Copy(io.Discard, r.conn) //nolint:errcheck // whatever ends it, the reader is over
}

// admit does the login, if there is one. It reports whether the reader may have
// the log; if not, it has been told why.
func (s *LogStream) admit(ctx context.Context, r *reader) bool {
	a := s.opts.Authenticator
	if a == nil || !a.Required() {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, loginTimeout)
	defer cancel()
	user, password, problem := r.login(time.Now().Add(loginTimeout))
	if problem == "" {
		switch err := a.Authenticate(ctx, user, password); {
		case err == nil:
			r.user = user
			return r.write(reply("User has been successfully authenticated!", true))
		case errors.Is(err, ErrForbidden):
			problem = "Authorization failed!"
		default:
			problem = "Authentication failed!"
		}
	}
	r.write(reply(problem, false))
	r.conn.Close() //nolint:errcheck // with the closing handshake, so that the reply arrives
	return false
}

// login reads the first frame. problem is what to tell a reader that sent
// something else.
func (r *reader) login(deadline time.Time) (user, password, problem string) {
	if r.conn.SetReadDeadline(deadline) != nil {
		return "", "", "Authentication failed!"
	}
	var raw bytes.Buffer
	d := json.NewDecoder(io.TeeReader(io.LimitReader(r.conn, frameBytes), &raw))
	var document map[string]json.RawMessage
	err := d.Decode(&document)
	_, wrongKind := errors.AsType[*json.UnmarshalTypeError](err)
	switch {
	case wrongKind:
		return "", "", "Invalid JSON for authentication received: not an object!"
	case err != nil:
		return "", "", fmt.Sprintf("Cannot parse JSON for WebSocket authentication: %s!", parserText(err))
	case !utf8.Valid(raw.Bytes()):
		return "", "", "Cannot parse JSON for WebSocket authentication: not UTF-8!"
	}
	for _, f := range []struct {
		name string
		to   *string
	}{{"username", &user}, {"password", &password}} {
		value, ok := document[f.name]
		if !ok {
			return "", "", fmt.Sprintf("Invalid JSON for authentication received: key '%s' not found!", f.name)
		}
		if json.Unmarshal(value, f.to) != nil || bytes.Equal(value, []byte("null")) {
			return "", "", fmt.Sprintf("Invalid JSON for authentication received: %s is not a string!", f.name)
		}
	}
	if r.conn.SetReadDeadline(time.Time{}) != nil {
		return "", "", "Authentication failed!"
	}
	return user, password, ""
}

// parserText tells what is wrong with a document, without anything from it: a
// password could be part of that.
func parserText(err error) string {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf("syntax error at byte %d", syntax.Offset)
	}
	return "unexpected end of input"
}

func reply(message string, success bool) []byte {
	b, err := json.Marshal(struct {
		Message string `json:"message"`
		Success bool   `json:"success"`
	}{message, success})
	if err != nil {
		return []byte(`{"message":"","success":false}`)
	}
	return b
}
