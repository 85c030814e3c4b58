package bolt

import (
	"github.com/drawbolt/drawbolt/packstream"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A ValueEncoder writes values in the forms of one version. It is one per
// session and used by one goroutine at a time; its fields may be changed
// between values. In the steady state it allocates nothing.
type ValueEncoder struct {
	Version  *Version
	Entities Entities // needed for nodes, relationships and paths only

	// ZoneOffset is needed to write stored date-times for versions before UTC
	// date-times. Values carry their offset with them.
	ZoneOffset ZoneOffset

	unsupported unsupported
	path        pathScratch
	stored      []byte // scratch for what has to be changed
	err         error
}

// AppendValue appends one value, for values apart from a stream of records. Src
// may be nil when the value has no nodes, relationships or paths.
func AppendValue(dst []byte, v graph.Value, ver *Version, src Entities) ([]byte, error) {
	e := ValueEncoder{Version: ver, Entities: src}
	return e.Append(dst, v)
}

// Append appends a value. A value that the version can not express is replaced:
// by an unsupported-type structure where there is one, else by a map with the
// type's name; see [ValueEncoder.Unsupported]. The only error is stored
// properties that are damaged.
func (e *ValueEncoder) Append(dst []byte, v graph.Value) ([]byte, error) {
	dst = e.append(dst, v)
	err := e.err
	e.err = nil
	return dst, err
}

func (e *ValueEncoder) append(dst []byte, v graph.Value) []byte {
	switch v.Kind() {
	case graph.KindNull:
		return packstream.AppendNull(dst)
	case graph.KindBoolean:
		return packstream.AppendBool(dst, v.Bool())
	case graph.KindInteger:
		return packstream.AppendInt(dst, v.Int())
	case graph.KindFloat:
		return packstream.AppendFloat(dst, v.Float())
	case graph.KindString:
		return packstream.AppendString(dst, v.Str())
	case graph.KindBytes:
		return packstream.AppendBytes(dst, v.Bytes())
	case graph.KindList:
		dst = packstream.AppendListHeader(dst, v.Len())
		for _, item := range v.List() {
			dst = e.append(dst, item)
		}
		return dst
	case graph.KindMap:
		dst = packstream.AppendMapHeader(dst, v.Len())
		for _, f := range v.Map() {
			dst = packstream.AppendString(dst, f.Name)
			dst = e.append(dst, f.Value)
		}
		return dst
	case graph.KindNode:
		return e.appendNode(dst, v.NodeID())
	case graph.KindRelationship:
		return e.appendRelationship(dst, v.RelationshipID())
	case graph.KindPath:
		return e.appendPath(dst, v.Path())
	default:
		return e.appendStructure(dst, v)
	}
}

// appendStructure appends what some versions have a structure for.
func (e *ValueEncoder) appendStructure(dst []byte, v graph.Value) []byte {
	ver := e.Version
	switch v.Kind() {
	case graph.KindVector:
		if ver.Vectors {
			return appendVector(dst, v.Vector())
		}
	case graph.KindUUID:
		if ver.UUIDs {
			return packstream.AppendUUID(dst, v.UUID())
		}
	case graph.KindPoint:
		if ver.Temporal {
			return appendPoint(dst, v.Point())
		}
	default:
		if ver.Temporal {
			return appendTemporal(dst, v, ver.UTC)
		}
	}
	return e.appendUnsupported(dst, v)
}

func appendVector(dst []byte, v *graph.Vector) []byte {
	dst = packstream.AppendStructHeader(dst, tagVector, 2)
	dst = packstream.AppendBytes(dst, []byte{byte(v.Type)})
	return packstream.AppendBytes(dst, v.Data)
}

func appendPoint(dst []byte, p graph.Point) []byte {
	if p.Is3D() {
		dst = packstream.AppendStructHeader(dst, tagPoint3D, 4)
	} else {
		dst = packstream.AppendStructHeader(dst, tagPoint2D, 3)
	}
	dst = packstream.AppendInt(dst, int64(p.SRID))
	dst = packstream.AppendFloat(dst, p.X)
	dst = packstream.AppendFloat(dst, p.Y)
	if p.Is3D() {
		dst = packstream.AppendFloat(dst, p.Z)
	}
	return dst
}

// appendTemporal appends a temporal value. Without utc, date-times are sent by
// their local clock, which is ambiguous when clocks go back.
func appendTemporal(dst []byte, v graph.Value, utc bool) []byte {
	switch v.Kind() {
	case graph.KindDate:
		dst = packstream.AppendStructHeader(dst, tagDate, 1)
		return packstream.AppendInt(dst, v.Days())
	case graph.KindLocalTime:
		dst = packstream.AppendStructHeader(dst, tagLocalTime, 1)
		return packstream.AppendInt(dst, v.TimeOfDay())
	case graph.KindTime:
		dst = packstream.AppendStructHeader(dst, tagTime, 2)
		dst = packstream.AppendInt(dst, v.TimeOfDay())
		return packstream.AppendInt(dst, int64(v.Offset()))
	case graph.KindLocalDateTime:
		dst = packstream.AppendStructHeader(dst, tagLocalDateTime, 2)
		dst = packstream.AppendInt(dst, v.Seconds())
		return packstream.AppendInt(dst, int64(v.Nanos()))
	case graph.KindDuration:
		d := v.Duration()
		dst = packstream.AppendStructHeader(dst, tagDuration, 4)
		dst = packstream.AppendInt(dst, d.Months)
		dst = packstream.AppendInt(dst, d.Days)
		dst = packstream.AppendInt(dst, d.Seconds)
		return packstream.AppendInt(dst, int64(d.Nanos))
	default:
		return appendDateTime(dst, v.Seconds(), v.Nanos(), v.Zone(), utc)
	}
}

func appendDateTime(dst []byte, seconds int64, nanos int32, zone *graph.Zone, utc bool) []byte {
	fixed, named := byte(tagDateTime), byte(tagZonedDateTime)
	if !utc {
		fixed, named = tagLegacyOffset, tagLegacyZone
		seconds += int64(zone.Offset)
	}
	if zone.Name == "" {
		dst = packstream.AppendStructHeader(dst, fixed, 3)
	} else {
		dst = packstream.AppendStructHeader(dst, named, 3)
	}
	dst = packstream.AppendInt(dst, seconds)
	dst = packstream.AppendInt(dst, int64(nanos))
	if zone.Name == "" {
		return packstream.AppendInt(dst, int64(zone.Offset))
	}
	return packstream.AppendString(dst, zone.Name)
}
