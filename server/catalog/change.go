package catalog

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// Check implements [cypher.Databases].
func (c *Catalog) Check(change cypher.DatabaseChange) error {
	_, err := c.names.Load().judge(&change)
	return err
}

// Change implements [cypher.Databases]. A change that has begun is brought to its
// end.
func (c *Catalog) Change(ctx context.Context, change cypher.DatabaseChange) (changed bool, err error) {
	if ctx.Err() != nil {
		return false, context.Cause(ctx)
	}
	ctx = context.WithoutCancel(ctx)
	c.changing.Lock()
	defer c.changing.Unlock()
	n := c.names.Load()
	if todo, err := n.judge(&change); err != nil || !todo {
		return false, err
	}
	switch change.Action {
	case cypher.CreateDatabase:
		err = c.create(ctx, n, &change)
	case cypher.DropDatabase:
		err = c.drop(ctx, n, &change)
	case cypher.StartDatabase:
		err = c.turn(ctx, n, &change, online)
	case cypher.StopDatabase:
		err = c.turn(ctx, n, &change, offline)
	case cypher.RenameDatabase:
		err = c.renameTo(ctx, n, n.byName[change.Name], change.Target)
	case cypher.CreateAlias, cypher.AlterAlias:
		err = c.putAlias(ctx, n, change.Name, n.byName[change.Target].name)
	case cypher.DropAlias:
		err = c.dropAlias(ctx, n, change.Name)
	}
	return err == nil, err
}

// create makes a database, which replaces one of the same name. First its
// directory, then the commit that decides, then the end of the old one.
func (c *Catalog) create(ctx context.Context, n *names, change *cypher.DatabaseChange) error {
	name := change.Name
	old := n.byName[name]
	if old != nil && old.name != name {
		old = nil // the name is the alias that everything else may take
	}
	r := record{name: name, directory: directoryOf(name), state: creating, created: time.Now(), home: old != nil && old.home}
	if err := c.add(ctx, &r); err != nil {
		return err
	}
	r.state = online
	d, err := c.start(ctx, &r)
	if err != nil {
		return errors.Join(err, c.remove(r.directory), c.forget(ctx, r.node))
	}
	err = c.commit(ctx, func(tx *storage.Transaction) error {
		if old != nil {
			if err := c.move(ctx, tx, &old.record, dropping); err != nil {
				return err
			}
		}
		return c.move(ctx, tx, &r, online)
	})
	if err != nil {
		return errors.Join(err, d.store.Discard(), c.forget(ctx, r.node))
	}
	c.publish(append(n.without(old), d), n.aliases)
	if old == nil {
		return nil
	}
	return c.retire(ctx, old, change)
}

// directoryOf returns a name for the directory of a new database that none has
// had before.
func directoryOf(name string) string {
	var random [4]byte
	rand.Read(random[:])
	return name + "-" + hex.EncodeToString(random[:])
}

// drop removes a database.
func (c *Catalog) drop(ctx context.Context, n *names, change *cypher.DatabaseChange) error {
	d, to := n.byName[change.Name], dropping
	if change.Keep {
		to = dumping
	}
	if err := c.commit(ctx, func(tx *storage.Transaction) error { return c.move(ctx, tx, &d.record, to) }); err != nil {
		return err
	}
	c.publish(n.without(d), n.aliases)
	return c.retire(ctx, d, change)
}

// retire ends a database that is not in the catalogue any more.
func (c *Catalog) retire(ctx context.Context, d *database, change *cypher.DatabaseChange) error {
	c.closing(ctx, d)
	var err error
	switch {
	case change.Keep:
		if d.store != nil {
			err = d.store.Close()
		}
		err = errors.Join(err, c.dump(&d.record))
	case d.store != nil:
		err = d.store.Discard()
	default:
		err = c.remove(d.directory)
	}
	return errors.Join(err, c.forget(ctx, d.node))
}

// closing ends the transactions in a database that nobody finds any more.
func (c *Catalog) closing(ctx context.Context, d *database) {
	c.gone.Store(d.id, struct{}{})
	if c.options.Closing != nil {
		c.options.Closing(ctx, d.engine)
	}
}

// remove removes the directory of a database.
func (c *Catalog) remove(directory string) error {
	dir := c.path(databasesDirectory, directory)
	if dir == "" {
		return nil
	}
	return errors.Join(c.fs.RemoveAll(dir), storage.SyncDirectory(c.fs, c.path(databasesDirectory)))
}

// dump moves the directory of a database to where nothing touches it.
func (c *Catalog) dump(r *record) error {
	from, to := c.path(databasesDirectory, r.directory), c.path(dumpsDirectory)
	if from == "" {
		return nil
	}
	if err := c.fs.MkdirAll(to, 0o700); err != nil {
		return err
	}
	err := c.fs.Rename(from, c.path(dumpsDirectory, r.directory))
	if errors.Is(err, os.ErrNotExist) { // done before a crash
		err = nil
	}
	return errors.Join(err, storage.SyncDirectory(c.fs, to), storage.SyncDirectory(c.fs, c.path(databasesDirectory)))
}

