package tls_test

import (
	"context"
	cryptotls "crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/drawbolt/drawbolt/tls"
	"github.com/drawbolt/drawbolt/tls/tlstest"
)

// resumable is a client's configuration with a session cache.
func resumable(t *testing.T, ca *tlstest.CA, version uint16, pairs ...tlstest.Pair) *cryptotls.Config {
	t.Helper()
	c := ca.ClientConfig(t, pairs...)
	c.MinVersion, c.MaxVersion = version, version
	c.ClientSessionCache = cryptotls.NewLRUClientSessionCache(1)
	return c
}

var versions = []struct {
	name string
	id   uint16
}{{"TLS 1.2", cryptotls.VersionTLS12}, {"TLS 1.3", cryptotls.VersionTLS13}}

func TestResumption(t *testing.T) {
	ca := tlstest.NewCA(t)
	r := newRecorder()
	o := optionsFor(ca.Issue(t, tlstest.Leaf{}))
	o.Events = r.events()
	_, addr := serve(t, o)
	for _, v := range versions {
		t.Run(v.name, func(t *testing.T) {
			config := resumable(t, ca, v.id)
			if mustDial(t, addr, config).DidResume {
				t.Error("the first connection resumes; want a full handshake")
			}
			if !mustDial(t, addr, config).DidResume {
				t.Error("the second connection does not resume")
			}
		})
	}
	r.wait(t, "four handshakes", func() bool { return len(r.handshakes) == 4 })
	for i, h := range r.handshakes {
		if h.Resumed != (i%2 == 1) {
			t.Errorf("handshake %d: resumed = %t", i, h.Resumed)
		}
	}
}

