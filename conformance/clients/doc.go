// Package clients runs one scenario with many clients against the built server
// and compares what they print, over TLS and once in plaintext.
//
// # Programs
//
// A client is a folder with a pinned manifest of its own and a program, or two
// manifests for one program when versions of a driver share an API. A program
// prints one line a step of the scenario, "step: result", and nothing else. What
// its API has no way to do is a line too, "step: not covered: why"; the table of
// clients lists these, so none can slip in. "step: failed: text" is never right.
//
// A program gets its surroundings in the environment: DRAWBOLT_HOST,
// DRAWBOLT_PORT, DRAWBOLT_USER, DRAWBOLT_PASSWORD, DRAWBOLT_VALUES (the file of
// values) and, over TLS, DRAWBOLT_CA. It asks for what it can not do itself with
// a line "> restart" (the server is killed and started again on its port and
// data) or "> reload" (the server gets a new certificate) and waits for a line
// on its standard input.
//
// # Values
//
// testdata/values.txt holds one value a line: name, expression and text, with
// tabs between them. A program evaluates the expression, prints the value it got
// from its driver in the notation below, sends the same value as a parameter and
// lets the server compare. Expressions that begin with MATCH are whole queries,
// for values that no parameter can hold.
//
//	null true 42                 as in Cypher
//	f3ff8000000000000 fNaN       floats by their bits
//	"a\u{E9}"                    strings; all but printable ASCII escaped
//	b00ff                        bytes
//	[1, 2] {a: 1, b: 2}          lists; maps with keys in order
//	(:A:B {k: 1}) [:T {k: 1}]    nodes and relationships, labels in order
//	(:A {})-[:T {}]->(:B {})     paths
//	date 2024-02-29              and time 12:00:00.000000000 +3600 (offset in seconds),
//	datetime 2024-02-29T12:00:00.000000000 +3600 Europe/Berlin,
//	localtime, localdatetime
//	duration 1 2 3 4             months, days, seconds, nanoseconds
//	point 7203 f… f…
//
// # Caches
//
// What a client needs is installed and built below the user's cache directory,
// once for each content of its folder. A client whose tools are missing is
// printed as not run, with the reason.
package clients
