package script

import (
	"fmt"
	"strings"
)

// An Error reports a script that can not be played, or a line of it that failed
// while it was played.
type Error struct {
	Name   string // of the script
	Line   int    // from 1
	Column int    // from 1, in characters; 0 means the whole line
	Text   string // of the line
	Reason string
}

// Error returns the place and the reason, and the line with a caret below.
func (e *Error) Error() string {
	place := fmt.Sprintf("%s:%d", e.Name, e.Line)
	text := strings.TrimRight(strings.ReplaceAll(e.Text, "\t", " "), " ")
	if e.Column == 0 {
		return fmt.Sprintf("%s: %s\n    %s", place, e.Reason, text)
	}
	return fmt.Sprintf("%s:%d: %s\n    %s\n    %s^", place, e.Column, e.Reason, text, strings.Repeat(" ", e.Column-1))
}
