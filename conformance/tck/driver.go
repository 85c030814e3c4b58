package tck

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j/dbtype"
)

// fromDriver converts what the driver returned.
func fromDriver(v any) (value, error) {
	switch v := v.(type) {
	case nil:
		return value{}, nil
	case bool:
		return value{kind: kindBoolean, boolean: v}, nil
	case int64:
		return value{kind: kindInteger, integer: v}, nil
	case float64:
		return value{kind: kindFloat, float: v}, nil
	case string:
		return value{kind: kindString, text: v}, nil
	case []any:
		list := value{kind: kindList}
		for _, item := range v {
			converted, err := fromDriver(item)
			if err != nil {
				return value{}, err
			}
			list.items = append(list.items, converted)
		}
		return list, nil
	case map[string]any:
		entries, err := entriesFromDriver(v)
		return value{kind: kindMap, entries: entries}, err
	case dbtype.Node:
		entries, err := entriesFromDriver(v.Props)
		return value{kind: kindNode, labels: slices.Sorted(slices.Values(v.Labels)), entries: entries}, err
	case dbtype.Relationship:
		entries, err := entriesFromDriver(v.Props)
		return value{kind: kindRelationship, text: v.Type, entries: entries}, err
	case dbtype.Path:
		return pathFromDriver(v)
	default:
		return temporalFromDriver(v)
	}
}

func entriesFromDriver(m map[string]any) (map[string]value, error) {
	entries := make(map[string]value, len(m))
	for key, v := range m {
		converted, err := fromDriver(v)
		if err != nil {
			return nil, err
		}
		entries[key] = converted
	}
	return entries, nil
}

// pathFromDriver walks the relationships: the driver's list of nodes has each
// node once, however often the path visits it.
func pathFromDriver(p dbtype.Path) (value, error) {
	if len(p.Nodes) == 0 {
		return value{}, errors.New("tck: a path without nodes")
	}
	nodes := make(map[string]dbtype.Node, len(p.Nodes))
	for _, n := range p.Nodes {
		nodes[n.ElementId] = n
	}
	at := p.Nodes[0].ElementId
	first, err := fromDriver(p.Nodes[0])
	if err != nil {
		return value{}, err
	}
	path := value{kind: kindPath, items: []value{first}}
	for _, r := range p.Relationships {
		walked, err := fromDriver(r)
		if err != nil {
			return value{}, err
		}
		walked.reverse = r.StartElementId != at
		at = r.EndElementId
		if walked.reverse {
			at = r.StartElementId
		}
		next, err := fromDriver(nodes[at])
		if err != nil {
			return value{}, err
		}
		path.items = append(path.items, walked, next)
	}
	return path, nil
}

// temporalFromDriver prints temporal values as java.time does, which is how the
// kit writes them.
func temporalFromDriver(v any) (value, error) {
	switch v := v.(type) {
	case dbtype.Date:
		return value{kind: kindTemporal, text: dateText(v.Time())}, nil
	case dbtype.LocalTime:
		return value{kind: kindTemporal, text: clockText(v.Time())}, nil
	case dbtype.Time:
		return value{kind: kindTemporal, text: clockText(v.Time()) + offsetText(v.Time())}, nil
	case dbtype.LocalDateTime:
		return value{kind: kindTemporal, text: dateText(v.Time()) + "T" + clockText(v.Time())}, nil
	case time.Time:
		text := dateText(v) + "T" + clockText(v) + offsetText(v)
		zone := v.Location().String()
		if zone == "Offset" {
			return value{kind: kindTemporal, text: text}, nil
		}
		return value{
			kind: kindTemporal, text: text + "[" + zone + "]",
			zoned: &instant{seconds: v.Unix(), nanos: v.Nanosecond(), zone: zone},
		}, nil
	case dbtype.Duration:
		return value{kind: kindTemporal, text: durationText(v)}, nil
	}
	return value{}, fmt.Errorf("tck: the driver returned a %T", v)
}

// equalTemporal compares an expected text. In a named zone only the instant
// and the name count.
func equalTemporal(want string, got value) bool {
	if got.zoned == nil {
		return want == got.text
	}
	text, zone, ok := strings.Cut(strings.TrimSuffix(want, "]"), "[")
	if !ok || zone != got.zoned.zone {
		return false
	}
	for _, layout := range [...]string{
		"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04Z07:00",
		"2006-01-02T15:04:05.999999999Z07:00:00", "2006-01-02T15:04Z07:00:00",
	} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.Unix() == got.zoned.seconds && at.Nanosecond() == got.zoned.nanos
		}
	}
	return false
}

func dateText(t time.Time) string {
	year, sign := t.Year(), ""
	if year < 0 {
		year, sign = -year, "-"
	} else if year > 9999 {
		sign = "+"
	}
	return fmt.Sprintf("%s%04d-%02d-%02d", sign, year, int(t.Month()), t.Day())
}

// clockText leaves out seconds that are zero, and prints fractions in groups of
// three digits.
func clockText(t time.Time) string {
	text := fmt.Sprintf("%02d:%02d", t.Hour(), t.Minute())
	nanos := t.Nanosecond()
	if t.Second() == 0 && nanos == 0 {
		return text
	}
	text += fmt.Sprintf(":%02d", t.Second())
	switch {
	case nanos == 0:
		return text
	case nanos%1_000_000 == 0:
		return text + fmt.Sprintf(".%03d", nanos/1_000_000)
	case nanos%1000 == 0:
		return text + fmt.Sprintf(".%06d", nanos/1000)
	}
	return text + fmt.Sprintf(".%09d", nanos)
}

func offsetText(t time.Time) string {
	_, offset := t.Zone()
	if offset == 0 {
		return "Z"
	}
	sign := "+"
	if offset < 0 {
		sign, offset = "-", -offset
	}
	text := fmt.Sprintf("%s%02d:%02d", sign, offset/3600, offset/60%60)
	if offset%60 != 0 {
		text += fmt.Sprintf(":%02d", offset%60)
	}
	return text
}

func durationText(d dbtype.Duration) string {
	text := "P"
	part := func(n int64, unit string) {
		if n != 0 {
			text += strconv.FormatInt(n, 10) + unit
		}
	}
	part(d.Months/12, "Y")
	part(d.Months%12, "M")
	part(d.Days, "D")
	seconds, nanos := d.Seconds, int64(d.Nanos)
	if seconds < 0 && nanos > 0 {
		seconds, nanos = seconds+1, nanos-1_000_000_000
	}
	if seconds == 0 && nanos == 0 {
		if text == "P" {
			return "PT0S"
		}
		return text
	}
	text += "T"
	part(seconds/3600, "H")
	part(seconds/60%60, "M")
	seconds %= 60
	if seconds == 0 && nanos == 0 {
		return text
	}
	sign := ""
	if seconds < 0 || nanos < 0 {
		sign, seconds, nanos = "-", -seconds, -nanos
	}
	fraction := ""
	if nanos != 0 {
		fraction = "." + strings.TrimRight(fmt.Sprintf("%09d", nanos), "0")
	}
	return text + sign + strconv.FormatInt(seconds, 10) + fraction + "S"
}
