// Package auth keeps the users of a server, their roles and privileges, and
// decides about logins.
//
// # Users
//
// As long as there are no users, every login is accepted. The first user gets
// the role admin; later ones may do nothing with the data before somebody grants
// them a role or privileges. Every change is written by a [Keeper] before it
// holds: what can not be kept does not happen. A file that can not be read stops
// the start, because a server without its users would be open to everybody.
//
// # Logins
//
// Passwords are hashed by bcrypt in a bounded pool, outside any lock. That a
// password fits a stored hash is remembered for a minute under a keyed hash of
// both, so that a pool of connections pays once; who the user is and what it may
// do is never remembered. A name that does not exist costs what a wrong password
// costs. Failures are counted for each user and each address: after some a lock
// follows whose time doubles. It never keeps out a right password from an
// address that has logged in as that user before.
//
// # Limits
//
// Passwords have at most 72 bytes, which is all that bcrypt looks at. The tables
// of failures, known addresses and checked passwords are bounded.
//
// # Concurrency
//
// A [Users] may be used by many goroutines. Readers take an immutable state
// without a lock; changes are made one at a time on a copy.
package auth
