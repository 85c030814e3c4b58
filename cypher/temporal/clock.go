package temporal

import (
	"time"

	"github.com/drawbolt/drawbolt/storage/graph"
)

// An Instant is a point in time: UTC seconds since the epoch and nanoseconds
// 0 … 999,999,999.
type Instant struct {
	Seconds int64
	Nanos   int32
}

// InstantOf converts a time of the standard library.
func InstantOf(t time.Time) Instant {
	return Instant{Seconds: t.Unix(), Nanos: int32(t.Nanosecond())} //nolint:gosec // below 1e9
}

// A Clock tells what time it is for a statement. The zero Clock, and nil, stand
// still in 1970, in UTC.
type Clock struct {
	// Transaction and Statement are the times at which they began.
	Transaction, Statement Instant
	// Real returns the present; nil means the statement's time.
	Real func() Instant
	// Zone is where times without a zone of their own are read; the zero
	// Zone is UTC.
	Zone graph.Zone
}

func (c *Clock) place() (place, error) {
	if c == nil {
		return utc, nil
	}
	return placeOf(c.Zone)
}

// A Reading chooses one of the times of a [Clock].
type Reading uint8

// The readings.
const (
	StatementTime Reading = iota
	TransactionTime
	RealTime
)

func (c *Clock) read(r Reading) Instant {
	switch {
	case c == nil:
		return Instant{}
	case r == TransactionTime:
		return c.Transaction
	case r == RealTime && c.Real != nil:
		return c.Real()
	}
	return c.Statement
}

// Now returns the current time as a value of a temporal kind other than
// duration, in the named zone, or in the clock's own when zone is empty.
func Now(kind graph.Kind, r Reading, zone string, c *Clock) (graph.Value, error) {
	if zone != "" {
		return now(kind, r, zone, c)
	}
	p, err := c.place()
	if err != nil {
		return graph.Value{}, err
	}
	return p.now(kind, c.read(r))
}

// now is [Now] with a zone that has to be there.
func now(kind graph.Kind, r Reading, zone string, c *Clock) (graph.Value, error) {
	p, err := parsePlace(zone)
	if err != nil {
		return graph.Value{}, err
	}
	return p.now(kind, c.read(r))
}

func (p place) now(kind graph.Kind, now Instant) (graph.Value, error) {
	offset := p.offsetAt(now.Seconds)
	local := now.Seconds + int64(offset)
	switch kind {
	case graph.KindDate:
		return graph.Date(floorDiv(local, secondsPerDay)), nil
	case graph.KindLocalTime:
		return graph.LocalTime(floorMod(local, secondsPerDay)*nanosPerSecond + int64(now.Nanos)), nil
	case graph.KindTime:
		return graph.Time(floorMod(local, secondsPerDay)*nanosPerSecond+int64(now.Nanos), offset), nil
	case graph.KindLocalDateTime:
		return graph.LocalDateTime(local, now.Nanos), nil
	case graph.KindDateTime:
		return graph.DateTime(now.Seconds, now.Nanos, p.at(now.Seconds)), nil
	default:
		return graph.Value{}, errorf("%s has no current time", kind)
	}
}

// FromEpoch returns the date-time in UTC that lies seconds and nanoseconds, 0 …
// 999,999,999, after the epoch.
func FromEpoch(seconds, nanos int64) (graph.Value, error) {
	if err := checkPart("nanosecond", nanos, 0, nanosPerSecond-1); err != nil {
		return graph.Value{}, err
	}
	if err := checkDays(floorDiv(seconds, secondsPerDay)); err != nil {
		return graph.Value{}, err
	}
	return graph.DateTime(seconds, int32(nanos), utc.at(seconds)), nil //nolint:gosec // below 1e9
}
