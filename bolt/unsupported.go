package bolt

import (
	"fmt"

	"github.com/drawbolt/drawbolt/packstream"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// unsupported is the set of kinds that were replaced.
type unsupported uint32

// Unsupported returns the names of the types that were replaced since the last
// call, such as VECTOR, for the warning in the summary; nil when there were
// none.
func (e *ValueEncoder) Unsupported() []string {
	var names []string
	for kind := graph.KindNull; kind <= graph.KindUUID; kind++ {
		if e.unsupported&(1<<kind) != 0 {
			names = append(names, kind.String())
		}
	}
	e.unsupported = 0
	return names
}

// appendUnsupported appends what stands for a value that is too new for the
// version.
func (e *ValueEncoder) appendUnsupported(dst []byte, v graph.Value) []byte {
	if e.Version.Vectors { // then only a UUID is too new, and it comes with 6.1
		dst = packstream.AppendStructHeader(dst, tagUnsupported, 4)
		dst = packstream.AppendString(dst, v.Kind().String())
		dst = packstream.AppendInt(dst, 6)
		dst = packstream.AppendInt(dst, 1)
		return packstream.AppendMapHeader(dst, 0)
	}
	e.unsupported |= 1 << v.Kind()
	dst = packstream.AppendMapHeader(dst, 2)
	dst = packstream.AppendString(dst, "originalType")
	dst = packstream.AppendString(dst, typeText(v))
	dst = packstream.AppendString(dst, "reason")
	return packstream.AppendString(dst, "UNKNOWN_TYPE")
}

// typeText returns the type as it is declared, such as VECTOR(3, INTEGER8).
func typeText(v graph.Value) string {
	if v.Kind() != graph.KindVector {
		return v.Kind().String()
	}
	vec := v.Vector()
	coordinate := ""
	switch vec.Type {
	case graph.VectorInt8:
		coordinate = "INTEGER8"
	case graph.VectorInt16:
		coordinate = "INTEGER16"
	case graph.VectorInt32:
		coordinate = "INTEGER32"
	case graph.VectorInt64:
		coordinate = "INTEGER"
	case graph.VectorFloat32:
		coordinate = "FLOAT32"
	case graph.VectorFloat64:
		coordinate = "FLOAT"
	}
	return fmt.Sprintf("VECTOR(%d, %s)", len(vec.Data)/max(vec.Type.Size(), 1), coordinate)
}
