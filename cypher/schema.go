package cypher

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/show"
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
		if t != nil && t.tx.HasChanges() {
			return nil, &Error{Kind: KindMixed, Message: "a schema command cannot follow a change of the graph in one transaction"}
		}
		change := schemaChange{engine: e, tx: t, params: params, counters: &r.summary.Schema}
		if err = change.run(ctx, c); err == nil {
			r.summary.Notifications = o.Dialect.schemaNotification(c, change.counters)
		}
	case *ast.Transaction:
		err = &Error{Kind: KindTransaction, Message: "transaction commands must be sent alone"}
	case *ast.Command:
		err = e.command(ctx, c, params, t, &o, r)
	default:
		if !isAccount(c) {
			err = refused("the statement")
			break
		}
		err = e.runAccount(ctx, p, params, t, &o, &r.summary)
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

// A schemaChange is one command: refused at once or, in an explicit transaction,
// carried out at its commit.
type schemaChange struct {
	engine   *Engine
	tx       *Transaction // nil outside of one
	params   graph.Value
	counters *SchemaCounters
}

func (s *schemaChange) run(ctx context.Context, c ast.Body) error {
	switch c := c.(type) {
	case *ast.CreateIndex:
		return s.createIndex(ctx, c)
	case *ast.DropIndex:
		return s.dropIndex(ctx, c)
	case *ast.CreateConstraint:
		return s.createConstraint(ctx, c)
	case *ast.DropConstraint:
		return s.dropConstraint(ctx, c)
	}
	return refused("the command")
}

// apply carries out a change that check has nothing against.
func (s *schemaChange) apply(ctx context.Context, check error, change func(ctx context.Context) error) error {
	switch {
	case check != nil:
		return check
	case s.tx == nil:
		return change(ctx)
	}
	s.tx.schema = append(s.tx.schema, change)
	return nil
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

func (s *schemaChange) createIndex(ctx context.Context, c *ast.CreateIndex) error {
	e, counters := s.engine, s.counters
	kinds := map[ast.IndexKind]storage.IndexKind{
		ast.IndexRange: storage.RangeIndex, ast.IndexText: storage.TextIndex, ast.IndexPoint: storage.PointIndex,
	}
	kind, ok := kinds[c.Kind]
	switch {
	case c.Kind == ast.IndexLookup:
		// Labels and types are always looked up.
		return nil
	case !ok:
		return refused("a %s index", map[ast.IndexKind]string{ast.IndexFulltext: "FULLTEXT", ast.IndexVector: "VECTOR"}[c.Kind])
	case len(c.Labels) != 1:
		return refused("an index on other than one label or type")
	case c.Kind != ast.IndexRange && len(c.Keys) > 1:
		return &Error{Kind: KindSchema, Message: "a TEXT or POINT index is on one property"}
	}
	name, err := nameOf(c.Name, c.NameParameter, s.params)
	if err != nil {
		return err
	}
	spec, err := e.indexSpec(c)
	if err != nil {
		return err
	}
	spec.Name, spec.Kind = name, kind
	check := e.store.CheckIndex(spec)
	replaced := c.OrReplace && name != "" && e.store.CheckDropIndex(name) == nil
	if replaced {
		check = nil
	}
	err = s.apply(ctx, check, func(ctx context.Context) error {
		if replaced {
			if err := e.store.DropIndex(ctx, name); err != nil {
				return err
			}
		}
		return e.store.CreateIndex(ctx, spec)
	})
	if err == nil && replaced {
		counters.IndexesRemoved++
	}
	if exists(err) && (c.IfNotExists || c.Name == "" && c.NameParameter == nil && !hasKind(err, storage.KindConstraintCovered)) {
		return nil
	}
	if err == nil {
		counters.IndexesAdded++
	}
	return err
}

// exists reports whether an index or a constraint is there already.
func exists(err error) bool {
	e, ok := errors.AsType[*storage.Error](err)
	return ok && e.Exists()
}

// hasKind reports whether an error of the store has a kind.
func hasKind(err error, kind storage.Kind) bool {
	stored, ok := errors.AsType[*storage.Error](err)
	return ok && stored.Kind == kind
}

func (e *Engine) indexSpec(c *ast.CreateIndex) (storage.IndexSpec, error) {
	spec := storage.IndexSpec{Relationships: c.Relationship}
	var err error
	if c.Relationship {
		spec.Type, err = e.store.InternType(c.Labels[0])
	} else {
		spec.Label, err = e.store.InternLabel(c.Labels[0])
	}
	if err != nil {
		return storage.IndexSpec{}, err
	}
	spec.Keys, err = e.internKeys(c.Keys)
	return spec, err
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

func (s *schemaChange) dropIndex(ctx context.Context, c *ast.DropIndex) error {
	e, counters := s.engine, s.counters
	if c.All {
		for _, info := range e.store.Indexes() {
			if info.Constraint != "" {
				continue
			}
			if err := s.removeIndex(ctx, info.Name); err != nil {
				return err
			}
			counters.IndexesRemoved++
		}
		return nil
	}
	name, err := nameOf(c.Name, c.NameParameter, s.params)
	if err != nil {
		return err
	}
	if c.Target != nil {
		if name, err = e.indexName(c.Target); err != nil {
			return err
		}
	}
	err = s.removeIndex(ctx, name)
	if hasKind(err, storage.KindIndexNotFound) && c.IfExists {
		return nil
	}
	if err == nil {
		counters.IndexesRemoved++
	}
	return err
}

func (s *schemaChange) removeIndex(ctx context.Context, name string) error {
	store := s.engine.store
	return s.apply(ctx, store.CheckDropIndex(name), func(ctx context.Context) error { return store.DropIndex(ctx, name) })
}

func (s *schemaChange) removeConstraint(ctx context.Context, name string) error {
	store := s.engine.store
	return s.apply(ctx, store.CheckDropConstraint(name), func(ctx context.Context) error { return store.DropConstraint(ctx, name) })
}

// indexName finds the name of an index that is described by what it indexes.
func (e *Engine) indexName(c *ast.CreateIndex) (string, error) {
	if len(c.Labels) != 1 {
		return "", refused("an index on other than one label or type")
	}
	// A constraint's own index may stand beside the one that is meant.
	var found storage.IndexInfo
	for _, info := range e.store.Indexes() {
		if info.Relationships == c.Relationship && e.subject(info.Relationships, info.Label, info.Type) == c.Labels[0] && slices.Equal(e.keyNames(info.Keys), c.Keys) &&
			(found.Name == "" || info.Constraint == "") {
			found = info
		}
	}
	if found.Name != "" {
		return found.Name, nil
	}
	return "", &Error{Kind: KindSchema, Message: "there is no such index on :" + c.Labels[0] + "(" + strings.Join(c.Keys, ", ") + ")"}
}

func (e *Engine) keyNames(keys []storage.KeyID) []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = e.store.KeyName(k)
	}
	return names
}

