package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// batch is the number of rows of one loading statement.
const batch = 5000

// checks is how many answers of a shape are compared before it is timed.
const checks = 5

// A bench is one run against one server.
type bench struct {
	driver   neo4j.DriverWithContext
	database string
	pid      int
	out      io.Writer
	duration time.Duration
	data     *dataset
	seed     uint64
}

func (b *bench) session(ctx context.Context) neo4j.SessionWithContext {
	return b.driver.NewSession(ctx, neo4j.SessionConfig{DatabaseName: b.database})
}

// load makes the indexes and the graph and reports rows per second.
func (b *bench) load(ctx context.Context, rep *report) error {
	s := b.session(ctx)
	defer func() { _ = s.Close(ctx) }()
	for _, index := range []string{
		"CREATE INDEX person_id IF NOT EXISTS FOR (p:Person) ON (p.id)",
		"CREATE INDEX person_age IF NOT EXISTS FOR (p:Person) ON (p.age)",
		"CREATE INDEX tag_id IF NOT EXISTS FOR (t:Tag) ON (t.id)",
	} {
		if _, err := collect(ctx, s, index, nil); err != nil {
			return fmt.Errorf("create index: %w", err)
		}
	}
	nodes := make([]any, b.data.size())
	for i, p := range b.data.people {
		nodes[i] = parameters{"id": int64(i), "name": p.name, "city": p.city, "age": p.age, "score": p.score}
	}
	pairs := make([]any, len(b.data.pairs))
	for i, p := range b.data.pairs {
		pairs[i] = parameters{"a": int64(p[0]), "b": int64(p[1]), "since": int64(2000 + i%25)}
	}
	for _, part := range []struct {
		name, statement string
		rows            []any
	}{
		{
			"load-nodes",
			"UNWIND $rows AS r CREATE (:Person {id: r.id, name: r.name, city: r.city, age: r.age, score: r.score})", nodes,
		},
		{
			"load-relationships",
			"UNWIND $rows AS r MATCH (a:Person {id: r.a}) MATCH (b:Person {id: r.b}) CREATE (a)-[:KNOWS {since: r.since}]->(b)",
			pairs,
		},
	} {
		start := time.Now()
		for rows := range slices.Chunk(part.rows, batch) {
			if _, err := collect(ctx, s, part.statement, parameters{"rows": rows}); err != nil {
				return fmt.Errorf("%s: %w", part.name, err)
			}
		}
		m := measurement{Shape: part.name, Sessions: 1, PerSecond: float64(len(part.rows)) / time.Since(start).Seconds()}
		rep.add(b.out, m)
	}
	return nil
}

// measureAll checks and measures the selected shapes. Wrong answers do not stop
// the run; they come back as one error.
func (b *bench) measureAll(ctx context.Context, pattern *regexp.Regexp, sessions []int, rep *report) error {
	var wrong []error
	for _, s := range shapes() {
		if !pattern.MatchString(s.name) {
			continue
		}
		if err := b.verify(ctx, &s); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", s.name, err))
			rep.add(b.out, measurement{Shape: s.name, Wrong: err.Error()})
			continue
		}
		for _, n := range sessions {
			m, err := b.measure(ctx, &s, n)
			if err != nil {
				wrong = append(wrong, fmt.Errorf("%s, %d sessions: %w", s.name, n, err))
				m = measurement{Shape: s.name, Sessions: n, Wrong: err.Error()}
			}
			rep.add(b.out, m)
			if ctx.Err() != nil {
				return errors.Join(append(wrong, context.Cause(ctx))...)
			}
		}
	}
	return errors.Join(wrong...)
}

// verify compares some answers of a shape with the computed ones.
func (b *bench) verify(ctx context.Context, s *shape) error {
	session := b.session(ctx)
	defer func() { _ = session.Close(ctx) }()
	r := rand.New(rand.NewPCG(b.seed, 1)) //nolint:gosec // repeatable parameters, no secret
	for range checks {
		p := s.draw(b.data, r)
		got, err := s.execute(ctx, session, p)
		if err != nil {
			return err
		}
		if s.want == nil {
			continue
		}
		if err := check(got, s.want(b.data, p)); err != nil {
			return fmt.Errorf("wrong answer for %.60v: %w", p, err)
		}
	}
	return nil
}

// measure runs a shape on n sessions at once, for the wanted time but at least
// once each.
func (b *bench) measure(ctx context.Context, s *shape, n int) (measurement, error) {
	var (
		mu        sync.Mutex
		latencies []time.Duration
		failed    error
		wg        sync.WaitGroup
	)
	start := time.Now()
	cpu := processCPU(b.pid)
	for i := range n {
		wg.Go(func() {
			mine, err := b.work(ctx, s, uint64(i), start.Add(b.duration)) //nolint:gosec // small and positive
			mu.Lock()
			defer mu.Unlock()
			latencies = append(latencies, mine...)
			failed = errors.Join(failed, err)
		})
	}
	wg.Wait()
	elapsed := time.Since(start)
	if failed != nil {
		return measurement{}, failed
	}
	slices.Sort(latencies)
	m := measurement{
		Shape: s.name, Sessions: n, Requests: len(latencies),
		PerSecond: float64(len(latencies)) / elapsed.Seconds(),
		P50:       micros(latencies[len(latencies)/2]),
		P99:       micros(latencies[len(latencies)*99/100]),
	}
	if b.pid != 0 {
		m.ServerCPU = micros(processCPU(b.pid)-cpu) / float64(len(latencies))
	}
	return m, nil
}

func (b *bench) work(ctx context.Context, s *shape, worker uint64, end time.Time) ([]time.Duration, error) {
	session := b.session(ctx)
	defer func() { _ = session.Close(ctx) }()
	r := rand.New(rand.NewPCG(b.seed, 2+worker)) //nolint:gosec // repeatable parameters, no secret
	// The first request opens the connection and is not measured.
	if _, err := s.execute(ctx, session, s.draw(b.data, r)); err != nil {
		return nil, err
	}
	var latencies []time.Duration
	for {
		p := s.draw(b.data, r)
		start := time.Now()
		if _, err := s.execute(ctx, session, p); err != nil {
			return nil, err
		}
		latencies = append(latencies, time.Since(start))
		if time.Now().After(end) {
			return latencies, nil
		}
	}
}

func (s *shape) draw(d *dataset, r *rand.Rand) parameters {
	if s.prepare == nil {
		return nil
	}
	return s.prepare(d, r)
}

// execute sends one request and returns the first column of its rows.
func (s *shape) execute(ctx context.Context, session neo4j.SessionWithContext, p parameters) ([]any, error) {
	if s.steps != nil {
		_, err := session.ExecuteWrite(ctx, func(tx neo4j.ManagedTransaction) (any, error) {
			for _, step := range s.steps {
				result, err := tx.Run(ctx, step, p)
				if err != nil {
					return nil, err
				}
				if _, err := result.Consume(ctx); err != nil {
					return nil, err
				}
			}
			return nil, nil
		})
		return nil, err
	}
	text := s.statement
	if s.literal {
		for name, v := range p {
			text = strings.ReplaceAll(text, "$"+name, fmt.Sprint(v))
		}
		p = nil
	}
	return collect(ctx, session, text, p)
}

func collect(ctx context.Context, session neo4j.SessionWithContext, text string, p parameters) ([]any, error) {
	result, err := session.Run(ctx, text, p)
	if err != nil {
		return nil, err
	}
	var column []any
	for result.Next(ctx) {
		column = append(column, result.Record().Values[0])
	}
	return column, result.Err()
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
