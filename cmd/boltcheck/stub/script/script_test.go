package script_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/jolt"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/stub/script"
)

// parse parses the body of a script for Bolt 4.4, whose head is its first line.
func parse(t *testing.T, body string) *script.Script {
	t.Helper()
	s, err := script.Parse("x.script", "!: BOLT 4.4\n"+body)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// message parses a message as it is written in a script.
func message(t *testing.T, v *bolt.Version, text string) *jolt.Message {
	t.Helper()
	name, fields, _ := strings.Cut(text, " ")
	s, ok := jolt.ParseMessageName(name)
	values, err := jolt.ParseFields(fields, jolt.VersionOf(v))
	if !ok || err != nil {
		t.Fatalf("message %s: %v", text, err)
	}
	return &jolt.Message{Signature: s, Fields: values}
}

// play plays a script against messages that bars separate. The transcript has
// the numbers of the lines that took a message and those that were performed; ?
// stands for a message that no line takes, ... for an end that is not the
// script's, and . for one that may be.
func play(t *testing.T, s *script.Script, messages string) string {
	t.Helper()
	var log []string
	p := s.Play()
	act := func() bool {
		err := p.Act(func(l *script.Line) error {
			log = append(log, fmt.Sprintf("S%d", l.Number))
			return nil
		})
		if err != nil {
			log = append(log, err.Error())
		}
		return err == nil
	}
	if !act() {
		return strings.Join(log, " ")
	}
	for text := range strings.SplitSeq(messages, "|") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		before := fmt.Sprint(p.Expected())
		l, err := p.Accept(message(t, s.Version, text))
		switch {
		case err != nil:
			return strings.Join(append(log, err.Error()), " ")
		case l == nil:
			log = append(log, "?")
			if after := fmt.Sprint(p.Expected()); after != before {
				t.Errorf("a message that was not taken changed what is expected from %s to %s", before, after)
			}
		default:
			log = append(log, fmt.Sprintf("C%d", l.Number))
		}
		if !act() {
			return strings.Join(log, " ")
		}
	}
	skip, err := p.Skippable()
	switch {
	case err != nil:
		log = append(log, err.Error())
	case p.Finished():
	case skip:
		log = append(log, ".")
	default:
		log = append(log, "...")
	}
	return strings.Join(log, " ")
}

