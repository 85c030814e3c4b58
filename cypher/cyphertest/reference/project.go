package reference

import (
	"slices"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A projected is a row behind WITH or RETURN.
type projected struct {
	// scope has the new symbols beside the old ones of the row that it was
	// made of, or of the first row when it was made of many.
	scope  scope
	values []graph.Value // of the columns
	keys   []graph.Value // of ORDER BY
	tie    int           // the number of the run of equal keys
}

// project runs a projection; ordered tells that the rows are sorted.
func (r *run) project(p *ast.Projection, rows []row, outer row) (out []projected, ordered bool) {
	columns := p.Columns()
	for _, s := range r.groups(p, rows, outer) {
		pr := projected{scope: s}
		for _, item := range columns {
			v := r.eval(item.Expr, s)
			pr.values = append(pr.values, v)
			pr.scope.row = pr.scope.row.with(item.Symbol, v)
		}
		out = append(out, pr)
	}
	if p.Distinct {
		r.result.Unordered = true
		out = distinct(out, func(p projected) []graph.Value { return p.values })
	}
	if len(p.Order) > 0 {
		r.sort(p.Order, out)
	}
	if p.Skip != nil {
		n := min(r.bound(p.Skip), len(out))
		r.cut(out, n)
		out = out[n:]
	}
	if p.Limit != nil {
		n := min(r.bound(p.Limit), len(out))
		r.cut(out, n)
		out = out[:n]
	}
	return out, len(p.Order) > 0
}

// groups returns a scope for each row that the projection makes: one for each
// row, or one for each group when it aggregates.
func (r *run) groups(p *ast.Projection, rows []row, outer row) []scope {
	var scopes []scope
	if !p.Aggregates {
		for _, in := range rows {
			scopes = append(scopes, scope{row: in})
		}
		return scopes
	}
	var keys []*ast.Item
	for _, item := range p.Columns() {
		if !item.Aggregates {
			keys = append(keys, item)
		}
	}
	if len(keys) == 0 {
		first := outer
		if len(rows) > 0 {
			first = rows[0]
		}
		return []scope{{row: first, grouped: true, group: rows}}
	}
	r.result.Unordered = true
	var values [][]graph.Value
	for _, in := range rows {
		var key []graph.Value
		for _, item := range keys {
			key = append(key, r.eval(item.Expr, scope{row: in}))
		}
		at := slices.IndexFunc(values, func(v []graph.Value) bool { return equivalent(v, key) })
		if at < 0 {
			at = len(values)
			values = append(values, key)
			scopes = append(scopes, scope{row: in, grouped: true})
		}
		scopes[at].group = append(scopes[at].group, in)
	}
	return scopes
}

func equivalent(a, b []graph.Value) bool {
	return slices.EqualFunc(a, b, graph.Equivalent)
}

// distinct keeps the first of equivalent rows.
func distinct[T any](rows []T, values func(T) []graph.Value) []T {
	var kept []T
	for _, x := range rows {
		if !slices.ContainsFunc(kept, func(y T) bool { return equivalent(values(x), values(y)) }) {
			kept = append(kept, x)
		}
	}
	return kept
}

func (r *run) sort(order []*ast.SortItem, rows []projected) {
	for i := range rows {
		for _, key := range order {
			rows[i].keys = append(rows[i].keys, r.eval(key.Expr, rows[i].scope))
		}
	}
	compare := func(a, b projected) int {
		for i, key := range order {
			c := graph.Order(a.keys[i], b.keys[i])
			if key.Descending {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	}
	slices.SortStableFunc(rows, compare)
	for i := 1; i < len(rows); i++ {
		rows[i].tie = rows[i-1].tie
		if compare(rows[i-1], rows[i]) != 0 {
			rows[i].tie++
		}
	}
}

// ties returns the ends of the runs of equal keys.
func ties(rows []projected) []int {
	ends := []int{}
	for i := range rows {
		if i == len(rows)-1 || rows[i].tie != rows[i+1].tie {
			ends = append(ends, i+1)
		}
	}
	return ends
}

// cut notes when dividing rows before index n has a choice among different
// rows.
func (r *run) cut(rows []projected, n int) {
	if n == 0 || n == len(rows) || rows[n-1].tie != rows[n].tie {
		return
	}
	var tied []projected
	for _, p := range rows {
		if p.tie == rows[n].tie {
			tied = append(tied, p)
		}
	}
	if len(distinct(tied, func(p projected) []graph.Value { return p.values })) > 1 {
		r.result.Uncertain = true
	}
}

// bound evaluates the number of SKIP or LIMIT.
func (r *run) bound(e ast.Expr) int {
	v := r.eval(e, scope{})
	if v.Kind() != graph.KindInteger {
		fail("InvalidArgumentType", "SKIP and LIMIT need an integer")
	}
	if v.Int() < 0 {
		fail("NegativeIntegerArgument", "SKIP and LIMIT need an integer that is not negative")
	}
	return int(v.Int())
}
