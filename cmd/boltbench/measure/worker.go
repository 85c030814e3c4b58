package measure

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/drawbolt/drawbolt/cmd/boltbench/client"
)

// backoff is how long a worker waits after its connection was lost.
const backoff = 100 * time.Millisecond

// worker is one connection. It returns an error only when it could not become
// ready.
func (r *run) worker(ctx context.Context, i int) error {
	ready := sync.OnceFunc(r.ready.Done)
	defer ready()
	random := rand.New(rand.NewPCG(r.plan.Seed, 2+uint64(i))) //nolint:gosec // repeatable requests, no secret; i is not negative
	if r.plan.Ramp > 0 {
		pause(ctx, time.Now().Add(r.plan.Ramp*time.Duration(i)/time.Duration(r.plan.Connections)))
	}
	conn, err := r.work.Open(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if conn != nil {
			conn.Close(ctx)
		}
	}()
	if !r.plan.Cold {
		_, request := r.work.Next(random)
		if err := conn.Do(ctx, &request); err != nil {
			return err
		}
	}
	ready()
	if r.plan.Ramp == 0 || r.plan.Rate > 0 {
		select {
		case <-r.begin:
		case <-ctx.Done():
		}
	}
	for first := true; ; {
		at, measured, more := r.next(ctx, first)
		if !more {
			return nil
		}
		first = first && !measured
		if conn == nil {
			// The server may be away; the request fails by this error then.
			if conn, err = r.work.Open(ctx); err != nil {
				r.record(ctx, i, 0, at, measured, err)
				conn = nil
				pause(ctx, time.Now().Add(backoff))
				continue
			}
		}
		if r.send(ctx, i, conn, random, at, measured) {
			conn.Close(ctx)
			conn = nil
			pause(ctx, time.Now().Add(backoff))
		}
		if r.plan.Think > 0 {
			pause(ctx, time.Now().Add(time.Duration(random.ExpFloat64()*float64(r.plan.Think))))
		}
	}
}

// next waits for the time of the next request, which is returned. more is false
// at the end. In the closed loop every connection measures a first request, also
// when the last one of its warm-up has taken longer than the run should.
func (r *run) next(ctx context.Context, first bool) (at time.Time, measured, more bool) {
	if r.plan.Rate > 0 {
		due := r.due(r.tickets.Add(1) - 1)
		if due >= r.end() {
			r.tickets.Add(-1)
			return at, false, false
		}
		at = time.Unix(0, due)
		pause(ctx, at)
		// Past the end nothing is sent any more: what is due is missed.
		if time.Now().UnixNano() >= r.end() {
			r.tickets.Add(-1)
			return at, false, false
		}
		return at, due >= r.start.Load(), ctx.Err() == nil
	}
	at = time.Now()
	start := r.start.Load()
	measured = start != 0 && at.UnixNano() >= start
	switch {
	case ctx.Err() != nil:
		return at, measured, false
	case !measured:
		return at, false, true
	case r.plan.Count > 0:
		depth := int64(max(r.plan.Pipeline, 1))
		return at, true, r.tickets.Add(depth)-depth < r.plan.Count
	default:
		return at, true, first || at.UnixNano() < r.end()
	}
}

// due returns when the n-th request of the open loop is due, in Unix nanoseconds.
func (r *run) due(n int64) int64 {
	return r.epoch.Load() + int64(float64(n)*float64(time.Second)/r.plan.Rate)
}

// end returns when the measured time ends. A count in the open loop is a time.
func (r *run) end() int64 {
	length := int64(r.plan.Duration)
	if r.plan.Count > 0 && r.plan.Rate > 0 {
		length = int64(float64(r.plan.Count) * float64(time.Second) / r.plan.Rate)
	}
	return r.start.Load() + length
}

// send sends the next request, or as many as are pipelined, and reports whether
// the connection is lost.
func (r *run) send(ctx context.Context, worker int, conn client.Conn, random *rand.Rand, at time.Time, measured bool) (lost bool) {
	pipeliner, ok := conn.(client.Pipeliner)
	if r.plan.Pipeline <= 1 || !ok {
		class, request := r.work.Next(random)
		return r.record(ctx, worker, class, at, measured, conn.Do(ctx, &request))
	}
	requests := make([]client.Request, r.plan.Pipeline)
	classes := make([]int, len(requests))
	for i := range requests {
		classes[i], requests[i] = r.work.Next(random)
	}
	answered := 0
	err := pipeliner.DoAll(ctx, requests, func(err error) {
		r.record(ctx, worker, classes[answered], at, measured, err)
		answered++
	})
	return err != nil && r.record(ctx, worker, 0, at, measured, err)
}

// record records the outcome of a request, and reports whether it has cost the
// connection. What fails because the run is interrupted is no outcome.
func (r *run) record(ctx context.Context, worker, class int, at time.Time, measured bool, err error) (lost bool) {
	code := ""
	if err != nil {
		if ctx.Err() != nil {
			return true
		}
		code = client.Code(err)
	}
	if measured {
		now := time.Now()
		r.recorder.answer(worker, class, now.Sub(at), now, code)
	}
	return code == client.Lost || code == client.TimedOut
}
