package suite

import (
	"fmt"
	"slices"
	"strings"
)

// A login is the way in which a version identifies its client.
type login uint8

const (
	loginInit  login = iota + 1 // INIT with the token in its second field
	loginHello                  // HELLO with the token among its entries
	loginLogon                  // HELLO, then LOGON with the token
)

// A version is what scripts need to know about a version of Bolt.
type version struct {
	text     string
	slot     [4]byte // in the handshake
	manifest bool    // this server agrees to it only by manifest
	login    login
	run      int    // fields of RUN
	pull     int    // fields of PULL and DISCARD
	named    bool   // ROUTE takes the database's name, later a map
	agent    bool   // HELLO needs bolt_agent
	code     string // key of the code in FAILURE
	requests string // signatures of the requests, as bytes
	early    string // requests that it does not have and Neo4j answers all the same
}

// String returns the version's number.
func (v *version) String() string { return v.text }

// has reports whether the version has a request.
func (v *version) has(signature byte) bool { return strings.IndexByte(v.requests, signature) >= 0 }

// versions returns the table, lowest first. It is the documentation's list of
// changes, written down once more on purpose.
func versions() []*version {
	var table []*version
	v := version{
		login: loginInit, run: 2, code: "code",
		requests: "\x01\x0E\x0F\x10\x2F\x3F",
	}
	add := func(text string, major, minor byte, change func()) {
		change()
		v.text, v.slot = text, [4]byte{0, 0, minor, major}
		row := v
		table = append(table, &row)
	}
	same := func() {}
	add("1", 1, 0, same)
	add("2", 2, 0, same)
	add("3", 3, 0, func() {
		v.login, v.run = loginHello, 3
		v.requests = "\x01\x02\x0F\x10\x11\x12\x13\x2F\x3F"
	})
	add("4.0", 4, 0, func() { v.pull, v.early = 1, "\x66" })
	add("4.1", 4, 1, same)
	add("4.2", 4, 2, same)
	add("4.3", 4, 3, func() { v.named, v.early = true, ""; v.requests += "\x66" })
	add("4.4", 4, 4, func() { v.named = false })
	add("5.0", 5, 0, same)
	add("5.1", 5, 1, func() { v.login = loginLogon; v.requests += "\x6A\x6B" })
	add("5.2", 5, 2, same)
	add("5.3", 5, 3, func() { v.agent = true })
	add("5.4", 5, 4, func() { v.requests += "\x54" })
	add("5.5", 5, 5, same)
	add("5.6", 5, 6, same)
	add("5.7", 5, 7, func() { v.code = "neo4j_code" })
	add("5.8", 5, 8, same)
	add("6.0", 6, 0, same)
	add("6.1", 6, 1, same)
	return table
}

// A span is a set of versions: a list such as "-3, 4.3-5.8, 6.0", or "*".
type span map[string]bool

func parseSpan(text string) (span, error) {
	table := versions()
	index := func(name string, otherwise int) (int, error) {
		if name == "" {
			return otherwise, nil
		}
		i := slices.IndexFunc(table, func(v *version) bool { return v.text == name })
		if i < 0 {
			return 0, fmt.Errorf("%q is no version of Bolt", name)
		}
		return i, nil
	}
	set := span{}
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if part == "*" {
			part = "-"
		}
		low, high, isRange := strings.Cut(part, "-")
		if !isRange {
			high = low
		}
		from, err := index(low, 0)
		if err != nil {
			return nil, err
		}
		to, err := index(high, len(table)-1)
		if err != nil {
			return nil, err
		}
		for i := from; i <= to; i++ {
			set[table[i].text] = true
		}
	}
	return set, nil
}
