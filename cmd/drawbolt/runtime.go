package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
	"github.com/drawbolt/drawbolt/server"
)

// settingsFile is the file in the data directory that keeps settings which
// survive a restart: one object of names and values.
const settingsFile = "settings.json"

// A tunable is one setting that can change while the server runs.
type tunable struct {
	key, flag  string
	persistent bool
	// check refuses a value; the text is for the client.
	check func(value string) error
	// apply makes the value effective; nil for one that has no effect.
	apply func(p *tunables, value string)
}

// A sentence is an error whose text the client gets as it is.
type sentence string

func (s sentence) Error() string { return string(s) }

const (
	errBoolean = sentence("Boolean value supports only 'false' or 'true' as the input.")
	errInteger = sentence("Value must be an integer.")
	errSeconds = sentence("Value must be a number of seconds.")
	errAgent   = sentence("The name must begin with Neo4j/, or drivers refuse the server.")
)

// tunableTable lists the settings, sorted by key.
func tunableTable() []tunable {
	table := []tunable{
		{key: "server.name", flag: flagServerAgent, persistent: true, check: checkAgent, apply: func(t *tunables, v string) { t.live.SetAgent(v) }},
		{key: "query.timeout", flag: flagQueryTimeout, check: checkSeconds, apply: func(t *tunables, v string) {
			seconds, _ := strconv.ParseFloat(v, 64) // checked
			t.live.SetQueryTimeout(time.Duration(seconds * float64(time.Second)))
		}},
		{key: "log.level", flag: flagLogLevel, check: checkLevel, apply: func(t *tunables, v string) { t.log.setLevel(v) }},
		{key: "log.to_stderr", flag: flagLogStderr, check: checkBoolean, apply: func(t *tunables, v string) {
			t.log.stderr.open.Store(v == "true" || t.log.file == nil)
		}},
		{key: "log.min_duration_ms", flag: flagSlowQueries, persistent: true, check: checkInteger, apply: func(t *tunables, v string) {
			ms, _ := strconv.ParseInt(v, 10, 64) // checked
			t.live.SetSlowQueries(time.Duration(ms) * time.Millisecond)
		}},
		{key: "log.failed_queries", flag: flagFailedQueries, persistent: true, check: checkBoolean, apply: func(t *tunables, v string) {
			t.live.SetFailedQueries(v == "true")
		}},
	}
	slices.SortFunc(table, func(a, b tunable) int { return cmp.Compare(a.key, b.key) })
	return table
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
	if v != "true" && v != "false" {
		return errBoolean
	}
	return nil
}

func checkLevel(v string) error {
	if _, err := parseLevel(v); err != nil {
		return fmt.Errorf("Unsupported log level. Log level must be defined as one of the following strings: %s", //nolint:staticcheck // the client gets this sentence
			strings.Join(logLevels(), ", "))
	}
	return nil
}

// tunables are the settings of a running server.
type tunables struct {
	path string
	live *server.Live
	log  *logSink

	mu     sync.Mutex // guards what follows, and the file
	table  []tunable
	values map[string]string
}

// openTunables reads the settings that a former run has kept and makes all
// effective. A flag that somebody has set beats what was kept.
func openTunables(flags *gflags.Set, live *server.Live, log *logSink) (*tunables, error) {
	t := &tunables{
		path: filepath.Join(flags.Text(flagDataDirectory), settingsFile),
		live: live, log: log, table: tunableTable(), values: make(map[string]string),
	}
	kept := make(map[string]string)
	text, err := os.ReadFile(t.path)
	if err == nil {
		err = json.Unmarshal(text, &kept)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("settings: %s: %w", t.path, err)
	}
	current := make(map[string]string)
	for s := range flags.All() {
		current[s.Name] = s.Current
	}
	for _, row := range t.table {
		value := current[strings.ReplaceAll(row.flag, "-", "_")]
		if v, ok := kept[row.key]; ok && row.persistent && !flags.Given(row.flag) {
			if err := row.check(v); err != nil {
				return nil, fmt.Errorf("settings: %s: %s: %w", t.path, row.key, err)
			}
			value = v
		}
		t.values[row.key] = value
		row.apply(t, value)
	}
	return t, nil
}

// set changes a setting, keeps it when it survives a restart, and makes it
// effective.
func (t *tunables) set(key, value string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.IndexFunc(t.table, func(row tunable) bool { return row.key == key })
	if i < 0 {
		return fmt.Errorf("Unknown setting name '%s'", key) //nolint:staticcheck // the client gets this sentence
	}
	row := &t.table[i]
	if err := row.check(value); err != nil {
		return fmt.Errorf("Cannot update setting '%s': %w", key, err) //nolint:staticcheck // the client gets this sentence
	}
	old := t.values[key]
	t.values[key] = value
	if row.persistent {
		if err := t.keep(); err != nil {
			t.values[key] = old
			return err
		}
	}
	row.apply(t, value)
	t.log.Info().Str("setting", key).Str("value", value).Msg("setting changed")
	return nil
}

// keep writes the settings that survive a restart: beside the file, flushed, and
// moved into place.
func (t *tunables) keep() error {
	kept := make(map[string]string)
	for _, row := range t.table {
		if row.persistent {
			kept[row.key] = t.values[row.key]
		}
	}
	text, err := json.MarshalIndent(kept, "", "  ")
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	f, err := os.OpenFile(t.path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	_, err = f.Write(append(text, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	if err := os.Rename(t.path+".new", t.path); err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	return nil
}

// all returns the settings and their values, sorted by key.
func (t *tunables) all() []tunableValue {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]tunableValue, len(t.table))
	for i, row := range t.table {
		list[i] = tunableValue{key: row.key, flag: strings.ReplaceAll(row.flag, "-", "_"), value: t.values[row.key]}
	}
	return list
}

// A tunableValue is a setting with its value; flag has underscores.
type tunableValue struct{ key, flag, value string }
