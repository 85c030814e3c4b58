package measure

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/drawbolt/drawbolt/cmd/boltbench/client"
)

// A Plan says how the load is made.
type Plan struct {
	Connections int
	// Duration is measured, or Count requests when it is not 0.
	Duration time.Duration
	Count    int64
	// Rate is how many requests a second are due in the open loop; 0 is the closed
	// loop.
	Rate float64
	// Warmup goes before, and Ramp is the time over which connections open.
	Warmup, Ramp time.Duration
	// Cold leaves out the warm-up and the first request of each connection.
	Cold bool
	// Think is the mean of the exponentially distributed pause after an answer.
	Think time.Duration
	// Pipeline requests are sent at once, by clients that can; 0 is one.
	Pipeline int
	// Seed makes the requests repeatable.
	Seed uint64
	// PID is a local server's process, or 0.
	PID int
}

// Validate reports what does not go together.
func (p *Plan) Validate() error {
	var errs []error
	refuse := func(wrong bool, text string) {
		if wrong {
			errs = append(errs, errors.New(text))
		}
	}
	refuse(p.Connections < 1 || p.Connections > client.MaxConnections, fmt.Sprintf("the number of connections is not from 1 to %d", client.MaxConnections))
	refuse(p.Duration <= 0 && p.Count <= 0, "neither a duration nor a count is given")
	refuse(p.Rate < 0, "the rate is negative")
	refuse(p.Pipeline > 1 && p.Rate > 0, "pipelining is for the closed loop, a rate is the open one")
	refuse(p.Think > 0 && p.Rate > 0, "think times are for the closed loop, a rate is the open one")
	refuse(p.Cold && (p.Warmup > 0 || p.Ramp > 0), "a cold run has no warm-up and no ramp")
	return errors.Join(errs...)
}

// A Work makes the requests of one run.
type Work struct {
	Open client.Opener
	// Classes is how many queries the load mixes, at least 1.
	Classes int
	// Next draws a request and the class that it belongs to.
	Next func(r *rand.Rand) (class int, request client.Request)
}

// A run is one measurement under way.
type run struct {
	plan     Plan
	work     Work
	recorder *recorder
	begin    chan struct{} // closed when all connections are ready
	ready    sync.WaitGroup
	epoch    atomic.Int64 // when the first request of the open loop is due; 0: not yet
	start    atomic.Int64 // Unix nanoseconds; 0: not yet
	tickets  atomic.Int64
}

// Run measures. An error means that there is no result: a connection could not
// be made ready. A context that ends cuts the measured time short and marks the
// result; before it has begun, its cause is the error.
func Run(ctx context.Context, plan Plan, work Work) (*Result, error) {
	if err := plan.Validate(); err != nil {
		return nil, err
	}
	setup, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	r := &run{plan: plan, work: work, recorder: newRecorder(work.Classes, plan.Connections), begin: make(chan struct{})}
	r.ready.Add(plan.Connections)
	var workers sync.WaitGroup
	for i := range plan.Connections {
		workers.Go(func() {
			if err := r.worker(setup, i); err != nil {
				fail(err)
			}
		})
	}
	r.ready.Wait()
	if setup.Err() != nil {
		workers.Wait()
		return nil, context.Cause(setup)
	}
	now := time.Now()
	start := now.Add(plan.Warmup)
	r.epoch.Store(now.UnixNano())
	r.start.Store(start.UnixNano())
	close(r.begin)
	pause(setup, start)
	cpu := ProcessCPU(plan.PID)
	cutting, stop := context.WithCancel(context.WithoutCancel(ctx))
	var cutter sync.WaitGroup
	cutter.Go(func() { r.cut(cutting, start) })
	workers.Wait()
	cpu = ProcessCPU(plan.PID) - cpu
	stop()
	cutter.Wait()
	if err := context.Cause(setup); err != nil && ctx.Err() == nil {
		return nil, err
	}
	return r.result(ctx, start, cpu)
}

func (r *run) result(ctx context.Context, start time.Time, cpu time.Duration) (*Result, error) {
	first, last := r.recorder.span()
	missed := r.missed(start, last, ctx.Err() != nil)
	all := r.recorder.total()
	requests := all.TotalCount() - missed
	if requests == 0 && ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	result := &Result{
		Requests: requests, Latency: latency(all), Quantiles: quantiles(all), Series: r.recorder.points,
		Missed: missed, Interrupted: ctx.Err() != nil, Errors: r.recorder.errors,
	}
	if took := last.Sub(first); took > 0 {
		result.Seconds = took.Seconds()
		result.PerSecond = float64(requests) / took.Seconds()
	}
	if requests > 0 {
		result.ServerCPU = float64(cpu) / float64(time.Microsecond) / float64(requests)
	}
	if r.work.Classes > 1 {
		for _, h := range r.recorder.classes {
			result.Classes = append(result.Classes, Class{Requests: h.TotalCount(), Latency: latency(h)})
		}
	}
	return result, nil
}

// missed records the requests of an open loop that were never sent.
func (r *run) missed(start, last time.Time, interrupted bool) int64 {
	if r.plan.Rate == 0 || interrupted {
		return 0
	}
	end := time.Unix(0, r.end())
	if last.After(end) {
		end = last
	}
	var n int64
	for {
		due := r.due(r.tickets.Add(1) - 1)
		if due >= r.end() {
			return n
		}
		if due >= start.UnixNano() {
			n++
			note(r.recorder.classes[0], end.Sub(time.Unix(0, due)))
		}
	}
}

// intervals is how many points the series of a run has, about.
const intervals = 60

// cut ends one interval after the other until the context ends.
func (r *run) cut(ctx context.Context, start time.Time) {
	length := max(r.plan.Duration/intervals, 100*time.Millisecond)
	ticker := time.NewTicker(length)
	defer ticker.Stop()
	before := start
	for {
		select {
		case now := <-ticker.C:
			r.recorder.cut(now.Sub(start), now.Sub(before))
			before = now
		case <-ctx.Done():
			now := time.Now()
			// A rest that is too short would be a point of chance.
			rest := now.Sub(before)
			if rest < length/2 && !before.Equal(start) {
				rest = 0
			}
			r.recorder.cut(now.Sub(start), rest)
			return
		}
	}
}

// pause waits until a time, or until the context ends.
func pause(ctx context.Context, until time.Time) {
	d := time.Until(until)
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
