package measure

import "github.com/HdrHistogram/hdrhistogram-go"

// A Latency describes latencies, in microseconds.
type Latency struct {
	Mean float64 `json:"mean_us"`
	Min  float64 `json:"min_us"`
	P50  float64 `json:"p50_us"`
	P90  float64 `json:"p90_us"`
	P99  float64 `json:"p99_us"`
	P999 float64 `json:"p99.9_us"`
	Max  float64 `json:"max_us"`
}

// A Point is an interval of the measured time.
type Point struct {
	Second    float64 `json:"second"` // since the start, at the interval's end
	PerSecond float64 `json:"per_second"`
	P50       float64 `json:"p50_us"`
	P99       float64 `json:"p99_us"`
	Max       float64 `json:"max_us"`
}

// A Quantile is a point of the distribution: so many percent of the requests took
// no longer than this.
type Quantile struct {
	Percent float64 `json:"percent"`
	Micros  float64 `json:"us"`
}

// A Class is the part of a mix that belongs to one query.
type Class struct {
	Requests int64   `json:"requests"`
	Latency  Latency `json:"latency"`
}

// A Result is what one run has measured.
type Result struct {
	Requests  int64            `json:"requests"`
	Seconds   float64          `json:"seconds"`
	PerSecond float64          `json:"per_second"`
	Latency   Latency          `json:"latency"`
	Errors    map[string]int64 `json:"errors,omitempty"` // by code
	// Missed requests of an open loop were due and never sent, since no connection
	// was free until the end. The latencies hold them with the time that they had
	// waited by then, which is less than they would have taken.
	Missed      int64      `json:"missed,omitempty"`
	ServerCPU   float64    `json:"server_cpu_us,omitempty"` // per request
	Interrupted bool       `json:"interrupted,omitempty"`
	Series      []Point    `json:"series,omitempty"`
	Quantiles   []Quantile `json:"quantiles,omitempty"`
	Classes     []Class    `json:"classes,omitempty"` // in the order of the mix
}

func latency(h *hdrhistogram.Histogram) Latency {
	if h.TotalCount() == 0 {
		return Latency{}
	}
	at := h.ValueAtPercentiles([]float64{50, 90, 99, 99.9})
	return Latency{
		Mean: h.Mean() / 1e3, Min: micros(h.Min()), Max: micros(h.Max()),
		P50: micros(at[50]), P90: micros(at[90]), P99: micros(at[99]), P999: micros(at[99.9]),
	}
}

// quantiles returns the distribution in steps that get finer towards its end.
func quantiles(h *hdrhistogram.Histogram) []Quantile {
	var result []Quantile
	if h.TotalCount() == 0 {
		return nil
	}
	for _, b := range h.CumulativeDistributionWithTicks(4) {
		result = append(result, Quantile{Percent: b.Quantile, Micros: micros(b.ValueAt)})
	}
	return result
}
