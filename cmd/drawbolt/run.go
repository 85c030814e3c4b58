package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/rs/zerolog"
	"gopkg.in/natefinch/lumberjack.v2"

	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/server"
	"github.com/drawbolt/drawbolt/server/auth"
	"github.com/drawbolt/drawbolt/server/catalog"
	"github.com/drawbolt/drawbolt/server/monitor"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/tls"
)

// The exit codes.
const (
	exitOK        = 0
	exitConfig    = 1
	exitFatal     = 2
	exitDataOwner = 12
	exitLogFile   = 13
)

// program is the name in messages, help and sections of flag files.
const program = "drawbolt"

// drainTime is how long open transactions may go on after SIGTERM, so that the
// whole stop takes less than the fifteen seconds that operators wait.
const drainTime = 13 * time.Second

// An environment is what the process gets from outside.
type environment struct {
	args []string
	// root stands in front of the paths of packaged files; tests set it.
	root           string
	lookupEnv      func(string) (string, bool)
	stdout, stderr io.Writer
}

// A startError is a reason not to start, with its exit code.
type startError struct {
	code int
	err  error
}

func (e *startError) Error() string { return e.err.Error() }

func (e *startError) Unwrap() error { return e.err }

// run is the program; it returns the exit code.
func run(env environment) int {
	if len(env.args) > 0 && env.args[0] == importCommand {
		return env.importData(env.args[1:])
	}
	flags, err := gflags.New(gflags.Options{
		Program: program, Usage: "Drawbolt graph database server", Version: fullVersion(),
		Sections: []string{"memgraph"},
	}, flagTable())
	if err != nil {
		return env.refuse(&startError{exitFatal, err})
	}
	files, err := env.configFiles()
	if err != nil {
		return env.refuse(&startError{exitConfig, err})
	}
	d, err := flags.Parse(gflags.Input{Files: files, Args: env.args, LookupEnv: env.lookupEnv}, env.stdout, env.stderr)
	if err != nil {
		return env.refuse(&startError{exitFatal, err})
	}
	if d.Exit {
		return d.Code
	}
	switch {
	case flags.Text(flagPrintDocument) != "":
		return env.refuse(printDocument(env.stdout, flags, flags.Text(flagPrintDocument)))
	case flags.Bool(flagPrintConfig):
		return env.refuse(printConfig(env.stdout, flags))
	case flags.Bool(flagCheckConfig):
		return env.check(flags)
	case flags.Bool(flagCheckData):
		return env.refuse(eachStore(storageOptions(flags), func(o storage.Options) error {
			return checkData(context.Background(), env.stdout, o)
		}))
	case flags.Bool(flagRepairTail):
		return env.refuse(eachStore(storageOptions(flags), func(o storage.Options) error { return repairTail(env.stdout, o) }))
	case flags.Bool(flagProbe):
		return env.refuse(probe(context.Background(), flags))
	case flags.Bool(flagCreateCertificate):
		return env.refuse(createCertificate(env.stdout, flags))
	default:
		return env.serve(flags)
	}
}

// check is the program with --check-config.
func (env environment) check(flags *gflags.Set) int {
	for _, w := range flags.Warnings() {
		if _, err := fmt.Fprintf(env.stderr, "drawbolt: warning: %s\n", w); err != nil {
			return exitFatal
		}
	}
	p := &process{environment: env, flags: flags, log: discardLog()}
	if err := p.openMonitor(); err != nil {
		return env.refuse(err)
	}
	return env.refuse(p.checkConfig())
}

// serve is the program without a flag that makes it do something else.
func (env environment) serve(flags *gflags.Set) int {
	log, err := openLog(flags, env.stderr)
	if err != nil {
		code := exitConfig
		if errors.Is(err, errLogFile) {
			code = exitLogFile
		}
		return env.refuse(&startError{code, err})
	}
	defer log.Close() //nolint:errcheck // the process ends
	for _, w := range slices.Concat(flags.Warnings(), storageWarnings(flags)) {
		log.Warn().Msg(w)
	}
	p := &process{environment: env, flags: flags, log: log}
	if err := p.serve(); err != nil {
		if log.file != nil {
			log.WithLevel(zerolog.FatalLevel).Err(err).Msg("drawbolt ends")
		}
		return env.refuse(err)
	}
	log.Info().Msg("drawbolt has stopped")
	return exitOK
}

