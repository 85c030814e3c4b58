package tck

import "strings"

// A Statement is a text that a scenario runs.
type Statement struct {
	Text string
	// Parameters are Cypher literals by name.
	Parameters map[string]string
}

// Statements returns the texts of a scenario in order, for tests that run them
// without the kit's own expectations. ok is false for a scenario that needs a
// procedure of the kit.
func (k *Kit) Statements(s *Scenario) (statements []Statement, ok bool) {
	parameters := make(map[string]string)
	for _, step := range s.steps {
		name, isGraph := strings.CutSuffix(strings.TrimPrefix(step.Text, "the "), " graph")
		switch {
		case strings.HasPrefix(step.Text, "there exists a procedure "):
			return nil, false
		case isGraph && k.graphs[name] != "":
			statements = append(statements, Statement{Text: k.graphs[name]})
		case step.Text == "parameters are:":
			for _, row := range step.Argument.DataTable.Rows {
				parameters[row.Cells[0].Value] = row.Cells[1].Value
			}
		case step.Argument != nil && step.Argument.DocString != nil:
			statements = append(statements, Statement{Text: step.Argument.DocString.Content, Parameters: parameters})
		}
	}
	return statements, true
}
