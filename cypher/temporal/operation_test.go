package temporal_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/cypher/temporal"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// fields reads "year=2024 timezone=+01:00 date=@2024-01-02": integers, texts,
// floats with a point, and temporal values behind an at sign.
func fields(tb testing.TB, text string) graph.Value {
	tb.Helper()
	var out []graph.Field
	for entry := range strings.FieldsSeq(text) {
		name, written, _ := strings.Cut(entry, "=")
		var v graph.Value
		if temporalText, ok := strings.CutPrefix(written, "@"); ok {
			v = value(tb, temporalText)
		} else if n, err := strconv.ParseInt(written, 10, 64); err == nil && written[0] != '+' {
			v = graph.Integer(n)
		} else if f, err := strconv.ParseFloat(written, 64); err == nil && written[0] != '+' {
			v = graph.Float(f)
		} else if written != "null" {
			v = graph.String(written)
		}
		out = append(out, graph.Field{Name: name, Value: v})
	}
	return graph.Map(out)
}

var (
	date          = graph.KindDate
	localTime     = graph.KindLocalTime
	zonedTime     = graph.KindTime
	localDateTime = graph.KindLocalDateTime
	dateTime      = graph.KindDateTime
)

func TestConstruct(t *testing.T) {
	for _, tt := range []struct {
		kind   graph.Kind
		fields string
		want   string
	}{
		{date, "year=2024 month=2 day=29", "2024-02-29"},
		{date, "year=2024", "2024-01-01"},
		{date, "year=2024 week=9 dayOfWeek=4", "2024-02-29"},
		{date, "year=2023 week=53", "2024-01-01"},
		{date, "year=2024 quarter=1 dayOfQuarter=60", "2024-02-29"},
		{date, "year=2024 ordinalDay=366", "2024-12-31"},
		{date, "YEAR=2024 Month=2", "2024-02-01"},
		{date, "year=2024 month=null", "2024-01-01"},
		{date, "date=@2024-03-31 month=2", "2024-02-29"},
		{date, "date=@2024-02-29 year=2023", "2023-02-28"},
		{date, "date=@2024-12-31 quarter=2", "2024-06-30"},
		{date, "date=@2024-12-31 dayOfWeek=1", "2024-12-30"},
		{date, "date=@2024-12-31 week=2", "2025-01-07"},
		{date, "date=@2024-02-29T07:08+01:00 day=1", "2024-02-01"},
		{date, "", "!year"},
		{date, "month=2", "!year"},
		{date, "year=2024 day=3", "!month"},
		{date, "year=2024 dayOfWeek=3", "!week"},
		{date, "year=2024 dayOfQuarter=3", "!quarter"},
		{date, "year=2024 month=2 week=3", "!by week"},
		{date, "year=2024 month=2 day=30", "!day"},
		{date, "year=2024 hour=3", "!hour"},
		{date, "year=2024 moon=3", "!moon"},
		{date, "year=2024.5", "!integer"},
		{date, "year=1000000000", "!year"},
		{date, "date=@T07:08", "!no date"},
		{date, "date=text", "!temporal value"},

		{localTime, "hour=7 minute=8 second=9 nanosecond=5", "07:08:09.000000005"},
		{localTime, "hour=7 minute=8 second=9 millisecond=1 microsecond=2 nanosecond=3", "07:08:09.001002003"},
		{localTime, "time=@T07:08:09.123456789 second=1", "07:08:01.123456789"},
		{localTime, "time=@T07:08:09.123456789 millisecond=5", "07:08:09.005"},
		{localTime, "", "!hour"},
		{localTime, "hour=7 second=9", "!minute"},
		{localTime, "hour=7 nanosecond=9", "!second"},
		{localTime, "hour=7 minute=8 second=9 millisecond=1 nanosecond=1000000", "!nanosecond"},
		{localTime, "time=@2024-01-01", "!no time"},

		{zonedTime, "hour=7 timezone=+01:00", "07:00:00+01:00"},
		{zonedTime, "hour=7", "07:00:00Z"},
		{zonedTime, "time=@T07:08+01:00 timezone=-05:00", "01:08:00-05:00"},
		{zonedTime, "time=@T01:08+05:00 timezone=-05:00", "15:08:00-05:00"},
		{zonedTime, "time=@T07:08 timezone=-05:00", "07:08:00-05:00"},

		{localDateTime, "year=2024 month=2 day=29 hour=7", "2024-02-29T07:00:00"},
		{localDateTime, "date=@2024-02-29 time=@T07:08+01:00", "2024-02-29T07:08:00"},
		{localDateTime, "datetime=@2024-02-29T07:08 day=1 minute=0", "2024-02-01T07:00:00"},
		{localDateTime, "year=2024 hour=7", "!day"},
		{localDateTime, "datetime=@2024-02-29", "!no time"},
		{localDateTime, "datetime=@2024-02-29T07:08 date=@2024-02-29", "!combined"},
		{localDateTime, "epochSeconds=7", "!epochSeconds"},

		{dateTime, "year=2024 month=7 day=1 timezone=Europe/Paris", "2024-07-01T00:00:00+02:00[Europe/Paris]"},
		{dateTime, "date=@2024-02-29T07:08+05:00 hour=1", "2024-02-29T01:00:00Z"},
		{dateTime, "date=@2024-02-29 time=@T07:08+05:00", "2024-02-29T07:08:00+05:00"},
		{dateTime, "date=@2024-02-29 time=@T23:30-08:00 timezone=Europe/Paris", "2024-03-01T08:30:00+01:00[Europe/Paris]"},
		{dateTime, "datetime=@2024-01-31T00:30[Europe/Paris] timezone=America/New_York day=15", "2024-01-14T18:30:00-05:00[America/New_York]"},
		{dateTime, "datetime=@2024-01-31T00:30[Europe/Paris] month=7", "2024-07-31T00:30:00+02:00[Europe/Paris]"},
		{dateTime, "epochSeconds=100 nanosecond=5", "1970-01-01T00:01:40.000000005Z"},
		{dateTime, "epochMillis=-1 timezone=Europe/Paris", "1970-01-01T00:59:59.999+01:00[Europe/Paris]"},
		{dateTime, "epochSeconds=1 epochMillis=1", "!combined"},
		{dateTime, "year=2024 timezone=", "!unknown time zone"},
		{dateTime, "year=2024 timezone=5", "!string"},
	} {
		got, err := temporal.Construct(tt.kind, fields(t, tt.fields), nil)
		check(t, "Construct("+tt.kind.String()+", "+tt.fields+")", got, err, tt.want)
	}
}

