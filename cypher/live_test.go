package cypher_test

import (
	"testing"

	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/cypher/cyphertest"
)

// TestZone changes the time zone between runs of one text, whose plan is kept.
func TestZone(t *testing.T) {
	t.Parallel()
	live := new(cypher.Live)
	e := cypher.NewEngine(cyphertest.Open(t).Store(), cypher.Options{Live: live})
	for _, tt := range []struct{ zone, query, want string }{
		{"UTC", "RETURN toString(datetime('2026-07-01T12:00'))", `"2026-07-01T12:00:00Z"`},
		{"Europe/Berlin", "RETURN toString(datetime('2026-07-01T12:00'))", `"2026-07-01T12:00:00+02:00[Europe/Berlin]"`},
		{"Europe/Berlin", "RETURN toString(datetime('2026-01-01T12:00'))", `"2026-01-01T12:00:00+01:00[Europe/Berlin]"`},
		{"Europe/Berlin", "RETURN toString(datetime({year: 2026}))", `"2026-01-01T00:00:00+01:00[Europe/Berlin]"`},
		{"Asia/Tokyo", "RETURN localdatetime() = localdatetime({timezone: 'Asia/Tokyo'})", "true"},
		{"Asia/Tokyo", "RETURN datetime().timezone", `"Asia/Tokyo"`},
		{"Z", "RETURN toString(datetime('2026-07-01T12:00'))", `"2026-07-01T12:00:00Z"`},
	} {
		if err := live.SetZone(tt.zone); err != nil {
			t.Fatal(err)
		}
		if got := mustRead(t, e, tt.query); len(got) != 1 || got[0] != tt.want {
			t.Errorf("%s: %s = %s, want %s", tt.zone, tt.query, got, tt.want)
		}
	}
	if err := live.SetZone("Nowhere/None"); err == nil {
		t.Error("an unknown zone is taken")
	}
}
