package main

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
)

//go:generate sh -c "go run . --print-document=reference >FLAGS.new && mv FLAGS.new FLAGS.md"

// The values of --print-document.
const (
	documentConfig     = "config"
	documentReference  = "reference"
	documentManual     = "manual"
	documentCompletion = "bash-completion"
)

// printDocument writes one of the documents that are made from the flag table.
func printDocument(w io.Writer, flags *gflags.Set, name string) error {
	switch name {
	case documentConfig:
		return printPackaged(w, flags)
	case documentReference:
		if _, err := io.WriteString(w, referenceHead); err != nil {
			return err
		}
		return flags.WriteMarkdown(w)
	case documentManual:
		return printManual(w, flags)
	default:
		_, err := io.WriteString(w, completion)
		return err
	}
}

const referenceHead = `# Flags of drawbolt

Made from the flag table by ` + "`go generate`" + `. The last column says whether a flag
has an effect. Every flag name of Memgraph is accepted; one without effect is a
warning in the log, except for the value that describes what the server does
anyway. Flag files have one flag a line; one dash or two, hyphens and underscores
are the same. The last value wins, in this order: /etc/drawbolt/drawbolt.conf,
~/.drawbolt/config, both unless --nodefault-config is given, the file that DRAWBOLT_CONFIG or MEMGRAPH_CONFIG names, the
command line, and the environment variables MEMGRAPH_BOLT_PORT,
MEMGRAPH_EXPERIMENTAL_ENABLED, MEMGRAPH_ENTERPRISE_LICENSE and
MEMGRAPH_ORGANIZATION_NAME. ` + "`drawbolt --print-config`" + ` shows where each value
comes from.
`

// packagedValues are the lines of the packaged configuration that are not
// comments; packagedHints are commented lines with a useful value.
func packagedValues() map[string]string {
	return map[string]string{
		flagDataDirectory: "/var/lib/drawbolt",
		flagLogFile:       "/var/log/drawbolt/drawbolt.log",
		flagLogLevel:      "WARNING",
	}
}

func packagedHints() map[string]string {
	return map[string]string{
		flagCert: "/etc/drawbolt/ssl/cert.pem",
		flagKey:  "/etc/drawbolt/ssl/key.pem",
	}
}

// printPackaged writes the configuration file of the packages: every visible
// flag with its meaning, commented out unless the packages set it.
func printPackaged(w io.Writer, flags *gflags.Set) error {
	var b bytes.Buffer
	b.WriteString("# Configuration of the Drawbolt graph database server: one flag a line.\n" +
		"# A line that begins with # is a comment. Everything behind the first = is the\n" +
		"# value; there are no quotes. After a change: systemctl restart drawbolt\n")
	section := ""
	for _, f := range flagTable() {
		if f.Hidden || f.NoEffect != "" || slices.Contains(actions(), strings.ReplaceAll(f.Name, "-", "_")) {
			continue
		}
		if f.Section != section {
			section = f.Section
			fmt.Fprintf(&b, "\n## %s\n", section)
		}
		fmt.Fprintf(&b, "\n%s", comment(fmt.Sprintf("%s [%v]", f.Help, f.Type)))
		value, set := packagedValues()[f.Name]
		hint, hinted := packagedHints()[f.Name]
		switch {
		case set:
			fmt.Fprintf(&b, "--%s=%s\n", f.Name, value)
		case hinted:
			fmt.Fprintf(&b, "# --%s=%s\n", f.Name, hint)
		default:
			fmt.Fprintf(&b, "# --%s=%s\n", f.Name, defaultOf(flags, f.Name))
		}
	}
	b.WriteString("\n## more\n\n# Further files can be included.\n# --flag-file=another.conf\n")
	_, err := w.Write(b.Bytes())
	return err
}

func defaultOf(flags *gflags.Set, name string) string {
	for s := range flags.All() {
		if s.Name == strings.ReplaceAll(name, "-", "_") {
			return s.Default
		}
	}
	return ""
}

// comment wraps text at 78 columns behind comment signs.
func comment(text string) string {
	var b strings.Builder
	line := "#"
	for word := range strings.FieldsSeq(text) {
		if len(line)+1+len(word) > 78 {
			b.WriteString(line + "\n")
			line = "#"
		}
		line += " " + word
	}
	b.WriteString(line + "\n")
	return b.String()
}

// printManual writes the manual page.
func printManual(w io.Writer, flags *gflags.Set) error {
	var b bytes.Buffer
	esc := strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace
	fmt.Fprintf(&b, ".TH DRAWBOLT 8 \"\" \"drawbolt %s\" \"System Administration\"\n", version)
	b.WriteString(".SH NAME\ndrawbolt \\- graph database server\n" +
		".SH SYNOPSIS\n\\fBdrawbolt\\fR [\\fB\\-\\-\\fIflag\\fR=\\fIvalue\\fR ...]\n" +
		".SH DESCRIPTION\nServes a property graph over the Bolt protocol, with TLS when\n" +
		"\\fB\\-\\-bolt\\-cert\\-file\\fR and \\fB\\-\\-bolt\\-key\\-file\\fR are set.\n.SH OPTIONS\n")
	section := ""
	for _, f := range flagTable() {
		if f.Hidden {
			continue
		}
		if f.Section != section {
			section = f.Section
			fmt.Fprintf(&b, ".SS %s\n", section)
		}
		fmt.Fprintf(&b, ".TP\n\\fB\\-\\-%s\\fR=\\fI%v\\fR\n%s", esc(f.Name), f.Type, esc(f.Help))
		if def := defaultOf(flags, f.Name); def != "" {
			fmt.Fprintf(&b, " Default: %s.", esc(def))
		}
		if f.NoEffect != "" {
			fmt.Fprintf(&b, " Accepted without effect: %s.", esc(f.NoEffect))
		}
		b.WriteString("\n")
	}
	b.WriteString(".SH SIGNALS\n.TP\nSIGTERM, SIGINT\nStop: open transactions may end, a second signal ends them at once.\n" +
		".TP\nSIGHUP\nLoad certificates and keys again.\n.TP\nSIGUSR1\nOpen the log file again.\n" +
		".SH EXIT STATUS\n.TP\n0\nStopped, or \\-\\-version.\n.TP\n1\nFlags, key material or configuration were refused; \\-\\-help.\n" +
		".TP\n12\nThe data directory belongs to another user.\n.TP\n13\nThe log file cannot be written.\n.TP\n2\nAnything else that is fatal.\n" +
		".SH FILES\n.TP\n" + packagedFile + "\nFlags, one a line.\n")
	_, err := w.Write(b.Bytes())
	return err
}

// completion lets bash ask the program itself.
const completion = `# Completion of drawbolt's flags for bash.
_drawbolt() {
	local word=${COMP_WORDS[COMP_CWORD]}
	case $word in
	-*)
		local IFS=$'\n'
		COMPREPLY=($("${COMP_WORDS[0]}" --tab_completion_word="$word+" 2>/dev/null | sed -n 's/^\(--[a-z0-9-]*\).*/\1/p'))
		;;
	*)
		COMPREPLY=($(compgen -f -- "$word"))
		;;
	esac
}
complete -F _drawbolt drawbolt
`
