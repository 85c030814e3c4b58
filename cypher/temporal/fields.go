package temporal

import (
	"strings"

	"github.com/drawbolt/drawbolt/storage/graph"
)

// A field is one number of a map that makes a temporal value.
type field uint8

const (
	fieldYear field = iota
	fieldQuarter
	fieldMonth
	fieldWeek
	fieldDayOfQuarter
	fieldDayOfWeek
	fieldOrdinalDay
	fieldDay
	fieldHour
	fieldMinute
	fieldSecond
	fieldMillisecond
	fieldMicrosecond
	fieldNanosecond
	fieldEpochSeconds
	fieldEpochMillis
	fieldCount
)

var fieldNames = [fieldCount]string{ //nolint:gochecknoglobals // constant table
	"year", "quarter", "month", "week", "dayOfQuarter", "dayOfWeek", "ordinalDay", "day",
	"hour", "minute", "second", "millisecond", "microsecond", "nanosecond",
	"epochSeconds", "epochMillis",
}

// A fieldSet is what a map says.
type fieldSet struct {
	values [fieldCount]int64
	set    [fieldCount]bool

	base [3]graph.Value // the entries date, time and datetime; null without
	zone string         // the entry timezone

	hasZone bool
}

const (
	baseDate = iota
	baseTime
	baseDateTime
)

