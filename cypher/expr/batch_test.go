package expr_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/storage/graph"
)

func column(kind expr.ColumnKind, numbers ...int64) expr.Column {
	c := expr.Column{}
	c.Resize(kind, len(numbers))
	for i, n := range numbers {
		switch kind {
		case expr.Nodes:
			c.Set(i, graph.Node(graph.NodeID(n)))
		case expr.Relationships:
			c.Set(i, graph.Relationship(graph.RelationshipID(n)))
		case expr.Values:
			c.Set(i, graph.Integer(n))
		}
	}
	return c
}

func show(c *expr.Column, n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprint(&text, c.Value(i), " ")
	}
	return text.String()
}

func TestColumn(t *testing.T) {
	for _, kind := range []expr.ColumnKind{expr.Values, expr.Nodes, expr.Relationships} {
		t.Run(fmt.Sprint("kind ", kind), func(t *testing.T) {
			src := column(kind, 10, 11, 12, 13)
			want := column(kind, 11, 13, 13)
			var got expr.Column
			got.Gather(&src, []int32{1, 3, 3})
			if a, b := show(&got, 3), show(&want, 3); a != b {
				t.Errorf("Gather = %s, want %s", a, b)
			}
			got.Truncate()
			got.Append(&src, 1, 2)
			got.AppendRepeated(&src, 3, 2)
			if a, b := show(&got, 3), show(&want, 3); a != b {
				t.Errorf("Append = %s, want %s", a, b)
			}
			got.SetNull(1)
			if !got.IsNull(1) || got.IsNull(0) || !got.Value(1).IsNull() {
				t.Errorf("SetNull(1): nulls are %t, %t", got.IsNull(0), got.IsNull(1))
			}
			got.Resize(kind, 100)
			if a, b := fmt.Sprint(got.Value(0)), fmt.Sprint(want.Value(0)); a != b {
				t.Errorf("Resize lost row 0: %s, want %s", a, b)
			}
		})
	}
}

func TestColumnOfIDsRefusesOtherValues(t *testing.T) {
	c := column(expr.Nodes, 1, 2)
	c.Set(0, graph.Integer(7))
	c.Set(1, graph.Relationship(3))
	if !c.IsNull(0) || !c.IsNull(1) {
		t.Errorf("a column of nodes took %v and %v", c.Value(0), c.Value(1))
	}
}

func TestBatchKeep(t *testing.T) {
	b := expr.NewBatch(3)
	b.Columns[0] = column(expr.Values, 1, 2, 3, 4)
	b.Columns[2] = column(expr.Nodes, 5, 6, 7, 8)
	b.N = 4
	b.Keep([]int32{0, 2}, []int{0, 1, 2})
	want := [2]string{"1 3 ", "(#5) (#7) "}
	if got := [2]string{show(&b.Columns[0], b.N), show(&b.Columns[2], b.N)}; b.N != 2 || got != want {
		t.Errorf("Keep = %d rows %q, want 2 rows %q", b.N, got, want)
	}
	if node, ok := b.Node(2, 1); !ok || node != 7 {
		t.Errorf("Node(2, 1) = %d, %t", node, ok)
	}
	if _, ok := b.Node(0, 0); ok {
		t.Error("Node of an integer is ok")
	}
	if _, ok := b.Relationship(2, 0); ok {
		t.Error("Relationship of a node is ok")
	}
	b.Release()
	if b.N != 0 || len(b.Columns[0].Values) != 0 || !b.Columns[0].Values[:1][0].IsNull() {
		t.Error("Release keeps values")
	}
}
