package main

import (
	"errors"

	"github.com/drawbolt/drawbolt/cypher"
)

var (
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

// Configuration returns all flags but hidden ones.
func (i *identity) Configuration() []cypher.Setting {
	var list []cypher.Setting
	for s := range i.flags.All() {
		if s.Flag.Hidden || s.Builtin && s.Name != "flagfile" {
			continue
		}
		list = append(list, cypher.Setting{
			Name: s.Name, Default: s.Default, Value: s.Current, Description: s.Flag.Help, Explicit: i.flags.Given(s.Name),
		})
	}
	return list
}

// Runtime lists what can be changed while the server runs: nothing so far.
func (i *identity) Runtime() []cypher.Setting { return nil }

// Set fails: see Runtime.
func (i *identity) Set(name, _ string) error { return errors.New("Unknown setting name '" + name + "'") }
