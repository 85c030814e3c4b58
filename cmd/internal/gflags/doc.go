// Package gflags parses a command's flags by the rules of the gflags library,
// on top of a pflag registry. A command describes its flags in one table;
// parsing, help, completion and the reference page are made from it.
//
// # Rules
//
// One dash or two, --name=value or --name value, --name and --noname for
// booleans, hyphen equals underscore, no abbreviations, the last value wins,
// "--" ends the flags. Arguments that are no flags are collected in order. A
// boolean never consumes the next word: "--flag false" sets the flag and leaves
// "false" as an argument, which the strict check then reports.
//
// Both generations of the built-in flags exist: --flagfile and --flag-file,
// --helpxml and --help-xml, --fromenv, --tryfromenv, --undefok, the help family,
// --version, tab completion.
//
// Flag files are stricter than the original: a flag that does not exist, a flag
// without its value and a line that is neither flag, comment nor a section of
// this program are errors with file and line, because a misspelt flag must never
// weaken a server silently. --undefok names exceptions; --strict-flag-check=false
// turns these errors into warnings.
//
// # Limits
//
// A flag file has at most 1 MiB, files nest at most 16 deep, and a file that
// includes itself is an error.
//
// # Concurrency
//
// A Set belongs to one goroutine until Parse has returned. Afterwards it does
// not change and anybody may read it.
package gflags
