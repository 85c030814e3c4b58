package server

import (
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/drawbolt/drawbolt/cypher"
)

// Live holds what may be changed while the server runs. All methods may be
// called at any time; what they set holds for what begins afterwards.
type Live struct {
	agent        atomic.Pointer[string]
	queryTimeout atomic.Int64 // nanoseconds
	slow         atomic.Int64 // nanoseconds, negative means off
	failed       atomic.Bool
	plan         atomic.Bool
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

// SetQueryPlan writes the plan behind the line of a slow statement, or not.
func (l *Live) SetQueryPlan(on bool) { l.plan.Store(on) }

// The settings that a client may choose for itself; see [cypher.Session].
const (
	SettingSlowQueries   = "log.min_duration_ms"
	SettingFailedQueries = "log.failed_queries"
	SettingQueryPlan     = "log.query_plan"
)

// slowFor returns how long a statement of a client takes when it is slow;
// negative when none is.
func (l *Live) slowFor(c *cypher.Session) time.Duration {
	if v, ok := c.Choice(SettingSlowQueries); ok {
		if ms, err := strconv.ParseInt(v, 10, 64); err == nil {
			return time.Duration(ms) * time.Millisecond
		}
	}
	return time.Duration(l.slow.Load())
}

// choice returns a switch as it stands for a client.
func choice(c *cypher.Session, setting string, all *atomic.Bool) bool {
	if v, ok := c.Choice(setting); ok {
		return strings.EqualFold(v, "true")
	}
	return all.Load()
}

func (l *Live) start(o *Options) {
	l.SetAgent(o.Agent)
	l.SetQueryTimeout(o.QueryTimeout)
	l.SetSlowQueries(-1)
}
