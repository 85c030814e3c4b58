package tck

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	messages "github.com/cucumber/messages/go/v21"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// Options say how errors are judged. With the zero value an expected error
// passes when the server refused the statement in any way.
type Options struct {
	// Type asks for the code that belongs to the type of the error.
	Type bool
	// Detail asks for the kit's word for the error in the message.
	Detail bool
	// Phase asks EXPLAIN whether the error is found before the statement runs.
	Phase bool
	// Timeout bounds one scenario, so that an endless loop in the server costs
	// one scenario only. Zero means 10 seconds.
	Timeout time.Duration
	// Only runs the scenarios whose area and ID match; nil means all.
	Only *regexp.Regexp
}

const defaultTimeout = 10 * time.Second

// A Status is the outcome of a scenario.
type Status uint8

// The outcomes.
const (
	Passed Status = iota + 1
	Failed
	Skipped // the server has no test procedures
)

// An Outcome is what became of one scenario.
type Outcome struct {
	Scenario
	Status Status
	Reason string // why it failed
	Query  string // the statement under test
}

// Run runs the scenarios one after the other and returns their outcomes. The
// database must be empty; it is emptied again and again.
func (k *Kit) Run(ctx context.Context, driver neo4j.DriverWithContext, o Options) ([]Outcome, error) {
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	r := &runner{kit: k, o: o, driver: driver}
	if _, err := r.query(ctx, "MATCH (n) DETACH DELETE n", nil); err != nil {
		return nil, fmt.Errorf("tck: empty the database: %w", err)
	}
	_, err := r.query(ctx, "CALL testing.remove('test.none')", nil)
	r.procedures = err == nil
	var out []Outcome
	for _, s := range k.Scenarios {
		if o.Only != nil && !o.Only.MatchString(s.Area+"/"+s.ID) {
			continue
		}
		if err := context.Cause(ctx); err != nil {
			return out, err
		}
		out = append(out, r.scenario(ctx, s))
	}
	return out, nil
}

// A runner holds the state of one scenario.
type runner struct {
	kit        *Kit
	o          Options
	driver     neo4j.DriverWithContext
	procedures bool // the server lets tests declare procedures

	dirty      bool           // the database may hold something
	parameters map[string]any // of the scenario
	declared   []string       // names of procedures
	statement  string         // the last one
	result     *result        // of the last one, when it succeeded
	err        error          // of the last one
	before     snapshot
	after      snapshot
}

// A result is a whole result, in memory.
type result struct {
	columns []string
	rows    [][]value
}

// errSkip ends a scenario that the server has not the means for.
var errSkip = errors.New("skip")

func (r *runner) scenario(ctx context.Context, s Scenario) Outcome {
	ctx, cancel := context.WithTimeout(ctx, r.o.Timeout)
	defer cancel()
	r.parameters, r.statement, r.result, r.err = nil, "", nil, nil
	effects := slices.ContainsFunc(s.steps, func(step *messages.PickleStep) bool {
		return strings.HasSuffix(step.Text, "side effects") || strings.HasPrefix(step.Text, "the side effects")
	})
	out := Outcome{Scenario: s, Status: Passed}
	err := r.clear(ctx)
	for _, step := range s.steps {
		if err != nil {
			break
		}
		err = r.step(ctx, step, effects)
	}
	for _, name := range r.declared {
		_, _ = r.query(ctx, "CALL testing.remove($name)", map[string]any{"name": name})
	}
	r.declared = nil
	out.Query = r.statement
	switch {
	case errors.Is(err, errSkip):
		out.Status = Skipped
	case err != nil:
		out.Status, out.Reason = Failed, err.Error()
	}
	return out
}

// clear empties the database when there may be something in it.
func (r *runner) clear(ctx context.Context) error {
	if !r.dirty {
		return nil
	}
	if _, err := r.query(ctx, "MATCH (n) DETACH DELETE n", nil); err != nil {
		return fmt.Errorf("empty the database: %w", err)
	}
	r.dirty = false
	return nil
}

