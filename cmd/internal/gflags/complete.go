package gflags

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// complete writes the flags that a shell may offer for word. Up to three
// trailing question marks widen the search to substrings of names, of sections
// and of descriptions; a trailing plus asks for all matches in full.
func (s *Set) complete(b *bytes.Buffer, word string) {
	word = strings.TrimLeft(word, `'"`)
	word = strings.TrimLeft(word, "-")
	word, all := strings.CutSuffix(word, "+")
	wide := 0
	for wide < 3 && strings.HasSuffix(word, "?") {
		word = strings.TrimSuffix(word, "?")
		wide++
	}
	word = strings.ReplaceAll(word, "_", "-")
	var found []*entry
	for _, e := range s.order {
		if !e.row.Hidden && e.completes(word, wide) {
			found = append(found, e)
		}
	}
	if len(found) == 0 {
		return
	}
	slices.SortFunc(found, func(a, b *entry) int { return strings.Compare(a.name, b.name) })
	if prefix := commonPrefix(found); !all && len(prefix) > len(word) && strings.HasPrefix(prefix, word) {
		fmt.Fprintf(b, "--%s\n", prefix)
		return
	}
	width := max(int(s.Int32("tab-completion-columns")), helpIndent*2)
	for _, e := range found {
		line := fmt.Sprintf("--%s [%s] %s", e.shown(), e.quoted(e.cur), e.row.Help)
		b.WriteString(line[:min(len(line), width)] + "\n")
	}
	b.WriteString("~\n") // keeps the shell from collapsing the lines
}

func (e *entry) completes(word string, wide int) bool {
	switch {
	case strings.HasPrefix(e.shown(), word):
		return true
	case wide >= 1 && strings.Contains(e.shown(), word):
		return true
	case wide >= 2 && strings.Contains(e.row.Section, word):
		return true
	default:
		return wide >= 3 && strings.Contains(e.row.Help, word)
	}
}

func commonPrefix(flags []*entry) string {
	prefix := flags[0].shown()
	for _, e := range flags[1:] {
		n := 0
		for n < len(prefix) && n < len(e.shown()) && prefix[n] == e.shown()[n] {
			n++
		}
		prefix = prefix[:n]
	}
	return prefix
}
