package temporal_test

import (
	"strings"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/cypher/temporal"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// parse reads a text as a kind. Texts without a zone of their own are read in
// UTC.
func parse(kind graph.Kind, text string) (graph.Value, error) {
	switch kind {
	case graph.KindDate:
		return temporal.ParseDate(text)
	case graph.KindLocalTime:
		return temporal.ParseLocalTime(text)
	case graph.KindTime:
		return temporal.ParseTime(text, nil)
	case graph.KindLocalDateTime:
		return temporal.ParseLocalDateTime(text)
	case graph.KindDateTime:
		return temporal.ParseDateTime(text, nil)
	default:
		return temporal.ParseDuration(text)
	}
}

// value reads a text whose form tells its kind: P… is a duration, T… a time of
// day, and a date-time has a T inside; an offset or zone makes it a zoned one.
func value(tb testing.TB, text string) graph.Value {
	tb.Helper()
	kind := graph.KindDate
	switch body := strings.TrimLeft(text, "+-"); {
	case strings.HasPrefix(body, "P"):
		kind = graph.KindDuration
	case strings.HasPrefix(text, "T"):
		text = text[1:]
		kind = graph.KindLocalTime
		if strings.ContainsAny(text, "Z+-") {
			kind = graph.KindTime
		}
	default:
		if _, clock, ok := strings.Cut(body, "T"); ok {
			kind = graph.KindLocalDateTime
			if strings.ContainsAny(clock, "Z+-[") {
				kind = graph.KindDateTime
			}
		}
	}
	v, err := parse(kind, text)
	if err != nil {
		tb.Fatalf("parse %s %q: %v", kind, text, err)
	}
	return v
}

// check compares a result with its text, or an error with a part of its text
// when want begins with an exclamation mark.
func check(tb testing.TB, call string, got graph.Value, err error, want string) {
	tb.Helper()
	if part, ok := strings.CutPrefix(want, "!"); ok {
		if err == nil || !strings.Contains(err.Error(), part) {
			tb.Errorf("%s = %v, %v; want an error with %q", call, got, err, part)
		}
		return
	}
	if err != nil {
		tb.Errorf("%s: %v; want %s", call, err, want)
		return
	}
	if text := temporal.Text(got); text != want {
		tb.Errorf("%s = %s, want %s", call, text, want)
	}
}

var parseRows = []struct {
	kind       graph.Kind
	text, want string
}{
	{graph.KindDate, "2024-02-29", "2024-02-29"},
	{graph.KindDate, "20240229", "2024-02-29"},
	{graph.KindDate, "2024-2-9", "2024-02-09"},
	{graph.KindDate, "2024-02", "2024-02-01"},
	{graph.KindDate, "202402", "2024-02-01"},
	{graph.KindDate, "2024", "2024-01-01"},
	{graph.KindDate, "2024-W09-4", "2024-02-29"},
	{graph.KindDate, "2024w094", "2024-02-29"},
	{graph.KindDate, "2024-W09", "2024-02-26"},
	{graph.KindDate, "2026-W53", "2026-12-28"},
	{graph.KindDate, "2024-Q1-60", "2024-02-29"},
	{graph.KindDate, "2024Q2", "2024-04-01"},
	{graph.KindDate, "2024-060", "2024-02-29"},
	{graph.KindDate, "2024060", "2024-02-29"},
	{graph.KindDate, "-0044-03-15", "-0044-03-15"},
	{graph.KindDate, "+999999999-12-31", "+999999999-12-31"},
	{graph.KindDate, "-999999999-01-01", "-999999999-01-01"},
	{graph.KindDate, "2023-02-29", "!day"},
	{graph.KindDate, "2024-13-01", "!month"},
	{graph.KindDate, "2024-W54", "!week"},
	{graph.KindDate, "2023-366", "!ordinalDay"},
	{graph.KindDate, "2024-02-", "!parsed"},
	{graph.KindDate, "2024-2", "!parsed"},
	{graph.KindDate, "12024-02-01", "!parsed"},
	{graph.KindDate, "+1234567890-01-01", "!parsed"},
	{graph.KindDate, "", "!parsed"},
	{graph.KindDate, "2024-02-29x", "!parsed"},

	{graph.KindLocalTime, "07:08:09.000000001", "07:08:09.000000001"},
	{graph.KindLocalTime, "070809.5", "07:08:09.5"},
	{graph.KindLocalTime, "7:8:9", "07:08:09"},
	{graph.KindLocalTime, "07", "07:00:00"},
	{graph.KindLocalTime, "0708", "07:08:00"},
	{graph.KindLocalTime, "24:00", "!hour"},
	{graph.KindLocalTime, "23:60", "!minute"},
	{graph.KindLocalTime, "23:59:60", "!second"},
	{graph.KindLocalTime, "0708.5", "!parsed"},
	{graph.KindLocalTime, "07:08:09.1234567891", "!parsed"},
	{graph.KindLocalTime, "7:", "!parsed"},

	{graph.KindTime, "07:08", "07:08:00Z"},
	{graph.KindTime, "07:08-00:00", "07:08:00Z"},
	{graph.KindTime, "0708+0230", "07:08:00+02:30"},
	{graph.KindTime, "07+18:00", "07:00:00+18:00"},
	{graph.KindTime, "07:08+01:02:03", "07:08:00+01:02:03"},
	{graph.KindTime, "07:08+18:00:01", "!parsed"},
	{graph.KindTime, "07:08+1", "!parsed"},
	{graph.KindTime, "07:08[Europe/London]", "!parsed"},

	{graph.KindLocalDateTime, "2024-02-29T07:08:09.25", "2024-02-29T07:08:09.25"},
	{graph.KindLocalDateTime, "20240229T0708", "2024-02-29T07:08:00"},
	{graph.KindLocalDateTime, "2024-02-29", "2024-02-29T00:00:00"},
	{graph.KindLocalDateTime, "2024-02-29T", "!parsed"},
	{graph.KindLocalDateTime, "2024-02-29 07:08", "!parsed"},
	{graph.KindLocalDateTime, "2024-02-29T07:08Z", "!parsed"},

	{graph.KindDateTime, "2024-02-29T07:08", "2024-02-29T07:08:00Z"},
	{graph.KindDateTime, "2024-07-01T07:08[Europe/Paris]", "2024-07-01T07:08:00+02:00[Europe/Paris]"},
	{graph.KindDateTime, "2024-07-01T07:08[europe/paris]", "2024-07-01T07:08:00+02:00[Europe/Paris]"},
	{graph.KindDateTime, "2024-07-01T07:08+0200[Europe/Paris]", "2024-07-01T07:08:00+02:00[Europe/Paris]"},
	{graph.KindDateTime, "2024-07-01T07:08[Z]", "2024-07-01T07:08:00Z"},
	{graph.KindDateTime, "2024-07-01T07:08+03:00[Europe/Paris]", "!Europe/Paris"},
	{graph.KindDateTime, "2024-07-01T07:08[Nowhere/City]", "!Nowhere/City"},
	{graph.KindDateTime, "2024-07-01T07:08[../etc/passwd]", "!unknown time zone"},
	{graph.KindDateTime, "2024-07-01T07:08[Local]", "!unknown time zone"},
	{graph.KindDateTime, "2024-07-01T07:08[posix/Europe/Paris]", "!unknown time zone"},
	{graph.KindDateTime, "2024-07-01T07:08[Europe/Paris", "!parsed"},
	{graph.KindDateTime, "2024-07-01Z", "!parsed"},

	{graph.KindDuration, "P1Y2M3W4DT5H6M7.8S", "P1Y2M25DT5H6M7.8S"},
	{graph.KindDuration, "-P1Y-2M", "P-10M"},
	{graph.KindDuration, "P1.5Y", "P1Y6M"},
	{graph.KindDuration, "P0.5M", "P15DT5H14M33S"},
	{graph.KindDuration, "PT-1.5S", "PT-1.5S"},
	{graph.KindDuration, "P1,5D", "P1DT12H"},
	{graph.KindDuration, "PT0S", "PT0S"},
	{graph.KindDuration, "p1dt1h", "P1DT1H"},
	{graph.KindDuration, "P2012-02-03T04:05:06.7", "P2012Y2M3DT4H5M6.7S"},
	{graph.KindDuration, "P20120203T040506", "P2012Y2M3DT4H5M6S"},
	{graph.KindDuration, "PT9223372036854775807S", "PT2562047788015215H30M7S"},
	{graph.KindDuration, "PT9223372036854775808S", "!64 bits"},
	{graph.KindDuration, "P9223372036854775807Y", "!64 bits"},
	{graph.KindDuration, "P20240229Y", "P20240229Y"},
	{graph.KindDuration, "P", "!parsed"},
	{graph.KindDuration, "PT", "!parsed"},
	{graph.KindDuration, "P1DT", "!parsed"},
	{graph.KindDuration, "P1D2M", "!parsed"},
	{graph.KindDuration, "P1Y1Y", "!parsed"},
	{graph.KindDuration, "P1H", "!parsed"},
	{graph.KindDuration, "PT1D", "!parsed"},
	{graph.KindDuration, "1D", "!parsed"},
	{graph.KindDuration, "P2012-13-03T04:05:06", "!parsed"},
}

func TestParse(t *testing.T) {
	for _, tt := range parseRows {
		got, err := parse(tt.kind, tt.text)
		check(t, tt.kind.String()+" "+tt.text, got, err, tt.want)
	}
}

// FuzzParse reads any text as every kind: no panic, and what is printed reads
// back as the same value.
func FuzzParse(f *testing.F) {
	for _, row := range parseRows {
		f.Add(row.text)
	}
	kinds := []graph.Kind{
		graph.KindDate, graph.KindLocalTime, graph.KindTime, graph.KindLocalDateTime,
		graph.KindDateTime, graph.KindDuration,
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, kind := range kinds {
			v, err := parse(kind, text)
			if err != nil {
				continue
			}
			printed := temporal.Text(v)
			again, err := parse(kind, printed)
			if err != nil || !graph.Equivalent(v, again) {
				t.Errorf("%s %q prints %q, which reads as %v, %v", kind, text, printed, again, err)
			}
		}
	})
}

