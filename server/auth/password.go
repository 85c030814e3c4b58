package auth

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

// An Algorithm turns passwords into what is kept of them.
type Algorithm string

// The algorithms, with the names of --password-encryption-algorithm. The last
// two are there for servers that share dumps with others; they are fast, and so
// is guessing.
const (
	Bcrypt         Algorithm = "bcrypt"
	SHA256         Algorithm = "sha256"
	SHA256Multiple Algorithm = "sha256-multiple"
)

const (
	// maxPassword is what bcrypt looks at. Its check would ignore the rest, so
	// that a password would fit with anything behind it.
	maxPassword = 72
	// defaultCost is 2^12 rounds, about a quarter of a second.
	defaultCost = 12
	// maxCost bounds a hash that somebody brings along: ten seconds or so.
	maxCost = 16

	saltBytes = 16
	// rounds is how often the password follows the salt in SHA256Multiple.
	rounds = 1024
)

var errHash = errors.New("not a password hash")

// hash returns what is kept of a password: the algorithm, a colon, the hash.
func (a Algorithm) hash(password string, cost int) (string, error) {
	if a == Bcrypt {
		h, err := bcrypt.GenerateFromPassword([]byte(password), cost)
		return string(a) + ":" + string(h), err
	}
	salt := make([]byte, saltBytes)
	rand.Read(salt)
	return string(a) + ":" + hex.EncodeToString(salt) + hex.EncodeToString(a.sum(salt, password)), nil
}

// sum is SHA-256 over the salt and the password once or many times.
func (a Algorithm) sum(salt []byte, password string) []byte {
	n := 1
	if a == SHA256Multiple {
		n = rounds
	}
	h := sha256.New()
	h.Write(salt)
	h.Write(bytes.Repeat([]byte(password), n))
	return h.Sum(nil)
}

// matches reports whether a password fits what is kept.
func matches(stored, password string) bool {
	if len(password) > maxPassword {
		return false
	}
	name, value, _ := strings.Cut(stored, ":")
	if a := Algorithm(name); a == SHA256 || a == SHA256Multiple {
		b, err := hex.DecodeString(value)
		if err != nil || len(b) < sha256.Size {
			return false
		}
		salt := b[:len(b)-sha256.Size]
		return subtle.ConstantTimeCompare(a.sum(salt, password), b[len(salt):]) == 1
	}
	return name == string(Bcrypt) && bcrypt.CompareHashAndPassword([]byte(value), []byte(password)) == nil
}

// checkStored reports what is wrong with something that should be a kept
// password; empty is no password.
func checkStored(stored string) error {
	if stored == "" {
		return nil
	}
	name, value, _ := strings.Cut(stored, ":")
	switch Algorithm(name) {
	case Bcrypt:
		cost, err := bcrypt.Cost([]byte(value))
		if err != nil {
			return fmt.Errorf("%w: %w", errHash, err)
		}
		if cost > maxCost || len(value) != 60 {
			return fmt.Errorf("%w: cost %d, %d characters", errHash, cost, len(value))
		}
		return nil
	case SHA256, SHA256Multiple:
		b, err := hex.DecodeString(value)
		if err != nil || len(b) != sha256.Size && len(b) != sha256.Size+saltBytes {
			return fmt.Errorf("%w: %d characters of hex", errHash, len(value))
		}
		return nil
	default:
		return fmt.Errorf("%w: its algorithm is not known", errHash)
	}
}

// isHash reports whether a password of a statement is a ready hash, which dumps
// of other servers have: bcrypt:<hash>, sha256:<hash>, sha256-multiple:<hash>.
func isHash(password string) bool {
	name, _, found := strings.Cut(password, ":")
	switch Algorithm(name) {
	case Bcrypt, SHA256, SHA256Multiple:
		return found && checkStored(password) == nil
	default:
		return false
	}
}
