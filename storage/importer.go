package storage

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"slices"
	"time"

	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/property"
	"github.com/drawbolt/drawbolt/storage/snapshot"
	"github.com/drawbolt/drawbolt/storage/wal"
)

// An Importer fills an empty data directory with a graph of any size. It writes
// the first snapshot of the store, so that the graph need not fit in memory
// twice, and a crash leaves the store empty or complete. It is used by one
// goroutine.
type Importer struct {
	s       *Store // without records: tokens and the directory
	lock    io.Closer
	file    *snapshot.Writer
	b       []byte
	nodes   uint64
	rels    uint64
	labels  int // tokens that the file defines
	types   int
	keys    int
	builder property.Builder
	record  []byte
}

// importPosition is the commit that an import is.
const importPosition = 1

// NewImporter claims a directory, which must be empty or hold an empty store.
func NewImporter(o Options) (im *Importer, err error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	s, err := newStore(o)
	if err != nil {
		return nil, err
	}
	im = &Importer{s: s}
	defer func() {
		if err != nil {
			err = errors.Join(err, im.close())
		}
	}()
	if im.lock, err = lockDirectory(s.options.FS, o.Directory); err != nil {
		return im, err
	}
	if err := s.openIdentity(); err != nil {
		return im, err
	}
	if err := s.checkEmpty(); err != nil {
		return im, err
	}
	h := snapshot.Header{Database: s.id, Position: importPosition, Time: time.Now()}
	if im.file, err = snapshot.Create(s.options.FS, s.snapshotsPath(), h); err != nil {
		return im, snapshotError(err)
	}
	return im, nil
}

// checkEmpty makes sure that no file of the store has a commit.
func (s *Store) checkEmpty() error {
	files, err := snapshot.List(s.options.FS, s.snapshotsPath())
	if err != nil {
		return snapshotError(err)
	}
	logs, err := wal.Examine(s.logOptions())
	if err != nil {
		return logError(err)
	}
	used := len(files) > 0 || slices.ContainsFunc(logs, func(r wal.Report) bool { return r.Records > 0 || r.Err != nil })
	if used {
		return &Error{Kind: KindConstraint, Message: "the data directory " + s.options.Directory + " is not empty"}
	}
	return nil
}

// Label returns the number of a label, which is added when it is new.
func (im *Importer) Label(name string) (LabelID, error) { return im.s.InternLabel(name) }

// Type is [Importer.Label] for relationship types.
func (im *Importer) Type(name string) (TypeID, error) { return im.s.InternType(name) }

// Key is [Importer.Label] for property keys.
func (im *Importer) Key(name string) (KeyID, error) { return im.s.InternKey(name) }

// define writes names that the file does not have yet, in a block of their own:
// whoever reads blocks side by side must know them first.
func (im *Importer) define() error {
	s := im.s
	if s.labels.len() == im.labels && s.types.len() == im.types && s.keys.len() == im.keys {
		return nil
	}
	if err := im.flush(); err != nil {
		return err
	}
	im.b, im.labels = appendTokens(im.b, opDefineLabel, s.labels, im.labels)
	im.b, im.types = appendTokens(im.b, opDefineType, s.types, im.types)
	im.b, im.keys = appendTokens(im.b, opDefineKey, s.keys, im.keys)
	return im.flush()
}

func (im *Importer) flush() error {
	if len(im.b) > 0 {
		im.file.Block(im.b)
		im.b = im.b[:0]
	}
	if err := im.file.Err(); err != nil {
		return snapshotError(err)
	}
	return nil
}

// properties appends properties; null values and all but the last value of a key
// are left out.
func (im *Importer) properties(props []Property) error {
	b := &im.builder
	b.Reset()
	slices.SortStableFunc(props, func(x, y Property) int { return cmp.Compare(x.Key, y.Key) })
	for i, p := range props {
		if p.Value.IsNull() || i+1 < len(props) && props[i+1].Key == p.Key {
			continue
		}
		if err := b.Add(uint32(p.Key), p.Value); err != nil {
			return propertyError(err)
		}
	}
	im.record = b.Append(im.record[:0])
	im.b = appendRecord(im.b, property.Record(im.record))
	return nil
}

// AddNode adds a node. It sorts props.
func (im *Importer) AddNode(labels []LabelID, props []Property) (graph.NodeID, error) {
	if im.nodes > math.MaxUint32 {
		return 0, &Error{Kind: KindLimit, Message: "out of room for nodes"}
	}
	if err := im.define(); err != nil {
		return 0, err
	}
	had := len(im.b)
	im.b = binary.AppendUvarint(append(im.b, byte(opCreateNode)), im.nodes)
	im.b = binary.AppendUvarint(im.b, uint64(len(labels)))
	for _, l := range labels {
		im.b = binary.AppendUvarint(im.b, uint64(l))
	}
	if err := im.properties(props); err != nil {
		im.b = im.b[:had]
		return 0, err
	}
	id := graph.NodeID(im.nodes)
	im.nodes++
	return id, im.full()
}

// AddRelationship adds a relationship between two added nodes. It sorts props.
// After the first one, no node can be added.
func (im *Importer) AddRelationship(start, end graph.NodeID, t TypeID, props []Property) error {
	if im.rels > math.MaxUint32 {
		return &Error{Kind: KindLimit, Message: "out of room for relationships"}
	}
	if uint64(start) >= im.nodes || uint64(end) >= im.nodes {
		return nodeNotFound()
	}
	if err := im.define(); err != nil {
		return err
	}
	had := len(im.b)
	im.b = binary.AppendUvarint(append(im.b, byte(opCreateRelationship)), im.rels)
	im.b = binary.AppendUvarint(im.b, uint64(start))
	im.b = binary.AppendUvarint(im.b, uint64(end))
	im.b = binary.AppendUvarint(im.b, uint64(t))
	if err := im.properties(props); err != nil {
		im.b = im.b[:had]
		return err
	}
	im.rels++
	return im.full()
}

func (im *Importer) full() error {
	if len(im.b) < snapshotBlock {
		return nil
	}
	return im.flush()
}

// Finish makes the graph durable: from here on the store has it. It gives the
// directory back.
func (im *Importer) Finish(ctx context.Context) error {
	if ctx.Err() != nil {
		return errors.Join(&Error{Kind: KindCancelled, Message: "import", Err: context.Cause(ctx)}, im.Abort())
	}
	if err := im.flush(); err != nil {
		return errors.Join(err, im.Abort())
	}
	file := im.file
	im.file = nil
	if err := file.Finish(); err != nil {
		return errors.Join(snapshotError(err), im.close())
	}
	return im.close()
}

// Abort leaves the store empty and gives the directory back. After Finish it does
// nothing.
func (im *Importer) Abort() error {
	if im.lock == nil {
		return nil
	}
	var err error
	if im.file != nil {
		err = im.file.Abort()
		im.file = nil
	}
	return errors.Join(err, im.close())
}

func (im *Importer) close() error {
	err := im.s.memory.Release()
	if im.lock != nil {
		err = errors.Join(err, im.lock.Close())
		im.lock = nil
	}
	return err
}