// turn starts a database or stops it.
func (c *Catalog) turn(ctx context.Context, n *names, change *cypher.DatabaseChange, to state) error {
	d := n.byName[change.Name]
	if err := c.commit(ctx, func(tx *storage.Transaction) error { return c.move(ctx, tx, &d.record, to) }); err != nil {
		return err
	}
	r := d.record
	r.state = to
	next, err := c.start(ctx, &r)
	if err != nil {
		next = &database{record: r, id: d.id, status: err.Error(), stopped: d.stopped, engine: c.engine(r.name, nil)}
	}
	if to == offline {
		next.id, next.started = d.id, d.started
	}
	c.publish(append(n.without(d), next), n.aliases)
	if to == offline && d.store != nil {
		c.closing(ctx, d)
		err = d.store.Close()
	}
	return err
}

// renameTo gives a database another name.
func (c *Catalog) renameTo(ctx context.Context, n *names, d *database, name string) error {
	next := *d
	next.name = name
	if err := c.rename(ctx, &next.record); err != nil {
		return err
	}
	next.engine = c.engine(name, next.store)
	aliases := slices.Clone(n.aliases)
	for i := range aliases {
		if aliases[i].target == d.name {
			aliases[i].target = name
		}
	}
	c.publish(append(n.without(d), &next), aliases)
	return nil
}

// rename writes the name of a database, to its aliases too.
func (c *Catalog) rename(ctx context.Context, r *record) error {
	_, aliases := c.load()
	return c.commit(ctx, func(tx *storage.Transaction) error {
		old := tx.View().NodeProperty(r.node, c.tokens.name, new(graph.Arena))
		for _, a := range aliases {
			if a.target != old.Str() {
				continue
			}
			if err := tx.SetNodeProperty(ctx, a.node, c.tokens.target, graph.String(r.name)); err != nil {
				return err
			}
		}
		return tx.SetNodeProperty(ctx, r.node, c.tokens.name, graph.String(r.name))
	})
}

// putAlias makes an alias or lets it stand for another database.
func (c *Catalog) putAlias(ctx context.Context, n *names, name, target string) error {
	aliases := slices.Clone(n.aliases)
	i := slices.IndexFunc(aliases, func(a aliasRecord) bool { return a.name == name })
	if i < 0 {
		i = len(aliases)
		aliases = append(aliases, aliasRecord{name: name})
	}
	a := &aliases[i]
	a.target = target
	err := c.commit(ctx, func(tx *storage.Transaction) (err error) {
		if i < len(n.aliases) {
			return tx.SetNodeProperty(ctx, a.node, c.tokens.target, graph.String(target))
		}
		a.node, err = tx.CreateNode(ctx, []storage.LabelID{c.tokens.alias}, []storage.Property{
			{Key: c.tokens.name, Value: graph.String(name)}, {Key: c.tokens.target, Value: graph.String(target)},
		})
		return err
	})
	if err == nil {
		c.publish(n.databases, aliases)
	}
	return err
}

func (c *Catalog) dropAlias(ctx context.Context, n *names, name string) error {
	i := slices.IndexFunc(n.aliases, func(a aliasRecord) bool { return a.name == name })
	if err := c.forget(ctx, n.aliases[i].node); err != nil {
		return err
	}
	c.publish(n.databases, slices.Delete(slices.Clone(n.aliases), i, i+1))
	return nil
}

// without returns the databases but one, in a list of its own.
func (n *names) without(d *database) []*database {
	return slices.DeleteFunc(slices.Clone(n.databases), func(e *database) bool { return e == d })
}

// judge tells whether a change is to be made, or why it can not.
func (n *names) judge(c *cypher.DatabaseChange) (todo bool, err error) {
	d := n.byName[c.Name]
	if d != nil && d.name != c.Name {
		d = nil // an alias
	}
	alias := slices.ContainsFunc(n.aliases, func(a aliasRecord) bool { return a.name == c.Name })
	system := c.Name == cypher.SystemDatabase
	switch c.Action {
	case cypher.CreateDatabase:
		return n.judgeCreate(c, d != nil, alias)
	case cypher.CreateAlias, cypher.AlterAlias, cypher.DropAlias:
		return n.judgeAlias(c, d != nil, alias)
	case cypher.DropDatabase:
		return n.judgeDrop(c, d, system)
	case cypher.RenameDatabase:
		return n.judgeRename(c, d, system)
	case cypher.StartDatabase, cypher.StopDatabase:
		verb := "start"
		if c.Action == cypher.StopDatabase {
			verb = "stop"
		}
		if d == nil {
			return false, refuse(cypher.KindNoDatabase, "Failed to %s the specified database '%s': Database does not exist.", verb, c.Name)
		}
		if system {
			return false, refuse(cypher.KindAdministration, "Not allowed to %s system database.", verb)
		}
		return (d.store == nil) == (c.Action == cypher.StartDatabase), nil
	}
	return false, fmt.Errorf("catalog: unknown action %d", c.Action)
}

