package script

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/drawbolt/drawbolt/cmd/boltcheck/jolt"
	"github.com/drawbolt/drawbolt/packstream"
)

// maxText bounds the strings and lists that statements can make.
const maxText = 1 << 20

// A scope is the variables of a script. All its connections share them; one
// statement or condition runs at a time.
type scope struct {
	mu   sync.Mutex
	vars map[string]jolt.Value
}

// An evaluationError reports a statement or condition that failed.
type evaluationError struct {
	line   int
	reason string
}

func (e *evaluationError) Error() string { return e.reason }

// run performs statements.
func (s *scope) run(list []assignment) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range list {
		v, err := s.evaluate(a.value)
		if err == nil && a.op != "" {
			var old jolt.Value
			if old, err = s.variable(a.name); err == nil {
				v, err = arithmetic(a.op, &old, &v)
			}
		}
		if err != nil {
			return &evaluationError{a.line, err.Error()}
		}
		if a.name != "" {
			if s.vars == nil {
				s.vars = map[string]jolt.Value{}
			}
			s.vars[a.name] = v
		}
	}
	return nil
}

// truth evaluates a condition.
func (s *scope) truth(e *expression) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, err := s.evaluate(e)
	if err != nil {
		return false, &evaluationError{e.line, err.Error()}
	}
	return truth(&v), nil
}

func (s *scope) variable(name string) (jolt.Value, error) {
	v, ok := s.vars[name]
	if !ok {
		return v, fmt.Errorf("the variable %s has no value", name)
	}
	return v, nil
}

func (s *scope) evaluate(e *expression) (jolt.Value, error) {
	switch e.op {
	case "":
		return e.value, nil
	case "name":
		return s.variable(e.name)
	case "and", "or":
		left, err := s.evaluate(e.args[0])
		if err != nil || truth(&left) == (e.op == "or") {
			return left, err
		}
		return s.evaluate(e.args[1])
	case "compare":
		return s.compare(e)
	}
	args := make([]jolt.Value, len(e.args))
	for i, a := range e.args {
		var err error
		if args[i], err = s.evaluate(a); err != nil {
			return args[i], err
		}
	}
	switch e.op {
	case "list":
		return jolt.List(args...), nil
	case "not":
		return jolt.Bool(!truth(&args[0])), nil
	case "bool":
		return jolt.Bool(truth(&args[0])), nil
	default:
		return arithmetic(e.op, &args[0], &args[1])
	}
}

// compare evaluates a chain of comparisons up to the first that is false.
func (s *scope) compare(e *expression) (jolt.Value, error) {
	left, err := s.evaluate(e.args[0])
	if err != nil {
		return left, err
	}
	for i, op := range e.chain {
		right, err := s.evaluate(e.args[i+1])
		if err != nil {
			return right, err
		}
		yes, err := compare(op, &left, &right)
		if err != nil || !yes {
			return jolt.Bool(false), err
		}
		left = right
	}
	return jolt.Bool(true), nil
}

// truth is the truth of any value: zero, empty and None are false.
func truth(v *jolt.Value) bool {
	switch v.Kind {
	case packstream.KindBoolean:
		return v.Bool
	case packstream.KindInteger:
		return v.Int != 0
	case packstream.KindFloat:
		return v.Float != 0
	default:
		return v.Text != "" || len(v.Items) > 0
	}
}

// number returns a number, and whether it is whole. Booleans are 0 and 1.
func number(v *jolt.Value) (n int64, f float64, whole, ok bool) {
	switch v.Kind {
	case packstream.KindBoolean:
		if v.Bool {
			return 1, 1, true, true
		}
		return 0, 0, true, true
	case packstream.KindInteger:
		return v.Int, float64(v.Int), true, true
	case packstream.KindFloat:
		return 0, v.Float, false, true
	default:
		return 0, 0, false, false
	}
}

func equal(a, b *jolt.Value) bool {
	an, af, awhole, ok := number(a)
	bn, bf, bwhole, okay := number(b)
	switch {
	case ok && okay && awhole && bwhole:
		return an == bn
	case ok && okay:
		return af == bf
	case a.Kind == packstream.KindList && b.Kind == packstream.KindList:
		return slices.EqualFunc(a.Items, b.Items, func(x, y jolt.Value) bool { return equal(&x, &y) })
	default:
		return jolt.Equal(a, b)
	}
}