func TestPlay(t *testing.T) {
	for _, tt := range []struct{ name, body, messages, want string }{
		{"client then server", "C: RESET\nS: SUCCESS {}", "RESET", "C2 S3"},
		{"server first", "S: <NOOP>\nC: RESET", "RESET", "S2 C3"},
		{"not finished", "C: RESET\nC: RESET", "RESET", "C2 ..."},
		{"another message", "C: RESET", "COMMIT", "? ..."},
		{"beyond the end", "C: RESET", "RESET|RESET", "C2 ?"},
		{"lines without marker", "C: RESET\n   COMMIT\nS: SUCCESS\n\n# comment\n   IGNORED", "RESET|COMMIT", "C2 C3 S4 S7"},
		{"fields", `C: RUN "*" {"[a]": 1} {"{}": "*"}`, `RUN "x" {} {"b": 2}`, "C2"},
		{"number of fields", `C: RUN "*" {}`, `RUN "x" {} {}`, "? ..."},
		{"automatic with any fields", "A: RUN", `RUN "x" {} {}`, "C2"},
		{"automatic with fields", `A: RUN "x" "*" "*"`, `RUN "y" {} {}|RUN "x" {} {}`, "? C2"},
		{"automatic optional with fields", "?: BEGIN {\"[db]\": \"a\"}\nC: RESET", `BEGIN {"db": "b"}|BEGIN {}|RESET`, "? C2 C3"},
		{"by number", `C: 0x2A 1`, `0x2A 1`, "C2"},

		{"optional taken", "{?\nC: RESET\nS: SUCCESS\n?}\nC: COMMIT", "RESET|COMMIT", "C3 S4 C6"},
		{"optional left out", "{?\nC: RESET\nS: SUCCESS\n?}\nC: COMMIT", "COMMIT", "C6"},
		{"optional once only", "{?\nC: RESET\n?}\nC: COMMIT", "RESET|RESET", "C3 ? ..."},
		{"optional begun must be ended", "{?\nC: RESET\nC: COMMIT\n?}\nC: ROLLBACK", "RESET|ROLLBACK", "C3 ? ..."},
		{"optional at the end", "C: RESET\n?: GOODBYE", "RESET", "C2 ."},
		{"optional at the end, taken", "C: RESET\n?: GOODBYE", "RESET|GOODBYE", "C2 C3"},
		{"two optional of a kind", "?: RESET\n?: RESET\nC: COMMIT", "RESET|RESET|COMMIT", "C2 C3 C4"},
		{"not skipping is preferred", "?: RESET\nC: RESET", "RESET", "C2 ..."},

		{"loop never", "*: RESET\nC: COMMIT", "COMMIT", "C3"},
		{"loop often", "*: RESET\nC: COMMIT", "RESET|RESET|RESET|COMMIT", "C2 C2 C2 C3"},
		{"loop at the end", "C: COMMIT\n*: RESET", "COMMIT|RESET|RESET", "C2 C3 C3 ."},
		{"loop with answers", "{*\nC: RUN \"*\" {} {}\nC: PULL {}\nS: SUCCESS\n*}\nC: COMMIT", `RUN "a" {} {}|PULL {}|RUN "b" {} {}|PULL {}|COMMIT`, "C3 C4 S5 C3 C4 S5 C7"},
		{"loop is left in its middle", "{*\nC: RESET\nC: COMMIT\n*}\nC: ROLLBACK", "RESET|ROLLBACK", "C3 ? ..."},
		{"loop at least once, never", "+: RESET\nC: COMMIT", "COMMIT", "? ..."},
		{"loop at least once", "+: RESET\nC: COMMIT", "RESET|RESET|COMMIT", "C2 C2 C3"},
		{"loop with an optional end", "{+\nC: RESET\n?: COMMIT\n+}", "RESET|RESET|COMMIT|RESET", "C3 C3 C4 C3 ."},
		{"loop in a loop", "{*\nC: BEGIN {}\nS: SUCCESS\n*: RESET\nC: COMMIT\n*}", "BEGIN {}|RESET|RESET|COMMIT|BEGIN {}|COMMIT", "C3 S4 C5 C5 C6 C3 S4 C6 ."},
		{"loop of optional blocks", "{*\n?: RESET\n?: COMMIT\n*}\nC: ROLLBACK", "COMMIT|RESET|COMMIT|ROLLBACK", "C4 C3 C4 C6"},

		{"first alternative", "{{\nC: RESET\nS: SUCCESS\n----\nC: COMMIT\nS: IGNORED\n}}\nS: <NOOP>", "RESET", "C3 S4 S9"},
		{"second alternative", "{{\nC: RESET\nS: SUCCESS\n----\nC: COMMIT\nS: IGNORED\n}}\nS: <NOOP>", "COMMIT", "C6 S7 S9"},
		{"first match wins", "{{\nC: RESET\nC: COMMIT\n----\nC: RESET\nC: ROLLBACK\n}}", "RESET|ROLLBACK", "C3 ? ..."},
		{"three alternatives", "{{\nC: RESET\n----\nC: COMMIT\n----\nC: ROLLBACK\n}}", "ROLLBACK", "C7"},
		{"alternative that may be left out", "{{\nC: RESET\n----\n?: COMMIT\n}}\nC: ROLLBACK", "ROLLBACK", "C7"},

		{"parallel", "{{\nC: RESET\nS: SUCCESS\nC: COMMIT\n++++\nC: ROLLBACK\n}}\nS: <NOOP>", "RESET|ROLLBACK|COMMIT", "C3 S4 C7 C5 S9"},
		{"parallel in another order", "{{\nC: RESET\nS: SUCCESS\nC: COMMIT\n++++\nC: ROLLBACK\n}}\nS: <NOOP>", "ROLLBACK|RESET|COMMIT", "C7 C3 S4 C5 S9"},
		{"parallel keeps each order", "{{\nC: RESET\nC: COMMIT\n++++\nC: ROLLBACK\n}}", "COMMIT", "? ..."},
		{"parallel with optional", "{{\nC: RESET\n++++\n?: COMMIT\n}}\nC: ROLLBACK", "RESET|ROLLBACK", "C3 C7"},

		{"group", "{{\nS: <NOOP>\nC: RESET\nS: SUCCESS\n}}\nS: <NOOP>", "RESET", "S3 C4 S5 S7"},
		{"statement and condition", "PY: n = 1\nIF: n == 1\nS: SUCCESS\nELSE:\nS: IGNORED\nC: RESET", "RESET", "S4 C7"},
		{"else", "PY: n = 2\nIF: n == 1\nS: SUCCESS\nELIF: n > 5\nS: RECORD []\nELSE:\nS: IGNORED\nC: RESET", "RESET", "S8 C9"},
		{"elif", "PY: n = 9\nIF: n == 1\nS: SUCCESS\nELIF: n > 5\nS: RECORD []\nELSE:\nS: IGNORED\nC: RESET", "RESET", "S6 C9"},
		{"no else", "PY: n = 2\nIF: n == 1\nS: SUCCESS\nS: IGNORED\nC: RESET", "RESET", "S5 C6"},
		{"condition guards one block", "PY: n = 2\nIF: n == 1\nS: SUCCESS\n   SUCCESS\nS: IGNORED", "", "S6"},
		{"condition guards a group", "PY: n = 1\nIF: n == 1\n{{\nC: RESET\nS: SUCCESS\n}}\nS: IGNORED", "RESET", "C5 S6 S8"},
		{"condition behind an optional block", "PY: n = 1\n?: RESET\nIF: n == 1\nC: COMMIT\nELSE:\nC: ROLLBACK", "COMMIT", "C5"},
		{"condition without block at the end", "PY: n = 1\nC: RESET\nIF: n == 2\nC: COMMIT", "RESET", "C3"},
		{"counting", "PY: n = 0\n{*\nC: RESET\nPY: n += 1\nIF: n < 3\nS: SUCCESS\nELSE:\nS: IGNORED\n*}", "RESET|RESET|RESET", "C4 S7 C4 S7 C4 S9 ."},
		{"condition in a loop", "PY: n = 0\n{*\nIF: n < 2\nC: RESET\nELSE:\nC: COMMIT\nPY: n += 1\n*}", "RESET|RESET|RESET|COMMIT", "C5 C5 ? C7 ."},
		{
			"condition and alternatives in a loop",
			"PY: first = True\n{+\nIF: not first\n{{\nA: RESET\n}}\n{{\nA: COMMIT\nPY: first = False\n*: PULL\n----\nA: ROLLBACK\nPY: first = False\n{*\n{{\nC: BEGIN {}\n----\nC: DISCARD {}\n}}\nS: SUCCESS\n*}\n}}\n+}",
			"COMMIT|PULL|PULL|COMMIT|RESET|ROLLBACK|BEGIN {}|DISCARD {}|RESET|COMMIT", "C9 C11 C11 ? C6 C13 C17 S21 C19 S21 C6 C9 .",
		},
		{"no such variable", "C: RESET\nPY: n += 1", "RESET", "C2 x.script:3: the variable n has no value\n    PY: n += 1"},
		{"no such variable in a condition", "C: RESET\nIF: n\nS: SUCCESS", "RESET", "C2 x.script:3: the variable n has no value\n    IF: n"},
		{"no such variable behind an optional block", "?: RESET\nIF: n\nC: COMMIT", "COMMIT", "x.script:3: the variable n has no value\n    IF: n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := play(t, parse(t, tt.body), tt.messages); got != tt.want {
				t.Errorf("got  %s\nwant %s\nscript:\n%s", got, tt.want, tt.body)
			}
		})
	}
}

