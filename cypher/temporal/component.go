package temporal

import (
	"strings"

	"github.com/drawbolt/drawbolt/storage/graph"
)

// Component returns one part of a temporal value or duration by its name, such
// as year, week, timezone, epochSeconds or minutesOfHour, in any case.
func Component(v graph.Value, name string) (graph.Value, error) {
	part, err := component(v, name)
	if err == nil {
		return part, nil
	}
	for i := range spellings {
		spelling := spellings[i]
		if spelling != name && strings.EqualFold(spelling, name) {
			return component(v, spelling)
		}
	}
	return graph.Value{}, err
}

// spellings are the names of components that have capitals.
var spellings = [...]string{ //nolint:gochecknoglobals // constant table
	"weekYear", "dayOfQuarter", "dayOfWeek", "weekDay", "ordinalDay", "offsetMinutes",
	"offsetSeconds", "epochSeconds", "epochMillis", "quartersOfYear", "monthsOfQuarter",
	"monthsOfYear", "daysOfWeek", "minutesOfHour", "secondsOfMinute", "millisecondsOfSecond",
	"microsecondsOfSecond", "nanosecondsOfSecond",
	"year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond",
	"microsecond", "nanosecond", "timezone", "offset", "years", "quarters", "months", "weeks",
	"days", "hours", "minutes", "seconds", "milliseconds", "microseconds", "nanoseconds",
}

func component(v graph.Value, name string) (graph.Value, error) {
	if v.Kind() == graph.KindDuration {
		return durationComponent(v.Duration(), name)
	}
	p, err := partsOf(v)
	if err != nil {
		return graph.Value{}, err
	}
	if p.hasDate {
		if n, ok := dateComponent(p.days, name); ok {
			return graph.Integer(n), nil
		}
	}
	if p.hasTime {
		if n, ok := timeComponent(p.nanos, name); ok {
			return graph.Integer(n), nil
		}
	}
	if p.hasZone {
		if value, ok := zoneComponent(v, &p, name); ok {
			return value, nil
		}
	}
	return graph.Value{}, errorf("%s has no component %q", v.Kind(), clip(name))
}

func dateComponent(days int64, name string) (int64, bool) {
	year, month, day := DateOf(days)
	quarter := (month-1)/3 + 1
	switch name {
	case "year":
		return year, true
	case "quarter":
		return int64(quarter), true
	case "month":
		return int64(month), true
	case "week":
		_, week := weekOf(days)
		return int64(week), true
	case "weekYear":
		weekYear, _ := weekOf(days)
		return weekYear, true
	case "dayOfQuarter":
		return days - quarterStart(year, quarter) + 1, true
	case "dayOfWeek", "weekDay":
		return int64(weekday(days)), true
	case "ordinalDay":
		return days - DaysOf(year, 1, 1) + 1, true
	case "day":
		return int64(day), true
	}
	return 0, false
}

func timeComponent(nanos int64, name string) (int64, bool) {
	seconds := nanos / nanosPerSecond
	switch name {
	case "hour":
		return seconds / secondsPerHour, true
	case "minute":
		return seconds / secondsPerMinute % 60, true
	case "second":
		return seconds % 60, true
	case "millisecond":
		return nanos % nanosPerSecond / 1_000_000, true
	case "microsecond":
		return nanos % nanosPerSecond / 1000, true
	case "nanosecond":
		return nanos % nanosPerSecond, true
	}
	return 0, false
}

func zoneComponent(v graph.Value, p *parts, name string) (graph.Value, bool) {
	switch name {
	case "timezone":
		if p.place.region != nil {
			return graph.String(p.place.region.name), true
		}
		return graph.String(string(appendOffset(nil, p.offset))), true
	case "offset":
		return graph.String(string(appendOffset(nil, p.offset))), true
	case "offsetMinutes":
		return graph.Integer(int64(p.offset / secondsPerMinute)), true
	case "offsetSeconds":
		return graph.Integer(int64(p.offset)), true
	}
	if !p.hasDate {
		return graph.Value{}, false
	}
	switch name {
	case "epochSeconds":
		return graph.Integer(v.Seconds()), true
	case "epochMillis":
		return graph.Integer(v.Seconds()*1000 + int64(v.Nanos())/1_000_000), true
	}
	return graph.Value{}, false
}

func durationComponent(d graph.Duration, name string) (graph.Value, error) {
	nanos := int64(d.Nanos)
	var n int64
	switch name {
	case "years":
		n = d.Months / 12
	case "quarters":
		n = d.Months / 3
	case "months":
		n = d.Months
	case "weeks":
		n = d.Days / 7
	case "days":
		n = d.Days
	case "hours":
		n = d.Seconds / secondsPerHour
	case "minutes":
		n = d.Seconds / secondsPerMinute
	case "seconds":
		n = d.Seconds
	case "milliseconds":
		return scaledComponent(d.Seconds, 1000, nanos/1_000_000)
	case "microseconds":
		return scaledComponent(d.Seconds, 1_000_000, nanos/1000)
	case "nanoseconds":
		return scaledComponent(d.Seconds, nanosPerSecond, nanos)
	case "quartersOfYear":
		n = d.Months / 3 % 4
	case "monthsOfQuarter":
		n = d.Months % 3
	case "monthsOfYear":
		n = d.Months % 12
	case "daysOfWeek":
		n = d.Days % 7
	case "minutesOfHour":
		n = d.Seconds / secondsPerMinute % 60
	case "secondsOfMinute":
		n = d.Seconds % 60
	case "millisecondsOfSecond":
		n = nanos / 1_000_000
	case "microsecondsOfSecond":
		n = nanos / 1000
	case "nanosecondsOfSecond":
		n = nanos
	default:
		return graph.Value{}, errorf("DURATION has no component %q", clip(name))
	}
	return graph.Integer(n), nil
}

func scaledComponent(seconds, scale, rest int64) (graph.Value, error) {
	n, ok := mulInts(seconds, scale)
	if ok {
		n, ok = addInts(n, rest)
	}
	if !ok {
		return graph.Value{}, errDurationRange
	}
	return graph.Integer(n), nil
}
