package server

import (
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cypher"
)

// DefaultAgent is what clients are told about the server: it begins as drivers
// demand, parses as a version in every one of them, and says who we are.
const DefaultAgent = "Neo4j/5.26.0-drawbolt"

// Options configure a Server. They are not changed after New.
type Options struct {
	// Databases finds the databases.
	Databases Databases
	// Authenticator decides about logins; nil accepts everybody, which is right
	// as long as there are no users.
	Authenticator Authenticator
	// Logger receives the server's events.
	Logger zerolog.Logger
	// Limits bound what peers may use; zero fields get defaults.
	Limits Limits
	// Agent is the server's name at login; default DefaultAgent.
	Agent string
	// AdvertisedAddress is host:port in routing tables. Empty means the address
	// the client says it has connected to, else the listener's.
	AdvertisedAddress string
	// MinVersion and MaxVersion bound the Bolt versions, such as "4.4"; empty
	// means no bound.
	MinVersion, MaxVersion string
	// AllowFlawed agrees to the flawed version 5.5, for tests of clients.
	AllowFlawed bool
	// KeepAlive is how long a client may hear nothing while its request is
	// executed: then it gets an empty chunk, and it is told at login to give up
	// after twice that time. Zero means neither; the hint costs some drivers half
	// of their throughput.
	KeepAlive time.Duration
	// Dialect is the dialect of all clients; nil to tell it from their names.
	Dialect *cypher.Dialect
	// ErrorCodes is the family of codes that failures carry.
	ErrorCodes CodeSet
	// StrictDocs refuses what the protocol's documents do not allow in a
	// transaction although every server and driver does it, for tests of clients.
	StrictDocs bool
	// Origins are host patterns of web pages that may connect by WebSocket, beside
	// pages of the server's own host; AnyOrigin lets every page connect.
	Origins   []string
	AnyOrigin bool
	// QueryTimeout bounds the life of a transaction, implicit or explicit. Zero
	// means no bound. A client may ask for less.
	QueryTimeout time.Duration
	// BookmarkTimeout bounds how long a client's bookmark is waited for; default
	// 30 s.
	BookmarkTimeout time.Duration
	// ZoneOffset knows the time zones that parameters may name; nil means none.
	ZoneOffset bolt.ZoneOffset
	// RoutingTTL is how long clients may keep a routing table; default 300 s.
	RoutingTTL time.Duration
}

// A CodeSet is a family of error codes.
type CodeSet uint8

// The families: drivers know those of Neo4j and act on them.
const (
	CodesOfDialect CodeSet = iota
	CodesNeo4j
	CodesMemgraph
)

const (
	defaultBookmarkTimeout = 30 * time.Second
	defaultRoutingTTL      = 300 * time.Second
)

// Validate reports everything that is wrong with the options at once.
func (o *Options) Validate() error {
	var errs []error
	if o.Databases == nil {
		errs = append(errs, errors.New("server: options: there are no databases"))
	}
	if versions, ok := bolt.Versions(o.MinVersion, o.MaxVersion, o.AllowFlawed); !ok {
		errs = append(errs, fmt.Errorf("server: options: %q to %q are not Bolt versions", o.MinVersion, o.MaxVersion))
	} else if len(versions) == 0 {
		errs = append(errs, fmt.Errorf("server: options: no Bolt version is left between %q and %q", o.MinVersion, o.MaxVersion))
	}
	return errors.Join(errs...)
}

func (o Options) withDefaults() Options {
	o.Limits = o.Limits.withDefaults()
	if o.Agent == "" {
		o.Agent = DefaultAgent
	}
	if o.BookmarkTimeout == 0 {
		o.BookmarkTimeout = defaultBookmarkTimeout
	}
	if o.RoutingTTL == 0 {
		o.RoutingTTL = defaultRoutingTTL
	}
	if o.Authenticator == nil {
		o.Authenticator = openDoor{}
	}
	return o
}
