package storage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/index"
)

// An IndexSpec names an index: the nodes with a label, or the relationships of a
// type, by the values of keys. Without keys it is the label or type alone, of
// which the store always knows the members.
type IndexSpec struct {
	Name          string    // empty when it is created: a name is made
	Kind          IndexKind // what it was made for; any kind serves all lookups
	Relationships bool
	Label         LabelID // of nodes
	Type          TypeID  // of relationships
	Keys          []KeyID
}

// An IndexKind is the form in which an index was asked for.
type IndexKind uint8

// The kinds of indexes.
const (
	RangeIndex IndexKind = iota
	TextIndex
	PointIndex
	LookupIndex
)

// An IndexInfo describes an index.
type IndexInfo struct {
	IndexSpec
	Online     bool    // built, and used by lookups
	Populated  float64 // percentage that is built
	Unique     bool
	Index      *Index
	Entries    int64  // nodes in it, some perhaps only for older snapshots
	Constraint string // the constraint that it belongs to, or ""
}

// An Index finds nodes by the values of their properties.
type Index struct {
	spec       IndexSpec
	number     uint32      // never used twice
	hash       *index.Hash // for equality; nil without keys
	tree       *index.Tree // for order
	online     atomic.Bool
	scanned    atomic.Int64  // records looked at by building it
	pending    atomic.Int64  // entries that not every reader wants, see entry.go
	stamp      atomic.Uint64 // the newest commit that changed an entry
	cut        atomic.Bool   // a key was longer than the tree keeps
	unordered  func()        // called when the first one is
	unique     bool          // writers check that nobody else has the values
	constraint string        // the constraint that it belongs to, or ""
}

// Spec returns what is indexed.
func (ix *Index) Spec() IndexSpec { return ix.spec }

// Unique reports whether no two nodes can have the same values.
func (ix *Index) Unique() bool { return ix.unique }

// Entries returns the number of nodes in the index, some of which may only be
// there for older snapshots.
func (ix *Index) Entries() int64 {
	if ix.hash == nil {
		return 0
	}
	return ix.hash.Len()
}

// A ConstraintKind is the rule of a constraint.
type ConstraintKind uint8

// The kinds of constraints.
const (
	Unique       ConstraintKind = iota + 1 // no two nodes have the same values
	Exists                                 // every node has the properties
	NodeKey                                // both
	PropertyType                           // the property, where it is, has one of some types
)

// A ConstraintSpec names a constraint on the nodes with a label, or on the
// relationships of a type.
type ConstraintSpec struct {
	Name          string // empty when it is created: a name is made
	Kind          ConstraintKind
	Relationships bool
	Label         LabelID // of nodes
	Type          TypeID  // of relationships
	Keys          []KeyID
	Types         ValueTypes // of PropertyType
	// Beside lets a new constraint stand beside an index on the same keys.
	Beside bool
}

// ValueTypes is a set of types of property values.
type ValueTypes struct {
	Kinds uint32 // by graph.Kind, without lists
	Items uint32 // lists whose items all are of one of these kinds
}

// Has reports whether a value is of one of the types.
func (t ValueTypes) Has(v graph.Value) bool {
	if v.Kind() != graph.KindList {
		return t.Kinds>>v.Kind()&1 != 0
	}
	if v.Len() == 0 {
		return t.Items != 0
	}
	first := v.List()[0].Kind()
	for _, item := range v.List() {
		if item.Kind() != first {
			return false
		}
	}
	return t.Items>>first&1 != 0
}

// hasIndex reports whether a constraint needs an index.
func (c *ConstraintSpec) hasIndex() bool { return c.Kind == Unique || c.Kind == NodeKey }

// index returns the index of a constraint that needs one.
func (c *ConstraintSpec) index() IndexSpec {
	return IndexSpec{Name: c.Name, Relationships: c.Relationships, Label: c.Label, Type: c.Type, Keys: c.Keys}
}

// same reports whether two indexes are about the same records and of one kind.
func (spec *IndexSpec) same(o *IndexSpec) bool {
	return spec.Kind == o.Kind && spec.Relationships == o.Relationships && spec.Label == o.Label &&
		spec.Type == o.Type && sameKeys(spec.Keys, o.Keys)
}

// A schema is the indexes and constraints of a store.
type schema struct {
	ddl     sync.Mutex // one change at a time
	seed    graph.Seed
	current atomic.Pointer[schemaState]

	unordered atomic.Uint64 // indexes that have lost their order
}

