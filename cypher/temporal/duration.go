package temporal

import (
	"math"
	"strconv"
	"strings"

	"github.com/drawbolt/drawbolt/storage/graph"
)

// daysPerMonth is the average month of the Gregorian calendar, by which a
// fraction of a month becomes days: 146,097 days / 4,800 months.
const daysPerMonth = 30.436875

// An amount collects the parts of a duration: whole units as integers, and
// fractions of them in the unit that they belong to.
type amount struct {
	months, days, seconds, nanos   int64
	monthPart, dayPart, secondPart float64 // beyond the whole ones, same sign
	nanoPart                       float64 // below one nanosecond
	failed                         bool    // a part exceeds 64 bits
}

func (a *amount) into(sum *int64, value, scale int64) {
	product, ok := mulInts(value, scale)
	total, ok2 := addInts(*sum, product)
	if !ok || !ok2 {
		a.failed = true
	}
	*sum = total
}

// intoFloat adds a value with a fraction to a sum of whole units.
func (a *amount) intoFloat(sum *int64, part *float64, value float64) {
	whole, fraction := math.Modf(value)
	if !(whole > -math.MaxInt64 && whole < math.MaxInt64) {
		a.failed = true
		return
	}
	a.into(sum, int64(whole), 1)
	*part += fraction
}

// add adds whole units and a fraction of one unit. It reports whether the unit
// is known.
func (a *amount) add(unit string, whole int64, fraction float64) bool {
	switch unit {
	case "years":
		a.into(&a.months, whole, 12)
		a.intoFloat(&a.months, &a.monthPart, fraction*12)
	case "quarters":
		a.into(&a.months, whole, 3)
		a.intoFloat(&a.months, &a.monthPart, fraction*3)
	case "months":
		a.into(&a.months, whole, 1)
		a.monthPart += fraction
	case "weeks":
		a.into(&a.days, whole, 7)
		a.intoFloat(&a.days, &a.dayPart, fraction*7)
	case "days":
		a.into(&a.days, whole, 1)
		a.dayPart += fraction
	case "hours":
		a.into(&a.seconds, whole, secondsPerHour)
		a.intoFloat(&a.seconds, &a.secondPart, fraction*secondsPerHour)
	case "minutes":
		a.into(&a.seconds, whole, secondsPerMinute)
		a.intoFloat(&a.seconds, &a.secondPart, fraction*secondsPerMinute)
	case "seconds":
		a.into(&a.seconds, whole, 1)
		a.intoFloat(&a.nanos, &a.nanoPart, fraction*nanosPerSecond)
	case "milliseconds":
		a.into(&a.seconds, whole/1000, 1)
		a.into(&a.nanos, whole%1000, 1_000_000)
		a.intoFloat(&a.nanos, &a.nanoPart, fraction*1_000_000)
	case "microseconds":
		a.into(&a.seconds, whole/1_000_000, 1)
		a.into(&a.nanos, whole%1_000_000, 1000)
		a.intoFloat(&a.nanos, &a.nanoPart, fraction*1000)
	case "nanoseconds":
		a.into(&a.seconds, whole/nanosPerSecond, 1)
		a.into(&a.nanos, whole%nanosPerSecond, 1)
		a.nanoPart += fraction
	default:
		return false
	}
	return true
}

// value carries the fractions down: of months to days, of days to seconds, of
// seconds to nanoseconds, and drops what is below one nanosecond.
func (a *amount) value() (graph.Value, error) {
	var rest float64
	a.intoFloat(&a.months, &rest, a.monthPart)
	dayPart := a.dayPart + rest*daysPerMonth
	rest = 0
	a.intoFloat(&a.days, &rest, dayPart)
	// What binary fractions lack to a whole nanosecond is far below a
	// twentieth of one.
	nanos := (a.secondPart+rest*secondsPerDay)*nanosPerSecond + a.nanoPart
	rest = 0
	a.intoFloat(&a.nanos, &rest, nanos+math.Copysign(0.05, nanos))
	if a.failed {
		return graph.Value{}, errDurationRange
	}
	return newDuration(a.months, a.days, a.seconds, a.nanos)
}

