package function

import (
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/temporal"
	"github.com/drawbolt/drawbolt/storage/graph"
)

const anyTemporal = ast.TypeTemporal

func temporalFunctions() []Function {
	const category = "Temporal"
	var rows []Function
	for _, k := range []struct {
		name string
		kind graph.Kind
		set  ast.Set
		noun string
	}{
		{"date", graph.KindDate, ast.TypeDate, "a date"},
		{"localtime", graph.KindLocalTime, ast.TypeLocalTime, "a time of day"},
		{"time", graph.KindTime, ast.TypeTime, "a time of day with an offset"},
		{"localdatetime", graph.KindLocalDateTime, ast.TypeLocalDateTime, "a date and time"},
		{"datetime", graph.KindDateTime, ast.TypeDateTime, "a date and time with a zone"},
	} {
		result := ast.Of(k.set)
		// The argument is optional; null makes null.
		rows = append(rows, row(category, k.name, result, construct(k.name, k.kind), "Makes "+k.noun+", by default the current one.",
			maybe("input", ast.Of(ast.TypeString|ast.TypeMap|anyTemporal))))
		for _, r := range []struct {
			name    string
			reading temporal.Reading
			noun    string
		}{
			{"transaction", temporal.TransactionTime, "when the transaction began"},
			{"statement", temporal.StatementTime, "when the statement began"},
			{"realtime", temporal.RealTime, "of now"},
		} {
			f := row(category, k.name+"."+r.name, result, current(k.name+"."+r.name, k.kind, r.reading),
				"Returns the time "+r.noun+" as "+k.noun+".", maybe("timezone", stringType))
			f.Volatile = r.reading == temporal.RealTime
			rows = append(rows, f)
		}
		rows = append(rows, row(category, k.name+".truncate", result, truncate(k.name+".truncate", k.kind),
			"Cuts a value down to a unit and returns "+k.noun+".",
			need("unit", stringType), maybe("input", ast.Of(anyTemporal)), maybe("fields", mapType)))
	}
	between := []Parameter{need("from", ast.Of(anyTemporal)), need("to", ast.Of(anyTemporal))}
	return append(rows,
		row(category, "datetime.fromepoch", ast.Of(ast.TypeDateTime), fromEpoch, "Makes a date-time of seconds and nanoseconds since 1970.",
			need("seconds", numberType), need("nanoseconds", numberType)),
		row(category, "datetime.fromepochmillis", ast.Of(ast.TypeDateTime), fromEpochMillis, "Makes a date-time of milliseconds since 1970.",
			need("milliseconds", numberType)),
		row("Duration", "duration", durationType, duration, "Makes a duration of a text or a map.",
			need("input", ast.Of(ast.TypeString|ast.TypeMap|ast.TypeDuration))),
		row("Duration", "duration.between", durationType, interval(temporal.Between), "Returns the months, days and seconds from one value to another.", between...),
		row("Duration", "duration.inMonths", durationType, interval(temporal.InMonths), "Returns the whole months from one value to another.", between...),
		row("Duration", "duration.inDays", durationType, interval(temporal.InDays), "Returns the whole days from one value to another.", between...),
		row("Duration", "duration.inSeconds", durationType, interval(temporal.InSeconds), "Returns the seconds from one value to another.", between...),
	)
}

func construct(name string, kind graph.Kind) call {
	return func(c *Context, args []graph.Value) (graph.Value, error) {
		if len(args) == 0 {
			return temporalError(temporal.Now(kind, temporal.StatementTime, "", &c.Clock))
		}
		switch v := args[0]; v.Kind() {
		case graph.KindString:
			return temporalError(parse(kind, v.Str(), &c.Clock))
		case graph.KindMap:
			return temporalError(temporal.Construct(kind, v, &c.Clock))
		case graph.KindDate, graph.KindLocalTime, graph.KindTime, graph.KindLocalDateTime, graph.KindDateTime:
			return temporalError(temporal.Convert(kind, v, &c.Clock))
		default:
			return graph.Value{}, typeError(name, "a STRING, a MAP or a temporal value", v)
		}
	}
}

func parse(kind graph.Kind, text string, clock *temporal.Clock) (graph.Value, error) {
	switch kind {
	case graph.KindDate:
		return temporal.ParseDate(text)
	case graph.KindLocalTime:
		return temporal.ParseLocalTime(text)
	case graph.KindTime:
		return temporal.ParseTime(text, clock)
	case graph.KindLocalDateTime:
		return temporal.ParseLocalDateTime(text)
	default:
		return temporal.ParseDateTime(text, clock)
	}
}

func current(name string, kind graph.Kind, reading temporal.Reading) call {
	return func(c *Context, args []graph.Value) (graph.Value, error) {
		zone := ""
		if len(args) == 1 {
			var err error
			if zone, err = wantString(name, args[0]); err != nil {
				return graph.Value{}, err
			}
		}
		return temporalError(temporal.Now(kind, reading, zone, &c.Clock))
	}
}

func truncate(name string, kind graph.Kind) call {
	return func(c *Context, args []graph.Value) (graph.Value, error) {
		unit, err := wantString(name, args[0])
		if err != nil {
			return graph.Value{}, err
		}
		var v, fields graph.Value
		if len(args) >= 2 {
			v = args[1]
		} else if v, err = temporal.Now(kind, temporal.StatementTime, "", &c.Clock); err != nil {
			return temporalError(v, err)
		}
		if len(args) == 3 {
			if fields = args[2]; fields.Kind() != graph.KindMap {
				return graph.Value{}, typeError(name, "a MAP", fields)
			}
		}
		return temporalError(temporal.Truncate(kind, unit, v, fields, &c.Clock))
	}
}

func fromEpoch(_ *Context, args []graph.Value) (graph.Value, error) {
	seconds, ok := integerOf(args[0])
	nanos, ok2 := integerOf(args[1])
	if !ok || !ok2 {
		return graph.Value{}, argumentError("datetime.fromepoch() needs whole numbers")
	}
	return temporalError(temporal.FromEpoch(seconds, nanos))
}

func fromEpochMillis(_ *Context, args []graph.Value) (graph.Value, error) {
	millis, ok := integerOf(args[0])
	if !ok {
		return graph.Value{}, argumentError("datetime.fromepochmillis() needs a whole number")
	}
	return temporalError(temporal.FromEpoch(floorDiv(millis, 1000), floorMod(millis, 1000)*1_000_000))
}

func duration(_ *Context, args []graph.Value) (graph.Value, error) {
	switch v := args[0]; v.Kind() {
	case graph.KindString:
		return temporalError(temporal.ParseDuration(v.Str()))
	case graph.KindMap:
		return temporalError(temporal.DurationFromMap(v))
	case graph.KindDuration:
		return v, nil
	default:
		return graph.Value{}, typeError("duration", "a STRING or a MAP", v)
	}
}

func interval(fn func(from, to graph.Value) (graph.Value, error)) call {
	return func(_ *Context, args []graph.Value) (graph.Value, error) {
		return temporalError(fn(args[0], args[1]))
	}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func floorMod(a, b int64) int64 { return a - floorDiv(a, b)*b }
