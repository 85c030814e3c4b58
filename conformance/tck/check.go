package tck

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	messages "github.com/cucumber/messages/go/v21"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/dbtype"
)

// checkResult compares the last result with a table, or with nothing.
func (r *runner) checkResult(text string, step *messages.PickleStep) error {
	if r.err != nil {
		return fmt.Errorf("failed: %w", r.err)
	}
	if r.result == nil {
		return errors.New("there is no result")
	}
	if strings.HasPrefix(text, "the result should be empty") {
		if n := len(r.result.rows); n > 0 {
			return fmt.Errorf("%d rows where none are expected", n)
		}
		return nil
	}
	table := step.Argument.DataTable.Rows
	var columns []string
	for _, cell := range table[0].Cells {
		columns = append(columns, cell.Value)
	}
	if !slices.Equal(columns, r.result.columns) {
		return fmt.Errorf("columns are %q, want %q", r.result.columns, columns)
	}
	var want []value
	for _, row := range table[1:] {
		list := value{kind: kindList}
		for _, cell := range row.Cells {
			v, err := parseValue(cell.Value)
			if err != nil {
				return err
			}
			list.items = append(list.items, v)
		}
		want = append(want, list)
	}
	got := make([]value, len(r.result.rows))
	for i, row := range r.result.rows {
		got[i] = value{kind: kindList, items: row}
	}
	return compareRows(want, got, strings.Contains(text, "in order"), strings.Contains(text, "ignoring element order"))
}

// compareRows compares rows, each a list of its cells. With bags set, the order
// of lists in the cells does not count, but the order of the cells does.
func compareRows(want, got []value, ordered, bags bool) error {
	sameRow := func(w, g value) bool { return equalItems(w.items, g.items, bags) }
	if ordered {
		if slices.EqualFunc(want, got, sameRow) {
			return nil
		}
	} else if len(want) == len(got) {
		rest := slices.Clone(got)
		for _, w := range want {
			at := slices.IndexFunc(rest, func(g value) bool { return sameRow(w, g) })
			if at < 0 {
				break
			}
			rest = slices.Delete(rest, at, at+1)
		}
		if len(rest) == 0 {
			return nil
		}
	}
	return fmt.Errorf("rows are %s, want %s", shortened(got), shortened(want))
}

func shortened(rows []value) string {
	const limit = 500
	text := joined(rows, " ")
	if len(text) > limit {
		text = strings.ToValidUTF8(text[:limit], "") + "…"
	}
	return fmt.Sprintf("(%d) %s", len(rows), text)
}

// raised finds the parts of an expected error.
var raised = regexp.MustCompile(`^an? (\w+) should be raised at ([\w ]+): (\S+)$`)

// checkError compares the last error with the words of a step.
func (r *runner) checkError(ctx context.Context, text string) error {
	m := raised.FindStringSubmatch(text)
	if m == nil {
		return fmt.Errorf("the runner does not know the step %q", text)
	}
	kind, phase, detail := m[1], m[2], m[3]
	if r.err == nil {
		return fmt.Errorf("no error, want %s: %s", kind, detail)
	}
	var failure *neo4j.Neo4jError
	if !errors.As(r.err, &failure) {
		return fmt.Errorf("%w, want %s: %s", r.err, kind, detail)
	}
	if strings.HasPrefix(failure.Code, "Neo.DatabaseError") && (r.o.Type || r.o.Detail) {
		return fmt.Errorf("the server failed: %w", r.err)
	}
	if r.o.Type && !slices.Contains(codes(kind), strings.TrimPrefix(failure.Code, "Neo.ClientError.")) {
		return fmt.Errorf("the code is %s, want that of %s: %s", failure.Code, kind, detail)
	}
	if r.o.Detail && detail != "*" && !strings.Contains(failure.Msg, detail) {
		return fmt.Errorf("the message is %q, want %s in it", failure.Msg, detail)
	}
	if !r.o.Phase || phase == "any time" || kind == "ParameterMissing" {
		return nil
	}
	_, err := r.query(ctx, "EXPLAIN "+r.statement, r.parameters)
	switch {
	case phase == "compile time" && err == nil:
		return fmt.Errorf("%w, but at run time", r.err)
	case phase == "runtime" && err != nil:
		return fmt.Errorf("%w, but at compile time", r.err)
	}
	return nil
}

