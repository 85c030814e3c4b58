package jolt

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones on hosts that have none
)

// The tags of temporal structures.
const (
	tagDate          = 'D'
	tagTime          = 'T'
	tagLocalTime     = 't'
	tagLocalDateTime = 'd'
	tagOffset        = 'I' // UTC seconds, nanoseconds, offset
	tagZoned         = 'i' // UTC seconds, nanoseconds, zone
	tagLegacyOffset  = 'F' // the same with local seconds
	tagLegacyZoned   = 'f'
	tagDuration      = 'E'
)

const secondNanos = 1_000_000_000

// The forms of ISO 8601 that are read, and their groups.
var (
	// Year, month, day.
	dateForm = regexp.MustCompile(`^([+-]?\d{4,9})(?:-(\d\d)(?:-(\d\d))?)?$`)
	// Hour, minute, second, fraction, offset, zone.
	timeForm = regexp.MustCompile(`^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?(?:\[([^\]]+)\])?$`)
	// Years, months, weeks, days, hours, minutes, seconds, fraction.
	durationForm = regexp.MustCompile(`^P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)W)?(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?\d+)(?:\.(\d{1,9}))?S)?)?$`)
)

// temporal reads a date, time, date and time, or duration.
func temporal(t *tree, v Version) (Value, error) {
	if t.kind != '"' {
		return Value{}, t.fault(`a string is wanted behind "T"`)
	}
	if strings.HasPrefix(t.text, "P") {
		if d, ok := parseDuration(t.text); ok {
			return d, nil
		}
		return Value{}, t.fault("%q is no duration", t.text)
	}
	date, clock, both := strings.Cut(t.text, "T")
	switch {
	case both:
		day, ok := parseDate(date)
		c, okay := parseClock(clock)
		if ok && okay {
			if dt, ok := dateTime(day, c, v); ok {
				return dt, nil
			}
		}
	case strings.Contains(t.text, ":"):
		if c, ok := parseClock(t.text); ok && c.zone == "" {
			if c.hasOffset {
				return Struct(tagTime, Int(c.nanos), Int(c.offset)), nil
			}
			return Struct(tagLocalTime, Int(c.nanos)), nil
		}
	default:
		if day, ok := parseDate(t.text); ok {
			return Struct(tagDate, Int(day.Unix()/86_400)), nil
		}
	}
	return Value{}, t.fault("%q is no date or time", t.text)
}

func parseDate(s string) (time.Time, bool) {
	m := dateForm.FindStringSubmatch(s)
	if m == nil {
		return time.Time{}, false
	}
	part := [3]int{0, 1, 1}
	for i, text := range m[1:] {
		if text != "" {
			part[i], _ = strconv.Atoi(text) // digits, and not many
		}
	}
	day := time.Date(part[0], time.Month(part[1]), part[2], 0, 0, 0, 0, time.UTC)
	// A day that does not exist was moved on.
	return day, int(day.Month()) == part[1] && day.Day() == part[2]
}

// A clock is a time of day with what stands behind it.
type clock struct {
	nanos     int64 // since midnight
	offset    int64 // seconds
	hasOffset bool
	zone      string
}

func parseClock(s string) (clock, bool) {
	m := timeForm.FindStringSubmatch(s)
	if m == nil {
		return clock{}, false
	}
	h, minute, second := small(m[1]), small(m[2]), small(m[3])
	c := clock{hasOffset: m[5] != "", zone: m[6]}
	c.nanos = (h*3600+minute*60+second)*secondNanos + fraction(m[4])
	if c.hasOffset && m[5] != "Z" {
		digits := strings.ReplaceAll(m[5][1:], ":", "") + "0000"
		c.offset = small(digits[:2])*3600 + small(digits[2:4])*60 + small(digits[4:6])
		if m[5][0] == '-' {
			c.offset = -c.offset
		}
	}
	return c, h < 24 && minute < 60 && second < 60
}

// small reads a few digits; none are zero.
func small(digits string) int64 {
	n, _ := strconv.ParseInt("0"+digits, 10, 64)
	return n
}

// fraction reads the digits behind a decimal point as nanoseconds.
func fraction(digits string) int64 { return small((digits + "000000000")[:9]) }

// dateTime returns a date and time in the form of a version. Without an offset
// that of the zone is taken.
func dateTime(day time.Time, c clock, v Version) (Value, bool) {
	local := day.Unix() + c.nanos/secondNanos
	nanos := Int(c.nanos % secondNanos)
	switch {
	case !c.hasOffset && c.zone == "":
		return Struct(tagLocalDateTime, Int(local), nanos), true
	case c.zone == "":
		if v == V1 {
			return Struct(tagLegacyOffset, Int(local), nanos, Int(c.offset)), true
		}
		return Struct(tagOffset, Int(local-c.offset), nanos, Int(c.offset)), true
	case v == V1:
		return Struct(tagLegacyZoned, Int(local), nanos, String(c.zone)), true
	}
	if !c.hasOffset {
		var ok bool
		if c.offset, ok = localOffset(local, c.zone); !ok {
			return Value{}, false
		}
	}
	return Struct(tagZoned, Int(local-c.offset), nanos, String(c.zone)), true
}

// location returns a zone of the database.
func location(zone string) (*time.Location, bool) {
	if zone == "" || zone == "Local" || strings.Contains(zone, "]") {
		return nil, false
	}
	l, err := time.LoadLocation(zone)
	return l, err == nil
}

// localOffset returns a zone's offset at a local time.
func localOffset(local int64, zone string) (int64, bool) {
	l, ok := location(zone)
	if !ok {
		return 0, false
	}
	u := time.Unix(local, 0).UTC()
	_, offset := time.Date(u.Year(), u.Month(), u.Day(), u.Hour(), u.Minute(), u.Second(), 0, l).Zone()
	return int64(offset), true
}

