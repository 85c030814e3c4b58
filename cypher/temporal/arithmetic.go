package temporal

import "github.com/drawbolt/drawbolt/storage/graph"

// Add returns a date, time or date-time moved by a duration: first the months,
// then the days, then the seconds. A date takes whole days out of the seconds,
// and a time of day goes round within its day. In a named zone, months and days
// move the local time and seconds move the instant.
func Add(v, duration graph.Value) (graph.Value, error) {
	return move(v, duration.Duration(), 1)
}

// Subtract is [Add] with the duration negated.
func Subtract(v, duration graph.Value) (graph.Value, error) {
	return move(v, duration.Duration(), -1)
}

func move(v graph.Value, d graph.Duration, sign int64) (graph.Value, error) {
	months, ok1 := mulInts(d.Months, sign)
	days, ok2 := mulInts(d.Days, sign)
	seconds, ok3 := mulInts(d.Seconds, sign)
	nanos := int64(d.Nanos) * sign
	if !ok1 || !ok2 || !ok3 {
		return graph.Value{}, errDurationRange
	}
	switch v.Kind() {
	case graph.KindDate:
		if d.Seconds < 0 && d.Nanos > 0 {
			seconds += sign // whole seconds towards zero, as the days below
		}
		date, err := moveDate(v.Days(), months, days)
		if err == nil {
			date, err = plusDays(date, seconds/secondsPerDay)
		}
		return graph.Date(date), err
	case graph.KindLocalTime:
		return graph.LocalTime(moveTime(v.TimeOfDay(), seconds, nanos)), nil
	case graph.KindTime:
		return graph.Time(moveTime(v.TimeOfDay(), seconds, nanos), v.Offset()), nil
	case graph.KindLocalDateTime:
		local, err := moveLocal(v.Seconds(), months, days)
		if err != nil {
			return graph.Value{}, err
		}
		local, rest, err := moveInstant(local, int64(v.Nanos()), seconds, nanos)
		return graph.LocalDateTime(local, rest), err
	case graph.KindDateTime:
		return moveDateTime(v, months, days, seconds, nanos)
	default:
		return graph.Value{}, errorf("a duration can not be added to %s", v.Kind())
	}
}

func moveDateTime(v graph.Value, months, days, seconds, nanos int64) (graph.Value, error) {
	p, err := placeOf(*v.Zone())
	if err != nil {
		return graph.Value{}, err
	}
	instant := v.Seconds()
	if months != 0 || days != 0 {
		offset := p.offsetAt(instant)
		local, err := moveLocal(instant+int64(offset), months, days)
		if err != nil {
			return graph.Value{}, err
		}
		instant = p.instant(local, offset)
	}
	instant, rest, err := moveInstant(instant, int64(v.Nanos()), seconds, nanos)
	if err != nil {
		return graph.Value{}, err
	}
	return graph.DateTime(instant, rest, p.at(instant)), nil
}

func moveDate(date, months, days int64) (int64, error) {
	date, err := plusMonths(date, months)
	if err != nil {
		return 0, err
	}
	return plusDays(date, days)
}

func moveLocal(local, months, days int64) (int64, error) {
	date := floorDiv(local, secondsPerDay)
	moved, err := moveDate(date, months, days)
	return local + (moved-date)*secondsPerDay, err
}

func moveInstant(at, atNanos, seconds, nanos int64) (int64, int32, error) {
	nanos += atNanos
	sum, ok := addInts(at, seconds)
	if ok {
		sum, ok = addInts(sum, floorDiv(nanos, nanosPerSecond))
	}
	if !ok {
		return 0, 0, errRange
	}
	return sum, int32(floorMod(nanos, nanosPerSecond)), checkDays(floorDiv(sum, secondsPerDay)) //nolint:gosec // below 1e9
}

func moveTime(nanosOfDay, seconds, nanos int64) int64 {
	return floorMod(nanosOfDay+seconds%secondsPerDay*nanosPerSecond+nanos, nanosPerDay)
}
