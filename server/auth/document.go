package auth

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/drawbolt/drawbolt/cypher"
)

// format is the version of the document that this package writes.
const format = 1

// A document is all accounts in the form in which they are kept.
type document struct {
	// Last is the highest account that was ever given.
	Last  cypher.Account `json:"last"`
	Users []userRecord   `json:"users"`
	Roles []roleRecord   `json:"roles"`
}

type userRecord struct {
	Account cypher.Account `json:"account"`
	Name    string         `json:"name"`
	// Password is the hash with its algorithm in front, or empty for none.
	Password  string   `json:"password,omitempty"`
	Expired   bool     `json:"expired,omitempty"`
	Suspended bool     `json:"suspended,omitempty"`
	Roles     []string `json:"roles,omitempty"`
	Granted   []string `json:"granted,omitempty"`
	Denied    []string `json:"denied,omitempty"`
}

type roleRecord struct {
	Name    string   `json:"name"`
	Granted []string `json:"granted,omitempty"`
	Denied  []string `json:"denied,omitempty"`
}

// The head of the kept form is one line with the version and the sum of what
// follows, so that a damaged or half-written document is recognised:
//
//	drawbolt-users 1 <SHA-256 in hex>\n
const headWord = "drawbolt-users"

// errDocument is wrapped by every fault of a kept document.
var errDocument = errors.New("auth: the list of users is damaged")

// encode returns the kept form of a document.
func encode(d *document) ([]byte, error) {
	body, err := json.MarshalIndent(d, "", " ")
	if err != nil {
		return nil, fmt.Errorf("auth: %w", err)
	}
	body = append(body, '\n')
	sum := sha256.Sum256(body)
	return append(fmt.Appendf(nil, "%s %d %s\n", headWord, format, hex.EncodeToString(sum[:])), body...), nil
}

// decode reads the kept form; everything that encode would not write is an
// error.
func decode(b []byte) (*document, error) {
	head, body, ok := bytes.Cut(b, []byte{'\n'})
	var (
		version int
		sum     string
	)
	if n, err := fmt.Sscanf(string(head), headWord+" %d %s", &version, &sum); !ok || err != nil || n != 2 {
		return nil, fmt.Errorf("%w: its first line is not that of a list of users", errDocument)
	}
	if version != format {
		return nil, fmt.Errorf("auth: the list of users has version %d; this program reads version %d", version, format)
	}
	if got := sha256.Sum256(body); sum != hex.EncodeToString(got[:]) {
		return nil, fmt.Errorf("%w: its checksum is wrong", errDocument)
	}
	d := &document{}
	reader := json.NewDecoder(bytes.NewReader(body))
	reader.DisallowUnknownFields()
	if err := reader.Decode(d); err != nil {
		return nil, fmt.Errorf("%w: %w", errDocument, err)
	}
	if _, err := reader.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: something follows its end", errDocument)
	}
	return d, nil
}

// privilegesOf reads the names of privileges.
func privilegesOf(names []string) (cypher.Privileges, error) {
	var set cypher.Privileges
	for _, name := range names {
		p, ok := cypher.ParsePrivilege(name)
		if !ok || p.String() != name {
			return 0, fmt.Errorf("%w: privilege %q is not known", errDocument, name)
		}
		set |= 1 << p
	}
	return set, nil
}

// clone returns a copy that shares nothing that a change would touch.
func (d *document) clone() *document {
	c := *d
	c.Users = slices.Clone(d.Users)
	for i := range c.Users {
		u := &c.Users[i]
		u.Roles, u.Granted, u.Denied = slices.Clone(u.Roles), slices.Clone(u.Granted), slices.Clone(u.Denied)
	}
	c.Roles = slices.Clone(d.Roles)
	for i := range c.Roles {
		r := &c.Roles[i]
		r.Granted, r.Denied = slices.Clone(r.Granted), slices.Clone(r.Denied)
	}
	return &c
}

func (d *document) user(name string) *userRecord {
	for i := range d.Users {
		if d.Users[i].Name == name {
			return &d.Users[i]
		}
	}
	return nil
}

func (d *document) role(name string) *roleRecord {
	for i := range d.Roles {
		if d.Roles[i].Name == name {
			return &d.Roles[i]
		}
	}
	return nil
}

// wellFormed reports whether a name can be kept and printed in one line.
func wellFormed(name string) bool {
	return name != "" && utf8.ValidString(name) && !strings.ContainsFunc(name, func(c rune) bool { return c < ' ' || c == 0x7f })
}
