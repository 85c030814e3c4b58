package bolttest

import (
	"regexp"
	"strings"
)

// Match reports whether a message as text is the expected one. A * outside of
// quotes stands for anything.
func Match(want, got string) bool {
	var pattern strings.Builder
	pattern.WriteString("^")
	quoted := false
	for i := range len(want) {
		switch c := want[i]; {
		case c == '*' && !quoted:
			pattern.WriteString("(?s:.*)")
		default:
			if c == '"' && (i == 0 || want[i-1] != '\\') {
				quoted = !quoted
			}
			pattern.WriteString(regexp.QuoteMeta(want[i : i+1]))
		}
	}
	pattern.WriteString("$")
	expression, err := regexp.Compile(pattern.String())
	if err != nil { // bytes that are no UTF-8
		return want == got
	}
	return expression.MatchString(got)
}
