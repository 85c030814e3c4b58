package main

import "github.com/coreos/go-systemd/v22/daemon"

// The states that a service manager is told.
const (
	notifyReady    = daemon.SdNotifyReady
	notifyStopping = daemon.SdNotifyStopping
)

// notify tells the service manager a state, if one has started the process and
// waits for it.
func (p *process) notify(state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		p.log.Warn().Err(err).Msg("the service manager was not told: " + state)
	}
}
