package main

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
)

// The names of the flags in this file.
const (
	flagUserNames    = "auth-user-or-role-name-regex"
	flagPermitNull   = "auth-password-permit-null"
	flagStrength     = "auth-password-strength-regex"
	flagMinPassword  = "auth-password-min-length"
	flagHash         = "password-encryption-algorithm"
	flagLockOut      = "auth-lockout"
	flagAuditEnabled = "audit-enabled"
)

func authFlags() []gflags.Flag {
	return []gflags.Flag{
		{
			Name: flagUserNames, Type: gflags.String, Default: "[a-zA-Z0-9_.+-@]+", Validate: isPattern,
			Help: "Names that users and roles may have: a regular expression for the whole name.",
		},
		{
			Name: flagPermitNull, Type: gflags.Bool, Default: "true",
			Help: "Users may have no password. They log in with an empty one.",
		},
		{
			Name: flagStrength, Type: gflags.String, Default: ".+", Validate: isPattern,
			Help: "Passwords that users may have: a regular expression for the whole password.",
		},
		{
			Name: flagMinPassword, Type: gflags.Int32, Default: "8", Validate: gflags.InRange(1, 72),
			Help: "Characters that a new password must have at least; more than 72 bytes are never accepted.",
		},
		{
			Name: flagHash, Type: gflags.String, Default: "bcrypt",
			Validate: gflags.OneOf("password encryption algorithm", "bcrypt", "sha256", "sha256-multiple"),
			Help:     "How new passwords are stored. The two last are quick to guess; use them only for dumps that others read.",
		},
		{
			Name: flagLockOut, Type: gflags.String, Default: "3,5", Validate: isLockOut,
			Help: "Failed logins in a row that lock a user, and the seconds of the first lock, which doubles up to 5 minutes; 0 means never.",
		},
		{
			Name: flagAuditEnabled, Type: gflags.Bool,
			Help: "Write logins and changes of users to audit/audit.log in the data directory, in JSON lines.",
		},
	}
}

// isPattern accepts regular expressions.
func isPattern(name string, v gflags.Value) error {
	if _, err := regexp.Compile(v.Text()); err != nil {
		return gflags.Refusef("Expected --%s to be a regular expression: %v", name, err)
	}
	return nil
}

func isLockOut(name string, v gflags.Value) error {
	if _, _, err := lockOut(v.Text()); err != nil {
		return gflags.Refusef("Expected --%s to be failures, or failures and seconds such as 3,5, got %q", name, v.Text())
	}
	return nil
}

var errLockOut = errors.New("not a number of failures and seconds")

// lockOut reads the value of --auth-lockout.
func lockOut(text string) (failures int, first time.Duration, err error) {
	number, seconds, found := strings.Cut(text, ",")
	if !found {
		seconds = "5"
	}
	const most = 1_000_000
	failures, err = strconv.Atoi(number)
	if err != nil || failures < 0 || failures > most {
		return 0, 0, errLockOut
	}
	n, err := strconv.Atoi(seconds)
	if err != nil || n < 1 || n > 300 {
		return 0, 0, errLockOut
	}
	return failures, time.Duration(n) * time.Second, nil
}
