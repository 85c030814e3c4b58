package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// A command is a line that begins with a colon.
type command struct {
	names []string // the first is the one in the help
	args  string
	help  string
	run   func(s *shell, ctx context.Context, args string) error
}

// commands is the table of all commands.
func commands() []command {
	return []command{
		{[]string{":help"}, "", "list the commands", func(s *shell, _ context.Context, _ string) error { return s.help() }},
		{[]string{":quit", ":exit", ":q"}, "", "leave the shell", func(*shell, context.Context, string) error { return errQuit }},
		{[]string{":source"}, "FILE", "run a script", func(s *shell, ctx context.Context, args string) error {
			if args == "" {
				return errors.New(":source needs the name of a file")
			}
			return s.source(ctx, args)
		}},
		{[]string{":param"}, "NAME => EXPRESSION", "set a parameter, or several by a map", (*shell).setParam},
		{[]string{":params"}, "[clear]", "show the parameters, or forget them", (*shell).showParams},
		{[]string{":begin"}, "", "begin a transaction", func(s *shell, ctx context.Context, _ string) error { return s.c.begin(ctx) }},
		{[]string{":commit"}, "", "commit it", func(s *shell, ctx context.Context, _ string) error { return s.c.commit(ctx) }},
		{[]string{":rollback"}, "", "roll it back", func(s *shell, ctx context.Context, _ string) error { return s.c.rollback(ctx) }},
		{[]string{":use"}, "[DATABASE]", "go to a database, or to the home database", (*shell).use},
		{[]string{":sysinfo"}, "", "describe the server and its data", (*shell).sysinfo},
		{[]string{":schema"}, "", "draw labels and relationship types", (*shell).schema},
		{[]string{":explain"}, "STATEMENT", "draw the plan of a statement without running it", func(s *shell, ctx context.Context, args string) error {
			return s.statement(ctx, "EXPLAIN "+args)
		}},
		{[]string{":profile"}, "STATEMENT", "run a statement and draw its plan with rows and hits", func(s *shell, ctx context.Context, args string) error {
			return s.statement(ctx, "PROFILE "+args)
		}},
		{[]string{":plan"}, "STATEMENT", "the same as :profile, without the rows of the result", (*shell).plan},
		{[]string{":timing"}, "[on|off]", "print the time of each statement", (*shell).setTiming},
	}
}

// command runs a command line.
func (s *shell) command(ctx context.Context, line string) error {
	name, args, _ := strings.Cut(line, " ")
	for _, c := range commands() {
		for _, n := range c.names {
			if strings.EqualFold(n, name) {
				return c.run(s, ctx, strings.TrimSpace(args))
			}
		}
	}
	return fmt.Errorf("%s is no command; :help lists them", name)
}

func (s *shell) help() error {
	for _, c := range commands() {
		if _, err := fmt.Fprintf(s.out, "  %-28s %s\n", strings.TrimSpace(c.names[0]+" "+c.args), c.help); err != nil {
			return err
		}
	}
	_, err := fmt.Fprint(s.out, "\nStatements end with a semicolon and may take several lines.\nTab completes, Ctrl-C cancels a statement, Ctrl-D leaves.\n")
	return err
}

// setParam sets parameters: "name => expression", "name expression", or a map.
// The server evaluates them.
func (s *shell) setParam(ctx context.Context, text string) error {
	name, expression, arrow := strings.Cut(text, "=>")
	if !arrow {
		name, expression, _ = strings.Cut(text, " ")
	}
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		name, expression = "", text
	}
	name = strings.Trim(strings.TrimSuffix(strings.TrimSpace(name), ":"), "`")
	expression = strings.TrimSpace(expression)
	if expression == "" {
		return errors.New("want NAME => EXPRESSION or {NAME: EXPRESSION}")
	}
	rows, err := s.c.rows(ctx, "RETURN "+expression+" AS value", s.c.params)
	if err != nil {
		return err
	}
	if len(rows) != 1 || len(rows[0].Values) != 1 {
		return fmt.Errorf("%s has no single value", expression)
	}
	value := rows[0].Values[0]
	if name != "" {
		s.c.params[name] = value
		return nil
	}
	values, ok := value.(map[string]any)
	if !ok {
		return fmt.Errorf("%s is not a map", expression)
	}
	maps.Copy(s.c.params, values)
	return nil
}

