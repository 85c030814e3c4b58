package token

// A Token is one lexical element: its kind and the bytes of the source text
// it covers, [Start, End).
type Token struct {
	Kind       Kind
	Start, End int32
}

// String returns the spelling of a keyword or of punctuation, and a
// description of the other kinds.
func (k Kind) String() string {
	if k < kindCount {
		return names[k]
	}
	return "unknown token"
}

// Keyword reports whether k is a word with a meaning of its own. The parser
// accepts it as a name all the same.
func (k Kind) Keyword() bool { return k >= All && k < kindCount }

// Name reports whether a token of kind k can stand where a name is expected.
func (k Kind) Name() bool { return k == Identifier || k == QuotedIdentifier || k.Keyword() }

// Lookup returns the keyword that word spells in any case, or [Identifier].
func Lookup(word string) Kind {
	if word == "" {
		return Identifier
	}
	letter := (word[0] &^ 0x20) - 'A'
	if letter >= 26 {
		return Identifier
	}
	for k := firstKeyword[letter]; k < firstKeyword[letter+1]; k++ {
		if len(names[k]) == len(word) && EqualFold(word, names[k]) {
			return k
		}
	}
	return Identifier
}

// EqualFold reports whether word spells upper, an upper-case ASCII word, in
// any case. Unlike [strings.EqualFold] it never matches letters beyond ASCII,
// so that a Kelvin sign is no K.
func EqualFold(word, upper string) bool {
	if len(word) != len(upper) {
		return false
	}
	for i := range len(word) {
		c := word[i]
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c != upper[i] {
			return false
		}
	}
	return true
}
