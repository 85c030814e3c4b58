package access

// A Command changes accounts. All values are those of the statement with its
// parameters filled in.
type Command interface{ command() }

// A Choice is an option of a statement that may be missing.
type Choice uint8

// The choices.
const (
	Unset Choice = iota
	Yes
	No
)

// Attributes are what CREATE USER and ALTER USER set.
type Attributes struct {
	// Password is nil when the statement has none. It must not be logged.
	Password *string
	// Expired says whether the password must be changed before anything else.
	// CREATE USER without it means that, but for the first user.
	Expired   Choice
	Suspended Choice
}

type (
	// CreateUser is CREATE USER.
	CreateUser struct {
		Name                   string
		IfNotExists, OrReplace bool
		Attributes
	}
	// AlterUser is ALTER USER, and SET PASSWORD FOR.
	AlterUser struct {
		Name     string
		IfExists bool
		Attributes
	}
	// SetPassword changes the caller's own password.
	SetPassword struct {
		// Old is nil when the statement does not give it.
		Old *string
		New string
	}
	// Rename is RENAME USER and RENAME ROLE.
	Rename struct {
		Role     bool
		From, To string
		IfExists bool
	}
	// Drop is DROP USER and DROP ROLE.
	Drop struct {
		Role     bool
		Name     string
		IfExists bool
	}
	// CreateRole is CREATE ROLE.
	CreateRole struct {
		Name                   string
		CopyOf                 string // empty for none
		IfNotExists, OrReplace bool
	}
	// GrantRoles gives roles to users or takes them away.
	GrantRoles struct {
		Roles, Users []string
		Revoke       bool
		// Replace takes all other roles away: SET ROLE FOR and CLEAR ROLE FOR.
		Replace bool
	}
	// GrantPrivileges changes what users or roles are allowed and denied.
	GrantPrivileges struct {
		Action     Action
		Privileges Privileges
		To         []string // names of users or roles
	}
)

// An Action says what GrantPrivileges does.
type Action uint8

// The actions. Revoke takes back grants and denials.
const (
	Grant Action = iota + 1
	Deny
	Revoke
	RevokeGrant
	RevokeDeny
)

// String returns what has been done, for the audit log.
func (a Action) String() string {
	switch a {
	case Grant:
		return "granted"
	case Deny:
		return "denied"
	case Revoke:
		return "revoked"
	case RevokeGrant:
		return "grant revoked"
	case RevokeDeny:
		return "denial revoked"
	default:
		return "unknown"
	}
}

func (*CreateUser) command()      {}
func (*AlterUser) command()       {}
func (*SetPassword) command()     {}
func (*Rename) command()          {}
func (*Drop) command()            {}
func (*CreateRole) command()      {}
func (*GrantRoles) command()      {}
func (*GrantPrivileges) command() {}
