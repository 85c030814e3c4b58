package show

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// addDatabases adds the listings of databases.
func (t *Tables) addDatabases() {
	head := slices.Concat(
		textual("name", "type"), lists("aliases"), textual("access", "databaseID+", "serverID+", "address", "role"),
		booleans("writer"), textual("requestedStatus", "currentStatus", "statusMessage"))
	chosen := booleans("default", "home")
	tail := slices.Concat(
		integers("currentPrimariesCount+", "currentSecondariesCount+", "requestedPrimariesCount+", "requestedSecondariesCount+"),
		column(ast.TypeDateTime, "creationTime+", "lastStartTime+", "lastStopTime+"), textual("store+"),
		integers("lastCommittedTxn+", "replicationLag+"), lists("constituents"), column(ast.TypeMap, "options+"))
	all := slices.Concat(head, chosen, tail)
	t.show("DATABASES", t.listDatabases(true, nil), all...).System = true
	t.show("DATABASE", t.listDatabases(true, func(r *Request, name string) bool {
		want := r.Text("database")
		return want == "" || strings.EqualFold(want, name)
	}), all...).System = true
	one := slices.Concat(head, tail)
	for _, subject := range []string{"DEFAULT DATABASE", "HOME DATABASE"} {
		t.show(subject, t.listDatabases(false, func(r *Request, name string) bool { return name == t.home(r) }), one...).System = true
	}
	t.show("CURRENT DATABASE", func(_ context.Context, r *Request) error {
		return r.Yield([]graph.Value{text(r.Database)})
	}, textual("Current")...)
}

// home is the database of clients that name none.
func (t *Tables) home(r *Request) string {
	if r.Server != nil {
		if names := r.Server.Databases(); len(names) > 0 {
			return names[0]
		}
	}
	return r.Database
}

// listDatabases lists the databases that pass; nil means all.
func (t *Tables) listDatabases(chosen bool, pass func(r *Request, name string) bool) func(context.Context, *Request) error {
	return func(_ context.Context, r *Request) error {
		names, address := []string{r.Database}, ""
		if r.Server != nil {
			names, address = r.Server.Databases(), r.Server.Address()
		}
		id := t.Store.ID()
		var null graph.Value
		for i, name := range names {
			if pass != nil && !pass(r, name) {
				continue
			}
			kind := "standard"
			if name == "system" {
				kind = "system"
			}
			row := []graph.Value{
				text(name), text(kind), graph.List(nil), text("read-write"), text(strings.ToUpper(hex.EncodeToString(id[:]))),
				null, text(address), text("primary"), graph.Boolean(true), text("online"), text("online"), text(""),
			}
			if chosen {
				row = append(row, graph.Boolean(i == 0), graph.Boolean(i == 0))
			}
			row = append(row,
				graph.Integer(1), graph.Integer(0), null, null, null, null, null, null, null, graph.Integer(0),
				graph.List(nil), graph.Map(nil))
			if err := r.Yield(row); err != nil {
				return err
			}
		}
		return nil
	}
}
