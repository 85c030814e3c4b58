package temporal

import "github.com/drawbolt/drawbolt/storage/graph"

const (
	secondsPerMinute = 60
	secondsPerHour   = 3600
	secondsPerDay    = 86400
	nanosPerSecond   = 1_000_000_000
	nanosPerDay      = secondsPerDay * nanosPerSecond

	// MaxYear is the largest year, and its negation the smallest.
	MaxYear = 999_999_999

	daysPerEra = 146_097 // days in 400 years
	epochShift = 719_468 // days from 0000-03-01 to 1970-01-01
)

// DaysOf returns the days from 1970-01-01 to a date of the proleptic Gregorian
// calendar. A day beyond the month's end counts on into the next month.
func DaysOf(year int64, month, day int) int64 {
	// Years start in March here, so that the leap day comes last.
	if month <= 2 {
		year--
		month += 12
	}
	era := floorDiv(year, 400)
	yearOfEra := year - era*400
	dayOfYear := int64(153*(month-3)+2)/5 + int64(day) - 1
	dayOfEra := yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear
	return era*daysPerEra + dayOfEra - epochShift
}

// DateOf is the inverse of [DaysOf].
func DateOf(days int64) (year int64, month, day int) {
	days += epochShift
	era := floorDiv(days, daysPerEra)
	dayOfEra := days - era*daysPerEra
	yearOfEra := (dayOfEra - dayOfEra/1460 + dayOfEra/36524 - dayOfEra/146096) / 365
	dayOfYear := dayOfEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	shifted := (5*dayOfYear + 2) / 153
	day = int(dayOfYear-(153*shifted+2)/5) + 1
	month = int(shifted) + 3
	year = yearOfEra + era*400
	if month > 12 {
		month -= 12
		year++
	}
	return year, month, day
}

func isLeap(year int64) bool {
	return year%4 == 0 && (year%100 != 0 || year%400 == 0)
}

func daysInMonth(year int64, month int) int {
	switch month {
	case 2:
		if isLeap(year) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

func daysInYear(year int64) int {
	if isLeap(year) {
		return 366
	}
	return 365
}

// weekday returns 1 for Monday … 7 for Sunday.
func weekday(days int64) int { return int(floorMod(days+3, 7)) + 1 }

// weekOf returns the ISO week of a day, and the year that the week counts in:
// the one that holds its Thursday.
func weekOf(days int64) (weekYear int64, week int) {
	thursday := days + 4 - int64(weekday(days))
	weekYear, _, _ = DateOf(thursday)
	return weekYear, int(thursday-DaysOf(weekYear, 1, 1))/7 + 1
}

// daysOfWeekDate is the inverse of [weekOf]; the week may be one too large.
func daysOfWeekDate(weekYear int64, week, day int) int64 {
	fourth := DaysOf(weekYear, 1, 4) // always in week 1
	return fourth - int64(weekday(fourth)) + int64(7*(week-1)+day)
}

// quarterStart returns the first day of a quarter.
func quarterStart(year int64, quarter int) int64 { return DaysOf(year, 3*quarter-2, 1) }

// plusMonths adds months to a date; a day beyond the end of the new month
// becomes its last.
func plusMonths(days, months int64) (int64, error) {
	if months == 0 {
		return days, nil
	}
	year, month, day := DateOf(days)
	total, ok := addInts(year*12+int64(month-1), months)
	if !ok {
		return 0, errRange
	}
	year, month = floorDiv(total, 12), int(floorMod(total, 12))+1
	if year < -MaxYear || year > MaxYear {
		return 0, errRange
	}
	return DaysOf(year, month, min(day, daysInMonth(year, month))), nil
}

// plusDays adds days within the range of dates.
func plusDays(days, more int64) (int64, error) {
	sum, ok := addInts(days, more)
	if !ok {
		return 0, errRange
	}
	return sum, checkDays(sum)
}

// errRange reports a result outside the calendar.
var errRange error = &Error{Reason: "the date is outside of the years -999999999 to 999999999"} //nolint:gochecknoglobals // immutable

// The first and last day of the calendar.
const (
	minDays = -365_243_219_162
	maxDays = 365_241_780_471
)

func checkDays(days int64) error {
	if days < minDays || days > maxDays {
		return errRange
	}
	return nil
}

// localSeconds joins a day and the seconds of the day.
func localSeconds(days, secondOfDay int64) int64 { return days*secondsPerDay + secondOfDay }

// makeDate returns a date value within the calendar.
func makeDate(days int64) (graph.Value, error) {
	if err := checkDays(days); err != nil {
		return graph.Value{}, err
	}
	return graph.Date(days), nil
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

func floorMod(a, b int64) int64 { return a - floorDiv(a, b)*b }

func addInts(a, b int64) (int64, bool) {
	sum := a + b
	return sum, (a^sum)&(b^sum) >= 0
}

func subInts(a, b int64) (int64, bool) {
	diff := a - b
	return diff, (a^b)&(a^diff) >= 0
}

func mulInts(a, b int64) (int64, bool) {
	if a == 0 || b == 0 {
		return 0, true
	}
	product := a * b
	return product, product/b == a && (a != -1 || b != -b) && (b != -1 || a != -a)
}
