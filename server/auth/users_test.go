package auth_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/server/auth"
)

// A memory is a Keeper that can be made to fail.
type memory struct {
	document []byte
	fault    error
}

func (m *memory) Load() ([]byte, error) { return m.document, nil }

func (m *memory) Save(b []byte) error {
	if m.fault == nil {
		m.document = b
	}
	return m.fault
}

// A client notes which account it has been given.
type client struct {
	account cypher.Account
	name    string
}

func (*client) Origin() cypher.Origin {
	return cypher.Origin{Connection: "bolt-1", Address: "192.0.2.1:4000"}
}

func (c *client) Become(account cypher.Account, name string) { c.account, c.name = account, name }

func open(t *testing.T, o auth.Options) *auth.Users {
	t.Helper()
	o.Cost = bcrypt.MinCost
	u, err := auth.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func create(name, password string) *cypher.CreateUser {
	return &cypher.CreateUser{Name: name, Attributes: cypher.UserAttributes{Password: &password, Expired: cypher.ChoiceNo}}
}

// do runs commands as the first user, or as nobody while there is none.
func do(t *testing.T, u *auth.Users, commands ...cypher.UserCommand) error {
	t.Helper()
	for _, c := range commands {
		by := u.Principal(0)
		if by == nil {
			by = u.Principal(1)
		}
		if _, err := u.Execute(t.Context(), cypher.Caller{Principal: by}, c); err != nil {
			return err
		}
	}
	return nil
}

func login(t *testing.T, u *auth.Users, name, password, address string) error {
	t.Helper()
	_, err := u.Login(t.Context(), auth.Attempt{
		Scheme: "basic", Name: name, Password: password, Origin: cypher.Origin{Address: address},
	})
	return err
}

const here = "192.0.2.7:1000"

func TestFirstUser(t *testing.T) {
	var ended []cypher.Account
	u := open(t, auth.Options{Gone: func(gone func(cypher.Account) bool) {
		for a := range cypher.Account(3) {
			if gone(a) {
				ended = append(ended, a)
			}
		}
	}})
	if err := login(t, u, "anybody", "", here); err != nil || u.Required() {
		t.Errorf("without users: login %v, required %v", err, u.Required())
	}
	c := &client{}
	if _, err := u.Execute(t.Context(), cypher.Caller{Principal: u.Principal(0), Client: c}, create("ann", "secret123")); err != nil {
		t.Fatal(err)
	}
	if c.account != 1 || c.name != "ann" {
		t.Errorf("the client has become %d %q; want 1 ann", c.account, c.name)
	}
	if !slices.Contains(ended, 0) || slices.Contains(ended, 1) {
		t.Errorf("ended accounts %d; want 0 and not 1", ended)
	}
	if p := u.Principal(1); p == nil || p.Allowed != cypher.AllPrivileges || p.Expired || !slices.Contains(p.Roles, cypher.RoleAdmin) {
		t.Errorf("the first user is %+v; want an administrator", p)
	}
	if u.Principal(0) != nil {
		t.Error("nobody in particular may still do something")
	}
	for _, scheme := range []string{"none", "bearer"} {
		if _, err := u.Login(t.Context(), auth.Attempt{Scheme: scheme, Name: "ann", Password: "secret123"}); err == nil {
			t.Errorf("scheme %s is accepted", scheme)
		}
	}
	if err := do(t, u, create("bob", "secret456")); err != nil {
		t.Fatal(err)
	}
	if p := u.Principal(2); p == nil || p.Allowed != 0 {
		t.Errorf("the second user is %+v; want no privileges", p)
	}
}

func TestCommands(t *testing.T) {
	long := strings.Repeat("x", 73)
	ready, err := bcrypt.GenerateFromPassword([]byte("secret999"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	grant := func(p cypher.Privileges, to ...string) *cypher.GrantPrivileges {
		return &cypher.GrantPrivileges{Action: cypher.ActionGrant, Privileges: p, To: to}
	}
	roles := func(user string, names ...string) *cypher.GrantRoles {
		return &cypher.GrantRoles{Roles: names, Users: []string{user}}
	}
	reader, _ := cypher.BuiltInRole("reader")
	for _, tt := range []struct {
		name     string
		commands []cypher.UserCommand
		err      string
		// login is a user and a password that must pass afterwards.
		login [2]string
		// allowed is what bob may do afterwards.
		allowed cypher.Privileges
	}{
		{name: "nothing", login: [2]string{"bob", "secret456"}},
		{name: "taken", commands: []cypher.UserCommand{create("bob", "secret789")}, err: "'bob': User already exists"},
		{name: "if not exists", commands: []cypher.UserCommand{&cypher.CreateUser{Name: "bob", IfNotExists: true, Attributes: cypher.UserAttributes{Password: new("secret789")}}}, login: [2]string{"bob", "secret456"}},
		{name: "replace", commands: []cypher.UserCommand{&cypher.CreateUser{Name: "bob", OrReplace: true, Attributes: cypher.UserAttributes{Password: new("secret789")}}}, login: [2]string{"bob", "secret789"}},
		{name: "replace oneself", commands: []cypher.UserCommand{&cypher.CreateUser{Name: "ann", OrReplace: true}}, err: "Deleting yourself is not allowed"},
		{name: "short", commands: []cypher.UserCommand{create("x", "short")}, err: "at least 8 characters"},
		{name: "empty", commands: []cypher.UserCommand{create("x", "")}, err: "cannot be empty"},
		{name: "73 bytes", commands: []cypher.UserCommand{create("x", long)}, err: "at most 72 bytes"},
		{name: "72 bytes", commands: []cypher.UserCommand{create("x", long[:72])}, login: [2]string{"x", long[:72]}},
		{name: "weak", commands: []cypher.UserCommand{create("x", "weak weak weak")}, err: "strength"},
		{name: "name", commands: []cypher.UserCommand{create("a b", "secret789")}, err: "illegal characters"},
		{name: "name of two lines", commands: []cypher.UserCommand{create("a\nb", "secret789")}, err: "illegal characters"},
		{name: "ready hash", commands: []cypher.UserCommand{create("x", "bcrypt:"+string(ready))}, login: [2]string{"x", "secret999"}},
		{name: "hash of sha256", commands: []cypher.UserCommand{create("x", "sha256:5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8")}, login: [2]string{"x", "password"}},
		{name: "no password", commands: []cypher.UserCommand{&cypher.CreateUser{Name: "x"}}, login: [2]string{"x", ""}},
		{name: "alter", commands: []cypher.UserCommand{&cypher.AlterUser{Name: "bob", Attributes: cypher.UserAttributes{Password: new("secret789")}}}, login: [2]string{"bob", "secret789"}},
		{name: "alter to the same", commands: []cypher.UserCommand{&cypher.AlterUser{Name: "bob", Attributes: cypher.UserAttributes{Password: new("secret456")}}}, err: "cannot be the same"},
		{name: "alter nobody", commands: []cypher.UserCommand{&cypher.AlterUser{Name: "x"}}, err: "'x': User does not exist"},
		{name: "alter if exists", commands: []cypher.UserCommand{&cypher.AlterUser{Name: "x", IfExists: true}}},
		{name: "suspend oneself", commands: []cypher.UserCommand{&cypher.AlterUser{Name: "ann", Attributes: cypher.UserAttributes{Suspended: cypher.ChoiceYes}}}, err: "your own activation status"},
		{name: "own password", commands: []cypher.UserCommand{&cypher.SetPassword{Old: new("secret123"), New: "secret321"}}, login: [2]string{"ann", "secret321"}},
		{name: "own password, wrong old one", commands: []cypher.UserCommand{&cypher.SetPassword{Old: new("wrong"), New: "secret321"}}, err: "Invalid principal or credentials"},
		{name: "own password, no old one", commands: []cypher.UserCommand{&cypher.SetPassword{New: "secret321"}}, err: "old password is missing"},
		{name: "rename", commands: []cypher.UserCommand{&cypher.RenameAccount{From: "bob", To: "rob"}}, login: [2]string{"rob", "secret456"}},
		{name: "rename nobody", commands: []cypher.UserCommand{&cypher.RenameAccount{From: "x", To: "y"}}, err: "The user 'x' does not exist"},
		{name: "rename to a name that is taken", commands: []cypher.UserCommand{&cypher.RenameAccount{From: "bob", To: "reader"}}, err: "Role 'reader' already exists"},
		{name: "drop oneself", commands: []cypher.UserCommand{&cypher.DropAccount{Name: "ann"}}, err: "Deleting yourself is not allowed"},
		{name: "drop nobody", commands: []cypher.UserCommand{&cypher.DropAccount{Name: "x"}}, err: "User does not exist"},
		{name: "drop if exists", commands: []cypher.UserCommand{&cypher.DropAccount{Name: "x", IfExists: true}}},
		{name: "role", commands: []cypher.UserCommand{roles("bob", "reader")}, allowed: reader},
		{name: "role that does not exist", commands: []cypher.UserCommand{roles("bob", "x")}, err: "Role does not exist"},
		{name: "role to nobody", commands: []cypher.UserCommand{roles("x", "reader")}, err: "User does not exist"},
		{name: "role taken away", commands: []cypher.UserCommand{roles("bob", "reader"), &cypher.GrantRoles{Roles: []string{"reader"}, Users: []string{"bob"}, Revoke: true}}},
		{name: "roles cleared", commands: []cypher.UserCommand{roles("bob", "reader", "editor"), &cypher.GrantRoles{Users: []string{"bob"}, Replace: true}}},
		{name: "own role", commands: []cypher.UserCommand{&cypher.CreateRole{Name: "r", CopyOf: "reader"}, roles("bob", "r")}, allowed: reader},
		{name: "dropped role", commands: []cypher.UserCommand{&cypher.CreateRole{Name: "r", CopyOf: "reader"}, roles("bob", "r"), &cypher.DropAccount{Role: true, Name: "r"}}},
		{name: "renamed role", commands: []cypher.UserCommand{&cypher.CreateRole{Name: "r", CopyOf: "reader"}, roles("bob", "r"), &cypher.RenameAccount{Role: true, From: "r", To: "s"}}, allowed: reader},
		{name: "built-in role", commands: []cypher.UserCommand{&cypher.DropAccount{Role: true, Name: "reader"}}, err: "built in"},
		{name: "name of a user for a role", commands: []cypher.UserCommand{&cypher.CreateRole{Name: "bob"}}, err: "A user with this name exists"},
		{name: "grant", commands: []cypher.UserCommand{grant(1<<cypher.PrivilegeAuth, "bob")}, allowed: 1 << cypher.PrivilegeAuth},
		{name: "grant to everybody", commands: []cypher.UserCommand{grant(reader, cypher.RolePublic)}, allowed: reader},
		{name: "grant to nobody", commands: []cypher.UserCommand{grant(reader, "x")}, err: "no user or role 'x'"},
		{name: "deny beats the role", commands: []cypher.UserCommand{roles("bob", "admin"), &cypher.GrantPrivileges{Action: cypher.ActionDeny, Privileges: 1 << cypher.PrivilegeAuth, To: []string{"bob"}}}, allowed: cypher.AllPrivileges &^ (1 << cypher.PrivilegeAuth)},
		{name: "revoked denial", commands: []cypher.UserCommand{roles("bob", "admin"), &cypher.GrantPrivileges{Action: cypher.ActionDeny, Privileges: 1 << cypher.PrivilegeAuth, To: []string{"bob"}}, &cypher.GrantPrivileges{Action: cypher.ActionRevokeDeny, Privileges: cypher.AllPrivileges, To: []string{"bob"}}}, allowed: cypher.AllPrivileges},
		{name: "privileges of admin", commands: []cypher.UserCommand{&cypher.GrantPrivileges{Action: cypher.ActionRevoke, Privileges: 1, To: []string{"admin"}}}, err: "can not be taken away"},
		{name: "nobody left to administer", commands: []cypher.UserCommand{&cypher.GrantRoles{Users: []string{"ann"}, Replace: true}}, err: "At least one user must keep the privilege AUTH"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			kept := &memory{}
			o := auth.Options{Keeper: kept, PermitNull: true, Names: "[a-z]+", Passwords: `[^w].*`, MinPassword: 8}
			u := open(t, o)
			if err := do(t, u, create("ann", "secret123"), create("bob", "secret456")); err != nil {
				t.Fatal(err)
			}
			err := do(t, u, tt.commands...)
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Fatalf("error %v; want %q", err, tt.err)
			}
			for _, state := range []string{"now", "after a restart"} {
				if tt.login[0] != "" {
					if err := login(t, u, tt.login[0], tt.login[1], here); err != nil {
						t.Errorf("%s: login as %q: %v", state, tt.login[0], err)
					}
				}
				if p := u.Principal(2); p != nil && p.Allowed != tt.allowed {
					t.Errorf("%s: bob may %v; want %v", state, p.Allowed, tt.allowed)
				}
				u = open(t, o)
			}
		})
	}
}

// TestChangesHoldAtOnce looks at logins that were right a moment ago.
func TestChangesHoldAtOnce(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change cypher.UserCommand
		want   error
	}{
		{"password", &cypher.AlterUser{Name: "bob", Attributes: cypher.UserAttributes{Password: new("secret789")}}, auth.ErrRefused},
		{"dropped", &cypher.DropAccount{Name: "bob"}, auth.ErrRefused},
		{"suspended", &cypher.AlterUser{Name: "bob", Attributes: cypher.UserAttributes{Suspended: cypher.ChoiceYes}}, auth.ErrRefused},
		{"renamed", &cypher.RenameAccount{From: "bob", To: "rob"}, auth.ErrRefused},
		{"replaced", &cypher.CreateUser{Name: "bob", OrReplace: true, Attributes: cypher.UserAttributes{Password: new("secret789")}}, auth.ErrRefused},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u := open(t, auth.Options{})
			if err := do(t, u, create("ann", "secret123"), create("bob", "secret456")); err != nil {
				t.Fatal(err)
			}
			for range 2 { // the second one from memory
				if err := login(t, u, "bob", "secret456", here); err != nil {
					t.Fatal(err)
				}
			}
			if n := u.Numbers(); n.Hashed != 1 || n.Remembered != 1 {
				t.Errorf("%d hashed, %d remembered; want 1 and 1", n.Hashed, n.Remembered)
			}
			if err := do(t, u, tt.change); err != nil {
				t.Fatal(err)
			}
			if err := login(t, u, "bob", "secret456", here); !errors.Is(err, tt.want) {
				t.Errorf("login after the change: %v; want %v", err, tt.want)
			}
		})
	}
}