// fieldsOf reads a map for a value of a kind, and refuses what the kind has no
// use for.
func fieldsOf(m graph.Value, kind graph.Kind) (*fieldSet, error) {
	f := &fieldSet{}
	hasDate := kind == graph.KindDate || kind == graph.KindLocalDateTime || kind == graph.KindDateTime
	hasTime := kind != graph.KindDate
	hasZone := kind == graph.KindTime || kind == graph.KindDateTime
	for _, entry := range m.Map() {
		if entry.Value.IsNull() { // the same as no entry
			continue
		}
		name := strings.ToLower(entry.Name)
		switch {
		case name == "date" && hasDate:
			f.base[baseDate] = entry.Value
		case name == "time" && hasTime:
			f.base[baseTime] = entry.Value
		case name == "datetime" && hasDate && hasTime:
			f.base[baseDateTime] = entry.Value
		case name == "timezone" && hasZone:
			if entry.Value.Kind() != graph.KindString {
				return nil, errorf("timezone must be a string, not %s", entry.Value.Kind())
			}
			f.zone, f.hasZone = entry.Value.Str(), true
		default:
			if err := f.number(entry, hasDate, hasTime, hasZone); err != nil {
				return nil, err
			}
		}
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	return f, nil
}

func (f *fieldSet) number(entry graph.Field, hasDate, hasTime, hasZone bool) error {
	for i, name := range fieldNames {
		if !strings.EqualFold(name, entry.Name) {
			continue
		}
		known := hasDate
		switch {
		case i >= int(fieldEpochSeconds):
			known = hasDate && hasTime && hasZone
		case i >= int(fieldHour):
			known = hasTime
		}
		if !known {
			break
		}
		if entry.Value.Kind() != graph.KindInteger {
			return errorf("%s must be an integer, not %s", name, entry.Value.Kind())
		}
		f.values[i], f.set[i] = entry.Value.Int(), true
		return nil
	}
	return errorf("there is no field %q for this type", clip(entry.Name))
}

func (f *fieldSet) any(fields ...field) bool {
	for _, i := range fields {
		if f.set[i] {
			return true
		}
	}
	return false
}

// check refuses fields that exclude each other.
func (f *fieldSet) check() error {
	hasBase := func(i int) bool { return !f.base[i].IsNull() }
	groups := 0
	for _, group := range [][]field{
		{fieldMonth, fieldDay},
		{fieldWeek, fieldDayOfWeek},
		{fieldQuarter, fieldDayOfQuarter},
		{fieldOrdinalDay},
	} {
		if f.any(group...) {
			groups++
		}
	}
	switch {
	case groups > 1:
		return errorf("a date is given by month and day, by week and dayOfWeek, by quarter and dayOfQuarter, or by ordinalDay")
	case hasBase(baseDateTime) && (hasBase(baseDate) || hasBase(baseTime)):
		return errorf("datetime can not be combined with date or time")
	case f.set[fieldEpochSeconds] && f.set[fieldEpochMillis]:
		return errorf("epochSeconds can not be combined with epochMillis")
	}
	return nil
}

// part returns a field within its range, or otherwise when it is not set.
func (f *fieldSet) part(i field, otherwise, low, high int64) (int64, error) {
	if !f.set[i] {
		return otherwise, nil
	}
	return f.values[i], checkPart(fieldNames[i], f.values[i], low, high)
}

// needs refuses a field without the larger one that it refines.
func (f *fieldSet) needs(small, large field) error {
	if f.set[small] && !f.set[large] {
		return errorf("%s needs %s", fieldNames[small], fieldNames[large])
	}
	return nil
}

// needsDay refuses a time on a date that is not known to the day.
func (f *fieldSet) needsDay() error {
	time := !f.base[baseTime].IsNull()
	for i := fieldHour; i <= fieldNanosecond; i++ {
		time = time || f.set[i]
	}
	if time && !f.any(fieldDay, fieldDayOfWeek, fieldDayOfQuarter, fieldOrdinalDay) {
		return errorf("a time needs a date with a day")
	}
	return nil
}

// date returns the days that the fields describe: changes to base, or a date
// of their own, which needs a year.
func (f *fieldSet) date(base int64, hasBase bool) (int64, error) {
	if !hasBase {
		if !f.set[fieldYear] {
			return 0, errorf("year must be given")
		}
		for _, pair := range [][2]field{
			{fieldDay, fieldMonth}, {fieldDayOfWeek, fieldWeek}, {fieldDayOfQuarter, fieldQuarter},
		} {
			if err := f.needs(pair[0], pair[1]); err != nil {
				return 0, err
			}
		}
		if err := f.needsDay(); err != nil {
			return 0, err
		}
	}
	year, month, day := DateOf(base)
	if !hasBase {
		month, day = 1, 1
	}
	if f.any(fieldWeek, fieldDayOfWeek) {
		return f.weekDate(base, hasBase)
	}
	year, err := f.part(fieldYear, year, -MaxYear, MaxYear)
	if err != nil {
		return 0, err
	}
	switch {
	case f.any(fieldQuarter, fieldDayOfQuarter):
		return f.quarterDate(year, month, day)
	case f.set[fieldOrdinalDay]:
		ordinal, err := f.part(fieldOrdinalDay, 0, 1, 366)
		if err != nil {
			return 0, err
		}
		return dayOfYear(year, int(ordinal))
	}
	m, err := f.part(fieldMonth, int64(month), 1, 12)
	if err != nil {
		return 0, err
	}
	d, err := f.part(fieldDay, int64(min(day, daysInMonth(year, int(m)))), 1, 31)
	if err != nil {
		return 0, err
	}
	return dayOfMonth(year, int(m), int(d))
}

func (f *fieldSet) weekDate(base int64, hasBase bool) (int64, error) {
	weekYear, week, day := int64(0), 1, 1
	if hasBase {
		weekYear, week = weekOf(base)
		day = weekday(base)
	}
	weekYear, err := f.part(fieldYear, weekYear, -MaxYear, MaxYear)
	if err != nil {
		return 0, err
	}
	w, err := f.part(fieldWeek, int64(week), 1, 53)
	if err != nil {
		return 0, err
	}
	d, err := f.part(fieldDayOfWeek, int64(day), 1, 7)
	if err != nil {
		return 0, err
	}
	return dayOfWeek(weekYear, int(w), int(d))
}

// quarterDate moves a month and day into another quarter, to the same place in
// it; a day of the quarter then chooses the day.
func (f *fieldSet) quarterDate(year int64, month, day int) (int64, error) {
	quarter, err := f.part(fieldQuarter, int64((month-1)/3+1), 1, 4)
	if err != nil {
		return 0, err
	}
	if f.set[fieldDayOfQuarter] {
		d, err := f.part(fieldDayOfQuarter, 0, 1, 92)
		if err != nil {
			return 0, err
		}
		return dayOfQuarter(year, int(quarter), int(d))
	}
	month = int(quarter)*3 - 2 + (month-1)%3
	return dayOfMonth(year, month, min(day, daysInMonth(year, month)))
}

// time returns the nanoseconds since midnight that the fields describe: changes
// to base, or a time of its own, in which each unit needs the larger ones.
func (f *fieldSet) time(base int64, hasBase bool) (int64, error) {
	if !hasBase {
		for _, pair := range [][2]field{{fieldMinute, fieldHour}, {fieldSecond, fieldMinute}} {
			if err := f.needs(pair[0], pair[1]); err != nil {
				return 0, err
			}
		}
		if f.any(fieldMillisecond, fieldMicrosecond, fieldNanosecond) && !f.set[fieldSecond] {
			return 0, errorf("a fraction of a second needs second")
		}
	}
	seconds := base / nanosPerSecond
	hour, err := f.part(fieldHour, seconds/secondsPerHour, 0, 23)
	if err != nil {
		return 0, err
	}
	minute, err := f.part(fieldMinute, seconds/secondsPerMinute%60, 0, 59)
	if err != nil {
		return 0, err
	}
	second, err := f.part(fieldSecond, seconds%60, 0, 59)
	if err != nil {
		return 0, err
	}
	nanos := base % nanosPerSecond
	if f.any(fieldMillisecond, fieldMicrosecond, fieldNanosecond) {
		if nanos, err = f.fraction(); err != nil {
			return 0, err
		}
	}
	return timeNanos(int(hour), int(minute), int(second), nanos), nil
}

// fraction adds up milliseconds, microseconds and nanoseconds, where each
// counts below the next larger one that is given.
func (f *fieldSet) fraction() (int64, error) {
	limit, nanos := int64(nanosPerSecond), int64(0)
	for _, unit := range [...]struct {
		field field
		nanos int64
	}{{fieldMillisecond, 1_000_000}, {fieldMicrosecond, 1000}, {fieldNanosecond, 1}} {
		if !f.set[unit.field] {
			continue
		}
		value, err := f.part(unit.field, 0, 0, limit/unit.nanos-1)
		if err != nil {
			return 0, err
		}
		nanos += value * unit.nanos
		limit = unit.nanos
	}
	return nanos, nil
}
