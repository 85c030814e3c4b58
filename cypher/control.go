package cypher

import "strings"

// A Control is a transaction command that is sent as a statement.
type Control uint8

// The transaction commands.
const (
	ControlBegin Control = iota + 1
	ControlCommit
	ControlRollback
)

// TransactionControl reports whether a text is BEGIN, COMMIT or ROLLBACK, alone
// or with the word TRANSACTION. It is cheap: servers ask it of every statement.
func TransactionControl(query string) (Control, bool) {
	const longest = 64 // with some blanks
	if len(query) > longest {
		return 0, false
	}
	text := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(query), ";"))
	word, rest, _ := strings.Cut(text, " ")
	var c Control
	switch {
	case strings.EqualFold(word, "BEGIN"):
		c = ControlBegin
	case strings.EqualFold(word, "COMMIT"):
		c = ControlCommit
	case strings.EqualFold(word, "ROLLBACK"):
		c = ControlRollback
	default:
		return 0, false
	}
	rest = strings.TrimSpace(rest)
	return c, rest == "" || strings.EqualFold(rest, "TRANSACTION")
}
