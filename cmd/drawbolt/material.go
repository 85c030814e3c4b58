package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/rs/zerolog"

	"github.com/drawbolt/drawbolt/server/auth"
	"github.com/drawbolt/drawbolt/tls"
)

// openTLS checks and loads all key material, if TLS is on. A half-configured
// server does not start.
func (p *process) openTLS() error {
	opts := tlsOptions(p.flags)
	if err := opts.Validate(); err != nil {
		return err
	}
	if p.flags.Bool(flagDevCertificate) {
		if err := p.createPair(opts); err != nil {
			return err
		}
	}
	if !opts.Enabled() {
		return nil
	}
	opts.Events = tls.Events{
		Problem:   p.problem,
		Handshake: p.handshake,
		Refused:   p.refused,
		Reloaded:  p.reloaded,
		Tickets:   p.monitor.tls.Tickets,
	}
	var err error
	p.endpoint, err = tls.Open(opts)
	return err
}

// createPair makes the development certificate when both files are missing.
func (p *process) createPair(opts tls.Options) error {
	if len(opts.CertFiles) != 1 || len(opts.KeyFiles) != 1 {
		return fmt.Errorf("--%s needs one --%s and one --%s", flagDevCertificate, flagCert, flagKey)
	}
	cert, key := opts.CertFiles[0], opts.KeyFiles[0]
	if !missing(cert) || !missing(key) {
		p.selfMade = true // by an earlier start, most likely; the banner only hints
		return nil
	}
	if err := tls.CreateSelfSigned(cert, key, selfSigned(p.flags)); err != nil {
		return err
	}
	p.selfMade = true
	p.log.Warn().Str("certificate", cert).Str("key", key).
		Msg("made a self-signed certificate for development; clients connect with bolt+ssc://")
	return nil
}

func missing(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// reload is what SIGHUP does.
func (p *process) reload(ctx context.Context) {
	if p.endpoint == nil {
		p.log.Warn().Msg("SIGHUP: there is no key material to reload")
		return
	}
	err := p.endpoint.Reload(ctx) // reloaded logs it
	p.audit(auth.Event{Name: auth.EventReload, Target: "TLS", Class: "signal", Failed: err != nil})
}

func (p *process) reloaded(trigger string, err error) {
	p.monitor.tls.Reloaded(trigger, err)
	if trigger == "watch" {
		p.audit(auth.Event{Name: auth.EventReload, Target: "TLS", Class: trigger, Failed: err != nil})
	}
	if err != nil {
		p.log.Error().Err(err).Str("trigger", trigger).Msg("key material was not reloaded; the old one stays in use")
		return
	}
	p.log.Info().Str("trigger", trigger).Msg("key material reloaded")
}

func (p *process) problem(t tls.Problem) {
	level := zerolog.WarnLevel
	if t.Severity == tls.Serious {
		level = zerolog.ErrorLevel
	}
	p.log.WithLevel(level).Str("flag", t.Flag).Str("path", t.Path).Msg(t.Text)
}

func (p *process) handshake(h tls.Handshake) {
	p.monitor.tls.Handshake(handshakeMetrics(&h))
	if h.Err == nil {
		p.log.Debug().Stringer("peer", h.Peer).Str("version", h.Version).Str("suite", h.Suite).
			Str("group", h.Group).Bool("resumed", h.Resumed).Str("certificate", h.ClientSubject).
			Dur("took", h.Duration).Msg("TLS handshake")
		return
	}
	p.log.Debug().Stringer("peer", h.Peer).Str("class", h.Class).Err(h.Err).Msg("TLS handshake failed")
}

// refused is called from connections, those of the metrics too.
func (p *process) refused(r tls.Refused) {
	p.monitor.tls.Refused(r.Protocol)
	mistake, hint := "peer does not speak TLS", ""
	switch r.Protocol {
	case "bolt":
		mistake, hint = "plaintext Bolt client refused on the TLS port", "use bolt+s:// or bolt+ssc://"
	case "http":
		mistake, hint = "HTTP client refused on the TLS port", "use bolt+s:// or bolt+ssc://; WebSocket over TLS is not supported"
	case "proxy":
		mistake, hint = "PROXY protocol on the TLS port", "the proxy must not send a PROXY header"
	}
	if s := p.serving.Load(); s != nil {
		s.Refused(r.Peer, mistake, hint)
	}
}
