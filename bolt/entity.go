package bolt

import (
	"github.com/drawbolt/drawbolt/packstream"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// appendNode appends a node:
//
//	B3 4E id labels properties              before 5.0
//	B4 4E id labels properties element_id
func (e *ValueEncoder) appendNode(dst []byte, id graph.NodeID) []byte {
	if e.Version.ElementIDs {
		dst = packstream.AppendStructHeader(dst, tagNode, 4)
	} else {
		dst = packstream.AppendStructHeader(dst, tagNode, 3)
	}
	dst = appendID(dst, uint64(id))
	dst = e.Entities.AppendNodeLabels(dst, id)
	at := len(dst)
	dst = e.adapt(e.Entities.AppendNodeProperties(dst, id), at)
	if e.Version.ElementIDs {
		dst = e.appendElementID(dst, false, uint64(id))
	}
	return dst
}

// appendRelationship appends a relationship with its nodes:
//
//	B5 52 id start end type properties      before 5.0
//	B8 52 id start end type properties element_id start_element_id end_element_id
func (e *ValueEncoder) appendRelationship(dst []byte, id graph.RelationshipID) []byte {
	if e.Version.ElementIDs {
		dst = packstream.AppendStructHeader(dst, tagRelationship, 8)
	} else {
		dst = packstream.AppendStructHeader(dst, tagRelationship, 5)
	}
	start, end, name, _ := e.Entities.RelationshipEnds(id)
	dst = appendID(dst, uint64(id))
	dst = appendID(dst, uint64(start))
	dst = appendID(dst, uint64(end))
	dst = packstream.AppendString(dst, name)
	dst = e.appendRelationshipProperties(dst, id)
	if e.Version.ElementIDs {
		dst = e.appendElementID(dst, true, uint64(id))
		dst = e.appendElementID(dst, false, uint64(start))
		dst = e.appendElementID(dst, false, uint64(end))
	}
	return dst
}

// appendUnbound appends a relationship as it stands in a path:
//
//	B3 72 id type properties                before 5.0
//	B4 72 id type properties element_id
func (e *ValueEncoder) appendUnbound(dst []byte, id graph.RelationshipID) []byte {
	if e.Version.ElementIDs {
		dst = packstream.AppendStructHeader(dst, tagUnbound, 4)
	} else {
		dst = packstream.AppendStructHeader(dst, tagUnbound, 3)
	}
	_, _, name, _ := e.Entities.RelationshipEnds(id)
	dst = appendID(dst, uint64(id))
	dst = packstream.AppendString(dst, name)
	dst = e.appendRelationshipProperties(dst, id)
	if e.Version.ElementIDs {
		dst = e.appendElementID(dst, true, uint64(id))
	}
	return dst
}

func (e *ValueEncoder) appendRelationshipProperties(dst []byte, id graph.RelationshipID) []byte {
	at := len(dst)
	return e.adapt(e.Entities.AppendRelationshipProperties(dst, id), at)
}

func appendID(dst []byte, id uint64) []byte {
	return packstream.AppendInt(dst, int64(id)) //nolint:gosec // bit pattern
}

// appendElementID writes the text first and its size afterwards: it is never
// shorter than 16 bytes nor longer than 255, for which the header has two.
func (e *ValueEncoder) appendElementID(dst []byte, relationship bool, id uint64) []byte {
	at := len(dst)
	dst = append(dst, 0xD0, 0)
	dst = e.Entities.AppendElementID(dst, relationship, id)
	n := len(dst) - at - 2
	if n > 0x0F && n <= 0xFF {
		dst[at+1] = byte(n)
		return dst
	}
	text := string(dst[at+2:])
	return packstream.AppendString(dst[:at], text)
}
