// Package bench measures the built server over loopback and sets every figure
// beside a bare echo server of the same run: a process that reads Bolt frames
// and answers fixed bytes. Times move with the machine, ratios hardly do.
//
// # Figures
//
// Each benchmark reports the server's own CPU time per request or row
// (server-µs/op), taken from the operating system for the whole process, and
// its ratio to the echo (x-echo). The client runs beside the server on the same
// cores, so ns/op says little; the CPU time is the server's alone.
//
// Run it with make bench.
package bench
