package report

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/drawbolt/drawbolt/cmd/boltbench/measure"
)

// Format is the number of the form of JSON files that this package writes.
const Format = 2

// A Server is what was measured.
type Server struct {
	Name     string `json:"name"`     // as the server calls itself
	Protocol string `json:"protocol"` // the Bolt version
	URI      string `json:"uri"`
	TLS      bool   `json:"tls"`
	// Durability says what an answered commit survives, and where that is known
	// from.
	Durability string `json:"durability"`
	PeakMemory int64  `json:"peak_memory_bytes,omitempty"`
}

// A Machine is where boltbench ran.
type Machine struct {
	OS     string `json:"os"`
	Arch   string `json:"arch"`
	Kernel string `json:"kernel,omitempty"`
	CPU    string `json:"cpu,omitempty"`
	Cores  int    `json:"cores"`
	Memory int64  `json:"memory_bytes,omitempty"`
}

// A Dataset is the graph that was loaded.
type Dataset struct {
	Suite         string `json:"suite"`
	Size          string `json:"size,omitempty"`
	Nodes         int    `json:"nodes"`
	Relationships int    `json:"relationships"`
	Seed          uint64 `json:"seed"`
}

// A Load says how requests were made.
type Load struct {
	Mode     string  `json:"mode"`  // isolated, mixed or realistic
	Cache    string  `json:"cache"` // hot, cold or vulcanic
	Mix      string  `json:"mix,omitempty"`
	Client   string  `json:"client"` // driver or raw
	Pipeline int     `json:"pipeline,omitempty"`
	Rate     float64 `json:"rate,omitempty"` // requests due per second; 0: closed loop
	Duration float64 `json:"duration_seconds,omitempty"`
	Count    int64   `json:"count,omitempty"`
	Warmup   float64 `json:"warmup_seconds,omitempty"`
	Ramp     float64 `json:"ramp_seconds,omitempty"`
	Think    float64 `json:"think_ms,omitempty"`
}

// A Loading is the speed of one part of the loading.
type Loading struct {
	Name      string  `json:"name"`
	Rows      int     `json:"rows"`
	Seconds   float64 `json:"seconds"`
	PerSecond float64 `json:"per_second"`
}

// A Measurement is a query, or a mix of queries, at a number of connections.
type Measurement struct {
	Query       string `json:"query"`
	Connections int    `json:"connections,omitempty"`
	// Wrong is what is wrong with the answer; such a query is not timed.
	Wrong string `json:"wrong,omitempty"`
	// Failed is why there is no result.
	Failed string `json:"failed,omitempty"`
	*measure.Result
	ClassNames []string `json:"class_names,omitempty"`
}

// A Report is the result of one run.
type Report struct {
	Format       int           `json:"format"`
	Time         time.Time     `json:"time"`
	Version      string        `json:"boltbench"` // of boltbench
	Go           string        `json:"go"`
	Driver       string        `json:"driver"`
	CommandLine  string        `json:"command_line"`
	Note         string        `json:"note,omitempty"`
	Server       Server        `json:"server"`
	Machine      Machine       `json:"machine"`
	Dataset      Dataset       `json:"dataset"`
	Load         Load          `json:"load"`
	Indexes      []string      `json:"indexes_refused,omitempty"`
	Loading      []Loading     `json:"loading,omitempty"`
	Measurements []Measurement `json:"measurements"`
	Interrupted  bool          `json:"interrupted,omitempty"`
}

// Read reads the JSON file of a report.
func Read(path string) (*Report, error) {
	data, err := os.ReadFile(path) //nolint:gosec // the user names the file
	if err != nil {
		return nil, err
	}
	r := new(Report)
	if err := json.Unmarshal(data, r); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if r.Format != Format {
		return nil, fmt.Errorf("%s: has the format %d; this boltbench reads %d", path, r.Format, Format)
	}
	return r, nil
}

// ReadAll reads several files.
func ReadAll(paths []string) ([]*Report, error) {
	reports := make([]*Report, len(paths))
	for i, path := range paths {
		var err error
		if reports[i], err = Read(path); err != nil {
			return nil, err
		}
	}
	return reports, nil
}

// WriteJSON writes the report to a file.
func (r *Report) WriteJSON(path string) error {
	data, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(data, '\n'), 0o600)
}
