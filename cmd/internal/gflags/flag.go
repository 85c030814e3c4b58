package gflags

import (
	"fmt"
	"slices"
	"strings"
)

// A Type is the type of a flag's value, named as gflags names it.
type Type uint8

// The types of flags.
const (
	Bool Type = iota + 1
	Int32
	Uint32
	Int64
	Uint64
	Double
	String
)

// String returns the name that help and error texts use.
func (t Type) String() string {
	switch t {
	case Bool:
		return "bool"
	case Int32:
		return "int32"
	case Uint32:
		return "uint32"
	case Int64:
		return "int64"
	case Uint64:
		return "uint64"
	case Double:
		return "double"
	case String:
		return "string"
	default:
		return fmt.Sprintf("Type(%d)", uint8(t))
	}
}

// A Flag is one row of a command's flag table.
type Flag struct {
	// Name is the flag's name; hyphens and underscores are the same.
	Name string
	// Aliases are further names of the same flag.
	Aliases []string
	// Type decides which values are legal and which getter reads them.
	Type Type
	// Default is the default in the form that a user would type. Empty means
	// false, 0 or the empty string.
	Default string
	// Help says in one or two sentences what the flag does.
	Help string
	// Section groups flags in help and in the reference page.
	Section string
	// Hidden flags work, but help and the reference page leave them out.
	Hidden bool
	// NoEffect says why this program accepts the flag without acting on it. A
	// warning tells so whoever sets the flag, except to the value Fits, which
	// describes what the program does anyway.
	NoEffect string
	// Fits is the value, as listings show it, that NoEffect does not contradict.
	Fits string
	// Secret hides the value in every listing, help and message.
	Secret bool
	// Env names an environment variable that, when set and not empty, beats
	// every other source.
	Env string
	// Validate, if set, judges every new value, and the default of a flag that
	// nobody has set. name has underscores. The error is shown to the user as
	// it is, on a line of its own; Refusef makes one.
	Validate func(name string, v Value) error
}

// A refusal is a validator's sentence for the user, not for a chain of errors.
type refusal string

func (r refusal) Error() string { return string(r) }

// Refusef returns the error of a validator: a whole sentence for the user.
func Refusef(format string, args ...any) error { return refusal(fmt.Sprintf(format, args...)) }

// InRange returns a validator for numbers from lo to hi, both included.
func InRange(lo, hi int64) func(string, Value) error {
	return func(name string, v Value) error {
		ok := false
		switch v.Type() {
		case Int32, Int64:
			ok = lo <= v.i && v.i <= hi
		case Uint32, Uint64:
			ok = hi >= 0 && v.u <= uint64(hi) && (lo <= 0 || uint64(lo) <= v.u)
		case Double:
			ok = float64(lo) <= v.f && v.f <= float64(hi)
		default:
		}
		if !ok {
			return Refusef("Expected --%s to be in range [%d, %d]", name, lo, hi)
		}
		return nil
	}
}

// OneOf returns a validator that allows the given strings only. what names the
// setting in the message, for example "log level".
func OneOf(what string, allowed ...string) func(string, Value) error {
	return func(_ string, v Value) error {
		if slices.Contains(allowed, v.s) {
			return nil
		}
		return Refusef("Invalid value for %s. Allowed values: %s", what, strings.Join(allowed, ", "))
	}
}

// A Source says where a flag's value comes from.
type Source uint8

// The sources, weakest first.
const (
	FromDefault Source = iota + 1
	FromFile
	FromEnvironment
	FromCommandLine
)

// An Origin is the place where a flag got its value.
type Origin struct {
	Source   Source
	File     string // path of the flag file, for FromFile
	Line     int    // line in File, from 1
	Variable string // environment variable, for FromEnvironment
}

// String names the origin for people: "default", "command line",
// "path:line" or "environment variable NAME".
func (o Origin) String() string {
	switch o.Source {
	case FromFile:
		return fmt.Sprintf("%s:%d", o.File, o.Line)
	case FromEnvironment:
		return "environment variable " + o.Variable
	case FromCommandLine:
		return "command line"
	default:
		return "default"
	}
}

// hiddenValue stands for the value of a secret flag.
const hiddenValue = "********"

// suffix is appended to an error message about a value from o. Messages about
// the command line keep the original text.
func (o Origin) suffix() string {
	if o.Source == FromCommandLine {
		return ""
	}
	return " (" + o.String() + ")"
}
