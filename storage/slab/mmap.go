//go:build linux && !race

package slab

import (
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// mapsRegions tells that chunks are cut from mapped regions.
const mapsRegions = true

// mapMemory maps anonymous memory of n bytes and room for aligning it to
// chunks. Pages come into being when they are touched.
func mapMemory(n int) ([]byte, error) {
	b, err := unix.Mmap(-1, 0, n+ChunkBytes, unix.PROT_READ|unix.PROT_WRITE,
		unix.MAP_ANON|unix.MAP_PRIVATE|unix.MAP_NORESERVE)
	if err != nil {
		return nil, err
	}
	// Huge pages are an optimisation: kernels without them answer EINVAL.
	_ = unix.Madvise(b, unix.MADV_HUGEPAGE)
	return b, nil
}

func unmap(b []byte) error { return unix.Munmap(b) }

// newDirectory returns a zeroed array of n pointers to chunks. It lies outside
// the heap too: a collector that looks at half a megabyte of nil pointers for
// every table would be noticed.
func newDirectory[T any](m *Memory, n int) ([]atomic.Pointer[T], error) {
	b, err := unix.Mmap(-1, 0, n*int(unsafe.Sizeof(uintptr(0))), unix.PROT_READ|unix.PROT_WRITE,
		unix.MAP_ANON|unix.MAP_PRIVATE|unix.MAP_NORESERVE)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	m.regions = append(m.regions, b)
	m.mu.Unlock()
	return unsafe.Slice((*atomic.Pointer[T])(unsafe.Pointer(unsafe.SliceData(b))), n), nil
}
