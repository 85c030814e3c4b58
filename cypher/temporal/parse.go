package temporal

import "github.com/drawbolt/drawbolt/storage/graph"

// ParseDate reads a date: 2015-07-21, 20150721, 2015-W30-2, 2015-202 and the
// other forms of ISO 8601, with years of more digits behind a sign.
func ParseDate(text string) (graph.Value, error) {
	s := scanner{text: text}
	days, err := s.date()
	if err != nil {
		return graph.Value{}, err
	}
	if !s.done() {
		return graph.Value{}, errNotDate
	}
	return makeDate(days)
}

// ParseLocalTime reads a time of day without zone: 21:40:32.142, 214032, 21.
func ParseLocalTime(text string) (graph.Value, error) {
	s := scanner{text: text}
	nanos, err := s.timeOfDay()
	if err != nil {
		return graph.Value{}, err
	}
	if !s.done() {
		return graph.Value{}, errNotTime
	}
	return graph.LocalTime(nanos), nil
}

// ParseTime reads a time of day with an offset; without one, the offset of the
// clock's zone at the clock's statement time holds.
func ParseTime(text string, c *Clock) (graph.Value, error) {
	s := scanner{text: text}
	nanos, err := s.timeOfDay()
	if err != nil {
		return graph.Value{}, err
	}
	if s.done() {
		p, err := c.place()
		if err != nil {
			return graph.Value{}, err
		}
		return graph.Time(nanos, p.offsetAt(c.read(StatementTime).Seconds)), nil
	}
	offset, ok := s.offset()
	if !ok || !s.done() {
		return graph.Value{}, errNotTime
	}
	return graph.Time(nanos, offset), nil
}

// localDateTime reads a date and, behind a T, a time; the time may be missing.
func (s *scanner) localDateTime() (days, nanos int64, err error) {
	days, err = s.date()
	if err != nil {
		return 0, 0, err
	}
	if err := checkDays(days); err != nil {
		return 0, 0, err
	}
	switch {
	case s.accept('T'):
		nanos, err = s.timeOfDay()
	case !s.done():
		err = errNotDateTime
	}
	return days, nanos, err
}

// ParseLocalDateTime reads a date and time without zone.
func ParseLocalDateTime(text string) (graph.Value, error) {
	s := scanner{text: text}
	days, nanos, err := s.localDateTime()
	if err != nil {
		return graph.Value{}, err
	}
	if !s.done() {
		return graph.Value{}, errNotDateTime
	}
	return joinLocal(days, nanos), nil
}

// ParseDateTime reads a date and time with an offset, a zone name in brackets
// or both; without either, the clock's zone holds. An offset beside a name must
// be one that the zone has at that local time.
func ParseDateTime(text string, c *Clock) (graph.Value, error) {
	s := scanner{text: text}
	days, nanos, err := s.localDateTime()
	if err != nil {
		return graph.Value{}, err
	}
	offset, hasOffset := int32(noPreference), false
	if !s.done() && s.peek() != '[' {
		if offset, hasOffset = s.offset(); !hasOffset {
			return graph.Value{}, errNotDateTime
		}
	}
	p := place{offset: offset}
	switch {
	case !s.done():
		name, ok := s.zoneName()
		if !ok || !s.done() {
			return graph.Value{}, errNotDateTime
		}
		if p, err = parsePlace(name); err != nil {
			return graph.Value{}, err
		}
		if p.region == nil && hasOffset && p.offset != offset {
			return graph.Value{}, errorf("the offset does not belong to the time zone %q", clip(name))
		}
	case !hasOffset:
		if p, err = c.place(); err != nil {
			return graph.Value{}, err
		}
	}
	local := localSeconds(days, nanos/nanosPerSecond)
	if p.region != nil && hasOffset && p.region.offsetAt(local-int64(offset)) != offset {
		return graph.Value{}, errorf("the offset does not belong to the time zone %q at that time", p.region.name)
	}
	return p.dateTime(local, int32(nanos%nanosPerSecond), offset)
}

// joinLocal returns a local date-time value.
func joinLocal(days, nanos int64) graph.Value {
	return graph.LocalDateTime(localSeconds(days, nanos/nanosPerSecond), int32(nanos%nanosPerSecond))
}
