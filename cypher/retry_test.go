package cypher_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// ON ERROR RETRY tries for the time that it says, and no longer.
func TestRetryForSeconds(t *testing.T) {
	t.Parallel()
	store, err := storage.Open(t.Context(), storage.Options{LockTimeout: 5 * time.Millisecond})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { _ = store.Close() })
	e := cypher.NewEngine(store, cypher.Options{Database: "neo4j"})
	mustRead(t, e, "CREATE (:Row {i: 1})")
	key, ok := store.Key("i")
	if !ok {
		t.Fatal("there is no key i")
	}
	tx := store.Begin(storage.WriteMode)
	defer tx.Rollback()
	if err := tx.SetNodeProperty(t.Context(), 0, key, graph.Integer(2)); err != nil {
		t.Fatalf("SetNodeProperty: %v", err)
	}
	retry := func(seconds string) string {
		return fmt.Sprint(mustRead(t, e, "MATCH (n:Row) CALL (n) { SET n.i = 3 } IN TRANSACTIONS ON ERROR RETRY FOR "+seconds+
			" SECONDS THEN CONTINUE REPORT STATUS AS s RETURN s.committed, s.errorMessage IS NULL"))
	}
	const failed, committed = "[false,false]", "[true,true]"
	if got := retry("0"); got != failed {
		t.Errorf("FOR 0 SECONDS = %s, want %s", got, failed)
	}
	began := time.Now()
	if got := retry("0.3"); got != failed || time.Since(began) < 100*time.Millisecond {
		t.Errorf("FOR 0.3 SECONDS = %s after %v, want %s after some tries", got, time.Since(began), failed)
	}
	done := make(chan string)
	go func() { done <- retry("60") }()
	tx.Rollback()
	if got := <-done; got != committed {
		t.Errorf("when the other transaction has ended = %s, want %s", got, committed)
	}
}
