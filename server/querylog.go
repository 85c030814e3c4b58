package server

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// sensitive are the words of statements that may contain a secret; literal is
// every text in quotes.
var (
	sensitive = regexp.MustCompile(`(?i)password|identified|secret|access.?key|license|setting|token|credential`)
	literal   = regexp.MustCompile(`(?s)'(?:\\.|[^'\\])*'?|"(?:\\.|[^"\\])*"?`)
)

// hidden stands for a text.
const hidden = "'****'"

// masked is a statement as the log shows it: without its texts when one of them
// may be a secret. Parameters are never logged.
func masked(query string) string {
	if !sensitive.MatchString(query) {
		return query
	}
	return literal.ReplaceAllString(query, hidden)
}

// lineEnds keeps a statement on one line, so that nobody can write lines of the
// log by a statement.
var lineEnds = strings.NewReplacer("\n", `\n`, "\r", `\r`) //nolint:gochecknoglobals // a constant table

// logRun writes the line that tools look for when they follow what clients do.
func (s *session) logRun(m *bolt.Run) {
	e := s.log(zerolog.DebugLevel)
	if !e.Enabled() {
		return
	}
	line := append([]byte("[Run] '"), lineEnds.Replace(masked(m.Query))...)
	line = append(line, '\'')
	if v := m.Extra.Metadata; v.Kind() == graph.KindMap && v.Len() > 0 {
		fields := v.Map()
		line = append(line, " - {"...)
		for i, f := range fields {
			if i > 0 {
				line = append(line, ", "...)
			}
			line = append(append(line, lineEnds.Replace(f.Name)...), ':')
			line = appendPlain(line, f.Value)
		}
		line = append(line, '}')
	}
	e.Msg(string(line))
}

// maskedIn is a text about a statement, such as its error, as the log shows it.
func maskedIn(text, query string) string {
	if !sensitive.MatchString(query) {
		return masked(text)
	}
	return literal.ReplaceAllString(text, hidden)
}

// appendPlain appends a simple value; of others only that they are there.
func appendPlain(dst []byte, v graph.Value) []byte {
	switch v.Kind() {
	case graph.KindString:
		return append(dst, lineEnds.Replace(v.Str())...)
	case graph.KindInteger:
		return strconv.AppendInt(dst, v.Int(), 10)
	case graph.KindFloat:
		return strconv.AppendFloat(dst, v.Float(), 'g', -1, 64)
	case graph.KindBoolean:
		return strconv.AppendBool(dst, v.Bool())
	case graph.KindNull:
		return append(dst, "null"...)
	default:
		return append(dst, "..."...)
	}
}

// logsSlow reports whether a statement that has taken so long gets a line.
func (s *session) logsSlow(took time.Duration) bool {
	limit := s.server.live.slowFor(&s.chosen)
	return limit >= 0 && took >= limit
}

// planForLog returns the plan as it stands behind that line, if it is wanted
// there. It shows no texts: statements share plans, so that they may be another's.
func (s *session) planForLog(r Result) string {
	if !choice(&s.chosen, SettingQueryPlan, &s.server.live.plan) {
		return ""
	}
	lines := r.Plan()
	if len(lines) == 0 {
		return ""
	}
	return "\nPLAN:\n" + literal.ReplaceAllString(strings.Join(lines, "\n"), hidden)
}

// logSlow writes a line about a statement that has taken long.
func (s *session) logSlow(query, plan string, took time.Duration) {
	s.log(zerolog.WarnLevel).Msgf("[slow-query] duration_ms=%d user=%s db=%s query=%q%s",
		took.Milliseconds(), s.login.User, s.work.db.Name(), masked(query), plan)
}

// failStatement answers the failure of a statement, with a line in the log if
// that is switched on.
func (s *session) failStatement(query string, err error) error {
	if choice(&s.chosen, SettingFailedQueries, &s.server.live.failed) {
		db := ""
		if s.work.db != nil {
			db = s.work.db.Name()
		}
		s.log(zerolog.ErrorLevel).Msgf("[failed-query] user=%s db=%s error=%q query=%q", s.login.User, db, maskedIn(err.Error(), query), masked(query))
	}
	return s.fail(err)
}