// TestPoolPaysOnce opens many connections of one user at once.
func TestPoolPaysOnce(t *testing.T) {
	u := open(t, auth.Options{})
	if err := do(t, u, create("ann", "secret123")); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			if err := login(t, u, "ann", "secret123", here); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := u.Numbers(); n.Hashed != 1 {
		t.Errorf("100 equal logins were hashed %d times; want once", n.Hashed)
	}
}

func TestLockOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var locks int
		u := open(t, auth.Options{LockAfter: 3, Lock: 5 * time.Second, Audit: func(e auth.Event) {
			if e.Name == auth.EventLockOut {
				locks++
			}
		}})
		if err := do(t, u, create("ann", "secret123"), create("bob", "secret456")); err != nil {
			t.Fatal(err)
		}
		const known, stranger = "192.0.2.1:1", "198.51.100.1:1"
		wrong, right := "wrong", "secret123"
		for i, step := range []struct {
			name, password, address string
			pause                   time.Duration
			want                    error
		}{
			{"ann", right, known, 0, nil},
			{"ann", wrong, stranger, 0, auth.ErrRefused},
			{"ann", wrong, stranger, 0, auth.ErrRefused},
			{"ann", right, stranger, 0, nil}, // forgets the failures
			{"ann", wrong, "203.0.113.1:1", 0, auth.ErrRefused},
			{"ann", wrong, "203.0.113.1:1", 0, auth.ErrRefused},
			{"ann", wrong, "203.0.113.2:1", 0, auth.ErrRefused},
			{"ann", right, "203.0.113.2:1", 0, auth.ErrRate}, // locked, even with the right one
			{"ann", right, known, 0, nil},                    // never from where it has come before; forgets
			{"ann", wrong, "203.0.113.2:1", 0, auth.ErrRefused},
			{"ann", wrong, "203.0.113.2:1", 0, auth.ErrRefused},
			{"ann", wrong, "203.0.113.2:1", 0, auth.ErrRefused},
			{"bob", "secret456", "203.0.113.2:1", 0, nil}, // others are free
			{"ann", wrong, "203.0.113.2:1", 5 * time.Second, auth.ErrRefused},
			{"ann", wrong, "203.0.113.2:1", 9 * time.Second, auth.ErrRate}, // the second lock is twice as long
			{"ann", right, "203.0.113.2:1", time.Second, nil},
			// A name that does not exist looks the same.
			{"eve", wrong, stranger, 0, auth.ErrRefused},
			{"eve", wrong, stranger, 0, auth.ErrRefused},
			{"eve", wrong, stranger, 0, auth.ErrRefused},
			{"eve", wrong, stranger, 0, auth.ErrRate},
		} {
			<-time.After(step.pause)
			if err := login(t, u, step.name, step.password, step.address); !errors.Is(err, step.want) || (err == nil) != (step.want == nil) {
				t.Errorf("step %d: %s from %s: %v; want %v", i, step.name, step.address, err, step.want)
			}
		}
		if locks != 4 || u.Numbers().LockOuts != 4 {
			t.Errorf("%d events of lock-outs, %d counted; want 4", locks, u.Numbers().LockOuts)
		}
	})
}

