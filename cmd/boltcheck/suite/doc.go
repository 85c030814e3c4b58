// Package suite checks a Bolt server byte by byte. It knows nothing of any
// server's insides and shares no code with drawbolt's own codec, so that a
// fault there can not hide itself: it has an encoder, a decoder and a table of
// versions of its own, all of them simple.
//
// # Checks
//
// Most checks are scripts in checks/*.check, a text format that
// [ParseChecks] documents; the regular ones (every marker, every split, every
// message in every state) are generated. Each check names the section of the
// public documentation that it rests on, the versions that it holds for, and
// its class:
//
//   - specified: the documentation says so;
//   - reference: Neo4j does so and clients may rely on it;
//   - own: drawbolt's decision where others are free.
//
// Only the first two are fair to other servers, and both classes are proven by
// running them against Neo4j.
//
// # What a server goes through
//
// Every check has connections of its own. Some write nodes with labels that
// begin with BoltCheck; each removes what it wrote or rolls it back.
//
// # Limits
//
// A check has a time limit for each answer. Messages from the server may have
// 64 MiB and nest 500 deep.
package suite
