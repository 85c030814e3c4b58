package temporal

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"
	_ "time/tzdata" // the zone data of last resort: hosts may have none

	"github.com/drawbolt/drawbolt/storage/graph"
)

// maxOffset is the largest offset from UTC in seconds, in both directions.
const maxOffset = 18 * secondsPerHour

// A region is a loaded zone of the IANA database. It is immutable but for the
// value that it remembers.
type region struct {
	name string
	loc  *time.Location
	// last is the zone value made last: a column of date-times mostly shares
	// one offset, and then needs one allocation.
	last atomic.Pointer[graph.Zone]
}

// regions remembers loaded zones by name. It holds a memo of immutable data,
// whose size is bounded by the number of zone names, and no other state.
var regions sync.Map //nolint:gochecknoglobals // see above

// loadRegion returns the zone with a name, which is case-sensitive.
func loadRegion(name string) (*region, error) {
	if known, ok := regions.Load(name); ok {
		return known.(*region), nil
	}
	if !isRegionName(name) {
		return nil, errorf("unknown time zone %q", clip(name))
	}
	target := name
	if merged, ok := mergedZones[name]; ok {
		target = merged
	}
	loc, err := time.LoadLocation(target)
	if err != nil {
		return nil, errorf("unknown time zone %q", clip(name))
	}
	known, _ := regions.LoadOrStore(name, &region{name: name, loc: loc})
	return known.(*region), nil
}

// findRegion returns the zone with a name in any case. Names are written like
// America/Port-au-Prince or like UTC; the few others, such as
// America/Port_of_Spain, are found in their own spelling only.
func findRegion(name string) (*region, error) {
	r, err := loadRegion(name)
	if err == nil || !isRegionName(name) {
		return r, err
	}
	titled := []byte(strings.ToLower(name))
	start := true
	for i, c := range titled {
		if start && c >= 'a' && c <= 'z' {
			titled[i] = c - 'a' + 'A'
		}
		start = c == '/' || c == '_' || c == '-'
	}
	for _, spelling := range [...]string{string(titled), strings.ToUpper(name)} {
		if r, err := loadRegion(spelling); err == nil {
			return r, nil
		}
	}
	return nil, err
}

// isRegionName refuses what a zone directory holds beside zones, and names
// that Go gives a meaning of its own.
func isRegionName(name string) bool {
	if name == "" || name == "Local" || len(name) > 64 {
		return false
	}
	first := name[0] | 0x20
	if first < 'a' || first > 'z' {
		return false
	}
	for _, dir := range [...]string{"posix/", "right/", "posixrules", "localtime", "leap", "tzdata", "Factory"} {
		if strings.HasPrefix(name, dir) {
			return false
		}
	}
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_+-~") == ""
}

// clip shortens text from a client before it enters a message.
func clip(text string) string {
	const limit = 100
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}

// offsetAt returns the offset at an instant.
func (r *region) offsetAt(seconds int64) int32 {
	_, offset := time.Unix(seconds, 0).In(r.loc).Zone()
	return int32(offset) //nolint:gosec // below one day
}

// at returns the zone value of an instant.
func (r *region) at(seconds int64) *graph.Zone {
	offset := r.offsetAt(seconds)
	if z := r.last.Load(); z != nil && z.Offset == offset {
		return z
	}
	z := &graph.Zone{Name: r.name, Offset: offset}
	r.last.Store(z)
	return z
}

// A place is where a local time is read: a region, or a fixed offset when
// region is nil.
type place struct {
	region *region
	offset int32
}

// utc is the place of offset zero.
var utc = place{} //nolint:gochecknoglobals // immutable

// placeOf returns the place of a zone value.
func placeOf(z graph.Zone) (place, error) {
	if z.Name == "" {
		return place{offset: z.Offset}, nil
	}
	r, err := loadRegion(z.Name)
	if err != nil {
		return place{}, err
	}
	return place{region: r, offset: z.Offset}, nil
}

// offsetAt returns the offset at an instant.
func (p place) offsetAt(seconds int64) int32 {
	if p.region == nil {
		return p.offset
	}
	return p.region.offsetAt(seconds)
}

// at returns the zone value of an instant.
func (p place) at(seconds int64) *graph.Zone {
	if p.region == nil {
		return fixedZone(p.offset)
	}
	return p.region.at(seconds)
}

// instant returns the UTC seconds of a local time. In an overlap the offset
// prefer wins when it is one of the two, else the earlier instant.
func (p place) instant(local int64, prefer int32) int64 {
	if p.region == nil {
		return local - int64(p.offset)
	}
	// No zone changes its offset twice within two days, but for a few islands
	// that crossed the date line; the candidates cover these as well.
	before := p.region.offsetAt(local - secondsPerDay)
	after := p.region.offsetAt(local + secondsPerDay)
	if before == after && p.region.offsetAt(local-int64(before)) == before {
		return local - int64(before)
	}
	best, found := int32(0), false
	for _, o := range [...]int32{before, after, p.region.offsetAt(local - int64(before)), p.region.offsetAt(local - int64(after))} {
		if p.region.offsetAt(local-int64(o)) != o {
			continue
		}
		if o == prefer {
			return local - int64(o)
		}
		if !found || o > best {
			best, found = o, true
		}
	}
	if found {
		return local - int64(best)
	}
	// A gap: reading the time by the offset before it lands behind the gap.
	return local - int64(before)
}

// noPreference is no offset of any zone.
const noPreference = 1 << 30

// dateTime returns a date-time value for a local time.
func (p place) dateTime(local int64, nanos, prefer int32) (graph.Value, error) {
	if err := checkDays(floorDiv(local, secondsPerDay)); err != nil {
		return graph.Value{}, err
	}
	seconds := p.instant(local, prefer)
	return graph.DateTime(seconds, nanos, p.at(seconds)), nil
}

// fixedZones holds the zones of whole quarters of an hour.
var fixedZones = func() (zones [2*maxOffset/900 + 1]graph.Zone) { //nolint:gochecknoglobals // immutable table
	for i := range zones {
		zones[i].Offset = int32(i*900 - maxOffset)
	}
	return zones
}()

// fixedZone returns the zone value of an offset.
func fixedZone(offset int32) *graph.Zone {
	if i := offset + maxOffset; i%900 == 0 && i >= 0 && int(i/900) < len(fixedZones) {
		return &fixedZones[i/900]
	}
	return &graph.Zone{Offset: offset}
}

// ParseZone reads the name of a zone, or an offset: "Europe/Berlin", "+01:00",
// "Z". The Offset of a named zone is that of 1970.
func ParseZone(text string) (graph.Zone, error) {
	p, err := parsePlace(text)
	if err != nil {
		return graph.Zone{}, err
	}
	return *p.at(0), nil
}

func parsePlace(text string) (place, error) {
	s := scanner{text: text}
	if offset, ok := s.offset(); ok && s.done() {
		return place{offset: offset}, nil
	}
	r, err := findRegion(text)
	if err != nil {
		return place{}, err
	}
	return place{region: r}, nil
}

// ZoneAt returns the zone value of a named zone at an instant.
func ZoneAt(name string, seconds int64) (*graph.Zone, error) {
	r, err := loadRegion(name)
	if err != nil {
		return nil, err
	}
	return r.at(seconds), nil
}
