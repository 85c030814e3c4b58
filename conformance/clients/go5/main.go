// Command go5 plays the scenario with the Go driver, version 5; version 6 has
// the same API.
package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"
)

const endless = "UNWIND range(1, 100000000000) AS x WITH x WHERE x < 0 RETURN count(x) AS n"

var ctx = context.Background()

type params = map[string]any

func main() {
	if len(os.Args) == 3 && os.Args[1] == "attempt" {
		attempt(os.Args[2])
		return
	}
	if os.Getenv("DRAWBOLT_CA") != "" {
		step("connect trusting all", func() (string, error) { return connect("bolt+ssc", nil) })
		step("connect with the authority", func() (string, error) { return connect("bolt+s", authority()) })
		step("connect without the authority", func() (string, error) { return refused(connect("bolt+s", nil)) })
		step("connect in plaintext", func() (string, error) { return refused(connect("bolt", nil)) })
	}
	step("wrong password", func() (string, error) {
		d := openAs(scheme("bolt"), authority(), "wrong")
		defer d.Close(ctx)
		return code(d.VerifyConnectivity(ctx)), nil
	})
	d := open(scheme("bolt"), authority())
	defer d.Close(ctx)
	step("protocol", func() (string, error) {
		r, err := neo4j.ExecuteQuery(ctx, d, "RETURN 1", nil, neo4j.EagerResultTransformer)
		if err != nil {
			return "", err
		}
		v := r.Summary.Server().ProtocolVersion()
		return fmt.Sprintf("%d.%d", v.Major, v.Minor), nil
	})
	values(d)
	step("bytes", func() (string, error) {
		r, err := single(d, "RETURN $x AS x, $y AS y", params{"x": []byte{0, 1, 0xFE, 0xFF}, "y": make([]byte, 70000)})
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%s, %d", text(r[0]), len(r[1].([]byte))), nil
	})
	step("large values", func() (string, error) {
		r, err := single(d, "RETURN $x AS x, $y AS y", params{"x": strings.Repeat("x", 1<<20), "y": make([]int, 100000)})
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%d, %d", len(r[0].(string)), len(r[1].([]any))), nil
	})
	streams(d)
	transactions(d)
	failures(d)
	summaries(d)
	step("routing", func() (string, error) {
		d := open(scheme("neo4j"), authority())
		defer d.Close(ctx)
		return number(d, "RETURN 1", nil)
	})
	pool(d)
}

func step(name string, run func() (string, error)) {
	result, err := run()
	if err != nil {
		result = "failed: " + err.Error()
	}
	fmt.Printf("%s: %s\n", name, result)
}

// ask lets the runner do something to the server.
func ask(what string) {
	fmt.Println(">", what)
	if _, err := input.ReadString('\n'); err != nil {
		panic(err)
	}
}

var input = bufio.NewReader(os.Stdin)

func scheme(name string) string {
	if os.Getenv("DRAWBOLT_CA") != "" {
		return name + "+s"
	}
	return name
}

