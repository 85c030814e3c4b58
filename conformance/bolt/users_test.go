package bolt_test

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/bolt/bolttest"
	"github.com/drawbolt/drawbolt/conformance/binary"
)

// A guarded server has a first user, an audit log and TLS.
type guarded struct {
	*binary.Server
	t *testing.T
}

func startGuarded(t *testing.T, args ...string) guarded {
	t.Helper()
	return guarded{binary.Start(t, binary.Options{
		Args: append([]string{"--audit-enabled"}, args...),
		Env:  []string{"MEMGRAPH_USER=root", "MEMGRAPH_PASSWORD=secret123"},
	}), t}
}

// open connects and says hello.
func (g guarded) open() *bolttest.Client {
	g.t.Helper()
	conn, err := tls.Dial("tcp", g.Address, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		g.t.Fatal(err)
	}
	c := bolttest.New(g.t, conn)
	c.Open("5.8")
	c.Send(`HELLO {user_agent: "bolttest/1.0", bolt_agent: {product: "bolttest/1.0"}}`)
	c.Expect("SUCCESS *")
	return c
}

// logon logs in and expects the answer.
func logon(c *bolttest.Client, user, password, want string) {
	c.Send(fmt.Sprintf(`LOGON {scheme: "basic", principal: %q, credentials: %q}`, user, password))
	c.Expect(want)
}

// as returns a session of a user.
func (g guarded) as(user, password string) *bolttest.Client {
	g.t.Helper()
	c := g.open()
	logon(c, user, password, "SUCCESS *")
	return c
}

// execute runs a statement and expects its records.
func execute(c *bolttest.Client, query string, records ...string) {
	c.Send(fmt.Sprintf(`RUN %q {} {}`, query), "PULL {n: -1}")
	c.Expect("SUCCESS *")
	c.Expect(records...)
	c.Expect("SUCCESS *")
}

// refused runs a statement that must fail with the code.
func refused(c *bolttest.Client, query, code string) {
	c.Send(fmt.Sprintf(`RUN %q {} {}`, query), "PULL {n: -1}", "RESET")
	c.Expect(`FAILURE {neo4j_code: "`+code+`", *`, "IGNORED", "SUCCESS {}")
}

const (
	forbiddenCode    = "Neo.ClientError.Security.Forbidden"
	unauthorizedCode = "Neo.ClientError.Security.Unauthorized"
	rateCode         = "Neo.ClientError.Security.AuthenticationRateLimit"
)

