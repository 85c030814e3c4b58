package ast

func appendFlag(dst []byte, set bool, words string) []byte {
	if set {
		return append(dst, words...)
	}
	return dst
}

// appendSchemaName prints the optional name of an index or a constraint.
func appendSchemaName(dst []byte, name string, parameter *Parameter) []byte {
	switch {
	case parameter != nil:
		return parameter.appendTo(append(dst, ' '))
	case name != "":
		return appendName(append(dst, ' '), name)
	default:
		return dst
	}
}

// appendEntity prints the pattern of a schema command; labels joins by |.
func appendEntity(dst []byte, word string, relationship bool, labels []string) []byte {
	open, end := "(n", ")"
	if relationship {
		open, end = "()-[n", "]-()"
	}
	dst = append(append(dst, word...), open...)
	for i, l := range labels {
		sep := byte('|')
		if i == 0 {
			sep = ':'
		}
		dst = appendName(append(dst, sep), l)
	}
	return append(dst, end...)
}

func appendKeys(dst []byte, keys []string) []byte {
	for i, k := range keys {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = appendName(append(dst, "n."...), k)
	}
	return dst
}

var indexWords = [...]string{
	IndexRange: "", IndexText: " TEXT", IndexPoint: " POINT", IndexFulltext: " FULLTEXT",
	IndexVector: " VECTOR", IndexLookup: " LOOKUP",
}

// String returns the word for the kind as SHOW INDEXES has it.
func (k IndexKind) String() string {
	if k == IndexRange {
		return "RANGE"
	}
	return indexWords[k][1:]
}

func (c *CreateIndex) appendTo(dst []byte) []byte {
	dst = append(dst, "CREATE"...)
	dst = appendFlag(dst, c.OrReplace, " OR REPLACE")
	global := len(c.Labels) == 0 && c.Kind != IndexLookup
	switch {
	case global && c.Relationship:
		dst = append(dst, " GLOBAL EDGE INDEX ON :("...)
		return append(appendNames(dst, c.Keys), ')')
	case len(c.Keys) == 0 && c.Kind != IndexLookup:
		return c.appendOn(dst)
	}
	dst = append(append(dst, indexWords[c.Kind]...), " INDEX"...)
	dst = appendSchemaName(dst, c.Name, c.NameParameter)
	dst = appendFlag(dst, c.IfNotExists, " IF NOT EXISTS")
	dst = appendEntity(dst, " FOR ", c.Relationship, c.Labels)
	switch {
	case c.Kind == IndexLookup && c.Relationship:
		dst = append(dst, " ON EACH type(n)"...)
	case c.Kind == IndexLookup:
		dst = append(dst, " ON EACH labels(n)"...)
	case c.Kind == IndexFulltext:
		dst = append(appendKeys(append(dst, " ON EACH ["...), c.Keys), ']')
	default:
		dst = append(appendKeys(append(dst, " ON ("...), c.Keys), ')')
	}
	return appendOptional(dst, " OPTIONS ", c.Options)
}

// appendOn prints an index of a label or a type alone, which only Memgraph's
// spelling has.
func (c *CreateIndex) appendOn(dst []byte) []byte {
	dst = append(dst, indexWords[c.Kind]...)
	dst = appendFlag(dst, c.Relationship, " EDGE")
	dst = append(dst, " INDEX"...)
	dst = appendSchemaName(dst, c.Name, c.NameParameter)
	dst = appendFlag(dst, c.IfNotExists, " IF NOT EXISTS")
	dst = append(dst, " ON"...)
	for _, l := range c.Labels {
		dst = appendName(append(dst, " :"...), l)
	}
	return appendOptional(dst, " WITH CONFIG ", c.Options)
}

