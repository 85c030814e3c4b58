package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// gcInterval is how often the collector's percentage is looked at.
	gcInterval = time.Second
	// minGCPercent is Go's default: the garbage may be as much as what is alive.
	minGCPercent = 100
	// liveMetric is what the last collection found alive, allocsMetric all that
	// was ever allocated.
	liveMetric   = "/gc/heap/live:bytes"
	allocsMetric = "/gc/heap/allocs:bytes"

	// A heap that allocates less than quietBytes in each of quietRounds looks is
	// idle: what lies around in it goes back to the system, once.
	quietBytes  = 256 << 10
	quietRounds = 3
)

// tuneGC keeps the Go heap's collector from running all the time until ctx ends.
// The graph is outside that heap, so little is alive in it, and Go's default of
// collecting when the heap has doubled would mean tens of collections a second.
// The percentage follows from a wanted headroom instead. An operator who sets
// GOGC has decided, and nothing is done about that.
//
// After some seconds without work the garbage and the free pages go back to the
// system: the runtime alone would keep them until the next collection.
func tuneGC(ctx context.Context, headroom uint64) {
	decided := os.Getenv("GOGC") != ""
	sample := []metrics.Sample{{Name: liveMetric}, {Name: allocsMetric}}
	tick := time.NewTicker(gcInterval)
	defer tick.Stop()
	var idle idleness
	for current := 0; ; {
		metrics.Read(sample)
		if want := gcPercent(sample[0].Value.Uint64(), headroom); !decided && changed(current, want) {
			debug.SetGCPercent(want)
			current = want
		}
		if idle.begins(sample[1].Value.Uint64()) {
			debug.FreeOSMemory()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// An idleness tells when a process that has worked is idle.
type idleness struct {
	allocated uint64 // at the last look
	worked    uint64 // allocated since the last time
	quiet     int    // looks in a row that found little
}

// begins takes the bytes that were ever allocated and reports whether it is time
// to clean up.
func (i *idleness) begins(allocated uint64) bool {
	fresh := allocated - i.allocated
	i.allocated = allocated
	i.worked += fresh
	if fresh > quietBytes {
		i.quiet = 0
		return false
	}
	i.quiet++
	if i.quiet < quietRounds || i.worked < quietBytes*(quietRounds+1) {
		return false
	}
	i.worked = 0
	return true
}

// gcPercent returns the percentage at which headroom bytes of garbage gather on
// top of live bytes. The runtime never takes less than 4 MiB for the live heap.
func gcPercent(live, headroom uint64) int {
	const runtimeMinimum = 4 << 20
	return int(max(minGCPercent, headroom*100/max(live, runtimeMinimum))) //nolint:gosec // headroom is bounded by its flag
}

// changed reports whether a new percentage is worth stopping the world for.
func changed(current, want int) bool {
	diff := max(current-want, want-current)
	return diff*10 > current
}
