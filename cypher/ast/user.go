package ast

// Names of users and roles in the nodes below are string literals or parameters,
// and so are passwords, which must not be printed or logged.

// A CreateUser is CREATE USER.
type CreateUser struct {
	Span
	Name                   Expr
	IfNotExists, OrReplace bool
	UserAttributes
}

// An AlterUser is ALTER USER, or Memgraph's SET PASSWORD FOR.
type AlterUser struct {
	Span
	Name     Expr
	IfExists bool
	UserAttributes
}

// UserAttributes are what CREATE USER and ALTER USER set. The zero value of each
// field is that the text does not set it.
type UserAttributes struct {
	Password  Expr
	Expired   *bool // the password must be changed; IDENTIFIED BY says no
	Suspended *bool
}

// A SetPassword changes the user's own password: ALTER CURRENT USER SET PASSWORD
// FROM … TO …, or SET PASSWORD TO … REPLACE ….
type SetPassword struct {
	Span
	Old Expr // nil when the text does not give it
	New Expr
}

// A RenameAccount is RENAME USER or RENAME ROLE.
type RenameAccount struct {
	Span
	Role     bool
	From, To Expr
	IfExists bool
}

// A DropAccount is DROP USER or DROP ROLE.
type DropAccount struct {
	Span
	Role     bool
	Name     Expr
	IfExists bool
}

// A CreateRole is CREATE ROLE.
type CreateRole struct {
	Span
	Name                   Expr
	CopyOf                 Expr // nil without AS COPY OF
	IfNotExists, OrReplace bool
}

// A GrantRoles gives roles to users, or takes them away: GRANT ROLE, REVOKE
// ROLE, SET ROLE FOR, CLEAR ROLE FOR.
type GrantRoles struct {
	Span
	Roles, Users []Expr
	Revoke       bool
	// Replace takes all other roles away.
	Replace bool
}

// A GrantPrivileges is GRANT, DENY or REVOKE of privileges.
type GrantPrivileges struct {
	Span
	Action GrantAction
	// Privileges are the words of each privilege, upper-case: "MATCH", "CREATE
	// INDEX", "ALL PRIVILEGES".
	Privileges []string
	// Scope is the word behind ON: "GRAPH", "DATABASE" or "DBMS"; empty in
	// Memgraph's spelling.
	Scope string
	// Part is the text that narrows the privilege to less than all of that, such
	// as "NODES Person"; empty for everything.
	Part string
	To   []Expr
}

// A GrantAction says what a [GrantPrivileges] does.
type GrantAction uint8

// The actions. Revoke takes back grants and denials.
const (
	Grant GrantAction = iota + 1
	Deny
	Revoke
	RevokeGrant
	RevokeDeny
)

func (*CreateUser) body()      {}
func (*AlterUser) body()       {}
func (*SetPassword) body()     {}
func (*RenameAccount) body()   {}
func (*DropAccount) body()     {}
func (*CreateRole) body()      {}
func (*GrantRoles) body()      {}
func (*GrantPrivileges) body() {}

// accountCommand visits the values in a command on users and roles.
func (w walker) accountCommand(b Body) {
	switch b := b.(type) {
	case *CreateUser:
		w.exprs(b.Name, b.Password)
	case *AlterUser:
		w.exprs(b.Name, b.Password)
	case *SetPassword:
		w.exprs(b.Old, b.New)
	case *RenameAccount:
		w.exprs(b.From, b.To)
	case *DropAccount:
		w.exprs(b.Name)
	case *CreateRole:
		w.exprs(b.Name, b.CopyOf)
	case *GrantRoles:
		w.exprs(b.Roles...)
		w.exprs(b.Users...)
	case *GrantPrivileges:
		w.exprs(b.To...)
	}
}
