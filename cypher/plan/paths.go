package plan

import "github.com/drawbolt/drawbolt/cypher/expr"

// Paths is what operators share that find paths between two nodes, of which one
// may be open: then those to or from all nodes are found.
type Paths struct {
	Hop

	From, To         int
	FromOpen, ToOpen bool
	// Relationships is the slot of the list of relationships, or -1.
	Relationships int
	Max           int // relationships of a path; -1 without bound
	// Distinct are the slots of relationships that no path may have.
	Distinct []int
	// Step, when not nil, must hold for each relationship.
	Step *Step
}

// ShortestPath finds one shortest path, all of them or, when it is ranked, a
// number of paths in the order of their lengths.
type ShortestPath struct {
	Common
	Paths

	Input Node
	Min   int
	All   bool
	// Least leaves out paths that have fewer relationships.
	Least int
	// Cycles says that a path may lead back to where it starts.
	Cycles bool
	// Ranked asks for Count paths or, with Groups, for the paths of Count
	// lengths; all without a Count. Simple paths have no node twice.
	Ranked, Groups, Simple bool
	Count                  *expr.Value
	// Traversal says that the pattern asks for the search by name, and OneSided
	// that it must not begin at both ends.
	Traversal, OneSided bool
}

// WeightedPath finds the path with the least total, or all of them.
type WeightedPath struct {
	Common
	Paths

	Input Node
	All   bool
	// Weight is what a step costs, and Total the slot of the sum, or -1.
	Weight *Step
	Total  int
}

// name tells the traversals apart that a pattern can ask for by name.
func (n *ShortestPath) name() string {
	switch {
	case !n.Traversal:
		return "ShortestPath"
	case n.Simple:
		return "KShortestPaths"
	case n.FromOpen || n.ToOpen:
		return "BFSExpand"
	default:
		return "STShortestPath"
	}
}

// name tells one cheapest path from all.
func (n *WeightedPath) name() string {
	if n.All {
		return "AllShortestPaths"
	}
	return "WeightedShortestPath"
}

func (n *ShortestPath) detail() string {
	d := n.Hop.detail()
	switch {
	case n.All:
		d += " all"
	case n.Count != nil:
		d += " " + n.Count.String()
		if n.Groups {
			d += " lengths"
		}
	}
	return d
}

func (n *WeightedPath) detail() string { return n.Hop.detail() + " by " + n.Weight.Weight.String() }

func (n *Paths) uses(f func(int)) {
	if !n.FromOpen {
		f(n.From)
	}
	if !n.ToOpen {
		f(n.To)
	}
	slots(f, n.Distinct...)
	slots(f, n.Step.Reads()...)
}

func (n *Paths) defines(f func(int)) {
	slots(f, n.Relationships)
	if n.FromOpen {
		f(n.From)
	}
	if n.ToOpen {
		f(n.To)
	}
}

func (n *WeightedPath) uses(f func(int)) {
	n.Paths.uses(f)
	slots(f, n.Weight.Reads()...)
}

func (n *WeightedPath) defines(f func(int)) {
	n.Paths.defines(f)
	slots(f, n.Total)
}
