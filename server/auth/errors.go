package auth

import "errors"

var (
	// ErrRefused is why a login with wrong credentials fails. It does not say
	// what was wrong.
	ErrRefused = errors.New("auth: login refused")
	// ErrRate is why a login after too many failures is not looked at.
	ErrRate = errors.New("auth: too many failed logins")
	// ErrScheme is why a login with another scheme than basic fails.
	ErrScheme = errors.New("auth: scheme is not supported")
	// ErrPrivilege is why a login for something that the user may not do fails.
	ErrPrivilege = errors.New("auth: user lacks the privilege")
)
