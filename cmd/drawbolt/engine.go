package main

import (
	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/cypher/temporal"
	"github.com/drawbolt/drawbolt/server"
	"github.com/drawbolt/drawbolt/storage"
)

// openEngine returns the query engine of a store.
func openEngine(store *storage.Store, f *gflags.Set, around *identity) (server.Database, error) {
	level, _ := storage.ParseIsolation(f.Text(flagIsolation)) // the flag takes no other
	opts := cypher.Options{
		Isolation: level,
		Reloader:  around.reloader,
		Server:    around, Transactions: around, Settings: around,
		Database: f.Text(flagDefaultDatabase), TestProcedures: f.Bool(flagTestProcedures),
		PlanCacheSize: planCache(f),
	}
	if err := opts.Validate(); err != nil {
		return nil, err
	}
	return server.FromEngine(cypher.NewEngine(store, opts)), nil
}

// zoneOffset knows the time zones that clients may name in parameters.
func zoneOffset(name string, seconds int64) (offset int32, ok bool) {
	z, err := temporal.ZoneAt(name, seconds)
	if err != nil {
		return 0, false
	}
	return z.Offset, true
}
