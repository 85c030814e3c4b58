// Package load reads graphs from CSV files with typed headers, in the forms of
// Neo4j's offline importer, into an empty store.
//
// # Files
//
// A group is a list of files of which the first line is the header: a file for
// the header alone, or one with rows behind it. A column is name:TYPE, where TYPE
// is a type of values, with [] behind it a list of them, or one of ID, LABEL,
// START_ID, END_ID, TYPE and IGNORE. ID, START_ID and END_ID may name a space of
// identifiers in parentheses. Files may be compressed with gzip.
//
// # Errors
//
// A row that can not be read is an error that names file and line. Rows that
// repeat an identifier or point to a node that is not there can be left out by
// choice, are reported, and are bounded in number.
//
// # Limits
//
// A field has at most 16 MiB.
package load
