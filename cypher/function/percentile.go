package function

import (
	"slices"

	"github.com/drawbolt/drawbolt/storage/graph"
)

// A percentiles is percentileCont and percentileDisc.
type percentiles struct {
	name       string
	continuous bool
	states     []percentileState
	items      int64
}

type percentileState struct {
	values  []graph.Value
	percent float64
}

func (a *percentiles) Grow(groups int) { a.states = grow(a.states, groups) }

func (a *percentiles) Add(group int, args []graph.Value) error {
	percent, err := wantNumber(a.name, args[1])
	if err != nil {
		return err
	}
	if !(percent >= 0 && percent <= 1) {
		return errorf(KindArgument, DetailNumberRange, "%s() needs a percentile from 0.0 to 1.0", a.name)
	}
	s := &a.states[group]
	s.percent = percent
	if args[0].IsNull() {
		return nil
	}
	if !args[0].IsNumber() {
		return typeError(a.name, "numbers", args[0])
	}
	a.items++
	s.values = append(s.values, args[0])
	return nil
}

// AddColumn is never used: the functions have two arguments.
func (a *percentiles) AddColumn([]int32, []graph.Value) (int, error) {
	return 0, argumentError("%s() has two arguments", a.name)
}

func (a *percentiles) Result(group int) (graph.Value, error) {
	s := &a.states[group]
	n := len(s.values)
	if n == 0 {
		return graph.Value{}, nil
	}
	slices.SortFunc(s.values, graph.Order)
	if !a.continuous {
		at := int(s.percent * float64(n))
		if float64(at) == s.percent*float64(n) && at > 0 {
			at--
		}
		return s.values[min(at, n-1)], nil
	}
	place := s.percent * float64(n-1)
	below := int(place)
	if below >= n-1 {
		return graph.Float(s.values[n-1].Number()), nil
	}
	low, high := s.values[below].Number(), s.values[below+1].Number()
	return graph.Float(low + (high-low)*(place-float64(below))), nil
}

func (a *percentiles) Bytes() int64 {
	return int64(32*cap(a.states)) + 2*valueBytes*a.items
}