func (s *schemaChange) createConstraint(ctx context.Context, c *ast.CreateConstraint) error {
	e, counters := s.engine, s.counters
	spec := storage.ConstraintSpec{Kind: constraintKinds(c.Kind), Relationships: c.Relationship, Beside: c.Assert}
	var err error
	if spec.Name, err = nameOf(c.Name, c.NameParameter, s.params); err != nil {
		return err
	}
	if c.Kind == ast.ConstraintType {
		if len(c.Keys) != 1 {
			return &Error{Kind: KindSchema, Message: "a constraint of a type is on one property"}
		}
		if err := addTypes(&spec.Types, c.Type); err != nil {
			return err
		}
	}
	if c.Relationship {
		spec.Type, err = e.store.InternType(c.Label)
	} else {
		spec.Label, err = e.store.InternLabel(c.Label)
	}
	if err != nil {
		return err
	}
	if spec.Keys, err = e.internKeys(c.Keys); err != nil {
		return err
	}
	err = s.apply(ctx, e.store.CheckConstraint(spec), func(ctx context.Context) error { return e.store.CreateConstraint(ctx, spec) })
	if c.IfNotExists && exists(err) {
		return nil
	}
	if err == nil {
		counters.ConstraintsAdded++
	}
	return err
}

func (s *schemaChange) dropConstraint(ctx context.Context, c *ast.DropConstraint) error {
	e, counters := s.engine, s.counters
	if c.All {
		for _, spec := range e.store.Constraints() {
			if err := s.removeConstraint(ctx, spec.Name); err != nil {
				return err
			}
			counters.ConstraintsRemoved++
		}
		return nil
	}
	name, err := nameOf(c.Name, c.NameParameter, s.params)
	if err != nil {
		return err
	}
	if c.Target != nil {
		if name, err = e.constraintName(c.Target); err != nil {
			return err
		}
	}
	err = s.removeConstraint(ctx, name)
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
	for _, spec := range e.store.Constraints() {
		if spec.Kind == constraintKinds(c.Kind) && spec.Relationships == c.Relationship &&
			e.subject(spec.Relationships, spec.Label, spec.Type) == c.Label &&
			slices.Equal(e.keyNames(spec.Keys), c.Keys) {
			return spec.Name, nil
		}
	}
	return "", &Error{Kind: KindSchema, Message: "there is no such constraint on :" + c.Label + "(" + strings.Join(c.Keys, ", ") + ")"}
}

// subject returns the name of a label or type.
func (e *Engine) subject(relationships bool, label storage.LabelID, typ storage.TypeID) string {
	if relationships {
		return e.store.TypeName(typ)
	}
	return e.store.LabelName(label)
}

func constraintKinds(k ast.ConstraintKind) storage.ConstraintKind {
	return map[ast.ConstraintKind]storage.ConstraintKind{
		ast.ConstraintUnique: storage.Unique, ast.ConstraintExists: storage.Exists, ast.ConstraintKey: storage.NodeKey,
		ast.ConstraintType: storage.PropertyType,
	}[k]
}

// addTypes adds the types that a constraint allows.
func addTypes(types *storage.ValueTypes, t *ast.TypeName) error {
	for _, member := range t.Union {
		if err := addTypes(types, member); err != nil {
			return err
		}
	}
	if len(t.Union) > 0 {
		return nil
	}
	if t.Name == "LIST" && t.Elem != nil && len(t.Elem.Union) == 0 && t.Elem.Name != "LIST" {
		kind, ok := show.PropertyKind(t.Elem.Name)
		if !ok {
			return typeError(t.Elem.Name)
		}
		types.Items |= 1 << kind
		return nil
	}
	kind, ok := show.PropertyKind(t.Name)
	if !ok {
		return typeError(t.Name)
	}
	types.Kinds |= 1 << kind
	return nil
}

func typeError(name string) error {
	return &Error{Kind: KindSchema, Message: "a constraint cannot demand the type " + name}
}
