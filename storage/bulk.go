package storage

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
)

// Loading a snapshot enters the relationships into the lists of their nodes all
// at once, when their records are there: two passes that count and place are
// several times faster than appending one after another, and blocks come out as
// large as they have to be.

// linkAll enters all relationships into the lists of their nodes, as of the
// commit at a timestamp. Nobody else uses the store.
func (s *Store) linkAll(ctx context.Context, timestamp uint64) error {
	if err := s.checkEnds(ctx); err != nil {
		return err
	}
	linkers := [...]*linker{{s: s, dir: Out, timestamp: timestamp}, {s: s, dir: In, timestamp: timestamp}}
	errs := make([]error, len(linkers))
	var group sync.WaitGroup
	for i, l := range linkers {
		group.Go(func() { errs[i] = l.run(ctx) })
	}
	group.Wait()
	for _, l := range linkers {
		s.statistics.apply(&l.delta, timestamp)
	}
	return errors.Join(errs...)
}

// A linker does that for one direction.
type linker struct {
	s         *Store
	dir       Direction
	timestamp uint64
	delta     delta
	entries   []linkedEntry // of one node
}

type linkedEntry struct {
	kind  uint32
	entry entry
}

// ends returns the node whose list a relationship belongs to, and the other one.
func (l *linker) ends(r *relationship) (own, other uint32) {
	if l.dir == Out {
		return r.start, r.end
	}
	return r.end, r.start
}

func (l *linker) run(ctx context.Context) error {
	s := l.s
	// ends[n] becomes the end of the run of node n in order.
	ends := make([]uint32, s.nodes.Len()+1)
	for i := range s.relationships.Len() {
		if r := s.relationships.At(uint32(i)); r.word != 0 {
			own, _ := l.ends(r)
			ends[own+1]++
		}
	}
	for i := range len(ends) - 1 {
		ends[i+1] += ends[i]
	}
	order := make([]uint32, ends[len(ends)-1])
	for i := range s.relationships.Len() {
		if r := s.relationships.At(uint32(i)); r.word != 0 {
			own, _ := l.ends(r)
			order[ends[own]] = uint32(i)
			ends[own]++
		}
	}
	start := uint32(0)
	for i := range s.nodes.Len() {
		end := ends[i]
		if err := l.node(uint32(i), order[start:end]); err != nil {
			return err
		}
		start = end
		if i%(1<<16) == 0 && ctx.Err() != nil {
			return &Error{Kind: KindCancelled, Message: "load a snapshot", Err: context.Cause(ctx)}
		}
	}
	return nil
}

// node makes the lists of one node.
func (l *linker) node(slot uint32, relationships []uint32) error {
	if len(relationships) == 0 {
		return nil
	}
	s := l.s
	l.entries = l.entries[:0]
	sorted := true
	for _, i := range relationships {
		r := s.relationships.At(i)
		_, other := l.ends(r)
		if n := len(l.entries); n > 0 && l.entries[n-1].kind > r.tag {
			sorted = false
		}
		l.entries = append(l.entries, linkedEntry{kind: r.tag, entry: newEntry(other, i)})
	}
	if !sorted {
		slices.SortStableFunc(l.entries, func(a, b linkedEntry) int { return cmp.Compare(a.kind, b.kind) })
	}
	n := s.nodes.At(slot)
	labels := s.labelSets.at(n.tag).ids
	list := n.side(l.dir)
	for rest := l.entries; len(rest) > 0; {
		kind := rest[0].kind
		k := 1
		for k < len(rest) && rest[k].kind == kind {
			k++
		}
		first, err := l.group(rest[:k], *list)
		if err != nil {
			return err
		}
		*list = first
		counter := countStepsOut
		if l.dir == In {
			counter = countStepsIn
		}
		for _, label := range labels {
			l.delta.add(statistic{kind: counter, label: label, typ: TypeID(kind)}, int64(k))
		}
		rest = rest[k:]
	}
	return nil
}

// group makes the blocks of one type, of which the first may have room.
func (l *linker) group(entries []linkedEntry, next uint32) (first uint32, err error) {
	s := l.s
	for len(entries) > 0 {
		isHub := first != 0
		n := min(len(entries), (maxBlockBytes-headerSize(isHub))/entryBytes)
		ref, err := s.adjacencyBlocks.Alloc(blockSize(n, isHub))
		if err != nil {
			return 0, memoryError(err)
		}
		b := s.block(ref)
		*b = block{settled: l.timestamp, head: newHead(entries[0].kind, uint32(n), isHub), next: next} //nolint:gosec // at most maxBlockBytes
		if isHub {
			*b.hub() = hub{more: first}
		}
		for i, e := range entries[:n] {
			*b.at(uint32(i)) = uint64(e.entry)
		}
		first = ref
		entries = entries[n:]
	}
	return first, nil
}