var errDurationRange error = &Error{Reason: "a part of the duration is outside of 64 bits"} //nolint:gochecknoglobals // immutable

// newDuration returns a duration value; the nanoseconds may be any number.
func newDuration(months, days, seconds, nanos int64) (graph.Value, error) {
	seconds, ok := addInts(seconds, floorDiv(nanos, nanosPerSecond))
	if !ok {
		return graph.Value{}, errDurationRange
	}
	return graph.NewDuration(graph.Duration{
		Months: months, Days: days, Seconds: seconds,
		Nanos: int32(floorMod(nanos, nanosPerSecond)), //nolint:gosec // below 1e9
	}), nil
}

// DurationFromMap makes a duration of years, quarters, months, weeks, days,
// hours, minutes, seconds, milliseconds, microseconds and nanoseconds, each an
// integer or a float.
func DurationFromMap(fields graph.Value) (graph.Value, error) {
	if fields.Len() == 0 {
		return graph.Value{}, errorf("a duration needs at least one unit")
	}
	var a amount
	for _, f := range fields.Map() {
		name := strings.ToLower(f.Name)
		var whole int64
		var fraction float64
		switch f.Value.Kind() {
		case graph.KindInteger:
			whole = f.Value.Int()
		case graph.KindFloat:
			w, part := math.Modf(f.Value.Float())
			if !(w > -math.MaxInt64 && w < math.MaxInt64) {
				return graph.Value{}, errDurationRange
			}
			whole, fraction = int64(w), part
		default:
			return graph.Value{}, errorf("%s must be a number, not %s", clip(f.Name), f.Value.Kind())
		}
		if !a.add(name, whole, fraction) {
			return graph.Value{}, errorf("a duration has no unit %q", clip(f.Name))
		}
	}
	return a.value()
}

// ParseDuration reads P[nY][nM][nW][nD][T[nH][nM][nS]], where each number may
// have a sign and a fraction, and P<date>T<time>, which counts from nothing.
func ParseDuration(text string) (graph.Value, error) {
	s := scanner{text: text}
	sign := int64(1)
	switch s.peek() {
	case '-':
		sign = -1
		s.pos++
	case '+':
		s.pos++
	}
	if !s.accept('P') || s.done() {
		return graph.Value{}, errNotDuration
	}
	var a amount
	if s.isDate() {
		return s.dateDuration(sign)
	}
	units := [...]struct {
		letter byte
		name   string
	}{{'Y', "years"}, {'M', "months"}, {'W', "weeks"}, {'D', "days"}, {'H', "hours"}, {'M', "minutes"}, {'S', "seconds"}}
	// Units come in this order, each at most once; hours stand behind a T.
	const firstOfTime = 4
	next, end := 0, firstOfTime
	for !s.done() {
		if end == firstOfTime && s.accept('T') {
			next, end = firstOfTime, len(units)
		}
		whole, fraction, err := s.decimal(sign)
		if err != nil {
			return graph.Value{}, err
		}
		for next < end && !s.accept(units[next].letter) {
			next++
		}
		if next == end {
			return graph.Value{}, errNotDuration
		}
		a.add(units[next].name, whole, fraction)
		next++
	}
	return a.value()
}

// isDate tells the form of [scanner.dateDuration] from numbers with units.
func (s *scanner) isDate() bool {
	n := s.run()
	next := scanner{text: s.text, pos: s.pos + n}
	return n == 4 && next.accept('-') || n == 8 && (next.done() || next.accept('T'))
}

// decimal reads a number with sign and fraction. The fraction is exact to nine
// digits.
func (s *scanner) decimal(sign int64) (whole int64, fraction float64, err error) {
	switch s.peek() {
	case '-':
		sign = -sign
		s.pos++
	case '+':
		s.pos++
	}
	n := s.run()
	if n < 1 || n > 19 {
		return 0, 0, errNotDuration
	}
	whole, err = strconv.ParseInt(s.text[s.pos:s.pos+n], 10, 64)
	if err != nil {
		return 0, 0, errDurationRange
	}
	s.pos += n
	if s.accept('.') || s.accept(',') {
		n := s.run()
		if n < 1 || n > 9 {
			return 0, 0, errNotDuration
		}
		fraction, _ = strconv.ParseFloat("0."+s.text[s.pos:s.pos+n], 64)
		s.pos += n
	}
	return sign * whole, float64(sign) * fraction, nil
}

