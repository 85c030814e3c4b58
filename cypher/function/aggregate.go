package function

import (
	"math"
	"slices"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/temporal"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// An Accumulator holds the states of all groups of one aggregation. It belongs
// to one goroutine. DISTINCT is the caller's: it leaves out what it has seen.
type Accumulator interface {
	// Grow makes room for groups 0 … groups-1; new ones are empty.
	Grow(groups int)
	// Add takes the arguments of one row into a group. A null first argument
	// counts for nothing, but for count(*), which has no argument.
	Add(group int, args []graph.Value) error
	// AddColumn takes rows of one argument, values[i] into groups[i]. It
	// returns how many rows it took, all of them without an error.
	AddColumn(groups []int32, values []graph.Value) (int, error)
	// Result returns a group's value.
	Result(group int) (graph.Value, error)
	// Bytes returns roughly how much memory the states take.
	Bytes() int64
}

func aggregateFunctions() []Function {
	value := need("input", anyType)
	numberOrDuration := ast.Of(ast.TypeNumber | ast.TypeDuration)
	number := need("input", numberType)
	percentile := need("percentile", numberType)
	rows := []Function{
		{Signature: Signature{
			Name: "count", Result: integerType, Parameters: []Parameter{maybe("input", anyType)},
			Description: "Returns the number of values that are not null, or of rows for *.",
		}, New: func(*Context) Accumulator { return &counter{} }},
		{Signature: Signature{
			Name: "collect", Result: listType, Parameters: []Parameter{value},
			Description: "Returns a list of the values that are not null.",
		}, New: func(*Context) Accumulator { return &collector{} }, TypeOf: func(args []ast.Type) ast.Type {
			return ast.ListOf(args[0].Set &^ ast.TypeNull)
		}},
		{Signature: Signature{
			Name: "sum", Result: numberOrDuration, Parameters: []Parameter{need("input", numberOrDuration)},
			Description: "Returns the sum of numbers or durations.",
		}, New: func(*Context) Accumulator { return &summer{} }},
		{Signature: Signature{
			Name: "avg", Result: ast.Of(ast.TypeFloat | ast.TypeDuration).Nullable(),
			Parameters:  []Parameter{need("input", numberOrDuration)},
			Description: "Returns the average of numbers or durations.",
		}, New: func(*Context) Accumulator { return &summer{average: true} }},
		{Signature: Signature{
			Name: "min", Result: anyType, Parameters: []Parameter{value},
			Description: "Returns the smallest value.",
		}, New: func(*Context) Accumulator { return &extreme{sign: -1} }, TypeOf: nullableFirst},
		{Signature: Signature{
			Name: "max", Result: anyType, Parameters: []Parameter{value},
			Description: "Returns the largest value.",
		}, New: func(*Context) Accumulator { return &extreme{sign: 1} }, TypeOf: nullableFirst},
		{Signature: Signature{
			Name: "stDev", Result: floatType, Parameters: []Parameter{number},
			Description: "Returns the standard deviation of a sample.",
		}, New: func(*Context) Accumulator { return &deviation{} }},
		{Signature: Signature{
			Name: "stDevP", Result: floatType, Parameters: []Parameter{number},
			Description: "Returns the standard deviation of a whole population.",
		}, New: func(*Context) Accumulator { return &deviation{population: true} }},
		{Signature: Signature{
			Name: "percentileCont", Result: floatType.Nullable(), Parameters: []Parameter{number, percentile},
			Description: "Returns a percentile, between two values where it falls between them.",
		}, New: func(*Context) Accumulator { return &percentiles{name: "percentileCont", continuous: true} }},
		{Signature: Signature{
			Name: "percentileDisc", Result: numberType.Nullable(), Parameters: []Parameter{number, percentile},
			Description: "Returns the value nearest to a percentile.",
		}, New: func(*Context) Accumulator { return &percentiles{name: "percentileDisc"} }},
	}
	for i := range rows {
		rows[i].Aggregate = true
		rows[i].Category = "Aggregating"
	}
	return rows
}

func nullableFirst(args []ast.Type) ast.Type { return args[0].Nullable() }

// grow extends a slice of states.
func grow[S any](states []S, groups int) []S {
	if groups <= len(states) {
		return states
	}
	if groups <= cap(states) {
		return states[:groups]
	}
	larger := make([]S, groups, max(groups, 2*len(states)))
	copy(larger, states)
	return larger
}

// addColumn is AddColumn for accumulators without a faster way.
func addColumn(groups []int32, values []graph.Value, add func(group int, v graph.Value) error) (int, error) {
	for i, v := range values {
		if v.IsNull() {
			continue
		}
		if err := add(int(groups[i]), v); err != nil {
			return i, err
		}
	}
	return len(values), nil
}

// A counter is count.
type counter struct{ n []int64 }

func (a *counter) Grow(groups int) { a.n = grow(a.n, groups) }

func (a *counter) Add(group int, args []graph.Value) error {
	if len(args) == 0 || !args[0].IsNull() {
		a.n[group]++
	}
	return nil
}

func (a *counter) AddColumn(groups []int32, values []graph.Value) (int, error) {
	for i := range values {
		if !values[i].IsNull() {
			a.n[groups[i]]++
		}
	}
	return len(values), nil
}

func (a *counter) Result(group int) (graph.Value, error) { return graph.Integer(a.n[group]), nil }

func (a *counter) Bytes() int64 { return int64(8 * cap(a.n)) }

// valueBytes is the size of a value in a slice.
const valueBytes = 24

// A collector is collect.
type collector struct {
	lists [][]graph.Value
	items int64
}

func (a *collector) Grow(groups int) { a.lists = grow(a.lists, groups) }

func (a *collector) Add(group int, args []graph.Value) error {
	if !args[0].IsNull() {
		a.items++
		a.lists[group] = append(a.lists[group], args[0])
	}
	return nil
}

func (a *collector) AddColumn(groups []int32, values []graph.Value) (int, error) {
	for i, v := range values {
		if !v.IsNull() {
			a.items++
			a.lists[groups[i]] = append(a.lists[groups[i]], v)
		}
	}
	return len(values), nil
}

func (a *collector) Result(group int) (graph.Value, error) {
	list := a.lists[group]
	return graph.List(slices.Clip(list)), nil
}

func (a *collector) Bytes() int64 { return int64(valueBytes*cap(a.lists)) + 2*valueBytes*a.items }

// A summer is sum and avg.
type summer struct {
	average bool
	states  []sumState
	// durations holds the sums of groups of durations, which are rare.
	durations map[int]graph.Value
}

type sumState struct {
	ints   int64
	floats float64
	n      int64
	mode   sumMode
}

type sumMode uint8

const (
	sumIntegers sumMode = iota
	sumFloats
	sumDurations
)

func (a *summer) name() string {
	if a.average {
		return "avg"
	}
	return "sum"
}

func (a *summer) Grow(groups int) { a.states = grow(a.states, groups) }

func (a *summer) Add(group int, args []graph.Value) error {
	if args[0].IsNull() {
		return nil
	}
	return a.add(group, args[0])
}

func (a *summer) AddColumn(groups []int32, values []graph.Value) (int, error) {
	for i, v := range values {
		s := &a.states[groups[i]]
		if v.Kind() == graph.KindFloat && s.mode == sumFloats {
			s.floats += v.Float()
			s.n++
			continue
		}
		if v.IsNull() {
			continue
		}
		if err := a.add(int(groups[i]), v); err != nil {
			return i, err
		}
	}
	return len(values), nil
}

func (a *summer) add(group int, v graph.Value) error {
	s := &a.states[group]
	switch v.Kind() {
	case graph.KindInteger:
		switch s.mode {
		case sumIntegers:
			sum := s.ints + v.Int()
			if (s.ints^sum)&(v.Int()^sum) < 0 {
				if !a.average {
					return overflowError("sum")
				}
				s.mode, s.floats = sumFloats, float64(s.ints)+float64(v.Int())
			}
			s.ints = sum
		case sumFloats:
			s.floats += float64(v.Int())
		case sumDurations:
			return typeError(a.name(), "values of one type", v)
		}
	case graph.KindFloat:
		switch s.mode {
		case sumIntegers:
			s.mode, s.floats = sumFloats, float64(s.ints)+v.Float()
		case sumFloats:
			s.floats += v.Float()
		case sumDurations:
			return typeError(a.name(), "values of one type", v)
		}
	case graph.KindDuration:
		return a.addDuration(group, v)
	default:
		return typeError(a.name(), "numbers or durations", v)
	}
	s.n++
	return nil
}

func (a *summer) addDuration(group int, v graph.Value) error {
	s := &a.states[group]
	if s.n > 0 && s.mode != sumDurations {
		return typeError(a.name(), "values of one type", v)
	}
	if a.durations == nil {
		a.durations = make(map[int]graph.Value)
	}
	if s.n > 0 {
		var err error
		if v, err = temporalError(temporal.AddDurations(a.durations[group], v)); err != nil {
			return err
		}
	}
	a.durations[group] = v
	s.mode = sumDurations
	s.n++
	return nil
}

func (a *summer) Result(group int) (graph.Value, error) {
	s := &a.states[group]
	switch {
	case s.mode == sumDurations && a.average:
		return temporalError(temporal.DivideDuration(a.durations[group], float64(s.n)))
	case s.mode == sumDurations:
		return a.durations[group], nil
	case !a.average && s.mode == sumFloats:
		return graph.Float(s.floats), nil
	case !a.average:
		return graph.Integer(s.ints), nil
	case s.n == 0:
		return graph.Value{}, nil
	case s.mode == sumFloats:
		return graph.Float(s.floats / float64(s.n)), nil
	}
	return graph.Float(float64(s.ints) / float64(s.n)), nil
}

func (a *summer) Bytes() int64 { return int64(32*cap(a.states) + 80*len(a.durations)) }

// An extreme is min and max, by the order of ORDER BY.
type extreme struct {
	sign int
	best []graph.Value
}

func (a *extreme) Grow(groups int) { a.best = grow(a.best, groups) }

func (a *extreme) Add(group int, args []graph.Value) error {
	a.add(group, args[0])
	return nil
}

func (a *extreme) add(group int, v graph.Value) {
	if v.IsNull() {
		return
	}
	if best := a.best[group]; best.IsNull() || graph.Order(v, best)*a.sign > 0 {
		a.best[group] = v
	}
}

func (a *extreme) AddColumn(groups []int32, values []graph.Value) (int, error) {
	for i, v := range values {
		a.add(int(groups[i]), v)
	}
	return len(values), nil
}

func (a *extreme) Result(group int) (graph.Value, error) { return a.best[group], nil }

func (a *extreme) Bytes() int64 { return int64(valueBytes * cap(a.best)) }

// A deviation is stDev and stDevP, by Welford's recurrence, which does not
// cancel digits as a sum of squares does.
type deviation struct {
	population bool
	states     []deviationState
}

type deviationState struct {
	n          int64
	mean, sum2 float64 // sum2 is of squared distances from the mean
}

func (a *deviation) Grow(groups int) { a.states = grow(a.states, groups) }

func (a *deviation) Add(group int, args []graph.Value) error {
	if args[0].IsNull() {
		return nil
	}
	return a.add(group, args[0])
}

func (a *deviation) add(group int, v graph.Value) error {
	x, err := wantNumber("stDev", v)
	if err != nil {
		return err
	}
	s := &a.states[group]
	s.n++
	delta := x - s.mean
	s.mean += delta / float64(s.n)
	s.sum2 += delta * (x - s.mean)
	return nil
}

func (a *deviation) AddColumn(groups []int32, values []graph.Value) (int, error) {
	return addColumn(groups, values, a.add)
}

func (a *deviation) Result(group int) (graph.Value, error) {
	s := &a.states[group]
	degrees := s.n
	if !a.population {
		degrees--
	}
	if degrees <= 0 {
		return graph.Float(0), nil
	}
	return graph.Float(math.Sqrt(s.sum2 / float64(degrees))), nil
}

func (a *deviation) Bytes() int64 { return int64(24 * cap(a.states)) }
