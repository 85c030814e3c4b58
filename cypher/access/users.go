package access

import "context"

// An Account is the identity of a user. It stays when the user is renamed, and
// no later user gets it. Zero is nobody in particular: who logs in while there
// are no users.
type Account int64

// A Principal is what an account is and may do at one moment.
type Principal struct {
	Account Account
	// Name is empty for nobody in particular.
	Name  string
	Roles []string
	// Allowed is what the account may do, by itself and by its roles, without
	// what it is denied.
	Allowed Privileges
	// Expired says that the password must be changed before anything else.
	Expired bool
}

// A Caller is the session that a command comes from. Its Principal is set also
// for the server's own commands.
type Caller struct {
	*Principal

	// Client is nil for statements of the server itself.
	Client Client
}

// A Client is the connection of a client. It is implemented by the server.
type Client interface {
	// Origin identifies the connection for the audit log.
	Origin() Origin
	// Become gives the connection the account of the first user, which it has
	// just made.
	Become(account Account, name string)
}

// An Origin says where a request comes from.
type Origin struct {
	Connection string // such as "bolt-3"
	Address    string // host:port
	Secure     bool   // inside TLS
	Subject    string // of the client's verified certificate; empty without
}

// Users keeps the accounts. It is used by many sessions at once.
type Users interface {
	// Principal returns what an account may do now, or nil when it is gone, or
	// may not be used any more. It must be cheap: it is asked before each
	// statement. The result is shared.
	Principal(account Account) *Principal
	// Execute runs a command and returns how many accounts and roles it has
	// changed. An error for the client is an *Error.
	Execute(ctx context.Context, by Caller, c Command) (updates int, err error)
	// Users and Roles list everything by name.
	Users() []User
	Roles() []Role
}

// An Error is what a client is told about a command that failed.
type Error struct{ Message string }

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// A User is an account as listings show it.
type User struct {
	Name              string
	Roles             []string // without PUBLIC
	Expired           bool
	Suspended         bool
	HasPassword       bool
	Granted, Denied   Privileges // to the user alone
	Effective, Barred Privileges // with the roles
}

// A Role is a role as listings show it.
type Role struct {
	Name            string
	BuiltIn         bool
	Granted, Denied Privileges
	Members         []string
}
