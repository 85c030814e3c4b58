package temporal

import "github.com/drawbolt/drawbolt/storage/graph"

// A side is one of two values between which a duration is taken, brought to
// the same shape as the other one.
type side struct {
	hasDate, hasZone bool
	days, nanos      int64 // local date and time of day
	place            place
	instant          int64 // UTC seconds, when hasZone
}

func (s *side) local() int64 { return localSeconds(s.days, floorDiv(s.nanos, nanosPerSecond)) }

func sideOf(v graph.Value) (side, error) {
	var s side
	var err error
	switch v.Kind() {
	case graph.KindDate:
		s.hasDate, s.days = true, v.Days()
	case graph.KindLocalTime:
		s.nanos = v.TimeOfDay()
	case graph.KindTime:
		s.hasZone, s.nanos, s.place = true, v.TimeOfDay(), place{offset: v.Offset()}
	case graph.KindLocalDateTime:
		s.hasDate = true
		s.setLocal(v.Seconds(), v.Nanos())
	case graph.KindDateTime:
		s.hasDate, s.hasZone, s.instant = true, true, v.Seconds()
		s.place, err = placeOf(*v.Zone())
		if err == nil {
			s.setLocal(s.instant+int64(s.place.offsetAt(s.instant)), v.Nanos())
		}
	default:
		err = errorf("a duration can not be taken from or to %s", v.Kind())
	}
	return s, err
}

func (s *side) setLocal(seconds int64, nanos int32) {
	s.days = floorDiv(seconds, secondsPerDay)
	s.nanos = (seconds-s.days*secondsPerDay)*nanosPerSecond + int64(nanos)
}

// sidesOf gives both values a date, a time and a zone when either has it: the
// date and the zone come from the other value, the time is midnight. In the
// end both local times are in the first one's zone, and the first one's hasDate
// and hasZone tell what both have.
func sidesOf(from, to graph.Value) (a, b side, err error) {
	a, err = sideOf(from)
	if err != nil {
		return a, b, err
	}
	b, err = sideOf(to)
	if err != nil {
		return a, b, err
	}
	switch {
	case a.hasDate && !b.hasDate:
		b.days = a.days
	case b.hasDate && !a.hasDate:
		a.days = b.days
	}
	switch {
	case a.hasZone && !b.hasZone:
		b.place = a.place
	case b.hasZone && !a.hasZone:
		a.place = b.place
	}
	if !a.hasZone && !b.hasZone {
		a.hasDate = a.hasDate || b.hasDate
		return a, b, nil
	}
	for _, s := range []*side{&a, &b} {
		if !s.hasDate || !s.hasZone { // the instant is not known yet
			s.instant = s.place.instant(s.local(), noPreference)
		}
	}
	if b.hasZone {
		b.setLocal(b.instant+int64(a.place.offsetAt(b.instant)), int32(floorMod(b.nanos, nanosPerSecond))) //nolint:gosec // below 1e9
	}
	a.hasZone, b.hasZone = true, true
	a.hasDate = a.hasDate || b.hasDate
	return a, b, nil
}

// dateBefore returns b's date, one day closer to a when b's time of day lies
// closer to a than a's: the last day that is fully walked.
func dateBefore(a, b *side) int64 {
	switch {
	case b.days > a.days && b.nanos < a.nanos:
		return b.days - 1
	case b.days < a.days && b.nanos > a.nanos:
		return b.days + 1
	}
	return b.days
}

func monthsBetween(from, to int64) int64 {
	packed := func(days int64) int64 {
		year, month, day := DateOf(days)
		return (year*12+int64(month))*32 + int64(day)
	}
	return (packed(to) - packed(from)) / 32
}

var errNoDates error = &Error{Reason: "between two times of day there are no months or days"} //nolint:gochecknoglobals // immutable

// InMonths returns the whole months from one value to another, one of which
// must have a date.
func InMonths(from, to graph.Value) (graph.Value, error) {
	a, b, err := sidesOf(from, to)
	if err != nil {
		return graph.Value{}, err
	}
	if !a.hasDate {
		return graph.Value{}, errNoDates
	}
	return newDuration(monthsBetween(a.days, dateBefore(&a, &b)), 0, 0, 0)
}

// InDays returns the whole days from one value to another, one of which must
// have a date.
func InDays(from, to graph.Value) (graph.Value, error) {
	a, b, err := sidesOf(from, to)
	if err != nil {
		return graph.Value{}, err
	}
	if !a.hasDate {
		return graph.Value{}, errNoDates
	}
	return newDuration(0, dateBefore(&a, &b)-a.days, 0, 0)
}

// InSeconds returns the seconds from one value to another. Between values with
// a zone they are seconds that pass, on days of 23 or 25 hours too.
func InSeconds(from, to graph.Value) (graph.Value, error) {
	a, b, err := sidesOf(from, to)
	if err != nil {
		return graph.Value{}, err
	}
	return newDuration(0, 0, secondsFrom(&a, &b), nanosFrom(&a, &b))
}

func secondsFrom(a, b *side) int64 {
	if a.hasZone {
		return b.instant - a.instant
	}
	return b.local() - a.local()
}

func nanosFrom(a, b *side) int64 {
	return floorMod(b.nanos, nanosPerSecond) - floorMod(a.nanos, nanosPerSecond)
}

// Between returns the months, then the days, then the seconds from one value
// to another.
func Between(from, to graph.Value) (graph.Value, error) {
	a, b, err := sidesOf(from, to)
	if err != nil {
		return graph.Value{}, err
	}
	if !a.hasDate {
		return newDuration(0, 0, secondsFrom(&a, &b), nanosFrom(&a, &b))
	}
	end := dateBefore(&a, &b)
	months := monthsBetween(a.days, end)
	moved, err := plusMonths(a.days, months)
	if err != nil {
		return graph.Value{}, err
	}
	days := end - moved
	a.days = end
	if a.hasZone {
		a.instant = a.place.instant(a.local(), a.place.offsetAt(a.instant))
	}
	return newDuration(months, days, secondsFrom(&a, &b), nanosFrom(&a, &b))
}
