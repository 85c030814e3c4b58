package main

import (
	"net"
	"strings"
	"sync/atomic"

	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/server"
	"github.com/drawbolt/drawbolt/server/auth"
	"github.com/drawbolt/drawbolt/server/catalog"
)

// An identity is what statements can ask about the server around them.
type identity struct {
	flags *gflags.Set
	// tunables are the settings of the running server, nil before it is.
	tunables atomic.Pointer[tunables]
	// databases are those of the server, nil before they are open.
	databases atomic.Pointer[catalog.Catalog]
	// engines is what changes in the engines of all databases.
	engines cypher.Live
	// reloader reads key material again; nil without TLS.
	reloader cypher.Reloader
	// audit takes events for the audit log.
	audit func(auth.Event)
	// listening is the address of the listener, nil before there is one.
	listening atomic.Pointer[string]
	// serving is the server, nil before there is one.
	serving atomic.Pointer[server.Server]
}

var _ function.Server = (*identity)(nil)

// Components says what clients want to hear before they use their usual
// statements: the product whose language is spoken, and its version.
func (i *identity) Components() (name, version, edition string) {
	_, version, _ = strings.Cut(i.flags.Text(flagServerAgent), "/")
	version, _, _ = strings.Cut(version, "-")
	return "Neo4j Kernel", version, "community"
}

// Address is the advertised address, or the listener's.
func (i *identity) Address() string {
	if a := i.flags.Text(flagAdvertised); a != "" {
		return a
	}
	if a := i.listening.Load(); a != nil {
		return *a
	}
	return ""
}

// listen notes the address of the listener.
func (i *identity) listen(a net.Addr) {
	text := a.String()
	i.listening.Store(&text)
}

// Databases returns the default database first.
func (i *identity) Databases() []string {
	names := []string{i.flags.Text(flagDefaultDatabase)}
	c := i.databases.Load()
	if c == nil {
		return names
	}
	list, _ := c.List()
	for _, d := range list {
		if !d.Default {
			names = append(names, d.Name)
		}
	}
	return names
}

// Settings returns all flags but hidden ones.
func (i *identity) Settings() [][3]string {
	var list [][3]string
	for s := range i.flags.All() {
		if !s.Flag.Hidden && !s.Builtin {
			list = append(list, [3]string{s.Name, s.Current, s.Flag.Help})
		}
	}
	return list
}
