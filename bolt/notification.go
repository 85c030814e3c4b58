package bolt

import (
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/packstream"
)

// A Notification is a remark about a statement. Versions without statuses send
// its first five fields, others all of it.
type Notification struct {
	Code           string // such as Neo.ClientNotification.Statement.CartesianProduct
	Title          string
	Description    string
	Severity       Severity
	SeverityWord   string // instead of that of Severity; empty for it
	Classification string // such as PERFORMANCE; called category up to 5.5
	Status         string // such as 03N90
	StatusText     string // such as info: cartesian product. …
	Position       *Position
}

// An Outcome is the status of a finished statement that is no notification.
type Outcome uint8

// The outcomes.
const (
	OutcomeSuccess Outcome = iota // records were there
	OutcomeOmitted                // the statement has no columns
	OutcomeNoData                 // columns, but no record
)

// status returns the GQL status and its text.
func (o Outcome) status() (status, text string) {
	switch o {
	case OutcomeOmitted:
		return "00001", "note: successful completion - omitted result"
	case OutcomeNoData:
		return "02000", "note: no data"
	default:
		return "00000", "note: successful completion"
	}
}

func (n *Notification) severity() string {
	if n.SeverityWord != "" {
		return n.SeverityWord
	}
	return n.Severity.String()
}

// append appends the form without statuses.
func (n *Notification) append(dst []byte) []byte {
	entries := 5
	if n.Position != nil {
		entries++
	}
	dst = packstream.AppendMapHeader(dst, entries)
	dst = appendText(dst, "code", n.Code)
	dst = appendText(dst, "title", n.Title)
	dst = appendText(dst, "description", n.Description)
	dst = appendText(dst, "severity", n.severity())
	dst = appendText(dst, "category", n.Classification)
	if n.Position != nil {
		dst = packstream.AppendString(dst, "position")
		dst = n.Position.append(dst)
	}
	return dst
}

// appendStatus appends the form with a status.
func (n *Notification) appendStatus(dst []byte) []byte {
	dst = packstream.AppendMapHeader(dst, 6)
	dst = appendText(dst, "gql_status", n.Status)
	dst = appendText(dst, "status_description", n.StatusText)
	dst = appendText(dst, "neo4j_code", n.Code)
	dst = appendText(dst, "title", n.Title)
	dst = appendText(dst, "description", n.Description)
	dst = packstream.AppendString(dst, "diagnostic_record")
	record := DiagnosticRecord{
		Classification: n.Classification, Severity: n.severity(), Position: n.Position,
	}
	return record.append(dst)
}

// appendStatuses appends the outcome among the notifications, which are sorted
// by their classes: no data, warnings, success, information.
func appendStatuses(dst []byte, o Outcome, notifications []Notification) []byte {
	sorted := notifications
	if len(sorted) > 1 {
		sorted = slices.Clone(notifications)
		slices.SortStableFunc(sorted, func(a, b Notification) int {
			return statusRank(a.Status) - statusRank(b.Status)
		})
	}
	status, text := o.status()
	dst = packstream.AppendListHeader(dst, len(sorted)+1)
	placed := false
	for i := range sorted {
		if !placed && statusRank(sorted[i].Status) > statusRank(status) {
			dst = appendOutcome(dst, status, text)
			placed = true
		}
		dst = sorted[i].appendStatus(dst)
	}
	if !placed {
		dst = appendOutcome(dst, status, text)
	}
	return dst
}

// appendOutcome appends a status without a diagnostic record, which would be
// empty: as in failures, an empty one is not sent.
func appendOutcome(dst []byte, status, text string) []byte {
	dst = packstream.AppendMapHeader(dst, 2)
	dst = appendText(dst, "gql_status", status)
	return appendText(dst, "status_description", text)
}

func statusRank(status string) int {
	for i, class := range []string{"02", "01", "00", "03"} {
		if strings.HasPrefix(status, class) {
			return i
		}
	}
	return 4
}
