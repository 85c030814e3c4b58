package show

import (
	"context"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// addMaintenance adds Memgraph's statements about the whole database.
func (t *Tables) addMaintenance() {
	t.add(&Table{Columns: textual("QUERY"), rows: t.dump, Streams: true}, "DUMP DATABASE")
	t.add(&Table{
		Columns: slices.Concat(
			textual("label"), column(ast.TypeAny, "property"), integers("num estimation nodes", "num groups"),
			column(ast.TypeFloat, "avg group size", "chi-squared value", "avg degree")),
		rows: t.analyze,
	}, "ANALYZE GRAPH")
	t.add(&Table{Alone: true, rows: func(context.Context, *Request) error {
		t.Store.Reclaim()
		debug.FreeOSMemory()
		return nil
	}}, "FREE MEMORY")
}

// scanSize is how many nodes are read at once.
const scanSize = 256

// analyze tells how the values under each index are spread. The planner needs
// no such statement, because the store always counts.
func (t *Tables) analyze(ctx context.Context, r *Request) error {
	wanted := labelNames(r.Text("labels"))
	for _, info := range t.Store.Indexes() {
		label := t.Store.LabelName(info.Label)
		if info.Relationships {
			continue
		}
		if len(wanted) > 0 && !slices.Contains(wanted, label) {
			continue
		}
		s, err := t.spread(ctx, r.View, info.IndexSpec)
		if err != nil {
			return err
		}
		if err := r.Yield([]graph.Value{
			text(label), texts(t.keyNames(info.Keys)), graph.Integer(s.nodes), graph.Integer(s.groups),
			graph.Float(s.average), graph.Float(s.chiSquared), graph.Float(s.degree),
		}); err != nil {
			return err
		}
	}
	return nil
}

// labelNames reads ":A, :B"; "*" and "" mean all.
func labelNames(list string) []string {
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		name = strings.Trim(strings.TrimSpace(name), ":`")
		if name != "" && name != "*" {
			names = append(names, name)
		}
	}
	return names
}

// A spread is how nodes are distributed over the values of an index.
type spread struct {
	nodes, groups               int64
	average, chiSquared, degree float64
}

func (t *Tables) spread(ctx context.Context, view storage.View, spec storage.IndexSpec) (spread, error) {
	var (
		s       spread
		cursor  storage.NodeCursor
		sizes   = make(map[string]int64)
		ids     = make([]graph.NodeID, scanSize)
		degrees int
		key     []byte
	)
	for {
		n := view.ScanLabel(&cursor, spec.Label, ids)
		if n == 0 {
			break
		}
		if ctx.Err() != nil {
			return s, context.Cause(ctx)
		}
		for _, id := range ids[:n] {
			var complete bool
			if key, complete = valuesKey(key[:0], view, id, spec.Keys); !complete {
				continue
			}
			s.nodes++
			sizes[string(key)]++
			degrees += view.Degree(id, storage.Both, nil)
		}
	}
	if s.nodes == 0 {
		return s, nil
	}
	s.groups = int64(len(sizes))
	s.average = float64(s.nodes) / float64(s.groups)
	for _, size := range sizes {
		off := float64(size) - s.average
		s.chiSquared += off * off / s.average
	}
	s.degree = float64(degrees) / float64(s.nodes)
	return s, nil
}

// valuesKey appends the values of some properties in a form that equal values
// share; complete is false when one is missing.
func valuesKey(dst []byte, view storage.View, id graph.NodeID, keys []storage.KeyID) (out []byte, complete bool) {
	for _, key := range keys {
		v := view.NodeProperty(id, key, new(graph.Arena))
		if v.IsNull() {
			return dst, false
		}
		dst, _ = appendLiteral(append(dst, 0), v)
	}
	return dst, true
}