// refuse tells the operator why the process ends, if there is an error, and
// returns the exit code. Several reasons have a line each.
func (env environment) refuse(err error) int {
	if err == nil {
		return exitOK
	}
	code := exitFatal
	if e, ok := errors.AsType[*startError](err); ok {
		code, err = e.code, e.err
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if _, err := fmt.Fprintf(env.stderr, "drawbolt: %s\n", line); err != nil {
			return exitFatal
		}
	}
	return code
}

// A process is the running program after its flags are parsed.
type process struct {
	environment
	flags *gflags.Set
	log   *logSink

	endpoint *tls.Endpoint // nil in plaintext
	selfMade bool
	server   *server.Server
	// serving is server once it exists, for callbacks of the endpoint, which
	// has listeners before.
	serving atomic.Pointer[server.Server]
	monitor *watchman
	users   *auth.Users
	// stores and plans are counted for all databases together.
	stores storage.Counters
	plans  cypher.PlanCounters

	// auditFile is nil without an audit log.
	auditFile *lumberjack.Logger
	auditLog  atomic.Pointer[zerolog.Logger]
}

// serve does everything in the order in which a mistake must stop the start: key
// material before data, data before listeners.
func (p *process) serve() error {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGUSR1)
	defer signal.Stop(signals)

	if n := int(p.flags.Int32(flagWorkers)); n > 0 {
		runtime.GOMAXPROCS(n)
	}
	if err := p.checkFlags(); err != nil {
		return err
	}
	if err := p.openMonitor(); err != nil {
		return err
	}
	if err := p.openTLS(); err != nil {
		return &startError{exitConfig, err}
	}
	if p.endpoint != nil {
		defer p.endpoint.Close() //nolint:errcheck // the process ends
	}
	if err := checkOwner(p.flags.Text(flagDataDirectory)); err != nil {
		return &startError{exitDataOwner, err}
	}
	p.startMonitor(ctx)
	defer p.stopMonitor()
	go p.log.rotateDaily(ctx)
	if err := p.openAudit(); err != nil {
		return err
	}
	if p.auditFile != nil {
		defer p.auditFile.Close() //nolint:errcheck // each line is written already
	}
	around := &identity{flags: p.flags, audit: p.audit}
	if p.endpoint != nil {
		around.reloader = auditedReloader{p}
	}
	databases, err := p.openDatabases(ctx, around, cancel)
	if err != nil {
		return err
	}
	go tuneGC(ctx, p.flags.Uint64(flagMemoryHeadroom)<<20)
	err = p.serveDatabases(ctx, databases, around, signals)
	return errors.Join(err, databases.Close())
}

// serveDatabases listens until a signal comes.
func (p *process) serveDatabases(ctx context.Context, databases *catalog.Catalog, around *identity, signals <-chan os.Signal) error {
	opts := serverOptions(p.flags, databases, p.log.Logger)
	opts.Authenticator = loginDoor{p.users}
	var err error
	if p.server, err = server.New(opts); err != nil {
		return &startError{exitConfig, err}
	}
	p.serving.Store(p.server)
	settings, err := openTunables(p.flags, effects{live: p.server.Live(), engines: &around.engines, databases: databases, log: p.log})
	if err != nil {
		return &startError{exitConfig, errors.Join(err, p.server.Close())}
	}
	around.tunables.Store(settings)
	around.serving.Store(p.server)
	if err := p.monitor.registry.Register(
		p.server.Collector(), monitor.NewStores(storesOf(databases)),
		monitor.NewCounter("log_flushes_total", "Flushes of the commit logs to stable storage.", p.stores.Flushes.Load),
		monitor.NewCounter("conflicts_total", "Changes and commits that failed because another transaction came before.", p.stores.Conflicts.Load),
		monitor.NewCounter("plan_cache_total", "Statements by whether their plan was there.", p.plans.Hits.Load, "result", "hit"),
		monitor.NewCounter("plan_cache_total", "Statements by whether their plan was there.", p.plans.Misses.Load, "result", "miss"),
	); err != nil {
		return errors.Join(err, p.server.Close())
	}
	if err := p.initialise(ctx, databases, flagInitFile); err != nil {
		return errors.Join(err, p.server.Close())
	}
	listener, err := p.listen(ctx)
	if err != nil {
		return errors.Join(err, p.server.Close())
	}
	around.listen(listener.Addr())
	served := make(chan error, 1)
	go func() { served <- p.server.Serve(ctx, listener) }()
	if err := p.announce(listener.Addr()); err != nil {
		return errors.Join(err, p.server.Close())
	}
	p.monitor.ready.Store(true)
	p.notify(notifyReady)
	p.later(ctx, databases)
	err = p.wait(ctx, signals, served)
	p.monitor.ready.Store(false)
	return errors.Join(err, p.drain(ctx, signals))
}