func authority() *tls.Config {
	file := os.Getenv("DRAWBOLT_CA")
	if file == "" {
		return nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	return &tls.Config{RootCAs: roots}
}

func open(scheme string, t *tls.Config) neo4j.DriverWithContext {
	return openAs(scheme, t, os.Getenv("DRAWBOLT_PASSWORD"))
}

func openAs(scheme string, t *tls.Config, password string) neo4j.DriverWithContext {
	d, err := neo4j.NewDriverWithContext(scheme+"://"+os.Getenv("DRAWBOLT_HOST")+":"+os.Getenv("DRAWBOLT_PORT"),
		neo4j.BasicAuth(os.Getenv("DRAWBOLT_USER"), password, ""), func(c *config.Config) {
			c.TlsConfig = t
			c.MaxTransactionRetryTime = time.Minute
			c.MaxConnectionPoolSize = 20
		})
	if err != nil {
		panic(err)
	}
	return d
}

func connect(scheme string, t *tls.Config) (string, error) {
	d := open(scheme, t)
	defer d.Close(ctx)
	return "ok", d.VerifyConnectivity(ctx)
}

// attempt connects once and prints what a user sees.
func attempt(scheme string) {
	result, err := connect(scheme, authority())
	if err != nil {
		result = err.Error()
	}
	fmt.Println(result)
}

func refused(_ string, err error) (string, error) {
	if err == nil {
		return "", errors.New("it works")
	}
	return "refused", nil
}

func session(d neo4j.DriverWithContext) neo4j.SessionWithContext {
	return d.NewSession(ctx, neo4j.SessionConfig{})
}

func single(d neo4j.DriverWithContext, query string, p params) ([]any, error) {
	s := session(d)
	defer s.Close(ctx)
	return one(s.Run(ctx, query, p))
}

func one(r neo4j.ResultWithContext, err error) ([]any, error) {
	if err != nil {
		return nil, err
	}
	record, err := r.Single(ctx)
	if err != nil {
		return nil, err
	}
	return record.Values, nil
}

func number(d neo4j.DriverWithContext, query string, p params) (string, error) {
	r, err := single(d, query, p)
	if err != nil {
		return "", err
	}
	return fmt.Sprint(r[0]), nil
}

func values(d neo4j.DriverWithContext) {
	file, err := os.ReadFile(os.Getenv("DRAWBOLT_VALUES"))
	if err != nil {
		panic(err)
	}
	for line := range strings.Lines(string(file)) {
		row := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if strings.HasPrefix(line, "#") {
			continue
		}
		step("value "+row[0], func() (string, error) { return value(d, row[1]) })
	}
}

func value(d neo4j.DriverWithContext, expression string) (string, error) {
	if strings.HasPrefix(expression, "MATCH") {
		r, err := single(d, expression, nil)
		if err != nil {
			return "", err
		}
		return text(r[0]), nil
	}
	r, err := single(d, "RETURN "+expression+" AS x", nil)
	if err != nil {
		return "", err
	}
	there := text(r[0])
	r, err = single(d, "UNWIND [$x, "+expression+"] AS v WITH DISTINCT v RETURN $x AS x, count(*) AS n", params{"x": r[0]})
	if err != nil {
		return "", err
	}
	if back := text(r[0]); back != there || r[1] != int64(1) {
		return fmt.Sprintf("%s, back %s, %d values", there, back, r[1]), nil
	}
	return there, nil
}

func streams(d neo4j.DriverWithContext) {
	s := d.NewSession(ctx, neo4j.SessionConfig{FetchSize: 1000})
	defer s.Close(ctx)
	step("rows", func() (string, error) {
		r, err := s.Run(ctx, "UNWIND range(0, 99999) AS x RETURN x", nil)
		if err != nil {
			return "", err
		}
		n, sum := 0, int64(0)
		for r.Next(ctx) {
			n++
			sum += r.Record().Values[0].(int64)
		}
		return fmt.Sprintf("%d, sum %d", n, sum), r.Err()
	})
	step("abandoned rows", func() (string, error) {
		r, err := s.Run(ctx, "UNWIND range(0, 99999) AS x RETURN x", nil)
		if err != nil {
			return "", err
		}
		for range 2500 {
			r.Next(ctx)
		}
		if _, err := r.Consume(ctx); err != nil {
			return "", err
		}
		v, err := one(s.Run(ctx, "RETURN 1", nil))
		return fmt.Sprintf("then %v", v), err
	})
	step("failure after a row", func() (string, error) {
		r, err := s.Run(ctx, "UNWIND [1, 0, 2] AS x RETURN 10 / x AS y", nil)
		if err != nil {
			return "", err
		}
		var rows []any
		for r.Next(ctx) {
			rows = append(rows, r.Record().Values[0])
		}
		return fmt.Sprintf("%v, then %s", rows, code(r.Err())), nil
	})
	step("cancellation", func() (string, error) {
		c, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
		defer cancel()
		r, err := s.Run(c, endless, nil)
		if err == nil {
			_, err = r.Consume(c)
		}
		if err == nil {
			return "", errors.New("the query ended")
		}
		return number(d, "RETURN 1", nil)
	})
}

func transactions(d neo4j.DriverWithContext) {
	step("commit", func() (string, error) { return ended(d, neo4j.ExplicitTransaction.Commit) })
	step("rollback", func() (string, error) { return ended(d, neo4j.ExplicitTransaction.Rollback) })
	step("transactions as text", func() (string, error) {
		s := session(d)
		defer s.Close(ctx)
		for _, q := range []string{"BEGIN", "CREATE (:Text)", "COMMIT", "BEGIN", "CREATE (:Text)", "ROLLBACK"} {
			r, err := s.Run(ctx, q, nil)
			if err == nil {
				_, err = r.Consume(ctx)
			}
			if err != nil {
				return "", fmt.Errorf("%s: %w", q, err)
			}
		}
		return number(d, "MATCH (n:Text) DETACH DELETE n RETURN count(n)", nil)
	})
	step("conflict", func() (string, error) {
		var all sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			all.Go(func() {
				for range 10 {
					errs[i] = errors.Join(errs[i], write(d, func(tx neo4j.ManagedTransaction) error {
						_, err := one(tx.Run(ctx, "MATCH (c:Counter) SET c.n = c.n + 1 RETURN c.n", nil))
						return err
					}))
				}
			})
		}
		all.Wait()
		if err := errors.Join(errs...); err != nil {
			return "", err
		}
		return number(d, "MATCH (c:Counter) WITH c, c.n AS n SET c.n = 0 RETURN n", nil)
	})
	step("deadlock", func() (string, error) {
		var all, first sync.WaitGroup
		var attempts atomic.Int32
		errs := make([]error, 2)
		first.Add(2)
		for i, names := range [][]any{{"a", "b"}, {"b", "a"}} {
			all.Go(func() {
				met := false
				errs[i] = write(d, func(tx neo4j.ManagedTransaction) error {
					attempts.Add(1)
					for _, name := range names {
						if _, err := one(tx.Run(ctx, "MATCH (f:Lock {name: $name}) SET f.n = 1 RETURN 1", params{"name": name})); err != nil {
							return err
						}
						if !met {
							met = true
							first.Done()
							first.Wait()
						}
					}
					return nil
				})
			})
		}
		all.Wait()
		return fmt.Sprintf("%d attempts", attempts.Load()), errors.Join(errs...)
	})
	step("bookmark", func() (string, error) {
		s := session(d)
		defer s.Close(ctx)
		if _, err := one(s.Run(ctx, "CREATE (n:Marked) RETURN n", nil)); err != nil {
			return "", err
		}
		next := d.NewSession(ctx, neo4j.SessionConfig{Bookmarks: s.LastBookmarks()})
		defer next.Close(ctx)
		r, err := one(next.Run(ctx, "MATCH (n:Marked) DELETE n RETURN count(n)", nil))
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%d, then %d", len(s.LastBookmarks()), r[0]), nil
	})
	step("timeout", func() (string, error) {
		s := session(d)
		defer s.Close(ctx)
		_, err := one(s.Run(ctx, endless, nil, neo4j.WithTxTimeout(200*time.Millisecond)))
		return then(s, err)
	})
	step("metadata", func() (string, error) {
		s := session(d)
		defer s.Close(ctx)
		r, err := one(s.Run(ctx, "CALL tx.getMetaData()", nil, neo4j.WithTxMetadata(params{"foo": 1.5, "bar": "baz"})))
		if err != nil {
			return "", err
		}
		return text(r[0]), nil
	})
}

