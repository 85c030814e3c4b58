package show

import (
	"context"
	"maps"
	"slices"

	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// addSettings adds the configuration in both dialects.
func (t *Tables) addSettings() {
	if t.Settings == nil {
		return
	}
	t.show("SETTINGS", t.listSettings, slices.Concat(
		textual("name", "value"), booleans("isDynamic"), textual("defaultValue", "description", "startupValue+"),
		booleans("isExplicitlySet+"), textual("validValues+"), booleans("isDeprecated+"))...)
	t.show("CONFIG", t.listConfig, textual("name", "default_value", "current_value", "description")...)
	t.show("DATABASE SETTINGS", func(_ context.Context, r *Request) error {
		for _, s := range t.Settings.Runtime() {
			if err := r.Yield([]graph.Value{text(s.Name), text(s.Value)}); err != nil {
				return err
			}
		}
		return nil
	}, textual("setting_name", "setting_value")...)
	t.show("DATABASE SETTING", func(_ context.Context, r *Request) error {
		s, err := t.runtimeSetting(r.Text("setting"))
		if err != nil {
			return err
		}
		return r.Yield([]graph.Value{text(s.Value)})
	}, textual("setting_value")...)
	t.add(&Table{Alone: true, rows: func(ctx context.Context, r *Request) error {
		return refusedWith(t.Settings.Set(ctx, r.Text("setting"), r.Text("value")))
	}}, "SET DATABASE SETTING TO")
	t.addSessionSettings()
}

// addSessionSettings adds the statements about settings that each client may
// choose for itself.
func (t *Tables) addSessionSettings() {
	t.show("SESSION SETTINGS", func(_ context.Context, r *Request) error {
		for _, s := range t.Settings.Runtime() {
			if !s.Session {
				continue
			}
			if err := r.Yield([]graph.Value{text(s.Name), text(r.chosen(&s))}); err != nil {
				return err
			}
		}
		return nil
	}, textual("setting_name", "setting_value")...)
	t.show("SESSION SETTING", func(_ context.Context, r *Request) error {
		s, err := t.sessionSetting(r)
		if err != nil {
			return err
		}
		return r.Yield([]graph.Value{text(r.chosen(s))})
	}, textual("setting_value")...)
	t.add(&Table{Alone: true, rows: func(_ context.Context, r *Request) error {
		s, err := t.sessionSetting(r)
		if err != nil {
			return err
		}
		if err := t.Settings.Check(s.Name, r.Text("value")); err != nil {
			return refusedWith(err)
		}
		if *r.Choices == nil {
			*r.Choices = make(function.Choices)
		}
		(*r.Choices)[s.Name] = r.Text("value")
		return nil
	}}, "SET SESSION SETTING TO")
	t.add(&Table{Alone: true, rows: func(_ context.Context, r *Request) error {
		s, err := t.sessionSetting(r)
		if err == nil {
			delete(*r.Choices, s.Name)
		}
		return err
	}}, "RESET SESSION SETTING")
}

// sessionSetting returns the setting that a statement about the client's own
// settings names.
func (t *Tables) sessionSetting(r *Request) (*Setting, error) {
	name := r.Text("setting")
	s, err := t.runtimeSetting(name)
	switch {
	case err != nil:
		return nil, err
	case !s.Session:
		return nil, &Error{Message: `Setting "` + name + `" cannot be set per-session`}
	case r.Choices == nil:
		return nil, &Error{Message: "There is no session that could have settings of its own."}
	}
	return s, nil
}

// chosen returns the value of a setting that holds for the client.
func (r *Request) chosen(s *Setting) string {
	if r.Choices != nil {
		if v, ok := (*r.Choices)[s.Name]; ok {
			return v
		}
	}
	return s.Value
}

// refusedWith makes an error for the client of one that the server has worded.
func refusedWith(err error) error {
	if err == nil {
		return nil
	}
	return &Error{Message: err.Error()}
}

func (t *Tables) runtimeSetting(name string) (*Setting, error) {
	for _, s := range t.Settings.Runtime() {
		if s.Name == name {
			return &s, nil
		}
	}
	return nil, &Error{Message: "Unknown setting name '" + name + "'"}
}

// listSettings lists what the server was started with and what can be changed,
// sorted by name. A name that is both can be changed.
func (t *Tables) listSettings(_ context.Context, r *Request) error {
	type row struct {
		Setting

		dynamic bool
	}
	byName := make(map[string]row)
	for _, s := range t.Settings.Configuration() {
		byName[s.Name] = row{Setting: s}
	}
	for _, s := range t.Settings.Runtime() {
		byName[s.Name] = row{Setting: s, dynamic: true}
	}
	names := r.Texts("names")
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		if len(names) > 0 && !slices.Contains(names, name) {
			continue
		}
		s := byName[name]
		if err := r.Yield([]graph.Value{
			text(s.Name), text(s.Value), graph.Boolean(s.dynamic), text(s.Default), text(s.Description), text(s.Startup),
			graph.Boolean(s.Explicit), text(s.Valid), graph.Boolean(false),
		}); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tables) listConfig(_ context.Context, r *Request) error {
	for _, s := range t.Settings.Configuration() {
		if err := r.Yield([]graph.Value{text(s.Name), text(s.Default), text(s.Value), text(s.Description)}); err != nil {
			return err
		}
	}
	return nil
}
