package main

import (
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
)

// A banner is what a person who starts the server needs to know.
type banner struct {
	address  net.Addr
	secure   bool
	selfMade bool // the certificate is one of --dev-certificate
	data     string
	logs     string
	durable  bool
	open     bool // there are no users
	database string
}

// write prints the banner once the server serves. The line with the address
// comes first: scripts look for it.
func (b *banner) write(w io.Writer) error {
	data, err := filepath.Abs(b.data)
	if err != nil {
		data = b.data
	}
	commits := "answered when they are on stable storage (one flush for all that wait together)"
	if !b.durable {
		commits = "answered BEFORE they are on stable storage (--" + flagFlushEvery + ")"
	}
	var text strings.Builder
	fmt.Fprintf(&text, "You are running Drawbolt v%s\n\n", fullVersion())
	fmt.Fprintf(&text, "  connect   %s%s\n", b.uri(), b.remark())
	users := "users log in"
	if b.open {
		users = "no users: any login is accepted"
	}
	fmt.Fprintf(&text, "  database  %s, %s\n", b.database, users)
	fmt.Fprintf(&text, "  data      %s\n", data)
	fmt.Fprintf(&text, "  log       %s\n", b.logs)
	fmt.Fprintf(&text, "  commits   %s\n\n", commits)
	_, err = io.WriteString(w, text.String())
	return err
}

// uri returns an address that a client on this machine can use.
func (b *banner) uri() string {
	host, port, err := net.SplitHostPort(b.address.String())
	if err != nil {
		return b.address.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme := "bolt"
	if b.secure {
		scheme = "bolt+ssc"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

func (b *banner) remark() string {
	switch {
	case b.selfMade:
		return "  (self-signed development certificate; bolt:// is refused)"
	case b.secure:
		return "  (bolt+s:// when the client trusts the certificate; bolt:// is refused)"
	default:
		return "  (plaintext)"
	}
}
