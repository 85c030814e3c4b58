package gflags

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Input is what Parse reads.
type Input struct {
	// Files are flag files that are read before Args, in order. They must exist.
	Files []string
	// Args are the command's arguments without its name.
	Args []string
	// LookupEnv reads the environment; nil means an empty one. Commands pass
	// os.LookupEnv.
	LookupEnv func(name string) (string, bool)
}

// A Decision says whether the command goes on after Parse.
type Decision struct {
	Exit bool
	Code int // exit code, when Exit is set
}

// A problem is one error of the user. Problems are collected, so that all are
// reported together, sorted by flag.
type problem struct {
	detail  string // a validator's own line, printed in front
	text    string
	unknown string // name of a flag that does not exist, for --undefok
	inFile  bool   // --strict-flag-check=false makes it a warning
}

// Parse reads files, arguments and environment. Help, version and completions
// go to stdout and are acted on before errors are looked at; errors go to
// stderr, together with the warnings. Parse must be called once.
func (s *Set) Parse(in Input, stdout, stderr io.Writer) (Decision, error) {
	s.lookup = in.LookupEnv
	if s.lookup == nil {
		s.lookup = func(string) (string, bool) { return "", false }
	}
	for _, path := range in.Files {
		s.readFile(path)
	}
	s.parseArgs(in.Args)
	s.overrideFromEnv()
	if s.fatal != "" {
		_, err := fmt.Fprintf(stderr, "%s\n", s.fatal)
		return Decision{Exit: true, Code: 1}, err
	}
	if d, out := s.help(); d.Exit {
		_, err := stdout.Write(out)
		return d, err
	}
	s.validateDefaults()
	s.settle()
	s.warnIneffective()
	if len(s.problems) == 0 {
		return Decision{}, nil
	}
	_, err := io.WriteString(stderr, s.report())
	return Decision{Exit: true, Code: 1}, err
}

// parseArgs walks the command line. It stops at a flag without its value,
// because what follows can not be told apart any more.
func (s *Set) parseArgs(args []string) {
	origin := Origin{Source: FromCommandLine}
	for i := 0; i < len(args) && s.fatal == ""; i++ {
		arg := args[i]
		if len(arg) < 2 || arg[0] != '-' {
			s.args = append(s.args, arg)
			continue
		}
		if arg == "--" {
			s.args = append(s.args, args[i+1:]...)
			return
		}
		name, value, given := strings.Cut(undash(arg), "=")
		e, value, given := s.resolve(name, value, given, origin)
		if e == nil {
			continue
		}
		if !given {
			if i+1 == len(args) {
				s.missing(e, name, arg, origin)
				return
			}
			i++
			value = args[i]
			if e.row.Type == String && len(value) > 1 && value[0] == '-' {
				s.warn("flag '%s' took '%s' as its value; write %s=%s if that is meant", arg, e.told(value), arg, e.told(value))
			}
		}
		s.apply(e, value, origin)
	}
}

// undash removes one or two leading dashes.
func undash(arg string) string {
	return strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-")
}

// resolve finds the flag that name stands for and the value that a boolean gets
// without one. It returns nil after it has recorded a problem.
func (s *Set) resolve(name, value string, given bool, origin Origin) (*entry, string, bool) {
	if e := s.find(name); e != nil {
		if !given && e.row.Type == Bool {
			return e, "1", true
		}
		return e, value, given
	}
	positive, isNo := strings.CutPrefix(name, "no")
	if isNo {
		if e := s.find(positive); e != nil {
			if e.row.Type == Bool {
				return e, "0", true
			}
			s.fail(e.name, problem{text: fmt.Sprintf("boolean value (%s) specified for %v command line flag",
				name, e.row.Type) + origin.suffix()})
			return nil, "", false
		}
	}
	s.unknown(name, origin)
	return nil, "", false
}

func (s *Set) unknown(name string, origin Origin) {
	s.fail(name+origin.suffix(), problem{
		text:    fmt.Sprintf("unknown command line flag '%s'", name) + origin.suffix(),
		unknown: normalise(name), inFile: origin.Source == FromFile,
	})
}

