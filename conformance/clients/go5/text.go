package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// text writes a value in the notation of the scenario.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case float64:
		if math.IsNaN(v) {
			return "fNaN"
		}
		return fmt.Sprintf("f%016x", math.Float64bits(v))
	case string:
		return quote(v)
	case []byte:
		return fmt.Sprintf("b%x", v)
	case []any:
		items := make([]string, len(v))
		for i := range v {
			items[i] = text(v[i])
		}
		return "[" + strings.Join(items, ", ") + "]"
	case map[string]any:
		return fields(v)
	case neo4j.Node:
		return node(v)
	case neo4j.Relationship:
		return "[:" + v.Type + " " + fields(v.Props) + "]"
	case neo4j.Path:
		return path(v)
	case neo4j.Date:
		t := v.Time()
		return fmt.Sprintf("date %d-%02d-%02d", t.Year(), t.Month(), t.Day())
	case neo4j.LocalTime:
		return "localtime " + clock(v.Time())
	case neo4j.Time:
		_, offset := v.Time().Zone()
		return fmt.Sprintf("time %s %+d", clock(v.Time()), offset)
	case neo4j.LocalDateTime:
		return "localdatetime " + moment(v.Time())
	case time.Time:
		name, offset := v.Zone()
		out := fmt.Sprintf("datetime %s %+d", moment(v), offset)
		if zone := v.Location().String(); zone != "Offset" && zone != name {
			out += " " + zone
		}
		return out
	case neo4j.Duration:
		return fmt.Sprintf("duration %d %d %d %d", v.Months, v.Days, v.Seconds, v.Nanos)
	case neo4j.Point2D:
		return fmt.Sprintf("point %d %s %s", v.SpatialRefId, text(v.X), text(v.Y))
	case neo4j.Point3D:
		return fmt.Sprintf("point %d %s %s %s", v.SpatialRefId, text(v.X), text(v.Y), text(v.Z))
	default:
		return fmt.Sprint(v)
	}
}

func clock(t time.Time) string { return t.Format("15:04:05.000000000") }

func moment(t time.Time) string {
	return fmt.Sprintf("%d-%02d-%02dT%s", t.Year(), t.Month(), t.Day(), clock(t))
}

func quote(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			fmt.Fprintf(&b, "\\u{%X}", r)
		} else {
			b.WriteRune(r)
		}
	}
	return `"` + b.String() + `"`
}

func fields(m map[string]any) string {
	var items []string
	for k, v := range m {
		items = append(items, k+": "+text(v))
	}
	slices.Sort(items)
	return "{" + strings.Join(items, ", ") + "}"
}

func node(n neo4j.Node) string {
	labels := slices.Sorted(slices.Values(n.Labels))
	var out strings.Builder
	out.WriteString("(")
	for _, l := range labels {
		out.WriteString(":" + l)
	}
	return out.String() + " " + fields(n.Props) + ")"
}

// path walks along the relationships: the driver keeps each node once.
func path(p neo4j.Path) string {
	nodes := make(map[string]neo4j.Node)
	for _, n := range p.Nodes {
		nodes[n.ElementId] = n
	}
	at := p.Nodes[0].ElementId
	var out strings.Builder
	out.WriteString(node(nodes[at]))
	for _, r := range p.Relationships {
		if r.StartElementId == at {
			at = r.EndElementId
			out.WriteString("-" + text(r) + "->" + node(nodes[at]))
		} else {
			at = r.StartElementId
			out.WriteString("<-" + text(r) + "-" + node(nodes[at]))
		}
	}
	return out.String()
}
