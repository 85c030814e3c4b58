package bolt_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/bolt"
)

func unhex(tb testing.TB, s string) []byte {
	tb.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		tb.Fatalf("bad hex %q: %v", s, err)
	}
	return b
}

// supported returns the versions between two texts.
func supported(tb testing.TB, minimum, maximum string) []*bolt.Version {
	tb.Helper()
	list, ok := bolt.Versions(minimum, maximum, false)
	if !ok {
		tb.Fatalf("no versions %q to %q", minimum, maximum)
	}
	return list
}

// version returns one row of the table; 4.3+utc is the patched one.
func version(tb testing.TB, text string) *bolt.Version {
	tb.Helper()
	text, utc := strings.CutSuffix(text, "+utc")
	list, ok := bolt.Versions(text, text, true)
	if !ok || len(list) != 1 {
		tb.Fatalf("no version %q", text)
	}
	if utc {
		return list[0].WithUTC()
	}
	return list[0]
}

func TestNegotiate(t *testing.T) {
	for _, tt := range []struct {
		name     string
		slots    string
		min, max string
		want     string // the reply, or manifest
	}{
		{"version 3 alone", "00000003 00000000 00000000 00000000", "", "", "00000003"},
		{"client order wins", "00000404 00000405 00000000 00000000", "", "", "00000404"},
		{"no filler needed", "00000000 00000000 00000000 00000001", "", "", "00000001"},
		{"4.x range, highest first", "00020404 00000000 00000000 00000000", "", "", "00000404"},
		{"range, cut by the server", "00020404 00000000 00000000 00000000", "", "4.3", "00000304"},
		{"range below the server", "00020404 00000003 00000000 00000000", "5.0", "", "00000000"},
		{"next slot", "00030904 00000003 00000000 00000000", "3", "3", "00000003"},
		{"whole 5.x", "00080805 00000000 00000000 00000000", "", "", "00000805"},
		{"5.7 down to 5.0", "00070705 00020404 00000104 00000003", "", "", "00000705"},
		{"5.5 is never picked", "00050505 00000000 00000000 00000000", "", "", "00000405"},
		{"5.5 alone", "00000505 00000000 00000000 00000000", "", "", "00000000"},
		{"5.9 is too new", "00000905 00000000 00000000 00000000", "", "", "00000000"},
		{"5.9 with a range", "00020905 00000000 00000000 00000000", "", "", "00000805"},
		{"range below zero", "00FF0104 00000000 00000000 00000000", "", "", "00000104"},
		{"ranges do not cross majors", "00080005 00000000 00000000 00000000", "", "4.4", "00000000"},
		{"6.1 by plain slot", "00000106 00000000 00000000 00000000", "", "", "00000106"},
		{"6.0 by plain slot", "00000006 00080805 00040404 00000000", "", "", "00000006"},
		{"manifest", "000001FF 00080805 00020404 00000003", "", "", "manifest"},
		{"plain slot before the manifest", "00080805 000001FF 00000000 00000000", "", "", "00000805"},
		{"unknown manifest version", "000002FF 00080805 00020404 00000003", "", "", "00000805"},
		{"manifest version 0", "000000FF 00000003 00000000 00000000", "", "", "00000003"},
		{"nothing", "00000000 00000000 00000000 00000000", "", "", "00000000"},
		{"HTTP", "20485454 502F312E 310D0A48 6F73743A", "", "", "00000000"},
		{"reserved byte is ignored", "FF000404 00000000 00000000 00000000", "", "", "00000404"},
		{"mgclient", "00000404 00000304 00000104 00000001", "", "4.3", "00000304"},
		{"a client of exactly 4.1", "00000104 00000004 00000000 00000000", "", "", "00000104"},
		{"4.2", "00000204 00000000 00000000 00000000", "", "", "00000204"},
		{"2", "00000002 00000001 00000000 00000000", "", "", "00000002"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			choice := bolt.Negotiate([16]byte(unhex(t, tt.slots)), supported(t, tt.min, tt.max))
			got := fmt.Sprintf("%X", choice.Reply())
			if choice.Manifest {
				got = "manifest"
			}
			if got != tt.want {
				t.Errorf("Negotiate(%s, %s … %s) = %s, want %s", tt.slots, tt.min, tt.max, got, tt.want)
			}
		})
	}
}

