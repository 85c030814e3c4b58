package temporal

import (
	"strconv"

	"github.com/drawbolt/drawbolt/storage/graph"
)

// Append appends the text of a temporal value, as toString gives it: ISO 8601
// with seconds always and as many digits of their fraction as needed. Other
// values append nothing.
func Append(dst []byte, v graph.Value) []byte {
	switch v.Kind() {
	case graph.KindDate:
		return appendDate(dst, v.Days())
	case graph.KindLocalTime:
		return appendTime(dst, v.TimeOfDay())
	case graph.KindTime:
		return appendOffset(appendTime(dst, v.TimeOfDay()), v.Offset())
	case graph.KindLocalDateTime:
		return appendLocal(dst, v.Seconds(), v.Nanos())
	case graph.KindDateTime:
		z := v.Zone()
		offset := offsetOf(v)
		dst = appendLocal(dst, v.Seconds()+int64(offset), v.Nanos())
		dst = appendOffset(dst, offset)
		if z.Name != "" {
			dst = append(append(append(dst, '['), z.Name...), ']')
		}
		return dst
	case graph.KindDuration:
		return appendDuration(dst, v.Duration())
	default:
		return dst
	}
}

// Text returns what [Append] appends.
func Text(v graph.Value) string { return string(Append(nil, v)) }

// offsetOf returns the offset that holds at a date-time. A name that this
// server does not know leaves the offset that came with the value.
func offsetOf(v graph.Value) int32 {
	z := v.Zone()
	if z.Name == "" {
		return z.Offset
	}
	r, err := loadRegion(z.Name)
	if err != nil {
		return z.Offset
	}
	return r.offsetAt(v.Seconds())
}

func appendLocal(dst []byte, seconds int64, nanos int32) []byte {
	days := floorDiv(seconds, secondsPerDay)
	dst = append(appendDate(dst, days), 'T')
	return appendTime(dst, (seconds-days*secondsPerDay)*nanosPerSecond+int64(nanos))
}

func appendDate(dst []byte, days int64) []byte {
	year, month, day := DateOf(days)
	switch {
	case year > 9999:
		dst = strconv.AppendInt(append(dst, '+'), year, 10)
	case year < 0:
		dst = appendPadded(append(dst, '-'), -year, 4)
	default:
		dst = appendPadded(dst, year, 4)
	}
	dst = appendPadded(append(dst, '-'), int64(month), 2)
	return appendPadded(append(dst, '-'), int64(day), 2)
}

func appendTime(dst []byte, nanos int64) []byte {
	seconds := nanos / nanosPerSecond
	nanos -= seconds * nanosPerSecond
	dst = appendPadded(dst, seconds/secondsPerHour, 2)
	dst = appendPadded(append(dst, ':'), seconds/secondsPerMinute%60, 2)
	dst = appendPadded(append(dst, ':'), seconds%60, 2)
	return appendFraction(dst, nanos)
}

// appendFraction appends nanoseconds behind a point, without trailing zeros.
func appendFraction(dst []byte, nanos int64) []byte {
	if nanos == 0 {
		return dst
	}
	dst = appendPadded(append(dst, '.'), nanos, 9)
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

func appendOffset(dst []byte, offset int32) []byte {
	if offset == 0 {
		return append(dst, 'Z')
	}
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	dst = appendPadded(append(dst, sign), int64(offset/secondsPerHour), 2)
	dst = appendPadded(append(dst, ':'), int64(offset/secondsPerMinute%60), 2)
	if offset%60 != 0 {
		dst = appendPadded(append(dst, ':'), int64(offset%60), 2)
	}
	return dst
}

// appendPadded appends n, which is not negative, with at least width digits.
func appendPadded(dst []byte, n int64, width int) []byte {
	var digits [20]byte
	text := strconv.AppendInt(digits[:0], n, 10)
	for range width - len(text) {
		dst = append(dst, '0')
	}
	return append(dst, text...)
}

// appendDuration appends a duration with the signs that its parts have:
// P12Y5M-14DT16H, PT-1M-0.001S. A duration of nothing is PT0S.
func appendDuration(dst []byte, d graph.Duration) []byte {
	start := len(dst)
	dst = append(dst, 'P')
	dst = appendUnit(dst, d.Months/12, 'Y')
	dst = appendUnit(dst, d.Months%12, 'M')
	dst = appendUnit(dst, d.Days, 'D')
	seconds, nanos := d.Seconds, int64(d.Nanos)
	if seconds < 0 && nanos > 0 { // from the floor to a fraction of the same sign
		seconds++
		nanos -= nanosPerSecond
	}
	if seconds == 0 && nanos == 0 {
		if len(dst) == start+1 {
			return append(dst, "T0S"...)
		}
		return dst
	}
	dst = append(dst, 'T')
	dst = appendUnit(dst, seconds/secondsPerHour, 'H')
	dst = appendUnit(dst, seconds/secondsPerMinute%60, 'M')
	seconds %= 60
	if seconds == 0 && nanos == 0 {
		return dst
	}
	if seconds < 0 || nanos < 0 {
		dst = append(dst, '-')
		seconds, nanos = -seconds, -nanos
	}
	dst = strconv.AppendInt(dst, seconds, 10)
	return append(appendFraction(dst, nanos), 'S')
}

func appendUnit(dst []byte, n int64, unit byte) []byte {
	if n == 0 {
		return dst
	}
	return append(strconv.AppendInt(dst, n, 10), unit)
}
