package gflags

import "fmt"

// viaEnv ends the message about a name that the two flags do not know.
const viaEnv = " (via --fromenv or --tryfromenv)"

// fromEnv sets each flag x from the variable FLAGS_x.
func (s *Set) fromEnv(names []string, required bool) {
	for _, name := range names {
		e := s.find(name)
		if e == nil {
			s.fail(name, problem{
				text:    fmt.Sprintf("unknown command line flag '%s'", name) + viaEnv,
				unknown: normalise(name),
			})
			continue
		}
		variable := "FLAGS_" + name
		value, ok := s.lookup(variable)
		if !ok {
			variable = "FLAGS_" + normalise(name)
			value, ok = s.lookup(variable)
		}
		switch {
		case !ok && required:
			s.fail(e.name, problem{text: "FLAGS_" + name + " not found in environment"})
		case !ok:
		case e.name == "fromenv", e.name == "tryfromenv", value == "fromenv", value == "tryfromenv":
			s.fail(e.name, problem{text: fmt.Sprintf("infinite recursion on environment flag '%s'", value)})
		default:
			s.apply(e, value, Origin{Source: FromEnvironment, Variable: variable})
		}
	}
}

// overrideFromEnv applies the variables that rows of the table name.
func (s *Set) overrideFromEnv() {
	for _, e := range s.order {
		if e.row.Env == "" {
			continue
		}
		if value, ok := s.lookup(e.row.Env); ok && value != "" {
			s.apply(e, value, Origin{Source: FromEnvironment, Variable: e.row.Env})
		}
	}
}
