// Package tls is the acceptance list for TLS, WebSocket and what surrounds them:
// 49 numbered items, run against the built binary on loopback with a throw-away
// authority. Its result is a table that names each item as passed, failed, or
// not run with the reason, and the count.
//
// Items run beside each other; those that only wait take no place among those
// that compute. A part that needs another program (openssl, gnutls-cli, testssl,
// sslscan, nmap, node, chromium) is printed as not run where there is none, and
// its item counts as run in part. DRAWBOLT_TLS_ROUNDS=n, which `make tls-check`
// sets, repeats n times what is tested by repetition: timed logins and random
// bytes. DRAWBOLT_TLS_WRITE=1 writes COSTS.md, the numbers of item 40.
package tls