// TestCalendar compares with Go's calendar over years that both have.
func TestCalendar(t *testing.T) {
	for _, start := range []int64{-719_600, -200_000, -100, 10_900, 19_700, 2_900_000} {
		for days := start; days < start+1500; days++ {
			want := time.Unix(days*86400, 0).UTC()
			year, month, day := temporal.DateOf(days)
			if int(year) != want.Year() || month != int(want.Month()) || day != want.Day() {
				t.Fatalf("DateOf(%d) = %d-%d-%d, want %s", days, year, month, day, want.Format(time.DateOnly))
			}
			if back := temporal.DaysOf(year, month, day); back != days {
				t.Fatalf("DaysOf(%d, %d, %d) = %d, want %d", year, month, day, back, days)
			}
			weekYear, week := want.ISOWeek()
			for name, wanted := range map[string]int{"week": week, "weekYear": weekYear, "ordinalDay": want.YearDay()} {
				got, err := temporal.Component(graph.Date(days), name)
				if err != nil || got.Int() != int64(wanted) {
					t.Fatalf("Component(%s, %s) = %v, %v, want %d", want.Format(time.DateOnly), name, got, err, wanted)
				}
			}
		}
	}
}

func TestZones(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"summer", "2024-07-01T12:00[Europe/Berlin]", "2024-07-01T12:00:00+02:00[Europe/Berlin]"},
		{"gap moves forward", "2024-03-31T02:30[Europe/Berlin]", "2024-03-31T03:30:00+02:00[Europe/Berlin]"},
		{"overlap takes the earlier", "2024-10-27T02:30[Europe/Berlin]", "2024-10-27T02:30:00+02:00[Europe/Berlin]"},
		{"overlap with an offset", "2024-10-27T02:30+01:00[Europe/Berlin]", "2024-10-27T02:30:00+01:00[Europe/Berlin]"},
		{"southern gap", "2024-10-06T02:15[Australia/Sydney]", "2024-10-06T03:15:00+11:00[Australia/Sydney]"},
		{"half-hour gap", "2024-10-06T02:10[Australia/Lord_Howe]", "2024-10-06T02:40:00+11:00[Australia/Lord_Howe]"},
		{"a day that never was", "2011-12-30T12:00[Pacific/Apia]", "2011-12-31T12:00:00+14:00[Pacific/Apia]"},
		{"merged before 1970", "1818-07-21T21:40:32[Europe/Stockholm]", "1818-07-21T21:40:32+00:53:28[Europe/Stockholm]"},
		{"merged into a neighbour", "1900-01-01T00:00[Europe/Amsterdam]", "1900-01-01T00:00:00Z[Europe/Amsterdam]"},
		{"far future", "+999999999-07-01T00:00[Europe/Berlin]", "+999999999-07-01T00:00:00+02:00[Europe/Berlin]"},
		{"far past", "-999999999-07-01T00:00[Europe/Berlin]", "-999999999-07-01T00:00:00+00:53:28[Europe/Berlin]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := temporal.ParseDateTime(tt.text, nil)
			check(t, "ParseDateTime("+tt.text+")", got, err, tt.want)
		})
	}
}

