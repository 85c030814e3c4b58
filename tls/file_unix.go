//go:build unix

package tls

import (
	"io/fs"
	"syscall"
)

// owner returns the user id that a file belongs to.
func owner(info fs.FileInfo) (uid uint32, known bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return st.Uid, true
}
