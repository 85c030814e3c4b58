package dissect_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/bolt/bolttest"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/dissect"
)

// dissected returns what a script of bytes gives, in the form of a Printer. Its
// lines are C, S or ? and hex, a message of bolttest behind a !, text behind a ' with |
// for its line ends, or "C gap 5".
func dissected(t *testing.T, o dissect.Options, script string) string {
	t.Helper()
	c := dissect.New(o)
	var b strings.Builder
	p := dissect.Printer{W: &b}
	show := func(events []dissect.Event) {
		for i := range events {
			p.Print(&events[i], c.Version())
		}
	}
	for line := range strings.Lines(script) {
		side, rest, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok {
			continue
		}
		from := map[string]dissect.Side{"C": dissect.Client, "S": dissect.Server, "?": dissect.Either}[side]
		var missing int64
		if n, _ := fmt.Sscanf(rest, "gap %d", &missing); n == 1 {
			show(c.Gap(from, time.Time{}, missing))
			continue
		}
		if text, ok := strings.CutPrefix(rest, "' "); ok {
			show(c.Feed(from, time.Time{}, []byte(strings.ReplaceAll(text, "|", "\r\n"))))
			continue
		}
		show(c.Feed(from, time.Time{}, wire(t, rest)))
	}
	show(c.End())
	if p.Err() != nil {
		t.Error(p.Err())
	}
	return b.String()
}

