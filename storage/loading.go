package storage

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/mvcc"
	"github.com/drawbolt/drawbolt/storage/snapshot"
)

// The blocks of a snapshot are decoded side by side: one goroutine reads and
// checks them, the others put records into their slots, which are all different.
// Names and the schema come in blocks of their own, or in the first one, and are
// applied by the reading goroutine before it goes on.

// A blockLoader decodes the blocks of one file.
type blockLoader struct {
	s        *Store
	position uint64
	blocks   chan []byte
	free     chan []byte // buffers that are not in use
	failed   atomic.Pointer[error]
	workers  sync.WaitGroup
}

// loadBlocks fills an empty store with what the blocks of a file say, except for
// the lists of relationships.
func (s *Store) loadBlocks(ctx context.Context, file snapshot.Info) (snapshot.Header, error) {
	n := runtime.GOMAXPROCS(0)
	l := &blockLoader{s: s, position: file.Position, blocks: make(chan []byte, n), free: make(chan []byte, 2*n+1)}
	for range cap(l.free) {
		l.free <- nil
	}
	for range n {
		l.workers.Go(func() { l.work(ctx) })
	}
	own := l.newReader()
	h, err := snapshot.Read(s.options.FS, file.Path, func(block []byte) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := l.failed.Load(); err != nil {
			return *err
		}
		if operation(block[0]).isDefinition() {
			return l.apply(ctx, own, block)
		}
		l.blocks <- append((<-l.free)[:0], block...)
		return nil
	})
	close(l.blocks)
	l.workers.Wait()
	l.finish(own)
	if failed := l.failed.Load(); failed != nil && err == nil {
		err = *failed
	}
	return h, err
}

// isDefinition reports whether an operation is about names or the schema.
func (op operation) isDefinition() bool { return op <= opDefineKey || op >= opCreateIndex }

func (l *blockLoader) newReader() *reader {
	t := l.s.Begin(WriteMode)
	t.work = l.s.newWork()
	return &reader{t: t, bulk: l.position}
}

// work decodes blocks until there are no more. After an error it goes on to take
// them, so that the reading goroutine never waits.
func (l *blockLoader) work(ctx context.Context) {
	r := l.newReader()
	for block := range l.blocks {
		if l.failed.Load() == nil {
			if err := l.apply(ctx, r, block); err != nil {
				l.failed.CompareAndSwap(nil, &err)
			}
		}
		l.free <- block
	}
	l.finish(r)
}

func (l *blockLoader) apply(ctx context.Context, r *reader, block []byte) error {
	r.b = block
	for len(r.b) > 0 {
		if err := r.operation(ctx); err != nil {
			return err
		}
	}
	r.t.work.blocks = r.t.work.blocks[:0] // nothing will be rolled back
	return nil
}

// finish adds what a reader has counted and ends its transaction.
func (l *blockLoader) finish(r *reader) {
	l.s.statistics.apply(&r.t.work.delta, l.position)
	r.t.work.blocks = nil
	r.t.Rollback()
}

// placeNode fills the record of a node of a snapshot. Indexes are built later.
func (r *reader) placeNode(n *node, slot, set, props uint32) error {
	s := r.t.store
	n.set(version{tag: set, props: props})
	n.store(mvcc.Committed(r.bulk))
	d := &r.t.work.delta
	d.add(statistic{kind: countNodes}, 1)
	for _, label := range s.labelSets.at(set).ids {
		if err := s.labelMembers.at(uint32(label)).Add(slot); err != nil {
			return memoryError(err)
		}
		d.add(statistic{kind: countLabel, label: label}, 1)
	}
	return nil
}

// checkEnds makes sure that both nodes of every relationship are there: a block
// may be decoded before those with its nodes.
func (s *Store) checkEnds(ctx context.Context) error {
	n := runtime.GOMAXPROCS(0)
	nodes, total := s.nodes.Len(), s.relationships.Len()
	errs := make([]error, n)
	var group sync.WaitGroup
	for k := range n {
		group.Go(func() {
			for i := total * uint64(k) / uint64(n); i < total*uint64(k+1)/uint64(n); i++ { //nolint:gosec // not negative
				r := s.relationships.At(uint32(i)) //nolint:gosec // below 2^32
				if r.word == 0 {
					continue
				}
				for _, end := range [...]uint32{r.start, r.end} {
					if uint64(end) >= nodes || s.nodes.At(end).word == 0 {
						errs[k] = &Error{Kind: KindCorrupt, Message: "load a snapshot", Err: fmt.Errorf("%w: relationship without a node", errRedo)}
						return
					}
				}
				if i%(1<<20) == 0 && ctx.Err() != nil {
					errs[k] = &Error{Kind: KindCancelled, Message: "load a snapshot", Err: context.Cause(ctx)}
					return
				}
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// placeRelationship fills the record of a relationship of a snapshot and leaves
// its nodes alone.
func (r *reader) placeRelationship(rec *relationship, slot uint32, start, end graph.NodeID, typ TypeID, props uint32) error {
	s := r.t.store
	if err := s.typeMembers.at(uint32(typ)).Add(slot); err != nil {
		return memoryError(err)
	}
	atomic.StoreUint32(&rec.start, uint32(start)) //nolint:gosec // the low half
	atomic.StoreUint32(&rec.end, uint32(end))     //nolint:gosec // the low half
	rec.set(version{tag: uint32(typ), props: props})
	rec.store(mvcc.Committed(r.bulk))
	d := &r.t.work.delta
	d.add(statistic{kind: countRelationships}, 1)
	d.add(statistic{kind: countType, typ: typ}, 1)
	if start == end {
		d.add(statistic{kind: countSelfLoops, typ: typ}, 1)
		s.selfLoops.Store(true)
	}
	return nil
}
