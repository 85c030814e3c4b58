package bolt_test

import (
	"bytes"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/bolt/bolttest"
	"github.com/drawbolt/drawbolt/packstream"
)

// A golden is one line of a file in testdata.
type golden struct {
	where    string
	versions []*bolt.Version // those in which the line holds
	older    []*bolt.Version // those of an earlier generation
	wire     []byte
	text     string
}

func goldens(t *testing.T, name string) []golden {
	t.Helper()
	file, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	all, _ := bolt.Versions("", "", true)
	var list []golden
	for line := range strings.Lines(string(file)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		left, text, ok := strings.Cut(line, ";")
		fields := strings.Fields(left)
		if !ok || len(fields) != 3 {
			t.Fatalf("%s: %q is no vector", name, line)
		}
		g := golden{where: name + ": " + line, text: strings.TrimSpace(text)}
		if g.versions, ok = bolt.Versions(fields[0], fields[1], true); !ok || len(g.versions) == 0 {
			t.Fatalf("%s: no versions", g.where)
		}
		if g.wire, err = hex.DecodeString(fields[2]); err != nil {
			t.Fatalf("%s: %v", g.where, err)
		}
		for _, v := range all {
			if v.Major < g.versions[len(g.versions)-1].Major {
				g.older = append(g.older, v)
			}
		}
		list = append(list, g)
	}
	if len(list) == 0 {
		t.Fatalf("%s has no vectors", name)
	}
	return list
}

// TestStructureVectors decodes each structure as a parameter and encodes it
// again; versions of an earlier generation refuse it.
func TestStructureVectors(t *testing.T) {
	for _, g := range goldens(t, "structures.txt") {
		if got, err := bolttest.ParseValue(g.text); err != nil || !bytes.Equal(got, g.wire) {
			t.Errorf("%s: written as %X, %v", g.where, got, err)
		}
		for _, v := range g.versions {
			value, err := bolt.DecodeValue(packstream.NewDecoder(g.wire), v, zoneOffset)
			if err != nil {
				t.Errorf("%s: Bolt %v: %v", g.where, v, err)
				continue
			}
			e := bolt.ValueEncoder{Version: v, ZoneOffset: zoneOffset}
			if again, err := e.Append(nil, value); err != nil || !bytes.Equal(again, g.wire) {
				t.Errorf("%s: Bolt %v: comes back as %X, %v", g.where, v, again, err)
			}
		}
		for _, v := range g.older {
			if value, err := bolt.DecodeValue(packstream.NewDecoder(g.wire), v, zoneOffset); err == nil {
				t.Errorf("%s: Bolt %v takes it as %v", g.where, v, value)
			}
		}
	}
}

// zoneOffset knows one zone, which is always two hours ahead.
func zoneOffset(name string, _ int64) (int32, bool) { return 7200, name == "Europe/Paris" }

// TestRequestVectors decodes each request and encodes it again.
func TestRequestVectors(t *testing.T) {
	for _, g := range goldens(t, "requests.txt") {
		if got, err := bolttest.Parse(g.text); err != nil || !bytes.Equal(got, g.wire) {
			t.Errorf("%s: written as %X, %v", g.where, got, err)
		}
		for _, v := range g.versions {
			d := bolt.RequestDecoder{Version: v, Strict: true}
			request, err := d.Decode(g.wire, false)
			if err != nil {
				t.Errorf("%s: Bolt %v: %v", g.where, v, err)
				continue
			}
			s, _ := bolt.PeekSignature(g.wire)
			if request.Signature() != s {
				t.Errorf("%s: Bolt %v: decoded as %v", g.where, v, request.Signature())
			}
		}
	}
}
