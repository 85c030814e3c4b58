package gflags

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

const (
	// maxFileBytes bounds a flag file, so that a device or a wrong path can
	// not fill the memory. A file with every flag has some 40 KiB.
	maxFileBytes = 1 << 20
	// maxFileDepth bounds files that include files.
	maxFileDepth = 16
)

// readFile applies one flag file. A relative path starts at the working
// directory, also inside another file. A file that can not be read ends the
// parse.
func (s *Set) readFile(name string) {
	if s.fatal != "" {
		return
	}
	resolved, err := filepath.EvalSymlinks(name)
	if err != nil {
		resolved = name // a pipe has no path; opening it decides
	}
	if resolved, err = filepath.Abs(resolved); err != nil {
		s.fatal = fileError(name, err)
		return
	}
	if slices.Contains(s.files, resolved) {
		s.fatal = fmt.Sprintf("%s: flag file includes itself", name)
		return
	}
	if len(s.files) == maxFileDepth {
		s.fatal = fmt.Sprintf("%s: flag files nest deeper than %d", name, maxFileDepth)
		return
	}
	data, err := readBounded(name)
	if err != nil {
		s.fatal = fileError(name, err)
		return
	}
	s.files = append(s.files, resolved)
	s.parseFile(name, data)
	s.files = s.files[:len(s.files)-1]
}

func readBounded(name string) ([]byte, error) {
	f, err := os.Open(name) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	data, err := io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFileBytes {
		return nil, fmt.Errorf("flag file is larger than %d bytes", maxFileBytes)
	}
	return data, nil
}

// fileError words a system error as perror does: path, colon, reason.
func fileError(name string, err error) string {
	reason := err.Error()
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		reason = errno.Error()
		reason = strings.ToUpper(reason[:1]) + reason[1:]
	}
	return name + ": " + reason
}

// parseFile applies the lines of data; name is the path in messages.
func (s *Set) parseFile(name string, data []byte) {
	if rest, ok := bytes.CutPrefix(data, []byte("\xef\xbb\xbf")); ok {
		s.warn("%s: starts with a byte order mark, which is ignored", name)
		data = rest
	}
	sawCR := false
	number := 0
	for line := range strings.Lines(string(data)) {
		number++
		if s.fatal != "" {
			return
		}
		line = strings.TrimSuffix(line, "\n")
		if cut, ok := strings.CutSuffix(line, "\r"); ok {
			line = cut
			if !sawCR {
				sawCR = true
				s.warn("%s:%d: lines end with CR LF; the CR is ignored", name, number)
			}
		}
		line = strings.TrimLeft(line, " \t\v\f\r")
		if line == "" || line[0] == '#' {
			continue
		}
		if cut := strings.TrimRight(line, " \t\v\f\r"); cut != line {
			s.warn("%s:%d: blanks at the end of the line are ignored", name, number)
			line = cut
		}
		s.parseLine(line, Origin{Source: FromFile, File: name, Line: number})
	}
}

// parseLine applies one line without surrounding blanks. Everything behind the
// first equals sign is the value: there are no quotes and no comments in it.
func (s *Set) parseLine(line string, origin Origin) {
	if line[0] != '-' {
		if !s.isSection(line) {
			s.fail(origin.String(), problem{
				text:   fmt.Sprintf("'%s' is neither a flag, a comment nor a section of this program%s", line, origin.suffix()),
				inFile: true,
			})
		}
		return
	}
	name, value, given := strings.Cut(undash(line), "=")
	if word, _, ok := strings.Cut(name, " "); ok {
		p := problem{text: fmt.Sprintf("unknown command line flag '%s'", name) + origin.suffix(), inFile: true}
		if s.find(word) != nil {
			p.text += fmt.Sprintf("; in a flag file write --%s=VALUE", word)
		}
		s.fail(name+origin.suffix(), p)
		return
	}
	e, value, given := s.resolve(name, value, given, origin)
	if e == nil {
		return
	}
	if !given {
		s.missing(e, name, line, origin)
		return
	}
	s.apply(e, value, origin)
}

// isSection reports whether one of the globs on line matches this program.
func (s *Set) isSection(line string) bool {
	names := append([]string{s.opts.Program, path.Base(s.opts.Program)}, s.opts.Sections...)
	for glob := range strings.FieldsSeq(line) {
		for _, name := range names {
			if ok, err := path.Match(glob, name); err == nil && ok {
				return true
			}
		}
	}
	return false
}
