package graph

// An Arena copies small strings into shared blocks, so that a column of them
// costs one allocation for many rows. The zero Arena is ready to use. A block
// lives as long as any string in it; an Arena is used by one goroutine.
type Arena struct {
	block []byte
}

// arenaBlock is the size of a block, and four times the largest string that
// shares one: a bigger string would waste the rest of its block.
const arenaBlock = 32 << 10

// Bytes returns a fresh slice of n bytes with no spare capacity.
func (a *Arena) Bytes(n int) []byte {
	if n > arenaBlock/4 {
		return make([]byte, n)
	}
	if n > len(a.block) {
		a.block = make([]byte, arenaBlock)
	}
	b := a.block[:n:n]
	a.block = a.block[n:]
	return b
}

// String returns a string value with a copy of b.
func (a *Arena) String(b []byte) Value {
	c := a.Bytes(len(b))
	copy(c, b)
	v := Bytes(c)
	v.kind = KindString
	return v
}
