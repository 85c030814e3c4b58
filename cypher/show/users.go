package show

import (
	"context"
	"slices"

	"github.com/drawbolt/drawbolt/storage/graph"
)

// addUsers adds the listings of users and roles. A server without users has
// none to list: whoever connects may do everything.
func (t *Tables) addUsers() {
	users := slices.Concat(
		textual("user"), lists("roles"), booleans("passwordChangeRequired", "suspended"), textual("home"))
	t.show("CURRENT USER", currentUser, users...).System = true
	t.show("USERS", nothing, users...).System = true
	t.show("ROLES", nothing, slices.Concat(textual("role"), booleans("immutable"))...).System = true
	t.show("CURRENT ROLE", nothing, textual("role")...).System = true
	t.show("ACTIVE USERS INFO", t.activeUsers, textual("username", "session uuid", "login timestamp")...)
}

func currentUser(_ context.Context, r *Request) error {
	if r.User == "" {
		return nil
	}
	return r.Yield([]graph.Value{text(r.User), texts(r.Roles), graph.Boolean(false), graph.Boolean(false), {}})
}

// activeUsers lists the clients that have a transaction open.
func (t *Tables) activeUsers(_ context.Context, r *Request) error {
	if t.Transactions == nil {
		return nil
	}
	for _, x := range t.Transactions.Open() {
		if err := r.Yield([]graph.Value{text(x.User), text(x.ConnectionID), text(stamp(x.Started))}); err != nil {
			return err
		}
	}
	return nil
}
