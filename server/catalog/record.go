package catalog

import (
	"context"
	"fmt"
	"time"

	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A state is where a database stands in its life.
type state string

// The states. A database that is being made or removed when the process ends is
// removed by the next one.
const (
	creating state = "creating"
	online   state = "online"
	offline  state = "offline"
	dropping state = "dropping"
	dumping  state = "dumping"
)

// A record is a database as it stands in the system store.
type record struct {
	node      graph.NodeID
	name      string
	directory string // below databases/
	state     state
	home      bool // it is the default database
	created   time.Time
}

// An aliasRecord is a further name of a database.
type aliasRecord struct {
	node         graph.NodeID
	name, target string
}

// tokens are the numbers of the names in the system store.
type tokens struct {
	database, alias                               storage.LabelID
	name, directory, state, home, created, target storage.KeyID
}

func internTokens(s *storage.Store) (t tokens, err error) {
	for name, label := range map[string]*storage.LabelID{"Database": &t.database, "Alias": &t.alias} {
		if *label, err = s.InternLabel(name); err != nil {
			return t, err
		}
	}
	for name, key := range map[string]*storage.KeyID{
		"name": &t.name, "directory": &t.directory, "state": &t.state, "default": &t.home, "created": &t.created, "target": &t.target,
	} {
		if *key, err = s.InternKey(name); err != nil {
			return t, err
		}
	}
	return t, nil
}

// load reads the whole catalogue.
func (c *Catalog) load() (databases []record, aliases []aliasRecord) {
	tx := c.system.Begin(storage.ReadMode)
	defer tx.Rollback()
	view, arena := tx.View(), new(graph.Arena)
	text := func(id graph.NodeID, key storage.KeyID) string {
		if v := view.NodeProperty(id, key, arena); v.Kind() == graph.KindString {
			return v.Str()
		}
		return ""
	}
	for id := range nodes(view, c.tokens.database) {
		r := record{node: id, name: text(id, c.tokens.name), directory: text(id, c.tokens.directory), state: state(text(id, c.tokens.state))}
		r.home = view.NodeProperty(id, c.tokens.home, arena).IsTrue()
		if v := view.NodeProperty(id, c.tokens.created, arena); v.Kind() == graph.KindInteger {
			r.created = time.UnixMilli(v.Int())
		}
		databases = append(databases, r)
	}
	for id := range nodes(view, c.tokens.alias) {
		aliases = append(aliases, aliasRecord{node: id, name: text(id, c.tokens.name), target: text(id, c.tokens.target)})
	}
	return databases, aliases
}

// nodes yields the nodes with a label.
func nodes(view storage.View, label storage.LabelID) func(yield func(graph.NodeID) bool) {
	return func(yield func(graph.NodeID) bool) {
		var cursor storage.NodeCursor
		ids := make([]graph.NodeID, 64)
		for n := view.ScanLabel(&cursor, label, ids); n > 0; n = view.ScanLabel(&cursor, label, ids) {
			for _, id := range ids[:n] {
				if !yield(id) {
					return
				}
			}
		}
	}
}

// commit makes changes of the catalogue, all or none.
func (c *Catalog) commit(ctx context.Context, change func(tx *storage.Transaction) error) error {
	tx := c.system.Begin(storage.WriteMode)
	defer tx.Rollback() // does nothing after Commit
	if err := change(tx); err != nil {
		return fmt.Errorf("catalog: write the catalogue: %w", err)
	}
	if _, err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("catalog: write the catalogue: %w", err)
	}
	return nil
}

// add writes a new database, whose node it notes in r.
func (c *Catalog) add(ctx context.Context, r *record) error {
	return c.commit(ctx, func(tx *storage.Transaction) (err error) {
		r.node, err = tx.CreateNode(ctx, []storage.LabelID{c.tokens.database}, []storage.Property{
			{Key: c.tokens.name, Value: graph.String(r.name)},
			{Key: c.tokens.directory, Value: graph.String(r.directory)},
			{Key: c.tokens.state, Value: graph.String(string(r.state))},
			{Key: c.tokens.home, Value: graph.Boolean(r.home)},
			{Key: c.tokens.created, Value: graph.Integer(r.created.UnixMilli())},
		})
		return err
	})
}

// move writes the state of a database.
func (c *Catalog) move(ctx context.Context, tx *storage.Transaction, r *record, to state) error {
	return tx.SetNodeProperty(ctx, r.node, c.tokens.state, graph.String(string(to)))
}

// forget removes a node of the catalogue.
func (c *Catalog) forget(ctx context.Context, id graph.NodeID) error {
	return c.commit(ctx, func(tx *storage.Transaction) error {
		_, err := tx.DeleteNode(ctx, id)
		return err
	})
}
