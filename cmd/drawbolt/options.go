package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/server"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/tls"
)

// defaultAgent is the default of --bolt-server-name-for-init.
const defaultAgent = server.DefaultAgent

// aliasDatabase is always a name of the default database, because the clients of
// Memgraph expect it.
const aliasDatabase = "memgraph"

// tlsOptions are the flags of section tls.
func tlsOptions(f *gflags.Set) tls.Options {
	return tls.Options{
		CertFiles:      splitList(f.Text(flagCert)),
		KeyFiles:       splitList(f.Text(flagKey)),
		PassphraseFile: f.Text(flagPassphrase),
		MinVersion:     f.Text(flagTLSMin),
		ClientAuth:     f.Text(flagClientAuth),
		ClientCAFile:   f.Text(flagClientCA),
		ClientCRLFile:  f.Text(flagClientCRL),
		WatchInterval:  time.Duration(f.Int32(flagCertWatch)) * time.Second,
		TicketKeyFile:  f.Text(flagTicketKeys),
	}
}

// selfSigned describes the certificate that --create-certificate and
// --dev-certificate make.
func selfSigned(f *gflags.Set) tls.SelfSigned {
	return tls.SelfSigned{Life: time.Duration(f.Int32(flagCertificateDays)) * 24 * time.Hour}
}

// splitList splits a list at commas; an empty text is an empty list.
func splitList(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

// storageOptions are the flags of section storage.
func storageOptions(f *gflags.Set) storage.Options {
	limit := f.Uint64(flagMemoryLimit) << 20
	if limit == 0 {
		limit = machineMemory() / 10 * 9
	}
	o := storage.Options{
		Directory:   f.Text(flagDataDirectory),
		Budget:      storage.NewBudget(int64(limit)),         //nolint:gosec // bounded by the flag and the machine
		LogFileSize: int64(f.Uint64(flagLogFileSize)) * 1024, //nolint:gosec // bounded by the flag
		NoSync:      f.Uint64(flagFlushEvery) > 1,
		LockTimeout: time.Duration(f.Double(flagRecordWait) * float64(time.Second)),
	}
	addDurability(&o, f)
	return o
}

// serverOptions are the flags of sections bolt and query.
func serverOptions(f *gflags.Set, databases server.Databases, log zerolog.Logger) server.Options {
	origins := splitList(f.Text(flagOrigins))
	return server.Options{
		Databases:         databases,
		Logger:            log,
		ZoneOffset:        zoneOffset,
		Agent:             f.Text(flagServerAgent),
		AdvertisedAddress: f.Text(flagAdvertised),
		MinVersion:        f.Text(flagMinBolt),
		MaxVersion:        f.Text(flagMaxBolt),
		AllowFlawed:       f.Bool(flagAllowFlawed),
		StrictDocs:        f.Bool(flagStrictDocs),
		Dialect:           clientDialect(f),
		ErrorCodes:        errorCodes(f),
		KeepAlive:         time.Duration(f.Int32(flagKeepAlive)) * time.Second,
		BookmarkTimeout:   time.Duration(f.Double(flagBookmarkTimeout) * float64(time.Second)),
		Origins:           origins,
		AnyOrigin:         slices.Contains(origins, "any"),
		QueryTimeout:      time.Duration(f.Double(flagQueryTimeout) * float64(time.Second)),
		Limits: server.Limits{
			Connections:  int(f.Int32(flagMaxConnections)),
			MessageBytes: int(f.Int64(flagMaxMessage)),
			Idle:         time.Duration(f.Int32(flagIdleTimeout)) * time.Second,
		},
	}
}

// The values of --client-dialect and --bolt-error-codes.
const (
	dialectAuto     = "auto"
	dialectNeo4j    = "neo4j"
	dialectMemgraph = "memgraph"
)

// clientDialect is the dialect of all clients; nil for that of each one's name.
func clientDialect(f *gflags.Set) *cypher.Dialect {
	switch f.Text(flagDialect) {
	case dialectNeo4j:
		return new(cypher.DialectNeo4j)
	case dialectMemgraph:
		return new(cypher.DialectMemgraph)
	default:
		return nil
	}
}

func errorCodes(f *gflags.Set) server.CodeSet {
	switch f.Text(flagErrorCodes) {
	case dialectNeo4j:
		return server.CodesNeo4j
	case dialectMemgraph:
		return server.CodesMemgraph
	default:
		return server.CodesOfDialect
	}
}

// checkVersions refuses a range of Bolt versions with nothing in it.
func checkVersions(f *gflags.Set) error {
	low, high := f.Text(flagMinBolt), f.Text(flagMaxBolt)
	if versions, ok := bolt.Versions(low, high, f.Bool(flagAllowFlawed)); !ok || len(versions) == 0 {
		return fmt.Errorf("--%s=%s and --%s=%s leave no Bolt version", flagMinBolt, low, flagMaxBolt, high)
	}
	return nil
}

// isBoltVersion is the validator of --min-bolt and --max-bolt.
func isBoltVersion(name string, v gflags.Value) error {
	if _, ok := bolt.Versions(v.Text(), v.Text(), true); !ok || v.Text() == "" {
		return gflags.Refusef("Expected --%s to be a Bolt version such as 4.4 or 5.8, got %q", name, v.Text())
	}
	return nil
}
