package storage

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/mvcc"
	"github.com/drawbolt/drawbolt/storage/property"
	"github.com/drawbolt/drawbolt/storage/wal"
)

// replayBatch is after how many records of the log garbage is collected.
const replayBatch = 4096

// replay applies the records of a log that are newer than the store.
func (s *Store) replay(ctx context.Context, log wal.Log) error {
	s.replaying = true
	n := 0
	err := log.Read(ctx, s.published.Load(), func(position uint64, record []byte) error {
		if before := s.published.Load(); position != before+1 {
			return &Error{
				Kind:    KindCorrupt,
				Message: fmt.Sprintf("the log goes on with commit %d, but the one behind %d is missing", position, before),
			}
		}
		if n++; n%replayBatch == 0 || s.reclaimer.pending.Load() >= reclaimEager {
			s.reclaimer.reclaim()
		}
		if err := s.apply(ctx, position, record); err != nil {
			return &Error{Kind: KindCorrupt, Message: fmt.Sprintf("apply the log record of commit %d", position), Err: err}
		}
		return nil
	})
	if err != nil {
		return logError(err)
	}
	s.Reclaim()
	s.replaying = false
	if err := s.buildAll(ctx); err != nil {
		return err
	}
	freeUnused(s.nodes, func(n *node) mvcc.Word { return n.load() })
	freeUnused(s.relationships, func(r *relationship) mvcc.Word { return r.load() })
	p := &s.pipeline
	p.last = s.published.Load()
	p.labels, p.types, p.keys = s.labels.len(), s.types.len(), s.keys.len()
	return nil
}

// apply makes the changes of one log record.
func (s *Store) apply(ctx context.Context, position uint64, record []byte) error {
	t := s.Begin(WriteMode)
	if err := t.writable(); err != nil {
		t.Rollback()
		return err
	}
	r := reader{b: record, t: t}
	for len(r.b) > 0 {
		if err := r.operation(ctx); err != nil {
			t.Rollback()
			return err
		}
	}
	k := &ticket{timestamp: position, work: t.work, done: make(chan struct{})}
	s.pipeline.queue = append(s.pipeline.queue, k)
	t.stamp(position)
	s.publish(k)
	t.finish()
	return nil
}

// errRedo means that a log record has no sense although its checksum is right.
var errRedo = errors.New("operation does not decode")

// A reader takes operations from a log record and applies them.
type reader struct {
	b     []byte
	t     *Transaction
	bulk  uint64 // the timestamp of a snapshot; 0 in a log
	arena graph.Arena
	props []Property

	labels []LabelID
}

func (r *reader) number() (uint64, error) {
	n, k := binary.Uvarint(r.b)
	if k <= 0 {
		return 0, errRedo
	}
	r.b = r.b[k:]
	return n, nil
}

// token reads a number of a token and checks that it is defined.
func (r *reader) token(t *tokens) (uint32, error) {
	n, err := r.number()
	if err != nil {
		return 0, err
	}
	if n >= uint64(t.len()) { //nolint:gosec // not negative
		return 0, fmt.Errorf("%w: undefined number in %s", errRedo, t.what)
	}
	return uint32(n), nil //nolint:gosec // checked above
}

