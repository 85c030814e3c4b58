// Package isolation finds out what isolation a database has given, from a history
// of transactions that append to lists and read them.
//
// A list shows in which order its values were appended, so that one read tells
// who came before whom: by appending after another (ww), by reading what another
// has appended (wr), by having read before another appended (rw). A circle of
// such dependencies is an anomaly, and the kinds of its edges tell which. The
// method and the names are those of Adya and of Kingsbury and Alvaro (Elle).
//
// Every value is appended to a list at most once.
package isolation
