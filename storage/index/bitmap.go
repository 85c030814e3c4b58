package index

import (
	"fmt"
	"math/bits"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/drawbolt/drawbolt/storage/slab"
)

const (
	// A page is the bits of 4,096 slots: sparse sets pay half a kilobyte for
	// each group of records, dense ones one bit for each record.
	pageBits  = 12
	pageWords = 1 << pageBits / 64

	// A leaf is the references of 4,096 pages, that is, of 2^24 slots.
	leafBits = 12
)

type page [pageWords]uint64

type leaf [1 << leafBits]uint32

// A Bitmap is a set of slots.
type Bitmap struct {
	blocks *slab.Blocks
	leaves [1 << (32 - pageBits - leafBits)]atomic.Uint32

	mu sync.Mutex // making pages and leaves
}

// NewBitmap returns an empty set.
func NewBitmap(b *slab.Blocks) *Bitmap { return &Bitmap{blocks: b} }

func (b *Bitmap) leaf(slot uint32) *leaf {
	ref := b.leaves[slot>>(pageBits+leafBits)].Load()
	if ref == 0 {
		return nil
	}
	return (*leaf)(b.blocks.Pointer(ref))
}

func (b *Bitmap) page(slot uint32) *page {
	l := b.leaf(slot)
	if l == nil {
		return nil
	}
	ref := atomic.LoadUint32(&l[slot>>pageBits&(1<<leafBits-1)])
	if ref == 0 {
		return nil
	}
	return (*page)(b.blocks.Pointer(ref))
}

// Add puts a slot into the set.
func (b *Bitmap) Add(slot uint32) error {
	p := b.page(slot)
	if p == nil {
		var err error
		if p, err = b.makePage(slot); err != nil {
			return fmt.Errorf("index: page of a bitmap: %w", err)
		}
	}
	atomic.OrUint64(&p[slot%(1<<pageBits)/64], 1<<(slot%64))
	return nil
}

func (b *Bitmap) makePage(slot uint32) (*page, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.leaf(slot)
	if l == nil {
		ref, err := b.alloc(int(unsafe.Sizeof(leaf{})))
		if err != nil {
			return nil, err
		}
		l = (*leaf)(b.blocks.Pointer(ref))
		b.leaves[slot>>(pageBits+leafBits)].Store(ref)
	}
	if p := b.page(slot); p != nil {
		return p, nil
	}
	ref, err := b.alloc(int(unsafe.Sizeof(page{})))
	if err != nil {
		return nil, err
	}
	atomic.StoreUint32(&l[slot>>pageBits&(1<<leafBits-1)], ref)
	return (*page)(b.blocks.Pointer(ref)), nil
}

// alloc returns a zeroed block.
func (b *Bitmap) alloc(size int) (uint32, error) {
	ref, err := b.blocks.Alloc(size)
	if err == nil {
		clear(b.blocks.Bytes(ref, size))
	}
	return ref, err
}

// Remove takes a slot out of the set.
func (b *Bitmap) Remove(slot uint32) {
	if p := b.page(slot); p != nil {
		atomic.AndUint64(&p[slot%(1<<pageBits)/64], ^uint64(1<<(slot%64)))
	}
}

// Has reports whether a slot is in the set.
func (b *Bitmap) Has(slot uint32) bool {
	p := b.page(slot)
	return p != nil && atomic.LoadUint64(&p[slot%(1<<pageBits)/64])>>(slot%64)&1 != 0
}

// Next fills dst with the slots of the set that are not below from, rising, and
// returns how many they are and where to go on. At the end of the set n is less
// than len(dst).
func (b *Bitmap) Next(from uint64, dst []uint32) (n int, next uint64) {
	for from < 1<<32 && n < len(dst) {
		slot := uint32(from)
		if b.leaves[slot>>(pageBits+leafBits)].Load() == 0 {
			from = (from>>(pageBits+leafBits) + 1) << (pageBits + leafBits)
			continue
		}
		p := b.page(slot)
		if p == nil {
			from = (from>>pageBits + 1) << pageBits
			continue
		}
		n, from = p.next(from, dst, n)
	}
	return n, from
}

// next goes on in one page, until it or dst ends.
func (p *page) next(from uint64, dst []uint32, n int) (int, uint64) {
	base := from &^ (1<<pageBits - 1)
	for i := int(from % (1 << pageBits) / 64); i < pageWords; i++ {
		word := atomic.LoadUint64(&p[i]) >> (from % 64) << (from % 64)
		first := uint32(base) + uint32(i*64) //nolint:gosec // from is below 2^32
		for rest := dst[n:]; word != 0; n++ {
			slot := first + uint32(bits.TrailingZeros64(word)) //nolint:gosec // below 64
			if len(rest) == 0 {
				return n, uint64(slot)
			}
			rest[0], rest = slot, rest[1:]
			word &= word - 1
		}
		from = base + uint64(i+1)*64
	}
	return n, base + 1<<pageBits
}