// TestSharedVariables plays two connections of one script.
func TestSharedVariables(t *testing.T) {
	s := parse(t, "!: PY n = 0\nC: RESET\nPY: n += 1\nIF: n == 1\nS: SUCCESS\nELSE:\nS: IGNORED")
	if got, want := play(t, s, "RESET"), "C3 S6"; got != want {
		t.Errorf("first connection: %s, want %s", got, want)
	}
	if got, want := play(t, s, "RESET"), "C3 S8"; got != want {
		t.Errorf("second connection: %s, want %s", got, want)
	}
}

func TestExpected(t *testing.T) {
	s := parse(t, "?: RESET\n{{\nC: COMMIT\n----\nC: ROLLBACK\n}}\nC: GOODBYE")
	p := s.Play()
	var got []string
	for _, l := range p.Expected() {
		got = append(got, fmt.Sprintf("%d %s", l.Number, l.Text))
	}
	if want := "2 ?: RESET, 4 C: COMMIT, 6 C: ROLLBACK"; strings.Join(got, ", ") != want {
		t.Errorf("Expected() = %s, want %s", strings.Join(got, ", "), want)
	}
	// A loop between two rounds expects its beginning twice, but names it once.
	p = parse(t, "{+\nC: RESET\n*: COMMIT\n+}").Play()
	if _, err := p.Accept(message(t, s.Version, "RESET")); err != nil {
		t.Fatal(err)
	}
	if err := p.Act(nil); err != nil {
		t.Fatal(err)
	}
	if got := len(p.Expected()); got != 2 {
		t.Errorf("a loop expects %d lines, want 2", got)
	}
}