func TestConvert(t *testing.T) {
	for _, tt := range []struct {
		kind       graph.Kind
		from, want string
	}{
		{date, "2024-02-29T07:08+01:00", "2024-02-29"},
		{localTime, "2024-02-29T07:08+01:00", "07:08:00"},
		{zonedTime, "2024-07-01T07:08[Europe/Paris]", "07:08:00+02:00"},
		{zonedTime, "T07:08", "07:08:00Z"},
		{localDateTime, "2024-02-29", "2024-02-29T00:00:00"},
		{localDateTime, "2024-07-01T07:08[Europe/Paris]", "2024-07-01T07:08:00"},
		{dateTime, "2024-02-29T07:08", "2024-02-29T07:08:00Z"},
		{dateTime, "2024-07-01T07:08[Europe/Paris]", "2024-07-01T07:08:00+02:00[Europe/Paris]"},
		{date, "T07:08", "!LOCAL TIME"},
		{localTime, "2024-02-29", "!DATE"},
		{date, "P1D", "!DURATION"},
	} {
		got, err := temporal.Convert(tt.kind, value(t, tt.from), nil)
		check(t, "Convert("+tt.kind.String()+", "+tt.from+")", got, err, tt.want)
	}
}

func TestTruncate(t *testing.T) {
	const at = "2024-02-29T07:08:09.123456789[Europe/Paris]"
	for _, tt := range []struct {
		kind                     graph.Kind
		unit, from, fields, want string
	}{
		{date, "millennium", at, "", "2000-01-01"},
		{date, "century", "1984-02-29", "", "1900-01-01"},
		{date, "decade", at, "", "2020-01-01"},
		{date, "year", at, "day=5", "2024-01-05"},
		{date, "weekYear", "2023-01-01", "", "2022-01-03"},
		{date, "quarter", "2024-06-30", "", "2024-04-01"},
		{date, "month", at, "", "2024-02-01"},
		{date, "week", at, "dayOfWeek=2", "2024-02-27"},
		{date, "day", at, "", "2024-02-29"},
		{date, "hour", at, "", "!hour"},
		{date, "moon", at, "", "!moon"},
		{date, "day", "T07:08", "", "!DATE"},
		{localDateTime, "hour", at, "minute=3", "2024-02-29T07:03:00"},
		{localDateTime, "hour", "2024-02-29", "", "!hour"},
		{dateTime, "year", at, "", "2024-01-01T00:00:00+01:00[Europe/Paris]"},
		{dateTime, "year", at, "month=7", "2024-07-01T00:00:00+02:00[Europe/Paris]"},
		{dateTime, "minute", at, "timezone=-01:00", "2024-02-29T07:08:00-01:00"},
		{dateTime, "day", "2024-02-29", "", "2024-02-29T00:00:00Z"},
		{zonedTime, "day", at, "nanosecond=2", "00:00:00.000000002+01:00"},
		{zonedTime, "second", "T07:08:09.5", "timezone=+05:00", "07:08:09+05:00"},
		{zonedTime, "millisecond", at, "nanosecond=2", "07:08:09.123000002+01:00"},
		{localTime, "microsecond", at, "nanosecond=2", "07:08:09.123456002"},
		{localTime, "month", at, "", "!month"},
	} {
		got, err := temporal.Truncate(tt.kind, tt.unit, value(t, tt.from), fields(t, tt.fields), nil)
		check(t, "Truncate("+tt.kind.String()+", "+tt.unit+", "+tt.from+", "+tt.fields+")", got, err, tt.want)
	}
}

