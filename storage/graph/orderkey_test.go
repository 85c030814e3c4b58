package graph_test

import (
	"bytes"
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/drawbolt/drawbolt/storage/graph"
)

// holdsPath reports whether a value is a path or contains one.
func holdsPath(v graph.Value) bool {
	return v.Kind() == graph.KindPath ||
		v.Kind() == graph.KindList && slices.ContainsFunc(v.List(), holdsPath) ||
		v.Kind() == graph.KindMap && slices.ContainsFunc(v.Map(), func(f graph.Field) bool { return holdsPath(f.Value) })
}

// checkOrderKeys compares the order of keys with the order of their values, alone
// and with another key behind.
func checkOrderKeys(t *testing.T, a, b graph.Value) {
	t.Helper()
	x, y := graph.AppendOrderKey(nil, a), graph.AppendOrderKey(nil, b)
	if got, want := bytes.Compare(x, y), cmp.Compare(graph.Order(a, b), 0); got != want {
		t.Errorf("keys of %v and %v compare as %d, Order is %d\n%x\n%x", a, b, got, want, x, y)
	}
	if !bytes.Equal(x, y) && (bytes.HasPrefix(x, y) || bytes.HasPrefix(y, x)) {
		t.Errorf("the key of one of %v and %v is the start of the other\n%x\n%x", a, b, x, y)
	}
}

func TestOrderKey(t *testing.T) {
	ranks := ascending()
	for _, line := range ranks {
		for _, a := range line {
			for _, other := range ranks {
				if b := other[0]; !holdsPath(a) && !holdsPath(b) {
					checkOrderKeys(t, a, b)
				}
			}
		}
	}
	g := generator{rand.New(rand.NewPCG(7, 8))}
	for range 20_000 {
		if a, b := g.value(2), g.value(2); !holdsPath(a) && !holdsPath(b) {
			checkOrderKeys(t, a, b)
		}
	}
}

func TestPrefixKey(t *testing.T) {
	texts := []string{"", "a", "ab", "ab\x00", "ab\x00\x00", "ab\xff", "ac", "b", "ä"}
	for _, prefix := range texts {
		key := graph.AppendPrefixKey(nil, prefix)
		for _, s := range texts {
			want := len(s) >= len(prefix) && s[:len(prefix)] == prefix
			if got := bytes.HasPrefix(graph.AppendOrderKey(nil, text(s)), key); got != want {
				t.Errorf("the key of %q begins with that of %q: %v, want %v", s, prefix, got, want)
			}
		}
	}
}

func FuzzOrderKey(f *testing.F) {
	f.Add(int64(1<<53+1), 9007199254740992.0, "a\x00", "a\x00\x00b")
	f.Add(int64(-1), math.Copysign(0, -1), "", "\xff")
	f.Fuzz(func(t *testing.T, n int64, x float64, s, u string) {
		values := []graph.Value{
			integer(n), float(x), float(float64(n)), integer(int64(min(max(x, -1<<62), 1<<62))), text(s), text(u),
			graph.Bytes([]byte(s)), list(text(s), integer(n)), list(text(u)), duration(n, n>>8, n>>16, 1),
			duration(0, n, 0, 0), graph.Time(n&0xFFFFFFFF, int32(n>>32)%64800), graph.Date(n),
			graph.DateTime(n, 5, &graph.Zone{Name: s}), graph.DateTime(n, 5, &graph.Zone{Offset: int32(n)}),
			point(4326, x, float64(n), 0), mapping(s, integer(n)), mapping(u, float(x)),
		}
		for _, a := range values {
			for _, b := range values {
				checkOrderKeys(t, a, b)
			}
		}
	})
}
