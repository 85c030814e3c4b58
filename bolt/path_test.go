package bolt_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/bolt/bolttest"
	"github.com/drawbolt/drawbolt/packstream"
	"github.com/drawbolt/drawbolt/storage/graph"
)

func TestPath(t *testing.T) {
	// 10: 1→2, 11: 3→1, 12: 1→1.
	g := &fakeGraph{ends: map[graph.RelationshipID][2]graph.NodeID{10: {1, 2}, 11: {3, 1}, 12: {1, 1}}}
	for _, tt := range []struct {
		name          string
		nodes         []graph.NodeID
		relationships []graph.RelationshipID
		want          string // nodes, relationships, indices
	}{
		{"one node", []graph.NodeID{1}, nil, "[1] [] []"},
		{"forward", []graph.NodeID{1, 2}, []graph.RelationshipID{10}, "[1 2] [10] [1, 1]"},
		{"backward", []graph.NodeID{2, 1}, []graph.RelationshipID{10}, "[2 1] [10] [-1, 1]"},
		{"there and back and on", []graph.NodeID{1, 2, 1, 3}, []graph.RelationshipID{10, 10, 11}, "[1 2 3] [10 11] [1, 1, -1, 0, -2, 2]"},
		{"loop", []graph.NodeID{1, 1}, []graph.RelationshipID{12}, "[1] [12] [1, 0]"},
		{"deleted relationship", []graph.NodeID{1, 2}, []graph.RelationshipID{99}, "[1 2] [99] [1, 1]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := graph.NewPath(&graph.Path{Nodes: tt.nodes, Relationships: tt.relationships})
			for _, text := range []string{"1", "5.4"} {
				wire, err := bolt.AppendValue(nil, p, version(t, text), g)
				if got := outline(t, wire); err != nil || got != tt.want {
					t.Errorf("path for %s = %s, %v; want %s", text, got, err, tt.want)
				}
			}
		})
	}
}

func TestPathFields(t *testing.T) {
	g := &fakeGraph{ends: map[graph.RelationshipID][2]graph.NodeID{10: {1, 2}}}
	p := graph.NewPath(&graph.Path{Nodes: []graph.NodeID{1, 2}, Relationships: []graph.RelationshipID{10}})
	for text, want := range map[string]string{
		"4.4": `P([N(1, ["L1"], {n: 1}), N(2, ["L2"], {n: 2})], [r(10, "T10", {r: 10})], [1, 1])`,
		"5.0": `P([N(1, ["L1"], {n: 1}, "4:0123456789abcdef:1"), N(2, ["L2"], {n: 2}, "4:0123456789abcdef:2")], ` +
			`[r(10, "T10", {r: 10}, "5:0123456789abcdef:10")], [1, 1])`,
	} {
		wire, err := bolt.AppendValue(nil, p, version(t, text), g)
		if got := bolttest.FormatValue(wire); err != nil || got != want {
			t.Errorf("path for %s = %s, %v; want %s", text, got, err, want)
		}
	}
}

// outline shows the ids in a path: [nodes] [relationships] [indices].
func outline(tb testing.TB, wire []byte) string {
	tb.Helper()
	d := packstream.NewDecoder(wire)
	if _, _, err := d.StructHeader(); err != nil {
		tb.Fatal(err)
	}
	ids := func() string {
		n, err := d.ListHeader()
		if err != nil {
			tb.Fatal(err)
		}
		list := make([]int64, n)
		for i := range list {
			_, fields, _ := d.StructHeader()
			list[i], _ = d.Int()
			for range fields - 1 {
				if err := d.Skip(); err != nil {
					tb.Fatal(err)
				}
			}
		}
		return fmt.Sprint(list)
	}
	nodes, relationships := ids(), ids()
	return nodes + " " + relationships + " " + bolttest.FormatValue(d.Rest())
}

