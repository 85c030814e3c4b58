package catalog

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/drawbolt/drawbolt/storage"
)

// NewImporter claims the data directory in o for filling its default database,
// which must be empty or not there yet. release gives the directory back, behind
// the end of the importer.
func NewImporter(o storage.Options) (to *storage.Importer, release func() error, err error) {
	fs, dir := cmp.Or[vfs.FS](o.FS, vfs.Default), o.Directory
	if release, err = storage.Lock(fs, dir); err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, release())
		}
	}()
	home := fs.PathJoin(dir, databasesDirectory, homeDirectory)
	var stores [3]bool
	for i, path := range [...]string{dir, fs.PathJoin(dir, systemDirectory), home} {
		if stores[i], err = storage.IsStore(fs, path); err != nil {
			return nil, nil, err
		}
	}
	if stores[0] || stores[1] && !stores[2] {
		return nil, nil, fmt.Errorf("catalog: the data directory %s is not empty", dir)
	}
	if err := fs.MkdirAll(fs.PathDir(home), 0o700); err != nil {
		return nil, nil, fmt.Errorf("catalog: %w", err)
	}
	if err := errors.Join(storage.SyncDirectory(fs, dir), storage.SyncDirectory(fs, fs.PathDir(dir))); err != nil {
		return nil, nil, err
	}
	o.Directory = home
	to, err = storage.NewImporter(o)
	return to, release, err
}
