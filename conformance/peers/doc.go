// Package peers runs boltbench against Drawbolt and against other servers that
// speak Bolt and install from ordinary registries, one after the other on this
// machine, and prints one table. `make peers` runs it.
//
// # Requirements
//
// Neo4j comes as package reference says. ArcadeDB comes from its Python package,
// which holds a Java of its own: Python with pip on the PATH and 70 MB. It is kept
// in the user's cache folder. A peer that can not be had is a skipped test that says
// why. KGLite's server has to be built with Cargo and is used when
// kglite-bolt-server is on the PATH.
//
// # What is compared
//
// All servers get the same graph and the same requests from the same client, each
// with commits in its durable mode; the table says what that is. Every query runs for a
// while before the measured run, so that Java has compiled what it will. Times on
// a machine that does other things mean little; compare the ratios of one run.
//
// # Environment
//
// DRAWBOLT_PEERS=1 runs the test, DRAWBOLT_PEERS_DIR keeps the results (JSON and one
// page), DRAWBOLT_PEERS_ARGS replaces the flags of boltbench.
package peers
