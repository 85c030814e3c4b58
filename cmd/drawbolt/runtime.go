package main

import (
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
	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/server"
)

// settingsFile is the file in the data directory that keeps settings which
// survive a restart: one object of names and values.
const settingsFile = "settings.json"

// effects is where settings become effective.
type effects struct {
	live      *server.Live
	engines   *cypher.Live
	databases interface{ SetSnapshotInterval(d time.Duration) }
	log       *logSink
}

// tunables are the settings of a running server.
type tunables struct {
	effects
	path  string
	flags map[string]gflags.Setting // by name with underscores

	mu     sync.Mutex // guards what follows, and the file
	table  []tunable
	values map[string]string
	// kept are those that statements have set, in this run or before.
	kept map[string]string
}

// openTunables reads the settings that a former run has kept and makes all
// effective. A flag that somebody has set beats what was kept.
func openTunables(flags *gflags.Set, on effects) (*tunables, error) {
	t := &tunables{
		effects: on, path: filepath.Join(flags.Text(flagDataDirectory), settingsFile), flags: make(map[string]gflags.Setting),
		table: tunableTable(), values: make(map[string]string), kept: make(map[string]string),
	}
	text, err := os.ReadFile(t.path)
	if err == nil {
		err = json.Unmarshal(text, &t.kept)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("settings: %s: %w", t.path, err)
	}
	for s := range flags.All() {
		t.flags[s.Name] = s
	}
	for i := range t.table {
		row := &t.table[i]
		value := t.flagOf(row).Current
		if row.flag == flagSnapshotInterval { // two flags say it
			value = strconv.FormatInt(int64(snapshotInterval(flags)/time.Second), 10)
		}
		if v, ok := t.kept[row.key]; ok && row.persistent && !flags.Given(row.flag) {
			if err := row.refuses(v); err != nil {
				return nil, fmt.Errorf("settings: %s: %s: %w", t.path, row.key, err)
			}
			value = v
		}
		t.values[row.key] = value
		t.take(row, value)
	}
	return t, nil
}

// flagOf returns the flag that a setting starts with.
func (t *tunables) flagOf(row *tunable) gflags.Setting {
	return t.flags[strings.ReplaceAll(row.flag, "-", "_")]
}

func (row *tunable) refuses(value string) error {
	if row.check == nil {
		return nil
	}
	return row.check(value)
}

// take makes a value effective.
func (t *tunables) take(row *tunable, value string) {
	if row.apply != nil {
		row.apply(t, value)
	}
}

// find returns a setting if it may have the value. The error is for the client.
func (t *tunables) find(key, value string) (*tunable, error) {
	i := slices.IndexFunc(t.table, func(row tunable) bool { return row.key == key })
	if i < 0 {
		return nil, fmt.Errorf("Unknown setting name '%s'", key) //nolint:staticcheck // the client gets this sentence
	}
	row := &t.table[i]
	if err := row.refuses(value); err != nil {
		return nil, fmt.Errorf("Cannot update setting '%s': %w", key, err) //nolint:staticcheck // the client gets this sentence
	}
	return row, nil
}

// set changes a setting, keeps it when it survives a restart, and makes it
// effective.
func (t *tunables) set(key, value string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	row, err := t.find(key, value)
	if err != nil {
		return err
	}
	if row.persistent {
		old, had := t.kept[key]
		t.kept[key] = value
		if err := t.keep(); err != nil {
			if delete(t.kept, key); had {
				t.kept[key] = old
			}
			return err
		}
	}
	t.values[key] = value
	t.take(row, value)
	flag := t.flagOf(row)
	t.log.Info().Str("setting", key).Str("value", flag.Display(value)).Msg("setting changed")
	if reason := flag.Flag.NoEffect; reason != "" && !strings.EqualFold(value, flag.Flag.Fits) {
		t.log.Warn().Msgf("setting %s has no effect: %s", key, reason)
	}
	return nil
}

// keep writes the settings that survive a restart: beside the file, flushed, and
// moved into place.
func (t *tunables) keep() error {
	text, err := json.MarshalIndent(t.kept, "", "  ")
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

// all returns the settings and their values, sorted by key; secrets are hidden.
func (t *tunables) all() []*tunableValue {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]*tunableValue, len(t.table))
	for i := range t.table {
		row := &t.table[i]
		flag := t.flagOf(row)
		list[i] = &tunableValue{key: row.key, session: row.session, flag: flag, value: flag.Display(t.values[row.key])}
	}
	return list
}

// A tunableValue is a setting with its value and the flag that it starts with.
type tunableValue struct {
	key, value string
	session    bool
	flag       gflags.Setting
}