// TestAddressIsLocked tries many names from one address.
func TestAddressIsLocked(t *testing.T) {
	u := open(t, auth.Options{LockAfter: 3, Lock: time.Minute})
	if err := do(t, u, create("ann", "secret123")); err != nil {
		t.Fatal(err)
	}
	for i := range 30 {
		if err := login(t, u, fmt.Sprint("user", i), "x", "[2001:db8::1]:9"); !errors.Is(err, auth.ErrRefused) {
			t.Fatalf("try %d: %v", i, err)
		}
	}
	if err := login(t, u, "ann", "secret123", "[2001:db8::2]:9"); !errors.Is(err, auth.ErrRate) {
		t.Errorf("from the same network: %v; want %v", err, auth.ErrRate)
	}
	if err := login(t, u, "ann", "secret123", here); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
}

func TestKeeperFails(t *testing.T) {
	kept := &memory{}
	u := open(t, auth.Options{Keeper: kept})
	if err := do(t, u, create("ann", "secret123")); err != nil {
		t.Fatal(err)
	}
	kept.fault = errors.New("disk full")
	if err := do(t, u, create("bob", "secret456")); !errors.Is(err, kept.fault) {
		t.Errorf("create with a broken keeper: %v; want %v", err, kept.fault)
	}
	if err := login(t, u, "bob", "secret456", here); !errors.Is(err, auth.ErrRefused) {
		t.Errorf("a user that was not kept logs in: %v", err)
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "auth", "users")
	o := auth.Options{Keeper: auth.File(path), Cost: bcrypt.MinCost}
	if err := do(t, open(t, o), create("ann", "secret123")); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	if strings.Contains(string(good), "secret123") {
		t.Error("the file has the password")
	}
	if err := login(t, open(t, o), "ann", "secret123", here); err != nil {
		t.Errorf("login after a restart: %v", err)
	}
	for _, tt := range []struct{ name, document, err string }{
		{"empty", "", "first line"},
		{"cut", string(good[:len(good)-2]), "checksum"},
		{"changed", strings.Replace(string(good), "ann", "bob", 1), "checksum"},
		{"newer", strings.Replace(string(good), "drawbolt-users 1", "drawbolt-users 2", 1), "version 2"},
		{"something else", "hello\nworld\n", "first line"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := os.WriteFile(path, []byte(tt.document), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := auth.Open(o); err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("Open = %v; want an error with %q", err, tt.err)
			}
		})
	}
}
