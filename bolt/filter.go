package bolt

import (
	"slices"

	"github.com/drawbolt/drawbolt/packstream"
)

// A Severity is how serious a notification is. Zero means not given.
type Severity uint8

// The severities.
const (
	SeverityInformation Severity = iota + 1
	SeverityWarning
	SeverityOff // of filters: nothing is serious enough
)

// severities are the names on the wire.
var severities = [...]string{"", "INFORMATION", "WARNING", "OFF"}

// String returns the name on the wire.
func (s Severity) String() string {
	if int(s) < len(severities) {
		return severities[s]
	}
	return ""
}

// classifications are the kinds of notification that a client may disable, by
// category until 5.5 and by classification from 5.6 on: the words are the same.
var classifications = []string{
	"DEPRECATION", "GENERIC", "HINT", "PERFORMANCE", "SCHEMA", "SECURITY",
	"TOPOLOGY", "UNRECOGNIZED", "UNSUPPORTED",
}

// A NotificationFilter is a client's choice of notifications.
type NotificationFilter struct {
	// Minimum is zero when the client left the choice to the server.
	Minimum Severity
	// Disabled has the names of unwanted categories or classifications;
	// HasDisabled tells an empty list from none.
	Disabled    []string
	HasDisabled bool
}

// Or returns the filter with what it leaves open taken from other.
func (f NotificationFilter) Or(other NotificationFilter) NotificationFilter {
	if f.Minimum == 0 {
		f.Minimum = other.Minimum
	}
	if !f.HasDisabled {
		f.Disabled, f.HasDisabled = other.Disabled, other.HasDisabled
	}
	return f
}

// Allows reports whether a notification passes.
func (f NotificationFilter) Allows(n *Notification) bool {
	return n.Severity >= f.Minimum && !slices.Contains(f.Disabled, n.Classification)
}

const (
	keySeverity        = "notifications_minimum_severity"
	keyCategories      = "notifications_disabled_categories"
	keyClassifications = "notifications_disabled_classifications"
)

func isFilterKey(key string) bool {
	return key == keySeverity || key == keyCategories || key == keyClassifications
}

// entry decodes one entry of the map that holds a filter. The list under the
// other version's key is ignored.
func (f *NotificationFilter) entry(r *RequestDecoder, key string) error {
	switch {
	case r.null():
		return nil
	case key == keySeverity:
		name, err := r.d.StringBytes()
		if err != nil {
			return fieldError(key, err)
		}
		i := slices.Index(severities[1:], string(name))
		if i < 0 {
			return illegalValue(key, "Unknown severity %q", text(name))
		}
		f.Minimum = Severity(i + 1) //nolint:gosec // at most 3
		return nil
	case key != filterKey(r.Version):
		return r.d.Skip()
	}
	list, err := r.strings(key, nil)
	if err != nil {
		return err
	}
	for _, name := range list {
		if !slices.Contains(classifications, name) {
			return illegalValue(key, "Unknown classification %q", name)
		}
	}
	f.Disabled, f.HasDisabled = list, true
	return nil
}

func filterKey(v *Version) string {
	if v.Filtering == FilterCategories {
		return keyCategories
	}
	return keyClassifications
}

func (f *NotificationFilter) entries(v *Version) int {
	n := 0
	if v.Filtering == FilterNone {
		return n
	}
	if f.Minimum != 0 {
		n++
	}
	if f.HasDisabled {
		n++
	}
	return n
}

func (f *NotificationFilter) appendEntries(dst []byte, v *Version) []byte {
	if v.Filtering == FilterNone {
		return dst
	}
	if f.Minimum != 0 {
		dst = appendText(dst, keySeverity, f.Minimum.String())
	}
	if f.HasDisabled {
		dst = packstream.AppendString(dst, filterKey(v))
		dst = appendTexts(dst, f.Disabled)
	}
	return dst
}
