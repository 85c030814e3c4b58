package auth

import (
	"errors"
	"slices"

	"github.com/drawbolt/drawbolt/cypher"
)

func word(role bool) string {
	if role {
		return "role"
	}
	return "user"
}

func title(role bool) string {
	if role {
		return "Role"
	}
	return "User"
}

func builtIn(name string) bool {
	_, ok := cypher.BuiltInRole(name)
	return ok
}

func (u *Users) rename(c *cypher.RenameAccount) (int, error) {
	if err := u.checkName(c.To); err != nil {
		return 0, err
	}
	updates := 0
	err := u.replace(func(d *document) error {
		user, role := d.user(c.From), d.role(c.From)
		switch {
		case c.Role && role != nil && builtIn(c.From):
			return refusef("Failed to rename the specified role '%s': It is built in.", c.From)
		case (c.Role && role == nil || !c.Role && user == nil) && c.IfExists:
			return errNothing
		case c.Role && role == nil || !c.Role && user == nil:
			return refusef("Failed to rename the specified %[1]s '%[2]s' to '%[3]s': The %[1]s '%[2]s' does not exist.", word(c.Role), c.From, c.To)
		case d.user(c.To) != nil || d.role(c.To) != nil:
			return refusef("Failed to rename the specified %s '%s' to '%s': %s '%s' already exists.",
				word(c.Role), c.From, c.To, title(d.role(c.To) != nil), c.To)
		}
		updates = 1
		if !c.Role {
			user.Name = c.To
			return nil
		}
		role.Name = c.To
		for i := range d.Users {
			if j := slices.Index(d.Users[i].Roles, c.From); j >= 0 {
				d.Users[i].Roles[j] = c.To
			}
		}
		return nil
	})
	return updates, err
}

func (u *Users) drop(by cypher.Caller, c *cypher.DropAccount) (int, error) {
	updates := 0
	err := u.replace(func(d *document) error {
		user, role := d.user(c.Name), d.role(c.Name)
		switch {
		case !c.Role && user != nil && user.Account == by.Account:
			return refusef("Failed to delete the specified user '%s': Deleting yourself is not allowed.", c.Name)
		case c.Role && role != nil && builtIn(c.Name):
			return refusef("Failed to delete the specified role '%s': It is built in.", c.Name)
		case (c.Role && role == nil || !c.Role && user == nil) && c.IfExists:
			return errNothing
		case c.Role && role == nil || !c.Role && user == nil:
			return refusef("Failed to delete the specified %s '%s': %s does not exist.", word(c.Role), c.Name, title(c.Role))
		}
		updates = 1
		if !c.Role {
			d.Users = slices.DeleteFunc(d.Users, func(r userRecord) bool { return r.Name == c.Name })
			return nil
		}
		d.Roles = slices.DeleteFunc(d.Roles, func(r roleRecord) bool { return r.Name == c.Name })
		for i := range d.Users {
			d.Users[i].Roles = slices.DeleteFunc(d.Users[i].Roles, func(r string) bool { return r == c.Name })
		}
		return nil
	})
	if err == nil && updates > 0 && !c.Role {
		u.limiter.forget(c.Name)
	}
	return updates, err
}

func (u *Users) createRole(c *cypher.CreateRole) (int, error) {
	if c.OrReplace && c.IfNotExists {
		return 0, refusef("Failed to create the specified role '%s': cannot have both `OR REPLACE` and `IF NOT EXISTS`.", c.Name)
	}
	if err := u.checkName(c.Name); err != nil {
		return 0, err
	}
	updates := 0
	err := u.replace(func(d *document) error {
		made := roleRecord{Name: c.Name}
		if c.CopyOf != "" {
			from := d.role(c.CopyOf)
			if from == nil {
				return refusef("Failed to create a role as copy of '%s': Role does not exist.", c.CopyOf)
			}
			made.Granted, made.Denied = slices.Clone(from.Granted), slices.Clone(from.Denied)
		}
		updates = 1
		switch r := d.role(c.Name); {
		case d.user(c.Name) != nil:
			return refusef("Failed to create the specified role '%s': A user with this name exists.", c.Name)
		case r == nil:
			d.Roles = append(d.Roles, made)
		case c.IfNotExists:
			return errNothing
		case c.OrReplace && !builtIn(c.Name):
			updates, *r = 2, made
		default:
			return refusef("Failed to create the specified role '%s': Role already exists.", c.Name)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return updates, nil
}

func (u *Users) grantRoles(c *cypher.GrantRoles) (int, error) {
	updates := 0
	err := u.replace(func(d *document) error {
		updates = 0
		for _, name := range c.Roles {
			if d.role(name) == nil {
				return refusef("Failed to %s role '%s': Role does not exist.", verb(c.Revoke), name)
			}
		}
		for _, name := range c.Users {
			r := d.user(name)
			if r == nil {
				return refusef("Failed to %s role to user '%s': User does not exist.", verb(c.Revoke), name)
			}
			before := slices.Clone(r.Roles)
			if c.Replace {
				r.Roles = nil
			}
			for _, role := range c.Roles {
				switch has := slices.Contains(r.Roles, role); {
				case role == cypher.RolePublic:
				case c.Revoke:
					r.Roles = slices.DeleteFunc(r.Roles, func(x string) bool { return x == role })
				case !has:
					r.Roles = append(r.Roles, role)
				}
			}
			slices.Sort(r.Roles)
			if !slices.Equal(before, r.Roles) {
				updates++
			}
		}
		if updates == 0 {
			return errNothing
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return updates, nil
}

func verb(revoke bool) string {
	if revoke {
		return "revoke"
	}
	return "grant"
}

func (u *Users) grantPrivileges(c *cypher.GrantPrivileges) (int, error) {
	updates := 0
	err := u.replace(func(d *document) error {
		updates = 0
		for _, name := range c.To {
			var granted, denied *[]string
			if r := d.user(name); r != nil {
				granted, denied = &r.Granted, &r.Denied
			} else if r := d.role(name); r != nil {
				if name == cypher.RoleAdmin && c.Action != cypher.ActionGrant {
					return refusef("The privileges of the role '%s' can not be taken away.", name)
				}
				granted, denied = &r.Granted, &r.Denied
			} else {
				return refusef("There is no user or role '%s'.", name)
			}
			if err := change(c, granted, denied, &updates); err != nil {
				return err
			}
		}
		if updates == 0 {
			return errNothing
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return updates, nil
}

// change applies an action to the two lists of one user or role.
func change(c *cypher.GrantPrivileges, granted, denied *[]string, updates *int) error {
	g, err := privilegesOf(*granted)
	d, err2 := privilegesOf(*denied)
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	g0, d0 := g, d
	switch c.Action {
	case cypher.ActionGrant:
		g |= c.Privileges
		d &^= c.Privileges
	case cypher.ActionDeny:
		d |= c.Privileges
		g &^= c.Privileges
	case cypher.ActionRevoke:
		g &^= c.Privileges
		d &^= c.Privileges
	case cypher.ActionRevokeGrant:
		g &^= c.Privileges
	case cypher.ActionRevokeDeny:
		d &^= c.Privileges
	}
	if g != g0 || d != d0 {
		*updates++
	}
	*granted, *denied = g.Names(), d.Names()
	return nil
}
