package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxStatement is the longest statement that a script may hold, in bytes.
const maxStatement = 64 << 20

// blanks are the characters that a scanner passes over.
const blanks = " \t\r\n\f\v"

// A statement is one piece of a script: Cypher without its semicolon, or a
// command that begins with a colon and ends with its line.
type statement struct {
	text    string
	line    int // of its first character, from 1
	command bool
}

// A splitter cuts a script into statements. Semicolons in strings, in quoted
// names and in comments do not end one.
type splitter struct {
	src  *bufio.Reader
	line int // of the next character
	n    int64
}

func newSplitter(r io.Reader) *splitter {
	return &splitter{src: bufio.NewReaderSize(r, 64<<10), line: 1}
}

// offset is the number of bytes read so far.
func (s *splitter) offset() int64 { return s.n }

// next returns the next statement, or io.EOF. A last statement without its
// semicolon counts when it holds more than blanks and comments.
func (s *splitter) next() (statement, error) {
	var (
		text  strings.Builder
		scan  scanner
		start int
	)
	for {
		c, err := s.src.ReadByte()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				return statement{}, fmt.Errorf("read the script: %w", err)
			}
			if start == 0 {
				return statement{}, io.EOF
			}
			return statement{text: strings.Trim(text.String(), blanks), line: start}, nil
		}
		s.n++
		line := s.line
		if c == '\n' {
			s.line++
		}
		if start == 0 && c == ':' && scan.state == plain {
			rest, err := s.src.ReadString('\n')
			if err != nil && !errors.Is(err, io.EOF) {
				return statement{}, fmt.Errorf("read the script: %w", err)
			}
			s.n += int64(len(rest))
			s.line += strings.Count(rest, "\n")
			return statement{text: commandText(":" + rest), line: line, command: true}, nil
		}
		end := scan.step(c)
		if start == 0 && scan.solid {
			start = line
		}
		if end {
			if start == 0 { // a semicolon by itself
				text.Reset()
				continue
			}
			return statement{text: strings.Trim(text.String(), blanks), line: start}, nil
		}
		text.WriteByte(c)
		if text.Len() > maxStatement {
			return statement{}, fmt.Errorf("line %d: the statement is longer than %d MiB", max(start, 1), maxStatement>>20)
		}
	}
}

// commandText is a command line without blanks and its semicolon.
func commandText(line string) string {
	return strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(line), ";"))
}

// complete reports whether typed text needs no more lines: it is a command, it
// is blank, or it ends with the semicolon of a statement.
func complete(text string) bool {
	trimmed := strings.TrimSpace(text)
	if trimmed == "" || strings.HasPrefix(trimmed, ":") {
		return true
	}
	var scan scanner
	ended := false
	for i := range len(text) {
		if scan.step(text[i]) {
			ended, scan.solid = true, false
		} else if scan.solid {
			ended = false
		}
	}
	return ended
}

// The places in which a scanner can be.
type place uint8

const (
	plain place = iota
	slash       // behind a slash that may begin a comment
	lineComment
	blockComment
	star   // behind a star in a block comment
	quoted // in a string or a quoted name
	escaped
)

// A scanner follows the bytes of a statement. The zero value is at its start.
type scanner struct {
	state place
	quote byte
	solid bool // more than blanks and comments was there
}

// step takes the next byte and reports whether it ends the statement.
func (s *scanner) step(c byte) bool {
	switch s.state {
	case plain:
		return s.plain(c)
	case slash:
		switch c {
		case '/':
			s.state = lineComment
		case '*':
			s.state = blockComment
		default:
			s.solid = true // the slash
			s.state = plain
			return s.plain(c)
		}
	case lineComment:
		if c == '\n' {
			s.state = plain
		}
	case blockComment:
		if c == '*' {
			s.state = star
		}
	case star:
		switch c {
		case '/':
			s.state = plain
		case '*':
		default:
			s.state = blockComment
		}
	case quoted:
		switch {
		case c == s.quote:
			s.state = plain
		case c == '\\' && s.quote != '`':
			s.state = escaped
		}
	case escaped:
		s.state = quoted
	}
	return false
}

func (s *scanner) plain(c byte) bool {
	switch c {
	case ';':
		return true
	case '/':
		s.state = slash
		return false
	case '\'', '"', '`':
		s.state, s.quote = quoted, c
	case ' ', '\t', '\r', '\n', '\f', '\v':
		return false
	}
	s.solid = true
	return false
}
