package cypher

import (
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/procedure"
	"github.com/drawbolt/drawbolt/cypher/semantics"
)

// analyse checks a statement against the functions and procedures there are.
func (e *Engine) analyse(s *ast.Statement) (*semantics.Info, error) {
	return semantics.Analyze(s, semantics.Catalog{
		Functions: e.functions,
		Show:      e.tableColumns,
		ProcedureNames: func(yield func(string) bool) {
			for _, p := range e.procedures.All() {
				if !yield(p.Name) {
					return
				}
			}
		},
		Procedure: func(name string) (semantics.Procedure, bool) {
			p := e.procedures.Find(name)
			if p == nil {
				return semantics.Procedure{}, false
			}
			return semantics.Procedure{
				Signature: &p.Signature,
				Writes:    p.Mode == procedure.Write,
				Schema:    p.Mode == procedure.Schema,
			}, true
		},
	})
}