func (s *shell) showParams(_ context.Context, args string) error {
	if args == "clear" {
		clear(s.c.params)
		return nil
	}
	for _, key := range sortedKeys(s.c.params) {
		text := appendName([]byte(":param "), key)
		text = appendValue(append(text, " => "...), s.c.params[key])
		if _, err := fmt.Fprintf(s.out, "%s\n", text); err != nil {
			return err
		}
	}
	return nil
}

func (s *shell) use(ctx context.Context, args string) error {
	if s.c.tx != nil {
		return errOpen
	}
	before := s.c.database
	s.c.database = strings.Trim(args, "`")
	session := s.c.newSession(ctx)
	res, err := session.Run(ctx, "RETURN 1", nil)
	if err == nil {
		_, err = res.Consume(ctx)
	}
	err = errors.Join(err, session.Close(ctx))
	if err != nil {
		s.c.database = before
	}
	return err
}

func (s *shell) setTiming(_ context.Context, args string) error {
	switch strings.ToLower(args) {
	case "on":
		s.timing = true
	case "off":
		s.timing = false
	case "":
		s.timing = !s.timing
	default:
		return errors.New("want :timing on or :timing off")
	}
	return nil
}

// sysinfo describes the server by what it answers; a question that a server
// does not know is left out.
func (s *shell) sysinfo(ctx context.Context, _ string) error {
	version := s.c.info.ProtocolVersion()
	facts := [][2]string{
		{"address", s.c.info.Address()},
		{"server", s.c.info.Agent()},
		{"protocol", fmt.Sprintf("Bolt %d.%d", version.Major, version.Minor)},
	}
	for _, question := range []struct{ name, text string }{
		{"nodes", "MATCH (n) RETURN count(n)"},
		{"relationships", "MATCH ()-[r]->() RETURN count(r)"},
		{"labels", "CALL db.labels() YIELD label RETURN count(label)"},
		{"relationship types", "CALL db.relationshipTypes() YIELD relationshipType RETURN count(relationshipType)"},
		{"property keys", "CALL db.propertyKeys() YIELD propertyKey RETURN count(propertyKey)"},
	} {
		if rows, err := s.c.rows(ctx, question.text, nil); err == nil && len(rows) == 1 {
			facts = append(facts, [2]string{question.name, bareText(rows[0].Values[0])})
		} else if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if rows, err := s.c.rows(ctx, "SHOW STORAGE INFO", nil); err == nil {
		for _, row := range rows {
			if len(row.Values) == 2 {
				facts = append(facts, [2]string{"storage: " + bareText(row.Values[0]), bareText(row.Values[1])})
			}
		}
	}
	for _, fact := range facts {
		if _, err := fmt.Fprintf(s.out, "%-36s %s\n", fact[0], fact[1]); err != nil {
			return err
		}
	}
	return nil
}

// plan profiles a statement and draws the plan alone.
func (s *shell) plan(ctx context.Context, args string) error {
	res, err := s.c.run(ctx, "PROFILE "+args, s.c.params)
	if err != nil {
		return err
	}
	defer func() { _ = res.close(ctx) }()
	var lines []string
	var record *neo4j.Record
	for res.NextRecord(ctx, &record) {
		// Memgraph answers with the lines of the plan.
		if strings.Contains(strings.Join(res.columns, " "), "OPERATOR") {
			lines = append(lines, rowText(record.Values))
		}
	}
	summary, err := res.Consume(ctx)
	switch {
	case err != nil:
		return err
	case summary.Profile() != nil:
		writePlan(s.out, profiled(summary.Profile()))
	case len(lines) > 0:
		_, err = fmt.Fprintln(s.out, strings.Join(lines, "\n"))
	default:
		err = errors.New("the server gave no plan")
	}
	return err
}

func rowText(values []any) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = bareText(v)
	}
	return strings.Join(words, "  ")
}
