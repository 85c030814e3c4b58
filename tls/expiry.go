package tls

import (
	"crypto/x509"
	"time"
)

const (
	// dateForm is how messages write dates.
	dateForm = "2006-01-02 15:04 MST"
	// expiryCheck is how often a running endpoint looks at the dates.
	expiryCheck = time.Hour
	// A certificate is reported from a third of its life before its end, but
	// not earlier than expiryWarning, and as serious from expirySerious.
	expiryWarning = 21 * 24 * time.Hour
	expirySerious = 3 * 24 * time.Hour
)

// checkDates reports a certificate that is not in date, or will not be for long.
func (l *loader) checkDates(flag, path, what string, c *x509.Certificate) {
	if s, text := judgeDates(c.NotBefore, c.NotAfter, l.now); s != 0 {
		l.problem(s, flag, path, what+" "+text)
	}
}

// judgeDates returns how serious the dates are, 0 for nothing to say.
func judgeDates(notBefore, notAfter, now time.Time) (Severity, string) {
	left := notAfter.Sub(now)
	warn := min(notAfter.Sub(notBefore)/3, expiryWarning)
	until := notAfter.UTC().Format(dateForm)
	switch {
	case now.Before(notBefore):
		return Serious, "is not valid before " + notBefore.UTC().Format(dateForm)
	case left < 0:
		return Serious, "has expired on " + until
	case left <= min(expirySerious, warn):
		return Serious, "expires on " + until
	case left <= warn:
		return Warning, "expires on " + until
	default:
		return 0, ""
	}
}
