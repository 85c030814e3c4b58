package main

import (
	"context"
	"errors"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/drawbolt/drawbolt/server/monitor"
	"github.com/drawbolt/drawbolt/tls"
)

// portOff is the value of a port flag that switches its listener off.
const portOff = -1

// errStarting is why a server that recovers its data, or stops, is not ready.
var errStarting = errors.New("the server is starting or stopping")

// A watchman is what operators look at: metrics and health over HTTP, and the
// stream of the log. Nothing of the service depends on it.
type watchman struct {
	registry *monitor.Registry
	tls      *monitor.TLS
	ready    atomic.Bool

	cancel  context.CancelFunc
	running sync.WaitGroup
}

// openMonitor makes the registry; nothing listens yet.
func (p *process) openMonitor() error {
	registry, err := monitor.NewRegistry(version)
	if err != nil {
		return err
	}
	p.monitor = &watchman{registry: registry, tls: monitor.NewTLS(monitor.TLSOptions{
		Certificates: p.certificates,
		ListsExpire:  p.nextRevocations,
	})}
	return registry.Register(p.monitor.tls, p.log.stream)
}

// certificates are those in use, for the metrics.
func (p *process) certificates() []monitor.Certificate {
	if p.endpoint == nil {
		return nil
	}
	var list []monitor.Certificate
	for _, c := range p.endpoint.Pairs() {
		list = append(list, monitor.Certificate{
			Use: "server", Path: c.CertFile, Subject: c.Subject, NotBefore: c.NotBefore, NotAfter: c.NotAfter, Exposed: c.Exposed,
		})
	}
	for _, c := range p.endpoint.Authorities() {
		list = append(list, monitor.Certificate{
			Use: "client_authority", Path: p.flags.Text(flagClientCA), Subject: c.Subject, NotBefore: c.NotBefore, NotAfter: c.NotAfter,
		})
	}
	return list
}

// nextRevocations is when the first revocation list should be replaced.
func (p *process) nextRevocations() time.Time {
	if p.endpoint == nil {
		return time.Time{}
	}
	return p.endpoint.NextRevocations()
}

// startMonitor opens the ports that are switched on. One that can not be had is
// a warning, because the service does not need it.
func (p *process) startMonitor(ctx context.Context) {
	m := p.monitor
	ctx, m.cancel = context.WithCancel(ctx)
	handler := monitor.Handler(m.registry, func() error {
		if !m.ready.Load() {
			return errStarting
		}
		return nil
	})
	if l := p.listenBeside(ctx, flagMetricsAddress, flagMetricsPort); l != nil {
		scheme := "http"
		if p.endpoint != nil {
			l, scheme = p.endpoint.NewSideListener(l), "https"
		}
		p.log.Info().Msg("metrics at " + scheme + "://" + l.Addr().String() + "/metrics")
		p.watch(func() error { return monitor.Serve(ctx, l, handler) })
	}
	if l := p.listenBeside(ctx, flagMonitoringAddress, flagMonitoringPort); l != nil {
		p.log.Info().Msg("log stream at ws://" + l.Addr().String())
		if p.endpoint != nil && isExposed(l.Addr()) {
			p.log.Warn().Str("address", l.Addr().String()).
				Msg("the log stream is plaintext although TLS is on: the log crosses the network in clear; set --monitoring-address=127.0.0.1")
		}
		p.watch(func() error { return p.log.stream.Serve(ctx, l) })
	}
}

func (p *process) watch(serve func() error) {
	p.monitor.running.Go(func() {
		if err := serve(); err != nil {
			p.log.Error().Err(err).Msg("a monitoring listener has ended")
		}
	})
}

// stopMonitor closes the ports and waits.
func (p *process) stopMonitor() {
	p.monitor.cancel()
	p.monitor.running.Wait()
}

// listenBeside opens a port beside that of Bolt, or returns nil.
func (p *process) listenBeside(ctx context.Context, addressFlag, portFlag string) net.Listener {
	port := int(p.flags.Int32(portFlag))
	if port == portOff {
		return nil
	}
	address := net.JoinHostPort(p.flags.Text(addressFlag), strconv.Itoa(port))
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		p.log.Warn().Err(err).Msgf("--%s, --%s: cannot listen; the server goes on without", addressFlag, portFlag)
		return nil
	}
	return l
}

// isExposed reports whether other machines can reach an address.
func isExposed(address net.Addr) bool {
	host, _, err := net.SplitHostPort(address.String())
	ip := net.ParseIP(host)
	return err == nil && ip != nil && !ip.IsLoopback()
}

// handshakeMetrics translates.
func handshakeMetrics(h *tls.Handshake) monitor.Handshake {
	return monitor.Handshake{
		Class: h.Class, Version: h.Version, Group: h.Group, Resumed: h.Resumed,
		Client: h.ClientSubject != "", Duration: h.Duration,
	}
}
