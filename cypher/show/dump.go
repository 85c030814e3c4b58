package show

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// The label and the key that a dump uses while it is played.
const (
	dumpLabel = "__mg_vertex__"
	dumpKey   = "__mg_id__"
)

// dump yields the statements that make the graph again, in the order that
// Memgraph uses: nodes, relationships between them through an index of the
// dump's own, then the schema.
func (t *Tables) dump(ctx context.Context, r *Request) error {
	if err := t.dumpNodes(ctx, r); err != nil {
		return err
	}
	hasNodes := t.Store.NodeCount() > 0
	if hasNodes {
		if err := statement(r, "CREATE INDEX ON :"+dumpLabel+"("+dumpKey+");"); err != nil {
			return err
		}
	}
	if err := t.dumpRelationships(ctx, r); err != nil {
		return err
	}
	if hasNodes {
		for _, text := range []string{
			"DROP INDEX ON :" + dumpLabel + "(" + dumpKey + ");",
			"MATCH (u) REMOVE u:" + dumpLabel + ", u." + dumpKey + ";",
		} {
			if err := statement(r, text); err != nil {
				return err
			}
		}
	}
	return t.dumpSchema(r)
}

func statement(r *Request, s string) error { return r.Yield([]graph.Value{text(s)}) }

func (t *Tables) dumpNodes(ctx context.Context, r *Request) error {
	var (
		cursor storage.NodeCursor
		ids    = make([]graph.NodeID, scanSize)
		labels []storage.LabelID
		buf    []byte
	)
	for {
		n := r.View.ScanNodes(&cursor, ids)
		if n == 0 {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		for _, id := range ids[:n] {
			buf = append(buf[:0], "CREATE (:"+dumpLabel...)
			labels = r.View.Labels(labels[:0], id)
			for _, l := range labels {
				buf = append(append(buf, ':'), quoted(t.Store.LabelName(l))...)
			}
			buf = append(buf, " {"+dumpKey+": "...)
			buf = strconv.AppendUint(buf, uint64(id), 10)
			var err error
			if buf, err = appendFields(append(buf, ", "...), r.View.NodeMap(id, new(graph.Arena))); err != nil {
				return err
			}
			if err := statement(r, strings.TrimSuffix(string(buf), ", ")+"});"); err != nil {
				return err
			}
		}
	}
}

func (t *Tables) dumpRelationships(ctx context.Context, r *Request) error {
	var (
		cursor storage.RelationshipCursor
		ids    = make([]graph.RelationshipID, scanSize)
		buf    []byte
	)
	for {
		n := r.View.ScanRelationships(&cursor, nil, ids)
		if n == 0 {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		for _, id := range ids[:n] {
			rel, ok := r.View.Relationship(id)
			if !ok {
				continue
			}
			buf = fmt.Appendf(buf[:0], "MATCH (u:%[1]s), (v:%[1]s) WHERE u.%[2]s = %[3]d AND v.%[2]s = %[4]d CREATE (u)-[:%[5]s",
				dumpLabel, dumpKey, rel.Start, rel.End, quoted(t.Store.TypeName(rel.Type)))
			if properties := r.View.RelationshipMap(id, new(graph.Arena)); properties.Len() > 0 {
				var err error
				if buf, err = appendFields(append(buf, " {"...), properties); err != nil {
					return err
				}
				buf = append(buf, '}')
			}
			if err := statement(r, string(buf)+"]->(v);"); err != nil {
				return err
			}
		}
	}
}

func (t *Tables) dumpSchema(r *Request) error {
	for _, info := range t.Store.Indexes() {
		if info.Constraint != "" {
			continue
		}
		if err := statement(r, t.createIndex(&info)+";"); err != nil {
			return err
		}
	}
	for i := range t.Store.Constraints() {
		if err := statement(r, t.createConstraint(&t.Store.Constraints()[i])+";"); err != nil {
			return err
		}
	}
	return nil
}

// appendFields appends the entries of a map as Cypher, without braces.
func appendFields(dst []byte, m graph.Value) ([]byte, error) {
	for i, f := range m.Map() {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(append(dst, quoted(f.Name)...), ": "...)
		var err error
		if dst, err = appendLiteral(dst, f.Value); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// constructors are the functions that read the text of a value.
var constructors = map[graph.Kind]string{ //nolint:gochecknoglobals // a constant table
	graph.KindDate: "date", graph.KindTime: "time", graph.KindLocalTime: "localtime", graph.KindDateTime: "datetime",
	graph.KindLocalDateTime: "localdatetime", graph.KindDuration: "duration",
}

// appendLiteral appends an expression that has the value.
func appendLiteral(dst []byte, v graph.Value) ([]byte, error) {
	var err error
	switch v.Kind() {
	case graph.KindNull:
		return append(dst, "null"...), nil
	case graph.KindFloat:
		return appendFloat(dst, v.Float()), nil
	case graph.KindString:
		return appendString(dst, v.Str()), nil
	case graph.KindList:
		dst = append(dst, '[')
		for i, item := range v.List() {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			if dst, err = appendLiteral(dst, item); err != nil {
				return dst, err
			}
		}
		return append(dst, ']'), nil
	case graph.KindMap:
		if dst, err = appendFields(append(dst, '{'), v); err != nil {
			return dst, err
		}
		return append(dst, '}'), nil
	case graph.KindVector:
		return function.AppendVector(dst, v.Vector()), nil
	case graph.KindBytes:
		return fmt.Appendf(dst, "toByteString('0x%x')", v.Bytes()), nil
	case graph.KindInteger, graph.KindBoolean, graph.KindPoint:
		dst, _ = function.AppendText(dst, v)
		return dst, nil
	case graph.KindDate, graph.KindTime, graph.KindLocalTime, graph.KindDateTime, graph.KindLocalDateTime, graph.KindDuration:
		body, _ := function.AppendText(nil, v)
		dst = appendString(append(append(dst, constructors[v.Kind()]...), '('), string(body))
		return append(dst, ')'), nil
	default:
		return dst, &Error{Message: "a value of the type " + v.Kind().String() + " has no literal form"}
	}
}

func appendFloat(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	at := len(dst)
	dst = strconv.AppendFloat(dst, f, 'g', -1, 64)
	if !strings.ContainsAny(string(dst[at:]), ".e") {
		dst = append(dst, ".0"...)
	}
	return dst
}

// appendString appends a string literal.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '\'')
	for _, c := range s {
		switch c {
		case '\'', '\\':
			dst = append(dst, '\\', byte(c))
		case '\n':
			dst = append(dst, `\n`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\t':
			dst = append(dst, `\t`...)
		default:
			dst = append(dst, string(c)...)
		}
	}
	return append(dst, '\'')
}
