package shell_test

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
)

func itoa(n int) string { return strconv.Itoa(n) }

// patience bounds the wait for something on the terminal; it is only reached
// when the test fails.
const patience = 30 * time.Second

// A terminal is a shell on a pseudo-terminal.
type terminal struct {
	t    *testing.T
	file *os.File

	mu    sync.Mutex
	cond  *sync.Cond
	shown strings.Builder
	seen  int // how much of it earlier expectations have taken
	ended bool
}

func open(t *testing.T, s target) *terminal {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), s.shell, s.args...)
	cmd.Env = append(os.Environ(), "TERM=xterm", "NO_COLOR=1", "PAGER=cat")
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 100})
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{t: t, file: file}
	term.cond = sync.NewCond(&term.mu)
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = file.Close()
	})
	go term.read()
	return term
}

func (term *terminal) read() {
	buf := make([]byte, 4096)
	for {
		n, err := term.file.Read(buf)
		term.mu.Lock()
		term.shown.Write(buf[:n])
		term.ended = err != nil
		term.cond.Broadcast()
		term.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// typed sends keys.
func (term *terminal) typed(keys string) {
	term.t.Helper()
	if _, err := term.file.WriteString(keys); err != nil {
		term.t.Fatal(err)
	}
}

// expect waits until a text is shown behind the last one.
func (term *terminal) expect(text string) {
	term.t.Helper()
	late := time.AfterFunc(patience, func() {
		term.mu.Lock()
		defer term.mu.Unlock()
		term.ended = true
		term.cond.Broadcast()
	})
	defer late.Stop()
	term.mu.Lock()
	defer term.mu.Unlock()
	for {
		shown := term.shown.String()
		if at := strings.Index(shown[term.seen:], text); at >= 0 {
			term.seen += at + len(text)
			return
		}
		if term.ended {
			term.t.Fatalf("%q is not shown; the terminal has %q", text, shown[term.seen:])
		}
		term.cond.Wait()
	}
}

// over waits until the shell has left the terminal.
func (term *terminal) over() {
	term.t.Helper()
	term.mu.Lock()
	defer term.mu.Unlock()
	for !term.ended {
		term.cond.Wait()
	}
}

func TestTerminal(t *testing.T) {
	s := newTarget(t)
	if code, _, stderr := s.run(t, "CREATE (:Person {name: 'Ann'});"); code != 0 {
		t.Fatal(stderr)
	}
	term := open(t, s)
	term.expect(":help lists the commands")
	term.expect("boltsh> ")

	term.typed("MATCH (n:Per\t) RETURN n.name,\r") // Tab gives the label
	term.typed("1 + 1 AS two;\r")
	term.expect(`| "Ann"  | 2   |`)
	term.expect("1 row in set")

	term.typed("RETURN 1 +;\r")
	term.expect("Neo.ClientError.Statement.SyntaxError")

	term.typed(":begin\r")
	term.expect("boltsh# ")
	term.typed("CREATE (:Person {name: 'Bob'});\r")
	term.expect("created 1 node, set 1 property, added 1 label")
	term.typed(":rollback\r")
	term.expect("boltsh> ")
	term.typed("MATCH (n:Person) RETURN count(n) AS people;\r")
	term.expect("| 1      |")

	term.typed("UNWIND range(1, 100000000000) AS x RETURN sum(x) AS s;\r")
	for running := false; !running; {
		_, stdout, stderr := s.run(t, "SHOW TRANSACTIONS YIELD currentQuery AS q WHERE q CONTAINS '000000' RETURN q;", "--format=cypherl")
		if stderr != "" {
			t.Fatal(stderr)
		}
		running = strings.Contains(stdout, "range(1, 100000000000)")
	}
	term.typed("\x03")
	term.expect("interrupted")
	term.typed("RETURN 'still here' AS x;\r")
	term.expect(`| "still here" |`)

	term.typed(":schema\r")
	term.expect("(:Person) 1")
	term.typed(":quit\r")
	term.over()
}
