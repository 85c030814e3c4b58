package storage

import (
	"context"
	"errors"
	"fmt"

	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/snapshot"
)

// RecoverSnapshot makes the content of a snapshot file that of the store: of this
// database or another, beside running transactions. The nodes and relationships
// get new identifiers and are one commit; indexes and constraints are dropped
// before it and created behind it. A store that is not empty is replaced with
// force only.
func (s *Store) RecoverSnapshot(ctx context.Context, path string, force bool) (err error) {
	if err := s.usable(); err != nil {
		return err
	}
	if !force && (s.NodeCount() > 0 || len(s.Indexes())+len(s.Constraints()) > 0) {
		return &Error{Kind: KindConstraint, Message: "the store is not empty; RECOVER SNAPSHOT … FORCE replaces what is there"}
	}
	from, err := s.openSnapshot(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.memory.Release()) }()
	r := restore{from: from, to: s, nodes: make(map[graph.NodeID]graph.NodeID, from.NodeCount())}
	if err := r.mapTokens(); err != nil {
		return err
	}
	if err := s.dropSchema(ctx); err != nil {
		return err
	}
	tx := s.Begin(WriteMode)
	defer tx.Rollback()
	if err := deleteAll(ctx, tx); err != nil {
		return err
	}
	if err := r.copyAll(ctx, tx); err != nil {
		return err
	}
	if _, err := tx.Commit(ctx); err != nil {
		return err
	}
	return r.createSchema(ctx)
}

// openSnapshot loads a file into a store of its own, with what the limit leaves.
func (s *Store) openSnapshot(ctx context.Context, path string) (*Store, error) {
	limit := s.options.MemoryLimit
	if limit > 0 {
		limit = max(limit-s.MemoryUsed(), 1)
	}
	from, err := newStore(Options{MemoryLimit: limit, Budget: s.options.Budget, FS: s.options.FS})
	if err != nil {
		return nil, memoryError(err)
	}
	h, err := snapshot.ReadHeader(s.options.FS, path)
	if err == nil {
		err = from.loadFile(ctx, snapshot.Info{Path: path, Position: h.Position}, h.Database)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("storage: recover a snapshot: %w", err), from.memory.Release())
	}
	return from, nil
}

// dropSchema drops all constraints and indexes.
func (s *Store) dropSchema(ctx context.Context) error {
	for _, c := range s.Constraints() {
		if err := s.DropConstraint(ctx, c.Name); err != nil {
			return err
		}
	}
	for _, ix := range s.Indexes() {
		if err := s.DropIndex(ctx, ix.Name); err != nil {
			return err
		}
	}
	return nil
}

// restoreBatch is how many entities are read at once.
const restoreBatch = 1024

