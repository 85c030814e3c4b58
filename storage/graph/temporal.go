package graph

import "unsafe"

// A Zone is the zone of a date-time: a fixed offset, or a name of the time-zone
// database together with the offset that holds at the value's instant.
type Zone struct {
	Name   string // empty for a fixed offset
	Offset int32  // seconds east of UTC
}

// A Duration keeps its four components apart, as Cypher does: a month has no
// fixed number of days, nor a day of seconds.
type Duration struct {
	Months  int64
	Days    int64
	Seconds int64
	Nanos   int32 // 0 … 999,999,999
}

// Date returns a date, in days since 1970-01-01.
func Date(days int64) Value { return Value{kind: KindDate, num: uint64(days)} } //nolint:gosec // bit pattern

// LocalTime returns a time of day without zone, in nanoseconds since midnight.
func LocalTime(nanos int64) Value {
	return Value{kind: KindLocalTime, num: uint64(nanos)} //nolint:gosec // bit pattern
}

// Time returns a time of day at an offset: nanoseconds since local midnight,
// and seconds east of UTC.
func Time(nanos int64, offset int32) Value {
	return Value{kind: KindTime, num: uint64(nanos), aux: offset} //nolint:gosec // bit pattern
}

// LocalDateTime returns a date and time without zone: seconds since the epoch
// as if the local time were UTC, and nanoseconds 0 … 999,999,999.
func LocalDateTime(seconds int64, nanos int32) Value {
	return Value{kind: KindLocalDateTime, num: uint64(seconds), aux: nanos} //nolint:gosec // bit pattern
}

// DateTime returns an instant in a zone: UTC seconds since the epoch, and
// nanoseconds 0 … 999,999,999. The zone is kept and must not be nil.
func DateTime(seconds int64, nanos int32, zone *Zone) Value {
	return Value{kind: KindDateTime, num: uint64(seconds), aux: nanos, ptr: unsafe.Pointer(zone)} //nolint:gosec // bit pattern
}

// NewDuration returns a duration value with a copy of d.
func NewDuration(d Duration) Value {
	return Value{kind: KindDuration, ptr: unsafe.Pointer(&d)}
}

// Days returns a date's days since 1970-01-01; the value must be of [KindDate].
func (v Value) Days() int64 { return int64(v.num) } //nolint:gosec // bit pattern

// TimeOfDay returns the nanoseconds since (local) midnight; the value must be
// of [KindLocalTime] or [KindTime].
func (v Value) TimeOfDay() int64 { return int64(v.num) } //nolint:gosec // bit pattern

// Seconds returns the seconds since the epoch, UTC for [KindDateTime] and local
// for [KindLocalDateTime].
func (v Value) Seconds() int64 { return int64(v.num) } //nolint:gosec // bit pattern

// Nanos returns the nanoseconds beside [Value.Seconds].
func (v Value) Nanos() int32 { return v.aux }

// Offset returns the seconds east of UTC of a [KindTime] or [KindDateTime].
func (v Value) Offset() int32 {
	if v.kind == KindDateTime {
		return v.Zone().Offset
	}
	return v.aux
}

// Zone returns the zone, which the caller must not change; the value must be of
// [KindDateTime].
func (v Value) Zone() *Zone { return (*Zone)(v.ptr) }

// Duration returns the components; the value must be of [KindDuration].
func (v Value) Duration() Duration { return *(*Duration)(v.ptr) }
