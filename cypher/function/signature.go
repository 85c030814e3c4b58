package function

import (
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Signature is what is known of a function or procedure before it runs. It
// is immutable once its table is built.
type Signature struct {
	// Name is the canonical spelling with its namespace: "toInteger",
	// "duration.between", "db.labels".
	Name string
	// Parameters are the inputs in order; optional ones come last.
	Parameters []Parameter
	// Variadic lets the last parameter take any number of arguments, at
	// least one unless it is optional.
	Variadic bool
	// Result is the type of a function's value. It contains null only where
	// null comes from arguments that are not null.
	Result ast.Type
	// Outputs are the columns of a procedure's rows; a procedure without any
	// runs for its effects.
	Outputs []Output
	// Description is one sentence for SHOW FUNCTIONS and SHOW PROCEDURES.
	Description string
	// Category groups functions in SHOW FUNCTIONS: "String", "Temporal".
	Category string
	// Aggregate marks functions that turn many rows into one value.
	Aggregate bool
	// Volatile marks functions whose value differs from call to call: they
	// are evaluated once for each row and occurrence. The others may still read
	// the [Context], such as its clock: no call is computed before the run.
	Volatile bool
	// Deprecated names what to use instead; empty for everything current.
	Deprecated string
}

// A Parameter is one input of a [Signature].
type Parameter struct {
	Name string
	// Type is what the parameter takes. Null is accepted everywhere.
	Type ast.Type
	// Optional says that the argument may be left out.
	Optional bool
	// Default is the value of an argument that was left out of a procedure
	// call. Functions see a shorter list of arguments instead.
	Default graph.Value
}

// An Output is one column of a procedure's rows.
type Output struct {
	Name string
	Type ast.Type
}

// Arity returns the smallest and the largest number of arguments; most is -1
// without a limit.
func (s *Signature) Arity() (least, most int) {
	for _, p := range s.Parameters {
		if !p.Optional {
			least++
		}
	}
	if s.Variadic {
		return least, -1
	}
	return least, len(s.Parameters)
}

// Takes reports whether n arguments fit.
func (s *Signature) Takes(n int) bool {
	least, most := s.Arity()
	return n >= least && (most < 0 || n <= most)
}

// Parameter returns the parameter that takes the argument at index i, which
// must be within the arity.
func (s *Signature) Parameter(i int) *Parameter {
	return &s.Parameters[min(i, len(s.Parameters)-1)]
}

// String returns the signature as the SHOW statements print it, such as
// "left(original :: STRING, length :: INTEGER) :: STRING".
func (s *Signature) String() string {
	var b strings.Builder
	b.WriteString(s.Name)
	b.WriteByte('(')
	for i, p := range s.Parameters {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(p.Name)
		if p.Optional && !p.Default.IsNull() {
			b.WriteString(" = ")
			b.WriteString(literal(p.Default))
		}
		b.WriteString(" :: ")
		b.WriteString(TypeName(p.Type))
	}
	if s.Variadic {
		b.WriteString(", ...")
	}
	b.WriteString(") :: ")
	if s.Outputs == nil {
		if s.Result.Set == 0 {
			b.WriteString("VOID")
		} else {
			b.WriteString(TypeName(s.Result))
		}
		return b.String()
	}
	b.WriteByte('(')
	for i, o := range s.Outputs {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(o.Name + " :: " + TypeName(o.Type))
	}
	b.WriteByte(')')
	return b.String()
}

// TypeName returns a type as Cypher writes it: "INTEGER | FLOAT", "LIST<ANY>".
func TypeName(t ast.Type) string {
	set := t.Set &^ ast.TypeNull
	if set == 0 {
		return "NULL"
	}
	if set == ast.TypeAny&^ast.TypeNull {
		return "ANY"
	}
	var words []string
	for kind, name := range cypherTypes {
		bit := ast.Set(1) << kind
		if set&bit == 0 {
			continue
		}
		if bit == ast.TypeList {
			elem := "ANY"
			if t.Elem != 0 {
				elem = TypeName(ast.Type{Set: t.Elem})
			}
			name = "LIST<" + elem + ">"
		}
		words = append(words, name)
	}
	return strings.Join(words, " | ")
}

// cypherTypes is indexed by the bit of the kind in an [ast.Set].
var cypherTypes = [...]string{
	"NULL", "BOOLEAN", "INTEGER", "FLOAT", "STRING", "BYTES", "DATE", "LOCAL TIME",
	"ZONED TIME", "LOCAL DATETIME", "ZONED DATETIME", "DURATION", "POINT", "VECTOR",
	"UUID", "NODE", "RELATIONSHIP", "PATH", "MAP", "LIST",
}

// literal prints a default value.
func literal(v graph.Value) string {
	switch v.Kind() {
	case graph.KindList:
		return "[]"
	case graph.KindMap:
		return "{}"
	case graph.KindString:
		return v.Str()
	default:
		s, _ := appendText(nil, v)
		return string(s)
	}
}
