package input

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/drawbolt/drawbolt/cmd/boltcheck/dissect"
)

// A piece is a run of bytes of one side.
type piece struct {
	side dissect.Side
	data []byte
}

// The layouts of lines.
var (
	// Of xxd, with two blanks before the text: "00000010: 6060 b017 …  ``".
	xxdLine = regexp.MustCompile(`^[0-9a-fA-F]{4,16}:\s+((?:[0-9a-fA-F]{2,}\s?)+)(?:\s.*)?$`)
	// Of hexdump -C, od -t x1 and Wireshark: "00000010  60 60 b0 17 …  |``|".
	dumpLine = regexp.MustCompile(`^[0-9a-fA-F]{4,16}\s+((?:[0-9a-fA-F]{2}(?:\s{1,3}|$)){1,16})(?:.*)?$`)
	// The last line of hexdump: "00000014".
	endLine = regexp.MustCompile(`^[0-9a-fA-F]{7,16}:?$`)
	// Of Wireshark's arrays: "char peer0_1[] = { /* Packet 4 */".
	arrayLine = regexp.MustCompile(`\bpeer([01])_\d+\s*\[[^\]]*\]\s*=\s*\{`)
	// Somebody's own: "C: 60 60 …".
	sideLine = regexp.MustCompile(`^(?i:(c:|client[:\s]|[>→]+:?)|(s:|server[:\s]|[<←]+:?))\s*(.*)$`)
	// Of Python: b"\x60…".
	pythonBytes = regexp.MustCompile(`\bb["']`)
	comments    = regexp.MustCompile(`(?s)/\*.*?\*/`)
)

// parseHex reads text with hex digits.
func parseHex(text []byte, side dissect.Side) ([]piece, error) {
	text = comments.ReplaceAllFunc(text, func(c []byte) []byte {
		return bytes.Repeat([]byte{'\n'}, bytes.Count(c, []byte{'\n'})) // lines keep their numbers
	})
	p := &hexParser{given: side, side: side, dump: looksLikeDump(text)}
	p.margin = margin(text)
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		if err := p.line(strings.TrimRight(line, " \t\r\n\f")); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	if p.half != 0 {
		return nil, fmt.Errorf("line %d: the last byte has one hex digit", n)
	}
	if len(p.pieces) == 0 {
		return nil, errors.New("there are no bytes in the input")
	}
	return p.pieces, nil
}

// looksLikeDump reports whether lines begin with their offsets: the first one
// is at zero.
func looksLikeDump(text []byte) bool {
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		offset, rest, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			offset, rest, ok = bytes.Cut(line, []byte(" "))
		}
		return ok && len(offset) >= 4 && len(rest) > 0 && len(bytes.Trim(offset, "0")) == 0
	}
	return false
}

// margin returns how far all lines of a text are indented.
func margin(text []byte) int {
	least := -1
	for line := range strings.Lines(string(text)) {
		if n := indent(line); strings.TrimSpace(line) != "" && (least < 0 || n < least) {
			least = n
		}
	}
	return max(least, 0)
}

// indent returns the width of the blanks in front of a line; a tab is four.
func indent(line string) int {
	blanks := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	return len(blanks) + 3*strings.Count(blanks, "\t")
}

type hexParser struct {
	given  dissect.Side // for lines that do not tell it
	side   dissect.Side
	dump   bool
	margin int // blanks in front of all lines
	pieces []piece
	half   byte // a digit that waits for the second one of its byte
}

func (p *hexParser) line(line string) error {
	if cut := strings.Index(line, "//"); cut >= 0 && !p.dump {
		line = line[:cut]
	}
	trimmed := strings.TrimSpace(line)
	switch {
	case trimmed == "*" && p.dump:
		return errors.New("the dump leaves equal lines out here: make it with hexdump -v or od -v")
	case trimmed == "" || trimmed[0] == '#' || strings.Trim(trimmed, "-=.") == "":
		return nil
	case arrayLine.MatchString(trimmed):
		m := arrayLine.FindStringSubmatchIndex(trimmed)
		p.side = dissect.Client
		if trimmed[m[2]] == '1' {
			p.side = dissect.Server
		}
		trimmed = trimmed[m[1]:]
	case p.dump && dumpOf(trimmed) != "":
		if p.given == dissect.Either && indent(line) >= p.margin+4 { // Wireshark's second side
			p.side = dissect.Server
		} else {
			p.side = p.given
		}
		trimmed = dumpOf(trimmed)
	case p.dump && endLine.MatchString(trimmed):
		return nil
	default:
		if m := sideLine.FindStringSubmatch(trimmed); m != nil {
			trimmed = m[3]
			p.side = dissect.Client
			if m[2] != "" {
				p.side = dissect.Server
			}
			if inner := dumpOf(trimmed); inner != "" && looksLikeDump([]byte(trimmed)) {
				trimmed = inner
			}
		}
	}
	return p.digits(trimmed)
}

// dumpOf returns the digits of a line of a dump, without offset and text.
func dumpOf(line string) string {
	if m := xxdLine.FindStringSubmatch(line); m != nil {
		digits, _, _ := strings.Cut(m[1], "  ")
		return digits
	}
	if m := dumpLine.FindStringSubmatch(line); m != nil {
		return m[1]
	}
	return ""
}

// digits adds the bytes of a line. What stands between bytes in any language's
// notation is left out.
func (p *hexParser) digits(line string) error {
	skip := strings.NewReplacer(
		"0x", " ", "0X", " ", `\x`, " ", `\X`, " ", "&#x", " ",
		",", " ", ";", " ", ":", " ", "-", " ", "_", " ", "{", " ", "}", " ", "[", " ", "]", " ", "(", " ", ")", " ",
		`"`, " ", "'", " ", "|", " ",
	)
	for word := range strings.FieldsSeq(skip.Replace(pythonBytes.ReplaceAllString(line, " "))) {
		whole := word
		if p.half != 0 {
			word = string(rune(p.half)) + word
			p.half = 0
		}
		if len(word)%2 == 1 && len(word) > 1 { // plain digits that are cut into lines anywhere
			word, p.half = word[:len(word)-1], word[len(word)-1]
		} else if len(word) == 1 {
			word = "0" + word
		}
		b, err := hex.DecodeString(word)
		if err != nil {
			return fmt.Errorf("%.20q is not hex", whole)
		}
		p.add(b)
	}
	return nil
}

func (p *hexParser) add(b []byte) {
	if n := len(p.pieces); n > 0 && p.pieces[n-1].side == p.side {
		p.pieces[n-1].data = append(p.pieces[n-1].data, b...)
		return
	}
	p.pieces = append(p.pieces, piece{side: p.side, data: b})
}
