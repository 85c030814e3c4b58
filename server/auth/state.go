package auth

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/drawbolt/drawbolt/cypher"
)

// A state is a document with what is looked up in it. It is immutable.
type state struct {
	document   *document
	byName     map[string]*userRecord
	principals map[cypher.Account]*cypher.Principal // without the suspended
	users      []cypher.User
	roles      []cypher.Role
}

// newState checks a document and prepares it. Users and roles are sorted.
func newState(d *document) (*state, error) {
	s := &state{document: d, byName: make(map[string]*userRecord), principals: make(map[cypher.Account]*cypher.Principal)}
	slices.SortFunc(d.Users, func(a, b userRecord) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(d.Roles, func(a, b roleRecord) int { return cmp.Compare(a.Name, b.Name) })
	roles, err := s.addRoles()
	if err != nil {
		return nil, err
	}
	accounts := make(map[cypher.Account]bool)
	for i := range d.Users {
		u := &d.Users[i]
		switch {
		case !wellFormed(u.Name) || s.byName[u.Name] != nil || roles[u.Name] != nil:
			return nil, fmt.Errorf("%w: name %q is empty, taken or not printable", errDocument, u.Name)
		case u.Account <= 0 || u.Account > d.Last || accounts[u.Account]:
			return nil, fmt.Errorf("%w: account %d of user %q is taken or out of range", errDocument, u.Account, u.Name)
		}
		if err := checkStored(u.Password); err != nil {
			return nil, fmt.Errorf("%w: user %q: %w", errDocument, u.Name, err)
		}
		s.byName[u.Name], accounts[u.Account] = u, true
		if err := s.addUser(u, roles); err != nil {
			return nil, err
		}
	}
	for i := range s.roles {
		if r := &s.roles[i]; r.Name == cypher.RolePublic {
			for j := range d.Users {
				r.Members = append(r.Members, d.Users[j].Name)
			}
		}
	}
	return s, nil
}

// addRoles fills the list of roles and returns it by name.
func (s *state) addRoles() (map[string]*cypher.Role, error) {
	s.roles = make([]cypher.Role, 0, len(s.document.Roles))
	byName := make(map[string]*cypher.Role)
	for i := range s.document.Roles {
		r := &s.document.Roles[i]
		if !wellFormed(r.Name) || byName[r.Name] != nil {
			return nil, fmt.Errorf("%w: role %q is empty, taken or not printable", errDocument, r.Name)
		}
		_, builtIn := cypher.BuiltInRole(r.Name)
		role := cypher.Role{Name: r.Name, BuiltIn: builtIn}
		var err error
		if role.Granted, err = privilegesOf(r.Granted); err != nil {
			return nil, err
		}
		if role.Denied, err = privilegesOf(r.Denied); err != nil {
			return nil, err
		}
		s.roles = append(s.roles, role) // never moves: the capacity is enough
		byName[r.Name] = &s.roles[len(s.roles)-1]
	}
	for _, name := range cypher.BuiltInRoles() {
		if byName[name] == nil {
			return nil, fmt.Errorf("%w: role %q is missing", errDocument, name)
		}
	}
	return byName, nil
}

// addUser works out what a user may do.
func (s *state) addUser(u *userRecord, roles map[string]*cypher.Role) error {
	listed := cypher.User{
		Name: u.Name, Roles: u.Roles, Expired: u.Expired, Suspended: u.Suspended, HasPassword: u.Password != "",
	}
	var err error
	if listed.Granted, err = privilegesOf(u.Granted); err != nil {
		return err
	}
	if listed.Denied, err = privilegesOf(u.Denied); err != nil {
		return err
	}
	allowed, denied := listed.Granted, listed.Denied
	for i, name := range append([]string{cypher.RolePublic}, u.Roles...) {
		role := roles[name]
		if role == nil || i > 0 && name == cypher.RolePublic || slices.Contains(u.Roles[:max(0, i-1)], name) {
			return fmt.Errorf("%w: role %q of user %q does not exist or is there twice", errDocument, name, u.Name)
		}
		if i > 0 {
			role.Members = append(role.Members, u.Name)
		}
		allowed |= role.Granted
		denied |= role.Denied
	}
	listed.Effective, listed.Barred = allowed&^denied, denied
	s.users = append(s.users, listed)
	if !u.Suspended {
		s.principals[u.Account] = &cypher.Principal{
			Account: u.Account, Name: u.Name, Allowed: listed.Effective, Expired: u.Expired,
			Roles: append(slices.Clone(u.Roles), cypher.RolePublic),
		}
	}
	return nil
}

// open reports whether there are no users, so that everybody may log in.
func (s *state) open() bool { return len(s.document.Users) == 0 }