func (s *Set) missing(e *entry, name, arg string, origin Origin) {
	text := fmt.Sprintf("flag '%s' is missing its argument", arg)
	if e.row.Help != "" {
		text += "; flag description: " + e.row.Help
	}
	s.fail(name, problem{text: text + origin.suffix()})
}

// apply sets one flag and acts on the flags that load others.
func (s *Set) apply(e *entry, value string, origin Origin) {
	if err := s.flags.Set(e.name, value); err != nil {
		refused := new(validationError)
		if errors.As(err, &refused) {
			s.fail(e.name, problem{
				detail: refused.Error(),
				text:   fmt.Sprintf("failed validation of new value '%s' for flag '%s'", e.told(refused.value.String()), e.name) + origin.suffix(),
			})
			return
		}
		s.fail(e.name, problem{
			text: fmt.Sprintf("illegal value '%s' specified for %v flag '%s'", e.told(value), e.row.Type, e.name) + origin.suffix(),
		})
		return
	}
	e.origin = origin
	if !e.builtin {
		return
	}
	switch e.name {
	case "flagfile":
		for _, path := range s.list(e.name, value) {
			s.readFile(path)
		}
	case "fromenv":
		s.fromEnv(s.list(e.name, value), true)
	case "tryfromenv":
		s.fromEnv(s.list(e.name, value), false)
	default:
	}
}

// list splits a comma list; an empty entry is an error.
func (s *Set) list(flag, value string) []string {
	if value == "" {
		return nil
	}
	parts := strings.Split(value, ",")
	if slices.Contains(parts, "") {
		s.fail(flag, problem{text: fmt.Sprintf("empty entry in the list '%s' of flag '%s'", value, flag)})
		return nil
	}
	return parts
}

// validateDefaults judges the flags that nobody has set.
func (s *Set) validateDefaults() {
	for _, e := range s.order {
		if e.row.Validate == nil || e.origin.Source != FromDefault {
			continue
		}
		if _, ok := s.problems[e.name]; ok {
			continue
		}
		if err := e.row.Validate(e.name, e.def); err != nil {
			s.fail(e.name, problem{
				detail: err.Error(),
				text:   fmt.Sprintf("--%s must be set on the commandline (default value fails validation)", e.name),
			})
		}
	}
}

// warnIneffective says once which flags were set in vain.
func (s *Set) warnIneffective() {
	for _, e := range s.order {
		if e.row.NoEffect == "" || e.origin.Source == FromDefault || e.cur.String() == e.row.Fits {
			continue
		}
		s.warn("--%s (%v) has no effect: %s", e.shown(), e.origin, e.row.NoEffect)
	}
}

// settle applies --undefok and the strict check to what was collected.
func (s *Set) settle() {
	allowed := make(map[string]bool)
	for _, name := range s.list("undefok", s.Text("undefok")) {
		allowed[normalise(name)] = true
		allowed["no"+normalise(name)] = true
	}
	strict := s.Bool("strict-flag-check")
	for _, key := range slices.Sorted(maps.Keys(s.problems)) {
		p := s.problems[key]
		switch {
		case p.unknown != "" && allowed[p.unknown]:
			delete(s.problems, key)
		case p.inFile && !strict:
			s.warn("%s", p.text)
			delete(s.problems, key)
		}
	}
	if len(s.args) == 0 || s.opts.AllowArgs {
		return
	}
	text := "unexpected arguments: '" + strings.Join(s.args, "', '") +
		"'. Flags start with a dash; a boolean flag is switched off with --flag=false or --noflag, not with --flag false"
	if strict {
		s.fail("\xff", problem{text: text}) // behind every flag
	} else {
		s.warn("%s", text)
	}
}

func (s *Set) fail(key string, p problem) { s.problems[key] = p }

func (s *Set) warn(format string, args ...any) {
	s.warnings = append(s.warnings, fmt.Sprintf(format, args...))
}

// report renders warnings and problems, one line each.
func (s *Set) report() string {
	var b strings.Builder
	for _, w := range s.warnings {
		b.WriteString("WARNING: " + w + "\n")
	}
	for _, key := range slices.Sorted(maps.Keys(s.problems)) {
		p := s.problems[key]
		if p.detail != "" {
			b.WriteString(p.detail + "\n")
		}
		b.WriteString("ERROR: " + p.text + "\n")
	}
	return b.String()
}
