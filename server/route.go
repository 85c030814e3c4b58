package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// route answers ROUTE with a table of one server in all three roles, so that
// neo4j:// works against a single server.
func (s *session) route(m *bolt.Route) error {
	if u := m.ImpersonatedUser; u != "" && u != s.login.User {
		return s.fail(&sessionError{kind: failForbidden, message: "Cannot impersonate another user."})
	}
	db, err := s.database(m.Database)
	if e, ok := errors.AsType[*cypher.Error](err); ok && e.Kind == cypher.KindNoDatabase {
		return s.fail(&sessionError{
			kind:    failNoRoute,
			message: fmt.Sprintf("Unable to get a routing table for database '%s' because this database does not exist", m.Database),
		})
	}
	if err != nil {
		return s.fail(err)
	}
	s.executing()
	if err := s.await(s.routeContext(), db, m.Bookmarks); err != nil {
		return s.fail(err)
	}
	address := s.advertised(m.Address())
	servers := make([]bolt.Server, 0, 3)
	for _, role := range []string{"WRITE", "READ", "ROUTE"} {
		servers = append(servers, bolt.Server{Role: role, Addresses: []string{address}})
	}
	a := bolt.RouteSuccess{
		TTL: int64(s.server.opts.RoutingTTL.Seconds()), Database: db.Name(), Servers: servers,
	}
	s.message()
	s.writer.Buf = a.Append(s.writer.Buf, s.version)
	s.sent()
	return nil
}

// routeContext is the context of a request outside of any transaction.
func (s *session) routeContext() context.Context { return s.life.current() }

// advertised returns the address that clients are told to connect to: the
// operator's word first, then the address that the client itself has used, if it
// is a plain one, then the address of the socket, which is wrong behind a
// translation of addresses.
func (s *session) advertised(used string) string {
	if a := s.server.opts.AdvertisedAddress; a != "" {
		return a
	}
	for _, a := range []string{used, s.address} {
		if plainAddress(a) {
			return a
		}
	}
	return s.raw.LocalAddr().String()
}

// plainAddress reports whether a is host:port and nothing else. The client sends
// it, and other clients' drivers would get it back.
func plainAddress(a string) bool {
	host, port, err := net.SplitHostPort(a)
	if err != nil || host == "" || len(host) > 255 {
		return false
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return false
	}
	return !strings.ContainsFunc(host, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(".-_:", r)
	})
}

// addressIn returns the address entry of the routing map of HELLO.
func addressIn(routing graph.Value) string {
	if routing.Kind() != graph.KindMap {
		return ""
	}
	if a, ok := routing.Get("address"); ok && a.Kind() == graph.KindString {
		return a.Str()
	}
	return ""
}