func (d *DropIndex) appendTo(dst []byte) []byte {
	if d.All {
		return append(dst, "DROP ALL INDEXES"...)
	}
	if t := d.Target; t != nil {
		dst = append(dst, "DROP"...)
		global := len(t.Labels) == 0
		dst = append(dst, indexWords[t.Kind]...)
		dst = appendFlag(dst, global, " GLOBAL")
		dst = appendFlag(dst, t.Relationship, " EDGE")
		dst = append(dst, " INDEX ON :"...)
		if !global {
			dst = appendName(dst, t.Labels[0])
		}
		if len(t.Keys) > 0 {
			dst = append(appendNames(append(dst, '('), t.Keys), ')')
		}
		return dst
	}
	dst = appendSchemaName(append(dst, "DROP INDEX"...), d.Name, d.NameParameter)
	return appendFlag(dst, d.IfExists, " IF EXISTS")
}

func (c *CreateConstraint) appendTo(dst []byte) []byte {
	dst = append(dst, "CREATE"...)
	dst = appendFlag(dst, c.OrReplace, " OR REPLACE")
	dst = append(dst, " CONSTRAINT"...)
	dst = appendSchemaName(dst, c.Name, c.NameParameter)
	dst = appendFlag(dst, c.IfNotExists, " IF NOT EXISTS")
	word, verb := " FOR ", " REQUIRE ("
	if c.Assert {
		word, verb = " ON ", " ASSERT ("
	}
	dst = appendEntity(dst, word, c.Relationship, []string{c.Label})
	dst = append(appendKeys(append(dst, verb...), c.Keys), ") IS "...)
	dst = c.appendRequirement(dst)
	return appendOptional(dst, " OPTIONS ", c.Options)
}

func (c *CreateConstraint) appendRequirement(dst []byte) []byte {
	switch c.Kind {
	case ConstraintUnique:
		return append(dst, "UNIQUE"...)
	case ConstraintExists:
		return append(dst, "NOT NULL"...)
	case ConstraintType:
		return c.Type.appendTo(append(dst, ":: "...))
	case ConstraintKey:
		if c.Relationship {
			return append(dst, "RELATIONSHIP KEY"...)
		}
		return append(dst, "NODE KEY"...)
	}
	return dst
}

func (d *DropConstraint) appendTo(dst []byte) []byte {
	if d.All {
		return append(dst, "DROP ALL CONSTRAINTS"...)
	}
	if t := d.Target; t != nil {
		dst = append(dst, "DROP CONSTRAINT ON (n:"...)
		dst = append(appendName(dst, t.Label), ") ASSERT "...)
		if t.Kind == ConstraintExists {
			return append(appendKeys(append(dst, "EXISTS ("...), t.Keys), ')')
		}
		dst = append(appendKeys(dst, t.Keys), " IS "...)
		if t.Kind == ConstraintType {
			return t.Type.appendTo(append(dst, "TYPED "...))
		}
		return t.appendRequirement(dst)
	}
	dst = appendSchemaName(append(dst, "DROP CONSTRAINT"...), d.Name, d.NameParameter)
	return appendFlag(dst, d.IfExists, " IF EXISTS")
}

func (s *Show) appendTo(dst []byte) []byte {
	if s.Verb == "" {
		dst = append(dst, "SHOW"...)
	}
	dst = append(append(append(dst, s.Verb...), ' '), s.Source...)
	dst = appendYield(dst, s.Yields, s.YieldAll, s.Yield)
	dst = appendOrder(dst, s.Order, s.Skip, s.Limit)
	dst = appendOptional(dst, " WHERE ", s.Where)
	if s.Return != nil {
		dst = s.Return.appendTo(append(dst, ' '))
	}
	return dst
}

func (t *Transaction) appendTo(dst []byte) []byte {
	switch t.Kind {
	case Begin:
		return append(dst, "BEGIN"...)
	case Commit:
		return append(dst, "COMMIT"...)
	case Rollback:
		return append(dst, "ROLLBACK"...)
	}
	return dst
}

func (c *Command) appendTo(dst []byte) []byte { return append(dst, c.Source...) }
