package storage

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/drawbolt/drawbolt/storage/graph"
)

// columnTest is a store with nodes of one label, whose property x is mostly a
// number.
type columnTest struct {
	s     *Store
	label LabelID
	x     KeyID
	ids   []graph.NodeID
}

func newColumnTest(t *testing.T, values func(i int) graph.Value) *columnTest {
	t.Helper()
	s, err := Open(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	c := &columnTest{s: s}
	if c.label, err = s.InternLabel("A"); err != nil {
		t.Fatal(err)
	}
	if c.x, err = s.InternKey("x"); err != nil {
		t.Fatal(err)
	}
	c.write(t, func(ctx context.Context, tx *Transaction) error {
		for i := range 2 * columnNodes {
			var props []Property
			if v := values(i); !v.IsNull() {
				props = []Property{{Key: c.x, Value: v}}
			}
			id, err := tx.CreateNode(ctx, []LabelID{c.label}, props)
			if err != nil {
				return err
			}
			c.ids = append(c.ids, id)
		}
		return nil
	})
	return c
}

// write commits what change does.
func (c *columnTest) write(t *testing.T, change func(context.Context, *Transaction) error) {
	t.Helper()
	tx := c.s.Begin(WriteMode)
	defer tx.Rollback()
	if err := change(t.Context(), tx); err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// selected returns what conditions select.
func (c *columnTest) selected(v View, size int, conditions ...Condition) []graph.NodeID {
	var all []graph.NodeID
	var cursor NodeCursor
	dst := make([]graph.NodeID, size)
	for more := true; more; {
		var n int
		n, more = v.SelectNodes(&cursor, c.label, true, conditions, dst)
		all = append(all, dst[:n]...)
	}
	return all
}

// expected returns the same, node by node and on values.
func (c *columnTest) expected(v View, holds func(graph.Value) bool) []graph.NodeID {
	var all []graph.NodeID
	var cursor NodeCursor
	var arena graph.Arena
	dst := make([]graph.NodeID, 100)
	for n := v.ScanLabel(&cursor, c.label, dst); n > 0; n = v.ScanLabel(&cursor, c.label, dst) {
		for _, id := range dst[:n] {
			if holds(v.NodeProperty(id, c.x, &arena)) {
				all = append(all, id)
			}
		}
	}
	return all
}

// warm scans until there is a column.
func (c *columnTest) warm(t *testing.T) {
	t.Helper()
	for range columnScans + 1 {
		tx := c.s.Begin(ReadMode)
		c.selected(tx.View(), 1024, NewCondition(c.x, Greater, graph.Float(0)))
		tx.Rollback()
	}
}

func mixed(i int) graph.Value {
	switch i % 7 {
	case 0:
		return graph.Integer(int64(i) - 500)
	case 1:
		return graph.String("text")
	case 2:
		return graph.Null
	case 3:
		return graph.Float(math.NaN())
	case 4:
		return graph.Float(math.Inf(i%2*2 - 1))
	default:
		return graph.Float(float64(i)/2 - 300)
	}
}

// A column selects what its nodes' properties would.
func TestColumn(t *testing.T) {
	c := newColumnTest(t, mixed)
	c.warm(t)
	if c.s.columns.bytes == 0 {
		t.Fatal("there is no column")
	}
	tx := c.s.Begin(ReadMode)
	defer tx.Rollback()
	v := tx.View()
	names := map[Relation]string{Less: "<", LessOrEqual: "<=", Equals: "=", GreaterOrEqual: ">=", Greater: ">"}
	meets := func(r Relation, x, y graph.Value) bool {
		if !x.IsNumber() {
			return false
		}
		order, defined := graph.Compare(x, y)
		return defined == graph.True && r>>(order+1)&1 != 0
	}
	for _, y := range []graph.Value{
		graph.Integer(0), graph.Integer(-500), graph.Integer(1 << 60), graph.Float(0.5), graph.Float(-299.5), graph.Float(math.NaN()),
		graph.Float(math.Inf(1)), graph.Float(math.Inf(-1)), graph.Float(math.MaxFloat64), graph.Float(math.Copysign(0, -1)),
	} {
		for r, name := range names {
			want := c.expected(v, func(x graph.Value) bool { return meets(r, x, y) })
			for _, size := range []int{7, 1024} {
				if got := c.selected(v, size, NewCondition(c.x, r, y)); !slices.Equal(got, want) {
					t.Errorf("%s %v by %d: %d nodes, want %d", name, y, size, len(got), len(want))
				}
			}
		}
	}
	want := c.expected(v, func(x graph.Value) bool {
		return meets(Greater, x, graph.Integer(-100)) && meets(LessOrEqual, x, graph.Float(100))
	})
	if got := c.selected(v, 64, NewCondition(c.x, Greater, graph.Integer(-100)), NewCondition(c.x, LessOrEqual, graph.Float(100))); !slices.Equal(got, want) {
		t.Errorf("an interval: %d nodes, want %d", len(got), len(want))
	}
}

// A column is for the snapshots from its own to the next change of its label.
func TestColumnAndChanges(t *testing.T) {
	positive := func(x graph.Value) bool { return x.IsNumber() && mustCompare(x) > 0 }
	for _, tt := range []struct {
		name   string
		change func(*columnTest, context.Context, *Transaction) error
		keeps  bool
	}{
		{"a property", func(c *columnTest, ctx context.Context, tx *Transaction) error {
			return tx.SetNodeProperty(ctx, c.ids[1], c.x, graph.Integer(7))
		}, false},
		{"a property away", func(c *columnTest, ctx context.Context, tx *Transaction) error {
			return tx.SetNodeProperty(ctx, c.ids[len(c.ids)-1], c.x, graph.Null)
		}, false},
		{"a deletion", func(c *columnTest, ctx context.Context, tx *Transaction) error {
			_, err := tx.DeleteNode(ctx, c.ids[len(c.ids)-1])
			return err
		}, false},
		{"a label away", func(c *columnTest, ctx context.Context, tx *Transaction) error {
			_, err := tx.RemoveLabel(ctx, c.ids[len(c.ids)-1], c.label)
			return err
		}, false},
		{"a new node", func(c *columnTest, ctx context.Context, tx *Transaction) error {
			_, err := tx.CreateNode(ctx, []LabelID{c.label}, []Property{{Key: c.x, Value: graph.Float(1)}})
			return err
		}, false},
		{"a node without the label", func(c *columnTest, ctx context.Context, tx *Transaction) error {
			_, err := tx.CreateNode(ctx, nil, []Property{{Key: c.x, Value: graph.Float(1)}})
			return err
		}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newColumnTest(t, func(i int) graph.Value { return graph.Integer(int64(i) - 100) })
			c.warm(t)
			condition := NewCondition(c.x, Greater, graph.Integer(0))
			check := func(tx *Transaction, who string) {
				t.Helper()
				if got, want := c.selected(tx.View(), 1024, condition), c.expected(tx.View(), positive); !slices.Equal(got, want) {
					t.Errorf("%s: %d nodes, want %d", who, len(got), len(want))
				}
			}
			before := c.s.Begin(ReadMode)
			defer before.Rollback()
			own := c.s.Begin(WriteMode)
			defer own.Rollback()
			if err := tt.change(c, t.Context(), own); err != nil {
				t.Fatal(err)
			}
			check(own, "the writer")
			if _, err := own.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
			after := c.s.Begin(ReadMode)
			defer after.Rollback()
			check(after, "the first reader from afterwards")
			if kept := c.s.columns.bytes != 0; kept != tt.keeps {
				t.Errorf("the column is kept: %t, want %t", kept, tt.keeps)
			}
			for range columnScans + 2 {
				check(before, "a reader from before")
				after := c.s.Begin(ReadMode)
				check(after, "a reader from afterwards")
				after.Rollback()
			}
			if c.s.columns.bytes == 0 {
				t.Error("there is no column again")
			}
			c.s.Reclaim()
			if c.s.columns.bytes != 0 {
				t.Error("the column stays")
			}
		})
	}
}

func mustCompare(x graph.Value) int {
	order, _ := graph.Compare(x, graph.Integer(0))
	return order
}

// Integers that no float64 can be make no column, and their comparisons are
// exact.
func TestColumnOfLargeIntegers(t *testing.T) {
	c := newColumnTest(t, func(i int) graph.Value { return graph.Integer(1<<60 + int64(i)) })
	c.warm(t)
	if c.s.columns.bytes != 0 {
		t.Fatal("there is a column")
	}
	tx := c.s.Begin(ReadMode)
	defer tx.Rollback()
	if got := c.selected(tx.View(), 1024, NewCondition(c.x, Greater, graph.Integer(1<<60+10))); len(got) != len(c.ids)-11 {
		t.Errorf("%d nodes, want %d", len(got), len(c.ids)-11)
	}
}

// Readers and writers at once: whatever they select agrees with what they see.
func TestColumnUnderChange(t *testing.T) {
	c := newColumnTest(t, func(i int) graph.Value { return graph.Integer(int64(i) - 100) })
	positive := func(x graph.Value) bool { return x.IsNumber() && mustCompare(x) > 0 }
	var writers, readers sync.WaitGroup
	stop := make(chan struct{})
	for w := range 2 {
		writers.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 1))
			for range 8 {
				for range 1 + r.IntN(20) { // now and then nobody writes for a while
					tx := c.s.Begin(WriteMode)
					id := c.ids[w*columnNodes+r.IntN(columnNodes)]
					if tx.SetNodeProperty(t.Context(), id, c.x, graph.Integer(int64(r.IntN(200)-100))) == nil {
						_, _ = tx.Commit(t.Context())
					}
					tx.Rollback()
				}
				for range r.IntN(6) {
					tx := c.s.Begin(ReadMode)
					c.selected(tx.View(), 1024, NewCondition(c.x, Greater, graph.Integer(0)))
					tx.Rollback()
				}
			}
		})
	}
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				tx := c.s.Begin(ReadMode)
				got, want := c.selected(tx.View(), 1024, NewCondition(c.x, Greater, graph.Integer(0))), c.expected(tx.View(), positive)
				tx.Rollback()
				if !slices.Equal(got, want) {
					t.Errorf("%d nodes, want %d", len(got), len(want))
					return
				}
			}
		})
	}
	writers.Wait()
	close(stop)
	readers.Wait()
}
