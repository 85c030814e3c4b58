package storage

import (
	"errors"
	"fmt"
	"strings"
)

// checkNew makes sure that there is no such index, or none but such that belong
// to no constraint when the new one may stand beside them.
func (s *Store) checkNew(spec *IndexSpec, beside bool) error {
	st := s.schema.current.Load()
	for _, ix := range st.indexes {
		if ix.spec.Name == spec.Name {
			kind := KindIndexName
			if ix.spec.same(spec) {
				kind = KindIndexExists
			}
			return &Error{Kind: kind, Message: fmt.Sprintf("an index named %q exists already", spec.Name)}
		}
		if ix.spec.same(spec) {
			if ix.constraint != "" {
				return &Error{Kind: KindConstraintCovered, Message: "there is a uniqueness constraint on " + s.pattern(spec) + ", so an index is already created that matches this"}
			}
			if !beside {
				kind := KindIndexCovered
				if spec.Name == "" {
					kind = KindIndexExists
				}
				return &Error{Kind: kind, Message: fmt.Sprintf("the index %q on the same label and keys exists already", ix.spec.Name)}
			}
		}
	}
	for _, c := range st.constraints {
		if c.Name == spec.Name {
			return &Error{Kind: KindConstraintName, Message: fmt.Sprintf("a constraint named %q exists already", spec.Name)}
		}
	}
	return nil
}

func (s *Store) checkNewConstraint(spec ConstraintSpec) error {
	for _, c := range s.schema.current.Load().constraints {
		index, other := spec.index(), c.index()
		same := c.Kind == spec.Kind && index.same(&other)
		switch {
		case !same && c.Name == spec.Name:
			return &Error{Kind: KindConstraintName, Message: fmt.Sprintf("a constraint named %q exists already", spec.Name)}
		case same && (c.Name == spec.Name || spec.Name == ""):
			return &Error{Kind: KindConstraintExists, Message: fmt.Sprintf("the same constraint %q exists already", c.Name)}
		case same:
			return &Error{Kind: KindConstraintCovered, Message: fmt.Sprintf("the same constraint %q exists already", c.Name)}
		}
	}
	if !spec.hasIndex() {
		if s.indexNamed(spec.Name) != nil {
			return &Error{Kind: KindIndexName, Message: fmt.Sprintf("an index named %q exists already", spec.Name)}
		}
		return nil
	}
	index := spec.index()
	err := s.checkNew(&index, spec.Beside)
	if e, ok := errors.AsType[*Error](err); ok && (e.Kind == KindIndexCovered || e.Kind == KindIndexExists) {
		return &Error{Kind: KindIndexCovered, Message: "there already exists an index " + s.pattern(&index) + "; a constraint cannot be created until the index has been dropped"}
	}
	return err
}

// pattern returns what an index is about: (:L {k}) or ()-[:T {k}]-().
func (s *Store) pattern(spec *IndexSpec) string {
	keys := make([]string, len(spec.Keys))
	for i, k := range spec.Keys {
		keys[i] = s.KeyName(k)
	}
	list := " {" + strings.Join(keys, ", ") + "}"
	if spec.Relationships {
		return "()-[:" + s.TypeName(spec.Type) + list + "]-()"
	}
	return "(:" + s.LabelName(spec.Label) + list + ")"
}
