// Package tlstest makes certificate authorities, certificates and revocation
// lists that live as long as one test.
//
// # Limits
//
// Keys are small and nothing is random enough to be kept: use it in tests only.
//
// # Concurrency
//
// A CA may issue from several goroutines.
package tlstest
