package cypher

import (
	"fmt"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/access"
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/procedure"
)

// policy says what statements that are no queries need, by their fixed words. A
// statement without a row needs every privilege: a new one is for administrators
// until somebody decides otherwise.
var policy = map[string]access.Privileges{ //nolint:gochecknoglobals // a constant table
	"SHOW CURRENT USER": access.None, "SHOW CURRENT ROLE": access.None, "SHOW CURRENT DATABASE": access.None,
	"SHOW DATABASES": access.None, "SHOW DATABASE": access.None, "SHOW DEFAULT DATABASE": access.None, "SHOW HOME DATABASE": access.None,
	"SHOW FUNCTIONS": access.None, "SHOW BUILT IN FUNCTIONS": access.None, "SHOW USER DEFINED FUNCTIONS": access.None,
	"SHOW FUNCTIONS EXECUTABLE": access.None, "SHOW PROCEDURES": access.None, "SHOW PROCEDURES EXECUTABLE": access.None,
	"SHOW QUERY CALLABLE MAPPINGS": access.None, "SHOW VERSION": access.None, "SHOW LICENSE INFO": access.None, "SHOW BUILD INFO": access.None,
	// These two list and end what is the user's own without a privilege.
	"SHOW TRANSACTIONS": access.None, "TERMINATE TRANSACTIONS": access.None,
	"SHOW USER PRIVILEGES": access.None, "SHOW SUPPORTED PRIVILEGES": access.None,
	"USE DATABASE": access.None,

	"SHOW USERS": 1 << access.Auth, "SHOW USERS WITH AUTH": 1 << access.Auth, "SHOW USERS FOR": 1 << access.Auth,
	"SHOW ROLES": 1 << access.Auth, "SHOW POPULATED ROLES": 1 << access.Auth, "SHOW ROLES WITH USERS": 1 << access.Auth,
	"SHOW POPULATED ROLES WITH USERS": 1 << access.Auth, "SHOW ROLE FOR": 1 << access.Auth, "SHOW PRIVILEGES": 1 << access.Auth,
	"SHOW PRIVILEGES FOR": 1 << access.Auth, "SHOW ROLE PRIVILEGES": 1 << access.Auth, "SHOW ACTIVE USERS INFO": 1 << access.Auth,

	"SHOW INDEX INFO": 1 << access.Match, "SHOW CONSTRAINT INFO": 1 << access.Match,
	"SHOW NODE_LABELS INFO": 1 << access.Match, "SHOW EDGE_TYPES INFO": 1 << access.Match, "SHOW ENUMS": 1 << access.Match,
	"SHOW STORAGE INFO": 1 << access.Stats, "SHOW STORAGE INFO ON CURRENT DATABASE": 1 << access.Stats,
	"SHOW STORAGE INFO ON DATABASE": 1 << access.Stats,
	"SHOW METRICS INFO":             1 << access.Stats, "SHOW SCHEMA INFO": 1 << access.Stats, "ANALYZE GRAPH": 1 << access.Stats,
	"SHOW SETTINGS": 1 << access.Config, "SHOW CONFIG": 1 << access.Config, "SHOW DATABASE SETTINGS": 1 << access.Config,
	"SHOW DATABASE SETTING": 1 << access.Config, "SET DATABASE SETTING TO": 1 << access.Config,
	"SHOW SESSION SETTINGS": 1 << access.Config, "SHOW SESSION SETTING": 1 << access.Config,
	"SET SESSION SETTING TO": 1 << access.Config, "RESET SESSION SETTING": 1 << access.Config,
	"SHOW TRANSACTION ISOLATION LEVEL": access.None,
	"SHOW REPLICATION ROLE":            1 << access.Replication, "SHOW REPLICAS": 1 << access.Replication, "SHOW TRIGGERS": 1 << access.Trigger,
	"SHOW STREAMS": 1 << access.Stream, "SHOW SNAPSHOTS": 1 << access.Durability, "SHOW NEXT SNAPSHOT": 1 << access.Durability,
	"CREATE SNAPSHOT": 1 << access.Durability, "LOCK DATA DIRECTORY": 1 << access.Durability, "UNLOCK DATA DIRECTORY": 1 << access.Durability,
	"DATA DIRECTORY LOCK STATUS": 1 << access.Durability, "RECOVER SNAPSHOT": 1 << access.Durability, "FREE MEMORY": 1 << access.FreeMemory,
	"DUMP DATABASE": 1 << access.Dump, reloadStatement: 1 << access.ReloadTLS, "STORAGE MODE": 1 << access.StorageMode,
	"SHOW SERVERS": 1 << access.CoordinatorRead, "SHOW ALIASES FOR DATABASE": 1 << access.MultiDatabaseEdit,
	"SHOW ALIAS FOR DATABASE": 1 << access.MultiDatabaseEdit,
}

// openProcedures are those of the mode DBMS that everybody may call: clients do
// it before they know anything about the user. The others need the privilege
// CONFIG, but for those in guardedProcedures.
var openProcedures = map[string]bool{ //nolint:gochecknoglobals // a constant table
	"db.ping": true, "db.info": true, "dbms.info": true, "dbms.components": true, "dbms.showcurrentuser": true,
	"dbms.routing.getroutingtable": true, "dbms.cluster.routing.getroutingtable": true, "dbms.clientconfig": true,
	"dbms.queryjmx": true, "dbms.listcapabilities": true, "tx.getmetadata": true, "tx.setmetadata": true,
	"dbms.functions": true, "dbms.procedures": true, "mg.functions": true, "mg.procedures": true,
}

