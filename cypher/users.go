package cypher

import "github.com/drawbolt/drawbolt/cypher/access"

// The vocabulary of users and privileges, for whoever implements [Users].
type (
	// Users keeps the accounts; see [Options].
	Users = access.Users
	// An Account is the identity of a user.
	Account = access.Account
	// A Principal is what an account may do.
	Principal = access.Principal
	// A Privilege is a class of statements.
	Privilege = access.Privilege
	// A Privileges is a set of them.
	Privileges = access.Privileges
	// A Caller is who executes a command on accounts.
	Caller = access.Caller
	// A Client is the connection of a client, behind its statements.
	Client = access.Client
	// An Origin says where a statement comes from.
	Origin = access.Origin
	// A UserCommand changes accounts.
	UserCommand = access.Command
	// CreateUser is CREATE USER.
	CreateUser = access.CreateUser
	// AlterUser is ALTER USER.
	AlterUser = access.AlterUser
	// SetPassword changes the caller's own password.
	SetPassword = access.SetPassword
	// RenameAccount is RENAME USER and RENAME ROLE.
	RenameAccount = access.Rename
	// DropAccount is DROP USER and DROP ROLE.
	DropAccount = access.Drop
	// CreateRole is CREATE ROLE.
	CreateRole = access.CreateRole
	// GrantRoles gives roles to users or takes them away.
	GrantRoles = access.GrantRoles
	// GrantPrivileges is GRANT, DENY and REVOKE.
	GrantPrivileges = access.GrantPrivileges
	// UserAttributes are what CREATE USER and ALTER USER set.
	UserAttributes = access.Attributes
	// A UserError is what a client is told about such a command.
	UserError = access.Error
	// A User is an entry of the list of users.
	User = access.User
	// A Role is an entry of the list of roles.
	Role = access.Role
)

// Choices of [UserAttributes], and actions of [GrantPrivileges].
const (
	ChoiceYes = access.Yes
	ChoiceNo  = access.No

	ActionGrant       = access.Grant
	ActionDeny        = access.Deny
	ActionRevoke      = access.Revoke
	ActionRevokeGrant = access.RevokeGrant
	ActionRevokeDeny  = access.RevokeDeny
)

// What the outside needs of privileges and roles by name.
const (
	AllPrivileges = access.All
	PrivilegeAuth = access.Auth
	// PrivilegeWebSocket is for readers of the log stream.
	PrivilegeWebSocket = access.WebSocket

	RolePublic = access.RolePublic
	RoleAdmin  = access.RoleAdmin
)

// ParsePrivilege finds a privilege by its name.
func ParsePrivilege(name string) (Privilege, bool) { return access.Parse(name) }

// BuiltInRole returns what a role that is always there allows from the start.
func BuiltInRole(name string) (Privileges, bool) { return access.BuiltIn(name) }

// BuiltInRoles returns the names of those roles.
func BuiltInRoles() []string { return access.BuiltInRoles() }