// TestReload changes one thing and reloads: new connections see it, tickets of
// before count only where nothing they vouch for has changed.
func TestReload(t *testing.T) {
	for _, tt := range []struct {
		name       string
		change     func(t *testing.T, ca *tlstest.CA, server, client tlstest.Pair, o tls.Options)
		wantErr    string // of the reload
		wantRefuse bool   // the client is refused afterwards
		wantResume bool
		wantLeaf   string
	}{
		{
			name:       "nothing",
			change:     func(*testing.T, *tlstest.CA, tlstest.Pair, tlstest.Pair, tls.Options) {},
			wantResume: true, wantLeaf: "old",
		},
		{
			name: "leaf",
			change: func(t *testing.T, ca *tlstest.CA, server, _ tlstest.Pair, _ tls.Options) {
				t.Helper()
				server.Replace(t, ca.Issue(t, tlstest.Leaf{CommonName: "new"}))
			},
			wantLeaf: "new",
		},
		{
			name: "foreign key",
			change: func(t *testing.T, ca *tlstest.CA, server, _ tlstest.Pair, _ tls.Options) {
				t.Helper()
				tlstest.Write(t, server.KeyFile, read(t, ca.Issue(t, tlstest.Leaf{}).KeyFile), 0o400)
			},
			wantErr: "does not belong", wantResume: true, wantLeaf: "old",
		},
		{
			name: "file gone",
			change: func(t *testing.T, _ *tlstest.CA, server, _ tlstest.Pair, _ tls.Options) {
				t.Helper()
				if err := os.Remove(server.CertFile); err != nil {
					t.Fatal(err)
				}
			},
			wantErr: "no such file", wantResume: true, wantLeaf: "old",
		},
		{
			name: "client revoked",
			change: func(t *testing.T, ca *tlstest.CA, _, client tlstest.Pair, o tls.Options) {
				t.Helper()
				tlstest.Write(t, o.ClientCRLFile, read(t, ca.Revoke(t, time.Time{}, client.Cert)), 0o644)
			},
			wantRefuse: true,
		},
		{
			name: "client authority gone",
			change: func(t *testing.T, _ *tlstest.CA, _, _ tlstest.Pair, o tls.Options) {
				t.Helper()
				other := tlstest.NewCA(t)
				tlstest.Write(t, o.ClientCAFile, read(t, other.File), 0o644)
				tlstest.Write(t, o.ClientCRLFile, read(t, other.Revoke(t, time.Time{})), 0o644)
			},
			wantRefuse: true,
		},
		{
			name: "broken authority file",
			change: func(t *testing.T, _ *tlstest.CA, _, _ tlstest.Pair, o tls.Options) {
				t.Helper()
				tlstest.Write(t, o.ClientCAFile, []byte("x"), 0o644)
			},
			wantErr: "has no PEM certificate", wantResume: true, wantLeaf: "old",
		},
		{
			name: "another trusted authority",
			change: func(t *testing.T, ca *tlstest.CA, _, _ tlstest.Pair, o tls.Options) {
				t.Helper()
				tlstest.Write(t, o.ClientCAFile, append(read(t, ca.File), read(t, tlstest.NewCA(t).File)...), 0o644)
			},
			wantLeaf: "old",
		},
	} {
		for _, v := range versions {
			for _, keyFile := range []bool{false, true} {
				name := tt.name + ", " + v.name
				if keyFile {
					name += ", key file"
				}
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					ca := tlstest.NewCA(t)
					server, client := ca.Issue(t, tlstest.Leaf{CommonName: "old"}), ca.Issue(t, tlstest.Leaf{Client: true})
					o := optionsFor(server)
					o.ClientAuth = "require"
					o.ClientCAFile = write(t, read(t, ca.File), 0o644)
					o.ClientCRLFile = ca.Revoke(t, time.Time{})
					if keyFile {
						o.TicketKeyFile = write(t, []byte(strings.Repeat("5e", 32)), 0o400)
					}
					e, addr := serve(t, o)
					config := resumable(t, ca, v.id, client)
					mustDial(t, addr, config)
					tt.change(t, ca, server, client, o)
					if err := e.Reload(t.Context()); !errHas(err, tt.wantErr) {
						t.Errorf("Reload = %v; want error with %q", err, tt.wantErr)
					}
					state, err := dial(t, addr, config)
					if (err != nil) != tt.wantRefuse {
						t.Fatalf("dial = %v; want refusal %t", err, tt.wantRefuse)
					}
					if err != nil {
						return
					}
					if got := state.PeerCertificates[0].Subject.CommonName; state.DidResume != tt.wantResume || got != tt.wantLeaf {
						t.Errorf("resumed %t, leaf %q; want %t, %q", state.DidResume, got, tt.wantResume, tt.wantLeaf)
					}
				})
			}
		}
	}
}

// TestReloadKeepsConnections reloads while a connection is open.
func TestReloadKeepsConnections(t *testing.T) {
	ca := tlstest.NewCA(t)
	pair := ca.Issue(t, tlstest.Leaf{})
	r := newRecorder()
	o := optionsFor(pair)
	o.Events = r.events()
	e, addr := serve(t, o)
	c, err := (&cryptotls.Dialer{Config: ca.ClientConfig(t)}).DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(t, c)
	for range 3 {
		pair.Replace(t, ca.Issue(t, tlstest.Leaf{}))
		if err := e.Reload(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tickets != 4 || len(r.reloads) != 3 {
		t.Errorf("%d ticket keys, reloads %q; want 4 and 3", r.tickets, r.reloads)
	}
}

// TestReloadWaitsForTheOtherFile replaces the second file of a pair while a
// reload waits for its second try.
func TestReloadWaitsForTheOtherFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ca := tlstest.NewCA(t)
		pair, next := ca.Issue(t, tlstest.Leaf{}), ca.Issue(t, tlstest.Leaf{CommonName: "next"})
		e, err := tls.Open(optionsFor(pair))
		if err != nil {
			t.Fatal(err)
		}
		defer closeAll(t, e)
		tlstest.Write(t, pair.CertFile, read(t, next.CertFile), 0o644)
		done := make(chan error)
		go func() { done <- e.Reload(t.Context()) }()
		synctest.Wait() // the reload has failed once
		tlstest.Write(t, pair.KeyFile, read(t, next.KeyFile), 0o400)
		if err := <-done; err != nil {
			t.Errorf("Reload = %v; want success on the second try", err)
		}
		if got := e.Pairs()[0].Subject; got != "CN=next" {
			t.Errorf("subject = %q; want CN=next", got)
		}
		if err := os.Remove(pair.KeyFile); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		start := time.Now()
		if err := e.Reload(ctx); err == nil || time.Since(start) > 0 {
			t.Errorf("cancelled Reload = %v after %v; want an error at once", err, time.Since(start))
		}
	})
}

