package storage

import (
	"slices"
	"sync"
	"sync/atomic"
)

// maxTokens bounds labels and property keys.
const maxTokens = 1 << 30

// A tokens maps names to numbers and back. Numbers are dense and only added.
type tokens struct {
	what   string // for messages
	most   int
	names  atomic.Pointer[[]string]
	byName sync.Map // string to uint32
	mu     sync.Mutex
}

func newTokens(what string, most int) *tokens {
	t := &tokens{what: what, most: most}
	t.names.Store(new([]string))
	return t
}

func (t *tokens) find(name string) (uint32, bool) {
	if id, ok := t.byName.Load(name); ok {
		return id.(uint32), true //nolint:forcetypeassert // only intern stores
	}
	return 0, false
}

func (t *tokens) intern(name string) (uint32, error) {
	if id, ok := t.find(name); ok {
		return id, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if id, ok := t.find(name); ok {
		return id, nil
	}
	old := *t.names.Load()
	if len(old) >= t.most {
		return 0, &Error{Kind: KindLimit, Message: "too many " + t.what}
	}
	id := uint32(len(old)) //nolint:gosec // bounded above
	// The names are published before the number: whoever finds the number also
	// finds its name. Appending in place is safe, since readers of the old
	// slice do not look beyond its length.
	names := append(old, name) //nolint:gocritic // a new header of the same growing array
	t.names.Store(&names)
	t.byName.Store(name, id)
	return id, nil
}

func (t *tokens) name(id uint32) string {
	names := *t.names.Load()
	if uint64(id) >= uint64(len(names)) {
		return ""
	}
	return names[id]
}

func (t *tokens) all() []string { return slices.Clone(*t.names.Load()) }

func (t *tokens) len() int { return len(*t.names.Load()) }

// Label returns the number of a label, and false when no such label was ever
// used.
func (s *Store) Label(name string) (LabelID, bool) {
	id, ok := s.labels.find(name)
	return LabelID(id), ok
}

// InternLabel returns the number of a label, which is added when it is new.
func (s *Store) InternLabel(name string) (LabelID, error) {
	id, err := s.labels.intern(name)
	return LabelID(id), err
}

// LabelName returns the name of a label, or "" for a number never given out.
func (s *Store) LabelName(id LabelID) string { return s.labels.name(uint32(id)) }

// Labels returns the names of all labels ever used, in the order of their
// numbers.
func (s *Store) Labels() []string { return s.labels.all() }

// Type returns the number of a relationship type, and false when no such type
// was ever used.
func (s *Store) Type(name string) (TypeID, bool) {
	id, ok := s.types.find(name)
	return TypeID(id), ok
}

// InternType returns the number of a relationship type, which is added when it
// is new.
func (s *Store) InternType(name string) (TypeID, error) {
	id, err := s.types.intern(name)
	return TypeID(id), err
}

// TypeName returns the name of a relationship type, or "" for a number never
// given out.
func (s *Store) TypeName(id TypeID) string { return s.types.name(uint32(id)) }

// Types returns the names of all relationship types ever used, in the order of
// their numbers.
func (s *Store) Types() []string { return s.types.all() }

// Key returns the number of a property key, and false when no such key was ever
// used.
func (s *Store) Key(name string) (KeyID, bool) {
	id, ok := s.keys.find(name)
	return KeyID(id), ok
}

// InternKey returns the number of a property key, which is added when it is
// new.
func (s *Store) InternKey(name string) (KeyID, error) {
	id, err := s.keys.intern(name)
	return KeyID(id), err
}

// KeyName returns the name of a property key, or "" for a number never given
// out.
func (s *Store) KeyName(id KeyID) string { return s.keys.name(uint32(id)) }

// Keys returns the names of all property keys ever used, in the order of their
// numbers.
func (s *Store) Keys() []string { return s.keys.all() }