func refuse(kind cypher.Kind, format string, args ...any) error {
	return &cypher.Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

func (n *names) judgeCreate(c *cypher.DatabaseChange, exists, alias bool) (bool, error) {
	if err := CheckName(c.Name); err != nil {
		return false, err
	}
	switch {
	case (exists || alias) && c.IfNotExists:
		return false, nil
	case alias:
		return false, refuse(cypher.KindDatabaseExists, "Failed to create the specified database '%s': Database alias already exists.", c.Name)
	case exists && !c.Replace:
		return false, refuse(cypher.KindDatabaseExists, "Failed to create the specified database '%s': Database already exists.", c.Name)
	case !exists && len(n.databases) >= maxDatabases:
		return false, refuse(cypher.KindDatabaseLimit,
			"Failed to create the specified database '%s': The total limit of %d databases is already reached.", c.Name, maxDatabases)
	}
	return true, nil
}

func (n *names) judgeDrop(c *cypher.DatabaseChange, d *database, system bool) (bool, error) {
	switch {
	case d == nil && c.IfExists:
		return false, nil
	case d == nil:
		return false, refuse(cypher.KindNoDatabase, "Failed to delete the specified database '%s': Database does not exist.", c.Name)
	case system:
		return false, refuse(cypher.KindAdministration, "Not allowed to delete system database.")
	case d.home:
		return false, refuse(cypher.KindAdministration,
			"Cannot delete the default database '%s'. CREATE OR REPLACE DATABASE makes it empty.", c.Name)
	}
	var aliases []string
	for _, a := range n.aliases {
		if a.target == d.name {
			aliases = append(aliases, "'"+a.name+"'")
		}
	}
	if len(aliases) > 0 {
		return false, refuse(cypher.KindDatabaseExists,
			"Failed to delete the specified database '%s': Database has one or more aliases. Drop the aliases %s before dropping the database.",
			c.Name, strings.Join(aliases, ", "))
	}
	return true, nil
}

func (n *names) judgeRename(c *cypher.DatabaseChange, d *database, system bool) (bool, error) {
	if err := CheckName(c.Target); err != nil {
		return false, err
	}
	switch {
	case d == nil:
		return false, refuse(cypher.KindNoDatabase, "Failed to rename the specified database '%s': Database does not exist.", c.Name)
	case system || d.home:
		return false, refuse(cypher.KindAdministration,
			"Cannot rename database '%s'. The flag --default-database names the default database.", c.Name)
	case n.taken(c.Target):
		return false, refuse(cypher.KindDatabaseExists, "Failed to rename the specified database '%s': '%s' already exists.", c.Name, c.Target)
	}
	return true, nil
}

// taken reports whether a database or an alias has a name.
func (n *names) taken(name string) bool {
	d := n.byName[name]
	return d != nil && d.name == name || slices.ContainsFunc(n.aliases, func(a aliasRecord) bool { return a.name == name })
}

func (n *names) judgeAlias(c *cypher.DatabaseChange, database, alias bool) (bool, error) {
	verb := map[cypher.DatabaseAction]string{cypher.CreateAlias: "create", cypher.AlterAlias: "alter", cypher.DropAlias: "delete"}[c.Action]
	fail := func(kind cypher.Kind, reason string) (bool, error) {
		return false, refuse(kind, "Failed to %s the specified database alias '%s': %s", verb, c.Name, reason)
	}
	switch {
	case c.Action != cypher.CreateAlias && !alias && c.IfExists:
		return false, nil
	case c.Action != cypher.CreateAlias && !alias:
		return fail(cypher.KindNoDatabase, "Database alias does not exist.")
	case c.Action == cypher.DropAlias:
		return true, nil
	case c.Action == cypher.CreateAlias && (alias || database) && c.IfNotExists:
		return false, nil
	case c.Action == cypher.CreateAlias && database:
		return fail(cypher.KindDatabaseExists, "Database exists with that name.")
	case c.Action == cypher.CreateAlias && alias && !c.Replace:
		return fail(cypher.KindDatabaseExists, "Database alias already exists.")
	case n.byName[c.Target] == nil:
		return fail(cypher.KindNoDatabase, "Database '"+c.Target+"' does not exist.")
	case c.Target == cypher.SystemDatabase:
		return fail(cypher.KindAdministration, "The system database has no aliases.")
	}
	return true, CheckName(c.Name)
}
