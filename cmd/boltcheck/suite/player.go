package suite

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"
)

// A player performs one check on one version.
type player struct {
	ctx     context.Context //nolint:containedctx // lives as long as the check
	session *session
	version *version
	conns   map[string]*conn
	current *conn
	queued  []byte // requests that go out in one write
	vars    map[string]*node
	leave   bool
}

// newPlayer returns a player whose variable unique has a value that no other
// check has.
func newPlayer(ctx context.Context, s *session, v *version) *player {
	unique := &node{kind: kindString, text: rand.Text()}
	return &player{
		ctx: ctx, session: s, version: v,
		conns: map[string]*conn{}, vars: map[string]*node{"unique": unique},
	}
}

// play performs a check. The error says what was not as expected.
func (s *session) play(ctx context.Context, c *Check, v *version) error {
	p := newPlayer(ctx, s, v)
	defer func() {
		for _, conn := range p.conns {
			_ = conn.Close()
		}
	}()
	if c.custom != nil {
		return c.custom(p)
	}
	if err := p.open("", c.raw, c.fresh); err != nil {
		return err
	}
	for i := range c.steps {
		if err := p.step(&c.steps[i]); err != nil {
			return fmt.Errorf("line %d: %w", c.steps[i].line, err)
		}
	}
	if err := p.flush(); err != nil {
		return err
	}
	if p.leave || c.raw || c.fresh {
		return nil
	}
	return p.finish()
}

// finish checks that every connection that is still open has answered
// everything, and can be used.
func (p *player) finish() error {
	for _, c := range p.conns {
		if c.closed {
			continue
		}
		p.current = c
		if err := p.reset(); err != nil {
			return fmt.Errorf("RESET at the end: %w", err)
		}
		if c.open != 0 {
			return fmt.Errorf("after a RESET at the end %d answers are still to come", c.open)
		}
	}
	return nil
}

// reset sends RESET and wants one SUCCESS.
func (p *player) reset() error {
	return p.script(`
		C: RESET
		S: SUCCESS {}`)
}

// script performs steps that a generated check is made of.
func (p *player) script(text string) error {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		s, err := parseStep(word, strings.TrimSpace(rest))
		if err != nil {
			return fmt.Errorf("%q: %w", line, err)
		}
		if err := p.step(&s); err != nil {
			return fmt.Errorf("%s: %w", cut(line, 80), err)
		}
	}
	return p.flush()
}

// open makes a connection and brings it as far as wanted.
func (p *player) open(name string, raw, fresh bool) error {
	label := ""
	if name != "" {
		label = name + " "
	}
	c, err := p.session.dial(p.ctx, label)
	if err != nil {
		return err
	}
	p.conns[name], p.current = c, c
	if raw {
		return nil
	}
	if err := c.agree(p.version); err != nil || fresh {
		return err
	}
	return p.login()
}

// login sends HELLO, and LOGON where the version has it.
func (p *player) login() error {
	text := "C: HELLO\nS: SUCCESS"
	if p.version.login == loginLogon {
		text += "\nC: LOGON\nS: SUCCESS"
	}
	if err := p.script(text); err != nil {
		return fmt.Errorf("login: %w", err)
	}
	return nil
}

func (p *player) flush() error {
	if len(p.queued) == 0 {
		return nil
	}
	b := p.queued
	p.queued = nil
	return p.current.send(b)
}

func (p *player) step(s *step) error {
	if s.verb == "C:" {
		m, err := p.request(s.name, s.args)
		if err != nil {
			return err
		}
		p.queued = frame(p.queued, m, len(m))
		if s.name == "GOODBYE" {
			p.current.leaving = true
		} else {
			p.current.open++
		}
		return nil
	}
	if err := p.flush(); err != nil {
		return err
	}
	switch s.verb {
	case "S:":
		return p.expect(s.want)
	case "S?:":
		_, err := p.optional(s.want)
		return err
	case "S*:":
		for {
			if more, err := p.optional(s.want); err != nil || !more {
				return err
			}
		}
	case "X:":
		b, err := s.wire(p.version)
		if err != nil {
			return err
		}
		return p.current.send(b)
	case "R:":
		return p.raw(s)
	case "on":
		return p.on(s.name)
	case "pause":
		time.Sleep(s.pause)
		return nil
	case "silent":
		return p.current.silent(s.pause)
	case "close":
		p.current.closed = true
		return p.current.Close()
	case "half-close":
		return p.halfClose()
	default:
		p.leave = true
		return nil
	}
}

func (p *player) on(name string) error {
	if name == "main" {
		name = ""
	}
	if c := p.conns[name]; c != nil {
		p.current = c
		return nil
	}
	return p.open(name, false, false)
}

func (p *player) halfClose() error {
	c, ok := p.current.Conn.(interface{ CloseWrite() error })
	if !ok {
		return errors.New("the connection has no half to close")
	}
	return c.CloseWrite()
}

