package main

import (
	"strings"

	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/cypher/temporal"
	"github.com/drawbolt/drawbolt/storage"
)

// engineOptions are the options of every query engine.
func engineOptions(f *gflags.Set, around *identity) cypher.Options {
	level, _ := storage.ParseIsolation(f.Text(flagIsolation)) // the flag takes no other
	return cypher.Options{
		Isolation: level,
		Reloader:  around.reloader,
		Server:    around, Transactions: around, Settings: around, Process: around,
		Live:           &around.engines,
		TestProcedures: f.Bool(flagTestProcedures),
		PlanCacheSize:  planCache(f),
		Load:           loadOptions(f),
	}
}

// loadOptions says what LOAD CSV may load.
func loadOptions(f *gflags.Set) cypher.LoadOptions {
	if !f.Bool(flagAllowLoadCSV) {
		return cypher.LoadOptions{}
	}
	o := cypher.LoadOptions{Directory: f.Text(flagLoadDirectory)}
	for address := range strings.SplitSeq(f.Text(flagLoadAddresses), ",") {
		if address = strings.TrimSpace(address); address != "" {
			o.Addresses = append(o.Addresses, address)
		}
	}
	return o
}

// zoneOffset knows the time zones that clients may name in parameters.
func zoneOffset(name string, seconds int64) (offset int32, ok bool) {
	z, err := temporal.ZoneAt(name, seconds)
	if err != nil {
		return 0, false
	}
	return z.Offset, true
}