// TestZoneOffsetNotTrusted prints a value whose copy of the offset is missing,
// as values from the wire have it.
func TestZoneOffsetNotTrusted(t *testing.T) {
	v := graph.DateTime(1_720_000_000, 0, &graph.Zone{Name: "Europe/Berlin"})
	if got, want := temporal.Text(v), "2024-07-03T11:46:40+02:00[Europe/Berlin]"; got != want {
		t.Errorf("Text = %s, want %s", got, want)
	}
}

func TestNow(t *testing.T) {
	clock := &temporal.Clock{
		Statement:   temporal.Instant{Seconds: 1_720_000_000, Nanos: 5},
		Transaction: temporal.Instant{Seconds: 1_700_000_000},
		Real:        func() temporal.Instant { return temporal.InstantOf(time.Unix(1_730_000_000, 6)) },
		Zone:        graph.Zone{Name: "Asia/Tokyo"},
	}
	for _, tt := range []struct {
		kind    graph.Kind
		reading temporal.Reading
		zone    string
		want    string
	}{
		{graph.KindDate, temporal.StatementTime, "", "2024-07-03"},
		{graph.KindDate, temporal.StatementTime, "Pacific/Honolulu", "2024-07-02"},
		{graph.KindLocalTime, temporal.StatementTime, "", "18:46:40.000000005"},
		{graph.KindTime, temporal.StatementTime, "", "18:46:40.000000005+09:00"},
		{graph.KindLocalDateTime, temporal.TransactionTime, "", "2023-11-15T07:13:20"},
		{graph.KindDateTime, temporal.RealTime, "-03:30", "2024-10-27T00:03:20.000000006-03:30"},
		{graph.KindDateTime, temporal.StatementTime, "Nowhere", "!Nowhere"},
		{graph.KindDuration, temporal.StatementTime, "", "!no current time"},
	} {
		got, err := temporal.Now(tt.kind, tt.reading, tt.zone, clock)
		check(t, "Now("+tt.kind.String()+", "+tt.zone+")", got, err, tt.want)
	}
}

func BenchmarkParseDateTime(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := temporal.ParseDateTime("2024-02-29T07:08:09.25[Europe/Paris]", nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendDateTime(b *testing.B) {
	v := value(b, "2024-02-29T07:08:09.25[Europe/Paris]")
	buf := make([]byte, 0, 64)
	b.ReportAllocs()
	for b.Loop() {
		buf = temporal.Append(buf[:0], v)
	}
}

func BenchmarkComponent(b *testing.B) {
	v := value(b, "2024-02-29")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := temporal.Component(v, "month"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	v, d := value(b, "2024-02-29T07:08:09.25[Europe/Paris]"), value(b, "P1M2DT3H")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := temporal.Add(v, d); err != nil {
			b.Fatal(err)
		}
	}
}
