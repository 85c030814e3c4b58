package plan

import (
	"slices"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/cypher/procedure"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// NewShow plans a SHOW statement that the analysis has accepted. list gives its
// rows, in the columns that the analysis knows.
func NewShow(s *ast.Show, list *procedure.Procedure, o Options) (*Plan, error) {
	p := newPlanner(o)
	n := &Procedure{Input: p.start(), Procedure: list}
	for i := range s.Args {
		value := expr.Constant(graph.Boolean(true), "flag")
		if e := s.Args[i].Value; e != nil {
			var err error
			if value, err = p.compiler.Compile(e); err != nil {
				return nil, err
			}
		}
		n.Args = append(n.Args, value)
	}
	for _, y := range s.Outputs {
		field := slices.IndexFunc(list.Outputs, func(out function.Output) bool { return out.Name == y.Field })
		if field < 0 {
			return nil, notSupported("the column %s of %s", y.Field, s.Name())
		}
		slot := p.newSlot(expr.Values)
		if y.Symbol != nil {
			p.slots[y.Symbol] = slot
		}
		p.bound[slot] = true
		n.yield(slot, field)
	}
	columns := n.Outputs
	node, err := p.order(&ast.Projection{Order: s.Order, Skip: s.Skip, Limit: s.Limit}, nil, nil, add(p, n))
	if err != nil {
		return nil, err
	}
	if s.Where != nil {
		if node, err = p.filter(s.Where, node); err != nil {
			return nil, err
		}
	}
	if s.Return != nil {
		if node, columns, err = p.projection(&s.Return.Projection, nil, node); err != nil {
			return nil, err
		}
	}
	return p.complete(node, columns), nil
}
