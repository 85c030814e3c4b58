package bolt

import (
	"github.com/drawbolt/drawbolt/packstream"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// Counters are the changes that a statement made. Zeros are not sent.
type Counters struct {
	NodesCreated         int64
	NodesDeleted         int64
	RelationshipsCreated int64
	RelationshipsDeleted int64
	PropertiesSet        int64
	LabelsAdded          int64
	LabelsRemoved        int64
	IndexesAdded         int64
	IndexesRemoved       int64
	ConstraintsAdded     int64
	ConstraintsRemoved   int64
	SystemUpdates        int64
}

// named returns the counters with their keys; system updates come last.
func (c *Counters) named() [12]struct {
	key string
	n   int64
} {
	return [...]struct {
		key string
		n   int64
	}{
		{"nodes-created", c.NodesCreated},
		{"nodes-deleted", c.NodesDeleted},
		{"relationships-created", c.RelationshipsCreated},
		{"relationships-deleted", c.RelationshipsDeleted},
		{"properties-set", c.PropertiesSet},
		{"labels-added", c.LabelsAdded},
		{"labels-removed", c.LabelsRemoved},
		{"indexes-added", c.IndexesAdded},
		{"indexes-removed", c.IndexesRemoved},
		{"constraints-added", c.ConstraintsAdded},
		{"constraints-removed", c.ConstraintsRemoved},
		{"system-updates", c.SystemUpdates},
	}
}

// append appends the map of the counters that are not zero.
func (c *Counters) append(dst []byte, v *Version) []byte {
	n := 0
	graphUpdates := false
	all := c.named()
	for i := range all {
		if all[i].n != 0 {
			n++
			graphUpdates = graphUpdates || i < len(all)-1
		}
	}
	systemUpdates := c.SystemUpdates != 0
	if v.ContainsUpdates {
		if graphUpdates {
			n++
		}
		if systemUpdates {
			n++
		}
	}
	dst = packstream.AppendMapHeader(dst, n)
	for i := range all {
		if all[i].n != 0 {
			dst = appendNumber(dst, all[i].key, all[i].n)
		}
	}
	if v.ContainsUpdates && graphUpdates {
		dst = appendFlag(dst, "contains-updates", true)
	}
	if v.ContainsUpdates && systemUpdates {
		dst = appendFlag(dst, "contains-system-updates", true)
	}
	return dst
}

// A Summary answers the PULL or DISCARD that ended a statement's records.
type Summary struct {
	// Type is r, w, rw or s, for statements that read, write, do both, or
	// change schema and settings. Drivers refuse other words.
	Type string
	// ConsumedAfter is in milliseconds.
	ConsumedAfter int64
	Database      string
	Bookmark      string // of auto-commit statements
	Counters      Counters
	Outcome       Outcome
	Notifications []Notification
	// Plan and Profile are trees of maps, or null: the operatorType,
	// identifiers, args and children of each operator.
	Plan, Profile graph.Value
}

// Append appends the message. The answer says has_more: false, because some
// clients crash without it, although real servers leave it out.
func (m *Summary) Append(dst []byte, v *Version) ([]byte, error) {
	counters := m.Counters != Counters{}
	notifications := v.Statuses || len(m.Notifications) > 0
	n := 2
	for _, present := range []bool{
		v.Batches, v.Databases && m.Database != "", v.Transactions && m.Bookmark != "",
		counters, notifications, !m.Plan.IsNull(), !m.Profile.IsNull(),
	} {
		if present {
			n++
		}
	}
	dst = packstream.AppendMapHeader(successHeader(dst), n)
	if v.Batches {
		dst = appendFlag(dst, "has_more", false)
	}
	if v.Transactions && m.Bookmark != "" {
		dst = appendText(dst, "bookmark", m.Bookmark)
	}
	dst = appendText(dst, "type", m.Type)
	dst = appendNumber(dst, v.ConsumedAfter, m.ConsumedAfter)
	if v.Databases && m.Database != "" {
		dst = appendText(dst, "db", m.Database)
	}
	if counters {
		dst = m.Counters.append(packstream.AppendString(dst, "stats"), v)
	}
	if notifications {
		dst = m.appendNotifications(dst, v)
	}
	return m.appendPlans(dst, v)
}

func (m *Summary) appendNotifications(dst []byte, v *Version) []byte {
	if v.Statuses {
		dst = packstream.AppendString(dst, "statuses")
		return appendStatuses(dst, m.Outcome, m.Notifications)
	}
	dst = packstream.AppendString(dst, "notifications")
	dst = packstream.AppendListHeader(dst, len(m.Notifications))
	for i := range m.Notifications {
		dst = m.Notifications[i].append(dst)
	}
	return dst
}

func (m *Summary) appendPlans(dst []byte, v *Version) (_ []byte, err error) {
	if !m.Plan.IsNull() {
		dst = packstream.AppendString(dst, "plan")
		if dst, err = AppendValue(dst, m.Plan, v, nil); err != nil {
			return dst, err
		}
	}
	if !m.Profile.IsNull() {
		dst = packstream.AppendString(dst, "profile")
		dst, err = AppendValue(dst, m.Profile, v, nil)
	}
	return dst, err
}
