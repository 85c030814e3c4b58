package access

import "strings"

// Spelled returns the privileges that some words of GRANT mean: a name of the
// list, or in a scope (GRAPH, DATABASE, DBMS) a privilege of Neo4j.
func Spelled(words, scope string) (Privileges, bool) {
	switch scope {
	case "":
		if words == "ALL PRIVILEGES" || words == "ALL" {
			return All, true
		}
		p, ok := Parse(words)
		return 1 << p, ok
	case "GRAPH":
		return onGraph(words)
	case "DATABASE":
		return onDatabase(words)
	case "DBMS":
		return onServer(words)
	}
	return None, false
}

func onGraph(words string) (Privileges, bool) {
	switch words {
	case "TRAVERSE", "READ", "MATCH":
		return Reads, true
	case "WRITE":
		return Writes, true
	case "CREATE":
		return 1 << Create, true
	case "DELETE":
		return 1 << Delete, true
	case "MERGE":
		return 1<<Merge | 1<<Create | 1<<Set, true
	case "SET LABEL", "SET PROPERTY":
		return 1 << Set, true
	case "REMOVE LABEL":
		return 1 << Remove, true
	case "ALL", "ALL PRIVILEGES", "ALL GRAPH PRIVILEGES":
		return Reads | Writes, true
	}
	return None, false
}

func onDatabase(words string) (Privileges, bool) {
	switch words {
	case "ACCESS":
		return 1 << MultiDatabaseUse, true
	case "START", "STOP":
		return 1 << MultiDatabaseEdit, true
	case "CREATE INDEX", "CREATE INDEXES", "DROP INDEX", "DROP INDEXES", "INDEX", "INDEXES", "INDEX MANAGEMENT", "INDEXES MANAGEMENT":
		return 1 << Index, true
	case "CREATE CONSTRAINT", "CREATE CONSTRAINTS", "DROP CONSTRAINT", "DROP CONSTRAINTS", "CONSTRAINT", "CONSTRAINTS",
		"CONSTRAINT MANAGEMENT", "CONSTRAINTS MANAGEMENT":
		return 1 << Constraint, true
	case "SHOW INDEX", "SHOW INDEXES", "SHOW CONSTRAINT", "SHOW CONSTRAINTS":
		return 1 << Match, true
	case "SHOW TRANSACTION", "SHOW TRANSACTIONS", "TERMINATE TRANSACTION", "TERMINATE TRANSACTIONS", "TRANSACTION", "TRANSACTION MANAGEMENT":
		return 1 << TransactionManagement, true
	case "ALL", "ALL PRIVILEGES", "ALL DATABASE PRIVILEGES":
		return Schema | 1<<MultiDatabaseUse | 1<<MultiDatabaseEdit | 1<<TransactionManagement, true
	}
	return None, false
}

func onServer(words string) (Privileges, bool) {
	last := words[strings.LastIndexByte(words, ' ')+1:]
	switch {
	case words == "ALL", words == "ALL PRIVILEGES", words == "ALL DBMS PRIVILEGES":
		return All &^ (Reads | Writes | Schema), true
	case strings.HasPrefix(words, "EXECUTE "):
		return 1<<ModuleRead | 1<<ModuleWrite, last == "PROCEDURE" || last == "PROCEDURES" || last == "FUNCTION" || last == "FUNCTIONS"
	case words == "IMPERSONATE":
		return 1 << ImpersonateUser, true
	case words == "SHOW SETTING", words == "SHOW SETTINGS":
		return 1 << Config, true
	case words == "SERVER MANAGEMENT", words == "SHOW SERVERS":
		return 1<<CoordinatorRead | 1<<CoordinatorWrite, true
	case strings.Contains(words, "DATABASE"), strings.Contains(words, "ALIAS"):
		return 1 << MultiDatabaseEdit, true
	case strings.Contains(words, "USER"), strings.Contains(words, "ROLE"), strings.Contains(words, "PRIVILEGE"),
		words == "SET PASSWORD", words == "SET PASSWORDS", words == "SET AUTH":
		return 1 << Auth, true
	}
	return None, false
}
