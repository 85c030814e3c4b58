package stub

import (
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// A logger writes what all connections do.
type logger struct {
	color bool

	mu sync.Mutex
	w  io.Writer // nil for none
}

// write writes a line: time, ports of client and server in hexadecimal digits,
// line of the script, message.
func (l *logger) write(client, server net.Addr, text string, ours bool) {
	if l.w == nil {
		return
	}
	line := fmt.Sprintf("%s  [#%04X>#%04X]  %s", time.Now().Format("15:04:05.000"), port(client), port(server), text)
	if l.color {
		code := "36" // cyan
		if ours {
			code = "35" // magenta
		}
		line = "\x1b[" + code + "m" + line + "\x1b[0m"
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = fmt.Fprintln(l.w, line) // a log that can not be written is no failure of the client
}

func port(a net.Addr) int {
	if tcp, ok := a.(*net.TCPAddr); ok {
		return tcp.Port
	}
	return 0
}
