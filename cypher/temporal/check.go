package temporal

// Texts that are not of any form.
var ( //nolint:gochecknoglobals // immutable
	errNotDate     error = &Error{Reason: "the text can not be parsed to a date"}
	errNotTime     error = &Error{Reason: "the text can not be parsed to a time"}
	errNotDateTime error = &Error{Reason: "the text can not be parsed to a date-time"}
	errNotDuration error = &Error{Reason: "the text can not be parsed to a duration"}
)

func checkPart(name string, value, low, high int64) error {
	if value < low || value > high {
		return errorf("invalid value for %s: it must be %d to %d", name, low, high)
	}
	return nil
}

func dayOfMonth(year int64, month, day int) (int64, error) {
	if err := checkPart("month", int64(month), 1, 12); err != nil {
		return 0, err
	}
	if err := checkPart("day", int64(day), 1, int64(daysInMonth(year, month))); err != nil {
		return 0, err
	}
	return DaysOf(year, month, day), nil
}

func dayOfYear(year int64, day int) (int64, error) {
	if err := checkPart("ordinalDay", int64(day), 1, int64(daysInYear(year))); err != nil {
		return 0, err
	}
	return DaysOf(year, 1, 1) + int64(day) - 1, nil
}

// dayOfWeek takes week 53 of every year; where there is none it is the first
// of the next year.
func dayOfWeek(weekYear int64, week, day int) (int64, error) {
	if err := checkPart("week", int64(week), 1, 53); err != nil {
		return 0, err
	}
	if err := checkPart("dayOfWeek", int64(day), 1, 7); err != nil {
		return 0, err
	}
	return daysOfWeekDate(weekYear, week, day), nil
}

// dayOfQuarter takes day 92 of every quarter; in a shorter one it counts on.
func dayOfQuarter(year int64, quarter, day int) (int64, error) {
	if err := checkPart("quarter", int64(quarter), 1, 4); err != nil {
		return 0, err
	}
	if err := checkPart("dayOfQuarter", int64(day), 1, 92); err != nil {
		return 0, err
	}
	return quarterStart(year, quarter) + int64(day) - 1, nil
}

func checkTime(hour, minute, second int) error {
	if err := checkPart("hour", int64(hour), 0, 23); err != nil {
		return err
	}
	if err := checkPart("minute", int64(minute), 0, 59); err != nil {
		return err
	}
	return checkPart("second", int64(second), 0, 59)
}

func timeNanos(hour, minute, second int, nanos int64) int64 {
	return int64(hour*secondsPerHour+minute*secondsPerMinute+second)*nanosPerSecond + nanos
}
