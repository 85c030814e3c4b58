package load

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/cypher/temporal"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A parser reads a value of one type.
type parser func(c *column, text string) (graph.Value, error)

// parsers returns the types of values by their names in headers.
func parsers() map[string]parser {
	simple := func(parse func(string) (graph.Value, error)) parser {
		return func(_ *column, text string) (graph.Value, error) { return parse(strings.TrimSpace(text)) }
	}
	zoned := func(parse func(string, *temporal.Clock) (graph.Value, error)) parser {
		return func(c *column, text string) (graph.Value, error) {
			var clock temporal.Clock
			if name := c.options["timezone"]; name != "" {
				zone, err := temporal.ParseZone(name)
				if err != nil {
					return graph.Value{}, err
				}
				clock.Zone = zone
			}
			return parse(strings.TrimSpace(text), &clock)
		}
	}
	return map[string]parser{
		"string": parseString, "char": parseString,
		"int": parseInteger(32), "long": parseInteger(64), "short": parseInteger(16), "byte": parseInteger(8), "integer": parseInteger(64),
		"float": parseFloat, "double": parseFloat, "boolean": parseBoolean, "point": parsePoint(function.NewTable().Find("point")),
		"date": simple(temporal.ParseDate), "localtime": simple(temporal.ParseLocalTime),
		"localdatetime": simple(temporal.ParseLocalDateTime), "duration": simple(temporal.ParseDuration),
		"time": zoned(temporal.ParseTime), "datetime": zoned(temporal.ParseDateTime),
	}
}

func parseString(_ *column, text string) (graph.Value, error) {
	if !utf8.ValidString(text) {
		return graph.Value{}, errors.New("the text is not UTF-8")
	}
	return graph.String(text), nil
}

func parseInteger(size int) parser {
	return func(_ *column, text string) (graph.Value, error) {
		n, err := strconv.ParseInt(strings.TrimSpace(text), 10, size)
		if err != nil {
			return graph.Value{}, fmt.Errorf("%q is no integer of %d bits", text, size)
		}
		return graph.Integer(n), nil
	}
}

func parseFloat(_ *column, text string) (graph.Value, error) {
	f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil {
		return graph.Value{}, fmt.Errorf("%q is no number", text)
	}
	return graph.Float(f), nil
}

// parseBoolean reads true in any case; everything else is false, as in Neo4j.
func parseBoolean(_ *column, text string) (graph.Value, error) {
	return graph.Boolean(strings.EqualFold(strings.TrimSpace(text), "true")), nil
}

// parsePoint reads {x: 1, y: 2} and the like, through the function point.
func parsePoint(point *function.Function) parser {
	return func(c *column, text string) (graph.Value, error) {
		fields, err := pointFields(c, text)
		if err != nil {
			return graph.Value{}, err
		}
		return point.Invoke(&function.Context{}, []graph.Value{graph.Map(fields)})
	}
}

func pointFields(c *column, text string) ([]graph.Field, error) {
	inside, ok := strings.CutPrefix(strings.TrimSpace(text), "{")
	inside, closed := strings.CutSuffix(inside, "}")
	if !ok || !closed {
		return nil, fmt.Errorf("%q is no point: it has no braces", text)
	}
	var fields []graph.Field
	named := false
	for part := range strings.SplitSeq(inside, ",") {
		key, value, _ := strings.Cut(part, ":")
		key, value = strings.ToLower(strings.Trim(strings.TrimSpace(key), `"'`)), strings.Trim(strings.TrimSpace(value), `"'`)
		if key == "crs" {
			named = true
			fields = append(fields, graph.Field{Name: key, Value: graph.String(value)})
			continue
		}
		f, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return nil, fmt.Errorf("%q is no point: %q is no number", text, value)
		}
		fields = append(fields, graph.Field{Name: key, Value: graph.Float(f)})
	}
	if crs := c.options["crs"]; crs != "" && !named {
		fields = append(fields, graph.Field{Name: "crs", Value: graph.String(crs)})
	}
	return fields, nil
}
