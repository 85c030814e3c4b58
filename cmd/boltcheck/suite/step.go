package suite

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
)

// A step is one line of a script.
type step struct {
	line  int
	verb  string        // C: S: S*: S?: X: R: on pause silent close half-close leave
	name  string        // request or connection
	args  []*node       // fields of a request
	want  []expectation // alternatives for an answer
	bytes string        // hexadecimal, with {slot}
	pause time.Duration
}

// An expectation is a pattern of one answer.
type expectation struct {
	name   string // SUCCESS, RECORD, IGNORED, FAILURE, CLOSED
	fields *node  // pattern of the only field; nil = any
	code   string // of a FAILURE
	gql    []string
}

// String prints an expectation as it was written.
func (e *expectation) String() string {
	s := e.name
	if e.code != "" {
		s += " " + e.code
	}
	if len(e.gql) > 0 {
		s += " gql:" + strings.Join(e.gql, "/")
	}
	if e.fields != nil {
		s += " " + e.fields.String()
	}
	return s
}

func parseStep(word, rest string) (step, error) {
	s := step{verb: word}
	var err error
	switch word {
	case "C:":
		name, args := "", rest
		if rest != "" && rest[0] >= 'A' && rest[0] <= 'Z' {
			name, args, _ = strings.Cut(rest, " ")
		}
		s.name = name
		if _, ok := signatures()[name]; name != "" && !ok {
			return s, fmt.Errorf("%q is no request", name)
		}
		s.args, err = parseLiterals(args)
		if name == "" && len(s.args) != 1 {
			return s, errors.New("a request is a name, a structure or bytes")
		}
	case "S:", "S*:", "S?:":
		for alternative := range strings.SplitSeq(rest, " OR ") {
			e, err := parseExpectation(alternative)
			if err != nil {
				return s, err
			}
			s.want = append(s.want, e)
		}
	case "X:", "R:":
		s.bytes = rest
		if rest != "CLOSED" {
			_, err = s.wire(&version{})
		}
	case "on":
		s.name = rest
	case "pause", "silent":
		s.pause, err = time.ParseDuration(rest)
	case "close", "half-close", "leave":
	default:
		return s, fmt.Errorf("%q is no step", word)
	}
	return s, err
}

// wire returns the bytes of an X or R step.
func (s *step) wire(v *version) ([]byte, error) {
	text := strings.ReplaceAll(s.bytes, "{slot}", hex.EncodeToString(v.slot[:]))
	return hex.DecodeString(strings.ReplaceAll(text, " ", ""))
}

func parseExpectation(text string) (expectation, error) {
	name, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	e := expectation{name: name}
	switch name {
	case "SUCCESS", "RECORD", "IGNORED", "FAILURE", "CLOSED":
	default:
		return e, fmt.Errorf("%q is no answer", name)
	}
	for {
		rest = strings.TrimSpace(rest)
		word, after, _ := strings.Cut(rest, " ")
		if statuses, ok := strings.CutPrefix(word, "gql:"); ok {
			e.gql = strings.Split(statuses, "/")
		} else if strings.HasPrefix(word, "Neo.") {
			e.code = word
		} else {
			break
		}
		rest = after
	}
	patterns, err := parseLiterals(rest)
	if err != nil {
		return e, err
	}
	switch len(patterns) {
	case 0:
	case 1:
		e.fields = patterns[0]
	default:
		return e, errors.New("an answer has one field")
	}
	return e, nil
}

// signatures returns the requests by name.
func signatures() map[string]byte {
	return map[string]byte{
		"HELLO": 0x01, "GOODBYE": 0x02, "ACK_FAILURE": 0x0E, "RESET": 0x0F, "RUN": 0x10,
		"BEGIN": 0x11, "COMMIT": 0x12, "ROLLBACK": 0x13, "DISCARD": 0x2F, "PULL": 0x3F,
		"TELEMETRY": 0x54, "ROUTE": 0x66, "LOGON": 0x6A, "LOGOFF": 0x6B,
	}
}
