package cypher

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// runCommand runs schema commands, and refuses what else is no query.
func (e *Engine) runCommand(ctx context.Context, p *prepared, params graph.Value, t *Transaction, o RunOptions) (*Result, error) {
	if p.explain() {
		return nil, refused("EXPLAIN of a command")
	}
	r := &Result{engine: e, prepared: p, ctx: ctx, ended: true}
	r.summary.Type = TypeSchema
	var err error
	switch c := p.command.(type) {
	case *ast.CreateIndex, *ast.DropIndex, *ast.CreateConstraint, *ast.DropConstraint:
		if o.Mode == ReadMode {
			return nil, forbidden()
		}
		if t != nil {
			return nil, refused("a schema command in an explicit transaction")
		}
		err = e.changeSchema(ctx, c, params, &r.summary.Schema)
	case *ast.Transaction:
		err = &Error{Kind: KindTransaction, Message: "transaction commands must be sent alone"}
	case *ast.Command:
		err = e.command(ctx, c, params, t, &o, r)
	default:
		err = refused("the statement")
	}
	if err != nil {
		return nil, errorOf(err)
	}
	return r, nil
}

// command runs an administration statement.
func (e *Engine) command(ctx context.Context, c *ast.Command, params graph.Value, t *Transaction, o *RunOptions, r *Result) error {
	if change, ok := changeOf(c.Name); ok {
		if o.Mode == ReadMode {
			return forbidden()
		}
		return e.administer(ctx, c, change, params, t, r)
	}
	switch c.Name {
	case reloadStatement:
		return e.reload(ctx, t, &r.summary)
	case setGlobalIsolation, setSessionIsolation, setNextIsolation:
		return e.setIsolation(c, t, o)
	case useStatement:
		return e.use(c, params, t, o, r)
	default:
		return refused("the statement %s", c.Name)
	}
}

func (e *Engine) changeSchema(ctx context.Context, c ast.Body, params graph.Value, counters *SchemaCounters) error {
	switch c := c.(type) {
	case *ast.CreateIndex:
		return e.createIndex(ctx, c, params, counters)
	case *ast.DropIndex:
		return e.dropIndex(ctx, c, params, counters)
	case *ast.CreateConstraint:
		return e.createConstraint(ctx, c, params, counters)
	case *ast.DropConstraint:
		return e.dropConstraint(ctx, c, params, counters)
	}
	return refused("the command")
}

// nameOf returns the name in the text or in the parameter that stands for it.
func nameOf(name string, param *ast.Parameter, params graph.Value) (string, error) {
	if param == nil {
		return name, nil
	}
	v, ok := graph.Value{}, false
	if params.Kind() == graph.KindMap {
		v, ok = params.Get(param.Name)
	}
	if !ok || v.Kind() != graph.KindString {
		return "", &Error{
			Kind: KindParameterMissing, Detail: string(ast.MissingParameter),
			Message: "MissingParameter: expected a STRING parameter: " + param.Name,
		}
	}
	return v.Str(), nil
}

func (e *Engine) createIndex(ctx context.Context, c *ast.CreateIndex, params graph.Value, counters *SchemaCounters) error {
	switch {
	case c.Kind == ast.IndexLookup:
		// Labels and types are always looked up.
		return nil
	case c.Kind != ast.IndexRange && c.Kind != ast.IndexText:
		return refused("an index of this type")
	case c.Relationship:
		return refused("an index on relationships")
	case len(c.Labels) != 1:
		return refused("an index on other than one label")
	}
	name, err := nameOf(c.Name, c.NameParameter, params)
	if err != nil {
		return err
	}
	spec, err := e.indexSpec(c)
	if err != nil {
		return err
	}
	spec.Name = name
	if c.OrReplace && name != "" {
		if err := e.store.DropIndex(ctx, name); err == nil {
			counters.IndexesRemoved++
		} else if !hasKind(err, storage.KindIndexNotFound) {
			return err
		}
	}
	err = e.store.CreateIndex(ctx, spec)
	if hasKind(err, storage.KindIndexExists) && (c.IfNotExists || c.Name == "" && c.NameParameter == nil) {
		return nil
	}
	if err == nil {
		counters.IndexesAdded++
	}
	return err
}

// hasKind reports whether an error of the store has a kind.
func hasKind(err error, kind storage.Kind) bool {
	stored, ok := errors.AsType[*storage.Error](err)
	return ok && stored.Kind == kind
}

func (e *Engine) indexSpec(c *ast.CreateIndex) (storage.IndexSpec, error) {
	label, err := e.store.InternLabel(c.Labels[0])
	if err != nil {
		return storage.IndexSpec{}, err
	}
	keys, err := e.internKeys(c.Keys)
	return storage.IndexSpec{Label: label, Keys: keys}, err
}

