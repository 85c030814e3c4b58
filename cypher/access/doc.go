// Package access is the vocabulary of users, roles and privileges: what a
// statement needs, what an account may do, and the commands that change
// accounts.
//
// The engine asks a [Users] before each statement and hands it the commands; it
// is implemented by the server's login, which keeps the accounts. A server
// without a Users lets everybody do everything.
//
// # Concurrency
//
// All values are plain data. A [Principal] is shared and must not be changed.
package access
