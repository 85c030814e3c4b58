package main

import (
	"context"
	"fmt"
	"time"

	"github.com/drawbolt/drawbolt/cmd/boltbench/client"
	"github.com/drawbolt/drawbolt/cmd/boltbench/report"
	"github.com/drawbolt/drawbolt/cmd/boltbench/suite"
)

// batch is the number of rows of one loading statement.
const batch = 5000

// load makes the indexes and the graph.
func (b *bench) load(ctx context.Context) error {
	s := b.driver.Session(ctx)
	defer s.Close(ctx)
	if err := b.checkEmpty(ctx, s); err != nil {
		return err
	}
	for _, index := range b.work.Indexes {
		if err := createIndex(ctx, s, index); err != nil {
			if ctx.Err() != nil {
				return err
			}
			b.report.Indexes = append(b.report.Indexes, fmt.Sprintf("%s(%s): %v", index.Label, index.Property, err))
		}
	}
	_, _ = fmt.Fprintln(b.out)
	for i := range b.work.Parts {
		if err := b.loadPart(ctx, s, &b.work.Parts[i]); err != nil {
			return err
		}
	}
	return nil
}

// checkEmpty refuses a database whose nodes would be counted as the suite's.
func (b *bench) checkEmpty(ctx context.Context, s *client.Session) error {
	patterns := []string{"(n)"}
	if !b.work.Alone {
		patterns = patterns[:0]
		for _, label := range b.work.Labels() {
			patterns = append(patterns, "(n:"+label+")")
		}
	}
	for _, pattern := range patterns {
		rows, err := s.Rows(ctx, &client.Request{Statement: fmt.Sprintf("MATCH %s RETURN count(n) AS n", pattern)})
		if err != nil {
			return err
		}
		if n, _ := rows[0][0].(int64); n > 0 {
			return fmt.Errorf("the database has %d nodes %s: give another one, or --load=false if this suite has been loaded there", n, pattern)
		}
	}
	return nil
}

// createIndex tries the forms that products know. The error is that of the first.
func createIndex(ctx context.Context, s *client.Session, index suite.Index) error {
	var first error
	for _, form := range []string{
		"CREATE INDEX IF NOT EXISTS FOR (n:%[1]s) ON (n.%[2]s)",
		"CREATE INDEX %[1]s_%[2]s FOR (n:%[1]s) ON (n.%[2]s)",
		"CREATE INDEX ON :%[1]s(%[2]s)",
	} {
		err := s.Do(ctx, &client.Request{Statement: fmt.Sprintf(form, index.Label, index.Property)})
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}

func (b *bench) loadPart(ctx context.Context, s *client.Session, part *suite.Part) error {
	bar := newBar(b.bars, part.Name, part.Size)
	defer bar.finish()
	start := time.Now()
	for at := 0; at < part.Size; at += batch {
		rows := make([]any, min(batch, part.Size-at))
		for i := range rows {
			rows[i] = part.Row(at + i)
		}
		if err := s.Do(ctx, &client.Request{Statement: part.Statement, Parameters: map[string]any{"rows": rows}}); err != nil {
			return fmt.Errorf("%s: %w", part.Name, err)
		}
		bar.at(at + len(rows))
	}
	took := time.Since(start).Seconds()
	l := report.Loading{Name: part.Name, Rows: part.Size, Seconds: took, PerSecond: float64(part.Size) / took}
	b.report.Loading = append(b.report.Loading, l)
	bar.finish()
	report.LoadingLine(b.out, &l)
	return nil
}

// clean takes away what earlier runs have written.
func (b *bench) clean(ctx context.Context) error {
	s := b.driver.Session(ctx)
	defer s.Close(ctx)
	for _, statement := range b.work.Clean {
		if err := s.Do(ctx, &client.Request{Statement: statement}); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}
