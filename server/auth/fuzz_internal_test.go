package auth

// Internal, because the kept form has no exported reader.

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"github.com/drawbolt/drawbolt/cypher"
)

// FuzzDocument reads documents with a right checksum: what is accepted is
// written in a form that is read again, and never lets nobody in.
func FuzzDocument(f *testing.F) {
	d := firstDocument()
	hash, err := Bcrypt.hash("secret123", bcrypt.MinCost)
	if err != nil {
		f.Fatal(err)
	}
	d.Last = 2
	d.Users = append(d.Users,
		userRecord{Account: 1, Name: "ann", Password: hash, Roles: []string{cypher.RoleAdmin}},
		userRecord{Account: 2, Name: "bob", Expired: true, Denied: []string{"AUTH"}})
	b, err := encode(d)
	if err != nil {
		f.Fatal(err)
	}
	_, body, _ := bytes.Cut(b, []byte{'\n'})
	f.Add(body)
	f.Add([]byte(`{"last":1,"users":[{"account":1,"name":"a"}],"roles":[]}`))
	f.Add([]byte(`{"last":-1}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		sum := sha256.Sum256(body)
		d, err := decode(append([]byte(headWord+" 1 "+hex.EncodeToString(sum[:])+"\n"), body...))
		if err != nil {
			return
		}
		s, err := newState(d)
		if err != nil {
			return
		}
		b, err := encode(s.document)
		if err != nil {
			t.Fatal(err)
		}
		again, err := decode(b)
		if err != nil {
			t.Fatalf("what was written is not read: %v", err)
		}
		if _, err := newState(again); err != nil {
			t.Fatalf("what was written is not accepted: %v", err)
		}
		for _, p := range s.principals {
			if p.Account == 0 {
				t.Fatal("an account is that of nobody")
			}
		}
	})
}

// FuzzPassfileLine checks that a line that is accepted has two fields which give
// the line again.
func FuzzPassfileLine(f *testing.F) {
	for _, line := range []string{"ann:secret", `a\:b:c\:d`, `a\\:b`, ":", "a", "a:b:c", "a:b\x00", "\xff:b", `a\`} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		user, password, err := ParsePassfileLine(line)
		if err != nil {
			return
		}
		quoted := strings.ReplaceAll(user, ":", `\:`) + ":" + strings.ReplaceAll(password, ":", `\:`)
		if quoted != string(line) {
			t.Errorf("%q gives %q and %q, which is %q", line, user, password, quoted)
		}
	})
}
