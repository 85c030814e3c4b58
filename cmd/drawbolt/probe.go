package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
	"github.com/drawbolt/drawbolt/tls"
)

// probeTimeout bounds --probe.
const probeTimeout = 4 * time.Second

// errNotServing is the outcome of a probe whose peer is no server.
var errNotServing = errors.New("the server does not answer as a Bolt server does")

// probe does a Bolt handshake with the server that the flags describe, over TLS
// when they say so. The certificate is not judged: the question is whether the
// server serves. A server that got its certificate on the command line, which the
// probe does not see, is asked again over TLS.
func probe(ctx context.Context, flags *gflags.Set) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	secure := flags.Text(flagCert) != ""
	err := greet(ctx, flags, secure)
	if errors.Is(err, errNotServing) && !secure && greet(ctx, flags, true) == nil {
		return nil
	}
	return err
}

// greet does the handshake.
func greet(ctx context.Context, flags *gflags.Set, secure bool) error {
	conn, err := dialOwn(ctx, flags, secure)
	if err != nil {
		return fmt.Errorf("probe: %w", err)
	}
	defer conn.Close() //nolint:errcheck // nothing depends on it
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return fmt.Errorf("probe: %w", err)
	}
	// Versions 5.8 to 5.0, 4.4 to 4.2, 4.1 and 3.
	opening := binary.BigEndian.AppendUint32(nil, bolt.Magic)
	for _, slot := range []uint32{0x00080805, 0x00020404, 0x00000104, 0x00000003} {
		opening = binary.BigEndian.AppendUint32(opening, slot)
	}
	if _, err := conn.Write(opening); err != nil {
		return fmt.Errorf("probe: %w", err)
	}
	var answer [4]byte
	if _, err := io.ReadFull(conn, answer[:]); err != nil {
		return fmt.Errorf("probe: %w: %w", errNotServing, err)
	}
	if answer[0] != 0 || answer[1] != 0 { // zeroes are the answer of a server with other versions
		return fmt.Errorf("probe: %w: %x", errNotServing, answer)
	}
	return nil
}

// dialOwn connects to the server's own port.
func dialOwn(ctx context.Context, flags *gflags.Set, secure bool) (net.Conn, error) {
	host := flags.Text(flagBoltAddress)
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
		if ip.To4() == nil {
			host = "::1"
		}
	}
	address := net.JoinHostPort(host, strconv.Itoa(int(flags.Int32(flagBoltPort))))
	if !secure {
		return new(net.Dialer).DialContext(ctx, "tcp", address)
	}
	d, err := tls.NewDialer(tls.ClientOptions{Insecure: true})
	if err != nil {
		return nil, err
	}
	return d.DialContext(ctx, "tcp", address)
}

// createCertificate makes the self-signed pair that the flags name.
func createCertificate(w io.Writer, flags *gflags.Set) error {
	cert, key := flags.Text(flagCert), flags.Text(flagKey)
	if cert == "" || key == "" {
		return &startError{exitConfig, fmt.Errorf("--%s needs --%s and --%s", flagCreateCertificate, flagCert, flagKey)}
	}
	if err := tls.CreateSelfSigned(cert, key, selfSigned(flags)); err != nil {
		return &startError{exitConfig, err}
	}
	_, err := fmt.Fprintf(w, "Made %s and %s.\n", cert, key)
	return err
}