// dateDuration reads YYYY-MM-DDThh:mm:ss.fff, or the same without separators,
// as amounts of each unit.
func (s *scanner) dateDuration(sign int64) (graph.Value, error) {
	var parts [3]int64
	compact := s.run() == 8
	for i, digits := range [...]int{4, 2, 2} {
		if !compact && (i > 0 && !s.accept('-') || s.run() != digits) {
			return graph.Value{}, errNotDuration
		}
		parts[i] = s.number(digits)
	}
	var nanos int64
	if s.accept('T') {
		var err error
		if nanos, err = s.timeOfDay(); err != nil {
			return graph.Value{}, errNotDuration
		}
	}
	if !s.done() || parts[1] > 12 || parts[2] > 31 {
		return graph.Value{}, errNotDuration
	}
	return newDuration(sign*(parts[0]*12+parts[1]), sign*parts[2], 0, sign*nanos)
}

// AddDurations returns the sum of two durations, part by part.
func AddDurations(x, y graph.Value) (graph.Value, error) {
	a, b := x.Duration(), y.Duration()
	months, ok1 := addInts(a.Months, b.Months)
	days, ok2 := addInts(a.Days, b.Days)
	seconds, ok3 := addInts(a.Seconds, b.Seconds)
	if !ok1 || !ok2 || !ok3 {
		return graph.Value{}, errDurationRange
	}
	return newDuration(months, days, seconds, int64(a.Nanos)+int64(b.Nanos))
}

// SubtractDurations returns the difference of two durations, part by part.
func SubtractDurations(x, y graph.Value) (graph.Value, error) {
	a, b := x.Duration(), y.Duration()
	months, ok1 := subInts(a.Months, b.Months)
	days, ok2 := subInts(a.Days, b.Days)
	seconds, ok3 := subInts(a.Seconds, b.Seconds)
	if !ok1 || !ok2 || !ok3 {
		return graph.Value{}, errDurationRange
	}
	return newDuration(months, days, seconds, int64(a.Nanos)-int64(b.Nanos))
}

// ScaleDuration multiplies a duration. A whole factor multiplies each part; with
// a fraction, fractions of months become days, and so on down.
func ScaleDuration(x graph.Value, factor float64) (graph.Value, error) {
	d := x.Duration()
	if factor == math.Trunc(factor) && math.Abs(factor) < 1<<53 {
		n := int64(factor)
		var a amount
		a.into(&a.months, d.Months, n)
		a.into(&a.days, d.Days, n)
		a.into(&a.seconds, d.Seconds, n)
		a.add("nanoseconds", int64(d.Nanos)*(n%nanosPerSecond), 0)
		a.into(&a.seconds, int64(d.Nanos), n/nanosPerSecond)
		return a.value()
	}
	return floatDuration(float64(d.Months)*factor, float64(d.Days)*factor,
		float64(d.Seconds)*factor, float64(d.Nanos)*factor)
}

// DivideDuration divides a duration; fractions go down as in [ScaleDuration].
func DivideDuration(x graph.Value, divisor float64) (graph.Value, error) {
	if divisor == 0 {
		return graph.Value{}, errorf("a duration can not be divided by zero")
	}
	d := x.Duration()
	if divisor == 1 {
		return x, nil
	}
	return floatDuration(float64(d.Months)/divisor, float64(d.Days)/divisor,
		float64(d.Seconds)/divisor, float64(d.Nanos)/divisor)
}

func floatDuration(months, days, seconds, nanos float64) (graph.Value, error) {
	var a amount
	a.intoFloat(&a.months, &a.monthPart, months)
	a.intoFloat(&a.days, &a.dayPart, days)
	a.intoFloat(&a.seconds, &a.secondPart, seconds)
	a.intoFloat(&a.nanos, &a.nanoPart, nanos)
	return a.value()
}
