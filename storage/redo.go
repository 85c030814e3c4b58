package storage

import (
	"encoding/binary"

	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/property"
)

// An operation is the first byte of each entry of a log record. The numbers are
// part of the file format.
type operation byte

const (
	opDefineLabel operation = iota + 1
	opDefineType
	opDefineKey
	opCreateNode
	opDeleteNode
	opSetNodeProperty
	opReplaceNodeProperties
	opAddLabel
	opRemoveLabel
	opCreateRelationship
	opDeleteRelationship
	opSetRelationshipProperty
	opReplaceRelationshipProperties
	opNodeGeneration
	opRelationshipGeneration
	opCreateIndex
	opDropIndex
	opCreateConstraint
	opDropConstraint
	opCreateIndexOf      // of a kind or on relationships
	opCreateConstraintOf // of types or on relationships
)

// inSnapshot reports whether a snapshot may have an operation: what is in it has
// no history. Changes of the schema are told apart before.
func (op operation) inSnapshot() bool {
	switch op {
	case opDefineLabel, opDefineType, opDefineKey, opCreateNode, opCreateRelationship, opNodeGeneration, opRelationshipGeneration:
		return true
	default:
		return false
	}
}

// begin starts an operation, when there is a log to write it to.
func (t *Transaction) begin(op operation, id uint64) bool {
	if t.store.log == nil || t.work.unlogged {
		return false
	}
	t.work.redo = binary.AppendUvarint(append(t.work.redo, byte(op)), id)
	return true
}

func (t *Transaction) number(n uint64) { t.work.redo = binary.AppendUvarint(t.work.redo, n) }

// appendStored writes a stored value: twice its length, plus one when it may
// have a trailer, and its bytes.
func appendStored(dst, stored []byte, trailers bool) []byte {
	n := uint64(len(stored)) << 1
	if trailers {
		n |= 1
	}
	return append(binary.AppendUvarint(dst, n), stored...)
}

// appendRecord writes properties: their number, and for each the key and the
// value.
func appendRecord(dst []byte, r property.Record) []byte {
	dst = binary.AppendUvarint(dst, uint64(r.Len())) //nolint:gosec // not negative
	for i := range r.Len() {
		dst = binary.AppendUvarint(dst, uint64(r.Key(i)))
		dst = appendStored(dst, r.Value(i), r.HasTrailers())
	}
	return dst
}

func (t *Transaction) values(r property.Record) { t.work.redo = appendRecord(t.work.redo, r) }

func (t *Transaction) logCreateNode(id graph.NodeID, labels []LabelID, r property.Record) {
	if !t.begin(opCreateNode, uint64(id)) {
		return
	}
	t.number(uint64(len(labels)))
	for _, l := range labels {
		t.number(uint64(l))
	}
	t.values(r)
}

func (t *Transaction) logCreateRelationship(id graph.RelationshipID, start, end graph.NodeID, typ TypeID, r property.Record) {
	if !t.begin(opCreateRelationship, uint64(id)) {
		return
	}
	t.number(uint64(start))
	t.number(uint64(end))
	t.number(uint64(typ))
	t.values(r)
}

// logSetProperty writes the new value of a key, which has length 0 when the key
// was removed.
func (t *Transaction) logSetProperty(op operation, id uint64, key KeyID, r property.Record) {
	if !t.begin(op, id) {
		return
	}
	t.number(uint64(key))
	t.work.redo = appendStored(t.work.redo, r.Find(uint32(key)), r.HasTrailers())
}

func (t *Transaction) logReplaceProperties(op operation, id uint64, r property.Record) {
	if t.begin(op, id) {
		t.values(r)
	}
}

func (t *Transaction) logLabel(op operation, id graph.NodeID, l LabelID) {
	if t.begin(op, uint64(id)) {
		t.number(uint64(l))
	}
}

func (t *Transaction) logDelete(op operation, id uint64) { t.begin(op, id) }

// appendText writes a name.
func appendText(dst []byte, name string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(name))), name...)
}

func appendSpec(dst []byte, l LabelID, keys []KeyID) []byte {
	dst = binary.AppendUvarint(dst, uint64(l))
	dst = binary.AppendUvarint(dst, uint64(len(keys)))
	for _, k := range keys {
		dst = binary.AppendUvarint(dst, uint64(k))
	}
	return dst
}

// encodeIndex writes indexes as the first versions did, as long as these had them.
func encodeIndex(spec IndexSpec) []byte {
	if spec.Relationships || spec.Kind != RangeIndex {
		b := appendText([]byte{byte(opCreateIndexOf)}, spec.Name)
		return appendSubject(binary.AppendUvarint(b, uint64(spec.Kind)), spec)
	}
	return appendSpec(appendText([]byte{byte(opCreateIndex)}, spec.Name), spec.Label, spec.Keys)
}

// appendSubject writes whether relationships are meant, the label or type, and the
// keys.
func appendSubject(dst []byte, spec IndexSpec) []byte {
	if spec.Relationships {
		return appendSpec(append(dst, 1), LabelID(spec.Type), spec.Keys)
	}
	return appendSpec(append(dst, 0), spec.Label, spec.Keys)
}

func encodeConstraint(spec ConstraintSpec) []byte {
	if spec.Relationships || spec.Kind == PropertyType {
		b := appendText([]byte{byte(opCreateConstraintOf)}, spec.Name)
		b = binary.AppendUvarint(b, uint64(spec.Kind))
		b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(spec.Types.Kinds)), uint64(spec.Types.Items))
		return appendSubject(b, spec.index())
	}
	b := appendText([]byte{byte(opCreateConstraint)}, spec.Name)
	return appendSpec(binary.AppendUvarint(b, uint64(spec.Kind)), spec.Label, spec.Keys)
}

func encodeName(op operation, name string) []byte { return appendText([]byte{byte(op)}, name) }
