package client

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/drawbolt/drawbolt/tls"
)

// Agent is the name that servers see.
const Agent = "boltbench/dev"

// A Request is what one latency is measured of.
type Request struct {
	Statement  string
	Parameters map[string]any
	Steps      []string // when set, the statements of one explicit transaction
}

// A Conn sends requests one after the other.
type Conn interface {
	// Do sends a request and returns when its answer is complete.
	Do(ctx context.Context, r *Request) error
	// Close gives the connection up.
	Close(ctx context.Context)
}

// A Pipeliner is a Conn that can send several requests before it reads the first
// answer.
type Pipeliner interface {
	Conn
	// DoAll sends the requests in one write and calls answered after each of
	// their answers. The error is that of a connection that is lost.
	DoAll(ctx context.Context, requests []Request, answered func(error)) error
}

// An Opener opens connections.
type Opener func(ctx context.Context) (Conn, error)

// A Target is the server to measure.
type Target struct {
	URI            string
	User, Password string
	Database       string
	CAFile         string // PEM file to verify the server with; empty is the system's
}

// Address returns the host and port of the URI.
func (t *Target) Address() (string, error) {
	u, err := url.Parse(t.URI)
	if err != nil {
		return "", err
	}
	port := u.Port()
	if port == "" {
		port = "7687"
	}
	return net.JoinHostPort(u.Hostname(), port), nil
}

// Encrypted reports whether the URI asks for TLS.
func (t *Target) Encrypted() bool {
	scheme, _, _ := strings.Cut(t.URI, ":")
	return strings.Contains(scheme, "+s")
}

func (t *Target) trust() tls.ClientOptions {
	return tls.ClientOptions{CAFile: t.CAFile, Insecure: strings.Contains(t.URI, "+ssc:")}
}

// A FailureError is the answer to a request that failed.
type FailureError struct{ Code, Message string }

// Error returns code and message.
func (f *FailureError) Error() string { return f.Code + ": " + f.Message }

// ErrIgnored is the answer to a request behind one that failed.
var ErrIgnored = errors.New("ignored after the failure of an earlier request")

// The classes of errors without a code of the server.
const (
	Lost     = "connection"
	TimedOut = "timeout"
)

// Code classes an error: the server's code, or a word for what happened to the
// connection.
func Code(err error) string {
	if f, ok := errors.AsType[*FailureError](err); ok {
		return f.Code
	}
	if f, ok := errors.AsType[*neo4j.Neo4jError](err); ok {
		return f.Code
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
		return TimedOut
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return TimedOut
	case errors.Is(err, ErrIgnored):
		return "ignored"
	default:
		return Lost
	}
}

// Plain replaces the driver's nodes and relationships by their properties, and
// paths by the list of their nodes, so that values can be compared.
func Plain(v any) any {
	switch v := v.(type) {
	case neo4j.Node:
		return v.Props
	case neo4j.Relationship:
		return v.Props
	case neo4j.Path:
		nodes := make([]any, len(v.Nodes))
		for i := range v.Nodes {
			nodes[i] = v.Nodes[i].Props
		}
		return nodes
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = Plain(item)
		}
		return list
	default:
		return v
	}
}

func wrap(what string, err error) error { return fmt.Errorf("%s: %w", what, err) }
