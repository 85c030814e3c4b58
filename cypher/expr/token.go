package expr

import (
	"sync/atomic"

	"github.com/drawbolt/drawbolt/storage"
)

// A Label is a node label that a plan names. Its number in the store is looked
// up once; a label that does not exist yet is looked up again by each run.
type Label struct {
	Name string
	id   number[storage.LabelID]
}

// Resolve returns the label's number; false when no node ever had it.
func (l *Label) Resolve(s *storage.Store) (storage.LabelID, bool) {
	return l.id.resolve(s, l.Name, (*storage.Store).Label)
}

// Intern returns the label's number and makes one when there is none.
func (l *Label) Intern(s *storage.Store) (storage.LabelID, error) {
	return l.id.intern(s, l.Name, (*storage.Store).InternLabel)
}

// A Type is a relationship type that a plan names, resolved like a [Label].
type Type struct {
	Name string
	id   number[storage.TypeID]
}

// Resolve returns the type's number; false when no relationship ever had it.
func (t *Type) Resolve(s *storage.Store) (storage.TypeID, bool) {
	return t.id.resolve(s, t.Name, (*storage.Store).Type)
}

// Intern returns the type's number and makes one when there is none.
func (t *Type) Intern(s *storage.Store) (storage.TypeID, error) {
	return t.id.intern(s, t.Name, (*storage.Store).InternType)
}

// A Key is a property key that a plan names, resolved like a [Label].
type Key struct {
	Name string
	id   number[storage.KeyID]
}

// Resolve returns the key's number; false when no property ever had it.
func (k *Key) Resolve(s *storage.Store) (storage.KeyID, bool) {
	return k.id.resolve(s, k.Name, (*storage.Store).Key)
}

// Intern returns the key's number and makes one when there is none.
func (k *Key) Intern(s *storage.Store) (storage.KeyID, error) {
	return k.id.intern(s, k.Name, (*storage.Store).InternKey)
}

// A number keeps what a name stands for in the store. Numbers are never given
// to another name, so that one that was found stays right.
type number[T ~uint32] struct {
	next atomic.Uint64 // the number + 1; 0 is not known
}

func (n *number[T]) resolve(s *storage.Store, name string, find func(*storage.Store, string) (T, bool)) (T, bool) {
	if next := n.next.Load(); next != 0 {
		return T(next - 1), true
	}
	id, ok := find(s, name)
	if ok {
		n.next.Store(uint64(id) + 1)
	}
	return id, ok
}

func (n *number[T]) intern(s *storage.Store, name string, create func(*storage.Store, string) (T, error)) (T, error) {
	if next := n.next.Load(); next != 0 {
		return T(next - 1), nil
	}
	id, err := create(s, name)
	if err == nil {
		n.next.Store(uint64(id) + 1)
	}
	return id, err
}
