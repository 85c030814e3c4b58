//go:build race

package storage_test

// sampling is how many of the faults that could be tried are left out for each
// one that is: with the race detector everything takes twenty times as long.
const sampling = 25