// pipeListener hands out one end of pipes, which work on a fake clock.
type pipeListener struct{ conns chan net.Conn }

func (l *pipeListener) Accept() (net.Conn, error) {
	c, ok := <-l.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (l *pipeListener) Close() error   { close(l.conns); return nil }
func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// overPipe connects through a pipe and reports whether the client resumed.
func overPipe(t *testing.T, e *tls.Endpoint, config *cryptotls.Config) bool {
	t.Helper()
	l := &pipeListener{conns: make(chan net.Conn, 1)}
	near, far := net.Pipe()
	l.conns <- far
	var wg sync.WaitGroup
	wg.Go(func() {
		c, err := e.NewListener(l).Accept()
		if err == nil {
			echo(c)
		}
	})
	c := cryptotls.Client(near, config)
	if _, err := c.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	resumed := c.ConnectionState().DidResume
	near.Close()
	wg.Wait()
	return resumed
}

// TestRotation walks the ring with a fake clock: a ticket works after one
// rotation, not after two.
func TestRotation(t *testing.T) {
	for _, v := range versions {
		t.Run(v.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ca := tlstest.NewCA(t)
				e, err := tls.Open(optionsFor(ca.Issue(t, tlstest.Leaf{NotAfter: time.Now().Add(100 * 24 * time.Hour)})))
				if err != nil {
					t.Fatal(err)
				}
				defer closeAll(t, e)
				config := resumable(t, ca, v.id)
				for _, step := range []struct {
					wait time.Duration
					want bool
				}{
					{0, false},
					{11 * time.Hour, true},
					// The client keeps the newest ticket, issued at its last connection.
					{12 * time.Hour, true},
					{13*time.Hour + time.Minute, false}, // two rotations later
				} {
					time.Sleep(step.wait) //nolint:forbidigo // the fake clock
					synctest.Wait()
					if got := overPipe(t, e, config); got != step.want {
						t.Errorf("after %v: resumed = %t; want %t", step.wait, got, step.want)
					}
				}
			})
		})
	}
}

// TestTicketKeyFile uses one file in several servers and over a restart.
func TestTicketKeyFile(t *testing.T) {
	ca := tlstest.NewCA(t)
	pair := ca.Issue(t, tlstest.Leaf{})
	o := optionsFor(pair)
	oldKey, newKey := strings.Repeat("01", 32)+"\n", strings.Repeat("02", 32)+"\r\n"
	o.TicketKeyFile = filepath.Join(t.TempDir(), "keys")
	tlstest.Write(t, o.TicketKeyFile, []byte(oldKey), 0o400)
	_, first := serve(t, o)
	same, second := serve(t, o)
	_, otherLeaf := serve(t, func() tls.Options {
		p := optionsFor(ca.Issue(t, tlstest.Leaf{}))
		p.TicketKeyFile = o.TicketKeyFile
		return p
	}())
	_, ring := serve(t, optionsFor(pair))
	for _, v := range versions {
		for _, tt := range []struct {
			name, addr string
			want       bool
		}{
			{"the same server", first, true},
			{"a second server", second, true},
			{"another leaf", otherLeaf, false},
			{"no key file", ring, false},
		} {
			t.Run(tt.name+", "+v.name, func(t *testing.T) {
				config := resumable(t, ca, v.id)
				mustDial(t, first, config)
				if got := mustDial(t, tt.addr, config).DidResume; got != tt.want {
					t.Errorf("resumed = %t; want %t", got, tt.want)
				}
			})
		}
	}
	t.Run("rotation by the operator", func(t *testing.T) {
		config := resumable(t, ca, cryptotls.VersionTLS12)
		mustDial(t, second, config)
		for _, step := range []struct {
			name, file string
			mode       os.FileMode
			reloads    bool
			want       bool
		}{
			{"old key listed second", newKey + oldKey, 0o400, true, true},
			{"readable by others, so not taken", oldKey, 0o444, false, true},
			{"a key of before that removed", strings.Repeat("03", 32), 0o400, true, false},
		} {
			tlstest.Write(t, o.TicketKeyFile, []byte(step.file), step.mode)
			if err := same.Reload(t.Context()); (err == nil) != step.reloads {
				t.Errorf("%s: Reload = %v", step.name, err)
			}
			if got := mustDial(t, second, config).DidResume; got != step.want {
				t.Errorf("%s: resumed = %t; want %t", step.name, got, step.want)
			}
		}
	})
}

