package cypher

import (
	"sync"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/exec"
	"github.com/drawbolt/drawbolt/cypher/parser"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// prepared is a statement that is ready to run. It is immutable, but for the
// pool.
type prepared struct {
	text      string
	mode      ast.Mode
	columns   []string
	plan      *plan.Plan // nil for commands
	command   ast.Body   // nil for queries
	statement *ast.Statement
	schema    uint64 // version that the plan was made for
	catalog   uint64 // version of the procedures then
	size      int64  // entities in the store then
	// runs keeps executions for the next time: operators, batches, tables.
	runs sync.Pool
}

func (p *prepared) explain() bool { return p.mode == ast.Explain }

// drift is by which factor the graph may grow or shrink before a plan is made
// again, and driftFloor a size below which nothing matters.
const (
	drift      = 10
	driftFloor = 1000
)

// prepare returns the plan of a statement, from the cache if it is still good.
func (e *Engine) prepare(query string) (*prepared, error) {
	size := e.store.NodeCount() + e.store.RelationshipCount()
	if p, ok := e.plans.Get(query); ok && p.schema == e.store.SchemaVersion() &&
		p.catalog == e.procedures.Version() && near(p.size, size) {
		return p, nil
	}
	p, err := e.compile(query)
	if err != nil {
		return nil, errorOf(err)
	}
	p.size = size
	e.plans.Add(query, p)
	return p, nil
}

func near(before, now int64) bool {
	before, now = max(before, driftFloor), max(now, driftFloor)
	return now < drift*before && before < drift*now
}

// compile takes a statement through the stages.
func (e *Engine) compile(query string) (*prepared, error) {
	schema, catalog := e.store.SchemaVersion(), e.procedures.Version()
	s, err := parser.Parse(query)
	if err != nil {
		return nil, err
	}
	p := &prepared{text: query, mode: s.Mode, schema: schema, catalog: catalog, statement: s}
	info, err := e.analyse(s)
	if err != nil {
		return nil, err
	}
	for i := range s.Directives {
		if k := s.Directives[i].Kind; k != ast.DirectiveParallel {
			return nil, refused("a directive such as USING HOPS LIMIT")
		}
	}
	q, ok := s.Body.(*ast.Query)
	if !ok {
		p.command = s.Body
		return p, nil
	}
	if p.plan, err = plan.New(q, plan.Options{Store: e.store, Functions: e.functions, Procedures: e.procedures}); err != nil {
		return nil, err
	}
	if len(p.plan.Columns) > 0 {
		p.columns = info.Columns
	}
	return p, nil
}

// run returns an execution of the plan, used before or new.
func (p *prepared) run() (*exec.Run, error) {
	if r, ok := p.runs.Get().(*exec.Run); ok {
		return r, nil
	}
	return exec.New(p.plan)
}

// parameters puts the client's parameters in the plan's order.
func (p *prepared) parameters(params graph.Value) ([]graph.Value, error) {
	if len(p.plan.Parameters) == 0 {
		return nil, nil
	}
	values := make([]graph.Value, len(p.plan.Parameters))
	for i, name := range p.plan.Parameters {
		v, ok := graph.Value{}, false
		if params.Kind() == graph.KindMap {
			v, ok = params.Get(name)
		}
		if !ok {
			return nil, &Error{
				Kind: KindParameterMissing, Detail: string(ast.MissingParameter),
				Message: "MissingParameter: expected parameter(s): " + name,
			}
		}
		values[i] = v
	}
	return values, nil
}