func (r *reader) bytes(n uint64) ([]byte, error) {
	if n > uint64(len(r.b)) {
		return nil, errRedo
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b, nil
}

// value reads a stored value; nil means that the key was removed.
func (r *reader) value() (stored []byte, trailers bool, err error) {
	n, err := r.number()
	if err != nil {
		return nil, false, err
	}
	stored, err = r.bytes(n >> 1)
	return stored, n&1 != 0, err
}

// record reads properties and writes them to a property record.
func (r *reader) record() (uint32, error) {
	n, err := r.number()
	if err != nil {
		return 0, err
	}
	b := &r.t.work.builder
	b.Reset()
	for range n {
		key, err := r.token(r.t.store.keys)
		if err != nil {
			return 0, err
		}
		stored, trailers, err := r.value()
		if err != nil {
			return 0, err
		}
		if err := b.AddStored(key, stored, trailers); err != nil {
			return 0, err
		}
	}
	return r.t.writeProperties()
}

// properties reads properties as values.
func (r *reader) properties() ([]Property, error) {
	n, err := r.number()
	if err != nil {
		return nil, err
	}
	r.props = r.props[:0]
	for range n {
		key, err := r.token(r.t.store.keys)
		if err != nil {
			return nil, err
		}
		stored, _, err := r.value()
		if err != nil {
			return nil, err
		}
		v, err := property.Decode(stored, &r.arena)
		if err != nil {
			return nil, err
		}
		r.props = append(r.props, Property{Key: KeyID(key), Value: v})
	}
	return r.props, nil
}

// operation reads and applies one operation.
func (r *reader) operation(ctx context.Context) error {
	op := operation(r.b[0])
	r.b = r.b[1:]
	if op >= opCreateIndex {
		return r.schemaOperation(op)
	}
	id, err := r.number()
	if err != nil {
		return err
	}
	s, t := r.t.store, r.t
	if r.bulk != 0 && !op.inSnapshot() {
		return fmt.Errorf("%w: operation %d in a snapshot", errRedo, op)
	}
	switch op {
	case opDefineLabel:
		return r.define(s.labels, id)
	case opDefineType:
		return r.define(s.types, id)
	case opDefineKey:
		return r.define(s.keys, id)
	case opCreateNode:
		return r.createNode(graph.NodeID(id))
	case opCreateRelationship:
		return r.createRelationship(ctx, graph.RelationshipID(id))
	case opSetNodeProperty, opSetRelationshipProperty:
		return r.setProperty(ctx, op, id)
	case opReplaceNodeProperties, opReplaceRelationshipProperties:
		props, err := r.properties()
		if err != nil {
			return err
		}
		if op == opReplaceNodeProperties {
			return t.ReplaceNodeProperties(ctx, graph.NodeID(id), props)
		}
		return t.ReplaceRelationshipProperties(ctx, graph.RelationshipID(id), props)
	case opAddLabel, opRemoveLabel:
		l, err := r.token(s.labels)
		if err != nil {
			return err
		}
		if op == opAddLabel {
			_, err = t.AddLabel(ctx, graph.NodeID(id), LabelID(l))
		} else {
			_, err = t.RemoveLabel(ctx, graph.NodeID(id), LabelID(l))
		}
		return err
	case opNodeGeneration:
		return setGeneration(s.nodes, id)
	case opRelationshipGeneration:
		return setGeneration(s.relationships, id)
	case opDeleteNode:
		_, err = t.DeleteNode(ctx, graph.NodeID(id))
		return err
	case opDeleteRelationship:
		_, err = t.DeleteRelationship(ctx, graph.RelationshipID(id))
		return err
	default:
		return fmt.Errorf("%w: unknown operation %d", errRedo, op)
	}
}

// define adds a token under the number that the log gives it.
func (r *reader) define(t *tokens, id uint64) error {
	n, err := r.number()
	if err != nil {
		return err
	}
	name, err := r.bytes(n)
	if err != nil {
		return err
	}
	got, err := t.intern(string(name))
	if err != nil {
		return err
	}
	if uint64(got) != id {
		return fmt.Errorf("%w: %s are out of order", errRedo, t.what)
	}
	return nil
}

func (r *reader) setProperty(ctx context.Context, op operation, id uint64) error {
	key, err := r.token(r.t.store.keys)
	if err != nil {
		return err
	}
	stored, _, err := r.value()
	if err != nil {
		return err
	}
	v := graph.Null
	if len(stored) > 0 {
		if v, err = property.Decode(stored, &r.arena); err != nil {
			return err
		}
	}
	if op == opSetNodeProperty {
		return r.t.SetNodeProperty(ctx, graph.NodeID(id), KeyID(key), v)
	}
	return r.t.SetRelationshipProperty(ctx, graph.RelationshipID(id), KeyID(key), v)
}

func (r *reader) createNode(id graph.NodeID) error {
	s := r.t.store
	n, err := r.number()
	if err != nil {
		return err
	}
	labels := r.labels[:0]
	for range n {
		l, err := r.token(s.labels)
		if err != nil {
			return err
		}
		labels = append(labels, LabelID(l))
	}
	r.labels = labels
	ref, err := r.record()
	if err != nil {
		return err
	}
	rec, err := place(s, s.nodes, uint64(id), func(n *node) mvcc.Word { return n.load() })
	if err != nil {
		return err
	}
	slot, set := uint32(id), s.internSet(labels) //nolint:gosec // the low half
	if r.bulk != 0 {
		return r.placeNode(rec, slot, set, ref)
	}
	_, err = r.t.createNode(slot, rec, set, ref)
	return err
}

func (r *reader) createRelationship(ctx context.Context, id graph.RelationshipID) error {
	s := r.t.store
	start, err := r.number()
	if err != nil {
		return err
	}
	end, err := r.number()
	if err != nil {
		return err
	}
	typ, err := r.token(s.types)
	if err != nil {
		return err
	}
	ref, err := r.record()
	if err != nil {
		return err
	}
	rec, err := place(s, s.relationships, uint64(id), func(r *relationship) mvcc.Word { return r.load() })
	if err != nil {
		return err
	}
	if r.bulk != 0 {
		return r.placeRelationship(rec, uint32(id), graph.NodeID(start), graph.NodeID(end), TypeID(typ), ref) //nolint:gosec // the low half
	}
	_, err = r.t.createRelationship(ctx, uint32(id), rec, graph.NodeID(start), graph.NodeID(end), TypeID(typ), ref) //nolint:gosec // the low half
	return err
}

// text reads a name.
func (r *reader) text() (string, error) {
	n, err := r.number()
	if err != nil {
		return "", err
	}
	b, err := r.bytes(n)
	return string(b), err
}

// spec reads the rest of an index or constraint.
func (r *reader) spec(subjects *tokens) (subject uint32, keys []KeyID, err error) {
	token, err := r.token(subjects)
	if err != nil {
		return 0, nil, err
	}
	n, err := r.number()
	if err != nil {
		return 0, nil, err
	}
	for range n {
		k, err := r.token(r.t.store.keys)
		if err != nil {
			return 0, nil, err
		}
		keys = append(keys, KeyID(k))
	}
	return token, keys, nil
}

// subject reads the rest of an index or constraint that may be on relationships.
func (r *reader) subject(name string) (spec IndexSpec, err error) {
	relationships, err := r.number()
	if err != nil {
		return IndexSpec{}, err
	}
	if relationships == 0 {
		l, keys, err := r.spec(r.t.store.labels)
		return IndexSpec{Name: name, Label: LabelID(l), Keys: keys}, err
	}
	t, keys, err := r.spec(r.t.store.types)
	return IndexSpec{Name: name, Relationships: true, Type: TypeID(t), Keys: keys}, err
}

func (r *reader) createIndexOf(name string) error {
	kind, err := r.number()
	if err != nil {
		return err
	}
	if kind > uint64(LookupIndex) {
		return fmt.Errorf("%w: unknown kind of index", errRedo)
	}
	spec, err := r.subject(name)
	if err != nil {
		return err
	}
	spec.Kind = IndexKind(kind)
	return r.registerIndex(spec)
}

func (r *reader) registerIndex(spec IndexSpec) error {
	s := r.t.store
	if s.indexNamed(spec.Name) != nil {
		return fmt.Errorf("%w: the index is there already", errRedo)
	}
	s.register(spec, false, "")
	return nil
}

func (r *reader) createConstraintOf(name string) error {
	var numbers [3]uint64
	for i := range numbers {
		n, err := r.number()
		if err != nil {
			return err
		}
		numbers[i] = n
	}
	spec, err := r.subject(name)
	if err != nil {
		return err
	}
	if numbers[0] < uint64(Unique) || numbers[0] > uint64(PropertyType) || max(numbers[1], numbers[2]) > math.MaxUint32 {
		return fmt.Errorf("%w: unknown kind of constraint", errRedo)
	}
	r.t.store.enforce(ConstraintSpec{
		Name: name, Kind: ConstraintKind(numbers[0]), Types: ValueTypes{Kinds: uint32(numbers[1]), Items: uint32(numbers[2])}, //nolint:gosec // checked
		Relationships: spec.Relationships, Label: spec.Label, Type: spec.Type, Keys: spec.Keys,
	})
	return nil
}

// schemaOperation reads and applies a change of the schema. Indexes are built
// when the whole log is applied.
func (r *reader) schemaOperation(op operation) error {
	s := r.t.store
	name, err := r.text()
	if err != nil {
		return err
	}
	switch op {
	case opCreateIndex:
		l, keys, err := r.spec(s.labels)
		if err != nil {
			return err
		}
		return r.registerIndex(IndexSpec{Name: name, Label: LabelID(l), Keys: keys})
	case opCreateIndexOf:
		return r.createIndexOf(name)
	case opCreateConstraintOf:
		return r.createConstraintOf(name)
	case opDropIndex:
		ix := s.indexNamed(name)
		if ix == nil {
			return fmt.Errorf("%w: no such index", errRedo)
		}
		s.unregister(ix)
	case opCreateConstraint:
		kind, err := r.number()
		if err != nil {
			return err
		}
		l, keys, err := r.spec(s.labels)
		if err != nil {
			return err
		}
		if kind < uint64(Unique) || kind > uint64(NodeKey) {
			return fmt.Errorf("%w: unknown kind of constraint", errRedo)
		}
		s.enforce(ConstraintSpec{Name: name, Kind: ConstraintKind(kind), Label: LabelID(l), Keys: keys})
	case opDropConstraint:
		s.dropConstraint(name)
	default:
		return fmt.Errorf("%w: unknown operation %d", errRedo, op)
	}
	return nil
}
