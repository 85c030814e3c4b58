//go:build !race

package storage_test

const sampling = 1