// TestSwitchUser logs off and on as somebody else on one connection.
func TestSwitchUser(t *testing.T) {
	g := startGuarded(t)
	c := g.as("root", "secret123")
	execute(c, "CREATE USER bob SET PASSWORD 'secret456' CHANGE NOT REQUIRED")
	execute(c, "GRANT ROLE reader TO bob")
	execute(c, "CREATE DATABASE other")
	execute(c, "CREATE (:Mine)")

	t.Run("rights", func(_ *testing.T) {
		c := g.as("root", "secret123")
		c.Send("LOGOFF")
		c.Expect("SUCCESS {}")
		logon(c, "bob", "secret456", "SUCCESS *")
		execute(c, "SHOW CURRENT USER YIELD user", `RECORD ["bob"]`)
		execute(c, "MATCH (n:Mine) RETURN count(n)", "RECORD [1]")
		refused(c, "CREATE (:Stolen)", forbiddenCode)
		refused(c, "SHOW USERS", forbiddenCode)
		c.Send("LOGOFF")
		c.Expect("SUCCESS {}")
		logon(c, "root", "secret123", "SUCCESS *")
		execute(c, "MATCH (n:Stolen) RETURN count(n)", "RECORD [0]")
		execute(c, "CREATE (:Allowed)")
	})
	t.Run("nothing without a user", func(_ *testing.T) {
		c := g.as("root", "secret123")
		c.Send("LOGOFF", `RUN "MATCH (n) RETURN n" {} {}`)
		c.Expect("SUCCESS {}", "FAILURE *")
		c.ExpectEnd()
	})
	t.Run("wrong password", func(_ *testing.T) {
		c := g.as("root", "secret123")
		c.Send("LOGOFF")
		c.Expect("SUCCESS {}")
		logon(c, "bob", "wrong", `FAILURE {neo4j_code: "`+unauthorizedCode+`", *`)
		c.ExpectEnd()
	})
	t.Run("cleared state", func(_ *testing.T) {
		isolation := func(c *bolttest.Client, level string) {
			execute(c, "SHOW STORAGE INFO YIELD `storage info` AS k, value WHERE k = 'session_isolation_level' RETURN value", `RECORD ["`+level+`"]`)
		}
		c := g.as("root", "secret123")
		isolation(c, "")
		execute(c, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
		execute(c, "USE DATABASE other", `RECORD [*]`)
		execute(c, "MATCH (n) RETURN count(n)", "RECORD [0]")
		isolation(c, "READ_COMMITTED")
		c.Send("LOGOFF")
		c.Expect("SUCCESS {}")
		logon(c, "root", "secret123", "SUCCESS *")
		isolation(c, "")
		execute(c, "MATCH (n:Mine) RETURN count(n)", "RECORD [1]")
	})
	t.Run("open transaction", func(_ *testing.T) {
		c := g.as("root", "secret123")
		c.Send("BEGIN {}", `RUN "CREATE (:Lost)" {} {}`, "PULL {n: -1}", "LOGOFF")
		c.Expect("SUCCESS *", "SUCCESS *", "SUCCESS *", "FAILURE *")
		c.ExpectEnd()
		execute(g.as("root", "secret123"), "MATCH (n:Lost) RETURN count(n)", "RECORD [0]")
	})
	t.Run("the session of a removed user ends", func(_ *testing.T) {
		switched := g.as("root", "secret123") // logs in as one who stays
		switched.Send("LOGOFF")
		switched.Expect("SUCCESS {}")
		logon(switched, "bob", "secret456", "SUCCESS *")
		away := g.as("bob", "secret456") // and this one leaves before
		away.Send("LOGOFF")
		away.Expect("SUCCESS {}")
		logon(away, "root", "secret123", "SUCCESS *")
		execute(c, "DROP USER bob")
		switched.ExpectEnd()
		execute(away, "RETURN 1", "RECORD [1]")
	})
}

// TestLockOut locks an address that has failed thirty times with as many names.
func TestLockOut(t *testing.T) {
	g := startGuarded(t, "--auth-lockout=3,60")
	admin := g.as("root", "secret123")
	execute(admin, "CREATE USER bob SET PASSWORD 'secret456' CHANGE NOT REQUIRED")
	execute(admin, "CREATE USER eve SET PASSWORD 'secret789' CHANGE NOT REQUIRED")
	g.as("bob", "secret456")
	const unauthorized, limited = `FAILURE {neo4j_code: "` + unauthorizedCode + `", *`, `FAILURE {neo4j_code: "` + rateCode + `", *`
	for i := range 30 {
		logon(g.open(), fmt.Sprintf("guess%d", i), "x", unauthorized)
	}
	for name, tt := range map[string]struct{ user, password, want string }{
		"new name":          {"guess99", "x", limited},
		"unknown here":      {"eve", "secret789", limited},
		"known here":        {"bob", "secret456", "SUCCESS *"},
		"known, wrong word": {"bob", "wrong", limited},
	} {
		t.Run(name, func(_ *testing.T) {
			c := g.open()
			logon(c, tt.user, tt.password, tt.want)
			if tt.want == limited {
				c.ExpectEnd()
			}
		})
	}
}

// TestAudit looks for a line of the audit log about everything that has one.
func TestAudit(t *testing.T) {
	g := startGuarded(t)
	c := g.as("root", "secret123")
	execute(c, "CREATE USER bob SET PASSWORD 'secret456' CHANGE NOT REQUIRED")
	execute(c, "CREATE ROLE clerk")
	execute(c, "GRANT ROLE clerk TO bob")
	execute(c, "GRANT MATCH TO clerk")
	execute(c, "ALTER USER bob SET STATUS SUSPENDED")
	execute(c, "DROP USER bob")
	execute(c, "RELOAD BOLT_SERVER TLS")
	execute(c, `SET DATABASE SETTING "log.level" TO "INFO"`)
	refused(c, `SET DATABASE SETTING "log.level" TO "LOUD"`, "Neo.ClientError.Statement.ArgumentError")
	logon(g.open(), "bob", "secret456", "FAILURE *")
	type line struct {
		Event, User, Target, Class, Connection, Peer, Time string
		TLS, OK                                            bool
	}
	var lines []line
	text, err := os.ReadFile(filepath.Join(g.Directory, "audit", "audit.log"))
	if err != nil {
		t.Fatal(err)
	}
	for l := range strings.Lines(string(text)) {
		var e line
		if err := json.Unmarshal([]byte(l), &e); err != nil {
			t.Fatalf("%s: %v", l, err)
		}
		if at, err := time.Parse(time.RFC3339Nano, e.Time); err != nil || time.Since(at) > time.Hour {
			t.Errorf("%s: the time: %v", l, err)
		}
		if e.User != "environment" && (e.Connection == "" || e.Peer == "" || !e.TLS) {
			t.Errorf("%s: no connection", l)
		}
		lines = append(lines, e)
	}
	for _, want := range []line{
		{Event: "user", User: "environment", Target: "root", Class: "created", OK: true},
		{Event: "login", User: "root", OK: true},
		{Event: "user", User: "root", Target: "bob", Class: "created", OK: true},
		{Event: "role", User: "root", Target: "clerk", Class: "created", OK: true},
		{Event: "role", User: "root", Target: "bob", Class: "granted clerk", OK: true},
		{Event: "privileges", User: "root", Target: "clerk", Class: "granted MATCH", OK: true},
		{Event: "user", User: "root", Target: "bob", Class: "altered", OK: true},
		{Event: "user", User: "root", Target: "bob", Class: "dropped", OK: true},
		{Event: "reload", User: "root", Target: "TLS", OK: true},
		{Event: "setting", User: "root", Target: "log.level", OK: true},
		{Event: "setting", User: "root", Target: "log.level"},
		{Event: "login", User: "bob", Class: "wrong user or password"},
	} {
		found := false
		for _, e := range lines {
			e.Connection, e.Peer, e.Time, e.TLS = "", "", "", false
			found = found || e == want
		}
		if !found {
			t.Errorf("no line %+v in\n%s", want, text)
		}
	}
	if mode := mustStat(t, filepath.Join(g.Directory, "audit", "audit.log")); mode != 0o600 {
		t.Errorf("the file's mode is %o", mode)
	}
}

func mustStat(t *testing.T, path string) os.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}