// A schemaState never changes.
type schemaState struct {
	version     uint64
	next        uint32 // number of the next index
	indexes     []*Index
	constraints []ConstraintSpec
	byLabel     map[LabelID][]*Index // those with a hash
	byType      map[TypeID][]*Index
	required    map[LabelID][]ConstraintSpec // those that demand properties or types
	demanded    map[TypeID][]ConstraintSpec  // the same for relationships
}

// SchemaVersion changes with every change of an index or constraint, also when an
// index loses its order, see [Index.Ordered].
func (s *Store) SchemaVersion() uint64 {
	return s.schema.current.Load().version + s.schema.unordered.Load()
}

// change returns a new state with other indexes and constraints.
func (st *schemaState) change(indexes []*Index, constraints []ConstraintSpec) *schemaState {
	n := &schemaState{
		version: st.version + 1, next: st.next, indexes: indexes, constraints: constraints,
		byLabel: make(map[LabelID][]*Index), byType: make(map[TypeID][]*Index), required: make(map[LabelID][]ConstraintSpec), demanded: make(map[TypeID][]ConstraintSpec),
	}
	for _, ix := range indexes {
		switch {
		case ix.hash == nil:
		case ix.spec.Relationships:
			n.byType[ix.spec.Type] = append(n.byType[ix.spec.Type], ix)
		default:
			n.byLabel[ix.spec.Label] = append(n.byLabel[ix.spec.Label], ix)
		}
		n.next = max(n.next, ix.number+1)
	}
	for _, c := range constraints {
		switch {
		case c.Kind == Unique:
		case c.Relationships:
			n.demanded[c.Type] = append(n.demanded[c.Type], c)
		default:
			n.required[c.Label] = append(n.required[c.Label], c)
		}
	}
	return n
}

