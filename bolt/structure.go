package bolt

// The tags of structures inside values. They are another namespace than the
// signatures of messages.
const (
	tagNode          = 'N'
	tagRelationship  = 'R'
	tagUnbound       = 'r' // a relationship without its nodes, in a path
	tagPath          = 'P'
	tagDate          = 'D'
	tagTime          = 'T'
	tagLocalTime     = 't'
	tagLocalDateTime = 'd'
	tagDateTime      = 'I' // UTC seconds, offset
	tagZonedDateTime = 'i' // UTC seconds, zone name
	tagLegacyOffset  = 'F' // local seconds, offset
	tagLegacyZone    = 'f' // local seconds, zone name
	tagDuration      = 'E'
	tagPoint2D       = 'X'
	tagPoint3D       = 'Y'
	tagVector        = 'V'
	tagUnsupported   = '?'
)

// has reports whether stored structures with this tag are sent as they are.
func (v *Version) has(tag byte) bool {
	switch tag {
	case tagDateTime, tagZonedDateTime:
		return v.UTC
	case tagVector:
		return v.Vectors
	case tagDate, tagTime, tagLocalTime, tagLocalDateTime, tagDuration, tagPoint2D, tagPoint3D:
		return v.Temporal
	}
	return false
}

// fieldCount returns the number of fields of a structure that clients may send,
// and false for every other tag.
func (v *Version) fieldCount(tag byte) (n int, ok bool) {
	switch tag {
	case tagDate, tagLocalTime:
		return 1, v.Temporal
	case tagTime, tagLocalDateTime:
		return 2, v.Temporal
	case tagPoint2D:
		return 3, v.Temporal
	case tagDuration, tagPoint3D:
		return 4, v.Temporal
	case tagDateTime, tagZonedDateTime:
		return 3, v.UTC
	case tagLegacyOffset, tagLegacyZone:
		return 3, v.Temporal && !v.UTC
	case tagVector:
		return 2, v.Vectors
	}
	return 0, false
}
