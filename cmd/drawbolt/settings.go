package main

import (
	"errors"

	"github.com/drawbolt/drawbolt/cypher"
)

var _ cypher.Settings = (*identity)(nil)

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
