package server

import (
	"strings"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cypher"
)

// notificationOf adds to an engine's notification what clients of newer versions
// get: the classification and the status.
func notificationOf(n *cypher.Notification) bolt.Notification {
	out := bolt.Notification{
		Code: n.Code, Title: n.Title, Description: n.Description, Severity: bolt.SeverityWarning,
	}
	if n.Severity == "INFORMATION" {
		out.Severity = bolt.SeverityInformation
	}
	if p := n.Position; p.Line > 0 {
		out.Position = &bolt.Position{Offset: int64(p.Offset), Line: int64(p.Line), Column: int64(p.Column)}
	}
	out.Classification, out.Status, out.StatusText = statusOf(n.Code)
	out.StatusText += " " + n.Description
	return out
}

// statusOf returns the classification, the status and the beginning of its text
// for the code of a notification.
func statusOf(code string) (classification, status, text string) {
	_, name, _ := strings.Cut(code, "Statement.")
	switch name {
	case "CartesianProduct", "CartesianProductWarning":
		return "PERFORMANCE", "03N90", "info: cartesian product."
	case "UnboundedVariableLengthPattern", "UnboundedVariableLengthPatternWarning":
		return "PERFORMANCE", "03N91", "info: unbounded variable length pattern."
	case "UnknownLabelWarning":
		return "UNRECOGNIZED", "01N50", "warn: label does not exist."
	case "UnknownRelationshipTypeWarning":
		return "UNRECOGNIZED", "01N51", "warn: relationship type does not exist."
	case "UnknownPropertyKeyWarning":
		return "UNRECOGNIZED", "01N52", "warn: property key does not exist."
	case "FeatureDeprecationWarning":
		return "DEPRECATION", "01N00", "warn: feature deprecated."
	default:
		return "GENERIC", "01N00", "warn:"
	}
}
