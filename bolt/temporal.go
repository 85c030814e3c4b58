package bolt

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/drawbolt/drawbolt/packstream"
	"github.com/drawbolt/drawbolt/storage/graph"
)

const (
	dayNanos    = 86_400_000_000_000
	secondNanos = 1_000_000_000
	// maxOffset is 18 hours, beyond which no zone lies.
	maxOffset = 18 * 3600
	// The days of the years -999,999,999 and 999,999,999.
	minDay = -365_243_219_162
	maxDay = 365_241_780_471
	// The seconds of the first and the last instant of these years.
	minSecond = minDay * 86_400
	maxSecond = maxDay*86_400 + 86_399
	// monthSeconds is the average month, by which durations are compared.
	monthSeconds = 2_629_746
)

// decodeTemporal decodes the temporal structures without a date-time's zone.
func decodeTemporal(d *packstream.Decoder, tag byte) (graph.Value, error) {
	var f [4]int64
	n := 1
	switch tag {
	case tagTime, tagLocalDateTime:
		n = 2
	case tagDuration:
		n = 4
	}
	for i := range n {
		var err error
		if f[i], err = d.Int(); err != nil {
			return graph.Null, err
		}
	}
	switch tag {
	case tagDate:
		if f[0] < minDay || f[0] > maxDay {
			return graph.Null, outOfRange("date", f[0])
		}
		return graph.Date(f[0]), nil
	case tagLocalTime:
		return graph.LocalTime(floorMod(f[0], dayNanos)), nil
	case tagTime:
		offset, err := checkedOffset(f[1])
		return graph.Time(floorMod(f[0], dayNanos), offset), err
	case tagLocalDateTime:
		seconds, nanos, err := normalise(f[0], f[1])
		return graph.LocalDateTime(seconds, nanos), err
	default:
		return duration(f[0], f[1], f[2], f[3])
	}
}

// decodeOffsetDateTime decodes seconds, nanoseconds and an offset. The seconds
// are of UTC, or else of the local clock.
func decodeOffsetDateTime(d *packstream.Decoder, utc bool) (graph.Value, error) {
	seconds, nanos, err := decodeInstant(d)
	if err != nil {
		return graph.Null, err
	}
	n, err := d.Int()
	if err != nil {
		return graph.Null, err
	}
	offset, err := checkedOffset(n)
	if err != nil {
		return graph.Null, err
	}
	if !utc {
		seconds -= int64(offset)
	}
	return graph.DateTime(seconds, nanos, &graph.Zone{Offset: offset}), nil
}

// decodeZonedDateTime decodes seconds, nanoseconds and the name of a zone, which
// may also be an offset. Without utc the seconds are of the zone's local clock:
// a time that a change of clocks skipped is moved on by the length of the gap,
// and of one that occurred twice the earlier instant is meant.
func decodeZonedDateTime(d *packstream.Decoder, utc bool, zone ZoneOffset) (graph.Value, error) {
	seconds, nanos, err := decodeInstant(d)
	if err != nil {
		return graph.Null, err
	}
	b, err := d.StringBytes()
	if err != nil {
		return graph.Null, err
	}
	name := text(b)
	if offset, ok := parseOffset(name); ok {
		if !utc {
			seconds -= int64(offset)
		}
		return graph.DateTime(seconds, nanos, &graph.Zone{Offset: offset}), nil
	}
	if zone == nil {
		return graph.Null, unknownZone(name)
	}
	if !utc {
		var ok bool
		if seconds, ok = fromLocal(seconds, name, zone); !ok {
			return graph.Null, unknownZone(name)
		}
	}
	offset, ok := zone(name, seconds)
	if !ok {
		return graph.Null, unknownZone(name)
	}
	return graph.DateTime(seconds, nanos, &graph.Zone{Name: name, Offset: offset}), nil
}

func unknownZone(name string) error {
	return &RequestError{
		Fault:   RequestZone,
		Message: fmt.Sprintf("Illegal zone identifier: Unknown time zone %q", name),
	}
}

