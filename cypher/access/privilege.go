package access

import (
	"math/bits"
	"strings"
)

// A Privilege is a class of statements that an account may be allowed or
// denied.
type Privilege uint8

// The privileges, with the names of Memgraph. Those without a statement here can
// be granted all the same, so that a script for both works.
const (
	Create Privilege = iota
	Delete
	Match
	Merge
	Set
	Remove
	Index
	Stats
	Auth
	Constraint
	Dump
	Replication
	ReadFile
	FreeMemory
	Trigger
	Config
	Durability
	Stream
	ModuleRead
	ModuleWrite
	WebSocket
	TransactionManagement
	StorageMode
	MultiDatabaseEdit
	MultiDatabaseUse
	ImpersonateUser
	ProfileRestriction
	ParallelExecution
	ServerSideParameters
	ReloadTLS
	CoordinatorRead
	CoordinatorWrite
	privileges
)

// names are the words of statements, listings and the file of users.
var names = [privileges]string{ //nolint:gochecknoglobals // a constant table
	"CREATE", "DELETE", "MATCH", "MERGE", "SET", "REMOVE", "INDEX", "STATS", "AUTH", "CONSTRAINT", "DUMP",
	"REPLICATION", "READ_FILE", "FREE_MEMORY", "TRIGGER", "CONFIG", "DURABILITY", "STREAM", "MODULE_READ",
	"MODULE_WRITE", "WEBSOCKET", "TRANSACTION_MANAGEMENT", "STORAGE_MODE", "MULTI_DATABASE_EDIT",
	"MULTI_DATABASE_USE", "IMPERSONATE_USER", "PROFILE_RESTRICTION", "PARALLEL_EXECUTION",
	"SERVER_SIDE_PARAMETERS", "RELOAD_TLS", "COORDINATOR_READ", "COORDINATOR_WRITE",
}

// String returns the name in capitals.
func (p Privilege) String() string { return names[p] }

// Parse finds a privilege by its name in any case.
func Parse(name string) (Privilege, bool) {
	for p := range privileges {
		if strings.EqualFold(names[p], name) {
			return p, true
		}
	}
	return 0, false
}

// A Privileges is a set of privileges.
type Privileges uint64

// The sets that statements and roles are made of.
const (
	None Privileges = 0
	All  Privileges = 1<<privileges - 1

	Reads  Privileges = 1<<Match | 1<<Stats | 1<<ModuleRead
	Writes Privileges = 1<<Create | 1<<Delete | 1<<Merge | 1<<Set | 1<<Remove | 1<<ModuleWrite
	Schema Privileges = 1<<Index | 1<<Constraint
)

// Of returns the set of some privileges.
func Of(list ...Privilege) Privileges {
	var s Privileges
	for _, p := range list {
		s |= 1 << p
	}
	return s
}

// Has reports whether all of want is in the set.
func (s Privileges) Has(want Privileges) bool { return want&^s == 0 }

// List returns the privileges in the order of their names' table.
func (s Privileges) List() []Privilege {
	list := make([]Privilege, 0, bits.OnesCount64(uint64(s)))
	for p := range privileges {
		if s&(1<<p) != 0 {
			list = append(list, p)
		}
	}
	return list
}

// Names returns the names of the privileges.
func (s Privileges) Names() []string {
	list := s.List()
	out := make([]string, len(list))
	for i, p := range list {
		out[i] = p.String()
	}
	return out
}

// String joins the names with commas.
func (s Privileges) String() string { return strings.Join(s.Names(), ", ") }

// The roles that are always there.
const (
	RolePublic    = "PUBLIC" // everybody has it, and it can not be taken away
	RoleReader    = "reader"
	RoleEditor    = "editor"
	RolePublisher = "publisher"
	RoleArchitect = "architect"
	RoleAdmin     = "admin"
)

// BuiltIn returns what a role that is always there allows from the start; ok is
// false for other names.
func BuiltIn(role string) (allowed Privileges, ok bool) {
	switch role {
	case RolePublic:
		return None, true
	case RoleReader:
		return Reads, true
	case RoleEditor, RolePublisher:
		return Reads | Writes, true
	case RoleArchitect:
		return Reads | Writes | Schema, true
	case RoleAdmin:
		return All, true
	default:
		return None, false
	}
}

// BuiltInRoles returns the names of those roles.
func BuiltInRoles() []string {
	return []string{RolePublic, RoleAdmin, RoleArchitect, RoleEditor, RolePublisher, RoleReader}
}
