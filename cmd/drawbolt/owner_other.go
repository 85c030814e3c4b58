//go:build !unix

package main

// checkOwner knows no owners here.
func checkOwner(string) error { return nil }
