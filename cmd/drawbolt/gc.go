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
	// liveMetric is what the last collection found alive.
	liveMetric = "/gc/heap/live:bytes"
)

// tuneGC keeps the Go heap's collector from running all the time until ctx ends.
// The graph is outside that heap, so little is alive in it, and Go's default of
// collecting when the heap has doubled would mean tens of collections a second.
// The percentage follows from a wanted headroom instead. An operator who sets
// GOGC has decided, and nothing is done.
func tuneGC(ctx context.Context, headroom uint64) {
	if os.Getenv("GOGC") != "" {
		return
	}
	sample := []metrics.Sample{{Name: liveMetric}}
	tick := time.NewTicker(gcInterval)
	defer tick.Stop()
	for current := 0; ; {
		metrics.Read(sample)
		if want := gcPercent(sample[0].Value.Uint64(), headroom); changed(current, want) {
			debug.SetGCPercent(want)
			current = want
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
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
