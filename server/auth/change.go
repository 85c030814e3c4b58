package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/drawbolt/drawbolt/cypher"
)

func refusef(format string, args ...any) error {
	return &cypher.UserError{Message: fmt.Sprintf(format, args...)}
}

// Execute implements [cypher.Users]. Whether the caller may do it is decided
// before.
func (u *Users) Execute(ctx context.Context, by cypher.Caller, c cypher.UserCommand) (updates int, err error) {
	event := describe(c)
	defer func() {
		event.User = by.Name
		if by.Client != nil {
			event.Origin = by.Client.Origin()
		}
		if event.Failed = err != nil; event.Failed {
			event.Class += ": " + err.Error()
		}
		u.audit(event)
	}()
	switch c := c.(type) {
	case *cypher.CreateUser:
		return u.createUser(ctx, by, c)
	case *cypher.AlterUser:
		return u.alterUser(ctx, by, c)
	case *cypher.SetPassword:
		return u.setPassword(ctx, by, c)
	case *cypher.RenameAccount:
		return u.rename(c)
	case *cypher.DropAccount:
		return u.drop(by, c)
	case *cypher.CreateRole:
		return u.createRole(c)
	case *cypher.GrantRoles:
		return u.grantRoles(c)
	case *cypher.GrantPrivileges:
		return u.grantPrivileges(c)
	default:
		return 0, errors.New("auth: the command is not known")
	}
}

// describe is the event of a command without its result.
func describe(c cypher.UserCommand) Event {
	switch c := c.(type) {
	case *cypher.CreateUser:
		return Event{Name: EventUser, Target: c.Name, Class: "created"}
	case *cypher.AlterUser:
		return Event{Name: EventUser, Target: c.Name, Class: "altered"}
	case *cypher.SetPassword:
		return Event{Name: EventPassword, Class: "changed"}
	case *cypher.RenameAccount:
		return Event{Name: kind(c.Role), Target: c.From, Class: "renamed to " + c.To}
	case *cypher.DropAccount:
		return Event{Name: kind(c.Role), Target: c.Name, Class: "dropped"}
	case *cypher.CreateRole:
		return Event{Name: EventRole, Target: c.Name, Class: "created"}
	case *cypher.GrantRoles:
		word := "granted "
		if c.Revoke {
			word = "revoked "
		}
		return Event{Name: EventRole, Target: strings.Join(c.Users, ", "), Class: word + strings.Join(c.Roles, ", ")}
	case *cypher.GrantPrivileges:
		return Event{Name: EventPrivileges, Target: strings.Join(c.To, ", "), Class: c.Action.String() + " " + c.Privileges.String()}
	default:
		return Event{Name: EventUser}
	}
}

func kind(role bool) string {
	if role {
		return EventRole
	}
	return EventUser
}

// errNothing is returned by a change that has nothing to do.
var errNothing = errors.New("auth: nothing to change")

// replace changes a copy of the accounts, keeps it, and makes it the present
// state. Nothing happens when change, or the keeper, returns an error.
func (u *Users) replace(change func(d *document) error) error {
	return u.replaceThen(change, func() {})
}

// replaceThen is replace; then runs before the sessions of accounts that have
// ended are ended.
func (u *Users) replaceThen(change func(d *document) error, then func()) error {
	u.changing.Lock()
	old := u.state.Load()
	d := old.document.clone()
	err := change(d)
	if errors.Is(err, errNothing) {
		u.changing.Unlock()
		return nil
	}
	var next *state
	if err == nil {
		next, err = u.keep(old, d)
	}
	u.changing.Unlock()
	if err != nil {
		return err
	}
	then()
	if u.opts.Gone != nil {
		u.opts.Gone(func(a cypher.Account) bool {
			return a == 0 && !next.open() || a != 0 && next.principals[a] == nil
		})
	}
	return nil
}

