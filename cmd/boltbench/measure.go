package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"time"

	"github.com/drawbolt/drawbolt/cmd/boltbench/client"
	"github.com/drawbolt/drawbolt/cmd/boltbench/measure"
	"github.com/drawbolt/drawbolt/cmd/boltbench/report"
	"github.com/drawbolt/drawbolt/cmd/boltbench/suite"
)

// checks is how many answers of a query are compared before it is timed.
const checks = 5

// run loads, checks and measures. Wrong answers and failures do not stop it; they
// come back as one error.
func (b *bench) run(ctx context.Context, load bool) error {
	if load && len(b.work.Parts) > 0 {
		if err := b.load(ctx); err != nil {
			return err
		}
	}
	if err := b.clean(ctx); err != nil {
		return err
	}
	report.TableHead(b.out)
	right, err := b.verifyAll(ctx)
	if err != nil && ctx.Err() != nil {
		return err
	}
	steps := newBar(b.bars, "measuring", len(right)*len(b.connections))
	defer steps.finish()
	if b.mode == modeRealistic {
		if len(right) == 0 {
			return err
		}
		return errors.Join(err, b.measureAll(ctx, "realistic", nil, right))
	}
	for i := range right {
		err = errors.Join(err, b.measureAll(ctx, right[i].FullName(), &right[i], right))
		if ctx.Err() != nil {
			break
		}
		steps.at((i + 1) * len(b.connections))
	}
	return err
}

// verifyAll checks the answers of the selected queries and returns those that are
// right.
func (b *bench) verifyAll(ctx context.Context) ([]suite.Query, error) {
	bar := newBar(b.bars, "checking answers", len(b.queries))
	defer bar.finish()
	var errs []error
	var right []suite.Query
	for i := range b.queries {
		q := &b.queries[i]
		if err := b.verify(ctx, q); err != nil {
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			errs = append(errs, fmt.Errorf("%s: wrong", q.FullName()))
			b.add(report.Measurement{Query: q.FullName(), Wrong: err.Error()})
			continue
		}
		right = append(right, *q)
		bar.at(i + 1)
	}
	return right, errors.Join(errs...)
}

// verify compares some answers of a query with the computed ones.
func (b *bench) verify(ctx context.Context, q *suite.Query) error {
	if q.Connect != nil {
		return nil
	}
	s := b.driver.Session(ctx)
	defer s.Close(ctx)
	r := rand.New(rand.NewPCG(b.plan.Seed, 1)) //nolint:gosec // repeatable parameters, no secret
	memgraph := isMemgraph(b.report.Server.Name)
	seen := make(map[string]bool)
	for range checks {
		p := q.Parameters(r)
		// The same question once more would give the same answer.
		if key := fmt.Sprint(p); !seen[key] {
			seen[key] = true
			request := request(q, p, memgraph)
			rows, err := s.Rows(ctx, &request)
			if err != nil {
				return err
			}
			if err := q.Judge(p, rows); err != nil {
				return fmt.Errorf("wrong answer for %.60s: %w", fmt.Sprint(p), err)
			}
		}
	}
	return nil
}

// measureAll measures one query, or a mix, at all numbers of connections.
func (b *bench) measureAll(ctx context.Context, name string, query *suite.Query, others []suite.Query) error {
	d, err := b.newDrum(query, others)
	if err != nil {
		return err
	}
	var errs []error
	for _, n := range b.connections {
		if err := b.prepare(ctx, others); err != nil {
			return errors.Join(append(errs, fmt.Errorf("%s: %w", name, err))...)
		}
		work := measure.Work{Open: b.opener(query), Classes: len(d.queries), Next: d.next}
		plan := b.plan
		plan.Connections = n
		m := report.Measurement{Query: name, Connections: n, ClassNames: d.names()}
		m.Result, err = measure.Run(ctx, plan, work)
		if err != nil && ctx.Err() != nil {
			return errors.Join(errs...) // interrupted before there was anything
		}
		if err != nil {
			m.Failed = err.Error()
			errs = append(errs, fmt.Errorf("%s, %d connections: failed", name, n))
		} else if len(m.Errors) > 0 {
			errs = append(errs, fmt.Errorf("%s, %d connections: requests failed", name, n))
		}
		b.add(m)
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(errs...)
}

// opener returns what opens connections for a query.
func (b *bench) opener(q *suite.Query) client.Opener {
	switch {
	case q != nil && q.Connect != nil:
		return b.target.Handshakes(q.Connect.Resume, q.Connect.Login)
	case b.raw:
		return b.target.OpenRaw
	default:
		return b.driver.Open
	}
}

// prepare brings the server into the state that is to be measured.
func (b *bench) prepare(ctx context.Context, queries []suite.Query) error {
	switch b.cache {
	case cacheVulcanic:
		s := b.driver.Session(ctx)
		defer s.Close(ctx)
		r := rand.New(rand.NewPCG(b.plan.Seed, 0)) //nolint:gosec // repeatable parameters, no secret
		for i := range queries {
			if queries[i].Connect != nil {
				continue
			}
			request := request(&queries[i], queries[i].Parameters(r), isMemgraph(b.report.Server.Name))
			if err := s.Do(ctx, &request); err != nil {
				return err
			}
		}
	case cacheCold:
		if len(b.restart) > 0 {
			return b.restartServer(ctx)
		}
		s := b.driver.Session(ctx)
		defer s.Close(ctx)
		// Few servers have it; the rest is cold by the missing warm-up only.
		_ = s.Do(ctx, &client.Request{Statement: "CALL db.clearQueryCaches()"})
	}
	return nil
}

// restartTimeout is how long a restarted server may take to answer.
const restartTimeout = 5 * time.Minute

// restartServer runs the command of a cold run and waits for the server.
func (b *bench) restartServer(ctx context.Context) error {
	if out, err := exec.CommandContext(ctx, b.restart[0], b.restart[1:]...).CombinedOutput(); err != nil { //nolint:gosec // the user's command
		return fmt.Errorf("--cold-command: %w: %s", err, out)
	}
	ctx, cancel := context.WithTimeout(ctx, restartTimeout)
	defer cancel()
	for {
		driver, err := client.NewDriver(ctx, &b.target)
		if err == nil {
			b.driver.Close(ctx)
			b.driver = driver
			return nil
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("--cold-command: the server does not answer: %w", err)
		}
	}
}

// add keeps a measurement and prints it, so that a long run shows progress.
func (b *bench) add(m report.Measurement) {
	b.report.Measurements = append(b.report.Measurements, m)
	m.Line(b.out)
}
