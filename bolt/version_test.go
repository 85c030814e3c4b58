package bolt_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/bolt"
)

// TestVersions compares the whole table with a drawing of it: one line per
// version, with the requests it has and what it says.
func TestVersions(t *testing.T) {
	const (
		old    = "HELLO2 ACK_FAILURE0 RESET0 RUN2 DISCARD0 PULL0"
		three  = "HELLO1 GOODBYE0 RESET0 RUN3 BEGIN1 COMMIT0 ROLLBACK0 DISCARD0 PULL0"
		four   = "HELLO1 GOODBYE0 RESET0 RUN3 BEGIN1 COMMIT0 ROLLBACK0 DISCARD1 PULL1"
		route  = four + " ROUTE3"
		logon  = route + " LOGON1 LOGOFF0"
		latest = four + " TELEMETRY1 ROUTE3 LOGON1 LOGOFF0"
	)
	want := []struct{ version, requests, fields string }{
		{"6.1", latest, "logon agent classifications home updates statuses gql noops hints ids utc vectors uuids"},
		{"6.0", latest, "logon agent classifications home updates statuses gql noops hints ids utc vectors"},
		{"5.8", latest, "logon agent classifications home updates statuses gql noops hints ids utc"},
		{"5.7", latest, "logon agent classifications updates statuses gql noops hints ids utc"},
		{"5.6", latest, "logon agent classifications updates statuses noops hints ids utc"},
		{"5.5", latest, "logon agent categories updates noops hints ids utc flawed"},
		{"5.4", latest, "logon agent categories updates noops hints ids utc"},
		{"5.3", logon, "logon agent categories updates noops hints ids utc"},
		{"5.2", logon, "logon categories updates noops hints ids utc"},
		{"5.1", logon, "logon updates noops hints ids utc"},
		{"5.0", route, "hello updates noops hints ids utc"},
		{"4.4", route, "hello updates noops hints patch"},
		{"4.3", route, "hello noops hints patch"},
		{"4.2", four, "hello noops hints"},
		{"4.1", four, "hello noops hints"},
		{"4.0", four, "hello hints"},
		{"3", three, "hello"},
		{"2", old, "init"},
		{"1", old, "init bare"},
	}
	list, ok := bolt.Versions("", "", true)
	if !ok || len(list) != len(want) {
		t.Fatalf("Versions() = %v, %v; want %d versions", list, ok, len(want))
	}
	for i, v := range list {
		got := fmt.Sprintf("%s: %s: %s", v, requests(v), fields(v))
		if w := fmt.Sprintf("%s: %s: %s", want[i].version, want[i].requests, want[i].fields); got != w {
			t.Errorf("row %d is\n\t%s\nwant\n\t%s", i, got, w)
		}
	}
}

func requests(v *bolt.Version) string {
	var list []string
	for s := range bolt.Signature(0x80) {
		if n, ok := v.Fields(s); ok {
			list = append(list, fmt.Sprintf("%s%d", s, n))
		}
	}
	return strings.Join(list, " ")
}

func fields(v *bolt.Version) string {
	var list []string
	for _, f := range []struct {
		set  bool
		name string
	}{
		{v.Login == bolt.LoginInit, "init"},
		{v.Login == bolt.LoginHello, "hello"},
		{v.Login == bolt.LoginLogon, "logon"},
		{v.BoltAgent, "agent"},
		{v.Filtering == bolt.FilterCategories, "categories"},
		{v.Filtering == bolt.FilterClassifications, "classifications"},
		{v.HomeDatabase, "home"},
		{v.ContainsUpdates, "updates"},
		{v.Statuses, "statuses"},
		{v.GQLErrors, "gql"},
		{v.Noops, "noops"},
		{v.Hints, "hints"},
		{v.ElementIDs, "ids"},
		{v.UTC, "utc"},
		{v.PatchUTC, "patch"},
		{v.Vectors, "vectors"},
		{v.UUIDs, "uuids"},
		{v.Flawed, "flawed"},
		{!v.Temporal, "bare"},
	} {
		if f.set {
			list = append(list, f.name)
		}
	}
	return strings.Join(list, " ")
}

func TestVersionsBetween(t *testing.T) {
	for _, tt := range []struct {
		min, max string
		flawed   bool
		want     string
	}{
		{"4.3", "5.1", false, "[5.1 5.0 4.4 4.3]"},
		{"5.4", "5.6", false, "[5.6 5.4]"},
		{"5.4", "5.6", true, "[5.6 5.5 5.4]"},
		{"5.0", "4.0", false, "[]"},
		{"", "1", false, "[1]"},
		{"4.9", "", false, "no"},
		{"", "7", false, "no"},
	} {
		list, ok := bolt.Versions(tt.min, tt.max, tt.flawed)
		got := fmt.Sprint(list)
		if !ok {
			got = "no"
		}
		if got != tt.want {
			t.Errorf("Versions(%q, %q, %v) = %s, want %s", tt.min, tt.max, tt.flawed, got, tt.want)
		}
	}
}

func TestWithUTC(t *testing.T) {
	for _, text := range []string{"4.3", "4.4"} {
		plain := version(t, text)
		utc := plain.WithUTC()
		if !utc.UTC || plain.UTC || utc.Text != text || utc != plain.WithUTC() || utc != utc.WithUTC() {
			t.Errorf("WithUTC() of %s = %+v", text, utc)
		}
	}
	for _, text := range []string{"1", "4.2", "5.0", "6.1"} {
		if v := version(t, text); v.WithUTC() != v {
			t.Errorf("WithUTC() of %s is another version", text)
		}
	}
}

func TestSignatures(t *testing.T) {
	for s := range bolt.Signature(0x80) {
		if parsed, ok := bolt.ParseSignature(s.String()); ok && parsed != s {
			t.Errorf("ParseSignature(%q) = %02X, want %02X", s, byte(parsed), byte(s))
		}
	}
	if s, ok := bolt.PeekSignature([]byte{0xB0, 0x0F}); s != bolt.SignatureReset || !ok {
		t.Errorf("PeekSignature(B0 0F) = %v, %v", s, ok)
	}
	for _, wire := range []string{"", "B0", "A0 0F", "0F"} {
		if s, ok := bolt.PeekSignature(unhex(t, wire)); ok {
			t.Errorf("PeekSignature(%s) = %v", wire, s)
		}
	}
}
