package tls

import (
	"context"
	"crypto/tls"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// reloadRetry is how long a reload that failed waits before its second try: files
// are replaced one after the other.
const reloadRetry = 100 * time.Millisecond

// A generation is what connections of one time use. Its config has explicit
// ticket keys, so certificate, trust and keys change together.
type generation struct {
	material *material
	config   *tls.Config
	beside   *tls.Config // for side listeners
}

// An Endpoint is the TLS side of a server: key material, policy and tickets.
type Endpoint struct {
	opts    Options
	current atomic.Pointer[generation]
	outer   *tls.Config // one for the life of the endpoint
	beside  *tls.Config // the same for side listeners

	reloading sync.Mutex // one reload at a time; guards watch
	watch     watch

	mu   sync.Mutex // guards ring and the swap of current
	ring ring

	stop context.CancelFunc
	done chan struct{}
}

// Open checks the options, loads all key material and starts the endpoint's
// goroutine. The error is an *Error or several joined.
func Open(opts Options) (*Endpoint, error) {
	if err := opts.Validate(); err != nil {
		return nil, err
	}
	if !opts.Enabled() {
		return nil, &Error{Flag: flagCert, Reason: "is not set", Remedy: "set it together with " + flagKey}
	}
	opts.CertFiles, opts.KeyFiles = slices.Clone(opts.CertFiles), slices.Clone(opts.KeyFiles)
	e := &Endpoint{opts: opts, done: make(chan struct{})}
	l := &loader{opts: &e.opts, now: time.Now()}
	m, err := l.load()
	if err != nil {
		return nil, err
	}
	if opts.WatchInterval > 0 {
		e.watch.loaded = e.fingerprint()
	}
	if err := e.install(m); err != nil {
		return nil, err
	}
	e.report(l.problems)
	e.outer = baseConfig(opts.MinVersion)
	e.outer.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		return choose(hello, e.current.Load().config)
	}
	e.beside = baseConfig(opts.MinVersion)
	e.beside.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		return choose(hello, e.current.Load().beside)
	}
	ctx, stop := context.WithCancel(context.Background())
	e.stop = stop
	go e.maintain(ctx)
	return e, nil
}

// Close ends the endpoint's goroutine and waits for it. Listeners and
// connections go on with what they have.
func (e *Endpoint) Close() error {
	e.stop()
	<-e.done
	return nil
}

// Pairs describes the certificates in use.
func (e *Endpoint) Pairs() []Pair { return slices.Clone(e.current.Load().material.pairs) }

// An Authority is a certificate that client certificates may chain to.
type Authority struct {
	Subject             string
	NotBefore, NotAfter time.Time
}

// Authorities describes the authorities for client certificates in use.
func (e *Endpoint) Authorities() []Authority {
	m := e.current.Load().material
	list := make([]Authority, 0, len(m.authorities))
	for _, c := range m.authorities {
		list = append(list, Authority{Subject: c.Subject.String(), NotBefore: c.NotBefore, NotAfter: c.NotAfter})
	}
	return list
}

// NextRevocations is when the first of the revocation lists in use should be
// replaced; zero without lists.
func (e *Endpoint) NextRevocations() time.Time { return e.current.Load().material.nextLists }

// Reload reads the files again and uses them for new connections. On an error
// everything stays as it was. Open connections are not touched.
func (e *Endpoint) Reload(ctx context.Context) error { return e.reload(ctx, "request") }

func (e *Endpoint) reload(ctx context.Context, trigger string) error {
	e.reloading.Lock()
	defer e.reloading.Unlock()
	err := e.reloadLocked(ctx)
	if f := e.opts.Events.Reloaded; f != nil {
		f(trigger, err)
	}
	return err
}

func (e *Endpoint) reloadLocked(ctx context.Context) error {
	var sum [32]byte
	if e.opts.WatchInterval > 0 {
		sum = e.fingerprint()
	}
	l := &loader{opts: &e.opts, now: time.Now()}
	m, err := l.load()
	if err != nil {
		select {
		case <-time.After(reloadRetry):
		case <-ctx.Done():
			return err
		}
		if e.opts.WatchInterval > 0 {
			sum = e.fingerprint()
		}
		l = &loader{opts: &e.opts, now: time.Now()}
		if m, err = l.load(); err != nil {
			return err
		}
	}
	if err := e.install(m); err != nil {
		return err
	}
	e.watch.loaded = sum
	e.report(l.problems)
	return nil
}

// install makes m the material of new connections. Tickets of before are dropped
// when a leaf or the client trust has changed.
func (e *Endpoint) install(m *material) error {
	config := serverConfig(&e.opts, m)
	e.mu.Lock()
	defer e.mu.Unlock()
	source, fresh := "file", true
	if m.ticketKeys != nil {
		keys, err := derive(m.ticketKeys, m.trust)
		if err != nil {
			return err
		}
		config.SetSessionTicketKeys(keys)
	} else {
		source = "ring"
		old := e.current.Load()
		fresh = old == nil || old.material.trust != m.trust
		if fresh {
			e.ring.reset()
		}
		config.SetSessionTicketKeys(e.ring.keys)
	}
	e.current.Store(&generation{material: m, config: config, beside: sideConfig(&e.opts, m)})
	if f := e.opts.Events.Tickets; f != nil && fresh {
		f(source)
	}
	return nil
}

// rotate gives the ring a new key. A key file is rotated by its operator.
func (e *Endpoint) rotate() {
	if e.opts.TicketKeyFile != "" {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ring.rotate()
	e.current.Load().config.SetSessionTicketKeys(e.ring.keys)
	if f := e.opts.Events.Tickets; f != nil {
		f("ring")
	}
}

// maintain is the endpoint's goroutine.
func (e *Endpoint) maintain(ctx context.Context) {
	defer close(e.done)
	rotation, expiry := time.NewTicker(ticketRotation), time.NewTicker(expiryCheck)
	defer rotation.Stop()
	defer expiry.Stop()
	var look <-chan time.Time
	if e.opts.WatchInterval > 0 {
		ticker := time.NewTicker(e.opts.WatchInterval)
		defer ticker.Stop()
		look = ticker.C
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-rotation.C:
			e.rotate()
		case <-expiry.C:
			e.checkExpiry(time.Now())
		case <-look:
			e.look(ctx)
		}
	}
}

// checkExpiry reports the dates of what is in use.
func (e *Endpoint) checkExpiry(now time.Time) {
	m := e.current.Load().material
	l := &loader{opts: &e.opts, now: now}
	for i, p := range m.pairs {
		l.checkDates(flagCert, p.CertFile, "the certificate", m.certificates[i].Leaf)
	}
	for _, ca := range m.authorities {
		l.checkDates(flagClientCA, e.opts.ClientCAFile, "the client authority "+ca.Subject.String(), ca)
	}
	e.report(l.problems)
}

func (e *Endpoint) report(problems []Problem) {
	f := e.opts.Events.Problem
	if f == nil {
		return
	}
	for _, p := range problems {
		f(p)
	}
}