func (e *Engine) internKeys(names []string) ([]storage.KeyID, error) {
	keys := make([]storage.KeyID, len(names))
	for i, name := range names {
		key, err := e.store.InternKey(name)
		if err != nil {
			return nil, err
		}
		keys[i] = key
	}
	return keys, nil
}

func (e *Engine) dropIndex(ctx context.Context, c *ast.DropIndex, params graph.Value, counters *SchemaCounters) error {
	if c.All {
		for _, info := range e.store.Indexes() {
			if err := e.store.DropIndex(ctx, info.Name); err != nil {
				return err
			}
			counters.IndexesRemoved++
		}
		return nil
	}
	name, err := nameOf(c.Name, c.NameParameter, params)
	if err != nil {
		return err
	}
	if c.Target != nil {
		if name, err = e.indexName(c.Target); err != nil {
			return err
		}
	}
	err = e.store.DropIndex(ctx, name)
	if hasKind(err, storage.KindIndexNotFound) && c.IfExists {
		return nil
	}
	if err == nil {
		counters.IndexesRemoved++
	}
	return err
}

// indexName finds the name of an index that is described by what it indexes.
func (e *Engine) indexName(c *ast.CreateIndex) (string, error) {
	if c.Relationship || len(c.Labels) != 1 {
		return "", refused("an index on other than one label")
	}
	for _, info := range e.store.Indexes() {
		if e.store.LabelName(info.Label) == c.Labels[0] && equalKeys(e.keyNames(info.Keys), c.Keys) {
			return info.Name, nil
		}
	}
	return "", &Error{Kind: KindSchema, Message: "there is no such index on :" + c.Labels[0] + "(" + strings.Join(c.Keys, ", ") + ")"}
}

func equalKeys(a, b []string) bool {
	return slices.Equal(a, b)
}

func (e *Engine) keyNames(keys []storage.KeyID) []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = e.store.KeyName(k)
	}
	return names
}

func (e *Engine) createConstraint(ctx context.Context, c *ast.CreateConstraint, params graph.Value, counters *SchemaCounters) error {
	spec := storage.ConstraintSpec{}
	switch c.Kind {
	case ast.ConstraintUnique:
		spec.Kind = storage.Unique
	case ast.ConstraintExists:
		spec.Kind = storage.Exists
	case ast.ConstraintKey:
		spec.Kind = storage.NodeKey
	default:
		return refused("a constraint of this type")
	}
	if c.Relationship {
		return refused("a constraint on relationships")
	}
	var err error
	if spec.Name, err = nameOf(c.Name, c.NameParameter, params); err != nil {
		return err
	}
	if spec.Label, err = e.store.InternLabel(c.Label); err != nil {
		return err
	}
	if spec.Keys, err = e.internKeys(c.Keys); err != nil {
		return err
	}
	err = e.store.CreateConstraint(ctx, spec)
	if hasKind(err, storage.KindConstraintExists) && c.IfNotExists {
		return nil
	}
	if err == nil {
		counters.ConstraintsAdded++
	}
	return err
}

func (e *Engine) dropConstraint(ctx context.Context, c *ast.DropConstraint, params graph.Value, counters *SchemaCounters) error {
	if c.All {
		for _, spec := range e.store.Constraints() {
			if err := e.store.DropConstraint(ctx, spec.Name); err != nil {
				return err
			}
			counters.ConstraintsRemoved++
		}
		return nil
	}
	name, err := nameOf(c.Name, c.NameParameter, params)
	if err != nil {
		return err
	}
	if c.Target != nil {
		if name, err = e.constraintName(c.Target); err != nil {
			return err
		}
	}
	err = e.store.DropConstraint(ctx, name)
	if hasKind(err, storage.KindConstraintNotFound) && c.IfExists {
		return nil
	}
	if err == nil {
		counters.ConstraintsRemoved++
	}
	return err
}

// constraintName finds the name of a constraint that is described by its rule.
func (e *Engine) constraintName(c *ast.CreateConstraint) (string, error) {
	kinds := map[ast.ConstraintKind]storage.ConstraintKind{
		ast.ConstraintUnique: storage.Unique, ast.ConstraintExists: storage.Exists, ast.ConstraintKey: storage.NodeKey,
	}
	for _, spec := range e.store.Constraints() {
		if spec.Kind == kinds[c.Kind] && e.store.LabelName(spec.Label) == c.Label && equalKeys(e.keyNames(spec.Keys), c.Keys) {
			return spec.Name, nil
		}
	}
	return "", &Error{Kind: KindSchema, Message: "there is no such constraint on :" + c.Label + "(" + strings.Join(c.Keys, ", ") + ")"}
}
