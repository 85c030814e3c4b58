// Package ws tests Bolt over WebSocket against the built binary: sessions in
// frames of any size, requests that are no upgrades, web pages of other origins,
// and the refusal in TLS mode.
package ws
