package plan

import "github.com/drawbolt/drawbolt/cypher/expr"

// A Step is what is computed for each relationship that an operator is about to
// follow. The operator fills the slots first; those that are negative nobody
// reads.
type Step struct {
	// Condition must hold, in a condition; Weight is what the step costs, in a
	// weight. The other one is nil.
	Condition *expr.Predicate
	Weight    *expr.Value
	// From and To are the ends of the relationship, from left to right in the
	// pattern.
	From, Relationship, To int
	// Path is the path that ends with the relationship, and Total what it costs.
	Path, Total int
}

// noStep is a step that reads nothing.
func noStep() Step { return Step{From: -1, Relationship: -1, To: -1, Path: -1, Total: -1} }

// Reads returns the slots of the row that the step reads besides its own.
func (s *Step) Reads() []int {
	if s == nil {
		return nil
	}
	var reads []int
	if s.Condition != nil {
		reads = s.Condition.Reads()
	} else {
		reads = s.Weight.Reads()
	}
	return difference(reads, []int{s.From, s.Relationship, s.To, s.Path, s.Total})
}
