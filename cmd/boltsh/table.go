package main

import (
	"bufio"
	"strings"

	"github.com/rivo/uniseg"
)

// The limits of a column's width, in terminal cells.
const (
	minColumn = 4
	maxColumn = 4096
)

// A table draws rows in columns. It holds back the first rows, takes the widths
// of the columns from them and then writes each row as it comes.
type table struct {
	w      *bufio.Writer
	screen int  // cells that the table may take, 0 is no limit
	wrap   bool // fold long values; else cut them
	sample int

	columns []string
	held    [][]string // until the widths are known
	widths  []int      // nil until then
}

func (t *table) head(columns []string) { t.columns = columns }

func (t *table) row(cells []string) {
	if t.widths != nil {
		t.write(cells)
		return
	}
	t.held = append(t.held, cells)
	if len(t.held) == t.sample {
		t.start()
	}
}

// end writes what is held back and the last line.
func (t *table) end() {
	if t.widths == nil {
		t.start()
	}
	t.rule()
}

// start settles the widths and writes the head and the rows held back.
func (t *table) start() {
	t.widths = make([]int, len(t.columns))
	for i, name := range t.columns {
		t.widths[i] = min(uniseg.StringWidth(name), maxColumn)
		for _, cells := range t.held {
			t.widths[i] = max(t.widths[i], min(uniseg.StringWidth(cells[i]), maxColumn))
		}
		t.widths[i] = max(t.widths[i], 1)
	}
	if t.screen > 0 {
		shrink(t.widths, t.screen-3*len(t.widths)-1)
	}
	t.rule()
	t.write(t.columns)
	t.rule()
	for _, cells := range t.held {
		t.write(cells)
	}
	t.held = nil
}

// shrink cuts the widest columns until all fit into room cells, or until none
// is wider than minColumn.
func shrink(widths []int, room int) {
	sum, widest := 0, 0
	for _, w := range widths {
		sum += w
		widest = max(widest, w)
	}
	for limit := widest; sum > room && limit > minColumn; {
		limit--
		for i, w := range widths {
			if w > limit {
				sum -= w - limit
				widths[i] = limit
			}
			if sum <= room {
				break
			}
		}
	}
}

func (t *table) rule() {
	for _, w := range t.widths {
		_, _ = t.w.WriteString("+" + strings.Repeat("-", w+2))
	}
	_, _ = t.w.WriteString("+\n")
}

// write writes one row, on as many lines as its longest cell needs. Errors stay
// in the bufio.Writer until Flush.
func (t *table) write(cells []string) {
	rest := append([]string(nil), cells...)
	for more := true; more; {
		more = false
		separator := "| "
		for i, width := range t.widths {
			var part string
			part, rest[i] = cut(rest[i], width)
			if rest[i] != "" && !t.wrap {
				part, _ = cut(part, width-1)
				part, rest[i] = part+"…", ""
			}
			more = more || rest[i] != ""
			_, _ = t.w.WriteString(separator + part + strings.Repeat(" ", max(0, width-uniseg.StringWidth(part))))
			separator = " | "
		}
		_, _ = t.w.WriteString(" |\n")
	}
}

// cut returns the part of s that fits into width cells and the rest. At least
// one character is taken, so that cutting comes to an end.
func cut(s string, width int) (part, rest string) {
	taken, cells, state := 0, 0, -1
	for rest = s; rest != ""; {
		cluster, after, w, next := uniseg.FirstGraphemeClusterInString(rest, state)
		if taken > 0 && cells+w > width {
			break
		}
		taken += len(cluster)
		cells += w
		rest, state = after, next
	}
	return s[:taken], s[taken:]
}
