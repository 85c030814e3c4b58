// Package tck runs the openCypher compatibility kit against a server, over Bolt
// and with a driver, as an application would see it.
//
// # The kit
//
// The scenarios are read from a published archive, which [Locate] finds in a
// cache or fetches with Maven, and which is checked by its hash. Nothing of it
// is kept in this repository.
//
// # What counts as passed
//
// A scenario passes when its results, column names, side effects and errors
// are as written. Side effects are differences of the whole graph before and
// after, not counters. For errors there are degrees, see [Options].
//
// # Reading the numbers
//
// A runner proves nothing until a second engine passes it: the same runner
// gives a reference server the number that is known for it.
package tck
