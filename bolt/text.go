package bolt

import (
	"strings"
	"unicode/utf8"
	"unsafe"
)

// text returns the bytes as a string that aliases them when they are UTF-8. In
// a copy of others, every maximal part of an ill-formed sequence is replaced by
// U+FFFD, as the Unicode standard recommends and Java does.
func text(b []byte) string {
	if utf8.Valid(b) {
		return unsafe.String(unsafe.SliceData(b), len(b)) //nolint:gosec // the owner promises not to write to b
	}
	var s strings.Builder
	s.Grow(len(b) + 8)
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n <= 1 {
			n = illFormed(b)
		}
		s.WriteRune(r)
		b = b[n:]
	}
	return s.String()
}

// illFormed returns the length of the ill-formed sequence at the start of b: a
// lead byte with those of its continuation bytes that are right, or one byte.
func illFormed(b []byte) int {
	low, high, want := byte(0x80), byte(0xBF), 0
	switch lead := b[0]; {
	case lead >= 0xC2 && lead <= 0xDF:
		want = 1
	case lead >= 0xE0 && lead <= 0xEF:
		want = 2
		if lead == 0xE0 {
			low = 0xA0
		}
		if lead == 0xED {
			high = 0x9F
		}
	case lead >= 0xF0 && lead <= 0xF4:
		want = 3
		if lead == 0xF0 {
			low = 0x90
		}
		if lead == 0xF4 {
			high = 0x8F
		}
	}
	n := 1
	for n <= want && n < len(b) && b[n] >= low && b[n] <= high {
		low, high = 0x80, 0xBF
		n++
	}
	return n
}
