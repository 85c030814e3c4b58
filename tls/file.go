package tls

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// maxFileBytes bounds a file of key material. The largest honest one, the trust
// bundle of an operating system, has some 250 kB.
const maxFileBytes = 8 << 20

// A secrecy says how strictly the permissions of a file are judged.
type secrecy uint8

const (
	public    secrecy = iota + 1 // certificates
	private                      // keys: nobody else may write, reading is a Problem
	secretive                    // nobody else may read
)

// read returns the contents of a regular file after its permissions are checked.
func (l *loader) read(flag, what, path string, s secrecy) ([]byte, error) {
	fail := func(reason, remedy string, err error) error {
		return &Error{Flag: flag, What: what, Path: path, Reason: reason, Remedy: remedy, Err: err}
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fail("no such file", "check the path", err)
	case err != nil:
		return nil, fail(cause(err), "check the path and the permissions of its directories", err)
	case info.IsDir():
		return nil, fail("is a directory", "name a file", nil)
	case !info.Mode().IsRegular():
		return nil, fail("is not a regular file", "name a file", nil)
	}
	if reason, remedy := l.judge(flag, path, info, s); reason != "" {
		return nil, fail(reason, remedy, nil)
	}
	f, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		owner, _ := owner(info)
		return nil, fail(fmt.Sprintf("%s; it belongs to uid %d with mode %04o, this process has uid %d",
			cause(err), owner, info.Mode().Perm(), os.Getuid()),
			fmt.Sprintf("chown %d %s && chmod 400 %s", os.Getuid(), path, path), err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	data, err := io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	switch {
	case err != nil:
		return nil, fail(cause(err), "", err)
	case len(data) > maxFileBytes:
		return nil, fail(fmt.Sprintf("is larger than %d bytes", maxFileBytes), "name the right file", nil)
	case len(data) == 0:
		return nil, fail("is empty", "", nil)
	}
	return data, nil
}

// judge looks at the permissions of a file with a secret. It returns why the file
// is refused, or reports a Problem.
func (l *loader) judge(flag, path string, info fs.FileInfo, s secrecy) (reason, remedy string) {
	mode := info.Mode().Perm()
	if s == public || mode&0o077 == 0 {
		return "", ""
	}
	if uid, known := owner(info); known && uid == 0 && mode&0o037 == 0 {
		return "", "" // root's file, readable by a group: how packages install keys
	}
	remedy = "chmod 400 " + path
	if mode&0o022 != 0 {
		return fmt.Sprintf("has mode %04o, so that others can write it", mode), remedy
	}
	text := fmt.Sprintf("has mode %04o, so that others can read it", mode)
	if s == secretive || l.opts.StrictKeyPermissions {
		return text, remedy
	}
	l.exposed = true
	l.problem(Warning, flag, path, text+"; "+remedy)
	return "", ""
}

// cause is the innermost text of a file error, which has no path in it.
func cause(err error) string {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err.Error()
	}
	return err.Error()
}
