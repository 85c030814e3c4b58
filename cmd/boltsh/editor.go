package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/reeflective/readline"
)

// edit reads statements from the terminal until the user leaves.
func (s *shell) edit(ctx context.Context) error {
	rl := readline.NewShell()
	for name, value := range map[string]bool{
		"completion-ignore-case": true,
		// The question where the cursor is would eat keys typed meanwhile.
		"cursor-position-probe": false,
	} {
		if err := rl.Config.Set(name, value); err != nil {
			return err
		}
	}
	rl.Prompt.Primary(s.prompt)
	rl.Prompt.Secondary(func() string { return "... " })
	rl.AcceptMultiline = func(line []rune) bool { return complete(string(line)) }
	known := &names{client: s.c}
	rl.Completer = func(line []rune, cursor int) readline.Completions {
		text := string(line[:cursor])
		return completions(text, known.complete(ctx, text))
	}
	if s.o.colors {
		p := newPainter()
		rl.SyntaxHighlighter = func(line []rune) string { return p.paint(string(line)) }
	}
	if err := s.keepHistory(rl); err != nil {
		s.note("no history is kept: %v", err)
	}
	s.note("%s at %s; :help lists the commands", s.c.info.Agent(), s.c.uri)
	for {
		line, err := rl.Readline()
		switch {
		case errors.Is(err, readline.ErrInterrupt):
			continue
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read the terminal: %w", err)
		}
		if err := s.typed(ctx, line); errors.Is(err, errQuit) {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
}

// typed runs what was typed at one prompt; errors other than errQuit are shown.
func (s *shell) typed(ctx context.Context, text string) error {
	split := newSplitter(strings.NewReader(text))
	for {
		st, err := split.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = s.do(ctx, st)
		}
		switch {
		case errors.Is(err, errQuit):
			return err
		case errors.Is(err, errReported):
			return nil
		case err != nil:
			s.complain("%s", describe(err, st.text))
			return nil
		}
	}
}

// prompt names the user's database; it ends with # in a transaction.
func (s *shell) prompt() string {
	name, end := s.c.database, "> "
	if name == "" {
		name = "boltsh"
	}
	if user := s.o.set.Text("user"); user != "" {
		name = user + "@" + name
	}
	if s.c.tx != nil {
		end = "# "
	}
	if s.o.colors {
		return bold + name + reset + end
	}
	return name + end
}

// keepHistory makes the history file, readable by its owner alone.
func (s *shell) keepHistory(rl *readline.Shell) error {
	if s.o.history == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(s.o.history), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(s.o.history, os.O_CREATE|os.O_RDONLY, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	source, err := readline.NewHistoryFromFile(s.o.history)
	if err != nil {
		return err
	}
	rl.History.Add("boltsh", quiet{source})
	return nil
}

// quiet keeps statements with passwords out of a history.
type quiet struct{ readline.History }

func (q quiet) Write(line string) (int, error) {
	if strings.Contains(strings.ToUpper(line), "PASSWORD") || strings.Contains(strings.ToUpper(line), "IDENTIFIED BY") {
		return q.Len(), nil
	}
	return q.History.Write(line)
}

// completions are candidates for the editor, which replaces all behind the last
// blank: what stands there in front of the word is put before each candidate.
func completions(text string, found []candidate) readline.Completions {
	blank := strings.LastIndexAny(text, " \t\n") + 1
	kept := text[blank:max(blank, wordStart(text))]
	values := make([]readline.Completion, len(found))
	for i, c := range found {
		values[i] = readline.Completion{Value: kept + c.text, Display: c.text, Tag: c.group}
	}
	all := readline.CompleteRaw(values)
	all.PREFIX = text[blank:]
	return all
}