// raw expects bytes that are no messages.
func (p *player) raw(s *step) error {
	if s.bytes == "CLOSED" {
		b, err := p.current.readRaw(1)
		switch {
		case errors.Is(err, errClosed):
			return nil
		case err != nil:
			return err
		default:
			return fmt.Errorf("byte % X, want a closed connection", b)
		}
	}
	want, err := s.wire(p.version)
	if err != nil {
		return err
	}
	got, err := p.current.readRaw(len(want))
	if err != nil {
		return fmt.Errorf("got <% X>, want <% X>: %w", got, want, err)
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("got <% X>, want <% X>", got, want)
	}
	return nil
}

// expect reads one answer that must fit one of the alternatives.
func (p *player) expect(want []expectation) error {
	got, err := p.next()
	if err != nil {
		if errors.Is(err, errClosed) && allows(want, "CLOSED") {
			return nil
		}
		return fmt.Errorf("%w, want %s", err, alternatives(want))
	}
	return p.fits(want, got)
}

// optional reads an answer if it fits one of the alternatives, and otherwise
// leaves it for the next step. It does not wait when everything is answered.
func (p *player) optional(want []expectation) (bool, error) {
	if p.current.open <= 0 && p.current.pending == nil && !p.current.leaving {
		return false, nil
	}
	got, err := p.next()
	if errors.Is(err, errClosed) {
		return false, nil // the next step finds out and judges
	}
	if err != nil {
		return false, err
	}
	fits := p.fits(want, got) == nil
	if !fits {
		p.current.pending = got
	}
	return fits, nil
}

// next reads an answer and checks what holds for all of them.
func (p *player) next() (*node, error) {
	if got := p.current.pending; got != nil {
		p.current.pending = nil
		return got, nil
	}
	got, err := p.current.next()
	if err != nil {
		return nil, err
	}
	if got.tag != 0x71 {
		p.current.open--
	}
	if err := p.wellFormed(got); err != nil {
		return nil, fmt.Errorf("%s: %w", describe(got), err)
	}
	return got, nil
}

func allows(want []expectation, name string) bool {
	for i := range want {
		if want[i].name == name {
			return true
		}
	}
	return false
}

func alternatives(want []expectation) string {
	parts := make([]string, len(want))
	for i := range want {
		parts[i] = want[i].String()
	}
	return strings.Join(parts, " OR ")
}

func (p *player) fits(want []expectation, got *node) error {
	var reason error
	for i := range want {
		err := p.fit(&want[i], got)
		if err == nil {
			return nil
		}
		if reason == nil || answer(got) == want[i].name {
			reason = err
		}
	}
	return fmt.Errorf("got %s, want %s (%w)", describe(got), alternatives(want), reason)
}

func (p *player) fit(want *expectation, got *node) error {
	if answer(got) != want.name {
		return errors.New("want " + want.name)
	}
	if want.name == "IGNORED" {
		return nil
	}
	field := got.items[0]
	if want.fields != nil {
		if err := match(p.resolve(want.fields), field, p.vars); err != nil {
			return err
		}
	}
	if want.code != "" {
		if code := field.get(p.version.code); code == nil || code.text != want.code {
			return fmt.Errorf("code %s, want %s", code, want.code)
		}
	}
	if p.version.code == "code" {
		return nil // no statuses before 5.7
	}
	at := field
	for i, status := range want.gql {
		if at == nil || at.get("gql_status") == nil {
			return fmt.Errorf("no status number %d, want %s", i+1, status)
		}
		if s := at.get("gql_status").text; s != status {
			return fmt.Errorf("status number %d is %s, want %s", i+1, s, status)
		}
		at = at.get("cause")
	}
	return nil
}

// wellFormed checks the shape of an answer, whatever its content.
func (p *player) wellFormed(got *node) error {
	switch got.tag {
	case 0x70, 0x7F:
		if len(got.items) != 1 || got.items[0].kind != kindMap {
			return errors.New("want one field, a map")
		}
	case 0x71:
		if len(got.items) != 1 || got.items[0].kind != kindList {
			return errors.New("want one field, a list")
		}
	case 0x7E:
		if len(got.items) > 1 {
			return errors.New("want no field")
		}
	default:
		return errors.New("no message of a server")
	}
	if got.tag != 0x7F {
		return nil
	}
	shape, err := parseLiterals(failureShape(p.version))
	if err != nil {
		return err
	}
	return match(shape[0], got.items[0], nil)
}

// failureShape returns the pattern of every FAILURE's entries.
func failureShape(v *version) string {
	if v.code == "code" {
		return `{code: /^[A-Za-z]+\.(ClientError|TransientError|DatabaseError)\..*$/, message: string}`
	}
	return `{neo4j_code: /^[A-Za-z]+\.(ClientError|TransientError|DatabaseError)\..*$/, message: string,
		gql_status: /^[0-9A-Z]{5}$/, description: string, diagnostic_record?: map,
		cause?: {message: string, gql_status: /^[0-9A-Z]{5}$/, description: string, diagnostic_record?: map, cause?: map}}`
}
