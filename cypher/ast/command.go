package ast

import "strings"

// A CreateIndex defines an index, in Neo4j's spelling or Memgraph's.
type CreateIndex struct {
	Span
	Kind IndexKind
	// Name is "" when the text gives none.
	Name string
	// NameParameter is set instead of Name when the name is a parameter.
	NameParameter *Parameter
	OrReplace     bool
	IfNotExists   bool
	// Relationship says that relationships are indexed, by type.
	Relationship bool
	// Labels are the labels or types: one, or more for full-text indexes. An
	// index over all entities (a look-up index or a global one) has none.
	Labels []string
	// Keys are the properties; none for an index of labels or types.
	Keys []string
	// Options is the map behind OPTIONS or WITH CONFIG; nil without.
	Options Expr
}

// An IndexKind is what an index can be asked.
type IndexKind uint8

// The kinds of indexes. IndexRange is the one that is meant when the text
// says nothing.
const (
	IndexRange IndexKind = iota
	IndexText
	IndexPoint
	IndexFulltext
	IndexVector
	IndexLookup
)

// A DropIndex removes an index by name or by what it indexes.
type DropIndex struct {
	Span
	Name          string
	NameParameter *Parameter
	IfExists      bool
	// Target describes the index when it has no name in the text; nil
	// otherwise.
	Target *CreateIndex
	// All is DROP ALL INDEXES.
	All bool
}

// A CreateConstraint defines a constraint, in Neo4j's spelling or Memgraph's.
type CreateConstraint struct {
	Span
	Kind          ConstraintKind
	Name          string
	NameParameter *Parameter
	OrReplace     bool
	IfNotExists   bool
	// Assert is the form ON … ASSERT of Memgraph, where an index on the same
	// keys is no obstacle.
	Assert       bool
	Relationship bool
	Label        string
	Keys         []string
	// Type is the type of a ConstraintType; nil otherwise.
	Type    *TypeName
	Options Expr
}

// A ConstraintKind is what a constraint requires.
type ConstraintKind uint8

// The kinds of constraints.
const (
	ConstraintUnique ConstraintKind = iota + 1
	ConstraintExists
	ConstraintKey
	ConstraintType
)

// A DropConstraint removes a constraint by name or by what it requires.
type DropConstraint struct {
	Span
	Name          string
	NameParameter *Parameter
	IfExists      bool
	// Target describes the constraint when it has no name in the text; nil
	// otherwise.
	Target *CreateConstraint
	// All is DROP ALL CONSTRAINTS.
	All bool
}

// A Show lists something: SHOW INDEXES, SHOW STORAGE INFO, SHOW CURRENT USER.
type Show struct {
	Span
	// Subject is what to list, upper-case, words separated by one blank and
	// without SHOW: "INDEXES", "STORAGE INFO", "CURRENT USER". Spellings that
	// mean the same (INDEX, INDEXES) read as the plural.
	Subject string
	// Verb is empty for SHOW. Other statements with rows have their first word
	// here: TERMINATE TRANSACTIONS, DUMP DATABASE.
	Verb string
	// Args are names and values in the text, such as the ids of SHOW
	// TRANSACTIONS or the user of SHOW ROLE FOR.
	Args []Arg
	// Source is the text from the subject up to YIELD or the end.
	Source string
	// Yields says that there was a YIELD; YieldAll that it was YIELD *.
	Yields   bool
	YieldAll bool
	Yield    []*YieldItem
	// Order, Skip and Limit belong to YIELD.
	Order []*SortItem
	Skip  Expr
	Limit Expr
	Where Expr
	// Return is nil without RETURN.
	Return *Return
	// Outputs are set by the analysis: the columns that are bound, by YIELD or
	// all that are known.
	Outputs []*YieldItem
}

// Name returns the fixed words of the statement: "SHOW INDEXES", "TERMINATE
// TRANSACTIONS".
func (s *Show) Name() string {
	if s.Verb == "" {
		return "SHOW " + s.Subject
	}
	return s.Verb + " " + s.Subject
}

// A Transaction is a transaction command as text.
type Transaction struct {
	Span
	Kind TransactionKind
}

// A TransactionKind names a [Transaction].
type TransactionKind uint8

// The transaction commands.
const (
	Begin TransactionKind = iota + 1
	Commit
	Rollback
)

// A Command is an administration statement that the engine hands on or
// refuses by name: CREATE DATABASE, SET DATABASE SETTING, RELOAD BOLT_SERVER
// TLS.
type Command struct {
	Span
	// Name is the fixed words, upper-case, separated by one blank.
	Name string
	// Args are the variable parts, in order. A name that is no string in the
	// text is a string literal here.
	Args []Arg
	// Source is the text of the statement. It may hold a password.
	Source string
}

// An Arg is a variable part of a [Command]: a value, or a flag such as IF NOT
// EXISTS, which has no value.
type Arg struct {
	Span
	// Key names the part, in lower case with underscores: "user",
	// "if_not_exists".
	Key   string
	Value Expr
}

// Arg returns the value of the argument with that key. ok is false when the
// text did not have it; a flag has a nil value.
func (c *Command) Arg(key string) (value Expr, ok bool) {
	for i := range c.Args {
		if c.Args[i].Key == key {
			return c.Args[i].Value, true
		}
	}
	return nil, false
}

func (*CreateIndex) body()      {}
func (*DropIndex) body()        {}
func (*CreateConstraint) body() {}
func (*DropConstraint) body()   {}
func (*Show) body()             {}
func (*Transaction) body()      {}
func (*Command) body()          {}

// Show returns the command as a statement with rows.
func (c *Command) Show() *Show {
	verb, subject, _ := strings.Cut(c.Name, " ")
	return &Show{Span: c.Span, Verb: verb, Subject: subject, Args: c.Args, Source: strings.TrimSpace(c.Source[len(verb):])}
}
