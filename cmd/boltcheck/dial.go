package main

import (
	"context"
	"fmt"
	"net"
	"net/url"

	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
	"github.com/drawbolt/drawbolt/tls"
)

// uriFlag is the flag of the server that a command speaks to.
func uriFlag(address, what string) gflags.Flag {
	return gflags.Flag{
		Name: flagURI, Type: gflags.String, Default: address,
		Help: what + ": bolt://, bolt+s:// or bolt+ssc:// with host and port.",
	}
}

func tlsFlag() gflags.Flag {
	return gflags.Flag{Name: flagTLS, Type: gflags.Bool, Help: "Use TLS although the URI says bolt://. The certificate is verified."}
}

func caFlag() gflags.Flag {
	return gflags.Flag{Name: flagCA, Type: gflags.String, Help: "PEM file of the authorities to verify the server with, in place of the system's."}
}

// A dialing opens connections to the server of --uri.
type dialing struct {
	secure bool
	tcp    func(context.Context) (net.Conn, error) // without TLS
	bolt   func(context.Context) (net.Conn, error)
}

// newDialing turns the flags of the server into a dialing.
func newDialing(set *gflags.Set) (*dialing, error) {
	u, err := url.Parse(set.Text(flagURI))
	if err != nil {
		return nil, fmt.Errorf("--uri: %w", err)
	}
	d := &dialing{}
	client := tls.ClientOptions{CAFile: set.Text(flagCA)}
	switch u.Scheme {
	case "bolt", "neo4j":
		d.secure = set.Bool(flagTLS)
	case "bolt+s", "neo4j+s":
		d.secure = true
	case "bolt+ssc", "neo4j+ssc":
		d.secure, client.Insecure = true, true
	default:
		return nil, fmt.Errorf("--uri: %q is no scheme of Bolt", u.Scheme)
	}
	address := u.Host
	if u.Port() == "" {
		address = net.JoinHostPort(u.Hostname(), "7687")
	}
	d.tcp = func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", address)
	}
	if !d.secure {
		d.bolt = d.tcp
		return d, nil
	}
	dialer, err := tls.NewDialer(client)
	if err != nil {
		return nil, err
	}
	d.bolt = func(ctx context.Context) (net.Conn, error) { return dialer.DialContext(ctx, "tcp", address) }
	return d, nil
}
