package main

import (
	"context"
	"strings"
	"sync"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// The kinds of statements that an importer tells apart. Only those that create
// nodes, or relationships between nodes that are there, may run in any order
// among themselves.
type importKind uint8

const (
	importAlone importKind = iota
	importNodes
	importRelationships
)

// kindOf judges a statement by its first words. Whatever is not plainly one of
// the two kinds of a dump runs alone, in its place.
func kindOf(text string) importKind {
	fields := strings.Fields(text)
	if len(fields) == 0 {
		return importAlone
	}
	upper := strings.ToUpper(text)
	first := strings.ToUpper(fields[0])
	relationship := strings.Contains(upper, "]->") || strings.Contains(upper, "-[")
	creates := strings.Contains(upper, "CREATE") || strings.Contains(upper, "MERGE")
	switch {
	case strings.HasPrefix(first, "CREATE(") || first == "CREATE" && len(fields) > 1 && strings.HasPrefix(fields[1], "("):
		if relationship {
			return importAlone // it may lean on nodes of its own only, or not
		}
		return importNodes
	case strings.HasPrefix(first, "MATCH") && relationship && creates &&
		!strings.Contains(upper, " SET ") && !strings.Contains(upper, " DELETE ") && !strings.Contains(upper, " REMOVE "):
		return importRelationships
	}
	return importAlone
}

// An importer runs a script in batches, several at a time. A batch is one
// transaction of statements of one kind; a statement of another kind waits for
// all before it.
type importer struct {
	shell *shell
	kind  importKind
	batch []statement

	tasks sync.WaitGroup
	slots chan struct{}
	mu    sync.Mutex
	err   error // of the earliest batch that failed
}

// An importError names the statement that failed in a batch.
type importError struct {
	statement statement
	first     int // lines of the batch
	last      int
	err       error
}

func (e *importError) Error() string { return e.err.Error() }
func (e *importError) Unwrap() error { return e.err }

// add takes the next statement.
func (im *importer) add(ctx context.Context, st statement) error {
	kind := importAlone
	if !st.command && im.shell.c.tx == nil {
		kind = kindOf(st.text)
	}
	if kind != im.kind {
		if err := im.flush(ctx); err != nil {
			return err
		}
	}
	if kind == importAlone {
		return im.shell.do(ctx, st)
	}
	im.kind = kind
	im.batch = append(im.batch, st)
	if len(im.batch) >= int(im.shell.o.set.Int32("batch-size")) {
		im.start(ctx)
	}
	return im.failure()
}

// flush runs what has been taken and waits for all batches.
func (im *importer) flush(ctx context.Context) error {
	im.start(ctx)
	im.tasks.Wait()
	im.kind = importAlone
	return im.failure()
}

func (im *importer) failure() error {
	im.mu.Lock()
	defer im.mu.Unlock()
	err := im.err
	im.err = nil
	return err
}

// start runs the batch on a goroutine of its own once a slot is free.
func (im *importer) start(ctx context.Context) {
	if len(im.batch) == 0 {
		return
	}
	if im.slots == nil {
		im.slots = make(chan struct{}, im.shell.o.set.Int32("workers-number"))
	}
	batch := im.batch
	im.batch = nil
	im.slots <- struct{}{}
	im.tasks.Go(func() {
		defer func() { <-im.slots }()
		if err := im.run(ctx, batch); err != nil {
			im.mu.Lock()
			defer im.mu.Unlock()
			if im.err == nil {
				im.err = err
			}
		}
	})
}

// run runs a batch in one transaction, again when the server calls its failure
// transient.
func (im *importer) run(ctx context.Context, batch []statement) error {
	c := im.shell.c
	session := c.newSession(ctx)
	defer func() { _ = session.Close(context.WithoutCancel(ctx)) }()
	var at statement
	_, err := session.ExecuteWrite(ctx, func(tx neo4j.ManagedTransaction) (any, error) {
		for _, at = range batch {
			res, err := tx.Run(ctx, at.text, c.params)
			if err != nil {
				return nil, err
			}
			if _, err := res.Consume(ctx); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return errInterrupted
	}
	return &importError{statement: at, first: batch[0].line, last: batch[len(batch)-1].line, err: err}
}
