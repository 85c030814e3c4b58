package tls_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/drawbolt/drawbolt/conformance/binary"
)

// An item is one line of the acceptance list.
type item struct {
	number int
	title  string
	run    func(c *check)
	// idle is true for an item that mostly waits: it runs beside the others from
	// the beginning and takes no place among those that compute.
	idle bool
	// alone is true for one that needs the whole machine: it runs before them.
	alone bool
}

func items() []item {
	return []item{
		{number: 1, title: "plaintext Bolt on the TLS port gets no byte and FIN", run: plaintextBolt},
		{number: 2, title: "nothing is parsed outside TLS", run: blindHello},
		{number: 3, title: "HTTP and WebSocket on the TLS port get 400", run: httpOnTLS},
		{number: 4, title: "schemes of the drivers", run: driverSchemes},
		{number: 5, title: "TLS on the plaintext port is closed silently", run: tlsOnPlaintext},
		{number: 6, title: "wrong key material stops the start", run: wrongMaterial},
		{number: 7, title: "modes and owners of key files", run: keyModes},
		{number: 8, title: "versions", run: versions},
		{number: 9, title: "cipher suites one by one", run: suites},
		{number: 10, title: "key exchanges one by one", run: groups},
		{number: 11, title: "kinds of keys and chains", run: chains},
		{number: 12, title: "renegotiation, early data, compression, heartbeat, fallback", run: oldTricks},
		{number: 13, title: "testssl.sh", run: testssl, idle: true},
		{number: 14, title: "sslscan, nmap, Mozilla's guideline", run: scanners},
		{number: 15, title: "FIPS mode", run: fips},
		{number: 16, title: "resumption by every client", run: resumption},
		{number: 17, title: "ticket keys in memory", run: ring},
		{number: 18, title: "reload under load", run: reloadUnderLoad},
		{number: 19, title: "reload of a bad pair, and 1,000 reloads", run: reloads},
		{number: 20, title: "reload of a half-written pair", run: halfWritten},
		{number: 21, title: "2,000 silent and dripping connections", run: slowClients},
		{number: 22, title: "declared sizes allocate nothing", run: declaredSizes},
		{number: 23, title: "nesting 100,000 deep", run: nesting},
		{number: 24, title: "limits of connections and descriptors", run: connectionLimits},
		{number: 25, title: "a peer that never reads", run: neverReads, idle: true},
		{number: 26, title: "floods of tiny records", run: recordFloods},
		{number: 27, title: "random and mutated bytes", run: randomBytes, idle: true},
		{number: 28, title: "2,000 parallel logins", run: parallelLogins, alone: true},
		{number: 29, title: "unknown user and wrong password look alike", run: alike, idle: true},
		{number: 30, title: "rate limit of logins", run: rateLimit},
		{number: 31, title: "changed users and cached credentials", run: changedUsers},
		{number: 32, title: "no secret in any output", run: secrets},
		{number: 33, title: "bytes of WebSocket", run: webSocketBytes, idle: true},
		{number: 34, title: "browsers over WebSocket; refused in TLS mode", run: webSocketInTLS},
		{number: 35, title: "WebSocket origins and headers", run: webSocketRules},
		{number: 36, title: "slow reader of the log", run: slowReader},
		{number: 37, title: "imports and debug pages", run: imports},
		{number: 38, title: "open ports", run: openPorts},
		{number: 39, title: "toolchain, modules, licences", run: toolchain},
		{number: 40, title: "costs of handshakes, measured", run: costs},
		{number: 41, title: "client certificates", run: clientCertificates},
		{number: 42, title: "contradicting flags", run: contradictions},
		{number: 43, title: "reload of authorities and revocations", run: reloadTrust},
		{number: 44, title: "TLS 1.3 only", run: modern, idle: true},
		{number: 45, title: "several pairs", run: severalPairs},
		{number: 46, title: "encrypted keys", run: encryptedKeys},
		{number: 47, title: "ticket key file", run: ticketFile},
		{number: 48, title: "file watch", run: fileWatch},
		{number: 49, title: "expiry", run: expiry},
	}
}

// A check is the run of one item.
type check struct {
	*testing.T

	mu      sync.Mutex
	missing []string // parts that did not run, with the reason
}

// notRun notes a part of the item that this machine or server can not run.
func (c *check) notRun(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if text := fmt.Sprintf(format, args...); !slices.Contains(c.missing, text) {
		c.missing = append(c.missing, text)
	}
}

// tool reports whether a program is there.
func (c *check) tool(name string) bool {
	if _, err := exec.LookPath(name); err != nil {
		c.notRun("no %s", name)
		return false
	}
	return true
}

// rounds is how often the items that test by repetition do all of it:
// DRAWBOLT_TLS_ROUNDS, which `make tls-check` raises, else once.
func rounds() int {
	n, err := strconv.Atoi(os.Getenv("DRAWBOLT_TLS_ROUNDS"))
	if err != nil {
		return 1
	}
	return max(1, n)
}

// TestMain lets all items begin at once; those that compute wait for each other.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", strconv.Itoa(len(items()))); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// TestAcceptance runs the list and prints the table.
func TestAcceptance(t *testing.T) {
	binary.Build(t)
	list := items()
	results := slices.Repeat([]string{"not selected"}, len(list))
	places := make(chan struct{}, 1+runtime.GOMAXPROCS(0))
	t.Run("item", func(t *testing.T) {
		for i := range list {
			t.Run(fmt.Sprintf("%02d", list[i].number), func(t *testing.T) {
				if !list[i].alone {
					t.Parallel()
				}
				if !list[i].idle {
					places <- struct{}{}
					defer func() { <-places }()
				}
				results[i] = "" // failed, should the item end this goroutine
				results[i] = list[i].check(t)
			})
		}
	})
	passed, failed := 0, 0
	var table strings.Builder
	for i, result := range results {
		switch result {
		case "passed":
			passed++
		case "":
			result = "FAILED"
			failed++
		}
		fmt.Fprintf(&table, "%2d  %-62s %s\n", list[i].number, list[i].title, result)
	}
	t.Logf("\n%s\n%d of %d passed, %d failed, %d not run in full", &table, passed, len(list), failed, len(list)-passed-failed)
}

// check runs an item and returns its result; "" means that it has failed.
func (i *item) check(t *testing.T) (result string) {
	t.Helper()
	c := &check{T: t}
	defer func() {
		switch {
		case t.Failed():
			result = "" // also when the item has ended the goroutine
		case len(c.missing) > 0:
			result = "in part; not run: " + strings.Join(c.missing, "; ")
		}
	}()
	i.run(c)
	return "passed"
}
