package expr

import (
	"sync/atomic"

	"github.com/drawbolt/drawbolt/storage"
)

// A Label is a node label that a plan names. Its number in the store is looked
// up once; a label that does not exist yet is looked up again by each run.
type Label struct {
	Name string
	id   atomic.Uint64 // number + 1
}

// Resolve returns the label's number; false when no node ever had it.
func (l *Label) Resolve(s *storage.Store) (storage.LabelID, bool) {
	if id := l.id.Load(); id != 0 {
		return storage.LabelID(id - 1), true //nolint:gosec // stored from that type
	}
	id, ok := s.Label(l.Name)
	if ok {
		l.id.Store(uint64(id) + 1)
	}
	return id, ok
}

// Intern returns the label's number and makes one when there is none.
func (l *Label) Intern(s *storage.Store) (storage.LabelID, error) {
	if id := l.id.Load(); id != 0 {
		return storage.LabelID(id - 1), nil //nolint:gosec // stored from that type
	}
	id, err := s.InternLabel(l.Name)
	if err == nil {
		l.id.Store(uint64(id) + 1)
	}
	return id, err
}

// A Type is a relationship type that a plan names, resolved like a [Label].
type Type struct {
	Name string
	id   atomic.Uint64
}

// Resolve returns the type's number; false when no relationship ever had it.
func (t *Type) Resolve(s *storage.Store) (storage.TypeID, bool) {
	if id := t.id.Load(); id != 0 {
		return storage.TypeID(id - 1), true //nolint:gosec // stored from that type
	}
	id, ok := s.Type(t.Name)
	if ok {
		t.id.Store(uint64(id) + 1)
	}
	return id, ok
}

// Intern returns the type's number and makes one when there is none.
func (t *Type) Intern(s *storage.Store) (storage.TypeID, error) {
	if id := t.id.Load(); id != 0 {
		return storage.TypeID(id - 1), nil //nolint:gosec // stored from that type
	}
	id, err := s.InternType(t.Name)
	if err == nil {
		t.id.Store(uint64(id) + 1)
	}
	return id, err
}

// A Key is a property key that a plan names, resolved like a [Label].
type Key struct {
	Name string
	id   atomic.Uint64
}

// Resolve returns the key's number; false when no property ever had it.
func (k *Key) Resolve(s *storage.Store) (storage.KeyID, bool) {
	if id := k.id.Load(); id != 0 {
		return storage.KeyID(id - 1), true //nolint:gosec // stored from that type
	}
	id, ok := s.Key(k.Name)
	if ok {
		k.id.Store(uint64(id) + 1)
	}
	return id, ok
}

// Intern returns the key's number and makes one when there is none.
func (k *Key) Intern(s *storage.Store) (storage.KeyID, error) {
	if id := k.id.Load(); id != 0 {
		return storage.KeyID(id - 1), nil //nolint:gosec // stored from that type
	}
	id, err := s.InternKey(k.Name)
	if err == nil {
		k.id.Store(uint64(id) + 1)
	}
	return id, err
}
