package temporal

import (
	"strings"

	"github.com/drawbolt/drawbolt/storage/graph"
)

// A parts is a local date and time, and the zone it was read in.
type parts struct {
	hasDate, hasTime, hasZone bool
	days, nanos               int64
	place                     place
	offset                    int32 // that held, when hasZone
}

// partsOf takes a temporal value apart.
func partsOf(v graph.Value) (parts, error) {
	var p parts
	var err error
	switch v.Kind() {
	case graph.KindDate:
		p.hasDate, p.days = true, v.Days()
	case graph.KindLocalTime:
		p.hasTime, p.nanos = true, v.TimeOfDay()
	case graph.KindTime:
		p.hasTime, p.hasZone = true, true
		p.nanos, p.offset = v.TimeOfDay(), v.Offset()
		p.place = place{offset: p.offset}
	case graph.KindLocalDateTime:
		p.hasDate, p.hasTime = true, true
		p.setLocal(v.Seconds(), v.Nanos())
	case graph.KindDateTime:
		p.hasDate, p.hasTime, p.hasZone = true, true, true
		if p.place, err = placeOf(*v.Zone()); err != nil {
			return p, err
		}
		p.offset = p.place.offsetAt(v.Seconds())
		p.setLocal(v.Seconds()+int64(p.offset), v.Nanos())
	default:
		err = errorf("a temporal value is needed, not %s", v.Kind())
	}
	return p, err
}

func (p *parts) setLocal(seconds int64, nanos int32) {
	p.days = floorDiv(seconds, secondsPerDay)
	p.nanos = (seconds-p.days*secondsPerDay)*nanosPerSecond + int64(nanos)
}

func (p *parts) local() int64 { return localSeconds(p.days, p.nanos/nanosPerSecond) }

// value makes a value of a kind from the parts that the kind has.
func (p *parts) value(kind graph.Kind, c *Clock) (graph.Value, error) {
	switch kind {
	case graph.KindDate:
		return makeDate(p.days)
	case graph.KindLocalTime:
		return graph.LocalTime(p.nanos), nil
	case graph.KindLocalDateTime:
		if err := checkDays(p.days); err != nil {
			return graph.Value{}, err
		}
		return joinLocal(p.days, p.nanos), nil
	default:
		return p.zoned(kind, c)
	}
}

// zoned makes a value of one of the two kinds with a zone.
func (p *parts) zoned(kind graph.Kind, c *Clock) (graph.Value, error) {
	if !p.hasZone {
		var err error
		if p.place, err = c.place(); err != nil {
			return graph.Value{}, err
		}
		p.offset = noPreference
	}
	if kind == graph.KindDateTime {
		return p.place.dateTime(p.local(), int32(p.nanos%nanosPerSecond), p.offset)
	}
	if p.place.region != nil && (p.offset == noPreference || !p.hasDate) {
		p.offset = p.place.offsetAt(c.read(StatementTime).Seconds)
	} else if p.place.region == nil {
		p.offset = p.place.offset
	}
	return graph.Time(p.nanos, p.offset), nil
}

// moveTo changes the zone and keeps the instant.
func (p *parts) moveTo(to place) {
	at := p.place.instant(p.local(), p.offset)
	rest := int32(p.nanos % nanosPerSecond)
	days := p.days
	p.place, p.offset = to, to.offsetAt(at)
	p.setLocal(at+int64(p.offset), rest)
	if !p.hasDate {
		p.days = days // a time of day goes round within its day
	}
}

// Convert makes a value of a kind, which is not duration, from another temporal
// value that has its parts. A missing zone is the clock's.
func Convert(kind graph.Kind, v graph.Value, c *Clock) (graph.Value, error) {
	p, err := partsOf(v)
	if err != nil {
		return graph.Value{}, err
	}
	if err := p.suffice(kind, v); err != nil {
		return graph.Value{}, err
	}
	return p.value(kind, c)
}

