package gflags

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

var errIllegal = errors.New("gflags: illegal value")

// A Value is a parsed flag value. The zero Value has no type and is never
// given out.
type Value struct {
	typ Type
	b   bool
	i   int64
	u   uint64
	f   float64
	s   string
}

// Type returns the value's type.
func (v Value) Type() Type { return v.typ }

// Bool returns the value of a Bool flag.
func (v Value) Bool() bool { return v.b }

// Int64 returns the value of an Int32 or Int64 flag.
func (v Value) Int64() int64 { return v.i }

// Uint64 returns the value of a Uint32 or Uint64 flag.
func (v Value) Uint64() uint64 { return v.u }

// Double returns the value of a Double flag.
func (v Value) Double() float64 { return v.f }

// Text returns the value of a String flag.
func (v Value) Text() string { return v.s }

// String returns the value as help and listings show it.
func (v Value) String() string {
	switch v.typ {
	case Bool:
		return strconv.FormatBool(v.b)
	case Int32, Int64:
		return strconv.FormatInt(v.i, 10)
	case Uint32, Uint64:
		return strconv.FormatUint(v.u, 10)
	case Double:
		return strings.ToLower(strings.TrimPrefix(strconv.FormatFloat(v.f, 'g', 17, 64), "+")) // inf and nan as in C
	default:
		return v.s
	}
}

// parseValue reads text as a value of type t.
func parseValue(t Type, text string) (Value, error) {
	v := Value{typ: t}
	var err error
	switch t {
	case Bool:
		v.b, err = parseBool(text)
	case Int32:
		v.i, err = parseInt(text)
		if err == nil && (v.i < math.MinInt32 || v.i > math.MaxInt32) {
			err = errIllegal
		}
	case Int64:
		v.i, err = parseInt(text)
	case Uint32:
		v.u, err = parseUint(text)
		if err == nil && v.u > math.MaxUint32 {
			err = errIllegal
		}
	case Uint64:
		v.u, err = parseUint(text)
	case Double:
		v.f, err = parseDouble(text)
	case String:
		v.s = text
	default:
		err = errIllegal
	}
	if err != nil {
		return Value{}, errIllegal
	}
	return v, nil
}

func parseBool(text string) (bool, error) {
	switch strings.ToLower(text) {
	case "1", "t", "true", "y", "yes":
		return true, nil
	case "0", "f", "false", "n", "no":
		return false, nil
	default:
		return false, errIllegal
	}
}

// digits splits an integer literal into what strconv wants. Only a leading 0x
// means hexadecimal; a leading 0 is decimal. Blanks in front are tolerated,
// but not before 0x, as in C.
func digits(text string) (string, int, error) {
	if len(text) > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X') {
		if text[2] == '+' || text[2] == '-' {
			return "", 0, errIllegal
		}
		return text[2:], 16, nil
	}
	return strings.TrimLeft(text, " \t\n\v\f\r"), 10, nil
}

func parseInt(text string) (int64, error) {
	s, base, err := digits(text)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(s, base, 64)
}

func parseUint(text string) (uint64, error) {
	s, base, err := digits(text)
	if err != nil {
		return 0, err
	}
	return strconv.ParseUint(strings.TrimPrefix(s, "+"), base, 64)
}

// parseDouble reads what strtod of C reads: hexadecimal numbers need no exponent,
// and a number that is too small is as illegal as one that is too large.
func parseDouble(text string) (float64, error) {
	text = strings.ToLower(strings.TrimLeft(text, " \t\n\v\f\r"))
	if strings.Contains(text, "_") {
		return 0, errIllegal
	}
	digits, hexadecimal := strings.CutPrefix(strings.TrimLeft(text, "+-"), "0x")
	if hexadecimal && !strings.Contains(digits, "p") {
		text += "p0"
	}
	f, err := strconv.ParseFloat(text, 64)
	mantissa, _, _ := strings.Cut(digits, "e")
	if f == 0 && !hexadecimal && strings.ContainsAny(mantissa, "123456789") {
		return 0, errIllegal
	}
	return f, err
}

// entry is a registered flag; it implements pflag.Value.
type entry struct {
	row     Flag
	name    string // row.Name with underscores
	builtin bool
	def     Value
	cur     Value
	origin  Origin
}

func (e *entry) String() string { return e.cur.String() }

func (e *entry) Type() string { return e.row.Type.String() }

// display returns a value of this flag as listings show it.
func (e *entry) display(v Value) string {
	if e.row.Secret && v.String() != "" {
		return hiddenValue
	}
	return v.String()
}

// told returns what a message shows of a text that was given as the value.
func (e *entry) told(text string) string {
	if e.row.Secret {
		return hiddenValue
	}
	return text
}

// Set parses, validates and stores text; on an error the old value stays.
func (e *entry) Set(text string) error {
	v, err := parseValue(e.row.Type, text)
	if err != nil {
		return err
	}
	if e.row.Validate != nil {
		if err := e.row.Validate(e.name, v); err != nil {
			return &validationError{value: v, reason: err}
		}
	}
	e.cur = v
	return nil
}

// A validationError says that a legal value was refused by its validator.
type validationError struct {
	value  Value
	reason error
}

func (e *validationError) Error() string { return e.reason.Error() }

func (e *validationError) Unwrap() error { return e.reason }
