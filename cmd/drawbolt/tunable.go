package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/drawbolt/drawbolt/server"
)

// A tunable is one setting that can change while the server runs.
type tunable struct {
	key, flag  string
	persistent bool
	// session says that each client may choose a value of its own.
	session bool
	// check refuses a value; the text is for the client. Nil takes every value.
	check func(value string) error
	// apply makes the value effective; nil for a setting whose flag has no effect.
	apply func(p *tunables, value string)
}

// A sentence is an error whose text the client gets as it is.
type sentence string

func (s sentence) Error() string { return string(s) }

const (
	errBoolean  = sentence("Boolean value supports only 'false' or 'true' as the input.")
	errInteger  = sentence("Value must be an integer.")
	errSeconds  = sentence("Value must be a number of seconds.")
	errAgent    = sentence("The name must begin with Neo4j/, or drivers refuse the server.")
	errZone     = sentence("Timezone names must follow the IANA standard. Please note that the names are case-sensitive.")
	errInterval = sentence("Snapshot interval can be defined as an integer period in seconds, at most one week. 6-field cron expressions are not supported.")
)

// tunableTable lists the settings, sorted by key.
func tunableTable() []tunable {
	table := slices.Concat(effectiveTunables(), logTunables(), acceptedTunables())
	slices.SortFunc(table, func(a, b tunable) int { return cmp.Compare(a.key, b.key) })
	return table
}

func effectiveTunables() []tunable {
	return []tunable{
		{key: "server.name", flag: flagServerAgent, persistent: true, check: checkAgent, apply: func(t *tunables, v string) { t.live.SetAgent(v) }},
		{key: "query.timeout", flag: flagQueryTimeout, check: checkSeconds, apply: func(t *tunables, v string) {
			seconds, _ := strconv.ParseFloat(v, 64) // checked
			t.live.SetQueryTimeout(time.Duration(seconds * float64(time.Second)))
		}},
		{key: "timezone", flag: flagTimezone, persistent: true, check: checkZone, apply: func(t *tunables, v string) {
			if err := t.engines.SetZone(v); err != nil { // checked
				t.log.Error().Err(err).Msg("the time zone was not changed")
			}
		}},
		{key: "storage.snapshot.interval", flag: flagSnapshotInterval, check: checkInterval, apply: func(t *tunables, v string) {
			seconds, _ := strconv.ParseUint(cmp.Or(v, "0"), 10, 32) // checked
			t.databases.SetSnapshotInterval(time.Duration(seconds) * time.Second)
		}},
	}
}

func logTunables() []tunable {
	return []tunable{
		{key: "log.level", flag: flagLogLevel, check: checkLevel, apply: func(t *tunables, v string) { t.log.setLevel(v) }},
		{key: "log.to_stderr", flag: flagLogStderr, check: checkBoolean, apply: func(t *tunables, v string) {
			t.log.stderr.open.Store(isTrue(v) || t.log.file == nil)
		}},
		{key: server.SettingSlowQueries, flag: flagSlowQueries, persistent: true, session: true, check: checkInteger, apply: func(t *tunables, v string) {
			ms, _ := strconv.ParseInt(v, 10, 64) // checked
			t.live.SetSlowQueries(time.Duration(ms) * time.Millisecond)
		}},
		{key: server.SettingFailedQueries, flag: flagFailedQueries, persistent: true, session: true, check: checkBoolean, apply: func(t *tunables, v string) {
			t.live.SetFailedQueries(isTrue(v))
		}},
		{key: server.SettingQueryPlan, flag: flagQueryPlan, persistent: true, session: true, check: checkBoolean, apply: func(t *tunables, v string) {
			t.live.SetQueryPlan(isTrue(v))
		}},
	}
}

// acceptedTunables are kept and shown, but do nothing here, as their flags.
func acceptedTunables() []tunable {
	return []tunable{
		{key: "hops_limit_partial_results", flag: "hops-limit-partial-results", persistent: true, check: checkBoolean},
		{key: "cartesian-product-enabled", flag: "cartesian-product-enabled", check: checkBoolean},
		{key: "debug-query-plans", flag: "debug-query-plans", check: checkBoolean},
		{key: "query-log-directory", flag: "query-log-directory", persistent: true},
		{key: "storage-gc-aggressive", flag: "storage-gc-aggressive", persistent: true, check: checkBoolean},
		{key: "storage.omit_vector_index_properties_on_return", flag: "storage-omit-vector-index-properties-on-return", persistent: true, check: checkBoolean},
		{key: "storage.access_timeout_sec", flag: "storage-access-timeout-sec", check: checkUnsigned("storage.access_timeout_sec", 1, 1000000)},
		{key: "aws.region", flag: "aws-region", persistent: true},
		{key: "aws.access_key", flag: "aws-access-key", persistent: true},
		{key: "aws.secret_key", flag: "aws-secret-key", persistent: true},
		{key: "aws.endpoint_url", flag: "aws-endpoint-url", persistent: true},
		{key: "file.download_conn_timeout_sec", flag: "file-download-conn-timeout-sec", persistent: true, check: checkUnsigned("file.download_conn_timeout_sec", 0, 1<<32-1)},
		{key: "organization.name", flag: "organization-name", persistent: true},
		{key: "enterprise.license", flag: "license-key", persistent: true},
	}
}

func checkAgent(v string) error {
	if !strings.HasPrefix(v, "Neo4j/") {
		return errAgent
	}
	return nil
}

func checkSeconds(v string) error {
	if n, err := strconv.ParseFloat(v, 64); err != nil || !(n >= 0 && n <= maxSeconds) {
		return errSeconds
	}
	return nil
}

func checkInteger(v string) error {
	if n, err := strconv.ParseInt(v, 10, 64); err != nil || n < -1 || n > 1<<40 {
		return errInteger
	}
	return nil
}

func checkBoolean(v string) error {
	if !isTrue(v) && !strings.EqualFold(v, "false") {
		return errBoolean
	}
	return nil
}

func isTrue(v string) bool { return strings.EqualFold(v, "true") }

func checkLevel(v string) error {
	if _, err := parseLevel(v); err != nil {
		return sentence("Unsupported log level. Log level must be defined as one of the following strings: " + strings.Join(logLevels(), ", "))
	}
	return nil
}

func checkZone(v string) error {
	if !knownZone(v) {
		return errZone
	}
	return nil
}

// checkInterval takes nothing for no snapshots, as the flag.
func checkInterval(v string) error {
	if n, err := strconv.ParseUint(cmp.Or(v, "0"), 10, 64); err != nil || n > maxSnapshotSeconds {
		return errInterval
	}
	return nil
}

func checkUnsigned(key string, lo, hi uint64) func(string) error {
	return func(v string) error {
		switch n, err := strconv.ParseUint(v, 10, 64); {
		case err != nil:
			return sentence(key + " must be a valid unsigned integer")
		case n < lo || n > hi:
			return sentence(fmt.Sprintf("%s must be in range [%d, %d]", key, lo, hi))
		}
		return nil
	}
}