// ended writes in an explicit transaction, ends it, and counts what is left.
func ended(d neo4j.DriverWithContext, end func(neo4j.ExplicitTransaction, context.Context) error) (string, error) {
	s := session(d)
	defer s.Close(ctx)
	tx, err := s.BeginTransaction(ctx)
	if err != nil {
		return "", err
	}
	if _, err = one(tx.Run(ctx, "CREATE (n:Ended) RETURN n", nil)); err != nil {
		return "", err
	}
	if err := end(tx, ctx); err != nil {
		return "", err
	}
	return number(d, "MATCH (n:Ended) DELETE n RETURN count(n)", nil)
}

func write(d neo4j.DriverWithContext, work func(neo4j.ManagedTransaction) error) error {
	s := session(d)
	defer s.Close(ctx)
	_, err := s.ExecuteWrite(ctx, func(tx neo4j.ManagedTransaction) (any, error) { return nil, work(tx) })
	return err
}

// then tells a failure's code and whether the session goes on.
func then(s neo4j.SessionWithContext, failure error) (string, error) {
	if failure == nil {
		return "", errors.New("it works")
	}
	r, err := one(s.Run(ctx, "RETURN 1", nil))
	return fmt.Sprintf("%s, then %v", code(failure), r), err
}

func code(err error) string {
	var e *neo4j.Neo4jError
	if errors.As(err, &e) {
		return e.Code
	}
	return fmt.Sprint(err)
}

