package gflags

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// Options describe the command whose flags a Set holds.
type Options struct {
	// Program is the command's name in help, version and flag-file sections.
	Program string
	// Sections are further names that a flag-file section may use for this
	// program, for example that of a product whose files it reads.
	Sections []string
	// Usage is the sentence behind the name in help.
	Usage string
	// Version is what --version prints.
	Version string
	// AllowArgs lets arguments that are no flags pass; without it they are an
	// error unless --strict-flag-check=false is given.
	AllowArgs bool
}

// A Set is a parsed flag table.
type Set struct {
	opts     Options
	flags    *pflag.FlagSet
	aliases  map[string]string // normalised alias to normalised name
	order    []*entry          // table order, built-ins last
	args     []string
	warnings []string
	problems map[string]problem // by sort key
	fatal    string             // stops parsing at once
	files    []string           // flag files being read, outermost first
	lookup   func(string) (string, bool)
}

// New registers table and the built-in flags. Errors are mistakes in the table:
// two flags of one name, or a default that its type does not allow. All are
// reported at once.
func New(opts Options, table []Flag) (*Set, error) {
	s := &Set{
		opts:     opts,
		flags:    pflag.NewFlagSet(opts.Program, pflag.ContinueOnError),
		aliases:  make(map[string]string),
		problems: make(map[string]problem),
	}
	s.flags.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		return pflag.NormalizedName(s.canonical(name))
	})
	var errs []error
	for _, f := range table {
		errs = append(errs, s.add(f, false))
	}
	for _, f := range builtins() {
		errs = append(errs, s.add(f, true))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return s, nil
}

func normalise(name string) string { return strings.ReplaceAll(name, "-", "_") }

func (s *Set) canonical(name string) string {
	n := normalise(name)
	if target, ok := s.aliases[n]; ok {
		return target
	}
	return n
}

func (s *Set) add(f Flag, builtin bool) error {
	e := &entry{row: f, name: normalise(f.Name), builtin: builtin, origin: Origin{Source: FromDefault}}
	if f.Name == "" || strings.ContainsAny(f.Name, "= ") {
		return fmt.Errorf("gflags: %q is not a flag name", f.Name)
	}
	for _, name := range append([]string{f.Name}, f.Aliases...) {
		if s.flags.Lookup(name) != nil {
			return fmt.Errorf("gflags: two flags are named %q", name)
		}
	}
	def := f.Default
	if def == "" && f.Type != String {
		def = "0"
	}
	v, err := parseValue(f.Type, def)
	if err != nil {
		return fmt.Errorf("gflags: default %q of --%s is not a %v", f.Default, f.Name, f.Type)
	}
	e.def, e.cur = v, v
	s.flags.Var(e, e.name, f.Help)
	for _, alias := range f.Aliases {
		s.aliases[normalise(alias)] = e.name
	}
	s.order = append(s.order, e)
	return nil
}

// find returns the flag of that name or nil.
func (s *Set) find(name string) *entry {
	f := s.flags.Lookup(name)
	if f == nil {
		return nil
	}
	e, _ := f.Value.(*entry)
	return e
}

// must returns the flag of that name; the getters panic on a name that is not
// in the table or has another type, since that is a mistake in the program.
func (s *Set) must(name string, types ...Type) *entry {
	e := s.find(name)
	if e == nil {
		panic("gflags: the table has no flag " + name)
	}
	if !slices.Contains(types, e.row.Type) {
		panic(fmt.Sprintf("gflags: flag %s is a %v", name, e.row.Type))
	}
	return e
}

// Bool returns a Bool flag. Like all getters it panics when the table has no
// such flag of this type.
func (s *Set) Bool(name string) bool { return s.must(name, Bool).cur.b }

// Int32 returns an Int32 flag.
func (s *Set) Int32(name string) int32 {
	return int32(s.must(name, Int32).cur.i) //nolint:gosec // parseValue has checked the range
}

// Int64 returns an Int32 or Int64 flag.
func (s *Set) Int64(name string) int64 { return s.must(name, Int32, Int64).cur.i }

// Uint64 returns a Uint32 or Uint64 flag.
func (s *Set) Uint64(name string) uint64 { return s.must(name, Uint32, Uint64).cur.u }

// Double returns a Double flag.
func (s *Set) Double(name string) float64 { return s.must(name, Double).cur.f }

// Text returns a String flag.
func (s *Set) Text(name string) string { return s.must(name, String).cur.s }

// Origin says where the flag's value comes from.
func (s *Set) Origin(name string) Origin {
	e := s.find(name)
	if e == nil {
		panic("gflags: the table has no flag " + name)
	}
	return e.origin
}

// Given reports whether any source has set the flag, be it to its default.
func (s *Set) Given(name string) bool { return s.Origin(name).Source != FromDefault }

// Args returns the arguments that are no flags, in order.
func (s *Set) Args() []string { return s.args }

// Warnings returns what the user should be told although the start goes on.
func (s *Set) Warnings() []string { return s.warnings }

// A Setting is one flag with its present value, for listings.
type Setting struct {
	Flag    Flag
	Name    string // with underscores
	Default string
	Current string // asterisks for a secret
	Origin  Origin
	Builtin bool // belongs to this package, not to the table
}

// Display returns a value of the flag as listings show it: asterisks for a secret.
func (s *Setting) Display(value string) string {
	if s.Flag.Secret && value != "" {
		return hiddenValue
	}
	return value
}

// All returns every flag, hidden ones too, sorted by name.
func (s *Set) All() iter.Seq[Setting] {
	sorted := slices.SortedFunc(slices.Values(s.order), func(a, b *entry) int {
		return cmp.Compare(a.name, b.name)
	})
	return func(yield func(Setting) bool) {
		for _, e := range sorted {
			if !yield(Setting{
				Flag: e.row, Name: e.name, Default: e.display(e.def),
				Current: e.display(e.cur), Origin: e.origin, Builtin: e.builtin,
			}) {
				return
			}
		}
	}
}