func compare(op string, a, b *jolt.Value) (bool, error) {
	switch op {
	case "==":
		return equal(a, b), nil
	case "!=":
		return !equal(a, b), nil
	case "in", "not in":
		in, err := contains(b, a)
		return in == (op == "in"), err
	}
	order, err := order(a, b)
	if err != nil {
		return false, err
	}
	switch op {
	case "<":
		return order < 0, nil
	case "<=":
		return order <= 0, nil
	case ">":
		return order > 0, nil
	default:
		return order >= 0, nil
	}
}

func order(a, b *jolt.Value) (int, error) {
	an, af, awhole, ok := number(a)
	bn, bf, bwhole, okay := number(b)
	switch {
	case ok && okay && awhole && bwhole:
		return cmp.Compare(an, bn), nil
	case ok && okay:
		return cmp.Compare(af, bf), nil
	case a.Kind == packstream.KindString && b.Kind == packstream.KindString:
		return strings.Compare(a.Text, b.Text), nil
	default:
		return 0, errors.New("only numbers, or only strings, have an order")
	}
}

func contains(list, item *jolt.Value) (bool, error) {
	switch {
	case list.Kind == packstream.KindList:
		return slices.ContainsFunc(list.Items, func(v jolt.Value) bool { return equal(&v, item) }), nil
	case list.Kind == packstream.KindString && item.Kind == packstream.KindString:
		return strings.Contains(list.Text, item.Text), nil
	default:
		return false, errors.New(`"in" wants a list, or two strings`)
	}
}

// arithmetic applies an operator of two operands.
func arithmetic(op string, a, b *jolt.Value) (jolt.Value, error) {
	if op == "+" && a.Kind == b.Kind {
		switch {
		case len(a.Text)+len(b.Text) > maxText || len(a.Items)+len(b.Items) > maxText:
			return jolt.Value{}, errors.New("the sum is too long")
		case a.Kind == packstream.KindString:
			return jolt.String(a.Text + b.Text), nil
		case a.Kind == packstream.KindList:
			return jolt.List(slices.Concat(a.Items, b.Items)...), nil
		}
	}
	an, af, awhole, ok := number(a)
	bn, bf, bwhole, okay := number(b)
	switch {
	case !ok || !okay:
		return jolt.Value{}, fmt.Errorf("%q wants two numbers", op)
	case (op == "/" || op == "//" || op == "%") && bf == 0:
		return jolt.Value{}, errors.New("division by zero")
	case awhole && bwhole && op != "/":
		return whole(op, an, bn)
	}
	switch op {
	case "+":
		return jolt.Float(af + bf), nil
	case "-":
		return jolt.Float(af - bf), nil
	case "*":
		return jolt.Float(af * bf), nil
	case "/":
		return jolt.Float(af / bf), nil
	case "//":
		return jolt.Float(math.Floor(af / bf)), nil
	default:
		return jolt.Float(af - bf*math.Floor(af/bf)), nil
	}
}

// whole applies an operator to integers. Division rounds down.
func whole(op string, a, b int64) (jolt.Value, error) {
	var n int64
	var fits bool
	switch op {
	case "+":
		n = a + b
		fits = (n > a) == (b > 0)
	case "-":
		n = a - b
		fits = (n < a) == (b > 0)
	case "*":
		n = a * b
		fits = a == 0 || n/a == b && (a != -1 || b != math.MinInt64)
	default:
		quotient, rest := a/b, a%b
		if rest != 0 && (rest < 0) != (b < 0) {
			quotient, rest = quotient-1, rest+b
		}
		n = quotient
		fits = a != math.MinInt64 || b != -1
		if op == "%" {
			n, fits = rest, true
		}
	}
	if !fits {
		return jolt.Value{}, fmt.Errorf("%d %s %d does not fit into 64 bits", a, op, b)
	}
	return jolt.Int(n), nil
}