// Indexes returns all indexes, by name.
func (s *Store) Indexes() []IndexInfo {
	var list []IndexInfo
	for _, ix := range s.schema.current.Load().indexes {
		list = append(list, IndexInfo{
			IndexSpec: ix.spec, Online: ix.online.Load(), Populated: s.populated(ix),
			Entries: ix.Entries(), Constraint: ix.constraint, Unique: ix.unique, Index: ix,
		})
	}
	slices.SortFunc(list, func(a, b IndexInfo) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// populated estimates how much of an index is built.
func (s *Store) populated(ix *Index) float64 {
	if ix.online.Load() {
		return 100
	}
	all := s.LabelCount(ix.spec.Label)
	if ix.spec.Relationships {
		all = s.TypeCount(ix.spec.Type)
	}
	return min(100, 100*float64(ix.scanned.Load())/float64(max(1, all)))
}

// Constraints returns all constraints, by name.
func (s *Store) Constraints() []ConstraintSpec {
	list := slices.Clone(s.schema.current.Load().constraints)
	slices.SortFunc(list, func(a, b ConstraintSpec) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// FindIndex returns the index on exactly these keys of a label, in any order,
// once it is built. It takes part in lookups of every running transaction.
func (s *Store) FindIndex(l LabelID, keys []KeyID) (*Index, bool) {
	return findIndex(s.schema.current.Load().byLabel[l], keys)
}

// FindRelationshipIndex is [Store.FindIndex] for the relationships of a type.
func (s *Store) FindRelationshipIndex(t TypeID, keys []KeyID) (*Index, bool) {
	return findIndex(s.schema.current.Load().byType[t], keys)
}

func findIndex(list []*Index, keys []KeyID) (*Index, bool) {
	for _, ix := range list {
		if ix.online.Load() && sameKeys(ix.spec.Keys, keys) {
			return ix, true
		}
	}
	return nil, false
}

// RelationshipIndexesOf returns the indexes with keys on a type that are built.
func (s *Store) RelationshipIndexesOf(t TypeID) []*Index {
	return online(s.schema.current.Load().byType[t])
}

// IndexesOf returns the indexes with keys on a label that are built.
func (s *Store) IndexesOf(l LabelID) []*Index {
	return online(s.schema.current.Load().byLabel[l])
}

func online(all []*Index) []*Index {
	var list []*Index
	for _, ix := range all {
		if ix.online.Load() {
			list = append(list, ix)
		}
	}
	return list
}

func sameKeys(a, b []KeyID) bool {
	if len(a) != len(b) {
		return false
	}
	for _, k := range a {
		if !slices.Contains(b, k) {
			return false
		}
	}
	return true
}

// name makes the name of an index or constraint that has none, such as
// index_Person_name, that nothing else has.
func (s *Store) name(prefix string, spec *IndexSpec) string {
	parts := []string{prefix, s.subject(spec.Relationships, spec.Label, spec.Type)}
	for _, k := range spec.Keys {
		parts = append(parts, s.KeyName(k))
	}
	name := strings.Join(parts, "_")
	for n, first := 2, name; s.indexNamed(name) != nil || s.hasConstraint(name); n++ {
		name = first + "_" + strconv.Itoa(n)
	}
	return name
}

// subject returns the name of a label or type.
func (s *Store) subject(relationships bool, l LabelID, t TypeID) string {
	if relationships {
		return s.TypeName(t)
	}
	return s.LabelName(l)
}

func (s *Store) hasConstraint(name string) bool {
	return slices.ContainsFunc(s.schema.current.Load().constraints, func(c ConstraintSpec) bool { return c.Name == name })
}

// CreateIndex adds an index and returns when it is built; the store is in use
// meanwhile. When ctx ends first there is no index.
func (s *Store) CreateIndex(ctx context.Context, spec IndexSpec) error {
	if err := s.usable(); err != nil {
		return err
	}
	s.schema.ddl.Lock()
	defer s.schema.ddl.Unlock()
	spec.Keys = slices.Clone(spec.Keys)
	if err := s.checkNew(&spec, false); err != nil {
		return err
	}
	if spec.Name == "" {
		spec.Name = s.name("index", &spec)
	}
	ix := s.register(spec, false, "")
	if err := s.build(ctx, ix); err != nil {
		s.unregister(ix)
		return err
	}
	if err := s.commitSchema(encodeIndex(spec)); err != nil {
		s.unregister(ix)
		return err
	}
	s.bringOnline(ix)
	return nil
}

// CheckIndex returns why CreateIndex would refuse an index now, or nil.
func (s *Store) CheckIndex(spec IndexSpec) error { return s.checkNew(&spec, false) }

// CheckConstraint returns why CreateConstraint would refuse a constraint now, or
// nil. It does not look at the graph.
func (s *Store) CheckConstraint(spec ConstraintSpec) error { return s.checkNewConstraint(spec) }

// CheckDropIndex returns why DropIndex would refuse a name now, or nil.
func (s *Store) CheckDropIndex(name string) error {
	switch ix := s.indexNamed(name); {
	case ix == nil:
		return &Error{Kind: KindIndexNotFound, Message: fmt.Sprintf("there is no index named %q", name)}
	case ix.constraint != "":
		return &Error{Kind: KindConstraint, Message: fmt.Sprintf("the index %q belongs to the constraint %q", name, ix.constraint)}
	}
	return nil
}

// CheckDropConstraint returns why DropConstraint would refuse a name now, or nil.
func (s *Store) CheckDropConstraint(name string) error {
	if !s.hasConstraint(name) {
		return &Error{Kind: KindConstraintNotFound, Message: fmt.Sprintf("there is no constraint named %q", name)}
	}
	return nil
}

// usable returns why the schema cannot be changed, or nil.
func (s *Store) usable() error {
	if s.closed.Load() {
		return errClosed()
	}
	if err := s.stopped.Load(); err != nil {
		return err
	}
	return nil
}

// register adds an index that is not built. From here on every change enters
// its nodes.
func (s *Store) register(spec IndexSpec, unique bool, constraint string) *Index {
	st := s.schema.current.Load()
	ix := &Index{spec: spec, number: st.next, unique: unique, constraint: constraint}
	if len(spec.Keys) > 0 {
		ix.hash = index.NewHash(s.memory, s.indexBlocks, s.retireIndexBlock)
		ix.tree = index.NewTree(s.indexBlocks)
		ix.unordered = func() { s.schema.unordered.Add(1) }
	}
	s.schema.current.Store(st.change(append(slices.Clone(st.indexes), ix), st.constraints))
	return ix
}

func (s *Store) retireIndexBlock(ref uint32, size int) {
	s.reclaimer.retire([]retirement{{kind: retiredIndexBlock, ref: ref, size: uint32(size)}}) //nolint:gosec // at most slab.MaxBlock
}

func (s *Store) bringOnline(ix *Index) {
	ix.online.Store(true)
	st := s.schema.current.Load()
	s.schema.current.Store(st.change(st.indexes, st.constraints)) // a new version
}

// unregister removes an index.
func (s *Store) unregister(ix *Index) {
	ix.online.Store(false)
	st := s.schema.current.Load()
	without := slices.DeleteFunc(slices.Clone(st.indexes), func(o *Index) bool { return o == ix })
	s.schema.current.Store(st.change(without, st.constraints))
	// Whoever has loaded the old state holds the latch of a record while using
	// it. After all latches have been free once, nobody adds anything. Readers
	// may go on for as long as their snapshots.
	s.nodeLatches.passAll()
	s.relationshipLatches.passAll()
	if ix.hash != nil {
		s.reclaimer.drop(ix)
	}
}

// free gives back the memory of an index that nobody reads.
func (ix *Index) free() {
	ix.hash.Free()
	ix.tree.Free()
}

// DropIndex removes an index by name. The index of a constraint goes with its
// constraint only.
func (s *Store) DropIndex(_ context.Context, name string) error {
	if err := s.usable(); err != nil {
		return err
	}
	s.schema.ddl.Lock()
	defer s.schema.ddl.Unlock()
	if err := s.CheckDropIndex(name); err != nil {
		return err
	}
	if err := s.commitSchema(encodeName(opDropIndex, name)); err != nil {
		return err
	}
	s.unregister(s.indexNamed(name))
	return nil
}

func (s *Store) indexNamed(name string) *Index {
	for _, ix := range s.schema.current.Load().indexes {
		if ix.spec.Name == name {
			return ix
		}
	}
	return nil
}

// CreateConstraint adds a constraint, which the nodes must satisfy already. A
// unique one or a node key has an index.
func (s *Store) CreateConstraint(ctx context.Context, spec ConstraintSpec) error {
	if err := s.usable(); err != nil {
		return err
	}
	s.schema.ddl.Lock()
	defer s.schema.ddl.Unlock()
	spec.Keys = slices.Clone(spec.Keys)
	if err := s.checkNewConstraint(spec); err != nil {
		return err
	}
	if spec.Name == "" {
		index := spec.index()
		spec.Name = s.name("constraint", &index)
	}
	return s.addConstraint(ctx, spec)
}

// enforce makes writers keep a constraint, and returns its index if it has one.
func (s *Store) enforce(spec ConstraintSpec) *Index {
	var ix *Index
	if spec.hasIndex() {
		ix = s.register(spec.index(), true, spec.Name)
	}
	st := s.schema.current.Load()
	s.schema.current.Store(st.change(st.indexes, append(slices.Clone(st.constraints), spec)))
	return ix
}

// addConstraint enforces a constraint, then looks at what was there before, and
// takes the constraint back when that breaks it.
func (s *Store) addConstraint(ctx context.Context, spec ConstraintSpec) error {
	ix := s.enforce(spec)
	if err := s.proveConstraint(ctx, spec, ix); err != nil {
		s.dropConstraint(spec.Name)
		if e, ok := errors.AsType[*Error](err); ok && e.Kind == KindConstraint {
			return &Error{Kind: KindConstraintData, Message: e.Message, Err: e.Err}
		}
		return err
	}
	if ix != nil {
		s.bringOnline(ix)
	}
	return nil
}

func (s *Store) proveConstraint(ctx context.Context, spec ConstraintSpec, ix *Index) error {
	if ix != nil {
		if err := s.build(ctx, ix); err != nil {
			return err
		}
	}
	if err := s.checkAll(ctx, spec, ix); err != nil {
		return err
	}
	return s.commitSchema(encodeConstraint(spec))
}

func (s *Store) removeConstraint(name string) {
	st := s.schema.current.Load()
	without := slices.DeleteFunc(slices.Clone(st.constraints), func(c ConstraintSpec) bool { return c.Name == name })
	s.schema.current.Store(st.change(st.indexes, without))
}

// DropConstraint removes a constraint by name, with its index.
func (s *Store) DropConstraint(_ context.Context, name string) error {
	if err := s.usable(); err != nil {
		return err
	}
	s.schema.ddl.Lock()
	defer s.schema.ddl.Unlock()
	if err := s.CheckDropConstraint(name); err != nil {
		return err
	}
	if err := s.commitSchema(encodeName(opDropConstraint, name)); err != nil {
		return err
	}
	s.dropConstraint(name)
	return nil
}

func (s *Store) dropConstraint(name string) {
	s.removeConstraint(name)
	if ix := s.indexNamed(name); ix != nil && ix.constraint == name {
		s.unregister(ix)
	}
}

// newSchemaState returns an empty schema.
func newSchemaState() *schemaState { return (&schemaState{next: 1}).change(nil, nil) }

// commitSchema gives a change of the schema its place among the commits.
func (s *Store) commitSchema(redo []byte) error {
	k := &ticket{work: &work{}, done: make(chan struct{})}
	p := &s.pipeline
	p.append.Lock()
	flush, err := s.enqueue(k, redo)
	p.append.Unlock()
	if err != nil {
		return err
	}
	if err := flush.Wait(); err != nil {
		return s.stop(err)
	}
	s.publish(k)
	<-k.done
	return nil
}
