//go:build race || !linux

package slab

import "sync/atomic"

// mapsRegions tells that chunks are slices of the Go heap.
const mapsRegions = false

func mapMemory(n int) ([]byte, error) { return make([]byte, n), nil }

func unmap([]byte) error { return nil }

func newDirectory[T any](_ *Memory, n int) ([]atomic.Pointer[T], error) {
	return make([]atomic.Pointer[T], n), nil
}