// wire returns the bytes of hex, or of a message behind a !.
func wire(t *testing.T, text string) []byte {
	t.Helper()
	if message, ok := strings.CutPrefix(text, "!"); ok {
		return bolttest.Message(t, message)
	}
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const opening = "60 60 B0 17  00 00 01 FF  00 08 08 05  00 02 04 04  00 00 00 03"

func TestConn(t *testing.T) {
	for _, tt := range []struct {
		name   string
		o      dissect.Options
		script string
		want   string
	}{
		{
			name: "plain handshake",
			script: `C ` + opening + `
				S 00 00 04 05
				C !HELLO {user_agent: "x/1", bolt_agent: {product: "x/1"}}
				S !SUCCESS {server: "Neo4j/5.26.0"}
				C !RUN "RETURN $x" {x: 1} {}
				C !PULL {n: 1000}
				S !SUCCESS {fields: ["x"]}
				S !RECORD [1]
				S 00 00
				S !SUCCESS {}
				C !GOODBYE`,
			want: `
				C @0 OPENING offers manifest v1, 5.8-5.0, 4.4-4.2, 3
				S @0 REPLY agrees to Bolt 5.4
				C @20 [42] HELLO {"user_agent": "x/1", "bolt_agent": {"product": "x/1"}}
				S @4 [23] SUCCESS {"server": "Neo4j/5.26.0"} <- HELLO
				C @66 [17] RUN "RETURN $x" {"x": 1} {}
				C @87 [8] PULL {"n": 1000}
				S @31 [13] SUCCESS {"fields": ["x"]} <- RUN
				S @48 [4] RECORD [1] <- PULL
				S @56 NOOP
				S @58 [3] SUCCESS {} <- PULL
				C @99 [2] GOODBYE`,
		},
		{
			name: "manifest",
			script: `C ` + opening + `
				S 00 00 01 FF 02 00 08 08 05 00 02 04 04 00
				C 00 00 08 05 00
				C !LOGON {scheme: "none"}`,
			want: `
				C @0 OPENING offers manifest v1, 5.8-5.0, 4.4-4.2, 3
				S @0 MANIFEST lists 5.8-5.0, 4.4-4.2
				C @20 CHOICE chooses Bolt 5.8
				C @25 [15] LOGON {"scheme": "none"}`,
		},
		{
			name: "both sides in one stream",
			script: `? ` + opening + ` 00 00 01 FF 01 00 00 00 06 00 00 00 00 06 00
				? !LOGON {scheme: "none"}
				? !SUCCESS {}`,
			want: `
				C @0 OPENING offers manifest v1, 5.8-5.0, 4.4-4.2, 3
				S @20 MANIFEST lists 6.0
				C @30 CHOICE chooses Bolt 6.0
				C @35 [15] LOGON {"scheme": "none"}
				S @54 [3] SUCCESS {} <- LOGON`,
		},
		{
			name:   "refused",
			script: "? " + opening + " 00 00 00 00",
			want: `
				C @0 OPENING offers manifest v1, 5.8-5.0, 4.4-4.2, 3
				S @20 REPLY refuses all versions`,
		},
		{
			name: "old names",
			script: `C 60 60 B0 17 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00 00
				S 00 00 00 01
				C !HELLO "x/1" {scheme: "none"}
				S !SUCCESS {}
				C !RUN "RETURN 1" {}
				C !PULL
				C !DISCARD`,
			want: `
				C @0 OPENING offers 1
				S @0 REPLY agrees to Bolt 1
				C @20 [19] INIT "x/1" {"scheme": "none"}
				S @4 [3] SUCCESS {} <- INIT
				C @43 [12] RUN "RETURN 1" {}
				C @59 [2] PULL_ALL
				C @65 [2] DISCARD_ALL`,
		},
		{
			name: "chunks",
			o:    dissect.Options{},
			script: `C 00 01 B1 00 02 10 81
				C 00 00
				S 00 02 B1 70 00 01 A0 00 00 00 00`,
			want: `
				C @0 [1+2] BROKEN B1 10 81
				    ! offset 7: unexpected end
				S @0 [2+1] SUCCESS {}
				S @9 NOOP`,
		},
		{
			name:   "cut in a chunk",
			script: "S 00 03 B1 70 A0 00 00 00 09 B1 71 91",
			want: `
				S @0 [3] SUCCESS {}
				S @7 BROKEN B1 71 91
				    ! offset 12: it ends in a chunk of 9 bytes, 3 of which are there`,
		},
		{
			name:   "cut behind a chunk",
			script: "S 00 03 B1 71 91",
			want: `
				S @0 [3] BROKEN B1 71 91
				    ! offset 5: it ends in a message, whose end mark 00 00 is missing`,
		},
		{
			name:   "gap",
			script: "S 00 03 B1 70 A0 00 00\nS gap 7\nS 01 02 03 00 03 B1 70 A0 00 00",
			want: `
				S @0 [3] SUCCESS {}
				S @7 GAP 7 bytes are missing
				S @14 GAP 3 bytes of a message whose begin is missing
				S @17 [3] SUCCESS {}`,
		},
		{
			name:   "TLS",
			script: "C 16 03 01 02 00 01 00\nS 16 03 03 00 7A",
			want: `
				C @0 ENCRYPTED TLS begins; nothing of it can be decoded without its keys
				S @0 ENCRYPTED TLS begins; nothing of it can be decoded without its keys`,
		},
		{
			name:   "TLS alert in answer to a handshake",
			script: "C " + opening + "\nS 15 03 01 00 02 02 46",
			want: `
				C @0 OPENING offers manifest v1, 5.8-5.0, 4.4-4.2, 3
				S @0 FOREIGN a TLS alert in answer to the handshake: this is a port with TLS`,
		},
		{
			name:   "HTTP",
			script: "C 47 45 54 20 2F 0D 0A 0D 0A 00",
			want:   `C @0 FOREIGN HTTP: "GET /"`,
		},
		{
			name:   "HTTP without an end",
			script: "C 47 45 54 20 2F",
			want:   `C @0 FOREIGN HTTP: "GET /"`,
		},
		{
			name: "WebSocket",
			script: `C ' GET / HTTP/1.1|Upgrade: websocket||
				S ' HTTP/1.1 101 Switching Protocols|Upgrade: websocket||
				C 82 94 00 00 00 FF 60 60 B0 E8  00 00 04 FA  00 00 00 FF  00 00
				C 00 FF 00 00 00 FF
				S 82 04 00 00 04 05
				S 89 01 FF 82 07 00 03 B1 70
				S A0 00 00 88 00
				C C2 80 01 02 03 04`,
			want: `
				C @0 FOREIGN WebSocket: "GET / HTTP/1.1"
				S @0 FOREIGN WebSocket: "HTTP/1.1 101 Switching Protocols"
				C @38 OPENING offers 5.4
				S @56 REPLY agrees to Bolt 5.4
				S @60 [3] SUCCESS {}
				S @67 FOREIGN the WebSocket is closed
				C @58 FOREIGN the frames of the WebSocket are compressed, or broken`,
		},
		{
			name:   "what a version does not have",
			o:      dissect.Options{Version: version(t, "5.0")},
			script: "C !LOGON {scheme: \"none\"}\nC !TELEMETRY 1\nC !PULL\nS !PULL {n: 1}\nS 00 02 B0 42 00 00",
			want: `
				C @0 [15] LOGON {"scheme": "none"}
				    ! offset 2: Bolt 5.0 has no LOGON
				C @19 [3] TELEMETRY 1
				    ! offset 21: Bolt 5.0 has no TELEMETRY
				C @26 [2] PULL
				    ! offset 28: PULL has 1 field(s) in Bolt 5.0, not 0
				S @0 [6] PULL {"n": 1}
				    ! offset 0: PULL is not sent by a server
				S @10 [2] 0x42
				    ! offset 12: no message has the signature 42`,
		},
		{
			name:   "structures of another version",
			o:      dissect.Options{Version: version(t, "4.4")},
			script: "S !RECORD [N(1, [], {}), N(1, [], {}, \"1\")]\nS !RECORD [I(1, 2, 3)]\nS !RECORD [[{k: Q(1)}]]",
			want: `
				S @0 [15] RECORD [{"()": [1, [], {}]}, {"()v2": [1, [], {}, "1"]}]
				    ! offset 10: a node has 3 fields in Bolt 4.4, not 4
				S @19 [8] RECORD [{"Tv2": "1970-01-01T00:00:04.000000002+00:00:03"}]
				    ! offset 24: Bolt 4.4 has no date-time in UTC with an offset (I)
				S @31 [10] RECORD [[{"k": {"<>": ["51", 1]}}]]
				    ! offset 40: no structure has the tag 51`,
		},
		{
			name: "patched to UTC",
			script: `C 60 60 B0 17 00 00 04 04 00 00 00 00 00 00 00 00 00 00 00 00
				S 00 00 04 04
				C !HELLO {user_agent: "x", patch_bolt: ["utc"]}
				S !SUCCESS {patch_bolt: ["utc"]}
				S !RECORD [I(1, 2, 3)]`,
			want: `
				C @0 OPENING offers 4.4
				S @0 REPLY agrees to Bolt 4.4
				C @20 [32] HELLO {"user_agent": "x", "patch_bolt": ["utc"]}
				S @4 [19] SUCCESS {"patch_bolt": ["utc"]} <- HELLO
				S @27 [8] RECORD [{"Tv2": "1970-01-01T00:00:04.000000002+00:00:03"}]`,
		},
		{
			name:   "too long",
			o:      dissect.Options{Limit: 4},
			script: "S 00 03 B1 71 91 00 02 81 61 00 00\nS !SUCCESS {}",
			want: `
				S @0 [3+2] MESSAGE
				    ! offset 0: the message is longer than 4 bytes and was not kept
				S @11 [3] SUCCESS {}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := strings.TrimPrefix(strings.ReplaceAll(tt.want, "\n\t\t\t\t", "\n"), "\n") + "\n"
			if got := dissected(t, tt.o, tt.script); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func version(t *testing.T, text string) *bolt.Version {
	t.Helper()
	list, ok := bolt.Versions(text, text, true)
	if !ok {
		t.Fatalf("no version %s", text)
	}
	return list[0]
}

// TestTimes prints when messages came, and how long slow ones took.
func TestTimes(t *testing.T) {
	start := time.Unix(1_800_000_000, 0)
	c := dissect.New(dissect.Options{})
	var b strings.Builder
	p := dissect.Printer{W: &b, Start: start}
	for _, piece := range []struct {
		after time.Duration
		bytes string
	}{
		{time.Millisecond, "0003B170A00000 0003B1"},
		{251 * time.Millisecond, "70A00000 0003B170A00000 00"},
		{252 * time.Millisecond, "03B170A00000"},
	} {
		events := c.Feed(dissect.Server, start.Add(piece.after), wire(t, piece.bytes))
		for i := range events {
			p.Print(&events[i], nil)
		}
	}
	const want = `0.001000 S @0 [3] SUCCESS {}
0.251000 S @7 [3 in 0.250 s] SUCCESS {}
0.251000 S @14 [3] SUCCESS {}
0.252000 S @21 [3] SUCCESS {}
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}
