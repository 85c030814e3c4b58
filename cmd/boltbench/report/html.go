package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
)

//go:embed page.html
var pageText string

// A section is one query of the page.
type section struct {
	Query string
	Rows  []pageRow
	Plots []template.HTML
}

// A pageRow is a measurement, with bars that compare it with the others of its
// query.
type pageRow struct {
	Letter      string
	Connections int
	Text        string // instead of figures
	Cells       []pageCell
	Remarks     string
}

// A pageCell is a figure and the length of its bar in percent.
type pageCell struct {
	Figure string
	Bar    int
}

// WriteHTML writes one page, which needs nothing from elsewhere, with the results
// of reports beside each other. Reports that are not alike are refused.
func WriteHTML(w io.Writer, reports []*Report) error {
	for _, other := range reports[1:] {
		if err := Alike(reports[0], other); err != nil {
			return fmt.Errorf("these runs can not be shown beside each other:\n%w", err)
		}
	}
	page, err := template.New("page").Funcs(template.FuncMap{
		"letter": letter,
		"mib":    func(n int64) int64 { return n >> 20 },
		"rate":   func(f float64) string { return fmt.Sprintf("%.0f", f) },
		"figure": figure,
	}).Parse(pageText)
	if err != nil {
		return err
	}
	var sections []section
	for _, query := range queries(reports) {
		s := section{Query: query, Rows: rows(query, reports)}
		for _, plot := range []func(string, []*Report) (template.HTML, error){distribution, overTime, overConnections} {
			svg, err := plot(query, reports)
			if err != nil {
				return fmt.Errorf("plot of %s: %w", query, err)
			}
			if svg != "" {
				s.Plots = append(s.Plots, svg)
			}
		}
		sections = append(sections, s)
	}
	return page.Execute(w, map[string]any{"Reports": reports, "First": reports[0], "Sections": sections})
}

// letter is the name of a report beside others.
func letter(i int) string { return fmt.Sprintf("%c", 'A'+i) }

// queries returns the names of all measured queries in the order of the files.
func queries(reports []*Report) []string {
	var names []string
	for _, r := range reports {
		for i := range r.Measurements {
			if name := r.Measurements[i].Query; !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// rows returns the measurements of a query by number of connections, so that those
// to compare are neighbours.
func rows(query string, reports []*Report) []pageRow {
	type entry struct {
		report int
		m      *Measurement
	}
	var entries []entry
	var most [6]float64
	for i, r := range reports {
		for j := range r.Measurements {
			m := &r.Measurements[j]
			if m.Query != query {
				continue
			}
			entries = append(entries, entry{i, m})
			for k, v := range m.figures() {
				most[k] = max(most[k], v)
			}
		}
	}
	slices.SortStableFunc(entries, func(x, y entry) int { return x.m.Connections - y.m.Connections })
	var result []pageRow
	for _, e := range entries {
		row := pageRow{Letter: letter(e.report), Connections: e.m.Connections}
		switch {
		case e.m.Wrong != "":
			row.Text = "wrong answer: " + e.m.Wrong
		case e.m.Result == nil:
			row.Text = "failed: " + e.m.Failed
		default:
			row.Remarks = e.m.remarks()
			for k, v := range e.m.figures() {
				cell := pageCell{Figure: figure(v)}
				if k == len(most)-2 {
					cell.Figure = fmt.Sprintf("%.0f", v)
				}
				if most[k] > 0 {
					cell.Bar = int(100 * v / most[k])
				}
				row.Cells = append(row.Cells, cell)
			}
		}
		result = append(result, row)
	}
	return result
}

// figures are the columns of the page.
func (m *Measurement) figures() [6]float64 {
	if m.Result == nil {
		return [6]float64{}
	}
	l := &m.Latency
	return [6]float64{l.P50, l.P90, l.P99, l.P999, m.PerSecond, m.ServerCPU}
}
