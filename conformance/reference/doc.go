// Package reference runs a real Neo4j Community server in tests. It is the
// oracle for what the documentation of Bolt and Cypher leaves open: the same
// bytes and the same statements go to it and to drawbolt, and every difference
// is either a fault or a decision with a reason.
//
// # Requirements
//
// Java 17 and Maven on the PATH, and about 150 MB of artifacts, which Maven
// keeps in its own repository; the first use fetches them. The class path is
// remembered in the user's cache folder. As this is more than `make check` may
// ask for, tests with a reference server are skipped unless the environment
// variable DRAWBOLT_REFERENCE is set to 1, and also, with the reason, where Java
// or Maven is missing.
//
// Release 2026.08.1, which speaks Bolt 6, needs Java 21 or newer: set
// DRAWBOLT_REFERENCE_JAVA to such a java command and DRAWBOLT_REFERENCE_RELEASE
// to the release.
//
// # Life cycle
//
// [Start] writes a configuration into a temporary folder, starts the server on
// a free loopback port, waits until Bolt answers and kills it when the test
// ends. A start takes 5 to 10 seconds and the server 500 MB, so a test should
// start one and use it for all of its cases. The server also ends when the test
// process dies.
//
// Neo4j Community is licensed under the GPLv3. It is only run here, as a
// separate process; nothing of it is linked or shipped.
package reference
