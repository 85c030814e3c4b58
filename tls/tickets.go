package tls

import (
	"bytes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

const (
	// ticketRotation is the life of a ticket key as the newest one. One old
	// key is kept, so a ticket works for 12 to 24 hours.
	ticketRotation = 12 * time.Hour
	// maxTicketKeys is how many lines a key file may have.
	maxTicketKeys = 4

	whatTicketKeys = "Couldn't load session ticket keys from file"
)

// A ring holds ticket keys in memory: the newest, which encrypts, and its
// predecessor. Its owner serialises access.
type ring struct{ keys [][32]byte }

// rotate puts a new key in front.
func (r *ring) rotate() {
	var key [32]byte
	rand.Read(key[:]) // never fails
	r.keys = append([][32]byte{key}, r.keys[:min(len(r.keys), 1)]...)
}

// reset forgets all keys, so that no older ticket is accepted.
func (r *ring) reset() {
	clear(r.keys)
	r.keys = nil
	r.rotate()
}

// loadTicketKeys reads the key file. Messages name the line, never its content.
func (l *loader) loadTicketKeys(m *material) error {
	if l.opts.TicketKeyFile == "" {
		return nil
	}
	data, err := l.read(flagTicketKeys, whatTicketKeys, l.opts.TicketKeyFile, secretive)
	if err != nil {
		return err
	}
	defer clear(data)
	fail := func(reason string) error {
		return &Error{
			Flag: flagTicketKeys, What: whatTicketKeys, Path: l.opts.TicketKeyFile, Reason: reason,
			Remedy: "write one to four lines of 64 hexadecimal digits: openssl rand -hex 32",
		}
	}
	keys, number, reason := parseTicketKeys(data)
	if reason != "" {
		return fail(fmt.Sprintf("line %d %s", number, reason))
	}
	m.ticketKeys = keys
	return nil
}

// parseTicketKeys returns the keys of a file, or the line and what is wrong.
func parseTicketKeys(data []byte) (keys [][32]byte, line int, reason string) {
	for raw := range bytes.Lines(data) {
		line++
		text := bytes.TrimSuffix(bytes.TrimSuffix(raw, []byte("\n")), []byte("\r"))
		if line > maxTicketKeys {
			return nil, line, "is one key too many"
		}
		var key [32]byte
		if len(text) != hex.EncodedLen(len(key)) {
			return nil, line, fmt.Sprintf("has %d characters instead of 64", len(text))
		}
		if _, err := hex.Decode(key[:], text); err != nil {
			return nil, line, "has a character that is no hexadecimal digit"
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, 1, "is missing"
	}
	return keys, 0, ""
}

// derive turns the keys of the file into working keys that are bound to the
// leaves and the client trust: a change of these drops all older tickets, and
// servers with equal files and certificates agree.
func derive(keys [][32]byte, trust [32]byte) ([][32]byte, error) {
	working := make([][32]byte, 0, len(keys))
	for _, k := range keys {
		out, err := hkdf.Key(sha256.New, k[:], nil, "drawbolt session ticket "+string(trust[:]), len(k))
		if err != nil {
			return nil, fmt.Errorf("tls: derive ticket key: %w", err)
		}
		working = append(working, [32]byte(out))
	}
	return working, nil
}
