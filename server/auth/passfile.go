package auth

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// maxPassfileLine bounds the line of a file with a user.
const maxPassfileLine = 4096

// ReadPassfile returns the user and the password in the first line of a file:
//
//	user:password
//
// A colon inside of either is written \:. The error names the file, the line and
// what to do, and nothing of the contents.
func ReadPassfile(path string) (user, password string, err error) {
	f, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return "", "", err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	line, err := bufio.NewReader(io.LimitReader(f, maxPassfileLine+1)).ReadBytes('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", "", fmt.Errorf("%s: %w", path, err)
	}
	user, password, err = ParsePassfileLine(bytes.TrimRight(line, "\r\n"))
	if err != nil {
		return "", "", fmt.Errorf("%s:1: %w; the first line must be user:password, with \\: for a colon inside of either", path, err)
	}
	return user, password, nil
}

// The faults of a line.
var (
	errLineLong   = errors.New("the line is too long")
	errLineText   = errors.New("the line is not UTF-8 text")
	errLineFields = errors.New("the line has not exactly two fields")
	errLineEmpty  = errors.New("the user or the password is empty")
)

// ParsePassfileLine splits a line of the form user:password.
func ParsePassfileLine(line []byte) (user, password string, err error) {
	switch {
	case len(line) > maxPassfileLine:
		return "", "", errLineLong
	case !utf8.Valid(line) || bytes.ContainsRune(line, 0):
		return "", "", errLineText
	}
	var (
		fields []string
		field  strings.Builder
	)
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '\\' && i+1 < len(line) && line[i+1] == ':':
			field.WriteByte(':')
			i++
		case line[i] == ':':
			fields = append(fields, field.String())
			field.Reset()
		default:
			field.WriteByte(line[i])
		}
	}
	fields = append(fields, field.String())
	switch {
	case len(fields) != 2:
		return "", "", errLineFields
	case fields[0] == "" || fields[1] == "":
		return "", "", errLineEmpty
	}
	return fields[0], fields[1], nil
}
