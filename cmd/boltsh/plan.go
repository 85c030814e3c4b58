package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/rivo/uniseg"
)

// An operator is one step of a plan, with its counts where it was profiled.
type operator struct {
	name     string
	details  string
	counts   string
	children []operator
}

// planned is the plan of EXPLAIN.
func planned(p neo4j.Plan) operator {
	op := newOperator(p.Operator(), p.Arguments())
	if rows, ok := p.Arguments()["EstimatedRows"].(float64); ok {
		op.counts = fmt.Sprintf("about %.0f rows", rows)
	}
	for _, child := range p.Children() {
		op.children = append(op.children, planned(child))
	}
	return op
}

// profiled is the plan of PROFILE.
func profiled(p neo4j.ProfiledPlan) operator {
	op := newOperator(p.Operator(), p.Arguments())
	op.counts = fmt.Sprintf("%d rows, %d hits", p.Records(), p.DbHits())
	for _, child := range p.Children() {
		op.children = append(op.children, profiled(child))
	}
	return op
}

func newOperator(name string, arguments map[string]any) operator {
	op := operator{name: name}
	if at := strings.IndexByte(name, '@'); at > 0 {
		op.name = name[:at]
	}
	if details, ok := arguments["Details"].(string); ok {
		op.details = strings.Join(strings.Fields(details), " ")
	}
	return op
}

// maxDetails is the longest text of details, in characters.
const maxDetails = 100

// writePlan draws a plan as a tree, the operator that gives the result on top.
// A chain of operators with one child each runs straight down.
func writePlan(w io.Writer, root operator) {
	var rows [][3]string
	collect(root, "", "", &rows)
	var widths [2]int
	for _, row := range rows {
		for i := range widths {
			widths[i] = max(widths[i], uniseg.StringWidth(row[i]))
		}
	}
	for _, row := range rows {
		line := row[0] + strings.Repeat(" ", widths[0]-uniseg.StringWidth(row[0])+2) +
			row[1] + strings.Repeat(" ", widths[1]-uniseg.StringWidth(row[1])+2) + row[2]
		_, _ = fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
}

func collect(op operator, first, rest string, rows *[][3]string) {
	details := []rune(op.details)
	if len(details) > maxDetails {
		details = append(details[:maxDetails-1], '…')
	}
	*rows = append(*rows, [3]string{first + op.name, op.counts, string(details)})
	for i, child := range op.children {
		switch {
		case len(op.children) == 1:
			collect(child, rest, rest, rows)
		case i < len(op.children)-1:
			collect(child, rest+"├─ ", rest+"│  ", rows)
		default:
			collect(child, rest+"└─ ", rest+"   ", rows)
		}
	}
}
