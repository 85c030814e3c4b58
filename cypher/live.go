package cypher

import (
	"sync/atomic"

	"github.com/drawbolt/drawbolt/cypher/temporal"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// Live holds what may be changed while engines run; several engines may share
// one. The zero Live has the defaults. All methods may be called at any time; what
// they set holds for statements that begin afterwards.
type Live struct {
	zone atomic.Pointer[graph.Zone] // nil is UTC
}

// SetZone changes the time zone of times that have none of their own, such as
// datetime('2026-01-01T00:00') and the present date. It takes the names of the
// IANA database, in their case, and offsets such as +01:00.
func (l *Live) SetZone(name string) error {
	if name == "UTC" || name == "Z" {
		l.zone.Store(nil)
		return nil
	}
	zone, err := temporal.ZoneAt(name, 0)
	if err != nil {
		return err
	}
	l.zone.Store(zone)
	return nil
}

func (l *Live) now() graph.Zone {
	if l == nil {
		return graph.Zone{}
	}
	if zone := l.zone.Load(); zone != nil {
		return *zone
	}
	return graph.Zone{}
}
