// Package binary builds the drawbolt command once per test process and runs it
// as a user would: as a process of its own, reached over loopback only.
//
// # Life cycle
//
// [Start] waits until the server prints its address and stops it when the test
// ends. A test that wants to see a crash or a clean stop calls [Server.Kill] or
// [Server.Stop] itself and may then start another server on the same data
// directory.
package binary
