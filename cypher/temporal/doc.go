// Package temporal computes with Cypher's temporal values: dates, times of day,
// date-times with and without zone, and durations.
//
// It parses and prints them, makes them from maps and from one another, reads
// their components, truncates them, and does their arithmetic. All results are
// [graph.Value]; all arguments must have the kinds that the functions name.
//
// # Range
//
// Years reach from -999,999,999 to 999,999,999 in the proleptic Gregorian
// calendar. Days, seconds and months are int64 and nanoseconds stand apart:
// nothing here uses [time.Duration], which holds 292 years.
//
// # Zones
//
// Zone names are those of the IANA database in the copy that Go carries, with
// the names that release 2022b merged resolved first, so that dates before 1970
// agree with other implementations. A local time in a gap moves forward by the
// length of the gap; of the two instants of an overlap, the earlier is meant.
// The offset of a value with a zone name follows from the name and the instant;
// the one in [graph.Zone] is a copy for readers and is not trusted.
//
// # Concurrency
//
// Everything may be called from many goroutines. Loaded zones are remembered;
// their number is bounded by the number of zone names.
package temporal
