package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/rs/zerolog"
	"gopkg.in/natefinch/lumberjack.v2"

	"github.com/drawbolt/drawbolt/server"
	"github.com/drawbolt/drawbolt/server/auth"
)

// openAudit opens the audit log, if there is to be one: only its owner can read
// it, and it rotates by size. The library keeps all old files.
func (p *process) openAudit() error {
	if !p.flags.Bool(flagAuditEnabled) {
		return nil
	}
	path := filepath.Join(p.flags.Text(flagDataDirectory), "audit", "audit.log")
	if err := createPrivate(path); err != nil {
		return &startError{exitLogFile, fmt.Errorf("--%s: %w", flagAuditEnabled, err)}
	}
	p.auditFile = &lumberjack.Logger{Filename: path, MaxSize: logFileMegabytes, LocalTime: true}
	log := zerolog.New(watched{p.auditFile, p.log}).Hook(clock{json: true})
	p.auditLog.Store(&log) // the watch of the key material runs already
	return nil
}

// createPrivate makes a file that only its owner can read, unless it is there.
func createPrivate(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600) //nolint:gosec // a file in the data directory
	if err != nil {
		return err
	}
	return f.Close()
}

// A watched writer reports in the log what can not be written to the audit log.
type watched struct {
	io.Writer
	log *logSink
}

// Write implements [io.Writer].
func (w watched) Write(b []byte) (int, error) {
	n, err := w.Writer.Write(b)
	if err != nil {
		w.log.Error().Err(err).Msg("a line of the audit log was lost")
	}
	return n, err
}

// statementEvent is the event of what a statement has done outside of the engine.
func statementEvent(ctx context.Context, name, target string, err error) auth.Event {
	e := auth.Event{Name: name, Target: target, Failed: err != nil}
	e.User, e.Origin = server.StatementOf(ctx)
	return e
}

// An auditedReloader is RELOAD BOLT_SERVER TLS with a line in the audit log.
type auditedReloader struct{ *process }

// Reload implements [cypher.Reloader].
func (r auditedReloader) Reload(ctx context.Context) error {
	err := r.endpoint.Reload(ctx)
	r.audit(statementEvent(ctx, auth.EventReload, "TLS", err))
	return err
}

// audit writes an event to the audit log, and what is rare or alarming to the
// log too. Logins are in the log already, with their session.
func (p *process) audit(e auth.Event) {
	line := func(l *zerolog.Event) *zerolog.Event {
		l = l.Str("event", e.Name).Str("user", e.User)
		if e.Target != "" {
			l = l.Str("target", e.Target)
		}
		if e.Class != "" {
			l = l.Str("class", e.Class)
		}
		if e.Origin.Connection != "" {
			l = l.Str("connection", e.Origin.Connection).Str("peer", e.Origin.Address).Bool("tls", e.Origin.Secure)
		}
		if e.Origin.Subject != "" {
			l = l.Str("certificate", e.Origin.Subject)
		}
		return l.Bool("ok", !e.Failed)
	}
	if log := p.auditLog.Load(); log != nil {
		line(log.Log()).Send()
	}
	switch {
	case e.Name == auth.EventLogin:
	case e.Failed:
		line(p.log.Warn()).Msg("audit")
	default:
		line(p.log.Info()).Msg("audit")
	}
}
