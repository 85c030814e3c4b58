package expr

import (
	"errors"

	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/cypher/temporal"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// temporalResult turns an error of temporal arithmetic into one of this
// package.
func temporalResult(v graph.Value, err error) (graph.Value, error) {
	if err == nil {
		return v, nil
	}
	if t, ok := errors.AsType[*temporal.Error](err); ok {
		return graph.Value{}, Errorf(KindArgument, DetailArgumentValue, "%s: %s", DetailArgumentValue, t.Reason)
	}
	return graph.Value{}, err
}

// addTemporal adds a duration to a temporal value, in either order.
func addTemporal(a, b graph.Value) (graph.Value, error) {
	switch {
	case a.Kind() == graph.KindDuration && b.Kind() == graph.KindDuration:
		return temporalResult(temporal.AddDurations(a, b))
	case isTemporal(a.Kind()) && b.Kind() == graph.KindDuration:
		return temporalResult(temporal.Add(a, b))
	case isTemporal(b.Kind()) && a.Kind() == graph.KindDuration:
		return temporalResult(temporal.Add(b, a))
	}
	return graph.Value{}, typeError("+", a, b)
}

func subtractTemporal(a, b graph.Value) (graph.Value, error) {
	if a.Kind() == graph.KindDuration {
		return temporalResult(temporal.SubtractDurations(a, b))
	}
	return temporalResult(temporal.Subtract(a, b))
}

func scaleDuration(d graph.Value, factor float64) (graph.Value, error) {
	return temporalResult(temporal.ScaleDuration(d, factor))
}

func divideDuration(d graph.Value, divisor float64) (graph.Value, error) {
	return temporalResult(temporal.DivideDuration(d, divisor))
}

// component returns a component of a temporal value or a point; ok is false
// when there is none of that name.
func component(v graph.Value, name string) (part graph.Value, ok bool) {
	switch {
	case isTemporal(v.Kind()):
		part, err := temporal.Component(v, name)
		return part, err == nil
	case v.Kind() == graph.KindPoint:
		part, err := function.PointComponent(v.Point(), name)
		return part, err == nil
	}
	return graph.Value{}, false
}
