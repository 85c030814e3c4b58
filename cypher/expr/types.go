package expr

import (
	"regexp"
	"strings"
	"sync/atomic"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// typePredicate compiles x IS [NOT] :: type.
func (k *Compiler) typePredicate(e *ast.TypePredicate) (Test, error) {
	x, err := k.compile(e.X)
	if err != nil {
		return nil, err
	}
	match, err := typeTest(e.Type)
	if err != nil {
		return nil, err
	}
	want := !e.Not
	return func(c *Context, b *Batch, row int) (graph.Truth, error) {
		v, err := x(c, b, row)
		return graph.TruthOf(match(v) == want), err
	}, nil
}

// typeTest returns a test that a value belongs to a type. Null belongs to every
// type that is not declared NOT NULL.
func typeTest(t *ast.TypeName) (func(graph.Value) bool, error) {
	if len(t.Union) > 0 {
		members := make([]func(graph.Value) bool, len(t.Union))
		for i, u := range t.Union {
			test, err := typeTest(u)
			if err != nil {
				return nil, err
			}
			members[i] = test
		}
		return func(v graph.Value) bool {
			for _, member := range members {
				if member(v) {
					return true
				}
			}
			return false
		}, nil
	}
	nullable := !t.NotNull
	if t.Name == "LIST" {
		element := func(graph.Value) bool { return true }
		if t.Elem != nil {
			var err error
			if element, err = typeTest(t.Elem); err != nil {
				return nil, err
			}
		}
		return func(v graph.Value) bool {
			if v.Kind() != graph.KindList {
				return v.IsNull() && nullable
			}
			for _, item := range v.List() {
				if !element(item) {
					return false
				}
			}
			return true
		}, nil
	}
	kinds, ok := kindsOf(t.Name)
	if !ok {
		return nil, Errorf(KindNotSupported, "NotSupported", "the type %s is not supported", t.Name)
	}
	return func(v graph.Value) bool {
		if v.IsNull() {
			return nullable && t.Name != "NOTHING"
		}
		return kinds&(1<<v.Kind()) != 0
	}, nil
}

const (
	numberKinds   = 1<<graph.KindInteger | 1<<graph.KindFloat
	temporalKinds = 1<<graph.KindDate | 1<<graph.KindLocalTime | 1<<graph.KindTime |
		1<<graph.KindLocalDateTime | 1<<graph.KindDateTime | 1<<graph.KindDuration
	propertyKinds = 1<<graph.KindBoolean | numberKinds | 1<<graph.KindString | 1<<graph.KindBytes |
		temporalKinds | 1<<graph.KindPoint | 1<<graph.KindList | 1<<graph.KindUUID | 1<<graph.KindVector
)

// kindsOf returns the set of kinds that a type name stands for.
func kindsOf(name string) (kinds uint64, ok bool) {
	switch name {
	case "BOOL", "BOOLEAN":
		return 1 << graph.KindBoolean, true
	case "STRING", "VARCHAR":
		return 1 << graph.KindString, true
	case "INT", "INTEGER", "SIGNED INTEGER", "INTEGER64", "INT64":
		return 1 << graph.KindInteger, true
	case "FLOAT", "FLOAT64":
		return 1 << graph.KindFloat, true
	case "NUMBER", "NUMERIC":
		return numberKinds, true
	case "DATE":
		return 1 << graph.KindDate, true
	case "LOCAL TIME", "TIME WITHOUT TIMEZONE", "TIME WITHOUT TIME ZONE":
		return 1 << graph.KindLocalTime, true
	case "ZONED TIME", "TIME WITH TIMEZONE", "TIME WITH TIME ZONE":
		return 1 << graph.KindTime, true
	case "LOCAL DATETIME", "TIMESTAMP WITHOUT TIMEZONE", "TIMESTAMP WITHOUT TIME ZONE":
		return 1 << graph.KindLocalDateTime, true
	case "ZONED DATETIME", "TIMESTAMP WITH TIMEZONE", "TIMESTAMP WITH TIME ZONE":
		return 1 << graph.KindDateTime, true
	case "DURATION":
		return 1 << graph.KindDuration, true
	case "POINT":
		return 1 << graph.KindPoint, true
	case "NODE", "VERTEX", "ANY NODE", "ANY VERTEX":
		return 1 << graph.KindNode, true
	case "RELATIONSHIP", "EDGE", "ANY RELATIONSHIP", "ANY EDGE":
		return 1 << graph.KindRelationship, true
	case "PATH", "PATHS":
		return 1 << graph.KindPath, true
	case "MAP", "ANY MAP":
		return 1 << graph.KindMap, true
	case "UUID":
		return 1 << graph.KindUUID, true
	case "VECTOR":
		return 1 << graph.KindVector, true
	case "PROPERTY VALUE", "ANY PROPERTY VALUE":
		return propertyKinds, true
	case "ANY", "ANY VALUE":
		return ^uint64(0), true
	case "NULL", "NOTHING":
		return 0, true
	default:
		return 0, false
	}
}

// normalized compiles text IS [NOT] form NORMALIZED, which is null for what is
// no text.
func (k *Compiler) normalized(e *ast.Normalized) (Test, error) {
	x, err := k.compile(e.X)
	if err != nil {
		return nil, err
	}
	return func(c *Context, b *Batch, row int) (graph.Truth, error) {
		v, err := x(c, b, row)
		if err != nil || v.Kind() != graph.KindString {
			return graph.Unknown, err
		}
		return graph.TruthOf(function.IsNormalized(e.Form, v.Str()) != e.Not), nil
	}, nil
}

// regex compiles text =~ pattern: the whole text has to match.
func (k *Compiler) regex(left, right ast.Expr) (Test, error) {
	x, err := k.compile(left)
	if err != nil {
		return nil, err
	}
	if lit, ok := right.(*ast.Literal); ok && lit.Slot == 0 && lit.Value.Kind() == graph.KindString {
		re, err := compileRegex(lit.Value.Str())
		if err != nil {
			return nil, err
		}
		return func(c *Context, b *Batch, row int) (graph.Truth, error) {
			v, err := x(c, b, row)
			if err != nil || v.Kind() != graph.KindString {
				return graph.Unknown, err
			}
			return graph.TruthOf(re.MatchString(v.Str())), nil
		}, nil
	}
	y, err := k.compile(right)
	if err != nil {
		return nil, err
	}
	var last atomic.Pointer[pattern] // patterns seldom change from row to row
	return func(c *Context, b *Batch, row int) (graph.Truth, error) {
		v, err := x(c, b, row)
		if err != nil {
			return graph.Unknown, err
		}
		w, err := y(c, b, row)
		if err != nil || v.Kind() != graph.KindString || w.Kind() != graph.KindString {
			return graph.Unknown, err
		}
		p := last.Load()
		if p == nil || p.text != w.Str() {
			re, err := compileRegex(w.Str())
			if err != nil {
				return graph.Unknown, err
			}
			p = &pattern{text: strings.Clone(w.Str()), re: re}
			last.Store(p)
		}
		return graph.TruthOf(p.re.MatchString(v.Str())), nil
	}, nil
}

// A pattern is a compiled regular expression with its text.
type pattern struct {
	text string
	re   *regexp.Regexp
}

func compileRegex(pattern string) (*regexp.Regexp, error) {
	re, err := regexp.Compile("^(?:" + pattern + ")$")
	if err != nil {
		return nil, Errorf(KindArgument, DetailArgumentValue, "%s: invalid regular expression: %v", DetailArgumentValue, err)
	}
	return re, nil
}
