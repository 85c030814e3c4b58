package function

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// maxString bounds the bytes of a string that one call makes out of smaller
// ones, so that a short statement can not fill the memory at once.
const maxString = 256 << 20

func stringFunctions() []Function {
	const category = "String"
	input, length := need("input", stringType), need("length", integerType)
	original := need("original", stringType)
	rows := []Function{
		row(category, "left", stringType, left, "Returns the first characters.", original, length),
		row(category, "right", stringType, right, "Returns the last characters.", original, length),
		row(category, "substring", stringType, substring, "Returns characters from a place on, which counts from 0.",
			original, need("start", integerType), maybe("length", integerType)),
		row(category, "split", stringsType, split, "Returns the parts between delimiters.",
			original, need("splitDelimiters", ast.Of(ast.TypeString|ast.TypeList))),
		row(category, "replace", stringType, replace, "Replaces all places where a text is found, or the first ones.",
			original, need("search", stringType), need("replace", stringType), maybe("limit", integerType)),
		row(category, "lTrim", stringType, trimCall("lTrim", true, false), "Removes blanks, or the given characters, from the start.", input, maybe("trimCharacters", stringType)),
		row(category, "rTrim", stringType, trimCall("rTrim", false, true), "Removes blanks, or the given characters, from the end.", input, maybe("trimCharacters", stringType)),
		row(category, "trim", stringType, trimCall("trim", true, true), "Removes blanks, or the given characters, from both ends.", input, maybe("trimCharacters", stringType)),
		row(category, "bTrim", stringType, trimCall("bTrim", true, true), "Removes blanks, or the given characters, from both ends.", input, maybe("trimCharacters", stringType)),
		row(category, "normalize", stringType, normalize, "Returns a Unicode normal form: NFC, NFD, NFKC or NFKD.", input, maybe("normalForm", stringType)),
		row("Scalar", "char_length", integerType, charLength("char_length"), "Returns the number of characters.", input),
		row("Scalar", "character_length", integerType, charLength("character_length"), "Returns the number of characters.", input),
	}
	for _, f := range []struct {
		name, description string
		fn                func(string) string
	}{
		{"toLower", "Returns the text in lower case.", lower},
		{"lower", "Returns the text in lower case.", lower},
		{"toUpper", "Returns the text in upper case.", upper},
		{"upper", "Returns the text in upper case.", upper},
	} {
		rows = append(rows, row(category, f.name, stringType, func(_ *Context, args []graph.Value) (graph.Value, error) {
			s, err := wantString(f.name, args[0])
			return graph.String(f.fn(s)), err
		}, f.description, input))
	}
	for _, f := range []struct {
		name, description string
		fn                func(s, part string) bool
	}{
		{"startsWith", "Returns whether a text begins with another.", strings.HasPrefix},
		{"endsWith", "Returns whether a text ends with another.", strings.HasSuffix},
		{"contains", "Returns whether a text contains another.", strings.Contains},
	} {
		rows = append(rows, row(category, f.name, booleanType, func(_ *Context, args []graph.Value) (graph.Value, error) {
			s, err := wantString(f.name, args[0])
			if err != nil {
				return graph.Value{}, err
			}
			part, err := wantString(f.name, args[1])
			return graph.Boolean(f.fn(s, part)), err
		}, f.description, input, need("part", stringType)))
	}
	return rows
}

// lower and upper follow Unicode's full rules, by which ß becomes SS; plain
// texts take the short way.
func lower(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	return cases.Lower(language.Und).String(s)
}