func TestCompare(t *testing.T) {
	s := parse(t, `C: RUN "RETURN 1" {} {"[mode]": "r"}`)
	l := s.Play().Expected()[0]
	for _, tt := range []struct{ message, want string }{
		{`RUN "RETURN 1" {} {}`, ""},
		{`RESET`, ""},
		{`RUN "RETURN 1" {}`, "expected 3 fields, got 2"},
		{`RUN "RETURN 2" {} {}`, `field 1: expected "RETURN 1", got string "RETURN 2"`},
		{`RUN "RETURN 1" {} {"mode": "w"}`, `field 3.mode: expected "r", got string "w"`},
	} {
		if got := l.Compare(message(t, s.Version, tt.message)); got != tt.want {
			t.Errorf("Compare(%s) = %q, want %q", tt.message, got, tt.want)
		}
	}
}

func TestHead(t *testing.T) {
	s, err := script.Parse("x", `
# Comments and empty lines may stand here too.
!: BOLT 5.7 FF 01
!: ALLOW CONCURRENT
!:	AUTO	RESET
!:AUTO GOODBYE
!: HANDSHAKE 00 0 0007 5
!: HANDSHAKE_RESPONSE 00
!: HANDSHAKE_DELAY 0.25
!: HANDSHAKE_MANIFEST 1
!: PY a = 1; b = 'x'
C: RESET`)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%s %v %v %d %d % X % X %s", s.Version, s.Restart, s.Concurrent, s.Manifest, s.Capabilities, s.Handshake, s.HandshakeResponse, s.Delay)
	if want := "5.7 true true 2 255 00 00 00 07 05 00 250ms"; got != want {
		t.Errorf("head = %s, want %s", got, want)
	}
	if l := s.Auto(&jolt.Message{Signature: bolt.SignatureGoodbye}); l == nil || l.Number != 6 {
		t.Errorf("AUTO GOODBYE = %+v", l)
	}
	if l := s.Auto(&jolt.Message{Signature: bolt.SignatureRun}); l != nil {
		t.Errorf("AUTO RUN = %+v, want none", l)
	}
	for _, tt := range []struct{ text, want string }{
		{"3.0", "1"},
		{"3.3", "1"},
		{"3.4", "2"},
		{"3.5", "3"},
		{"3", "3"},
		{"4", "4.0"},
		{"4.2", "4.2"},
		{"5", "5.0"},
		{"5.5", "5.5"},
		{"6.1", "6.1"},
	} {
		s, err := script.Parse("x", "!: BOLT "+tt.text+"\nS: <EXIT>")
		if err != nil || s.Version.String() != tt.want {
			t.Errorf("BOLT %s: %v, want %s", tt.text, err, tt.want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	nested := strings.Repeat("{?\n", 60) + "C: RESET\n" + strings.Repeat("?}\n", 60)
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "", `x:1: the script does not say its version`},
		{"no version", "C: RESET", `x:1: the script does not say its version`},
		{"version twice", "!: BOLT 5.0\n!: BOLT 4.4", `x:2:4: the version stands here twice`},
		{"version of nothing", "!: BOLT 7.0\nC: RESET", `x:1:9: there is no Bolt 7.0`},
		{"version missing", "!: BOLT", `x:1:8: a version is missing`},
		{"capabilities too early", "!: BOLT 5.6 01\nC: RESET", `x:1:13: capabilities are offered from Bolt 5.7`},
		{"capabilities without end", "!: BOLT 5.7 FF\nC: RESET", `x:1:13: capabilities are the bytes of a varint`},
		{"unknown line", "!: BOLT 5.0\n!: MAGIC", `x:2:4: the head has no line "MAGIC"`},
		{"allow", "!: BOLT 5.0\n!: ALLOW ALL", `x:2:10: what can be allowed`},
		{"auto", "!: BOLT 4.4\n!: AUTO LOGON", `x:2:9: Bolt 4.4 has no LOGON`},
		{"auto with fields", "!: BOLT 4.4\n!: AUTO RUN 1", `x:2:9: the head answers messages with any fields`},
		{"handshake", "!: BOLT 4.4\n!: HANDSHAKE XY", `x:2:14: encoding/hex: invalid byte`},
		{"handshake without bytes", "!: BOLT 4.4\n!: HANDSHAKE", `x:2:13: HANDSHAKE needs an argument`},
		{"response alone", "!: BOLT 4.4\n!: HANDSHAKE_RESPONSE 00", `x:1: HANDSHAKE_RESPONSE needs a HANDSHAKE`},
		{"delay", "!: BOLT 4.4\n!: HANDSHAKE_DELAY -1", `x:2:20: "-1" is no number of seconds`},
		{"manifest too early", "!: BOLT 4.4\n!: HANDSHAKE_MANIFEST 1", `x:2:23: the manifest is 0`},
		{"statement of the head", "!: BOLT 4.4\n!: PY n = m", `x:2:7: the variable m has no value`},
		{"syntax of the head", "!: BOLT 4.4\n!: PY n = =", `x:2:11: a value is wanted here, not "="`},
		{"head behind the body", "!: BOLT 4.4\nC: RESET\n!: AUTO RESET", `x:3: the lines of the head come before`},
		{"no body", "!: BOLT 4.4\n\n", `x:3: there is nothing in this block`},
		{"no marker", "!: BOLT 4.4\nRESET", `x:2: a line without a marker`},
		{"no marker behind A", "!: BOLT 4.4\nA: RESET\nRESET", `x:3: a line without a marker`},
		{"no name", "!: BOLT 4.4\nC:", `x:2:3: the name of a message is missing`},
		{"no such name", "!: BOLT 4.4\nC: DANCE", `x:2:4: there is no message "DANCE"`},
		{"name of another version", "!: BOLT 4.4\nC: PULL_ALL", `x:2:4: PULL_ALL is called PULL in Bolt 4.4`},
		{"old name wanted", "!: BOLT 2\nC: HELLO {}", `x:2:4: HELLO is called INIT in Bolt 2`},
		{"client sends an answer", "!: BOLT 4.4\nC: SUCCESS {}", `x:2:4: clients do not send SUCCESS`},
		{"server sends a request", "!: BOLT 4.4\nS: RUN", `x:2:4: servers do not send RUN`},
		{"field", "!: BOLT 4.4\n\tC: RUN \"ü\" {\"a\": x}", `x:2:19: invalid character 'x'`},
		{"comment behind a line", "!: BOLT 4.4\nC: RESET # now", `x:2:10: invalid character '#'`},
		{"field of the server", "!: BOLT 4.4\nS: SUCCESS {\"T\": 1}", `x:2:18: a string is wanted`},
		{"too many fields", "!: BOLT 4.4\nS: RECORD 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6", `x:2:11: a message has at most 15 fields`},
		{"no such command", "!: BOLT 4.4\nS: <DANCE>", `x:2:4: there is no <DANCE>`},
		{"command without end", "!: BOLT 4.4\nS: <EXIT", `x:2:4: the closing > is missing`},
		{"argument", "!: BOLT 4.4\nS: <EXIT> 1", `x:2:11: <EXIT> has no argument`},
		{"argument missing", "!: BOLT 4.4\nS: <RAW>", `x:2:9: <RAW> needs an argument`},
		{"sleep", "!: BOLT 4.4\nS: <SLEEP> soon", `x:2:12: "soon" is no number of seconds`},
		{"order", "!: BOLT 4.4\nS: <ASSERT ORDER> 1e9", `x:2:19: "1e9" is no number of seconds`},
		{"block without end", "!: BOLT 4.4\n{?\nC: RESET", `x:3: the block from line 2 ends in ?}`},
		{"block with another end", "!: BOLT 4.4\n{?\nC: RESET\n*}", `x:4: the block from line 2 ends in ?}`},
		{"empty block", "!: BOLT 4.4\n{?\n?}", `x:3: there is nothing in this block`},
		{"end without block", "!: BOLT 4.4\nC: RESET\n}}", `x:3: }} closes nothing`},
		{"two separators", "!: BOLT 4.4\n{{\nC: RESET\n----\nC: COMMIT\n++++\nC: RESET\n}}", `x:6: the parts of the block from line 2 are separated by ----`},
		{"text behind a brace", "!: BOLT 4.4\n{{ C: RESET\n}}", `x:2:4: nothing may follow {{`},
		{"deep", "!: BOLT 4.4\n" + nested, `blocks are nested deeper than 50`},
		{"deep conditions", "!: BOLT 4.4\n" + strings.Repeat("IF: 1\n", 60) + "C: RESET", `blocks are nested deeper than 50`},
		{"elif alone", "!: BOLT 4.4\nELIF: 1\nC: RESET", `x:2: there is no IF:`},
		{"else with text", "!: BOLT 4.4\nIF: 1\nC: RESET\nELSE: C: COMMIT", `x:4:7: nothing may follow ELSE:`},
		{"if without block", "!: BOLT 4.4\nIF: 1", `x:2: a block is missing behind IF:`},
		{"condition", "!: BOLT 4.4\nIF: n ==\nC: RESET", `x:2:9: a value is missing at the end`},
		{"call", "!: BOLT 4.4\nIF: len(n)\nC: RESET", `x:2:8: calls and indexes are not part`},

		{"server line in an optional block", "!: BOLT 4.4\n{?\nS: SUCCESS\nC: RESET\n?}", `x:3: this block may be left out`},
		{"statement in a loop", "!: BOLT 4.4\n{*\nPY: n = 1\nC: RESET\n*}", `x:3: this block may be left out`},
		{"server line in an alternative", "!: BOLT 4.4\n{{\nC: RESET\n----\nS: SUCCESS\n}}", `x:5: this block may be left out`},
		{"server line in a parallel block", "!: BOLT 4.4\n{{\nC: RESET\n++++\nS: SUCCESS\n}}", `x:5: this block may be left out`},
		{"server line behind a loop", "!: BOLT 4.4\n*: RESET\nS: SUCCESS", `x:3: the block from line 2 ends only with the next message`},
		{"server line behind an optional block", "!: BOLT 4.4\n?: RESET\nS: SUCCESS", `x:3: the block from line 2 ends only`},
		{"server line behind a group that ends in a loop", "!: BOLT 4.4\n{{\nC: RESET\n*: COMMIT\n}}\nS: SUCCESS", `x:6: the block from line 3 ends only`},
		{"server line behind alternatives that end in a loop", "!: BOLT 4.4\n{{\nC: RESET\n*: COMMIT\n----\nC: ROLLBACK\n}}\nS: SUCCESS", `x:8: the block from line 2 ends only`},
		{"condition with a server line behind a loop", "!: BOLT 4.4\n*: RESET\nIF: 1\nS: SUCCESS", `x:3: the block from line 2 ends only`},
		{"server line behind a loop and a condition", "!: BOLT 4.4\n*: RESET\nIF: 1\nC: COMMIT\nS: SUCCESS", `x:5: the block from line 2 ends only`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := script.Parse("x", tt.text)
			if e, ok := errors.AsType[*script.Error](err); !ok || !strings.Contains(e.Error(), tt.want) {
				t.Errorf("Parse(%q) = %v, want %s", tt.text, err, tt.want)
			}
		})
	}
	_, err := script.Parse("x", "!: BOLT 4.4\n\tC: RUN \"ü\" {\"a\": x}")
	if want := "\n     C: RUN \"ü\" {\"a\": x}\n" + strings.Repeat(" ", 22) + "^"; !strings.HasSuffix(err.Error(), want) {
		t.Errorf("the caret stands elsewhere:\n%v", err)
	}
	if _, err := script.Parse("x", strings.Repeat("#", 2<<20)); err == nil {
		t.Error("a script of 2 MiB is accepted")
	}
}