// TestLongPaths walks at random, far enough to leave the short lists, and walks
// again by the indices.
func TestLongPaths(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	e := bolt.ValueEncoder{Version: version(t, "4.4")}
	for _, length := range []int{0, 5, 31, 32, 33, 34, 40, 100, 1000, 3} {
		g := &fakeGraph{ends: map[graph.RelationshipID][2]graph.NodeID{}}
		p := &graph.Path{Nodes: []graph.NodeID{0}}
		for range length {
			from := p.Nodes[len(p.Nodes)-1]
			to := graph.NodeID(random.IntN(length))
			r := graph.RelationshipID(from)<<20 | graph.RelationshipID(to)
			g.ends[r] = [2]graph.NodeID{from, to}
			if random.IntN(2) == 0 { // against its direction
				r |= 1 << 40
				g.ends[r] = [2]graph.NodeID{to, from}
			}
			p.Nodes = append(p.Nodes, to)
			p.Relationships = append(p.Relationships, r)
		}
		e.Entities = g
		wire, err := e.Append(nil, graph.NewPath(p))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := walk(t, wire, g), fmt.Sprint(p.Nodes, p.Relationships); got != want {
			t.Errorf("path of %d hops: walked\n\t%s\nwant\n\t%s", length, got, want)
		}
	}
}

// walk follows the indices of a path, and checks that they and the lists are
// right on the way.
func walk(t *testing.T, wire []byte, g *fakeGraph) string {
	t.Helper()
	parts := strings.SplitN(outline(t, wire), "] [", 3)
	var nodes []graph.NodeID
	for s := range strings.FieldsSeq(strings.Trim(parts[0], "[]")) {
		var n graph.NodeID
		_, _ = fmt.Sscan(s, &n)
		nodes = append(nodes, n)
	}
	var relationships []graph.RelationshipID
	for s := range strings.FieldsSeq(strings.Trim(parts[1], "[]")) {
		var n graph.RelationshipID
		_, _ = fmt.Sscan(s, &n)
		relationships = append(relationships, n)
	}
	p := graph.Path{Nodes: []graph.NodeID{nodes[0]}}
	var indices []int
	for s := range strings.FieldsFuncSeq(strings.Trim(parts[2], "[]"), func(r rune) bool { return r == ',' || r == ' ' }) {
		var n int
		_, _ = fmt.Sscan(s, &n)
		indices = append(indices, n)
	}
	for i := 0; i < len(indices); i += 2 {
		hop, to := indices[i], nodes[indices[i+1]]
		from := p.Nodes[len(p.Nodes)-1]
		r := relationships[max(hop, -hop)-1]
		ends := g.ends[r]
		if hop < 0 {
			ends[0], ends[1] = ends[1], ends[0]
		}
		if ends != [2]graph.NodeID{from, to} {
			t.Fatalf("hop %d leads from %d to %d by relationship %v", i/2, from, to, g.ends[r])
		}
		p.Nodes = append(p.Nodes, to)
		p.Relationships = append(p.Relationships, r)
	}
	return fmt.Sprint(p.Nodes, p.Relationships)
}

func TestPathAllocates(t *testing.T) {
	g := &quietGraph{}
	p := graph.NewPath(&graph.Path{
		Nodes: []graph.NodeID{1, 2, 3, 1}, Relationships: []graph.RelationshipID{4, 5, 6},
	})
	e := bolt.ValueEncoder{Version: version(t, "5.4"), Entities: g}
	buf := make([]byte, 0, 4096)
	allocations := testing.AllocsPerRun(100, func() { buf, _ = e.Append(buf[:0], p) })
	if allocations != 0 {
		t.Errorf("encoding a path: %v allocations, want 0", allocations)
	}
}

// A quietGraph answers without allocation.
type quietGraph struct{}

func (*quietGraph) AppendNodeLabels(dst []byte, _ graph.NodeID) []byte {
	return packstream.AppendString(packstream.AppendListHeader(dst, 1), "Person")
}

func (*quietGraph) AppendNodeProperties(dst []byte, _ graph.NodeID) []byte {
	return packstream.AppendString(packstream.AppendString(packstream.AppendMapHeader(dst, 1), "name"), "Ada")
}

func (*quietGraph) AppendRelationshipProperties(dst []byte, _ graph.RelationshipID) []byte {
	return packstream.AppendMapHeader(dst, 0)
}

func (*quietGraph) RelationshipEnds(graph.RelationshipID) (start, end graph.NodeID, name string, ok bool) {
	return 1, 2, "KNOWS", true
}

func (*quietGraph) AppendElementID(dst []byte, _ bool, id uint64) []byte {
	dst = append(dst, "4:00112233-4455-6677-8899-aabbccddeeff:"...)
	return append(dst, '0'+byte(id%10))
}
