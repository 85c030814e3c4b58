package storage

import (
	"context"

	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Store is one graph database.
type Store struct{}

// Open opens or creates a store.
func Open(ctx context.Context, o Options) (*Store, error) { return &Store{}, nil }

// Close ends the store.
func (s *Store) Close() error { return nil }

// ID returns the identity of the database.
func (s *Store) ID() [16]byte { return [16]byte{} }

// Position returns the newest durable commit.
func (s *Store) Position() Position { return 0 }

// WaitFor waits until the commit at p is visible.
func (s *Store) WaitFor(ctx context.Context, p Position) error { return nil }

// Label finds a label.
func (s *Store) Label(name string) (LabelID, bool) { return 0, false }

// InternLabel finds or adds a label.
func (s *Store) InternLabel(name string) (LabelID, error) { return 0, nil }

// LabelName returns the name of a label.
func (s *Store) LabelName(id LabelID) string { return "" }

// Labels returns all labels by number.
func (s *Store) Labels() []string { return nil }

// Type finds a relationship type.
func (s *Store) Type(name string) (TypeID, bool) { return 0, false }

// InternType finds or adds a relationship type.
func (s *Store) InternType(name string) (TypeID, error) { return 0, nil }

// TypeName returns the name of a relationship type.
func (s *Store) TypeName(id TypeID) string { return "" }

// Types returns all relationship types by number.
func (s *Store) Types() []string { return nil }

// Key finds a property key.
func (s *Store) Key(name string) (KeyID, bool) { return 0, false }

// InternKey finds or adds a property key.
func (s *Store) InternKey(name string) (KeyID, error) { return 0, nil }

// KeyName returns the name of a property key.
func (s *Store) KeyName(id KeyID) string { return "" }

// Keys returns all property keys by number.
func (s *Store) Keys() []string { return nil }

// NodeCount returns the number of nodes.
func (s *Store) NodeCount() int64 { return 0 }

// LabelCount returns the number of nodes with a label.
func (s *Store) LabelCount(l LabelID) int64 { return 0 }

// RelationshipCount returns the number of relationships.
func (s *Store) RelationshipCount() int64 { return 0 }

// TypeCount returns the number of relationships of a type.
func (s *Store) TypeCount(t TypeID) int64 { return 0 }

// StepCount returns the number of relationships of a type whose start (Out) or
// end (In) has a label; Both is the sum.
func (s *Store) StepCount(l LabelID, t TypeID, dir Direction) int64 { return 0 }

// SelfLoopCount returns the number of relationships of a type that end where
// they start.
func (s *Store) SelfLoopCount(t TypeID) int64 { return 0 }

// SchemaVersion changes with every change of an index or constraint.
func (s *Store) SchemaVersion() uint64 { return 0 }

// IndexSpec names an index: the nodes with Label, by the values of Keys.
// Without keys it is the label alone.
type IndexSpec struct {
	Name  string // empty: a name is made
	Label LabelID
	Keys  []KeyID
}

// IndexInfo describes an index.
type IndexInfo struct {
	IndexSpec
	Online  bool  // built, and used by lookups
	Entries int64 // nodes in it, some perhaps already gone
}

// An Index finds nodes by the values of properties.
type Index struct{ spec IndexSpec }

// Spec returns what is indexed.
func (ix *Index) Spec() IndexSpec { return ix.spec }

// Indexes returns all indexes, by name.
func (s *Store) Indexes() []IndexInfo { return nil }

// CreateIndex adds an index and returns when it is built.
func (s *Store) CreateIndex(ctx context.Context, spec IndexSpec) error { return nil }

// DropIndex removes an index.
func (s *Store) DropIndex(ctx context.Context, name string) error { return nil }

// FindIndex returns the index on exactly these keys of a label, once it is
// built.
func (s *Store) FindIndex(l LabelID, keys []KeyID) (*Index, bool) { return nil, false }

// ConstraintKind is the rule of a constraint.
type ConstraintKind uint8

// The kinds of constraints.
const (
	Unique ConstraintKind = iota + 1
	Exists
)

// ConstraintSpec names a constraint on the nodes with Label.
type ConstraintSpec struct {
	Name  string // empty: a name is made
	Kind  ConstraintKind
	Label LabelID
	Keys  []KeyID
}

// Constraints returns all constraints, by name.
func (s *Store) Constraints() []ConstraintSpec { return nil }

// CreateConstraint adds a constraint; the data must satisfy it.
func (s *Store) CreateConstraint(ctx context.Context, spec ConstraintSpec) error { return nil }

// DropConstraint removes a constraint.
func (s *Store) DropConstraint(ctx context.Context, name string) error { return nil }

// A Transaction is a snapshot with changes of its own.
type Transaction struct{}

// Begin starts a transaction at the newest committed state.
func (s *Store) Begin(mode Mode) *Transaction { return &Transaction{} }

// Commit makes the changes durable and visible.
func (t *Transaction) Commit(ctx context.Context) (Position, error) { return 0, nil }

// Rollback undoes the changes. It does nothing after Commit.
func (t *Transaction) Rollback() {}

// Command returns the number that changes are stamped with.
func (t *Transaction) Command() uint32 { return 0 }

// NextCommand begins a new command and returns its number.
func (t *Transaction) NextCommand() uint32 { return 0 }

// UseCommand stamps the following changes with an earlier command, for clauses
// that write in turns.
func (t *Transaction) UseCommand(c uint32) {}

// View returns a view that sees all own changes.
func (t *Transaction) View() View { return View{} }

// ViewAt returns a view that sees the own changes of commands before c.
func (t *Transaction) ViewAt(c uint32) View { return View{} }

// CreateNode adds a node.
func (t *Transaction) CreateNode(ctx context.Context, labels []LabelID, props []Property) (graph.NodeID, error) {
	return 0, nil
}

// CreateRelationship adds a relationship.
func (t *Transaction) CreateRelationship(ctx context.Context, start, end graph.NodeID, typ TypeID, props []Property) (graph.RelationshipID, error) {
	return 0, nil
}

// SetNodeProperty sets a property; null removes it.
func (t *Transaction) SetNodeProperty(ctx context.Context, id graph.NodeID, key KeyID, value graph.Value) error {
	return nil
}

// SetRelationshipProperty sets a property; null removes it.
func (t *Transaction) SetRelationshipProperty(ctx context.Context, id graph.RelationshipID, key KeyID, value graph.Value) error {
	return nil
}

// ReplaceNodeProperties makes props all the properties there are.
func (t *Transaction) ReplaceNodeProperties(ctx context.Context, id graph.NodeID, props []Property) error {
	return nil
}

// ReplaceRelationshipProperties makes props all the properties there are.
func (t *Transaction) ReplaceRelationshipProperties(ctx context.Context, id graph.RelationshipID, props []Property) error {
	return nil
}

// AddLabel reports whether the label was new.
func (t *Transaction) AddLabel(ctx context.Context, id graph.NodeID, l LabelID) (bool, error) {
	return false, nil
}

// RemoveLabel reports whether the label was there.
func (t *Transaction) RemoveLabel(ctx context.Context, id graph.NodeID, l LabelID) (bool, error) {
	return false, nil
}

// DeleteNode reports whether the node was there. Its relationships must be
// gone at commit.
func (t *Transaction) DeleteNode(ctx context.Context, id graph.NodeID) (bool, error) {
	return false, nil
}

// DeleteRelationship reports whether the relationship was there.
func (t *Transaction) DeleteRelationship(ctx context.Context, id graph.RelationshipID) (bool, error) {
	return false, nil
}

// A View reads a transaction. It is a small value.
type View struct {
	tx      *Transaction
	command uint32
}

// ScanNodes fills dst with nodes; 0 is the end.
func (v View) ScanNodes(c *NodeCursor, dst []graph.NodeID) int { return 0 }

// ScanLabel fills dst with nodes of a label; 0 is the end.
func (v View) ScanLabel(c *NodeCursor, l LabelID, dst []graph.NodeID) int { return 0 }

// ScanRelationships fills dst with relationships of the types, of all types
// when there are none; 0 is the end.
func (v View) ScanRelationships(c *RelationshipCursor, types []TypeID, dst []graph.RelationshipID) int {
	return 0
}

// SeekIndex fills dst with nodes that have the values; 0 is the end.
func (v View) SeekIndex(c *IndexCursor, ix *Index, values []graph.Value, dst []graph.NodeID) int {
	return 0
}

// Expand fills dst with relationships of a node; 0 is the end.
func (v View) Expand(c *ExpandCursor, node graph.NodeID, dir Direction, types []TypeID, dst []Step) int {
	return 0
}

// ExpandMany expands many nodes: rows[i] is the index of the node that steps[i]
// starts from. It fills both up to the shorter one; 0 is the end.
func (v View) ExpandMany(c *ExpandCursor, nodes []graph.NodeID, dir Direction, types []TypeID, rows []uint32, steps []Step) int {
	return 0
}

// Degree returns the number of relationships of a node.
func (v View) Degree(node graph.NodeID, dir Direction, types []TypeID) int { return 0 }

// NodeExists reports whether the node is visible.
func (v View) NodeExists(id graph.NodeID) bool { return false }

// RelationshipExists reports whether the relationship is visible.
func (v View) RelationshipExists(id graph.RelationshipID) bool { return false }

// Relationship returns what never changes about a visible relationship.
func (v View) Relationship(id graph.RelationshipID) (RelationshipRecord, bool) {
	return RelationshipRecord{}, false
}

// HasLabel reports whether a visible node has a label.
func (v View) HasLabel(id graph.NodeID, l LabelID) bool { return false }

// Labels appends the labels of a node, in the order of their numbers.
func (v View) Labels(dst []LabelID, id graph.NodeID) []LabelID { return dst }

// NodeProperty returns a property of a node, or null.
func (v View) NodeProperty(id graph.NodeID, key KeyID, a *graph.Arena) graph.Value {
	return graph.Null
}

// RelationshipProperty returns a property of a relationship, or null.
func (v View) RelationshipProperty(id graph.RelationshipID, key KeyID, a *graph.Arena) graph.Value {
	return graph.Null
}

// NodeProperties sets dst[i] to the property of ids[i], or to null.
func (v View) NodeProperties(ids []graph.NodeID, key KeyID, dst []graph.Value, a *graph.Arena) {}

// RelationshipProperties sets dst[i] to the property of ids[i], or to null.
func (v View) RelationshipProperties(ids []graph.RelationshipID, key KeyID, dst []graph.Value, a *graph.Arena) {
}

// PropertyKeys appends the keys of a node's properties.
func (v View) PropertyKeys(dst []KeyID, id graph.NodeID) []KeyID { return dst }

// RelationshipPropertyKeys appends the keys of a relationship's properties.
func (v View) RelationshipPropertyKeys(dst []KeyID, id graph.RelationshipID) []KeyID { return dst }

// NodeMap returns all properties of a node as a map value.
func (v View) NodeMap(id graph.NodeID, a *graph.Arena) graph.Value { return graph.Null }

// RelationshipMap returns all properties of a relationship as a map value.
func (v View) RelationshipMap(id graph.RelationshipID, a *graph.Arena) graph.Value {
	return graph.Null
}

// AppendNodeLabels appends the labels as a PackStream list of strings.
func (v View) AppendNodeLabels(dst []byte, id graph.NodeID) []byte { return dst }

// AppendNodeProperties appends the properties as a PackStream map.
func (v View) AppendNodeProperties(dst []byte, id graph.NodeID) []byte { return dst }

// AppendRelationshipProperties appends the properties as a PackStream map.
func (v View) AppendRelationshipProperties(dst []byte, id graph.RelationshipID) []byte { return dst }

// RelationshipEnds returns the ends and the type of a relationship; also when
// its own transaction has deleted it.
func (v View) RelationshipEnds(id graph.RelationshipID) (start, end graph.NodeID, typeName string, ok bool) {
	return 0, 0, "", false
}

// AppendElementID appends the text of an element id.
func (v View) AppendElementID(dst []byte, relationship bool, id uint64) []byte { return dst }

// NodeCount returns the number of nodes in the view, when it is known cheaply.
func (v View) NodeCount() (int64, bool) { return 0, false }

// LabelCount returns the number of nodes with a label in the view, when it is
// known cheaply.
func (v View) LabelCount(l LabelID) (int64, bool) { return 0, false }

// RelationshipCount returns the number of relationships in the view, when it is
// known cheaply.
func (v View) RelationshipCount() (int64, bool) { return 0, false }

// TypeCount returns the number of relationships of a type in the view, when it
// is known cheaply.
func (v View) TypeCount(t TypeID) (int64, bool) { return 0, false }

// StepCount is [Store.StepCount] in the view, when it is known cheaply.
func (v View) StepCount(l LabelID, t TypeID, dir Direction) (int64, bool) { return 0, false }