// TestConditions evaluates conditions with some variables.
func TestConditions(t *testing.T) {
	for _, tt := range []struct{ condition, want string }{
		{"True", "true"},
		{"False", "false"},
		{"None", "false"},
		{"0", "false"},
		{"0.5", "true"},
		{"''", "false"},
		{`"x"`, "true"},
		{"[]", "false"},
		{"[0]", "true"},
		{"n == 3", "true"},
		{"n != 3", "false"},
		{"1 < n < 5", "true"},
		{"1 < n < 3", "false"},
		{"n <= 3 and n >= 3", "true"},
		{"n > 3 or s == 'a\\'b'", "true"},
		{"not n", "false"},
		{"not not n", "true"},
		{"not n == 4", "true"},
		{"n == 3.0", "true"},
		{"yes == 1", "true"},
		{"none is None", "true"},
		{"n is not None", "true"},
		{"n in [1, 2, 3]", "true"},
		{"n not in [1, 2, 3]", "false"},
		{"'b' in s", "true"},
		{"[1, [2.0]] == [1, [2]]", "true"},
		{"n == '3'", "false"},
		{"n + 1 == 4", "true"},
		{"2 + 3 * 4 == 14", "true"},
		{"(2 + 3) * 4 == 20", "true"},
		{"-n == 0 - 3", "true"},
		{"- -n == +n", "true"},
		{"7 // 2 == 3 and -7 // 2 == -4", "true"},
		{"7 % 3 == 1 and -7 % 3 == 2 and 7 % -3 == -2", "true"},
		{"7 / 2 == 3.5", "true"},
		{"7.5 // 2 == 3 and 7.5 % 2 == 1.5", "true"},
		{"1_000 == 1000", "true"},
		{"1e3 == 1000", "true"},
		{"s + 'c' == \"a'bc\"", "true"},
		{"[1] + [2] == [1, 2]", "true"},
		{"s < 'b'", "true"},
		{"n # a comment", "true"},
		{"False and nobody", "false"},
		{"True or nobody", "true"},
		{"1 > 2 > nobody", "false"},
		{"nobody", "the variable nobody has no value"},
		{"n < 's'", "have an order"},
		{"n in 3", `"in" wants a list`},
		{"n + 's'", `"+" wants two numbers`},
		{"n / 0", "division by zero"},
		{"n // 0.0", "division by zero"},
		{"9223372036854775807 + 1", "does not fit"},
		{"0 - 9223372036854775807 - 2", "does not fit"},
		{"9223372036854775807 * 2", "does not fit"},
		{"n =", `the condition ends before "="`},
		{"n !", `'!' is not understood`},
		{"'open", "the string does not end"},
		{"(n", "the closing ) is missing"},
		{"[n", "the closing ] is missing"},
		{"n not 3", `"in" is missing`},
		{"and", `not "and"`},
		{"1.2.3", "is no number"},
		{strings.Repeat("(", 100), "nested deeper than 50"},
	} {
		t.Run(tt.condition, func(t *testing.T) {
			got := "false"
			s, err := script.Parse("x", "!: BOLT 4.4\n!: PY n = 3; s = \"a'b\"; yes = True; none = None\nIF: "+tt.condition+"\nS: SUCCESS")
			if err == nil {
				err = s.Play().Act(func(*script.Line) error {
					got = "true"
					return nil
				})
			}
			if err != nil {
				got = err.Error()
			}
			if !strings.Contains(got, tt.want) {
				t.Errorf("%s is %s, want %s", tt.condition, got, tt.want)
			}
		})
	}
}