func TestArithmetic(t *testing.T) {
	for _, tt := range []struct{ left, op, right, want string }{
		{"2024-01-31", "+", "P1M", "2024-02-29"},
		{"2024-03-31", "-", "P1M", "2024-02-29"},
		{"2024-01-31", "+", "PT25H", "2024-02-01"},
		{"2024-01-31", "-", "PT25H", "2024-01-30"},
		{"2024-01-31", "-", "PT23H59M59.5S", "2024-01-31"},
		{"+999999999-12-31", "+", "P1D", "!years"},
		{"2024-01-31", "+", "P9223372036854775807M", "!years"},
		{"T23:00", "+", "PT2H", "01:00:00"},
		{"T00:00:00.5+01:00", "-", "PT1H0.75S", "22:59:59.75+01:00"},
		{"2024-01-31T23:00", "+", "P1MT1H0.5S", "2024-03-01T00:00:00.5"},
		{"2024-03-30T02:30[Europe/Berlin]", "+", "P1D", "2024-03-31T03:30:00+02:00[Europe/Berlin]"},
		{"2024-03-30T02:30[Europe/Berlin]", "+", "PT24H", "2024-03-31T03:30:00+02:00[Europe/Berlin]"},
		{"2024-03-30T12:00[Europe/Berlin]", "+", "PT24H", "2024-03-31T13:00:00+02:00[Europe/Berlin]"},
		{"2024-11-27T02:30[Europe/Berlin]", "-", "P1M", "2024-10-27T02:30:00+01:00[Europe/Berlin]"},
		{"P1M2DT3S", "+", "P1M-5DT0.5S", "P2M-3DT3.5S"},
		{"PT1S", "-", "P1DT1.25S", "P-1DT-0.25S"},
		{"PT9223372036854775807S", "+", "PT1S", "!64 bits"},
		{"P1M", "*", "0.5", "P15DT5H14M33S"},
		{"P1M1DT1.5S", "*", "-2", "P-2M-2DT-3S"},
		{"PT10.000000005S", "*", "3", "PT30.000000015S"},
		{"P9223372036854775807D", "*", "2", "!64 bits"},
		{"P7M", "/", "2", "P3M15DT5H14M33S"},
		{"PT1S", "/", "3", "PT0.333333333S"},
		{"PT1S", "/", "0", "!zero"},
		{"P1D", "*", "NaN", "!64 bits"},
	} {
		left := value(t, tt.left)
		var got graph.Value
		var err error
		number, _ := strconv.ParseFloat(tt.right, 64)
		switch {
		case tt.op == "*":
			got, err = temporal.ScaleDuration(left, number)
		case tt.op == "/":
			got, err = temporal.DivideDuration(left, number)
		case tt.op == "+" && left.Kind() == graph.KindDuration:
			got, err = temporal.AddDurations(left, value(t, tt.right))
		case left.Kind() == graph.KindDuration:
			got, err = temporal.SubtractDurations(left, value(t, tt.right))
		case tt.op == "+":
			got, err = temporal.Add(left, value(t, tt.right))
		default:
			got, err = temporal.Subtract(left, value(t, tt.right))
		}
		check(t, tt.left+" "+tt.op+" "+tt.right, got, err, tt.want)
	}
}

