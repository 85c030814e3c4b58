package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync/atomic"

	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/server"
	"github.com/drawbolt/drawbolt/server/auth"
	"github.com/drawbolt/drawbolt/server/monitor"
)

const (
	// usersDirectory holds the list of users, inside of the data directory. It
	// is not moved aside with the data: a server that starts without its data
	// must not start without its users.
	usersDirectory = "auth"
	usersFile      = "users"
)

// The variables that name a first user.
const (
	variableUser     = "MEMGRAPH_USER"
	variablePassword = "MEMGRAPH_PASSWORD"
	variablePassfile = "MEMGRAPH_PASSFILE" //nolint:gosec // the name of a variable
)

// A firstUser comes from the environment; the zero value is none.
type firstUser struct{ name, password string }

// firstUser reads the user that the environment names. What is there in half
// stops the start: the operator wants the server to be locked.
func (env environment) firstUser() (firstUser, error) {
	lookup := func(name string) string {
		v, _ := env.lookupEnv(name)
		return v
	}
	name, password, path := lookup(variableUser), lookup(variablePassword), lookup(variablePassfile)
	switch {
	case name != "" && password != "":
		return firstUser{name, password}, nil
	case name != "":
		return firstUser{}, fmt.Errorf("%s is set, but %s is not: set both, or neither", variableUser, variablePassword)
	case password != "":
		return firstUser{}, fmt.Errorf("%s is set, but %s is not: set both, or neither", variablePassword, variableUser)
	case path == "":
		return firstUser{}, nil
	}
	name, password, err := auth.ReadPassfile(path)
	if err != nil {
		return firstUser{}, fmt.Errorf("%s: %w", variablePassfile, err)
	}
	return firstUser{name, password}, nil
}

// openUsers loads the users, and makes the one that the environment names.
func (p *process) openUsers(ctx context.Context) error {
	f := p.flags
	failures, first, err := lockOut(f.Text(flagLockOut))
	if err != nil {
		return &startError{exitConfig, err}
	}
	path := filepath.Join(f.Text(flagDataDirectory), usersDirectory, usersFile)
	p.users, err = auth.Open(auth.Options{
		Keeper:    auth.File(path),
		Algorithm: auth.Algorithm(f.Text(flagHash)),
		Names:     f.Text(flagUserNames), Passwords: f.Text(flagStrength),
		MinPassword: int(f.Int32(flagMinPassword)), PermitNull: f.Bool(flagPermitNull),
		LockAfter: failures, Lock: first,
		Audit: p.audit,
		Gone: func(ended func(cypher.Account) bool) {
			if s := p.serving.Load(); s != nil {
				s.EndSessions(ended)
			}
			p.log.stream.Recheck(p.mayRead)
		},
	})
	if err != nil {
		return &startError{exitFatal, fmt.Errorf("%s: %w; put the file of a backup in its place; without the file the server starts open to everybody", path, err)}
	}
	wanted, err := p.firstUser()
	if err == nil && wanted != (firstUser{}) {
		err = p.users.Bootstrap(ctx, wanted.name, wanted.password)
	}
	if err != nil {
		return &startError{exitConfig, fmt.Errorf("the user of the environment: %w", err)}
	}
	p.log.door.users.Store(p.users)
	return p.monitor.registry.Register(monitor.NewLogins(func() monitor.Logins { return monitor.Logins(p.users.Numbers()) }))
}

// mayRead reports whether a reader of the log may go on reading.
func (p *process) mayRead(user string) bool {
	if !p.users.Required() {
		return true
	}
	list := p.users.Users()
	i := slices.IndexFunc(list, func(u cypher.User) bool { return u.Name == user })
	return i >= 0 && !list[i].Suspended && !list[i].Expired && list[i].Effective.Has(1<<cypher.PrivilegeWebSocket)
}

// loginDoor lets clients of Bolt in.
type loginDoor struct{ users *auth.Users }

// Authenticate implements [server.Authenticator].
func (d loginDoor) Authenticate(ctx context.Context, c server.Credentials) (server.Login, error) {
	who, err := d.users.Login(ctx, auth.Attempt{Scheme: c.Scheme, Name: c.Principal, Password: c.Secret, Origin: c.Origin})
	switch {
	case errors.Is(err, auth.ErrRate):
		return server.Login{}, fmt.Errorf("%w: %w", server.ErrLoginRate, err)
	case errors.Is(err, auth.ErrScheme):
		return server.Login{}, fmt.Errorf("%w: %w", server.ErrLoginScheme, err)
	case errors.Is(err, auth.ErrRefused):
		return server.Login{}, fmt.Errorf("%w: %w", server.ErrLoginRefused, err)
	case err != nil:
		return server.Login{}, err
	case who.Account == 0:
		return server.Login{User: c.Principal}, nil
	default:
		return server.Login{User: who.Name, Account: who.Account, Expired: who.Expired}, nil
	}
}

// streamDoor lets readers of the log in. Before the users are known, nobody is.
type streamDoor struct{ users atomic.Pointer[auth.Users] }

// Required implements [monitor.Authenticator].
func (d *streamDoor) Required() bool {
	u := d.users.Load()
	return u == nil || u.Required()
}

// Authenticate implements [monitor.Authenticator].
func (d *streamDoor) Authenticate(ctx context.Context, user, password string) error {
	u := d.users.Load()
	if u == nil {
		return errStarting
	}
	who, err := u.Login(ctx, auth.Attempt{
		Scheme: "basic", Name: user, Password: password, Origin: cypher.Origin{Connection: "log stream"},
	})
	switch {
	case err != nil:
		return err
	case who.Expired || !who.Allowed.Has(1<<cypher.PrivilegeWebSocket):
		return monitor.ErrForbidden
	default:
		return nil
	}
}
