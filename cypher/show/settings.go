package show

import (
	"context"
	"slices"

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
	t.show("DATABASE SETTING", t.runtimeSetting, textual("setting_value")...)
	t.add(&Table{Alone: true, rows: func(_ context.Context, r *Request) error {
		if err := t.Settings.Set(r.Text("setting"), r.Text("value")); err != nil {
			return &Error{Message: err.Error()}
		}
		return nil
	}}, "SET DATABASE SETTING TO")
}

func (t *Tables) runtimeSetting(_ context.Context, r *Request) error {
	name := r.Text("setting")
	for _, s := range t.Settings.Runtime() {
		if s.Name == name {
			return r.Yield([]graph.Value{text(s.Value)})
		}
	}
	return &Error{Message: "Unknown setting name '" + name + "'"}
}

// listSettings lists what the server was started with, and then what can be
// changed.
func (t *Tables) listSettings(_ context.Context, r *Request) error {
	names := r.Texts("names")
	list := func(settings []Setting, dynamic bool) error {
		for i := range settings {
			s := &settings[i]
			if len(names) > 0 && !slices.Contains(names, s.Name) {
				continue
			}
			if err := r.Yield([]graph.Value{
				text(s.Name), text(s.Value), graph.Boolean(dynamic), text(s.Default), text(s.Description), text(s.Value),
				graph.Boolean(s.Explicit), text(""), graph.Boolean(false),
			}); err != nil {
				return err
			}
		}
		return nil
	}
	if err := list(t.Settings.Configuration(), false); err != nil {
		return err
	}
	return list(t.Settings.Runtime(), true)
}

func (t *Tables) listConfig(_ context.Context, r *Request) error {
	for _, s := range t.Settings.Configuration() {
		if err := r.Yield([]graph.Value{text(s.Name), text(s.Default), text(s.Value), text(s.Description)}); err != nil {
			return err
		}
	}
	return nil
}
