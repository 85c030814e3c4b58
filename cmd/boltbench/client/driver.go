package client

import (
	"context"
	"fmt"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"

	"github.com/drawbolt/drawbolt/tls"
)

// MaxConnections is how many connections one run may have.
const MaxConnections = 10_000

// A Driver reaches a target by the official Go driver.
type Driver struct {
	driver   neo4j.DriverWithContext
	database string
	// Server is the product and the protocol version that it agreed to.
	Server, Protocol string
}

// NewDriver connects and asks the server for its name.
func NewDriver(ctx context.Context, t *Target) (*Driver, error) {
	auth := neo4j.NoAuth()
	if t.User != "" {
		auth = neo4j.BasicAuth(t.User, t.Password, "")
	}
	configure := func(c *config.Config) {
		c.UserAgent = Agent
		c.MaxConnectionPoolSize = MaxConnections
	}
	if t.CAFile != "" {
		trust, err := tls.NewClientConfig(t.trust())
		if err != nil {
			return nil, err
		}
		plain := configure
		configure = func(c *config.Config) { plain(c); c.TlsConfig = trust }
	}
	driver, err := neo4j.NewDriverWithContext(t.URI, auth, configure)
	if err != nil {
		return nil, err
	}
	info, err := driver.GetServerInfo(ctx)
	if err != nil {
		_ = driver.Close(context.WithoutCancel(ctx))
		return nil, fmt.Errorf("connect to %s: %w", t.URI, err)
	}
	v := info.ProtocolVersion()
	return &Driver{
		driver: driver, database: t.Database, Server: info.Agent(), Protocol: fmt.Sprintf("%d.%d", v.Major, v.Minor),
	}, nil
}

// Close closes all connections.
func (d *Driver) Close(ctx context.Context) { _ = d.driver.Close(context.WithoutCancel(ctx)) }

// Open returns a session. Its connection comes from the driver's pool with the
// first request.
func (d *Driver) Open(ctx context.Context) (Conn, error) { return d.Session(ctx), nil }

// Session returns a session, which can also return the rows of answers.
func (d *Driver) Session(ctx context.Context) *Session {
	return &Session{d.driver.NewSession(ctx, neo4j.SessionConfig{DatabaseName: d.database})}
}

// A Session is a Conn of the driver.
type Session struct{ session neo4j.SessionWithContext }

// Close implements Conn.
func (s *Session) Close(ctx context.Context) { _ = s.session.Close(context.WithoutCancel(ctx)) }

// Do implements Conn.
func (s *Session) Do(ctx context.Context, r *Request) error {
	if r.Steps != nil {
		_, err := s.session.ExecuteWrite(ctx, func(tx neo4j.ManagedTransaction) (any, error) {
			for _, step := range r.Steps {
				result, err := tx.Run(ctx, step, r.Parameters)
				if err != nil {
					return nil, err
				}
				for result.Next(ctx) {
				}
				if err := result.Err(); err != nil {
					return nil, err
				}
			}
			return nil, nil
		})
		return err
	}
	result, err := s.session.Run(ctx, r.Statement, r.Parameters)
	if err != nil {
		return err
	}
	for result.Next(ctx) {
	}
	return result.Err()
}

// Rows sends a request and returns the rows of its answer as plain values.
func (s *Session) Rows(ctx context.Context, r *Request) ([][]any, error) {
	if r.Steps != nil {
		return nil, s.Do(ctx, r)
	}
	result, err := s.session.Run(ctx, r.Statement, r.Parameters)
	if err != nil {
		return nil, err
	}
	var rows [][]any
	for result.Next(ctx) {
		row := make([]any, len(result.Record().Values))
		for i, v := range result.Record().Values {
			row[i] = Plain(v)
		}
		rows = append(rows, row)
	}
	return rows, result.Err()
}