// keep checks a changed document, writes it and makes it the present state.
func (u *Users) keep(old *state, d *document) (*state, error) {
	next, err := newState(d)
	if err != nil {
		return nil, err
	}
	if !next.governed() && (!old.open() || !next.open()) {
		return nil, refusef("At least one user must keep the privilege %s, or nobody could administer the server.", cypher.PrivilegeAuth)
	}
	b, err := encode(d)
	if err != nil {
		return nil, err
	}
	if u.opts.Keeper != nil {
		if err := u.opts.Keeper.Save(b); err != nil {
			return nil, fmt.Errorf("auth: the list of users can not be written: %w", err)
		}
	}
	u.state.Store(next)
	return next, nil
}

// governed reports whether somebody may change users.
func (s *state) governed() bool {
	for _, p := range s.principals {
		if p.Allowed.Has(1 << cypher.PrivilegeAuth) {
			return true
		}
	}
	return false
}

func (u *Users) createUser(ctx context.Context, by cypher.Caller, c *cypher.CreateUser) (int, error) {
	if c.OrReplace && c.IfNotExists {
		return 0, refusef("Failed to create the specified user '%s': cannot have both `OR REPLACE` and `IF NOT EXISTS`.", c.Name)
	}
	if err := u.checkName(c.Name); err != nil {
		return 0, err
	}
	taken := func(s *document) error {
		switch {
		case s.role(c.Name) != nil:
			return refusef("Failed to create the specified user '%s': A role with this name exists.", c.Name)
		case s.user(c.Name) == nil:
			return nil
		case c.OrReplace && s.user(c.Name).Account == by.Account:
			return refusef("Failed to replace the specified user '%s': Deleting yourself is not allowed.", c.Name)
		case c.OrReplace:
			return nil
		case c.IfNotExists:
			return errNothing
		default:
			return refusef("Failed to create the specified user '%s': User already exists.", c.Name)
		}
	}
	if err := taken(u.state.Load().document); errors.Is(err, errNothing) {
		return 0, nil
	} else if err != nil {
		return 0, err
	}
	stored, err := u.stored(ctx, c.Password)
	if err != nil {
		return 0, err
	}
	updates, first := 0, false
	record := userRecord{
		Name: c.Name, Password: stored, Suspended: c.Suspended == cypher.ChoiceYes,
	}
	err = u.replaceThen(func(d *document) error {
		if err := taken(d); err != nil {
			return err
		}
		updates = 1
		if i := slices.IndexFunc(d.Users, func(r userRecord) bool { return r.Name == c.Name }); i >= 0 {
			d.Users = slices.Delete(d.Users, i, i+1)
			updates = 2
		}
		d.Last++
		record.Account = d.Last
		if first = len(d.Users) == 0; first {
			record.Roles = []string{cypher.RoleAdmin}
		}
		record.Expired = c.Expired == cypher.ChoiceYes || c.Expired == 0 && c.Password != nil && !first
		d.Users = append(d.Users, record)
		return nil
	}, func() {
		if first && by.Client != nil {
			// Whoever has chosen the password may go on as that user.
			by.Client.Become(record.Account, record.Name)
		}
	})
	if err != nil {
		return 0, err
	}
	return updates, nil
}

func (u *Users) alterUser(ctx context.Context, by cypher.Caller, c *cypher.AlterUser) (int, error) {
	find := func(d *document) (*userRecord, error) {
		r := d.user(c.Name)
		switch {
		case r != nil && r.Account == by.Account && c.Suspended == cypher.ChoiceYes:
			return nil, refusef("Failed to alter the specified user '%s': Changing your own activation status is not allowed.", c.Name)
		case r != nil:
			return r, nil
		case c.IfExists:
			return nil, errNothing
		default:
			return nil, refusef("Failed to alter the specified user '%s': User does not exist.", c.Name)
		}
	}
	r, err := find(u.state.Load().document)
	if errors.Is(err, errNothing) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	stored := ""
	if c.Password != nil {
		same, err := u.same(ctx, r, *c.Password)
		if err != nil {
			return 0, err
		}
		if same {
			return 0, refusef("Failed to alter the specified user '%s': Old password and new password cannot be the same.", c.Name)
		}
		if stored, err = u.stored(ctx, c.Password); err != nil {
			return 0, err
		}
	}
	err = u.replace(func(d *document) error {
		r, err := find(d)
		if err != nil {
			return err
		}
		if c.Password != nil {
			r.Password = stored
		}
		choose(&r.Expired, c.Expired == cypher.ChoiceYes, c.Expired == cypher.ChoiceNo)
		choose(&r.Suspended, c.Suspended == cypher.ChoiceYes, c.Suspended == cypher.ChoiceNo)
		return nil
	})
	if err != nil {
		return 0, err
	}
	if c.Password != nil {
		u.limiter.forget(c.Name)
	}
	return 1, nil
}