func TestStatements(t *testing.T) {
	for _, tt := range []struct{ statements, want string }{
		{"n = 1", "1"},
		{"n = 1; n += 2; n *= 5; n -= 1; n //= 3; n %= 3", "1"},
		{"n = 'a'; n += 'b'; n", "'ab'"},
		{"n = 1;", "1"},
		{"n = m = 1", "the statement ends before"},
		{"n 1", "the statement ends before"},
		{"n = 1 2", "the statement ends before"},
		{"True = 1", "the statement ends before"},
		{"", "a value is missing"},
	} {
		s, err := script.Parse("x", "!: BOLT 4.4\nPY: "+tt.statements+"\nIF: n == "+strings.Trim(tt.want, " ")+"\nS: SUCCESS")
		if err != nil {
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s: %v, want %s", tt.statements, err, tt.want)
			}
			continue
		}
		yes := false
		if err := s.Play().Act(func(*script.Line) error { yes = true; return nil }); err != nil || !yes {
			t.Errorf("%s: n is not %s (%v)", tt.statements, tt.want, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"!: BOLT 5.7 FF 01\n!: ALLOW RESTART\n!: AUTO RESET\nC: RUN \"*\" {\"[a{}]\": [1]} {\"Z\": \"*\"}\nS: RECORD [{\"T\": \"2026-01-01\"}]\n   SUCCESS {}\n",
		"!: BOLT 4.4\n!: HANDSHAKE 00 00\n!: HANDSHAKE_RESPONSE 0\n!: HANDSHAKE_DELAY 1\n{{\nC: RESET\n----\nA: COMMIT\n++++\n}}\n",
		"!: BOLT 3\n!: PY n = [1, 'x', 2.5] + []; n += [3]\nIF: 1 < 2 <= 3 and not n in [n]\n{{\nS: <RAW> 0 0\n}}\nELIF: n\nS: <SLEEP> 0\nELSE:\nS: <ASSERT ORDER>\n",
		"!: BOLT 2\n{?\nC: INIT \"*\" {}\n?}\n{*\nC: RESET\n*}\n{+\nC: PULL_ALL\n+}\n?: RESET\n*: RESET\n+: RESET\n",
	} {
		f.Add(text, "RESET|COMMIT|RUN \"x\" {} {}")
	}
	f.Fuzz(func(t *testing.T, text, messages string) {
		s, err := script.Parse("x", text)
		if err != nil {
			if e, ok := errors.AsType[*script.Error](err); !ok || e.Error() == "" {
				t.Errorf("Parse(%q) = %#v", text, err)
			}
			return
		}
		p := s.Play()
		steps := 0
		perform := func(*script.Line) error {
			if steps++; steps > 1000 {
				return errors.New("a script that never ends")
			}
			return nil
		}
		if p.Act(perform) != nil {
			return
		}
		for m := range strings.SplitSeq(messages, "|") {
			name, fields, _ := strings.Cut(m, " ")
			signature, _ := jolt.ParseMessageName(name)
			values, err := jolt.ParseFields(fields, jolt.VersionOf(s.Version))
			if err != nil {
				continue
			}
			l, err := p.Accept(&jolt.Message{Signature: signature, Fields: values})
			if err != nil || l != nil && p.Act(perform) != nil {
				return
			}
		}
		skip, err := p.Skippable()
		if p.Finished() && (!skip || err != nil || len(p.Expected()) > 0) {
			t.Errorf("a script that is finished is not over: %v, %v, %v", skip, err, p.Expected())
		}
	})
}
