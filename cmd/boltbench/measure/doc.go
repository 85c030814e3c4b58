// Package measure puts a server under load and records latencies.
//
// # Loops
//
// In the closed loop every connection sends its next request when the last one is
// answered, after its think time. In the open loop requests are due at fixed times,
// whatever the server does: a request that waits for a free connection is late,
// and its latency counts from the time it was due. So a server that stalls is seen
// as slow by all requests that were due meanwhile (no coordinated omission).
//
// # Phases
//
// Connections open, one by one over the ramp, and send one request each. Then
// comes the warm-up, then what is measured: requests that begin (open loop: are
// due) between the start and the end. Requests under way at the end are waited for
// and count.
//
// # Concurrency
//
// A run belongs to the goroutine that calls Run.
package measure