// guardedProcedures need another privilege than their mode says.
var guardedProcedures = map[string]access.Privileges{ //nolint:gochecknoglobals // a constant table
	"dbms.security.reloadtls": 1 << access.ReloadTLS,
}

// needs returns what an account must be allowed to run a statement. own says
// that it only changes the caller's own password.
func (e *Engine) needs(s *ast.Statement) (needs access.Privileges, own bool) {
	switch b := s.Body.(type) {
	case *ast.Query:
		return e.queryNeeds(b), false
	case *ast.Show:
		return showNeeds(b.Name()), false
	case *ast.CreateIndex, *ast.DropIndex:
		return 1 << access.Index, false
	case *ast.CreateConstraint, *ast.DropConstraint:
		return 1 << access.Constraint, false
	case *ast.Transaction:
		return access.None, false
	case *ast.SetPassword:
		return access.None, true
	case *ast.Command:
		return commandNeeds(b.Name), false
	default:
		if isAccount(b) {
			return 1 << access.Auth, false
		}
		return access.All, false
	}
}

func showNeeds(name string) access.Privileges {
	if needs, ok := policy[name]; ok {
		return needs
	}
	if strings.HasSuffix(name, " INDEXES") || strings.HasSuffix(name, " CONSTRAINTS") {
		return 1 << access.Match
	}
	return access.All
}

// commandNeeds goes by the first words where many commands share them.
func commandNeeds(name string) access.Privileges {
	if needs, ok := policy[name]; ok {
		return needs
	}
	for _, row := range [...]struct {
		word  string
		needs access.Privilege
	}{
		{" DATABASE", access.MultiDatabaseEdit},
		{" ALIAS", access.MultiDatabaseEdit},
		{" ISOLATION", access.Config},
		{" SESSION", access.Config},
		{" TRIGGER", access.Trigger},
		{" STREAM", access.Stream},
		{" ENUM", access.Create},
	} {
		if strings.Contains(name, row.word) {
			return 1 << row.needs
		}
	}
	return access.All
}

// queryNeeds adds up what the clauses of a query need, also those inside of
// subqueries.
func (e *Engine) queryNeeds(q *ast.Query) access.Privileges {
	needs := access.None
	made := make(map[*ast.PathPattern]bool) // patterns that are not matched
	ast.Walk(q, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Create:
			needs |= 1 << access.Create
			for _, p := range n.Pattern.Paths {
				made[p] = true
			}
		case *ast.Merge:
			needs |= 1 << access.Merge
			if len(n.Actions) > 0 {
				needs |= 1 << access.Set
			}
			made[n.Path] = true
		case *ast.SetClause:
			needs |= 1 << access.Set
		case *ast.Remove:
			needs |= 1 << access.Remove
		case *ast.Delete:
			needs |= 1 << access.Delete
		case *ast.LoadCSV:
			needs |= 1 << access.ReadFile
		case *ast.PathPattern:
			if !made[n] {
				needs |= 1 << access.Match
			}
		case *ast.CallProcedure:
			needs |= e.procedureNeeds(n.Name)
		}
		return true
	})
	return needs
}

// procedureNeeds goes by what a procedure declares to do.
func (e *Engine) procedureNeeds(name string) access.Privileges {
	p := e.procedures.Find(name)
	if p == nil {
		return access.None // the analysis has refused it
	}
	lower := strings.ToLower(p.Name)
	if needs, ok := guardedProcedures[lower]; ok {
		return needs
	}
	switch {
	case openProcedures[lower]:
		return access.None
	case p.Mode == procedure.Read:
		return 1<<access.Match | 1<<access.ModuleRead
	case p.Mode == procedure.Write:
		return access.Reads | access.Writes
	case p.Mode == procedure.Schema:
		return access.Schema
	default:
		return 1 << access.Config
	}
}

// expiredText is what a user is told who must change the password first.
const expiredText = `Permission denied.

The credentials you provided were valid, but must be changed before you can use this instance. ` +
	"To change your password, issue an `ALTER CURRENT USER SET PASSWORD FROM 'current password' TO 'new password'` statement."

// authorize decides whether a statement may run. It asks for the account's
// present rights each time, so that a change holds at once.
func (e *Engine) authorize(p *prepared, o *RunOptions) error {
	if e.options.Users == nil || o.Trusted {
		return nil
	}
	who := e.options.Users.Principal(o.Account)
	switch {
	case who == nil:
		return &Error{Kind: KindGone, Message: "The authorization info has expired: log in again."}
	case who.Account != 0:
		o.User, o.Roles = who.Name, who.Roles
	}
	switch {
	case p.own:
		return nil
	case who.Expired:
		return &Error{Kind: KindExpired, Message: expiredText}
	case !who.Allowed.Has(p.needs):
		return &Error{Kind: KindDenied, Message: fmt.Sprintf(
			"The statement is not allowed for user '%s' with roles [%s]: it needs the privileges %s.",
			who.Name, strings.Join(who.Roles, ", "), p.needs&^who.Allowed)}
	}
	return nil
}