func parseDuration(s string) (Value, bool) {
	m := durationForm.FindStringSubmatch(s)
	if m == nil || s == "P" || strings.HasSuffix(s, "T") {
		return Value{}, false
	}
	ok := true
	sum := func(terms ...int64) (total int64) { // pairs of a group and its unit
		for i := 0; i < len(terms); i += 2 {
			if m[terms[i]] == "" {
				continue
			}
			n, err := strconv.ParseInt(m[terms[i]], 10, 64)
			product := n * terms[i+1]
			ok = ok && err == nil && product/terms[i+1] == n
			before := total
			total += product
			ok = ok && (total >= before) == (product >= 0)
		}
		return total
	}
	months, days, seconds := sum(1, 12, 2, 1), sum(3, 7, 4, 1), sum(5, 3600, 6, 60, 7, 1)
	nanos := fraction(m[8])
	if nanos > 0 && strings.HasPrefix(m[7], "-") {
		seconds, nanos = seconds-1, secondNanos-nanos
	}
	return Struct(tagDuration, Int(months), Int(days), Int(seconds), Int(nanos)), ok
}

// formatTemporal returns the text of a temporal structure, and false when there
// is none that gives the same structure again.
func formatTemporal(v *Value) (string, bool) {
	var n [4]int64
	for i := range v.Items {
		n[min(i, 3)] = v.Items[i].Int
	}
	switch v.Tag {
	case tagDate:
		day, ok := formatDay(n[0] * 86_400)
		return day, ok && n[0] > -1<<40 && n[0] < 1<<40
	case tagLocalTime:
		return formatClock(n[0])
	case tagTime:
		clock, ok := formatClock(n[0])
		return clock + formatOffset(n[1]), ok && isOffset(n[1])
	case tagLocalDateTime:
		return formatInstant(n[0], n[1])
	case tagDuration:
		return formatDuration(n)
	case tagLegacyOffset:
		text, ok := formatInstant(n[0], n[1])
		return text + formatOffset(n[2]), ok && isOffset(n[2])
	case tagOffset:
		text, ok := formatInstant(n[0]+n[2], n[1])
		return text + formatOffset(n[2]), ok && isOffset(n[2])
	default:
		return formatZoned(v.Tag, n[0], n[1], v.Items[2].Text)
	}
}

func formatZoned(tag byte, seconds, nanos int64, zone string) (string, bool) {
	var offset int64
	switch l, ok := location(zone); {
	case !ok:
		return "", false
	case tag == tagLegacyZoned:
		offset, _ = localOffset(seconds, zone)
	default:
		_, o := time.Unix(seconds, 0).In(l).Zone()
		offset = int64(o)
		seconds += offset
	}
	text, ok := formatInstant(seconds, nanos)
	return text + formatOffset(offset) + "[" + zone + "]", ok
}

// The seconds of the first and last year that four to nine digits can write,
// roughly.
const maxSeconds = 31_556_889_864_403_199

func formatDay(seconds int64) (string, bool) {
	if seconds > maxSeconds || seconds < -maxSeconds {
		return "", false
	}
	day := time.Unix(seconds, 0).UTC()
	year := day.Year()
	sign := ""
	switch {
	case year < 0:
		sign, year = "-", -year
	case year > 9999:
		sign = "+"
	}
	return fmt.Sprintf("%s%04d-%02d-%02d", sign, year, day.Month(), day.Day()), year <= 999_999_999
}

func formatClock(nanos int64) (string, bool) {
	if nanos < 0 || nanos >= 86_400*secondNanos {
		return "", false
	}
	s := nanos / secondNanos
	text := fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
	return text + formatFraction(nanos%secondNanos), true
}

func formatFraction(nanos int64) string {
	if nanos == 0 {
		return ""
	}
	return "." + strings.TrimRight(fmt.Sprintf("%09d", nanos), "0")
}

func formatInstant(seconds, nanos int64) (string, bool) {
	second := ((seconds % 86_400) + 86_400) % 86_400
	day, ok := formatDay(seconds - second)
	clock, okay := formatClock(second*secondNanos + nanos%secondNanos)
	return day + "T" + clock, ok && okay && nanos >= 0 && nanos < secondNanos
}

// isOffset reports whether an offset in seconds is less than a day.
func isOffset(offset int64) bool { return offset > -86_400 && offset < 86_400 }

// formatOffset writes an offset.
func formatOffset(offset int64) string {
	if offset == 0 {
		return "Z"
	}
	sign := "+"
	if offset < 0 {
		sign, offset = "-", -offset
	}
	text := fmt.Sprintf("%s%02d:%02d", sign, offset/3600, offset/60%60)
	if offset%60 != 0 {
		text += fmt.Sprintf(":%02d", offset%60)
	}
	return text
}

func formatDuration(n [4]int64) (string, bool) {
	months, days, seconds, nanos := n[0], n[1], n[2], n[3]
	if nanos < 0 || nanos >= secondNanos {
		return "", false
	}
	text := "P"
	if months != 0 {
		text += fmt.Sprintf("%dM", months)
	}
	if days != 0 {
		text += fmt.Sprintf("%dD", days)
	}
	if seconds == 0 && nanos == 0 {
		if text == "P" {
			return "PT0S", true
		}
		return text, true
	}
	sign := ""
	if seconds < 0 && nanos > 0 {
		seconds, nanos = seconds+1, secondNanos-nanos
		if seconds == 0 {
			sign = "-"
		}
	}
	return fmt.Sprintf("%sT%s%d%sS", text, sign, seconds, formatFraction(nanos)), true
}