func choose(field *bool, yes, no bool) {
	if yes || no {
		*field = yes
	}
}

// setPassword changes the caller's own password.
func (u *Users) setPassword(ctx context.Context, by cypher.Caller, c *cypher.SetPassword) (int, error) {
	r := u.own(u.state.Load().document, by)
	if r == nil {
		return 0, refusef("There is no user logged in whose password could be changed.")
	}
	wrong := refusef("User '%s' failed to alter their own password: Invalid principal or credentials.", r.Name)
	if c.Old == nil && r.Password != "" {
		return 0, refusef("User '%s' failed to alter their own password: The old password is missing.", r.Name)
	}
	if c.Old != nil {
		switch right, err := u.same(ctx, r, *c.Old); {
		case err != nil:
			return 0, err
		case !right:
			return 0, wrong
		case *c.Old == c.New:
			if err := u.checkPassword(c.New); err != nil {
				return 0, err
			}
			return 0, refusef("User '%s' failed to alter their own password: Old password and new password cannot be the same.", r.Name)
		}
	}
	if err := u.checkPassword(c.New); err != nil {
		return 0, err
	}
	stored, err := u.verifier.hash(ctx, c.New)
	if err != nil {
		return 0, err
	}
	before := r.Password
	err = u.replace(func(d *document) error {
		r := u.own(d, by)
		if r == nil || r.Password != before {
			return wrong
		}
		r.Password, r.Expired = stored, false
		return nil
	})
	if err != nil {
		return 0, err
	}
	return 1, nil
}

func (u *Users) own(d *document, by cypher.Caller) *userRecord {
	if by.Account == 0 {
		return nil
	}
	for i := range d.Users {
		if d.Users[i].Account == by.Account {
			return &d.Users[i]
		}
	}
	return nil
}

// same reports whether a password is the present one of a user.
func (u *Users) same(ctx context.Context, r *userRecord, password string) (bool, error) {
	if r.Password == "" {
		return password == "", nil
	}
	return u.verifier.verify(ctx, &check{
		account: r.Account, stored: r.Password, password: password, known: true, may: func() bool { return true },
	})
}

// stored returns what is kept of a new password of somebody else.
func (u *Users) stored(ctx context.Context, password *string) (string, error) {
	switch {
	case password == nil && u.opts.PermitNull:
		return "", nil
	case password == nil:
		return "", refusef("A user must have a password, because null passwords are not permitted.")
	case isHash(*password):
		return *password, nil
	}
	if err := u.checkPassword(*password); err != nil {
		return "", err
	}
	return u.verifier.hash(ctx, *password)
}

func (u *Users) checkPassword(password string) error {
	switch {
	case password == "":
		return refusef("A password cannot be empty.")
	case utf8.RuneCountInString(password) < u.opts.MinPassword:
		return refusef("A password must be at least %d characters.", u.opts.MinPassword)
	case len(password) > maxPassword:
		return refusef("A password must be at most %d bytes.", maxPassword)
	case !u.passwords.MatchString(password):
		return refusef("The password does not have the strength that the server demands.")
	}
	return nil
}

func (u *Users) checkName(name string) error {
	const longest = 256
	switch {
	case name == "":
		return refusef("The provided username is empty.")
	case len(name) > longest || !wellFormed(name) || !u.names.MatchString(name):
		return refusef("Username '%.64s' contains illegal characters.", name)
	}
	return nil
}
