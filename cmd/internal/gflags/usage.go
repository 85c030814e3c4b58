package gflags

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Help lines are wrapped at this column; the rest of a flag is indented.
const (
	helpColumns = 80
	helpIndent  = 8
)

// help acts on the first reporting flag that is set, in the order of gflags.
func (s *Set) help() (Decision, []byte) {
	var b bytes.Buffer
	stop := Decision{Exit: true, Code: 1}
	own := func(e *entry) bool { return !e.builtin }
	section, match := s.Text("helpon"), s.Text("helpmatch")
	switch {
	case s.Text("tab-completion-word") != "":
		s.complete(&b, s.Text("tab-completion-word"))
		stop.Code = 0
	case s.Bool("helpshort"):
		s.usage(&b, own)
	case s.Bool("help"), s.Bool("h"):
		s.usage(&b, func(*entry) bool { return true })
	case section != "":
		s.usage(&b, func(e *entry) bool { return e.row.Section == section })
	case match != "":
		s.usage(&b, func(e *entry) bool { return strings.Contains(e.row.Section, match) })
	case s.Bool("helppackage"):
		s.usage(&b, own)
	case s.Bool("helpxml"):
		s.xml(&b)
	case s.Bool("version"):
		fmt.Fprintf(&b, "%s version %s\n", s.opts.Program, s.opts.Version)
		stop.Code = 0
	default:
		return Decision{}, nil
	}
	return stop, b.Bytes()
}

// visible calls fn for each section that has flags to show, in table order.
func (s *Set) visible(keep func(*entry) bool, fn func(section string, flags []*entry)) {
	var sections []string
	flags := make(map[string][]*entry)
	for _, e := range s.order {
		if e.row.Hidden || !keep(e) {
			continue
		}
		if !slices.Contains(sections, e.row.Section) {
			sections = append(sections, e.row.Section)
		}
		flags[e.row.Section] = append(flags[e.row.Section], e)
	}
	for _, section := range sections {
		fn(section, flags[section])
	}
}

func (s *Set) usage(b *bytes.Buffer, keep func(*entry) bool) {
	fmt.Fprintf(b, "%s: %s\n", s.opts.Program, s.opts.Usage)
	none := true
	s.visible(keep, func(section string, flags []*entry) {
		none = false
		fmt.Fprintf(b, "\n  Flags from %s:\n", section)
		for _, e := range flags {
			e.describe(b)
		}
	})
	if none {
		b.WriteString("\n  No flags matched.\n")
	}
}

// shown is how a listing spells the flag.
func (e *entry) shown() string { return strings.ReplaceAll(e.name, "_", "-") }

// quoted is a value in help: strings stand in quotes.
func (e *entry) quoted(v Value) string {
	if v.typ == String {
		return `"` + e.display(v) + `"`
	}
	return e.display(v)
}

// describe writes one flag, wrapped. "type: T" and "default: D" are not broken.
func (e *entry) describe(b *bytes.Buffer) {
	words := strings.Fields("(" + e.row.Help + ")")
	words = append(words, "type: "+e.row.Type.String(), "default: "+e.quoted(e.def))
	if e.cur != e.def {
		words = append(words, "currently: "+e.quoted(e.cur))
	}
	line := "    --" + e.shown()
	for _, w := range words {
		if len(line)+1+len(w) >= helpColumns {
			b.WriteString(line + "\n")
			line = strings.Repeat(" ", helpIndent-1)
		}
		line += " " + w
	}
	b.WriteString(line + "\n")
}

// xml writes all flags as the gflags tools read them: one flag a line, and only
// ampersand and less-than are escaped.
func (s *Set) xml(b *bytes.Buffer) {
	esc := strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace
	fmt.Fprintf(b, "<?xml version=\"1.0\"?>\n<AllFlags>\n<program>%s</program>\n<usage>%s</usage>\n",
		esc(s.opts.Program), esc(s.opts.Usage))
	for _, e := range s.order {
		if e.row.Hidden {
			continue
		}
		fmt.Fprintf(b, "<flag><file>%s</file><name>%s</name><meaning>%s</meaning>"+
			"<default>%s</default><current>%s</current><type>%v</type></flag>\n",
			esc(e.row.Section), e.name, esc(e.row.Help), esc(e.display(e.def)), esc(e.display(e.cur)), e.row.Type)
	}
	b.WriteString("</AllFlags>\n")
}

// WriteMarkdown writes the reference page: a table of the visible flags of each
// section, with the state of each.
func (s *Set) WriteMarkdown(w io.Writer) error {
	var b bytes.Buffer
	esc := strings.NewReplacer("|", `\|`, "<", "&lt;", "\n", " ").Replace
	s.visible(func(*entry) bool { return true }, func(section string, flags []*entry) {
		fmt.Fprintf(&b, "\n## %s\n\n| flag | type | default | meaning | effect |\n| --- | --- | --- | --- | --- |\n", section)
		for _, e := range flags {
			fmt.Fprintf(&b, "| %s | %v | %s | %s | %s |\n", e.names(), e.row.Type, code(e.display(e.def)), esc(e.row.Help), esc(e.effect()))
		}
	})
	_, err := w.Write(b.Bytes())
	return err
}

// code is a text in the type of programs; nothing when there is none.
func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + strings.ReplaceAll(text, "|", `\|`) + "`"
}

// names are all names of the flag as the reference page shows them.
func (e *entry) names() string {
	var text strings.Builder
	text.WriteString(code("--" + e.shown()))
	for _, alias := range e.row.Aliases {
		text.WriteString(", " + code("--"+alias))
	}
	return text.String()
}

// effect is the state of the flag as the reference page shows it.
func (e *entry) effect() string {
	switch {
	case e.row.NoEffect == "":
		return "yes"
	case e.row.Fits == "":
		return "none: " + e.row.NoEffect
	default:
		return "only `" + e.row.Fits + "`: " + e.row.NoEffect
	}
}
