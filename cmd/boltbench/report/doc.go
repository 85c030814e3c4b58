// Package report holds the results of runs, in the form of their JSON files, and
// shows them: as a table, as CSV, as a page, and side by side.
//
// # Format
//
// Files have a format number. What an older number means is not guessed: such
// a file is refused.
package report
