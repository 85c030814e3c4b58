// Package script is the language of stub scripts: what a client of the Bolt
// protocol is expected to send, and what it is sent.
//
//	!: BOLT 5.4
//	A: HELLO
//	A: LOGON
//	C: RUN "RETURN 1 AS n" "*" "*"
//	   PULL {"n": {"Z": "*"}}
//	S: SUCCESS {"fields": ["n"]}
//	   RECORD [1]
//	   SUCCESS {"type": "r"}
//	*: RESET
//	?: GOODBYE
//
// [Parse] reads a script and refuses one that could be played in two ways at
// once. A [Play] is the position of one connection in it: it is offered each
// message of the client, and then performs the lines of the server that follow.
//
// # Language
//
// One construct stands on a line; blanks around it mean nothing, and a line that
// begins with # is a comment. Lines of the head begin with !: and come first.
//
//	C: NAME field …     expect a message; the fields are patterns
//	S: NAME field …     send a message
//	   NAME field …     one more of the kind of the line above
//	A: NAME field …     expect a message, and answer as usual; without fields, any
//	?: *: +:            the same, at most once, any number of times, at least once
//	S: <EXIT>           close the connection at once: the play ends
//	S: <NOOP>           send an empty chunk
//	S: <RAW> hex        send bytes as they are
//	S: <SLEEP> s        wait
//	S: <ASSERT ORDER> s wait, and fail when the client sends something meanwhile
//	S: <RST>            reset it: the play ends
//	PY: statement       set variables, which all connections share
//	IF: ELIF: ELSE:     guard the one block that follows
//	{{ }}               a group
//	{{ ---- }}          alternatives: the first that takes the message
//	{{ ++++ }}          parallel: each in its order, all in any order
//	{? ?} {* *} {+ +}   optional, any number of times, at least once
//
// Statements and conditions are a small part of Python: variables, integers,
// floats, strings, booleans, None, lists, arithmetic, comparisons, in, and, or,
// not, = and += and the like.
//
// # Limits
//
// A script has at most 1 MiB and nests 50 deep.
//
// # Concurrency
//
// A Script may be played by many connections at once. A Play belongs to one.
package script
