package show

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// SystemDatabase is the name of the database that holds the catalogue.
const SystemDatabase = "system"

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
	t.show("DATABASE", t.listDatabases(true, func(r *Request, d *Database) bool {
		want := r.Text("database")
		return want == "" || strings.EqualFold(want, d.Name) || slices.Contains(d.Aliases, strings.ToLower(want))
	}), all...).System = true
	one := slices.Concat(head, tail)
	for _, subject := range []string{"DEFAULT DATABASE", "HOME DATABASE"} {
		t.show(subject, t.listDatabases(false, func(_ *Request, d *Database) bool { return d.Default }), one...).System = true
	}
	t.show("CURRENT DATABASE", func(_ context.Context, r *Request) error {
		return r.Yield([]graph.Value{text(r.Database)})
	}, textual("Current")...)
	t.show("ALIASES FOR DATABASE", t.listAliases, slices.Concat(
		textual("name", "composite", "database", "location", "url", "user"), column(ast.TypeMap, "driver+"),
		textual("defaultLanguage+"), column(ast.TypeMap, "properties+"))...).System = true
	t.add(t.Find("SHOW ALIASES FOR DATABASE"), "SHOW ALIAS FOR DATABASE")
}

// databases lists all databases; without a catalogue that is the one of the
// statement.
func (t *Tables) databases(r *Request) ([]Database, []Alias) {
	if t.Databases != nil {
		return t.Databases.List()
	}
	return []Database{{Name: r.Database, ID: t.Store.ID(), Default: true, Store: t.Store}}, nil
}

// listDatabases lists the databases that pass; nil means all. With chosen each
// tells whether clients get it that name none.
func (t *Tables) listDatabases(chosen bool, pass func(r *Request, d *Database) bool) func(context.Context, *Request) error {
	return func(_ context.Context, r *Request) error {
		address := ""
		if r.Server != nil {
			address = r.Server.Address()
		}
		databases, _ := t.databases(r)
		for i := range databases {
			d := &databases[i]
			if pass != nil && !pass(r, d) {
				continue
			}
			row := databaseHead(d, address)
			if chosen {
				row = append(row, graph.Boolean(d.Default), graph.Boolean(d.Default))
			}
			if err := r.Yield(append(row, databaseTail(d)...)); err != nil {
				return err
			}
		}
		return nil
	}
}

func databaseHead(d *Database, address string) []graph.Value {
	kind := "standard"
	if d.System {
		kind = "system"
	}
	role, online := text("primary"), d.Store != nil
	if !online {
		role = graph.Null
	}
	return []graph.Value{
		text(d.Name), text(kind), texts(d.Aliases), text("read-write"), text(strings.ToUpper(hex.EncodeToString(d.ID[:]))),
		graph.Null, text(address), role, graph.Boolean(online),
		text(statusOf(!d.Stopped)), text(statusOf(online)), text(d.Status),
	}
}

func statusOf(online bool) string {
	if online {
		return "online"
	}
	return "offline"
}

func databaseTail(d *Database) []graph.Value {
	primaries, committed := int64(0), graph.Null
	if d.Store != nil {
		primaries, committed = 1, graph.Integer(int64(d.Store.Position())) //nolint:gosec // far below the sign
	}
	return []graph.Value{
		graph.Integer(primaries), graph.Integer(0), graph.Null, graph.Null,
		moment(d.Created), moment(d.LastStart), moment(d.LastStop), graph.Null,
		committed, graph.Integer(0), graph.List(nil), graph.Map(nil),
	}
}

// moment is a time in UTC, or null for none.
func moment(t time.Time) graph.Value {
	if t.IsZero() {
		return graph.Null
	}
	return graph.DateTime(t.Unix(), int32(t.Nanosecond()), &graph.Zone{}) //nolint:gosec // below 10^9
}

func (t *Tables) listAliases(_ context.Context, r *Request) error {
	_, aliases := t.databases(r)
	for _, a := range aliases {
		if want := r.Text("alias"); want != "" && !strings.EqualFold(want, a.Name) {
			continue
		}
		if err := r.Yield([]graph.Value{
			text(a.Name), graph.Null, text(a.Database), text("local"), graph.Null, graph.Null, graph.Null, graph.Null, graph.Map(nil),
		}); err != nil {
			return err
		}
	}
	return nil
}
