package ast

// masked prints a password: its text must not get into messages.
func masked(dst []byte, e Expr) []byte {
	if p, ok := e.(*Parameter); ok {
		return p.appendTo(dst)
	}
	return append(dst, "'****'"...)
}

func appendAccounts(dst []byte, list []Expr) []byte {
	for i, e := range list {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = e.appendTo(dst)
	}
	return dst
}

func (a *UserAttributes) appendTo(dst []byte) []byte {
	if a.Password != nil {
		dst = masked(append(dst, " SET PASSWORD "...), a.Password)
	}
	if e := a.Expired; e != nil {
		dst = append(dst, " SET PASSWORD CHANGE"...)
		dst = appendFlag(dst, !*e, " NOT")
		dst = append(dst, " REQUIRED"...)
	}
	if s := a.Suspended; s != nil {
		word := " SET STATUS ACTIVE"
		if *s {
			word = " SET STATUS SUSPENDED"
		}
		dst = append(dst, word...)
	}
	return dst
}

func (c *CreateUser) appendTo(dst []byte) []byte {
	dst = append(dst, "CREATE"...)
	dst = appendFlag(dst, c.OrReplace, " OR REPLACE")
	dst = c.Name.appendTo(append(dst, " USER "...))
	dst = appendFlag(dst, c.IfNotExists, " IF NOT EXISTS")
	return c.UserAttributes.appendTo(dst)
}

func (c *AlterUser) appendTo(dst []byte) []byte {
	dst = c.Name.appendTo(append(dst, "ALTER USER "...))
	dst = appendFlag(dst, c.IfExists, " IF EXISTS")
	return c.UserAttributes.appendTo(dst)
}

func (c *SetPassword) appendTo(dst []byte) []byte {
	dst = masked(append(dst, "SET PASSWORD TO "...), c.New)
	if c.Old != nil {
		dst = masked(append(dst, " REPLACE "...), c.Old)
	}
	return dst
}

// account is the word for a user or a role.
func account(role bool) string {
	if role {
		return " ROLE "
	}
	return " USER "
}

func (c *RenameAccount) appendTo(dst []byte) []byte {
	dst = c.From.appendTo(append(append(dst, "RENAME"...), account(c.Role)...))
	dst = appendFlag(dst, c.IfExists, " IF EXISTS")
	return c.To.appendTo(append(dst, " TO "...))
}

func (c *DropAccount) appendTo(dst []byte) []byte {
	dst = c.Name.appendTo(append(append(dst, "DROP"...), account(c.Role)...))
	return appendFlag(dst, c.IfExists, " IF EXISTS")
}

func (c *CreateRole) appendTo(dst []byte) []byte {
	dst = append(dst, "CREATE"...)
	dst = appendFlag(dst, c.OrReplace, " OR REPLACE")
	dst = c.Name.appendTo(append(dst, " ROLE "...))
	dst = appendFlag(dst, c.IfNotExists, " IF NOT EXISTS")
	return appendOptional(dst, " AS COPY OF ", c.CopyOf)
}

func (c *GrantRoles) appendTo(dst []byte) []byte {
	switch {
	case c.Replace && len(c.Roles) == 0:
		return appendAccounts(append(dst, "CLEAR ROLE FOR "...), c.Users)
	case c.Replace:
		dst = appendAccounts(append(dst, "SET ROLE FOR "...), c.Users)
		return appendAccounts(append(dst, " TO "...), c.Roles)
	case c.Revoke:
		dst = appendAccounts(append(dst, "REVOKE ROLE "...), c.Roles)
		return appendAccounts(append(dst, " FROM "...), c.Users)
	default:
		dst = appendAccounts(append(dst, "GRANT ROLE "...), c.Roles)
		return appendAccounts(append(dst, " TO "...), c.Users)
	}
}

func (c *GrantPrivileges) appendTo(dst []byte) []byte {
	word, toward := "REVOKE", " FROM "
	switch c.Action {
	case Grant:
		word, toward = "GRANT", " TO "
	case Deny:
		word, toward = "DENY", " TO "
	case RevokeGrant:
		word = "REVOKE GRANT"
	case RevokeDeny:
		word = "REVOKE DENY"
	case Revoke:
	}
	dst = append(append(dst, word...), ' ')
	for i, p := range c.Privileges {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(dst, p...)
	}
	if c.Scope != "" {
		dst = append(append(dst, " ON "...), c.Scope...)
		dst = appendFlag(dst, c.Scope != "DBMS", " *")
	}
	if c.Part != "" {
		dst = appendFlag(dst, c.Scope == "", " ON")
		dst = append(append(dst, ' '), c.Part...)
	}
	return appendAccounts(append(dst, toward...), c.To)
}