func upper(s string) string {
	if isASCII(s) {
		return strings.ToUpper(s)
	}
	return cases.Upper(language.Und).String(s)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// isBlank is white space but for the blanks that keep words together.
func isBlank(r rune) bool {
	return unicode.IsSpace(r) && r != '\u00A0' && r != '\u2007' && r != '\u202F'
}

// index returns the byte offset of a character, or the end behind the last.
func index(s string, character int64) int {
	if character >= int64(len(s)) {
		return len(s)
	}
	at := 0
	for range character {
		if at == len(s) {
			break
		}
		_, size := utf8.DecodeRuneInString(s[at:])
		at += size
	}
	return at
}

func textAndLength(name string, args []graph.Value) (string, int64, error) {
	s, err := wantString(name, args[0])
	if err != nil {
		return "", 0, err
	}
	n, err := wantInt(name, args[1])
	if err == nil && n < 0 {
		err = argumentError("%s() needs a length that is not negative", name)
	}
	return s, n, err
}

func left(_ *Context, args []graph.Value) (graph.Value, error) {
	s, n, err := textAndLength("left", args)
	if err != nil {
		return graph.Value{}, err
	}
	return graph.String(s[:index(s, n)]), nil
}

func right(_ *Context, args []graph.Value) (graph.Value, error) {
	s, n, err := textAndLength("right", args)
	if err != nil {
		return graph.Value{}, err
	}
	return graph.String(s[index(s, max(0, int64(utf8.RuneCountInString(s))-n)):]), nil
}

func substring(_ *Context, args []graph.Value) (graph.Value, error) {
	s, start, err := textAndLength("substring", args)
	if err != nil {
		return graph.Value{}, err
	}
	s = s[index(s, start):]
	if len(args) == 3 {
		n, err := wantInt("substring", args[2])
		if err != nil {
			return graph.Value{}, err
		}
		if n < 0 {
			return graph.Value{}, argumentError("substring() needs a length that is not negative")
		}
		s = s[:index(s, n)]
	}
	return graph.String(s), nil
}

func split(_ *Context, args []graph.Value) (graph.Value, error) {
	s, err := wantString("split", args[0])
	if err != nil {
		return graph.Value{}, err
	}
	var delimiters []string
	switch args[1].Kind() {
	case graph.KindString:
		delimiters = []string{args[1].Str()}
	case graph.KindList:
		for _, d := range args[1].List() {
			if d.IsNull() {
				return graph.Value{}, nil
			}
			text, err := wantString("split", d)
			if err != nil {
				return graph.Value{}, err
			}
			delimiters = append(delimiters, text)
		}
	default:
		return graph.Value{}, typeError("split", "a STRING or a LIST of them", args[1])
	}
	var parts []graph.Value
	for _, part := range splitAny(s, delimiters) {
		parts = append(parts, graph.String(part))
	}
	return graph.List(parts), nil
}

// splitAny cuts at the first delimiter that fits at each place. An empty
// delimiter cuts between all characters.
func splitAny(s string, delimiters []string) []string {
	if len(delimiters) == 1 && (delimiters[0] != "" || s == "") {
		if delimiters[0] == "" {
			return []string{""}
		}
		return strings.Split(s, delimiters[0])
	}
	var parts []string
	start := 0
	for at := 0; at < len(s); {
		_, size := utf8.DecodeRuneInString(s[at:])
		cut := -1
		for _, d := range delimiters {
			if d != "" && strings.HasPrefix(s[at:], d) {
				cut = len(d)
				break
			}
			if d == "" && at > start {
				cut = 0
			}
		}
		switch {
		case cut < 0:
			at += size
		default:
			parts = append(parts, s[start:at])
			at += cut
			start = at
			if cut == 0 {
				at += size
			}
		}
	}
	return append(parts, s[start:])
}

func replace(_ *Context, args []graph.Value) (graph.Value, error) {
	var texts [3]string
	for i := range texts {
		var err error
		if texts[i], err = wantString("replace", args[i]); err != nil {
			return graph.Value{}, err
		}
	}
	limit := -1
	if len(args) == 4 {
		n, err := wantInt("replace", args[3])
		if err != nil {
			return graph.Value{}, err
		}
		if n < 0 {
			return graph.Value{}, argumentError("replace() needs a limit that is not negative")
		}
		limit = int(min(n, int64(len(texts[0])+1)))
	}
	found := strings.Count(texts[0], texts[1])
	if grown := len(texts[2]) - len(texts[1]); grown > 0 && found > 0 && grown > (maxString-len(texts[0]))/found {
		return graph.Value{}, argumentError("replace() would make a string of more than %d bytes", maxString)
	}
	return graph.String(strings.Replace(texts[0], texts[1], texts[2], limit)), nil
}

func trimCall(name string, start, end bool) call {
	return func(_ *Context, args []graph.Value) (graph.Value, error) {
		s, err := wantString(name, args[0])
		if err != nil {
			return graph.Value{}, err
		}
		drop := isBlank
		if len(args) == 2 {
			set, err := wantString(name, args[1])
			if err != nil {
				return graph.Value{}, err
			}
			drop = func(r rune) bool { return strings.ContainsRune(set, r) }
		}
		if start {
			s = strings.TrimLeftFunc(s, drop)
		}
		if end {
			s = strings.TrimRightFunc(s, drop)
		}
		return graph.String(s), nil
	}
}

func normalize(_ *Context, args []graph.Value) (graph.Value, error) {
	s, err := wantString("normalize", args[0])
	if err != nil {
		return graph.Value{}, err
	}
	form := "NFC"
	if len(args) == 2 {
		if form, err = wantString("normalize", args[1]); err != nil {
			return graph.Value{}, err
		}
	}
	f, ok := normalForms[strings.ToUpper(form)]
	if !ok {
		return graph.Value{}, argumentError("normalize() knows the forms NFC, NFD, NFKC and NFKD")
	}
	return graph.String(f.String(s)), nil
}

// normalForms are the Unicode normal forms by name.
var normalForms = map[string]norm.Form{"NFC": norm.NFC, "NFD": norm.NFD, "NFKC": norm.NFKC, "NFKD": norm.NFKD}

// IsNormalized reports whether a text is in a normal form: NFC, NFD, NFKC or
// NFKD.
func IsNormalized(form, text string) bool { return normalForms[form].IsNormalString(text) }

func charLength(name string) call {
	return func(_ *Context, args []graph.Value) (graph.Value, error) {
		s, err := wantString(name, args[0])
		return graph.Integer(int64(utf8.RuneCountInString(s))), err
	}
}

// reverseText reverses by characters.
func reverseText(s string) string {
	out := make([]byte, len(s))
	at := len(s)
	for i := 0; i < len(s); {
		_, n := utf8.DecodeRuneInString(s[i:])
		at -= n
		copy(out[at:], s[i:i+n])
		i += n
	}
	return string(out)
}
