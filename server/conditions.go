package server

// describe returns the description of a GQLSTATUS with the text of the error, or
// none. Clients must not parse it; it helps the people who read it.
func describe(status, text string) string {
	d := "error: " + classText(status)
	if condition := conditionText(status); condition != "" {
		d += " - " + condition
	}
	if text != "" {
		d += ". " + text
	}
	return d
}

// classText returns the name of the class that a status belongs to.
func classText(status string) string {
	switch status[:2] {
	case "08":
		return "connection exception"
	case "22":
		return "data exception"
	case "25":
		return "invalid transaction state"
	case "2D":
		return "invalid transaction termination"
	case "42":
		return "syntax error or access rule violation"
	case "51":
		return "system configuration or operation exception"
	case "52":
		return "procedure exception"
	case "G1":
		return "dependent object error"
	default:
		return "general processing exception"
	}
}

// generalText returns what a status says when it is not the last of its chain.
func generalText(status string) string {
	switch status {
	case "08N06":
		return "General network protocol error."
	case "08N11":
		return "The request is invalid and could not be processed by the server. See cause for further details."
	case "22N00":
		return "The provided value is unsupported and cannot be processed."
	case "22N38":
		return "Invalid argument, cannot process the function."
	default:
		return ""
	}
}

// conditionText returns the name of a status within its class, or nothing for
// the class itself.
func conditionText(status string) string {
	switch status[:2] {
	case "08":
		return connectionCondition(status)
	case "22":
		return dataCondition(status)
	case "25", "2D":
		return transactionCondition(status)
	case "42":
		return syntaxCondition(status)
	default:
		return generalCondition(status)
	}
}

func connectionCondition(status string) string {
	switch status {
	case "08N03":
		return "failed to write to graph"
	case "08N06":
		return "protocol error"
	case "08N09":
		return "database unavailable"
	case "08N10":
		return "invalid server state"
	case "08N11":
		return "request error"
	case "08N12":
		return "failed to parse bookmark"
	case "08N13":
		return "database not up to requested bookmark"
	default:
		return ""
	}
}

func dataCondition(status string) string {
	switch status {
	case "22003":
		return "numeric value out of range"
	case "22004":
		return "null value not allowed"
	case "22012":
		return "division by zero"
	case "22015":
		return "interval field overflow"
	case "22G03":
		return "invalid value type"
	case "22N00":
		return "unsupported value"
	case "22N01":
		return "invalid type"
	case "22N03":
		return "specified numeric value out of range"
	case "22N04":
		return "invalid input value"
	case "22N05":
		return "input failed validation"
	case "22N11":
		return "invalid argument"
	case "22N21":
		return "unsupported coordinate reference system"
	case "22N27":
		return "invalid entity type"
	case "22N28":
		return "overflow error"
	case "22N31":
		return "invalid properties in merge pattern"
	case "22N38":
		return "invalid function argument"
	case "22N43":
		return "unable to load external resource"
	case "22N51":
		return "graph reference not found"
	case "22N54":
		return "invalid map"
	case "22N56":
		return "protocol message length limit overflow"
	case "22N57":
		return "invalid protocol type"
	case "22NB1":
		return "type mismatch"
	case "22NB5":
		return "unsupported time zone identifier"
	case "22NBE":
		return "invalid vector dimension"
	case "22NBG":
		return "invalid vector value"
	default:
		return schemaCondition(status)
	}
}

// schemaCondition has the data exceptions that come from the schema.
func schemaCondition(status string) string {
	switch status {
	case "22N64":
		return "constraint does not exist"
	case "22N65":
		return "equivalent constraint already exists"
	case "22N67":
		return "duplicated constraint name"
	case "22N69":
		return "index does not exist"
	case "22N70":
		return "equivalent index already exists"
	case "22N71":
		return "duplicated index name"
	case "22N79":
		return "property uniqueness constraint violated"
	case "22N80":
		return "index entry conflict"
	case "22N97":
		return "unexpected struct tag"
	default:
		return ""
	}
}

func transactionCondition(status string) string {
	switch status {
	case "25N01":
		return "invalid combination of statement types"
	case "25N02":
		return "unable to complete transaction"
	case "25N05":
		return "transaction closed"
	case "25N13":
		return "cannot access entity after removal"
	case "25N14":
		return "transaction termination client error"
	case "25N16":
		return "transaction termination transient error"
	case "25N17":
		return "implicit transaction required"
	case "2DN01":
		return "commit failed"
	default:
		return ""
	}
}

func syntaxCondition(status string) string {
	switch status {
	case "42001":
		return "invalid syntax"
	case "42I06":
		return "invalid input"
	case "42I13":
		return "invalid number of procedure or function arguments"
	case "42I14":
		return "invalid number of relationship types"
	case "42I24":
		return "invalid use of aggregate function"
	case "42N00":
		return "graph reference not found"
	case "42N02":
		return "writing in read access mode"
	case "42N08":
		return "no such procedure"
	case "42N11":
		return "database or alias already exists"
	case "42N21":
		return "unaliased return item"
	case "42N31":
		return "specified number out of range"
	case "42N38":
		return "duplicate return item name"
	case "42N39":
		return "incompatible return column names"
	case "42N48":
		return "no such function"
	case "42N59":
		return "variable already defined"
	case "42N62":
		return "variable not defined"
	case "42N81":
		return "missing request parameter"
	case "42NFF":
		return "permission/access denied"
	default:
		return ""
	}
}

func generalCondition(status string) string {
	switch status {
	case "50N05":
		return "deadlock detected"
	case "50N10":
		return "index drop failed"
	case "50N11":
		return "constraint creation failed"
	case "50N12":
		return "constraint drop failed"
	case "50N42":
		return "unexpected error"
	case "51N00":
		return "internal resource exhaustion"
	case "51N27":
		return "not supported in this edition"
	case "51N38":
		return "no threads available"
	case "51N54":
		return "max number of databases reached"
	case "51N72":
		return "memory pool out of memory"
	case "G1001":
		return "edges still exist"
	default:
		return ""
	}
}
