package show

import (
	"context"
	"slices"

	"github.com/drawbolt/drawbolt/cypher/access"
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// addUsers adds the listings of users, roles and privileges. A server without
// users has none to list: whoever connects may do everything.
func (t *Tables) addUsers() {
	users := slices.Concat(
		textual("user"), lists("roles"), booleans("passwordChangeRequired", "suspended"), textual("home"))
	t.show("CURRENT USER", t.currentUser, users...).System = true
	t.show("USERS", t.listUsers(false), users...).System = true
	t.show("USERS WITH AUTH", t.listUsers(true), slices.Concat(
		users, textual("provider"), column(ast.TypeMap, "auth"))...).System = true
	t.show("USERS FOR", t.usersFor, textual("users")...).System = true

	roles := slices.Concat(textual("role"), booleans("immutable"))
	members := append(slices.Clone(roles), textual("member")...)
	t.show("ROLES", t.listRoles(false, false), roles...).System = true
	t.show("POPULATED ROLES", t.listRoles(true, false), roles...).System = true
	t.show("ROLES WITH USERS", t.listRoles(false, true), members...).System = true
	t.show("POPULATED ROLES WITH USERS", t.listRoles(true, true), members...).System = true
	t.show("CURRENT ROLE", currentRole, textual("role")...).System = true
	t.show("ROLE FOR", t.roleFor, textual("role")...).System = true

	privileges := slices.Concat(
		textual("access", "action", "resource", "graph", "segment", "role"), booleans("immutable"))
	t.show("PRIVILEGES", t.listPrivileges, privileges...).System = true
	t.show("ROLE PRIVILEGES", t.listPrivileges, privileges...).System = true
	t.show("USER PRIVILEGES", t.userPrivileges, append(slices.Clone(privileges), textual("user")...)...).System = true
	t.show("PRIVILEGES FOR", t.privilegesFor, textual("privilege", "effective", "description")...).System = true
	t.show("SUPPORTED PRIVILEGES", supportedPrivileges, textual("action", "qualifier", "target", "resource", "description")...).System = true
	t.show("ACTIVE USERS INFO", t.activeUsers, textual("username", "session uuid", "login timestamp")...)
}

// may reports whether the caller has a privilege.
func (t *Tables) may(r *Request, p access.Privilege) bool {
	if t.Users == nil {
		return true
	}
	who := t.Users.Principal(r.Account)
	return who != nil && who.Allowed.Has(1<<p)
}

// all returns the users, none when nobody keeps them.
func (t *Tables) all() []access.User {
	if t.Users == nil {
		return nil
	}
	return t.Users.Users()
}

func (t *Tables) roles() []access.Role {
	if t.Users == nil {
		return nil
	}
	return t.Users.Roles()
}

// userRow is the first columns of a listing of users.
func userRow(u *access.User) []graph.Value {
	return []graph.Value{
		text(u.Name), texts(append(slices.Clone(u.Roles), access.RolePublic)), graph.Boolean(u.Expired), graph.Boolean(u.Suspended), {},
	}
}

func (t *Tables) currentUser(_ context.Context, r *Request) error {
	users := t.all()
	if i := slices.IndexFunc(users, func(u access.User) bool { return u.Name == r.User }); i >= 0 && r.Account != 0 {
		return r.Yield(userRow(&users[i]))
	}
	if r.User == "" {
		return nil
	}
	return r.Yield([]graph.Value{text(r.User), texts(r.Roles), graph.Boolean(false), graph.Boolean(false), {}})
}

func currentRole(_ context.Context, r *Request) error { return names(r, r.Roles) }

// listUsers lists the users, with how they log in.
func (t *Tables) listUsers(auth bool) func(context.Context, *Request) error {
	return func(_ context.Context, r *Request) error {
		users := t.all()
		for i := range users {
			u := &users[i]
			row := userRow(u)
			if auth {
				row = append(row, text("native"), graph.Map([]graph.Field{
					{Name: "password", Value: text("***")}, {Name: "changeRequired", Value: graph.Boolean(u.Expired)},
				}))
			}
			if err := r.Yield(row); err != nil {
				return err
			}
		}
		return nil
	}
}

func (t *Tables) usersFor(_ context.Context, r *Request) error {
	role, err := t.role(r.Text("role"))
	if err != nil {
		return err
	}
	return names(r, role.Members)
}

func (t *Tables) roleFor(_ context.Context, r *Request) error {
	user, err := t.user(r.Text("user"))
	if err != nil {
		return err
	}
	return names(r, user.Roles)
}

func (t *Tables) user(name string) (*access.User, error) {
	users := t.all()
	for i := range users {
		if users[i].Name == name {
			return &users[i], nil
		}
	}
	return nil, &Error{Message: "User '" + name + "' doesn't exist."}
}

func (t *Tables) role(name string) (*access.Role, error) {
	roles := t.roles()
	for i := range roles {
		if roles[i].Name == name {
			return &roles[i], nil
		}
	}
	return nil, &Error{Message: "Role '" + name + "' doesn't exist."}
}

// listRoles lists the roles, only those that somebody has, or with a row for
// each member.
func (t *Tables) listRoles(populated, members bool) func(context.Context, *Request) error {
	return func(_ context.Context, r *Request) error {
		for _, role := range t.roles() {
			if populated && len(role.Members) == 0 {
				continue
			}
			row := []graph.Value{text(role.Name), graph.Boolean(false)}
			if !members {
				if err := r.Yield(row); err != nil {
					return err
				}
				continue
			}
			who := role.Members
			if len(who) == 0 {
				who = []string{""}
			}
			for _, name := range who {
				if err := r.Yield(append(row, known(name))); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

// grants yields the privileges of one holder; tail is what follows the columns
// that all listings have.
func grants(r *Request, holder string, granted, denied access.Privileges, tail ...graph.Value) error {
	for _, set := range [...]struct {
		word string
		set  access.Privileges
	}{{"GRANTED", granted}, {"DENIED", denied}} {
		for _, p := range set.set.List() {
			row := []graph.Value{
				text(set.word), text(action(p)), text(resource(p)), text("*"), text(resource(p)), known(holder), graph.Boolean(false),
			}
			if err := r.Yield(append(row, tail...)); err != nil {
				return err
			}
		}
	}
	return nil
}

// action is a privilege as listings of Neo4j spell theirs.
func action(p access.Privilege) string {
	out := []byte(p.String())
	for i, c := range out {
		if c != '_' {
			out[i] = c | 0x20
		}
	}
	return string(out)
}

// resource is what a privilege is about.
func resource(p access.Privilege) string {
	switch {
	case (access.Reads | access.Writes).Has(1 << p):
		return "graph"
	case access.Schema.Has(1 << p):
		return "database"
	default:
		return "dbms"
	}
}

func (t *Tables) listPrivileges(_ context.Context, r *Request) error {
	wanted := r.Text("role")
	if wanted != "" {
		if _, err := t.role(wanted); err != nil {
			return err
		}
	}
	for _, role := range t.roles() {
		if wanted != "" && role.Name != wanted {
			continue
		}
		if err := grants(r, role.Name, role.Granted, role.Denied); err != nil {
			return err
		}
	}
	if wanted != "" {
		return nil
	}
	for _, u := range t.all() {
		if err := grants(r, u.Name, u.Granted, u.Denied); err != nil {
			return err
		}
	}
	return nil
}

// userPrivileges lists those of one user: somebody else's need a privilege.
func (t *Tables) userPrivileges(_ context.Context, r *Request) error {
	name := r.Text("user")
	if name == "" || name == r.User {
		name = r.User
	} else if !t.may(r, access.Auth) {
		return &Error{Message: "Permission denied."}
	}
	if len(t.all()) == 0 {
		return nil
	}
	user, err := t.user(name)
	if err != nil {
		return err
	}
	for _, role := range t.roles() {
		if role.Name == access.RolePublic || slices.Contains(user.Roles, role.Name) {
			if err := grants(r, role.Name, role.Granted, role.Denied, text(name)); err != nil {
				return err
			}
		}
	}
	return grants(r, "", user.Granted, user.Denied, text(name))
}

// privilegesFor lists what holds for a user or a role, in Memgraph's columns.
func (t *Tables) privilegesFor(_ context.Context, r *Request) error {
	name := r.Text("user")
	if role, err := t.role(name); err == nil {
		return effective(r, role.Granted&^role.Denied, role.Denied, "ROLE", 0, 0)
	}
	u, err := t.user(name)
	if err != nil {
		return &Error{Message: "User or role '" + name + "' doesn't exist."}
	}
	return effective(r, u.Effective, u.Barred, "ROLE", u.Granted, u.Denied)
}

// effective yields rows for what is allowed and denied; what own sets have comes
// from the user.
func effective(r *Request, allowed, denied access.Privileges, other string, granted, refused access.Privileges) error {
	for _, set := range [...]struct {
		word, description string
		set, own          access.Privileges
	}{{"GRANT", "GRANTED TO ", allowed, granted}, {"DENY", "DENIED TO ", denied, refused}} {
		for _, p := range set.set.List() {
			from := other
			if set.own.Has(1 << p) {
				from = "USER"
			}
			if err := r.Yield([]graph.Value{text(p.String()), text(set.word), text(set.description + from)}); err != nil {
				return err
			}
		}
	}
	return nil
}

func supportedPrivileges(_ context.Context, r *Request) error {
	for _, p := range access.All.List() {
		if err := r.Yield([]graph.Value{text(action(p)), {}, text(resource(p)), {}, text("statements of the class " + p.String())}); err != nil {
			return err
		}
	}
	return nil
}

// activeUsers lists the clients that have a transaction open.
func (t *Tables) activeUsers(_ context.Context, r *Request) error {
	if t.Transactions == nil {
		return nil
	}
	open := t.Transactions.Open()
	for i := range open {
		x := &open[i]
		if err := r.Yield([]graph.Value{text(x.User), text(x.ConnectionID), text(stamp(x.Started))}); err != nil {
			return err
		}
	}
	return nil
}