// drain lets open transactions end. A second signal ends them at once.
func (p *process) drain(ctx context.Context, signals <-chan os.Signal) error {
	p.notify(notifyStopping)
	stop, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), drainTime, errDrainTime)
	defer cancel()
	go func() {
		for {
			select {
			case s := <-signals:
				if s == syscall.SIGHUP || s == syscall.SIGUSR1 {
					continue
				}
				p.log.Warn().Stringer("signal", s).Msg("second signal")
				cancel()
			case <-stop.Done():
			}
			return
		}
	}()
	err := p.server.Shutdown(stop)
	if errors.Is(err, context.Canceled) || errors.Is(err, errDrainTime) {
		return nil
	}
	return err
}

var errDrainTime = errors.New("open transactions did not end in time")

// listen opens the Bolt port. It is the last step: a connect succeeds only when
// the server really serves.
func (p *process) listen(ctx context.Context) (net.Listener, error) {
	address := net.JoinHostPort(p.flags.Text(flagBoltAddress), strconv.Itoa(int(p.flags.Int32(flagBoltPort))))
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("--%s, --%s: %w", flagBoltAddress, flagBoltPort, err)
	}
	if p.endpoint != nil {
		l = p.endpoint.NewListener(l)
	}
	return l, nil
}

// announce prints the banner and the log lines that operators and scripts know.
func (p *process) announce(address net.Addr) error {
	service := "Bolt"
	if p.endpoint != nil {
		service = "BoltS"
	}
	p.warnExposed(address)
	p.log.Info().Msg(service + " server is fully armed and operational")
	p.log.Info().Msg(service + " listening on " + address.String())
	p.log.Info().Msg("Drawbolt successfully started!")
	b := banner{
		address: address, secure: p.endpoint != nil, selfMade: p.selfMade, database: p.flags.Text(flagDefaultDatabase),
		open: !p.users.Required(),
		data: p.flags.Text(flagDataDirectory), logs: p.log.where, durable: p.flags.Uint64(flagFlushEvery) == 1 && p.flags.Bool(flagWAL),
	}
	return b.write(p.stdout)
}

// warnExposed warns about a server that other machines can reach although it
// has no TLS or no users.
func (p *process) warnExposed(address net.Addr) {
	if !isExposed(address) {
		return
	}
	if p.endpoint == nil {
		p.log.Warn().Str("address", address.String()).
			Msg("passwords and data cross the network in clear; set --bolt-cert-file and --bolt-key-file, or --bolt-address=127.0.0.1")
	}
	if p.users.Required() {
		return
	}
	p.log.Warn().Str("address", address.String()).
		Msg("there are no users, so anybody who can reach this address can read and change all data")
}

// wait returns when the server has to stop: nil for a signal.
func (p *process) wait(ctx context.Context, signals <-chan os.Signal, served <-chan error) error {
	for {
		select {
		case s := <-signals:
			switch s {
			case syscall.SIGHUP:
				p.reload(ctx)
				continue
			case syscall.SIGUSR1:
				p.log.reopen()
				continue
			}
			p.log.Info().Stringer("signal", s).Msg("stopping")
			return nil
		case err := <-served:
			return fmt.Errorf("the listener has ended: %w", err)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
