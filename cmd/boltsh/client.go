package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"

	"github.com/drawbolt/drawbolt/tls"
)

// fetch is the number of rows asked for at a time.
const fetch = 1000

// closing bounds what is sent to a server when the shell leaves it.
const closing = 5 * time.Second

// A client runs statements, one at a time. Bookmarks go from one to the next.
type client struct {
	driver    neo4j.DriverWithContext
	uri       string
	database  string
	mode      neo4j.AccessMode
	bookmarks neo4j.BookmarkManager

	session neo4j.SessionWithContext  // of the explicit transaction
	tx      neo4j.ExplicitTransaction // nil outside one
	info    neo4j.ServerInfo          // of the last connection
	params  map[string]any
}

// dial makes a client and asks the server for its name.
func dial(ctx context.Context, o *options, password string) (*client, error) {
	auth := neo4j.NoAuth()
	if user := o.set.Text("user"); user != "" {
		auth = neo4j.BasicAuth(user, password, "")
	}
	c := &client{
		uri: o.uri, database: o.set.Text("database"), params: make(map[string]any),
		bookmarks: neo4j.NewBookmarkManager(neo4j.BookmarkManagerConfig{}),
	}
	if o.set.Text("access-mode") == "read" {
		c.mode = neo4j.AccessModeRead
	}
	uri := o.uri
	var configure []func(*config.Config)
	if file := o.set.Text("ca-file"); file != "" {
		trust, err := tls.NewClientConfig(tls.ClientOptions{CAFile: file})
		if err != nil {
			return nil, err
		}
		configure = append(configure, func(c *config.Config) { c.TlsConfig = trust })
	}
	configure = append(configure, func(c *config.Config) {
		c.UserAgent = "boltsh/" + version
		c.FetchSize = fetch
		c.MaxConnectionPoolSize = 1 + int(o.set.Int32("workers-number"))
		c.MaxTransactionRetryTime = time.Minute
	})
	driver, err := neo4j.NewDriverWithContext(uri, auth, configure...)
	if err != nil {
		return nil, err
	}
	c.driver = driver
	if c.info, err = driver.GetServerInfo(ctx); err != nil {
		return nil, errors.Join(connectError(uri, err), driver.Close(ctx))
	}
	return c, nil
}

// connectError adds the likely reason to an error of connecting.
func connectError(uri string, err error) error {
	text := err.Error()
	switch {
	case strings.Contains(uri, "+"):
		if strings.Contains(text, "certificate") {
			return fmt.Errorf("%s: %w\nthe certificate is not trusted: name its authority by --ca-file, or take any by --uri=bolt+ssc://", uri, err)
		}
		if strings.Contains(text, "tls:") || closedByPeer(text) {
			return fmt.Errorf("%s: %w\nthe server may not speak TLS: try --uri=bolt://", uri, err)
		}
	case closedByPeer(text):
		return fmt.Errorf("%s: %w\nthe server closed the connection without a word, as one that demands TLS does: try --use-ssl, or --uri=bolt+s://", uri, err)
	}
	return fmt.Errorf("%s: %w", uri, err)
}

// closedByPeer recognises the texts of a connection that ended at the wrong time.
func closedByPeer(text string) bool {
	return strings.Contains(text, "EOF") || strings.Contains(text, "reset by peer") || strings.Contains(text, "remote end closed")
}

func (c *client) newSession(ctx context.Context) neo4j.SessionWithContext {
	return c.driver.NewSession(ctx, neo4j.SessionConfig{
		DatabaseName: c.database, AccessMode: c.mode, BookmarkManager: c.bookmarks,
	})
}

// close rolls an open transaction back and leaves the server.
func (c *client) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancel()
	var err error
	if c.tx != nil {
		err = c.rollback(ctx)
	}
	return errors.Join(err, c.driver.Close(ctx))
}

// The errors of transaction commands.
var (
	errOpen   = errors.New("a transaction is open: end it by :commit or :rollback first")
	errNoOpen = errors.New("no transaction is open")
)

func (c *client) begin(ctx context.Context) error {
	if c.tx != nil {
		return errOpen
	}
	session := c.newSession(ctx)
	tx, err := session.BeginTransaction(ctx)
	if err != nil {
		return errors.Join(err, session.Close(ctx))
	}
	c.session, c.tx = session, tx
	return nil
}

func (c *client) commit(ctx context.Context) error {
	if c.tx == nil {
		return errNoOpen
	}
	err := c.tx.Commit(ctx)
	return errors.Join(err, c.leave(ctx))
}

func (c *client) rollback(ctx context.Context) error {
	if c.tx == nil {
		return errNoOpen
	}
	err := c.tx.Rollback(ctx)
	return errors.Join(err, c.leave(ctx))
}

// leave closes the session of a transaction that is over.
func (c *client) leave(ctx context.Context) error {
	err := c.session.Close(ctx)
	c.session, c.tx = nil, nil
	return err
}

// lost forgets the transaction whose connection is gone and reports whether
// there was one.
func (c *client) lost(ctx context.Context) bool {
	if c.tx == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancel()
	_ = c.tx.Close(ctx) // the connection that it would be said on is gone
	_ = c.leave(ctx)
	return true
}

// A result gives the rows of a statement and then its summary.
type result struct {
	neo4j.ResultWithContext
	columns []string
	close   func(context.Context) error
}

// run starts a statement, in the open transaction or one of its own.
func (c *client) run(ctx context.Context, text string, params map[string]any) (*result, error) {
	if c.tx != nil {
		res, err := c.tx.Run(ctx, text, params)
		return newResult(res, err, func(context.Context) error { return nil })
	}
	session := c.newSession(ctx)
	done := func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
		defer cancel()
		return session.Close(ctx)
	}
	res, err := session.Run(ctx, text, params)
	r, err := newResult(res, err, done)
	if err != nil {
		return nil, errors.Join(err, done(ctx))
	}
	return r, nil
}

func newResult(res neo4j.ResultWithContext, err error, done func(context.Context) error) (*result, error) {
	if err != nil {
		return nil, err
	}
	columns, err := res.Keys()
	if err != nil {
		return nil, err
	}
	return &result{ResultWithContext: res, columns: columns, close: done}, nil
}

// rows runs a statement of the shell's own and returns all rows. It never uses
// the open transaction, whose failure it could be.
func (c *client) rows(ctx context.Context, text string, params map[string]any) ([]*neo4j.Record, error) {
	session := c.newSession(ctx)
	defer func() { _ = session.Close(context.WithoutCancel(ctx)) }()
	res, err := session.Run(ctx, text, params)
	if err != nil {
		return nil, err
	}
	return res.Collect(ctx)
}
