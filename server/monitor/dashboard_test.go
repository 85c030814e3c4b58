package monitor_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/server/monitor"
)

// TestDashboard checks that the files are JSON and that each metric of this
// package that they name exists; those of the server have another prefix.
func TestDashboard(t *testing.T) {
	r, m := registry(t)
	m.Handshake(monitor.Handshake{Class: "ok", Version: "TLS 1.3", Group: "X25519", Duration: time.Millisecond})
	m.Tickets("ring")
	metrics := page(t, r)
	for _, name := range []string{"dashboard/drawbolt.json", "dashboard/alerts.json"} {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var document map[string]any
		if err := json.Unmarshal(data, &document); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		found := regexp.MustCompile(`drawbolt_(?:tls|store|log)_\w+`).FindAllString(string(data), -1)
		if len(found) < 5 {
			t.Errorf("%s names only %d metrics", name, len(found))
		}
		for _, metric := range found {
			if !strings.Contains(metrics, "\n"+metric) {
				t.Errorf("%s: there is no metric %s", name, metric)
			}
		}
	}
}