// fromLocal returns the UTC seconds of a local time.
func fromLocal(local int64, name string, zone ZoneOffset) (int64, bool) {
	before, ok := zone(name, local-86_400)
	if !ok {
		return 0, false
	}
	after, _ := zone(name, local+86_400)
	early, late := local-int64(before), local-int64(after)
	if before == after {
		return early, true
	}
	if o, _ := zone(name, early); o == before {
		return early, true // no change, or the first of two readings
	}
	if o, _ := zone(name, late); o == after {
		return late, true
	}
	return early, true // in the gap: the clock before it runs on
}

func decodeInstant(d *packstream.Decoder) (seconds int64, nanos int32, err error) {
	if seconds, err = d.Int(); err != nil {
		return 0, 0, err
	}
	n, err := d.Int()
	if err != nil {
		return 0, 0, err
	}
	return normalise(seconds, n)
}

// normalise brings nanoseconds into 0 … 999,999,999 by moving whole seconds.
func normalise(seconds, nanos int64) (int64, int32, error) {
	rest := floorMod(nanos, secondNanos)
	sum, ok := add(seconds, (nanos-rest)/secondNanos)
	if !ok || sum < minSecond || sum > maxSecond {
		return 0, 0, outOfRange("date-time", seconds)
	}
	return sum, int32(rest), nil //nolint:gosec // below 10^9
}

func duration(months, days, seconds, nanos int64) (graph.Value, error) {
	rest := floorMod(nanos, secondNanos)
	whole, ok := add(seconds, (nanos-rest)/secondNanos)
	if !ok || !representable(months, days, whole) {
		return graph.Null, &RequestError{
			Fault:   RequestDuration,
			Message: "Invalid value for duration, will cause overflow.",
		}
	}
	return graph.NewDuration(graph.Duration{
		Months: months, Days: days, Seconds: whole, Nanos: int32(rest), //nolint:gosec // below 10^9
	}), nil
}

// representable reports whether a duration's average length in seconds is an
// int64. It adds in 128 bits.
func representable(months, days, seconds int64) bool {
	hi, lo := multiply(months, monthSeconds)
	dayHi, dayLo := multiply(days, 86_400)
	lo, carry := bits.Add64(lo, dayLo, 0)
	hi += dayHi + int64(carry)                     //nolint:gosec // 0 or 1
	lo, carry = bits.Add64(lo, uint64(seconds), 0) //nolint:gosec // bit pattern
	hi += seconds>>63 + int64(carry)               //nolint:gosec // 0 or 1
	return hi == 0 && lo <= math.MaxInt64 || hi == -1 && lo > math.MaxInt64
}

// multiply returns a signed 128-bit product; b must be positive.
func multiply(a, b int64) (hi int64, lo uint64) {
	h, lo := bits.Mul64(uint64(a), uint64(b)) //nolint:gosec // bit pattern
	hi = int64(h)                             //nolint:gosec // bit pattern
	if a < 0 {
		hi -= b
	}
	return hi, lo
}

func add(a, b int64) (int64, bool) {
	sum := a + b
	return sum, (sum > a) == (b > 0)
}

func floorMod(n, m int64) int64 {
	r := n % m
	if r < 0 {
		r += m
	}
	return r
}

func checkedOffset(n int64) (int32, error) {
	if n < -maxOffset || n > maxOffset {
		return 0, outOfRange("zone offset", n)
	}
	return int32(n), nil
}

func outOfRange(what string, n int64) error {
	return &RequestError{
		Fault:   RequestTemporal,
		Message: fmt.Sprintf("Invalid value for %s: %d", what, n),
	}
}

// parseOffset parses Z, ±hh:mm and ±hh:mm:ss.
func parseOffset(s string) (int32, bool) {
	if s == "Z" {
		return 0, true
	}
	if len(s) != 6 && len(s) != 9 || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	total := int32(0)
	for i, unit := 1, int32(3600); i < len(s); i, unit = i+3, unit/60 {
		tens, ones := s[i]-'0', s[i+1]-'0'
		if tens > 9 || ones > 9 || i > 1 && (s[i-1] != ':' || tens > 5) {
			return 0, false
		}
		total += int32(tens*10+ones) * unit
	}
	if total > maxOffset {
		return 0, false
	}
	if s[0] == '-' {
		total = -total
	}
	return total, true
}
