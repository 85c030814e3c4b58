package server

import (
	"strings"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cypher"
)

// notificationOf adds to an engine's notification what clients of newer versions
// get: the classification and the status, whose text names the database.
func notificationOf(n *cypher.Notification, database string) bolt.Notification {
	out := bolt.Notification{
		Code: n.Code, Title: n.Title, Description: n.Description, Severity: bolt.SeverityWarning,
	}
	switch n.Severity {
	case "INFORMATION":
		out.Severity = bolt.SeverityInformation
	case "INFO":
		out.Severity, out.SeverityWord = bolt.SeverityInformation, n.Severity
	}
	if p := n.Position; p.Line > 0 {
		out.Position = &bolt.Position{Offset: int64(p.Offset), Line: int64(p.Line), Column: int64(p.Column)}
	}
	r := statusOf(n.Code)
	out.Classification, out.Status, out.StatusText = r.classification, r.status, r.text
	if r.what == "" || n.Subject == "" {
		out.StatusText += " " + n.Description
		return out
	}
	where := ""
	if database != "" {
		where = " in database `" + database + "`"
	}
	out.StatusText += " The " + r.what + " `" + n.Subject + "` does not exist" + where + ". Verify that the spelling is correct."
	return out
}

// A statusRow is what newer versions know of a notification's code. The text is
// the beginning of the status's text, and what names the thing that is missing.
type statusRow struct{ classification, status, text, what string }

func statusOf(code string) statusRow {
	_, name, _ := strings.Cut(code, "Statement.")
	switch name {
	case "CartesianProduct", "CartesianProductWarning":
		return statusRow{"PERFORMANCE", "03N90", "info: cartesian product.", ""}
	case "UnboundedVariableLengthPattern", "UnboundedVariableLengthPatternWarning":
		return statusRow{"PERFORMANCE", "03N91", "info: unbounded variable length pattern.", ""}
	case "UnknownLabelWarning":
		return statusRow{"UNRECOGNIZED", "01N50", "warn: label does not exist.", "label"}
	case "UnknownRelationshipTypeWarning":
		return statusRow{"UNRECOGNIZED", "01N51", "warn: relationship type does not exist.", "relationship type"}
	case "UnknownPropertyKeyWarning":
		return statusRow{"UNRECOGNIZED", "01N52", "warn: property key does not exist.", "property"}
	case "FeatureDeprecationWarning":
		return statusRow{"DEPRECATION", "01N00", "warn: feature deprecated.", ""}
	default:
		return statusRow{"GENERIC", "01N00", "warn:", ""}
	}
}
