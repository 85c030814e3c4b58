// Package tls is the acceptance list for TLS, WebSocket and what surrounds them:
// 49 numbered items, run against the built binary on loopback with a throw-away
// authority. Its result is a table that names each item as passed, failed, or
// not run with the reason, and the count.
//
// Rows that need another program (openssl, gnutls-cli, testssl, sslscan, nmap)
// run when it is found. DRAWBOLT_TLS_CHECK=1, which `make tls-check` sets, adds
// the rows that take minutes.
package tls
