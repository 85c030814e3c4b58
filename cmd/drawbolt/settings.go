package main

import (
	"bytes"
	"context"
	"os"
	"strconv"

	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/server/auth"
	"github.com/drawbolt/drawbolt/server/monitor"
)

var (
	_ cypher.Process      = (*identity)(nil)
	_ cypher.Settings     = (*identity)(nil)
	_ cypher.Transactions = (*identity)(nil)
)

// Open lists the transactions of all clients.
func (i *identity) Open() []cypher.OpenTransaction {
	if s := i.serving.Load(); s != nil {
		return s.Transactions()
	}
	return nil
}

// Terminate ends a transaction.
func (i *identity) Terminate(id string) (user string, ok bool) {
	if s := i.serving.Load(); s != nil {
		return s.Terminate(id)
	}
	return "", false
}

// Configuration returns all flags but hidden ones, with the values that hold now.
func (i *identity) Configuration() []cypher.Setting {
	now := make(map[string]string)
	if t := i.tunables.Load(); t != nil {
		for _, v := range t.all() {
			now[v.flag.Name] = v.value
		}
	}
	var list []cypher.Setting
	for s := range i.flags.All() {
		if s.Flag.Hidden || s.Builtin && s.Name != "flagfile" {
			continue
		}
		value := s.Current
		if v, ok := now[s.Name]; ok {
			value = v
		}
		list = append(list, cypher.Setting{
			Name: s.Name, Default: s.Default, Value: value, Description: s.Flag.Help, Explicit: i.flags.Given(s.Name),
			Startup: s.Current, Valid: s.Flag.Type.String(),
		})
	}
	return list
}

// Runtime lists what can be changed while the server runs.
func (i *identity) Runtime() []cypher.Setting {
	t := i.tunables.Load()
	if t == nil {
		return nil
	}
	var list []cypher.Setting
	for _, v := range t.all() {
		list = append(list, cypher.Setting{
			Name: v.key, Value: v.value, Session: v.session,
			Default: v.flag.Default, Description: v.flag.Flag.Help, Explicit: v.flag.Origin.Source != gflags.FromDefault,
			Startup: v.flag.Current, Valid: v.flag.Flag.Type.String(),
		})
	}
	return list
}

// Set changes one of those.
func (i *identity) Set(ctx context.Context, name, value string) error {
	t := i.tunables.Load()
	if t == nil {
		return errStarting
	}
	err := t.set(name, value)
	i.audit(statementEvent(ctx, auth.EventSetting, name, err))
	return err
}

// Check tells what Set would.
func (i *identity) Check(name, value string) error {
	t := i.tunables.Load()
	if t == nil {
		return errStarting
	}
	_, err := t.find(name, value)
	return err
}

// Memory returns what the system says about the process.
func (i *identity) Memory() (resident, peak, files int64) { return monitor.Memory() }

// MapCount returns how many memory mappings Linux allows.
func (i *identity) MapCount() int64 {
	text, err := os.ReadFile("/proc/sys/vm/max_map_count")
	if err != nil {
		return 0
	}
	n, _ := strconv.ParseInt(string(bytes.TrimSpace(text)), 10, 64) // 0 is unknown
	return n
}
