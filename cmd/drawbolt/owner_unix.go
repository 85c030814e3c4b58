//go:build unix

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// checkOwner refuses a data directory of another user: files that root has
// written once would lock the service's user out for ever.
func checkOwner(dir string) error {
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("--%s: %w", flagDataDirectory, err)
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	if uid := os.Geteuid(); ok && int(s.Uid) != uid {
		return fmt.Errorf("--%s=%s belongs to user %d, but this process runs as user %d; start it as the owner or change the owner", flagDataDirectory, dir, s.Uid, uid)
	}
	return nil
}
