package cypher

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/drawbolt/drawbolt/cypher/access"
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
	hints     []hint
	use       string // the database that it names, in lower case; or empty
	// implicit says that the statement is a call whose arguments are parameters
	// that it does not name: they must be there even to explain it.
	implicit bool
	// system marks statements about the server, alone those that no explicit
	// transaction may hold.
	system, alone bool
	// memoryLimit is the bytes of QUERY MEMORY LIMIT; 0 without.
	memoryLimit int64
	// memgraph is the text for clients of that dialect; empty when it is the same.
	memgraph string
	// table marks statements with rows that do not read the graph as queries do.
	table bool
	// needs is what an account must be allowed to run the statement; own marks
	// the change of one's own password, which needs nothing.
	needs access.Privileges
	own   bool
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

// A text is what is known of an exact query text: its plan, and its literals
// when the plan is shared with texts that differ in them.
type text struct {
	*prepared

	literals []graph.Value
}

// prepare returns the plan of a statement, from a cache if it is still good,
// and the literals of the text when the plan is shared.
func (e *Engine) prepare(query string) (*prepared, []graph.Value, error) {
	size := e.store.NodeCount() + e.store.RelationshipCount()
	if t, ok := e.plans.Get(query); ok && e.fresh(t.prepared, size) {
		e.options.Plans.hit()
		return t.prepared, t.literals, nil
	}
	n, ok := e.normalizers.Get().(*parser.Normalizer)
	if !ok {
		n = &parser.Normalizer{}
	}
	defer e.normalizers.Put(n)
	if !n.Normalize(query) {
		n = nil
	} else if p, ok := e.shared.Get(string(n.Key())); ok && e.fresh(p, size) {
		e.options.Plans.hit()
		t := text{p, slices.Clone(n.Values())}
		e.remember(query, t)
		return p, t.literals, nil
	}
	e.options.Plans.miss()
	p, sharable, err := e.compile(query, n)
	if err != nil {
		return nil, nil, discreet(query, errorOf(err))
	}
	p.size = size
	t := text{prepared: p}
	if sharable {
		e.shared.Add(string(n.Key()), p)
		t.literals = slices.Clone(n.Values())
	}
	if !isAccount(p.command) {
		e.remember(query, t)
	}
	return p, t.literals, nil
}

// PlanCounters count how statements got their plans.
type PlanCounters struct{ Hits, Misses atomic.Uint64 }

func (c *PlanCounters) hit() {
	if c != nil {
		c.Hits.Add(1)
	}
}

func (c *PlanCounters) miss() {
	if c != nil {
		c.Misses.Add(1)
	}
}

// maxCachedText bounds what the cache of exact texts holds: with 1,000 entries,
// some megabytes. A longer text is looked up without its literals.
const maxCachedText = 8 << 10

func (e *Engine) remember(query string, t text) {
	if len(query) <= maxCachedText {
		e.plans.Add(query, t)
	}
}

// memoryLimit returns the bytes that one run of a statement may keep: the
// smaller one of its own limit and the engine's, 0 for none.
func (e *Engine) memoryLimit(p *prepared) int64 {
	own, all := p.memoryLimit, e.options.MemoryLimit
	if own == 0 || all > 0 && all < own {
		return all
	}
	return own
}

// fresh reports whether a plan still fits the schema and the graph.
func (e *Engine) fresh(p *prepared, size int64) bool {
	return p.schema == e.store.SchemaVersion() && p.catalog == e.procedures.Version() && near(p.size, size)
}

func near(before, now int64) bool {
	before, now = max(before, driftFloor), max(now, driftFloor)
	return now < drift*before && before < drift*now
}

// compile takes a statement through the stages. With a normalizer that has read
// the text, sharable tells whether the plan is kept under the normalizer's key.
func (e *Engine) compile(query string, n *parser.Normalizer) (p *prepared, sharable bool, err error) {
	schema, catalog := e.store.SchemaVersion(), e.procedures.Version()
	s, err := parser.Parse(query)
	if err != nil {
		return nil, false, err
	}
	if err := checkOptions(s); err != nil {
		return nil, false, err
	}
	// The number of a memory limit is no parameter.
	limited := slices.ContainsFunc(s.Directives, func(d ast.Directive) bool { return d.Kind == ast.DirectiveMemoryLimit })
	sharable = n != nil && !limited && n.Mark(s)
	if c, ok := s.Body.(*ast.Command); ok && e.tables.Find(c.Name) != nil {
		s.Body = c.Show()
	}
	p = &prepared{text: query, mode: s.Mode, schema: schema, catalog: catalog, statement: s}
	if p.use, err = usedDatabase(s); err != nil {
		return nil, false, err
	}
	if err := e.admit(s); err != nil {
		return nil, false, err
	}
	info, err := e.analyse(s)
	if err != nil {
		return nil, false, err
	}
	for i := range s.Directives {
		switch d := &s.Directives[i]; d.Kind {
		case ast.DirectiveParallel:
		case ast.DirectiveMemoryLimit:
			if l, ok := d.Value.(*ast.Literal); ok {
				p.memoryLimit = l.Value.Int()
			}
		default:
			return nil, false, refused("a directive such as USING HOPS LIMIT")
		}
	}
	p.needs, p.own = e.needs(s)
	o := plan.Options{Store: e.store, Functions: e.functions, Procedures: e.procedures, Plain: e.options.Plain}
	switch body := s.Body.(type) {
	case *ast.Query:
		p.plan, err = plan.New(body, o)
		p.hints, p.implicit = e.hints(s, info), implicitCall(body)
	case *ast.Show:
		err = e.planTable(p, body, o)
		if p.mode == ast.Run && s.Use == nil {
			p.memgraph = translated(body)
		}
	default:
		p.command = s.Body
		return p, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	if len(p.plan.Columns) > 0 {
		p.columns = info.Columns
	}
	return p, sharable, nil
}

// implicitCall reports whether a query is CALL name without arguments.
func implicitCall(q *ast.Query) bool {
	clauses := q.Parts[0].Clauses
	call, ok := clauses[len(clauses)-1].(*ast.CallProcedure)
	return ok && call.Standalone && call.Implicit
}

// run returns an execution of the plan, used before or new.
func (p *prepared) run() (*exec.Run, error) {
	if r, ok := p.runs.Get().(*exec.Run); ok {
		return r, nil
	}
	return exec.New(p.plan)
}

// parameters appends the client's parameters and the text's literals in the
// plan's order to dst.
func (p *prepared) parameters(dst []graph.Value, params graph.Value, literals []graph.Value) ([]graph.Value, error) {
	for i := range p.plan.Parameters {
		want := &p.plan.Parameters[i]
		if want.Literal > 0 {
			v := literals[want.Literal-1]
			if want.Negated {
				v = negated(v)
			}
			dst = append(dst, v)
			continue
		}
		name := want.Name
		v, ok := graph.Value{}, false
		if params.Kind() == graph.KindMap {
			v, ok = params.Get(name)
		}
		if !ok {
			return dst, &Error{
				Kind: KindParameterMissing, Detail: string(ast.MissingParameter),
				Message: "MissingParameter: expected parameter(s): " + name,
			}
		}
		dst = append(dst, v)
	}
	return dst, nil
}

// negated returns the number with a sign in front of it.
func negated(v graph.Value) graph.Value {
	if v.Kind() == graph.KindInteger {
		return graph.Integer(-v.Int())
	}
	return graph.Float(-v.Float())
}