func TestBetween(t *testing.T) {
	for _, tt := range []struct{ from, to, between, months, days, seconds string }{
		{"2024-01-31", "2024-02-29", "P29D", "PT0S", "P29D", "PT696H"},
		{"2024-02-29", "2025-02-28", "P11M30D", "P11M", "P365D", "PT8760H"},
		{"2024-03-11", "2022-06-24", "P-1Y-8M-17D", "P-1Y-8M", "P-626D", "PT-15024H"},
		{"2024-01-01T12:00", "2024-02-01T11:00", "P30DT23H", "PT0S", "P30D", "PT743H"},
		{"2024-01-01", "T16:30+01:00", "PT16H30M", "PT0S", "PT0S", "PT16H30M"},
		{"T14:30Z", "2024-07-01T21:40+01:00", "PT6H10M", "PT0S", "PT0S", "PT6H10M"},
		{"2024-10-26T12:00[Europe/Berlin]", "2024-10-27T12:00[Europe/Berlin]", "P1D", "PT0S", "P1D", "PT25H"},
		{"2024-10-27T00:00[Europe/Berlin]", "T04:00", "PT5H", "PT0S", "PT0S", "PT5H"},
		{"2024-10-27T02:30+02:00[Europe/Berlin]", "2024-10-27T02:30+01:00[Europe/Berlin]", "PT1H", "PT0S", "PT0S", "PT1H"},
		{"T00:10Z", "T23:00-05:00", "PT27H50M", "!times of day", "!times of day", "PT27H50M"},
		{"T12:00:00.75", "T12:00:00.25", "PT-0.5S", "!times of day", "!times of day", "PT-0.5S"},
		{"-999999999-01-01", "+999999999-12-31", "P1999999998Y11M30D", "P1999999998Y11M", "P730484999633D", "PT17531639991192H"},
		{"2024-01-01", "P1D", "!DURATION", "!DURATION", "!DURATION", "!DURATION"},
	} {
		from, to := value(t, tt.from), value(t, tt.to)
		for _, call := range []struct {
			name string
			fn   func(from, to graph.Value) (graph.Value, error)
			want string
		}{
			{"Between", temporal.Between, tt.between},
			{"InMonths", temporal.InMonths, tt.months},
			{"InDays", temporal.InDays, tt.days},
			{"InSeconds", temporal.InSeconds, tt.seconds},
		} {
			got, err := call.fn(from, to)
			check(t, call.name+"("+tt.from+", "+tt.to+")", got, err, call.want)
		}
	}
}

