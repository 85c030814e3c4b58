package bolt_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/bolt/bolttest"
	"github.com/drawbolt/drawbolt/packstream"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A fakeGraph has relationships by their ends. Its nodes have a label and one
// property; the type of relationship 12 is T12.
type fakeGraph struct {
	ends       map[graph.RelationshipID][2]graph.NodeID
	properties []byte // of everything, when set
}

func (g *fakeGraph) AppendNodeLabels(dst []byte, id graph.NodeID) []byte {
	dst = packstream.AppendListHeader(dst, 1)
	return packstream.AppendString(dst, fmt.Sprintf("L%d", id))
}

func (g *fakeGraph) AppendNodeProperties(dst []byte, id graph.NodeID) []byte {
	if g.properties != nil {
		return append(dst, g.properties...)
	}
	dst = packstream.AppendMapHeader(dst, 1)
	dst = packstream.AppendString(dst, "n")
	return packstream.AppendInt(dst, int64(id))
}

func (g *fakeGraph) AppendRelationshipProperties(dst []byte, id graph.RelationshipID) []byte {
	if g.properties != nil {
		return append(dst, g.properties...)
	}
	dst = packstream.AppendMapHeader(dst, 1)
	dst = packstream.AppendString(dst, "r")
	return packstream.AppendInt(dst, int64(id))
}

func (g *fakeGraph) RelationshipEnds(id graph.RelationshipID) (start, end graph.NodeID, name string, ok bool) {
	e, ok := g.ends[id]
	return e[0], e[1], fmt.Sprintf("T%d", id), ok
}

func (g *fakeGraph) AppendElementID(dst []byte, relationship bool, id uint64) []byte {
	kind := 4
	if relationship {
		kind = 5
	}
	return fmt.Appendf(dst, "%d:0123456789abcdef:%d", kind, id)
}

// paris knows Europe/Paris with the two changes of clocks of 2024 and nothing
// else.
func paris(name string, seconds int64) (int32, bool) {
	const spring, autumn = 1_711_846_800, 1_729_990_800 // 2024-03-31, 2024-10-27, 01:00 UTC
	switch {
	case name != "Europe/Paris":
		return 0, false
	case seconds >= spring && seconds < autumn:
		return 7200, true
	}
	return 3600, true
}

// value parses a value in the notation of bolttest and decodes it as a
// parameter.
func value(tb testing.TB, text string, v *bolt.Version) (graph.Value, error) {
	tb.Helper()
	wire, err := bolttest.ParseValue(text)
	if err != nil {
		tb.Fatal(err)
	}
	return bolt.DecodeValue(packstream.NewDecoder(wire), v, paris)
}

func list(values ...graph.Value) graph.Value { return graph.List(slices.Clone(values)) }
