package server

import (
	"sync/atomic"
	"time"
)

// Live holds what may be changed while the server runs. All methods may be
// called at any time; what they set holds for what begins afterwards.
type Live struct {
	agent        atomic.Pointer[string]
	queryTimeout atomic.Int64 // nanoseconds
	slow         atomic.Int64 // nanoseconds, negative means off
	failed       atomic.Bool
}

// Live returns the settings of this server.
func (s *Server) Live() *Live { return &s.live }

// SetAgent changes the server's name at login.
func (l *Live) SetAgent(name string) { l.agent.Store(&name) }

// SetQueryTimeout changes the bound of a transaction's life; zero means none.
func (l *Live) SetQueryTimeout(d time.Duration) { l.queryTimeout.Store(int64(d)) }

// SetSlowQueries logs statements that take d or longer; a negative d means none.
func (l *Live) SetSlowQueries(d time.Duration) { l.slow.Store(int64(d)) }

// SetFailedQueries logs statements that fail, or not.
func (l *Live) SetFailedQueries(on bool) { l.failed.Store(on) }

func (l *Live) start(o *Options) {
	l.SetAgent(o.Agent)
	l.SetQueryTimeout(o.QueryTimeout)
	l.SetSlowQueries(-1)
}
