package cypher

import (
	"strings"
	"unicode"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/exec"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage"
)

// A Type is what a statement does, in the words of the protocol.
type Type string

// The types of statements.
const (
	TypeRead      Type = "r"
	TypeReadWrite Type = "rw"
	TypeWrite     Type = "w"
	TypeSchema    Type = "s"
)

// A Summary is what is known of a statement after its end.
type Summary struct {
	Type     Type
	Counters exec.Counters
	// Schema counts the changes of a schema command.
	Schema SchemaCounters
	// SystemUpdates counts the changes of the catalogue, of accounts and roles.
	SystemUpdates int64
	// Plan is the plan of EXPLAIN and PROFILE; nil without.
	Plan *PlanNode
	// Position is the commit of an auto-commit statement; zero when it has
	// not written.
	Position storage.Position
	// Notifications are hints for the client, about the names in Database.
	Notifications []Notification
	Database      string
}

// SchemaCounters tell what a schema command has changed.
type SchemaCounters struct {
	IndexesAdded, IndexesRemoved         int64
	ConstraintsAdded, ConstraintsRemoved int64
}

// A Notification is a hint about a statement.
type Notification struct {
	Code        string
	Title       string
	Description string
	Severity    string // WARNING or INFORMATION, or INFO in the dialect that says so
	Subject     string // the name that it is about, or empty
	Position    ast.Position
}

// A PlanNode is one operator of a plan that a client sees.
type PlanNode struct {
	Operator  string
	Details   string
	Estimated float64 // rows
	// Profiled says that Rows and Hits have been counted.
	Profiled   bool
	Rows, Hits int64
	Children   []*PlanNode
}

// Lines draws the plan, one operator a line: inputs stand below their operator,
// those of a second branch behind a bar.
func (n *PlanNode) Lines() (lines []string) {
	n.draw(" ", func(line string, _ *PlanNode) { lines = append(lines, line) })
	return lines
}

// draw calls line for each line, with the operator that it is about or nil.
func (n *PlanNode) draw(margin string, line func(text string, op *PlanNode)) {
	text := margin + "* " + n.Operator
	if n.Details != "" {
		// Names in a statement may have line ends and more.
		text += " (" + strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return ' '
			}
			return r
		}, n.Details) + ")"
	}
	line(text, n)
	if len(n.Children) == 0 {
		return
	}
	for _, branch := range n.Children[1:] {
		line(margin+`|\`, nil)
		branch.draw(margin+"| ", line)
	}
	n.Children[0].draw(margin, line)
}

const profileMode = ast.Profile

// statementType goes by the columns alone, as in the reference server: MATCH …
// DELETE is a write, although it reads.
func statementType(p *prepared) Type {
	switch {
	case p.system:
		return TypeSchema
	case !p.plan.Writes:
		return TypeRead
	case len(p.plan.Columns) > 0:
		return TypeReadWrite
	default:
		return TypeWrite
	}
}

// describePlan copies a plan into the form for clients.
func describePlan(p *plan.Plan, profile []exec.Profile) *PlanNode {
	return describeNode(p.Root, profile)
}

func describeNode(n plan.Node, profile []exec.Profile) *PlanNode {
	c := n.Base()
	out := &PlanNode{Operator: plan.Name(n), Details: plan.Detail(n), Estimated: c.Rows}
	if profile != nil {
		out.Profiled = true
		out.Rows, out.Hits = profile[c.ID].Rows, profile[c.ID].Rows
	}
	for _, in := range plan.Inputs(n) {
		out.Children = append(out.Children, describeNode(in, profile))
	}
	return out
}