// deleteAll deletes everything that a transaction sees.
func deleteAll(ctx context.Context, tx *Transaction) error {
	v := tx.ViewAt(tx.NextCommand())
	tx.NextCommand()
	var rc RelationshipCursor
	relationships := make([]graph.RelationshipID, restoreBatch)
	for n := v.ScanRelationships(&rc, nil, relationships); n > 0; n = v.ScanRelationships(&rc, nil, relationships) {
		for _, id := range relationships[:n] {
			if _, err := tx.DeleteRelationship(ctx, id); err != nil {
				return err
			}
		}
	}
	var nc NodeCursor
	nodes := make([]graph.NodeID, restoreBatch)
	for n := v.ScanNodes(&nc, nodes); n > 0; n = v.ScanNodes(&nc, nodes) {
		for _, id := range nodes[:n] {
			if _, err := tx.DeleteNode(ctx, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// A restore copies the content of one store to another.
type restore struct {
	from, to *Store
	labels   []LabelID // by the number in from
	types    []TypeID
	keys     []KeyID
	nodes    map[graph.NodeID]graph.NodeID
	arena    graph.Arena
	props    []Property
}

func (r *restore) mapTokens() error {
	for _, name := range r.from.Labels() {
		id, err := r.to.InternLabel(name)
		if err != nil {
			return err
		}
		r.labels = append(r.labels, id)
	}
	for _, name := range r.from.Types() {
		id, err := r.to.InternType(name)
		if err != nil {
			return err
		}
		r.types = append(r.types, id)
	}
	for _, name := range r.from.Keys() {
		id, err := r.to.InternKey(name)
		if err != nil {
			return err
		}
		r.keys = append(r.keys, id)
	}
	return nil
}

func (r *restore) copyAll(ctx context.Context, tx *Transaction) error {
	read := r.from.Begin(ReadMode)
	defer read.Rollback()
	v := read.View()
	if err := r.copyNodes(ctx, v, tx); err != nil {
		return err
	}
	return r.copyRelationships(ctx, v, tx)
}

func (r *restore) copyNodes(ctx context.Context, v View, tx *Transaction) error {
	var c NodeCursor
	var labels []LabelID
	var keys []KeyID
	ids := make([]graph.NodeID, restoreBatch)
	for n := v.ScanNodes(&c, ids); n > 0; n = v.ScanNodes(&c, ids) {
		for _, id := range ids[:n] {
			labels = v.Labels(labels[:0], id)
			for i, l := range labels {
				labels[i] = r.labels[l]
			}
			keys = v.PropertyKeys(keys[:0], id)
			r.arena = graph.Arena{}
			r.props = r.props[:0]
			for _, k := range keys {
				r.props = append(r.props, Property{Key: r.keys[k], Value: v.NodeProperty(id, k, &r.arena)})
			}
			made, err := tx.CreateNode(ctx, labels, r.props)
			if err != nil {
				return err
			}
			r.nodes[id] = made
		}
		if ctx.Err() != nil {
			return &Error{Kind: KindCancelled, Message: "recover a snapshot", Err: context.Cause(ctx)}
		}
	}
	return nil
}

func (r *restore) copyRelationships(ctx context.Context, v View, tx *Transaction) error {
	var c RelationshipCursor
	ids := make([]graph.RelationshipID, restoreBatch)
	for n := v.ScanRelationships(&c, nil, ids); n > 0; n = v.ScanRelationships(&c, nil, ids) {
		for _, id := range ids[:n] {
			rel, _ := v.Relationship(id)
			r.arena = graph.Arena{}
			r.props = r.props[:0]
			for _, f := range v.RelationshipMap(id, &r.arena).Map() {
				k, _ := r.from.Key(f.Name)
				r.props = append(r.props, Property{Key: r.keys[k], Value: f.Value})
			}
			if _, err := tx.CreateRelationship(ctx, r.nodes[rel.Start], r.nodes[rel.End], r.types[rel.Type], r.props); err != nil {
				return err
			}
		}
		if ctx.Err() != nil {
			return &Error{Kind: KindCancelled, Message: "recover a snapshot", Err: context.Cause(ctx)}
		}
	}
	return nil
}

func (r *restore) mapKeys(keys []KeyID) []KeyID {
	out := make([]KeyID, len(keys))
	for i, k := range keys {
		out[i] = r.keys[k]
	}
	return out
}

// owner maps the label or the type that an index or constraint belongs to.
func (r *restore) owner(relationships bool, l LabelID, t TypeID) (LabelID, TypeID) {
	if relationships {
		return 0, r.types[t]
	}
	return r.labels[l], 0
}

func (r *restore) createSchema(ctx context.Context) error {
	for _, info := range r.from.Indexes() {
		if info.Constraint != "" {
			continue
		}
		spec := info.IndexSpec
		spec.Label, spec.Type = r.owner(spec.Relationships, spec.Label, spec.Type)
		spec.Keys = r.mapKeys(spec.Keys)
		if err := r.to.CreateIndex(ctx, spec); err != nil {
			return err
		}
	}
	for _, spec := range r.from.Constraints() {
		spec.Label, spec.Type = r.owner(spec.Relationships, spec.Label, spec.Type)
		spec.Keys = r.mapKeys(spec.Keys)
		if err := r.to.CreateConstraint(ctx, spec); err != nil {
			return err
		}
	}
	return nil
}
