package temporal

import (
	"strings"

	"github.com/drawbolt/drawbolt/storage/graph"
)

// Truncate cuts a temporal value down to a unit and makes a value of a kind,
// which is not duration, of it. The fields of a map, which may be null, then
// replace smaller parts; a timezone among them replaces the zone and keeps the
// local time.
func Truncate(kind graph.Kind, unit string, v, fields graph.Value, c *Clock) (graph.Value, error) {
	p, err := partsOf(v)
	if err != nil {
		return graph.Value{}, err
	}
	if err := p.suffice(kind, v); err != nil {
		return graph.Value{}, err
	}
	unit = strings.ToLower(unit)
	level, ok := p.truncate(unit)
	switch {
	case !ok:
		return graph.Value{}, errorf("there is no unit %q to truncate to", clip(unit))
	case level < levelDay && (kind == graph.KindLocalTime || kind == graph.KindTime):
		return graph.Value{}, errorf("%s can not be truncated to %q", kind, clip(unit))
	case level > levelDay && (kind == graph.KindDate || !p.hasTime):
		return graph.Value{}, errorf("%s can not be truncated to %q", kind, clip(unit))
	}
	p.hasTime = true
	if fields.IsNull() || fields.Len() == 0 {
		return p.value(kind, c)
	}
	f, err := fieldsOf(fields, kind)
	if err != nil {
		return graph.Value{}, err
	}
	// What is smaller than the unit counts below the fraction that is left.
	fraction := p.nanos % nanosPerSecond
	switch {
	case unit == "millisecond" && f.any(fieldMicrosecond, fieldNanosecond):
		f.values[fieldMillisecond], f.set[fieldMillisecond] = fraction/1_000_000, true
	case unit == "microsecond" && f.set[fieldNanosecond]:
		f.values[fieldMicrosecond], f.set[fieldMicrosecond] = fraction/1000, true
	}
	return p.finish(kind, f, c, false)
}

// levelDay separates units of dates, below it, from units of times, above.
const levelDay = 0

// truncate cuts the parts down to a unit. It returns whether the unit is
// larger than a day, a day, or smaller.
func (p *parts) truncate(unit string) (level int, ok bool) {
	year, month, _ := DateOf(p.days)
	switch unit {
	case "millennium":
		p.days = DaysOf(year/1000*1000, 1, 1)
	case "century":
		p.days = DaysOf(year/100*100, 1, 1)
	case "decade":
		p.days = DaysOf(year/10*10, 1, 1)
	case "year":
		p.days = DaysOf(year, 1, 1)
	case "weekyear":
		weekYear, _ := weekOf(p.days)
		p.days = daysOfWeekDate(weekYear, 1, 1)
	case "quarter":
		p.days = quarterStart(year, (month-1)/3+1)
	case "month":
		p.days = DaysOf(year, month, 1)
	case "week":
		p.days -= int64(weekday(p.days) - 1)
	default:
		return p.truncateTime(unit)
	}
	p.nanos = 0
	return levelDay - 1, true
}

func (p *parts) truncateTime(unit string) (level int, ok bool) {
	var step int64
	switch unit {
	case "day":
		p.nanos = 0
		return levelDay, true
	case "hour":
		step = secondsPerHour * nanosPerSecond
	case "minute":
		step = secondsPerMinute * nanosPerSecond
	case "second":
		step = nanosPerSecond
	case "millisecond":
		step = 1_000_000
	case "microsecond":
		step = 1000
	default:
		return 0, false
	}
	p.nanos -= p.nanos % step
	return levelDay + 1, true
}
