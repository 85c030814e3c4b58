package token_test

import (
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/cypher/token"
)

// Every keyword must be found in both cases: the table is searched by first
// letter and relies on the order of the constants.
func TestLookupFindsEveryKeyword(t *testing.T) {
	for k := token.All; k.Keyword(); k++ {
		for _, word := range []string{k.String(), strings.ToLower(k.String())} {
			if got := token.Lookup(word); got != k {
				t.Errorf("Lookup(%q) = %v, want %v", word, got, k)
			}
		}
	}
}

func TestLookupRefusesOthers(t *testing.T) {
	for _, word := range []string{"", "n", "MATCHES", "MATC", "_", "9", "äll", "\u212aey", "`MATCH`", "[", "{"} {
		if got := token.Lookup(word); got != token.Identifier {
			t.Errorf("Lookup(%q) = %v, want identifier", word, got)
		}
	}
}

func TestKindNames(t *testing.T) {
	for _, tt := range []struct {
		kind token.Kind
		want string
		name bool
	}{
		{token.EOF, "end of input", false},
		{token.Identifier, "identifier", true},
		{token.QuotedIdentifier, "quoted identifier", true},
		{token.RegexMatch, "=~", false},
		{token.LeftParen, "(", false},
		{token.Yield, "YIELD", true},
		{token.Kind(255), "unknown token", false},
	} {
		if got := tt.kind.String(); got != tt.want {
			t.Errorf("Kind(%d).String() = %q, want %q", tt.kind, got, tt.want)
		}
		if got := tt.kind.Name(); got != tt.name {
			t.Errorf("%v.Name() = %v, want %v", tt.kind, got, tt.name)
		}
	}
}