func TestManifest(t *testing.T) {
	for _, tt := range []struct {
		min, max string
		want     string
	}{
		{"", "", "000001FF 07 00010106 00020805 00040405 00040404 00000003 00000002 00000001 00"},
		{"4.0", "5.8", "000001FF 03 00020805 00040405 00040404 00"},
		{"4.4", "4.4", "000001FF 01 00000404 00"},
		{"5.3", "5.6", "000001FF 02 00000605 00010405 00"},
	} {
		got := bolt.AppendManifest(nil, supported(t, tt.min, tt.max))
		if want := unhex(t, tt.want); !bytes.Equal(got, want) {
			t.Errorf("AppendManifest(%s … %s) = %X, want %X", tt.min, tt.max, got, want)
		}
	}
}

func TestParseChoice(t *testing.T) {
	for _, tt := range []struct {
		name    string
		wire    string
		version string
		n       int
		err     error
	}{
		{"5.8", "00000805 00", "5.8", 5, nil},
		{"6.1, then a message", "00000106 00 0003B10F", "6.1", 5, nil},
		{"non-minimal varint", "00000106 8000", "6.1", 6, nil},
		{"empty", "", "", 0, bolt.ErrShort},
		{"cut in the version", "000008", "", 0, bolt.ErrShort},
		{"no capabilities yet", "00000805", "", 0, bolt.ErrShort},
		{"cut in the capabilities", "00000805 80", "", 0, bolt.ErrShort},
		{"gave up", "00000000 00", "", 0, bolt.ErrChoice},
		{"not offered", "00000505 00", "", 0, bolt.ErrChoice},
		{"a range is no version", "00010805 00", "", 0, bolt.ErrChoice},
		{"capability that was not offered", "00000805 02", "", 0, bolt.ErrChoice},
		{"ten bytes", "00000805 80808080808080808000", "5.8", 14, nil},
		{"eleven bytes", "00000805 8080808080808080808000", "", 0, bolt.ErrChoice},
		{"beyond 64 bits", "00000805 80808080808080808002", "", 0, bolt.ErrChoice},
		{"many continuation bytes", "00000805 80808080808080808080", "", 0, bolt.ErrChoice},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, n, err := bolt.ParseChoice(unhex(t, tt.wire), supported(t, "", ""))
			got := ""
			if v != nil {
				got = v.Text
			}
			if got != tt.version || n != tt.n || !errors.Is(err, tt.err) {
				t.Errorf("ParseChoice(%s) = %s, %d, %v; want %s, %d, %v",
					tt.wire, got, n, err, tt.version, tt.n, tt.err)
			}
		})
	}
}

func FuzzHandshake(f *testing.F) {
	f.Add(unhex(f, "000001FF 00080805 00020404 00000003"), unhex(f, "00000805 00"))
	f.Add(unhex(f, "00050505 00030404 00000104 00FF0903"), unhex(f, "00000106 808001"))
	list, _ := bolt.Versions("", "", false)
	f.Fuzz(func(t *testing.T, opening, choice []byte) {
		if len(opening) >= 16 {
			c := bolt.Negotiate([16]byte(opening[:16]), list)
			if c.Version != nil && (c.Manifest || c.Version.Flawed) {
				t.Errorf("Negotiate(%X) = %+v", opening, c)
			}
		}
		v, n, err := bolt.ParseChoice(choice, list)
		if (err == nil) != (v != nil) || n > len(choice) {
			t.Errorf("ParseChoice(%X) = %v, %d, %v", choice, v, n, err)
		}
	})
}
