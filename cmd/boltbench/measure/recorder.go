package measure

import (
	"runtime"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Latencies are kept in nanoseconds up to this one, with three digits.
const (
	longest = int64(time.Hour)
	digits  = 3
)

func newHistogram() *hdrhistogram.Histogram { return hdrhistogram.New(1, longest, digits) }

// note records a latency within the histogram's range.
func note(h *hdrhistogram.Histogram, d time.Duration) {
	_ = h.RecordValue(min(max(int64(d), 1), longest)) // in range, so never an error
}

// A recorder takes latencies from many goroutines. It is cut in shards, since
// a histogram of its own for each of 10,000 connections would take 3 GB.
type recorder struct {
	shards []*shard
	// The rest is used by the goroutine that calls cut.
	classes []*hdrhistogram.Histogram
	points  []Point
	errors  map[string]int64
}

type shard struct {
	mu      sync.Mutex
	classes []*hdrhistogram.Histogram // of this interval; nil when unused
	errors  map[string]int64
	first   time.Time // when the first request began
	last    time.Time // when the last answer came
}

func newRecorder(classes, workers int) *recorder {
	r := &recorder{
		shards: make([]*shard, min(workers, 4*runtime.GOMAXPROCS(0))), classes: make([]*hdrhistogram.Histogram, classes),
		errors: make(map[string]int64),
	}
	for i := range r.shards {
		r.shards[i] = &shard{classes: make([]*hdrhistogram.Histogram, classes), errors: make(map[string]int64)}
	}
	for i := range r.classes {
		r.classes[i] = newHistogram()
	}
	return r
}

// answer records the outcome of one request: a latency, or an error by its code.
func (r *recorder) answer(worker, class int, took time.Duration, at time.Time, code string) {
	s := r.shards[worker%len(r.shards)]
	s.mu.Lock()
	defer s.mu.Unlock()
	if at.After(s.last) {
		s.last = at
	}
	if began := at.Add(-took); s.first.IsZero() || began.Before(s.first) {
		s.first = began
	}
	if code != "" {
		s.errors[code]++
		return
	}
	if s.classes[class] == nil {
		s.classes[class] = newHistogram()
	}
	note(s.classes[class], took)
}

// cut ends an interval of the given length and adds its point to the series.
func (r *recorder) cut(at, length time.Duration) {
	all := newHistogram()
	for _, s := range r.shards {
		s.mu.Lock()
		for i, h := range s.classes {
			if h != nil {
				all.Merge(h)
				r.classes[i].Merge(h)
				h.Reset()
			}
		}
		for code, n := range s.errors {
			r.errors[code] += n
		}
		clear(s.errors)
		s.mu.Unlock()
	}
	if length <= 0 {
		return
	}
	r.points = append(r.points, Point{
		Second: at.Seconds(), PerSecond: float64(all.TotalCount()) / length.Seconds(),
		P50: micros(all.ValueAtQuantile(50)), P99: micros(all.ValueAtQuantile(99)), Max: micros(all.Max()),
	})
}

// span returns when the first request began and when the last answer came.
func (r *recorder) span() (first, last time.Time) {
	for _, s := range r.shards {
		s.mu.Lock()
		if s.last.After(last) {
			last = s.last
		}
		if !s.first.IsZero() && (first.IsZero() || s.first.Before(first)) {
			first = s.first
		}
		s.mu.Unlock()
	}
	return first, last
}

// total returns the latencies of all classes.
func (r *recorder) total() *hdrhistogram.Histogram {
	all := newHistogram()
	for _, h := range r.classes {
		all.Merge(h)
	}
	return all
}

func micros(nanoseconds int64) float64 { return float64(nanoseconds) / 1e3 }
