package server

// This test is internal because the form of bookmarks is nobody else's matter.

import (
	"math"
	"testing"

	"github.com/drawbolt/drawbolt/storage"
)

func TestBookmarkRoundTrip(t *testing.T) {
	id := [16]byte{0xFF, 1, 2, 15: 9}
	for _, p := range []storage.Position{0, 1, 1234567890, math.MaxUint64} {
		text := formatBookmark(id, p)
		gotID, got, ok := parseBookmark(text)
		if !ok || got != p || gotID != id {
			t.Errorf("parseBookmark(%q) = %x, %d, %t; want %x, %d", text, gotID, got, ok, id, p)
		}
		for i := range text {
			damaged := []byte(text)
			damaged[i]++
			if _, _, ok := parseBookmark(string(damaged)); ok {
				t.Errorf("parseBookmark(%q) accepts a damaged %q", damaged, text)
			}
			if _, _, ok := parseBookmark(text[:i]); ok {
				t.Errorf("parseBookmark(%q) accepts the start of %q", text[:i], text)
			}
		}
		if _, _, ok := parseBookmark(text[:len(text)-1] + "-"); ok {
			t.Errorf("the last byte of %q may be anything", text)
		}
	}
}

func FuzzParseBookmark(f *testing.F) {
	f.Add("")
	f.Add(bookmarkPrefix)
	f.Add(formatBookmark([16]byte{1}, 42))
	f.Fuzz(func(t *testing.T, text string) {
		id, p, ok := parseBookmark(text)
		if !ok {
			return
		}
		if again := formatBookmark(id, p); again != text {
			// Leading zeros of the number are the only freedom.
			if _, q, ok := parseBookmark(again); !ok || q != p {
				t.Errorf("%q and %q are the same bookmark, but one is refused", text, again)
			}
		}
	})
}
