package clients_test

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
)

// A page is a document whose tables come from the results of a test. With
// DRAWBOLT_CLIENTS_WRITE set the test writes it; without, every row of the
// clients that have run must stand in it.
type page struct {
	file string
	old  string
	body strings.Builder
	rows []string
}

// openPage begins a page with a heading and a paragraph.
func openPage(t *testing.T, file, title, text string) *page {
	t.Helper()
	old, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	p := &page{file: file, old: string(old)}
	p.body.WriteString("<!-- Written by `make clients-pages`. -->\n\n# " + title + "\n\n" + text + "\n")
	return p
}

// section begins a part with a table.
func (p *page) section(title, text string, columns ...string) {
	p.body.WriteString("\n## " + title + "\n\n" + text + "\n\n")
	p.body.WriteString("| " + strings.Join(columns, " | ") + " |\n|" + strings.Repeat("---|", len(columns)) + "\n")
}

// row adds a row to the table.
func (p *page) row(cells ...string) {
	for i := range cells {
		cells[i] = strings.ReplaceAll(cells[i], "|", `\|`)
	}
	line := "| " + strings.Join(cells, " | ") + " |\n"
	p.rows = append(p.rows, line)
	p.body.WriteString(line)
}

// close writes the page, or compares.
func (p *page) close(t *testing.T) {
	t.Helper()
	if os.Getenv("DRAWBOLT_CLIENTS_WRITE") != "" {
		if err := os.WriteFile(p.file, []byte(p.body.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, line := range p.rows {
		if !strings.Contains(p.old, line) {
			t.Errorf("%s is stale, run make clients-pages; it lacks\n%s", p.file, line)
		}
	}
}
