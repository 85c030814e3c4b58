package suite

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options say which server is checked, and how.
type Options struct {
	// Dial opens a connection, including TLS if there is to be any.
	Dial func(ctx context.Context) (net.Conn, error)
	// Secure says that Dial does TLS.
	Secure bool
	// DialTCP opens a connection without TLS to the same port; nil means Dial.
	DialTCP func(ctx context.Context) (net.Conn, error)
	// User and Password log in; an empty user means the scheme none.
	User, Password string
	// Judge are the classes that count. Empty means all for a drawbolt server
	// and specified and reference for others.
	Judge []Class
	// Versions restricts the versions, as in check files; empty means all that
	// the server agrees to.
	Versions string
	// Run restricts the checks to those whose group/name matches.
	Run *regexp.Regexp
	// Timeout bounds the wait for each answer; 0 means 10 seconds.
	Timeout time.Duration
	// Parallel is how many checks run at a time; 0 means 4.
	Parallel int
	// Done, if set, is told every result as it comes, by one goroutine at a
	// time.
	Done func(Result)
}

// A Result is the outcome of one check on one version.
type Result struct {
	Check      *Check
	Version    string
	Err        error    // nil when it passed
	Transcript []string // of a check that failed
	Took       time.Duration
}

// A Report is the outcome of a run.
type Report struct {
	Server   string   // what the server calls itself
	Versions []string // that were checked
	Judge    []Class
	Results  []Result // by check, then version
	Took     time.Duration
}

// Failed returns the results that did not pass.
func (r *Report) Failed() []Result {
	var failed []Result
	for _, result := range r.Results {
		if result.Err != nil {
			failed = append(failed, result)
		}
	}
	return failed
}

// A session is what the connections of one check share.
type session struct {
	o   *Options
	log *transcript
}

// A job is a check to be done on a version.
type job struct {
	check   *Check
	version *version
}

// Run runs the checks. The error says why the server could not be judged at
// all; what is wrong with its answers is in the report.
func Run(ctx context.Context, o Options) (*Report, error) {
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.DialTCP == nil {
		o.DialTCP = o.Dial
	}
	if o.Parallel == 0 {
		o.Parallel = 4
	}
	start := time.Now()
	checks, err := Checks()
	if err != nil {
		return nil, err
	}
	s := &session{o: &o, log: &transcript{}}
	found, err := s.probe(ctx)
	if err != nil {
		return nil, err
	}
	if o.Versions != "" {
		wanted, err := parseSpan(o.Versions)
		if err != nil {
			return nil, err
		}
		found = slices.DeleteFunc(found, func(v *version) bool { return !wanted[v.text] })
		if len(found) == 0 {
			return nil, fmt.Errorf("the server agrees to none of the versions %s", o.Versions)
		}
	}
	report := &Report{Judge: o.Judge}
	if report.Server, err = s.agent(ctx, found[len(found)-1]); err != nil {
		return nil, err
	}
	if len(report.Judge) == 0 {
		report.Judge = []Class{Specified, Reference}
		if strings.Contains(report.Server, "drawbolt") {
			report.Judge = append(report.Judge, Own)
		}
	}
	for _, v := range found {
		report.Versions = append(report.Versions, v.text)
	}
	report.Results = perform(ctx, &o, plan(checks, found, report.Judge, &o))
	report.Took = time.Since(start)
	return report, ctx.Err()
}

// agent logs in and returns what the server calls itself.
func (s *session) agent(ctx context.Context, v *version) (string, error) {
	p := newPlayer(ctx, s, v)
	if err := p.open("", false, true); err != nil {
		return "", err
	}
	defer func() { _ = p.current.Close() }()
	if err := p.script("C: HELLO\nS: SUCCESS {server: $server, ...}"); err != nil {
		return "", fmt.Errorf("login: %w", err)
	}
	return p.vars["server"].text, nil
}

// plan returns the jobs, by check, then version.
func plan(checks []*Check, found []*version, judge []Class, o *Options) []job {
	var jobs []job
	for _, c := range checks {
		if !slices.Contains(judge, c.Class) || o.Run != nil && !o.Run.MatchString(c.String()) ||
			c.plain && o.Secure || c.secure && !o.Secure {
			continue
		}
		var fit []*version
		for _, v := range found {
			if c.span[v.text] {
				fit = append(fit, v)
			}
		}
		if c.once && len(fit) > 1 {
			fit = fit[len(fit)-1:]
		}
		for _, v := range fit {
			jobs = append(jobs, job{check: c, version: v})
		}
	}
	return jobs
}

// perform runs the jobs, those that disturb others at the end.
func perform(ctx context.Context, o *Options, jobs []job) []Result {
	results := make([]Result, len(jobs))
	var mu sync.Mutex
	do := func(i int) {
		r := o.do(ctx, jobs[i])
		mu.Lock()
		defer mu.Unlock()
		results[i] = r
		if o.Done != nil {
			o.Done(r)
		}
	}
	var group sync.WaitGroup
	queue := make(chan int)
	for range o.Parallel {
		group.Go(func() {
			for i := range queue {
				do(i)
			}
		})
	}
	for i := range jobs {
		if !jobs[i].check.alone {
			queue <- i
		}
	}
	close(queue)
	group.Wait()
	for i := range jobs {
		if jobs[i].check.alone {
			do(i)
		}
	}
	return results
}

// do runs one job.
func (o *Options) do(ctx context.Context, j job) Result {
	r := Result{Check: j.check, Version: j.version.text}
	if err := ctx.Err(); err != nil {
		r.Err = errors.New("not run: the run was cancelled")
		return r
	}
	s := &session{o: o, log: &transcript{}}
	start := time.Now()
	r.Err = s.play(ctx, j.check, j.version)
	r.Took = time.Since(start)
	if r.Err != nil {
		r.Transcript = s.log.lines()
	}
	return r
}