// TestWatch looks at the files on a fake clock.
func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ca := tlstest.NewCA(t)
		dir := t.TempDir()
		link := filepath.Join(dir, "current")
		pairs := []tlstest.Pair{ca.Issue(t, tlstest.Leaf{CommonName: "0"}), ca.Issue(t, tlstest.Leaf{CommonName: "1"})}
		point := func(i int) {
			temp := link + ".new"
			if err := errors.Join(os.Symlink(filepath.Dir(pairs[i].CertFile), temp), os.Rename(temp, link)); err != nil {
				t.Fatal(err)
			}
		}
		point(0)
		r := newRecorder()
		e, err := tls.Open(tls.Options{
			CertFiles: []string{link + "/cert.pem"}, KeyFiles: []string{link + "/key.pem"},
			WatchInterval: time.Minute, Events: r.events(),
		})
		if err != nil {
			t.Fatal(err)
		}
		defer closeAll(t, e)
		pass := func(minutes int) {
			time.Sleep(time.Duration(minutes)*time.Minute + time.Second) //nolint:forbidigo // the fake clock
			synctest.Wait()
		}
		expect := func(step, subject string, reloads ...string) {
			r.mu.Lock()
			defer r.mu.Unlock()
			if got := e.Pairs()[0].Subject; got != "CN="+subject || strings.Join(r.reloads, ",") != strings.Join(reloads, ",") {
				t.Errorf("%s: subject %q, reloads %q; want %q, %q", step, got, r.reloads, subject, reloads)
			}
		}
		pass(5)
		expect("nothing changed", "0")
		point(1)
		pass(1)
		expect("seen once", "0")
		pass(1)
		expect("seen twice", "1", "watch")
		pass(5)
		expect("nothing changed again", "1", "watch")
		tlstest.Write(t, pairs[1].KeyFile, read(t, pairs[0].KeyFile), 0o400)
		pass(5)
		expect("half a pair", "1", "watch", "watch failed")
		tlstest.Write(t, pairs[1].CertFile, read(t, pairs[0].CertFile), 0o644)
		pass(2)
		expect("the other half", "0", "watch", "watch failed", "watch")
	})
}