func TestDurationFromMap(t *testing.T) {
	for _, tt := range []struct{ fields, want string }{
		{"years=1 quarters=1 months=1 weeks=1 days=1", "P1Y4M8D"},
		{"hours=1 minutes=1 seconds=1 milliseconds=1 microseconds=1 nanoseconds=1", "PT1H1M1.001001001S"},
		{"months=0.75", "P22DT19H51M49.5S"},
		{"months=-0.75", "P-22DT-19H-51M-49.5S"},
		{"days=0.1", "PT2H24M"},
		{"seconds=-60 milliseconds=-1", "PT-1M-0.001S"},
		{"seconds=2 milliseconds=-1", "PT1.999S"},
		{"nanoseconds=1000000000000", "PT16M40S"},
		{"", "!at least one"},
		{"moons=1", "!moons"},
		{"days=text", "!number"},
		{"days=1e300", "!64 bits"},
		{"years=9223372036854775807", "!64 bits"},
	} {
		got, err := temporal.DurationFromMap(fields(t, tt.fields))
		check(t, "DurationFromMap("+tt.fields+")", got, err, tt.want)
	}
}

func TestComponents(t *testing.T) {
	for _, tt := range []struct{ value, parts string }{
		{"2024-02-29", "year=2024 quarter=1 month=2 week=9 weekYear=2024 dayOfQuarter=60 dayOfWeek=4 weekDay=4 weekday=4 ordinalDay=60 day=29"},
		{"T07:08:09.123456789", "hour=7 minute=8 second=9 millisecond=123 microsecond=123456 nanosecond=123456789"},
		{"T07:08-01:30", "timezone=-01:30 offset=-01:30 offsetMinutes=-90 offsetSeconds=-5400"},
		{"2024-07-01T00:00[Europe/Paris]", "timezone=Europe/Paris offset=+02:00 epochSeconds=1719784800 epochMillis=1719784800000 YEAR=2024"},
		{"1969-12-31T23:59:59.5Z", "epochMillis=-500 timezone=Z"},
		{
			"P1Y4M10DT1H1M1.111111111S",
			"years=1 quarters=5 months=16 weeks=1 days=10 hours=1 minutes=61 seconds=3661 milliseconds=3661111 " +
				"microseconds=3661111111 nanoseconds=3661111111111 quartersOfYear=1 monthsOfQuarter=1 monthsOfYear=4 " +
				"daysOfWeek=3 minutesOfHour=1 secondsOfMinute=1 millisecondsOfSecond=111 microsecondsOfSecond=111111 nanosecondsOfSecond=111111111",
		},
	} {
		v := value(t, tt.value)
		for part := range strings.FieldsSeq(tt.parts) {
			name, want, _ := strings.Cut(part, "=")
			got, err := temporal.Component(v, name)
			text := ""
			if err == nil {
				text = strings.Trim(strings.TrimSpace(fmtValue(got)), `"`)
			}
			if text != want {
				t.Errorf("Component(%s, %s) = %s, %v; want %s", tt.value, name, text, err, want)
			}
		}
	}
	for _, tt := range [][2]string{{"2024-02-29", "hour"}, {"T07:08", "year"}, {"T07:08", "timezone"}, {"2024-02-29T07:08", "epochSeconds"}, {"P1D", "year"}} {
		if got, err := temporal.Component(value(t, tt[0]), tt[1]); err == nil {
			t.Errorf("Component(%s, %s) = %v, want an error", tt[0], tt[1], got)
		}
	}
}

func fmtValue(v graph.Value) string { return fmt.Sprintf("%v", v) }
