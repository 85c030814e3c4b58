package gflags

// builtinSection is the section of the flags that every command has.
const builtinSection = "gflags"

// builtins returns the flags that every command has, in both generations of
// their names.
func builtins() []Flag {
	table := []Flag{
		{Name: "flagfile", Aliases: []string{"flag-file"}, Type: String, Help: "Load flags from these files, separated by commas."},
		{Name: "fromenv", Type: String, Help: "Set these flags, separated by commas, from the environment: flag x from the variable FLAGS_x. A missing variable is an error."},
		{Name: "tryfromenv", Type: String, Help: "Like --fromenv, but a missing variable is no error."},
		{Name: "undefok", Type: String, Help: "Names, separated by commas, that may be given although no such flag exists."},
		{Name: "strict-flag-check", Type: Bool, Default: "true", Help: "Refuse to start with arguments that are no flags and with lines in flag files that have no effect. If false, only warn."},
		{Name: "help", Aliases: []string{"helpfull"}, Type: Bool, Help: "Show help on all flags."},
		{Name: "h", Type: Bool, Hidden: true, Help: "Show help on all flags."},
		{Name: "helpshort", Type: Bool, Help: "Show help on the flags of this program only."},
		{Name: "helpon", Type: String, Help: "Show help on the flags of the section of this name."},
		{Name: "helpmatch", Type: String, Help: "Show help on the sections whose name contains this text."},
		{Name: "helppackage", Type: Bool, Help: "Show help on the flags of this program only."},
		{Name: "helpxml", Aliases: []string{"help-xml"}, Type: Bool, Help: "Show help on all flags as XML."},
		{Name: "version", Type: Bool, Help: "Show the version."},
		{Name: "tab-completion-word", Type: String, Help: "Show the flags that complete this word, for shells."},
		{Name: "tab-completion-columns", Type: Int32, Default: "80", Help: "Width of the terminal for --tab-completion-word."},
	}
	for i := range table {
		table[i].Section = builtinSection
	}
	return table
}
