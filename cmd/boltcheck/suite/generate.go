package suite

import (
	"fmt"
	"strings"
)

// generate returns the checks that are made of tables.
func generate() ([]*Check, error) {
	var b builder
	b.negotiation()
	b.port()
	b.markers()
	b.structures()
	b.framing()
	b.limits()
	b.matrix()
	b.errors()
	return b.checks, b.err
}

// A builder collects generated checks.
type builder struct {
	group, section string
	checks         []*Check
	err            error // the first mistake in a table
}

// script adds a check that is a script. head is as in a check file.
func (b *builder) script(head, text string) {
	f := fileParser{group: b.group, section: b.section}
	err := f.head(head)
	for line := range strings.Lines(text) {
		if err == nil {
			err = f.line(strings.TrimSpace(line), 0)
		}
	}
	if err != nil && b.err == nil {
		b.err = fmt.Errorf("%s: %w", head, err)
	}
	b.checks = append(b.checks, f.checks...)
}

// custom adds a check that is a function.
func (b *builder) custom(head string, do func(p *player) error) {
	f := fileParser{group: b.group, section: b.section}
	if err := f.head(head); err != nil {
		if b.err == nil {
			b.err = fmt.Errorf("%s: %w", head, err)
		}
		return
	}
	f.checks[0].custom = do
	b.checks = append(b.checks, f.checks[0])
}
