package temporal

// A scanner reads the parts of temporal texts. A method that returns false may
// have moved; the text is then not of the wanted form.
type scanner struct {
	text string
	pos  int
}

func (s *scanner) done() bool { return s.pos == len(s.text) }

// peek returns the next byte, or 0 at the end.
func (s *scanner) peek() byte {
	if s.done() {
		return 0
	}
	return s.text[s.pos]
}

// accept consumes c, which is an upper-case letter or a sign; a letter may
// come in either case.
func (s *scanner) accept(c byte) bool {
	next := s.peek()
	if next >= 'a' && next <= 'z' {
		next -= 'a' - 'A'
	}
	if next != c {
		return false
	}
	s.pos++
	return true
}

// run returns how many digits come next.
func (s *scanner) run() int {
	n := 0
	for s.pos+n < len(s.text) && isDigit(s.text[s.pos+n]) {
		n++
	}
	return n
}

// number reads exactly n digits, at most 18.
func (s *scanner) number(n int) int64 {
	value := int64(0)
	for range n {
		value = value*10 + int64(s.text[s.pos]-'0')
		s.pos++
	}
	return value
}

// short reads a number of one or two digits.
func (s *scanner) short() (int, bool) {
	n := min(s.run(), 2)
	if n == 0 {
		return 0, false
	}
	return int(s.number(n)), true
}

// fraction reads one to nine digits as nanoseconds.
func (s *scanner) fraction() (int32, bool) {
	n := s.run()
	if n < 1 || n > 9 {
		return 0, false
	}
	nanos := s.number(n)
	for range 9 - n {
		nanos *= 10
	}
	return int32(nanos), true //nolint:gosec // below 1e9
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// date reads a date in any of the ISO 8601 forms, as days:
//
//	YYYY  YYYY-MM  YYYYMM  YYYY-MM-DD  YYYYMMDD      calendar
//	YYYY-Www  YYYYWww  YYYY-Www-D  YYYYWwwD          week
//	YYYY-Qq  YYYYQq  YYYY-Qq-DD  YYYYQqDD            quarter
//	YYYY-DDD  YYYYDDD                                day of the year
//
// A year with a sign has one to nine digits and needs the hyphens.
func (s *scanner) date() (int64, error) {
	year, rest, err := s.year()
	if err != nil {
		return 0, err
	}
	switch rest {
	case 4: // MMDD
		return dayOfMonth(year, int(s.number(2)), int(s.number(2)))
	case 3:
		return dayOfYear(year, int(s.number(3)))
	case 2:
		return dayOfMonth(year, int(s.number(2)), 1)
	}
	hyphen := s.accept('-')
	switch {
	case s.accept('W'):
		return s.weekDate(year)
	case s.accept('Q'):
		return s.quarterDate(year)
	case !hyphen:
		return DaysOf(year, 1, 1), nil
	case s.run() == 3:
		return dayOfYear(year, int(s.number(3)))
	}
	digits := s.run()
	month, ok := s.short()
	if !ok {
		return 0, errNotDate
	}
	day := 1
	if s.accept('-') {
		if day, ok = s.short(); !ok {
			return 0, errNotDate
		}
	} else if digits != 2 {
		return 0, errNotDate
	}
	return dayOfMonth(year, month, day)
}

// year reads the year and returns how many digits follow it directly.
func (s *scanner) year() (year int64, rest int, err error) {
	negative := false
	switch s.peek() {
	case '-':
		negative = true
		fallthrough
	case '+':
		s.pos++
		n := s.run()
		if n < 1 || n > 9 {
			return 0, 0, errNotDate
		}
		year = s.number(n)
		if negative {
			year = -year
		}
		return year, 0, nil
	}
	switch n := s.run(); n {
	case 4, 6, 7, 8:
		return s.number(4), n - 4, nil
	}
	return 0, 0, errNotDate
}

func (s *scanner) weekDate(year int64) (int64, error) {
	week, ok := s.short()
	if !ok {
		return 0, errNotDate
	}
	day := 1
	hyphen := s.accept('-')
	if s.run() == 1 {
		day = int(s.number(1))
	} else if hyphen {
		return 0, errNotDate
	}
	return dayOfWeek(year, week, day)
}

func (s *scanner) quarterDate(year int64) (int64, error) {
	if s.run() == 0 {
		return 0, errNotDate
	}
	quarter := int(s.number(1))
	day := 1
	hyphen := s.accept('-')
	if n := s.run(); n == 1 || n == 2 {
		day = int(s.number(n))
	} else if hyphen {
		return 0, errNotDate
	}
	return dayOfQuarter(year, quarter, day)
}

// timeOfDay reads a time in the forms hh, hhmm, hhmmss and h:m, h:m:s, with a
// fraction after the seconds; as nanoseconds.
func (s *scanner) timeOfDay() (int64, error) {
	var hour, minute, second int
	var nanos int32
	hasSecond := false
	switch n := s.run(); n {
	case 1, 2:
		hour = int(s.number(n))
		var ok bool
		if s.accept(':') {
			if minute, ok = s.short(); !ok {
				return 0, errNotTime
			}
			if s.accept(':') {
				if second, ok = s.short(); !ok {
					return 0, errNotTime
				}
				hasSecond = true
			}
		}
	case 4:
		hour, minute = int(s.number(2)), int(s.number(2))
	case 6:
		hour, minute, second = int(s.number(2)), int(s.number(2)), int(s.number(2))
		hasSecond = true
	default:
		return 0, errNotTime
	}
	if hasSecond && (s.accept('.') || s.accept(',')) {
		var ok bool
		if nanos, ok = s.fraction(); !ok {
			return 0, errNotTime
		}
	}
	if err := checkTime(hour, minute, second); err != nil {
		return 0, err
	}
	return timeNanos(hour, minute, second, int64(nanos)), nil
}

// offset reads Z, ±hh, ±hhmm, ±hh:mm or ±hh:mm:ss, in seconds.
func (s *scanner) offset() (int32, bool) {
	if s.accept('Z') {
		return 0, true
	}
	sign := int32(1)
	switch s.peek() {
	case '-':
		sign = -1
	case '+':
	default:
		return 0, false
	}
	s.pos++
	n := s.run()
	var parts [3]int64
	switch n {
	case 2:
		parts[0] = s.number(n)
		for i := 1; i < 3 && s.accept(':'); i++ {
			if s.run() != 2 {
				return 0, false
			}
			parts[i] = s.number(2)
		}
	case 4:
		parts[0], parts[1] = s.number(2), s.number(2)
	default:
		return 0, false
	}
	total := parts[0]*secondsPerHour + parts[1]*secondsPerMinute + parts[2]
	if parts[1] > 59 || parts[2] > 59 || total > maxOffset {
		return 0, false
	}
	return sign * int32(total), true //nolint:gosec // at most maxOffset
}

// zoneName reads a name in brackets.
func (s *scanner) zoneName() (string, bool) {
	if !s.accept('[') {
		return "", false
	}
	start := s.pos
	for !s.done() && s.text[s.pos] != ']' {
		s.pos++
	}
	name := s.text[start:s.pos]
	return name, s.accept(']')
}
