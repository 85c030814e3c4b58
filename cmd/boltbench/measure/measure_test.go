package measure_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/drawbolt/drawbolt/cmd/boltbench/client"
	"github.com/drawbolt/drawbolt/cmd/boltbench/measure"
)

// A server answers after a time that depends on the number of the request.
type server struct {
	requests atomic.Int64
	answer   func(n int64) (time.Duration, error)
	refuse   error // to open connections
}

func (s *server) work() measure.Work {
	return measure.Work{
		Open: func(context.Context) (client.Conn, error) { return s, s.refuse },
		Next: func(*rand.Rand) (int, client.Request) { return 0, client.Request{} }, Classes: 1,
	}
}

func (s *server) Close(context.Context) {}

func (s *server) Do(ctx context.Context, _ *client.Request) error {
	took, err := s.answer(s.requests.Add(1))
	select {
	case <-time.After(took):
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func always(d time.Duration) func(int64) (time.Duration, error) {
	return func(int64) (time.Duration, error) { return d, nil }
}

// near allows what a histogram of three digits loses.
func near(got, want float64) bool { return got >= want*0.998 && got <= want*1.002 }

func TestRun(t *testing.T) {
	for _, tt := range []struct {
		name     string
		plan     measure.Plan
		answer   func(n int64) (time.Duration, error)
		requests int64
		rate     float64
		p50, max float64 // µs
		missed   int64
		errors   int64
	}{
		{
			name: "closed loop", plan: measure.Plan{Connections: 2, Duration: time.Second},
			answer: always(10 * time.Millisecond), requests: 200, rate: 200, p50: 10_000, max: 10_000,
		},
		{
			name: "what is under way at the end counts", plan: measure.Plan{Connections: 1, Duration: time.Second},
			answer: always(300 * time.Millisecond), requests: 4, rate: 4 / 1.2, p50: 300_000, max: 300_000,
		},
		{
			name: "first request and warm-up are left out", plan: measure.Plan{Connections: 1, Duration: time.Second, Warmup: time.Second},
			answer: func(n int64) (time.Duration, error) {
				if n <= 100 {
					return 20 * time.Millisecond, nil
				}
				return 10 * time.Millisecond, nil
			},
			// One request and 50 in the warm-up; after it 49 of 20 ms and two of 10 ms.
			requests: 51, rate: 51, p50: 20_000, max: 20_000,
		},
		{
			name: "longer than warm-up and duration", plan: measure.Plan{Connections: 1, Duration: time.Second, Warmup: time.Second},
			answer: always(4 * time.Second), requests: 1, rate: 0.25, p50: 4_000_000, max: 4_000_000,
		},
		{
			name: "count", plan: measure.Plan{Connections: 4, Count: 100},
			answer: always(10 * time.Millisecond), requests: 100, rate: 400, p50: 10_000, max: 10_000,
		},
		{
			name: "open loop", plan: measure.Plan{Connections: 4, Duration: time.Second, Rate: 100},
			answer: always(10 * time.Millisecond), requests: 100, rate: 100, p50: 10_000, max: 10_000,
		},
		{
			name: "open loop with a stall: who was due meanwhile has waited",
			plan: measure.Plan{Connections: 1, Duration: 2 * time.Second, Rate: 100},
			answer: func(n int64) (time.Duration, error) {
				if n == 2 {
					return time.Second, nil
				}
				return 5 * time.Millisecond, nil
			},
			// Each 10 ms brings a request and 5 ms answer one: 100 are late after the stall,
			// and 100 more are due while those are answered.
			requests: 200, rate: 200 / 1.995, p50: 500_000, max: 1_000_000,
		},
		{
			name: "overloaded", plan: measure.Plan{Connections: 1, Duration: time.Second, Rate: 100},
			answer:   always(100 * time.Millisecond), // The last one sent has waited for 810 ms.
			requests: 10, rate: 10, missed: 90, p50: 460_000, max: 910_000,
		},
		{
			name: "cold", plan: measure.Plan{Connections: 1, Count: 2, Cold: true},
			answer: func(n int64) (time.Duration, error) {
				return time.Duration(30/n) * time.Millisecond, nil
			},
			requests: 2, rate: 2 / 0.045, p50: 15_000, max: 30_000,
		},
		{
			name: "errors by code", plan: measure.Plan{Connections: 1, Duration: time.Second},
			answer: func(n int64) (time.Duration, error) {
				if n%5 == 0 {
					return 10 * time.Millisecond, &client.FailureError{Code: "Neo.TransientError.Test"}
				}
				return 10 * time.Millisecond, nil
			},
			requests: 80, rate: 80, p50: 10_000, max: 10_000, errors: 20,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{answer: tt.answer}
				got, err := measure.Run(t.Context(), tt.plan, s.work())
				if err != nil {
					t.Fatal(err)
				}
				if got.Requests != tt.requests || got.Missed != tt.missed {
					t.Errorf("%d requests, %d missed; want %d and %d", got.Requests, got.Missed, tt.requests, tt.missed)
				}
				if !near(got.PerSecond, tt.rate) {
					t.Errorf("%g per second, want %g", got.PerSecond, tt.rate)
				}
				if !near(got.Latency.P50, tt.p50) || !near(got.Latency.Max, tt.max) {
					t.Errorf("p50 %g, maximum %g; want %g and %g", got.Latency.P50, got.Latency.Max, tt.p50, tt.max)
				}
				if got.Errors["Neo.TransientError.Test"] != tt.errors || tt.errors == 0 && len(got.Errors) > 0 {
					t.Errorf("errors %v, want %d", got.Errors, tt.errors)
				}
				if len(got.Series) == 0 || len(got.Quantiles) == 0 {
					t.Error("no series or no distribution")
				}
			})
		})
	}
}

func TestThinkTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{answer: always(10 * time.Millisecond)}
		got, err := measure.Run(t.Context(), measure.Plan{Connections: 100, Duration: 10 * time.Second, Think: 90 * time.Millisecond}, s.work())
		if err != nil {
			t.Fatal(err)
		}
		// 100 connections at a request each 100 ms on average.
		if got.PerSecond < 950 || got.PerSecond > 1050 {
			t.Errorf("%g per second, want about 1000", got.PerSecond)
		}
	})
}

// TestInterrupt ends the context in the measured time: what there is comes back.
func TestInterrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 505*time.Millisecond)
		defer cancel()
		s := &server{answer: always(10 * time.Millisecond)}
		got, err := measure.Run(ctx, measure.Plan{Connections: 1, Duration: time.Second}, s.work())
		if err != nil {
			t.Fatal(err)
		}
		if !got.Interrupted || got.Requests != 49 || len(got.Errors) > 0 {
			t.Errorf("interrupted %v, %d requests, errors %v; want true, 49 and none", got.Interrupted, got.Requests, got.Errors)
		}
	})
}

func TestInterruptWarmup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 505*time.Millisecond)
		defer cancel()
		s := &server{answer: always(10 * time.Millisecond)}
		_, err := measure.Run(ctx, measure.Plan{Connections: 1, Duration: time.Second, Warmup: time.Minute}, s.work())
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Run = %v, want the context's cause", err)
		}
	})
}

func TestRunFails(t *testing.T) {
	down := errors.New("down")
	for _, tt := range []struct {
		name string
		plan measure.Plan
		s    *server
		want string
	}{
		{"no connection", measure.Plan{Connections: 3, Duration: time.Second}, &server{refuse: down}, "down"},
		{
			"first request fails",
			measure.Plan{Connections: 3, Duration: time.Second},
			&server{answer: func(int64) (time.Duration, error) { return 0, down }},
			"down",
		},
		{"neither duration nor count", measure.Plan{Connections: 1}, &server{}, "neither"},
		{"too many connections", measure.Plan{Connections: 20_000, Duration: 1}, &server{}, "10000"},
		{"pipelined open loop", measure.Plan{Connections: 1, Duration: 1, Rate: 1, Pipeline: 2}, &server{}, "pipelining"},
		{"cold with warm-up", measure.Plan{Connections: 1, Duration: 1, Cold: true, Warmup: 1}, &server{}, "cold"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if _, err := measure.Run(t.Context(), tt.plan, tt.s.work()); err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("Run = %v, want an error with %q", err, tt.want)
				}
			})
		})
	}
}
