package monitor

import "github.com/prometheus/client_golang/prometheus"

// Logins are numbers about users and their passwords at one moment.
type Logins struct {
	LockOuts uint64
	// Hashed counts passwords that were checked, Remembered those that needed
	// no check; Waiting checks wait for their turn.
	Hashed, Remembered uint64
	Waiting            int64
	Users              int
}

// logins shows Logins.
type logins struct {
	read func() Logins

	lockOuts, waiting, users *prometheus.Desc
	checks                   *prometheus.Desc
}

// NewLogins returns the metrics of users. Names of users are in none.
func NewLogins(read func() Logins) prometheus.Collector {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, labels, nil)
	}
	return &logins{
		read:     read,
		lockOuts: desc("lock_outs_total", "Users and addresses that were locked after failed logins."),
		checks:   desc("password_checks_total", "Passwords that were checked, by hashing or from memory.", "by"),
		waiting:  desc("password_checks_waiting", "Passwords that wait for their turn to be hashed."),
		users:    desc("users", "Users that are defined; none means that every login is accepted."),
	}
}

// NewCounter returns a metric that is read when somebody asks. Labels are names
// and values by turns.
func NewCounter(name, help string, read func() uint64, labels ...string) prometheus.Collector {
	fixed := make(prometheus.Labels, len(labels)/2)
	for i := 0; i+1 < len(labels); i += 2 {
		fixed[labels[i]] = labels[i+1]
	}
	return prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help, ConstLabels: fixed},
		func() float64 { return float64(read()) })
}

// Describe implements [prometheus.Collector].
func (l *logins) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{l.lockOuts, l.checks, l.waiting, l.users} {
		out <- d
	}
}

// Collect implements [prometheus.Collector].
func (l *logins) Collect(out chan<- prometheus.Metric) {
	n := l.read()
	send := func(d *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, kind, value, labels...)
	}
	send(l.lockOuts, prometheus.CounterValue, float64(n.LockOuts))
	send(l.checks, prometheus.CounterValue, float64(n.Hashed), "hash")
	send(l.checks, prometheus.CounterValue, float64(n.Remembered), "memory")
	send(l.waiting, prometheus.GaugeValue, float64(n.Waiting))
	send(l.users, prometheus.GaugeValue, float64(n.Users))
}