// TestWatchFor1000Changes looks for growth.
func TestWatchFor1000Changes(t *testing.T) {
	files := func() int {
		list, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skipf("descriptors can not be counted: %v", err)
		}
		return len(list)
	}
	before := files()
	synctest.Test(t, func(t *testing.T) {
		ca := tlstest.NewCA(t)
		link := filepath.Join(t.TempDir(), "current")
		pairs := []tlstest.Pair{ca.Issue(t, tlstest.Leaf{CommonName: "0"}), ca.Issue(t, tlstest.Leaf{CommonName: "1"})}
		point := func(i int) {
			if err := errors.Join(os.Symlink(filepath.Dir(pairs[i].CertFile), link+".new"), os.Rename(link+".new", link)); err != nil {
				t.Fatal(err)
			}
		}
		point(0)
		r := newRecorder()
		e, err := tls.Open(tls.Options{
			CertFiles: []string{link + "/cert.pem"}, KeyFiles: []string{link + "/key.pem"},
			WatchInterval: time.Second, Events: r.events(),
		})
		if err != nil {
			t.Fatal(err)
		}
		defer closeAll(t, e)
		goroutines := runtime.NumGoroutine()
		for i := range 1000 {
			point((i + 1) % 2)
			time.Sleep(2 * time.Second) //nolint:forbidigo // the fake clock
			synctest.Wait()
			if want := fmt.Sprintf("CN=%d", (i+1)%2); e.Pairs()[0].Subject != want {
				t.Fatalf("change %d: subject %s, want %s", i, e.Pairs()[0].Subject, want)
			}
		}
		if n := runtime.NumGoroutine(); n > goroutines {
			t.Errorf("%d goroutines, before %d", n, goroutines)
		}
	})
	if n := files(); n > before {
		t.Errorf("%d descriptors, before %d", n, before)
	}
}

// TestExpiry lets a certificate grow old on a fake clock.
func TestExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ca := tlstest.NewCA(t)
		r := newRecorder()
		o := optionsFor(ca.Issue(t, tlstest.Leaf{NotBefore: time.Now(), NotAfter: time.Now().Add(90 * 24 * time.Hour)}))
		o.Events = r.events()
		e, err := tls.Open(o)
		if err != nil {
			t.Fatal(err)
		}
		defer closeAll(t, e)
		for _, step := range []struct {
			day  int
			want string
		}{
			{1, ""},
			{68, ""},
			{70, "--bolt-cert-file: the certificate expires on"},
			{88, "SERIOUS --bolt-cert-file: the certificate expires on"},
			{91, "SERIOUS --bolt-cert-file: the certificate has expired on"},
		} {
			start := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)  // of every fake clock
			time.Sleep(time.Until(start.AddDate(0, 0, step.day))) //nolint:forbidigo // the fake clock
			r.note(func() { r.problems = nil })
			time.Sleep(time.Hour) //nolint:forbidigo // the fake clock
			synctest.Wait()
			got := r.problemTexts()
			if (step.want == "") != (got == "") || !strings.HasPrefix(got, step.want) {
				t.Errorf("day %d: problems = %q; want %q", step.day, got, step.want)
			}
		}
	})
}

// TestBadTickets offers tickets that are damaged: a full handshake follows.
func TestBadTickets(t *testing.T) {
	ca := tlstest.NewCA(t)
	_, addr := serve(t, optionsFor(ca.Issue(t, tlstest.Leaf{})))
	for _, v := range versions {
		for _, tt := range []struct {
			name   string
			damage func(ticket []byte) []byte
		}{
			{"flipped bit", func(b []byte) []byte { b[len(b)/2] ^= 1; return b }},
			{"truncated", func(b []byte) []byte { return b[:len(b)/2] }},
			{"garbage", func([]byte) []byte { return []byte("garbage") }},
		} {
			t.Run(tt.name+", "+v.name, func(t *testing.T) {
				config := resumable(t, ca, v.id)
				mustDial(t, addr, config)
				s, ok := config.ClientSessionCache.Get("localhost")
				if !ok {
					t.Fatal("the client has no session")
				}
				ticket, state, err := s.ResumptionState()
				if err != nil {
					t.Fatal(err)
				}
				bad, err := cryptotls.NewResumptionState(tt.damage(ticket), state)
				if err != nil {
					t.Fatal(err)
				}
				config.ClientSessionCache.Put("localhost", bad)
				if mustDial(t, addr, config).DidResume {
					t.Error("resumed with a bad ticket")
				}
			})
		}
	}
}