// suffice refuses to make a date of a time and the reverse.
func (p *parts) suffice(kind graph.Kind, v graph.Value) error {
	needsDate := kind == graph.KindDate || kind == graph.KindLocalDateTime || kind == graph.KindDateTime
	needsTime := kind == graph.KindLocalTime || kind == graph.KindTime
	if needsDate && !p.hasDate || needsTime && !p.hasTime {
		return errorf("%s can not be made of %s", kind, v.Kind())
	}
	return nil
}

// Construct makes a value of a kind, which is not duration, from a map: of
// numbers, of other temporal values under date, time and datetime with numbers
// that replace their parts, and of a timezone. A time that comes with a zone of
// its own is moved into the timezone; any other time is read there. A map of
// nothing but a timezone is the current time.
func Construct(kind graph.Kind, fields graph.Value, c *Clock) (graph.Value, error) {
	if fields.Len() == 1 {
		if only := fields.Map()[0]; strings.EqualFold(only.Name, "timezone") && only.Value.Kind() == graph.KindString {
			return now(kind, StatementTime, only.Value.Str(), c)
		}
	}
	f, err := fieldsOf(fields, kind)
	if err != nil {
		return graph.Value{}, err
	}
	var p parts
	if err := p.from(f, c); err != nil {
		return graph.Value{}, err
	}
	return p.finish(kind, f, c, true)
}

// from takes what the base values of a map give.
func (p *parts) from(f *fieldSet, c *Clock) error {
	if f.any(fieldEpochSeconds, fieldEpochMillis) {
		return p.fromEpoch(f, c)
	}
	for i, v := range f.base {
		if v.IsNull() {
			continue
		}
		q, err := partsOf(v)
		if err != nil {
			return err
		}
		if i != baseTime {
			if !q.hasDate {
				return errorf("%s has no date", v.Kind())
			}
			p.hasDate, p.days = true, q.days
		}
		if i != baseDate {
			if !q.hasTime {
				return errorf("%s has no time", v.Kind())
			}
			p.hasTime, p.nanos = true, q.nanos
			p.hasZone, p.place, p.offset = q.hasZone, q.place, q.offset
		}
	}
	return nil
}

func (p *parts) fromEpoch(f *fieldSet, c *Clock) error {
	seconds, nanos := f.values[fieldEpochSeconds], int64(0)
	if f.set[fieldEpochMillis] {
		millis := f.values[fieldEpochMillis]
		seconds, nanos = floorDiv(millis, 1000), floorMod(millis, 1000)*1_000_000
	}
	if err := checkDays(floorDiv(seconds, secondsPerDay)); err != nil {
		return err
	}
	var err error
	if p.place, err = c.place(); err != nil {
		return err
	}
	p.hasDate, p.hasTime, p.hasZone = true, true, true
	p.offset = p.place.offsetAt(seconds)
	p.setLocal(seconds+int64(p.offset), int32(nanos))
	return nil
}

// finish lets the numbers of a map replace parts and makes the value. A
// timezone moves a time that has a zone when sameInstant is set.
func (p *parts) finish(kind graph.Kind, f *fieldSet, c *Clock, sameInstant bool) (graph.Value, error) {
	var err error
	if kind == graph.KindDate || kind == graph.KindLocalDateTime || kind == graph.KindDateTime {
		if p.days, err = f.date(p.days, p.hasDate); err != nil {
			return graph.Value{}, err
		}
		p.hasDate = true
	}
	if kind != graph.KindDate {
		if kind != graph.KindLocalDateTime && kind != graph.KindDateTime && !p.hasTime && !f.set[fieldHour] {
			return graph.Value{}, errorf("hour must be given")
		}
		if p.nanos, err = f.time(p.nanos, p.hasTime); err != nil {
			return graph.Value{}, err
		}
		p.hasTime = true
	}
	if f.hasZone {
		to, err := parsePlace(f.zone)
		if err != nil {
			return graph.Value{}, err
		}
		if kind == graph.KindTime && to.region != nil {
			to = place{offset: to.offsetAt(c.read(StatementTime).Seconds)}
		}
		if p.hasZone && sameInstant {
			p.moveTo(to)
		} else {
			p.hasZone, p.place, p.offset = true, to, noPreference
		}
	}
	return p.value(kind, c)
}