func (r *runner) step(ctx context.Context, step *messages.PickleStep, effects bool) error {
	text := step.Text
	name, isGraph := strings.CutSuffix(strings.TrimPrefix(text, "the "), " graph")
	switch {
	case text == "any graph" || text == "an empty graph":
		return nil
	case isGraph:
		return r.setUp(ctx, r.kit.graphs[name])
	case text == "having executed:":
		return r.setUp(ctx, step.Argument.DocString.Content)
	case text == "parameters are:":
		return r.setParameters(step)
	case strings.HasPrefix(text, "there exists a procedure "):
		return r.declare(ctx, strings.TrimPrefix(text, "there exists a procedure "), step)
	case text == "executing query:":
		return r.execute(ctx, step.Argument.DocString.Content, effects)
	case text == "executing control query:":
		r.result, r.err = r.query(ctx, step.Argument.DocString.Content, r.parameters)
		return nil
	case strings.Contains(text, "should be raised at"):
		return r.checkError(ctx, text)
	case strings.HasPrefix(text, "the result should be"):
		return r.checkResult(text, step)
	case text == "no side effects":
		return r.checkEffects(nil)
	case text == "the side effects should be:":
		return r.checkEffects(step.Argument.DataTable)
	}
	return fmt.Errorf("the runner does not know the step %q", text)
}

func (r *runner) setUp(ctx context.Context, script string) error {
	r.dirty = true
	if _, err := r.query(ctx, script, r.parameters); err != nil {
		return fmt.Errorf("set up: %w", err)
	}
	return nil
}

func (r *runner) setParameters(step *messages.PickleStep) error {
	r.parameters = make(map[string]any)
	for _, row := range step.Argument.DataTable.Rows {
		v, err := parseValue(row.Cells[1].Value)
		if err != nil {
			return err
		}
		r.parameters[row.Cells[0].Value] = v.parameter()
	}
	return nil
}

// declare makes a procedure of a signature and a table of inputs and outputs.
func (r *runner) declare(ctx context.Context, signature string, step *messages.PickleStep) error {
	if !r.procedures {
		return errSkip
	}
	signature = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(signature), ":"))
	rows := []any{}
	if step.Argument != nil && step.Argument.DataTable != nil {
		table := step.Argument.DataTable.Rows
		for _, row := range table[1:] {
			entries := make(map[string]any)
			for i, cell := range row.Cells {
				if table[0].Cells[i].Value == "" {
					continue
				}
				v, err := parseValue(cell.Value)
				if err != nil {
					return err
				}
				entries[table[0].Cells[i].Value] = v.parameter()
			}
			rows = append(rows, entries)
		}
	}
	name, _, _ := strings.Cut(signature, "(")
	r.declared = append(r.declared, strings.TrimSpace(name))
	_, err := r.query(ctx, "CALL testing.define($signature, $rows)", map[string]any{"signature": signature, "rows": rows})
	if err != nil {
		return fmt.Errorf("declare a procedure: %w", err)
	}
	return nil
}

// execute runs the statement under test, with the graph before and after it
// when side effects are asked for.
func (r *runner) execute(ctx context.Context, statement string, effects bool) error {
	r.statement = statement
	r.before = snapshot{}
	var err error
	if effects && r.dirty {
		if r.before, err = r.snapshot(ctx); err != nil {
			return err
		}
	}
	r.result, r.err = r.query(ctx, statement, r.parameters)
	if !effects {
		r.dirty = true
		return nil
	}
	if r.after, err = r.snapshot(ctx); err != nil {
		return err
	}
	r.dirty = len(r.after.nodes) > 0
	return nil
}

// query runs a statement in a session of its own, which a failure then leaves
// nothing behind in.
func (r *runner) query(ctx context.Context, statement string, parameters map[string]any) (*result, error) {
	records, columns, err := r.collect(ctx, statement, parameters)
	if err != nil {
		return nil, err
	}
	out := &result{columns: columns}
	for _, record := range records {
		row := make([]value, len(record.Values))
		for i, v := range record.Values {
			if row[i], err = fromDriver(v); err != nil {
				return nil, err
			}
		}
		out.rows = append(out.rows, row)
	}
	return out, nil
}

func (r *runner) collect(ctx context.Context, statement string, parameters map[string]any) ([]*neo4j.Record, []string, error) {
	session := r.driver.NewSession(ctx, neo4j.SessionConfig{})
	defer session.Close(ctx) //nolint:errcheck // the statement's own error says it all
	res, err := session.Run(ctx, statement, parameters)
	if err != nil {
		return nil, nil, err
	}
	columns, err := res.Keys()
	if err != nil {
		return nil, nil, err
	}
	records, err := res.Collect(ctx)
	return records, columns, err
}
