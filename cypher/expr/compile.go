package expr

import (
	"fmt"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// Eval computes the value of an expression for one row.
type Eval func(c *Context, b *Batch, row int) (graph.Value, error)

// Test computes the truth of a predicate for one row.
type Test func(c *Context, b *Batch, row int) (graph.Truth, error)

// A Subplan is a nested plan that an expression runs for each row.
type Subplan struct {
	ID    int
	Reads []int // slots of the row that it needs
}

// A Compiler turns expressions of the syntax tree into closures. It is used for
// one plan by one goroutine; the results may be shared.
type Compiler struct {
	// Slot returns the slot of a variable, and the kind of its column.
	Slot func(*ast.Symbol) (slot int, kind ColumnKind, ok bool)
	// Parameter returns the number of a parameter.
	Parameter func(name string) int
	// Literal returns the number of the parameter that stands for a literal
	// with a slot.
	Literal func(e *ast.Literal) int
	// Plan makes a nested plan of a [ast.Subquery], [ast.PatternExpr] or
	// [ast.PatternComprehension].
	Plan func(e ast.Expr, locals map[*ast.Symbol]int) (Subplan, error)
	// Computed returns the slot where an operator below has computed e; false
	// for most expressions. Nil when there are none.
	Computed func(e ast.Expr) (slot int, ok bool)
	// Loaded returns the slot of what linenumber() or file() tells about the file
	// that the statement loads; false when there is none. It may be nil.
	Loaded func(function string) (slot int, ok bool)
	// Functions finds scalar functions.
	Functions *function.Table
	// Key, Label and Type return the plan's token of a name.
	Key   func(name string) *Key
	Label func(name string) *Label
	Type  func(name string) *Type

	// Locals is the number of local variables that all expressions of the
	// plan need.
	Locals int

	base    int // locals that surrounding plans use
	locals  map[*ast.Symbol]int
	subject []int // locals of the subjects of CASE, innermost last
	reads   map[int]bool
}

// Compile returns the compiled form of e.
func (k *Compiler) Compile(e ast.Expr) (*Value, error) {
	outer := k.reads
	k.reads = make(map[int]bool)
	defer func() { k.reads = outer }()
	if k.Computed != nil {
		if slot, ok := k.Computed(e); ok {
			return SlotValue(slot, ast.String(e)), nil
		}
	}
	eval, err := k.compile(e)
	if err != nil {
		return nil, err
	}
	v := &Value{eval: eval, text: ast.String(e), reads: sortedKeys(k.reads)}
	k.specialise(v, e)
	return v, nil
}

// Predicate returns the compiled form of e as a condition.
func (k *Compiler) Predicate(e ast.Expr) (*Predicate, error) {
	outer := k.reads
	k.reads = make(map[int]bool)
	defer func() { k.reads = outer }()
	test, err := k.test(e)
	if err != nil {
		return nil, err
	}
	p := &Predicate{test: test, text: ast.String(e), reads: sortedKeys(k.reads)}
	if p.kernel, err = k.predicateKernel(e); err != nil {
		return nil, err
	}
	p.stored, err = k.storedTest(e)
	return p, err
}

// read records that the expression being compiled uses a slot.
func (k *Compiler) read(slot int) {
	if k.reads != nil {
		k.reads[slot] = true
	}
}

// newLocal returns the number of a further local variable.
func (k *Compiler) newLocal() int {
	index := k.base + len(k.locals) + len(k.subject)
	k.Locals = max(k.Locals, index+1)
	return index
}

// Nested runs f, which compiles a nested plan: there the local variables of
// the expression around it are columns.
func (k *Compiler) Nested(f func() error) error {
	saved := *k
	k.base += len(k.locals) + len(k.subject)
	k.locals, k.subject, k.reads, k.Computed = nil, nil, nil, nil
	err := f()
	k.base, k.locals, k.subject, k.reads, k.Computed = saved.base, saved.locals, saved.subject, saved.reads, saved.Computed
	return err
}

// local makes a local variable for sym while f runs.
func (k *Compiler) local(sym *ast.Symbol, f func(index int) error) error {
	index := k.newLocal()
	if k.locals == nil {
		k.locals = make(map[*ast.Symbol]int)
	}
	k.locals[sym] = index
	defer delete(k.locals, sym)
	return f(index)
}

// compile returns the closure of an expression.
func (k *Compiler) compile(e ast.Expr) (Eval, error) {
	if k.Computed != nil {
		if slot, ok := k.Computed(e); ok {
			return k.slot(slot), nil
		}
	}
	switch e := e.(type) {
	case *ast.Literal:
		return k.literal(e), nil
	case *ast.Parameter:
		return k.parameter(e), nil
	case *ast.Variable:
		return k.variable(e)
	case *ast.Property:
		return k.property(e)
	case *ast.Index:
		return k.index(e)
	case *ast.Slice:
		return k.slice(e)
	case *ast.ListLiteral:
		return k.listLiteral(e)
	case *ast.MapLiteral:
		return k.mapLiteral(e)
	case *ast.MapProjection:
		return k.mapProjection(e)
	case *ast.Unary:
		return k.unary(e)
	case *ast.Binary:
		return k.binary(e)
	case *ast.Call:
		return k.call(e)
	case *ast.Case:
		return k.caseOf(e)
	case *ast.CaseSubject:
		return k.caseSubject()
	case *ast.ListComprehension:
		return k.listComprehension(e)
	case *ast.Reduce:
		return k.reduce(e)
	case *ast.Interpolation:
		return k.interpolation(e)
	case *ast.PatternComprehension:
		return k.patternComprehension(e)
	case *ast.Subquery:
		return k.subquery(e)
	case *ast.PatternExpr:
		if e.Path.Selector.Kind != ast.SelectAll {
			return k.pathExpression(e)
		}
		return k.testValue(e)
	case *ast.Comparison, *ast.LabelPredicate, *ast.ListPredicate, *ast.TypePredicate, *ast.Normalized:
		return k.testValue(e)
	default:
		return nil, notSupported(e)
	}
}

// notSupported refuses an expression that is not executed.
func notSupported(e ast.Expr) error {
	return Errorf(KindNotSupported, "NotSupported", "the expression %s is not supported", describe(e))
}

func describe(e ast.Expr) string {
	text := ast.String(e)
	if len(text) > 60 {
		return fmt.Sprintf("%.57s...", text)
	}
	return text
}

func constant(v graph.Value) Eval {
	return func(*Context, *Batch, int) (graph.Value, error) { return v, nil }
}

// literal compiles a constant: of the plan, or of the text that shares it.
func (k *Compiler) literal(e *ast.Literal) Eval {
	if e.Slot == 0 {
		return constant(e.Value)
	}
	n := k.Literal(e)
	return func(c *Context, _ *Batch, _ int) (graph.Value, error) { return c.Parameters[n], nil }
}

func (k *Compiler) parameter(e *ast.Parameter) Eval {
	n := k.Parameter(e.Name)
	return func(c *Context, _ *Batch, _ int) (graph.Value, error) { return c.Parameters[n], nil }
}

func (k *Compiler) slot(slot int) Eval {
	k.read(slot)
	return func(_ *Context, b *Batch, row int) (graph.Value, error) { return b.Columns[slot].Value(row), nil }
}

func (k *Compiler) variable(e *ast.Variable) (Eval, error) {
	if n, ok := k.locals[e.Symbol]; ok {
		return func(c *Context, _ *Batch, _ int) (graph.Value, error) { return c.Locals[n], nil }, nil
	}
	if slot, _, ok := k.Slot(e.Symbol); ok {
		return k.slot(slot), nil
	}
	return nil, fmt.Errorf("expr: variable %q has no slot", e.Name)
}

func (k *Compiler) compileAll(list []ast.Expr) ([]Eval, error) {
	evals := make([]Eval, len(list))
	for i, e := range list {
		eval, err := k.compile(e)
		if err != nil {
			return nil, err
		}
		evals[i] = eval
	}
	return evals, nil
}

func (k *Compiler) unary(e *ast.Unary) (Eval, error) {
	switch e.Op {
	case ast.Negate, ast.Plus:
		x, err := k.compile(e.X)
		if err != nil {
			return nil, err
		}
		f := negate
		if e.Op == ast.Plus {
			f = positive
		}
		return func(c *Context, b *Batch, row int) (graph.Value, error) {
			v, err := x(c, b, row)
			if err != nil {
				return v, err
			}
			return f(c, v)
		}, nil
	default:
		return k.testValue(e)
	}
}

// arithmetic are the operators that make other values than truth.
func arithmetic(op ast.Op) binary {
	switch op {
	case ast.Add:
		return add
	case ast.Subtract:
		return subtract
	case ast.Multiply:
		return multiply
	case ast.Divide:
		return divide
	case ast.Modulo:
		return modulo
	case ast.Power:
		return power
	case ast.Concat:
		return concat
	default:
		return nil
	}
}

func (k *Compiler) binary(e *ast.Binary) (Eval, error) {
	f := arithmetic(e.Op)
	if f == nil {
		return k.testValue(e)
	}
	x, err := k.compile(e.Left)
	if err != nil {
		return nil, err
	}
	y, err := k.compile(e.Right)
	if err != nil {
		return nil, err
	}
	return func(c *Context, b *Batch, row int) (graph.Value, error) {
		v, err := x(c, b, row)
		if err != nil {
			return v, err
		}
		w, err := y(c, b, row)
		if err != nil {
			return w, err
		}
		return f(c, v, w)
	}, nil
}
