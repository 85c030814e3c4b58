package search

import (
	"slices"

	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Graph is what a search sees of a store.
type Graph struct {
	View      storage.View
	Direction storage.Direction
	// Types are those of the relationships to follow, nil for all. None says
	// that there are none to follow.
	Types []storage.TypeID
	None  bool
	// Judge decides about steps; nil allows all of them.
	Judge Judge
	Meter Meter
}

// A Judge decides about the steps of a search.
type Judge interface {
	// Allows reports whether a step may be taken.
	Allows(s *Step) (bool, error)
}

// A Scale is the [Judge] of a [Weighted] search.
type Scale interface {
	Judge
	// Add returns the total of a path with one more step. It is never less than
	// the total without it.
	Add(total graph.Value, s *Step) (graph.Value, error)
}

// A Meter counts what a search uses up. An error ends the search.
type Meter interface {
	// Steps is called for the steps that have been looked at.
	Steps(n int) error
	// Charge is called when the memory of a search grows or shrinks.
	Charge(bytes int64) error
}

// A Step is the relationship that a search is about to follow. From and To are
// its ends in the direction of the graph, also for a side of a search that goes
// the other way.
type Step struct {
	From, To     graph.NodeID
	Relationship graph.RelationshipID
	// Total is what the path costs with this step, in a [Weighted] search.
	Total graph.Value

	visits []visit
	at     int32 // the visit that the step goes on from
}

// Way returns the relationships of the path that ends with the step, from where
// the search has started. A step of the side of a search that comes from the
// end of the path has only the part from there.
func (s *Step) Way() []graph.RelationshipID {
	way := []graph.RelationshipID{s.Relationship}
	for at := s.at; s.visits[at].from >= 0; at = s.visits[at].from {
		way = append(way, s.visits[at].rel)
	}
	slices.Reverse(way)
	return way
}

// stepBuffer is how many steps are read from the store at once.
const stepBuffer = 64

// A holding is the memory that a part of a search has been charged for.
type holding int64

// change charges for what is held now.
func (h *holding) change(m Meter, bytes int64) error {
	err := m.Charge(bytes - int64(*h))
	*h = holding(bytes)
	return err
}