// codes returns the codes that a type of error may have on the wire, without
// their first two words.
func codes(kind string) []string {
	switch kind {
	case "ConstraintVerificationFailed", "ConstraintValidationFailed":
		return []string{"Schema.ConstraintValidationFailed", "Schema.ConstraintVerificationFailed"}
	case "ProcedureError":
		return []string{"Procedure.ProcedureNotFound", "Procedure.ProcedureCallFailed"}
	case "SyntaxError":
		return []string{"Statement.SyntaxError", "Statement.SemanticError"}
	}
	return []string{"Statement." + kind}
}

// A snapshot is all that counts for side effects.
type snapshot struct {
	nodes, relationships, labels map[string]bool
	properties                   map[string]bool // entity, key and value
}

func (r *runner) snapshot(ctx context.Context) (snapshot, error) {
	s := snapshot{
		nodes: make(map[string]bool), relationships: make(map[string]bool),
		labels: make(map[string]bool), properties: make(map[string]bool),
	}
	for _, statement := range [...]string{"MATCH (n) RETURN n", "MATCH ()-[r]->() RETURN r"} {
		records, _, err := r.collect(ctx, statement, nil)
		if err != nil {
			return s, fmt.Errorf("snapshot: %w", err)
		}
		for _, record := range records {
			if err := s.add(record.Values[0]); err != nil {
				return s, err
			}
		}
		if len(s.nodes) == 0 {
			break // no relationships either
		}
	}
	return s, nil
}

func (s *snapshot) add(entity any) error {
	var id string
	var properties map[string]any
	switch e := entity.(type) {
	case dbtype.Node:
		id, properties = "n"+e.ElementId, e.Props
		s.nodes[id] = true
		for _, label := range e.Labels {
			s.labels[label] = true
		}
	case dbtype.Relationship:
		id, properties = "r"+e.ElementId, e.Props
		s.relationships[id] = true
	default:
		return fmt.Errorf("snapshot: the driver returned a %T", entity)
	}
	for key, v := range properties {
		converted, err := fromDriver(v)
		if err != nil {
			return err
		}
		s.properties[id+" "+key+" "+converted.String()] = true
	}
	return nil
}

// checkEffects compares the differences of the graph with a table of counts;
// what the table does not name must not have changed.
func (r *runner) checkEffects(table *messages.PickleTable) error {
	if r.err != nil {
		return fmt.Errorf("failed: %w", r.err)
	}
	want := make(map[string]int)
	if table != nil {
		for _, row := range table.Rows {
			n, err := strconv.Atoi(row.Cells[1].Value)
			if err != nil {
				return fmt.Errorf("side effect %s: %w", row.Cells[0].Value, err)
			}
			want[row.Cells[0].Value] = n
		}
	}
	for _, set := range []struct {
		name          string
		before, after map[string]bool
	}{
		{"nodes", r.before.nodes, r.after.nodes},
		{"relationships", r.before.relationships, r.after.relationships},
		{"labels", r.before.labels, r.after.labels},
		{"properties", r.before.properties, r.after.properties},
	} {
		for sign, n := range map[string]int{"+": missing(set.after, set.before), "-": missing(set.before, set.after)} {
			if n != want[sign+set.name] {
				return fmt.Errorf("side effect %s%s is %d, want %d", sign, set.name, n, want[sign+set.name])
			}
		}
	}
	return nil
}

// missing counts the members of a that b has not.
func missing(a, b map[string]bool) int {
	n := 0
	for member := range a {
		if !b[member] {
			n++
		}
	}
	return n
}
