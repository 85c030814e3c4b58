// Package gflags compares the server's flag parser with the C++ library whose
// rules it follows: a program with some of the server's flags is compiled against
// libgflags, and both get the same command lines, flag files and environments.
// Where they differ on purpose, the case says why, and fails when they agree.
package gflags
