package jolt

import "github.com/drawbolt/drawbolt/bolt"

// A Version is a version of the notation. It decides which structures its
// sigils stand for.
type Version uint8

// The versions.
const (
	V1 Version = iota + 1 // Bolt 1 to 4.4
	V2                    // Bolt 5: element ids, date-times in UTC
	V3                    // Bolt 6.0: vectors and unsupported types
	V4                    // Bolt 6.1: UUIDs
)

// VersionOf returns the version of the notation that belongs to a version of
// Bolt.
func VersionOf(v *bolt.Version) Version {
	switch {
	case v.UUIDs:
		return V4
	case v.Vectors:
		return V3
	case v.ElementIDs:
		return V2
	default:
		return V1
	}
}