func failures(d neo4j.DriverWithContext) {
	for _, f := range [][2]string{
		{"syntax error", "NOT CYPHER"},
		{"missing parameter", "RETURN $missing"},
		{"constraint", `CREATE (n:Unique {key: 1}) RETURN n`},
	} {
		step(f[0], func() (string, error) {
			s := session(d)
			defer s.Close(ctx)
			_, err := one(s.Run(ctx, f[1], nil))
			return then(s, err)
		})
	}
}

func summaries(d neo4j.DriverWithContext) {
	summary := func(query string) (neo4j.ResultSummary, error) {
		s := session(d)
		defer s.Close(ctx)
		r, err := s.Run(ctx, query, nil)
		if err != nil {
			return nil, err
		}
		return r.Consume(ctx)
	}
	step("notification", func() (string, error) {
		s, err := summary("EXPLAIN MATCH (n), (m) RETURN n, m")
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%d, %s", len(s.Notifications()), s.Notifications()[0].Code()), nil
	})
	step("counters", func() (string, error) {
		s, err := summary("CREATE (:Counted {a: 1, b: 2})-[:KNOWS {c: 3}]->(:Counted)")
		if err != nil {
			return "", err
		}
		c := s.Counters()
		return fmt.Sprintf("%d nodes, %d relationships, %d properties, %d labels",
			c.NodesCreated(), c.RelationshipsCreated(), c.PropertiesSet(), c.LabelsAdded()), nil
	})
	step("summary", func() (string, error) {
		s, err := summary("MATCH (n:Counted) DETACH DELETE n")
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("type %s, database %s, %d deleted", s.StatementType(), s.Database().Name(), s.Counters().NodesDeleted()), nil
	})
	step("explain", func() (string, error) {
		s, err := summary("EXPLAIN MATCH (n:Fixture) RETURN n")
		if err != nil {
			return "", err
		}
		return s.Plan().Operator(), nil
	})
	step("profile", func() (string, error) {
		s, err := summary("PROFILE UNWIND [1, 2, 3] AS x RETURN x")
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%s, %d rows", s.Profile().Operator(), s.Profile().Records()), nil
	})
}

func pool(d neo4j.DriverWithContext) {
	parallel := func() (string, error) {
		var all sync.WaitGroup
		var sum atomic.Int64
		errs := make([]error, 20)
		for i := range errs {
			all.Go(func() {
				r, err := single(d, "UNWIND range(1, 1000) AS x RETURN sum(x) AS n", nil)
				if errs[i] = err; err == nil {
					sum.Add(r[0].(int64))
				}
			})
		}
		all.Wait()
		return fmt.Sprint(sum.Load()), errors.Join(errs...)
	}
	step("parallel", parallel)
	step("restart", func() (string, error) {
		ask("restart")
		var kept any
		err := write(d, func(tx neo4j.ManagedTransaction) error {
			r, err := one(tx.Run(ctx, "MATCH (n:Unique) RETURN n.key", nil))
			if err == nil {
				kept = r[0]
			}
			return err
		})
		if err != nil {
			return "", err
		}
		sum, err := parallel()
		return fmt.Sprintf("%v, then %s", kept, sum), err
	})
	if os.Getenv("DRAWBOLT_CA") == "" {
		return
	}
	step("new certificate", func() (string, error) {
		s := session(d)
		defer s.Close(ctx)
		tx, err := s.BeginTransaction(ctx)
		if err != nil {
			return "", err
		}
		ask("reload")
		r, err := one(tx.Run(ctx, "RETURN 1", nil))
		if err != nil {
			return "", err
		}
		if err := tx.Commit(ctx); err != nil {
			return "", err
		}
		fresh, err := connect("bolt+s", authority())
		return fmt.Sprintf("%v, then %s", r, fresh), err
	})
}
