package storage_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/storagetest"
)

// retry runs a transaction until it commits, again after every error that asks
// for it.
func retry(tb testing.TB, s *storage.Store, run func(tx *storage.Transaction) error) {
	tb.Helper()
	for {
		tx := s.Begin(storage.WriteMode)
		err := run(tx)
		if err == nil {
			_, err = tx.Commit(tb.Context())
		} else {
			tx.Rollback()
		}
		var e *storage.Error
		switch {
		case err == nil:
			return
		case !errors.As(err, &e) || !e.Retriable():
			tb.Error(err)
			return
		}
	}
}

// TestTransfers moves amounts between accounts from many goroutines, while
// others check that the sum of every snapshot is the same.
func TestTransfers(t *testing.T) {
	const accounts, writers, transfers = 8, 4, 150
	s := open(t, storage.Options{})
	balance := must[storage.KeyID](t)(s.InternKey("balance"))
	account := must[storage.LabelID](t)(s.InternLabel("Account"))
	ids := make([]graph.NodeID, accounts)
	retry(t, s, func(tx *storage.Transaction) error {
		for i := range ids {
			ids[i] = must[graph.NodeID](t)(tx.CreateNode(t.Context(), []storage.LabelID{account}, []storage.Property{{Key: balance, Value: graph.Integer(100)}}))
		}
		return nil
	})
	sum := func(v storage.View) (total int64) {
		var arena graph.Arena
		for _, id := range scanLabel(v, account) {
			total += v.NodeProperty(id, balance, &arena).Int()
		}
		return total
	}
	var writing, reading sync.WaitGroup
	done := make(chan struct{})
	for range 2 {
		reading.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				tx := s.Begin(storage.ReadMode)
				if got := sum(tx.View()); got != accounts*100 {
					t.Errorf("a snapshot has the sum %d", got)
				}
				tx.Rollback()
			}
		})
	}
	for w := range writers {
		writing.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 1))
			for range transfers {
				from, to := ids[r.IntN(accounts)], ids[r.IntN(accounts)]
				if from == to {
					continue
				}
				retry(t, s, func(tx *storage.Transaction) error {
					v := tx.View()
					var arena graph.Arena
					a, b := v.NodeProperty(from, balance, &arena).Int(), v.NodeProperty(to, balance, &arena).Int()
					if err := tx.SetNodeProperty(t.Context(), from, balance, graph.Integer(a-1)); err != nil {
						return err
					}
					return tx.SetNodeProperty(t.Context(), to, balance, graph.Integer(b+1))
				})
				tx := s.Begin(storage.WriteMode) // what is undone must never be seen
				_ = tx.SetNodeProperty(t.Context(), from, balance, graph.Integer(-1_000_000))
				tx.Rollback()
			}
		})
	}
	writing.Wait()
	close(done)
	reading.Wait()
}

// TestHub connects one node from many goroutines: nothing conflicts, and readers
// see relationships with their nodes only.
func TestHub(t *testing.T) {
	const writers, each = 4, 400
	s := open(t, storage.Options{})
	typ := must[storage.TypeID](t)(s.InternType("T"))
	other := must[storage.TypeID](t)(s.InternType("U"))
	var hub graph.NodeID
	retry(t, s, func(tx *storage.Transaction) (err error) {
		hub, err = tx.CreateNode(t.Context(), nil, nil)
		return err
	})
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := range each {
				tx := s.Begin(storage.WriteMode)
				n := must[graph.NodeID](t)(tx.CreateNode(t.Context(), nil, nil))
				use := typ
				if i%10 == 0 {
					use = other
				}
				must[graph.RelationshipID](t)(tx.CreateRelationship(t.Context(), hub, n, use, nil))
				must[graph.RelationshipID](t)(tx.CreateRelationship(t.Context(), n, hub, use, nil))
				if i%7 == w {
					tx.Rollback()
				} else {
					must[storage.Position](t)(tx.Commit(t.Context()))
				}
			}
		})
	}
	group.Go(func() {
		for range 50 {
			tx := s.Begin(storage.ReadMode)
			v := tx.View()
			steps := expand(v, hub, storage.Out)
			if n := v.Degree(hub, storage.In, nil); n != len(steps) {
				t.Errorf("%d relationships go out, %d come in", len(steps), n)
			}
			for _, step := range steps {
				if !v.NodeExists(step.Node) || !v.RelationshipExists(step.Relationship) {
					t.Errorf("step %v leads nowhere", step)
				}
			}
			tx.Rollback()
		}
	})
	group.Wait()
	want := 0
	for w := range writers {
		for i := range each {
			if i%7 != w {
				want++
			}
		}
	}
	tx := s.Begin(storage.ReadMode)
	defer tx.Rollback()
	if got := tx.View().Degree(hub, storage.Both, nil); got != 2*want {
		t.Errorf("Degree = %d, want %d", got, 2*want)
	}
	if got := s.RelationshipCount(); got != int64(2*want) {
		t.Errorf("RelationshipCount = %d, want %d", got, 2*want)
	}
}

// twoNodes returns a store with two nodes.
func twoNodes(t *testing.T, o storage.Options) (s *storage.Store, a, b graph.NodeID, key storage.KeyID) {
	t.Helper()
	s = open(t, o)
	key = must[storage.KeyID](t)(s.InternKey("k"))
	retry(t, s, func(tx *storage.Transaction) (err error) {
		a = must[graph.NodeID](t)(tx.CreateNode(t.Context(), nil, nil))
		b, err = tx.CreateNode(t.Context(), nil, nil)
		return err
	})
	return s, a, b, key
}

func TestSecondWriter(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(t *testing.T, first *storage.Transaction)
		want storage.Kind
	}{
		{
			name: "owner commits", want: storage.KindConflict,
			end: func(t *testing.T, first *storage.Transaction) {
				t.Helper()
				must[storage.Position](t)(first.Commit(t.Context()))
			},
		},
		{name: "owner rolls back", end: func(_ *testing.T, first *storage.Transaction) { first.Rollback() }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, a, _, key := twoNodes(t, storage.Options{})
			first, second := s.Begin(storage.WriteMode), s.Begin(storage.WriteMode)
			defer second.Rollback()
			if err := first.SetNodeProperty(t.Context(), a, key, graph.Integer(1)); err != nil {
				t.Fatal(err)
			}
			result := make(chan error)
			go func() { result <- second.SetNodeProperty(t.Context(), a, key, graph.Integer(2)) }()
			tt.end(t, first)
			if err := <-result; kindOf(err) != tt.want {
				t.Errorf("second writer gets %v, want kind %d", err, tt.want)
			}
		})
	}
}

func TestDeadlock(t *testing.T) {
	s, a, b, key := twoNodes(t, storage.Options{})
	var ready sync.WaitGroup
	ready.Add(2)
	results := make(chan error)
	for i, ids := range [][2]graph.NodeID{{a, b}, {b, a}} {
		go func() {
			tx := s.Begin(storage.WriteMode)
			err := tx.SetNodeProperty(t.Context(), ids[0], key, graph.Integer(int64(i)))
			ready.Done()
			ready.Wait()
			if err == nil {
				err = tx.SetNodeProperty(t.Context(), ids[1], key, graph.Integer(int64(i)))
			}
			tx.Rollback()
			results <- err
		}()
	}
	first, second := kindOf(<-results), kindOf(<-results)
	if first|second != storage.KindDeadlock || first == second {
		t.Errorf("the two get kinds %d and %d, want one deadlock", first, second)
	}
}

func TestWaitEnds(t *testing.T) {
	cause := errors.New("the user is gone")
	cancelled, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	for _, tt := range []struct {
		name    string
		ctx     context.Context //nolint:containedctx // a row of the table
		timeout time.Duration
		want    storage.Kind
	}{
		{name: "timeout", ctx: t.Context(), timeout: time.Millisecond, want: storage.KindLockTimeout},
		{name: "context", ctx: cancelled, want: storage.KindCancelled},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, a, _, key := twoNodes(t, storage.Options{LockTimeout: tt.timeout})
			first, second := s.Begin(storage.WriteMode), s.Begin(storage.WriteMode)
			defer first.Rollback()
			defer second.Rollback()
			if err := first.SetNodeProperty(t.Context(), a, key, graph.Integer(1)); err != nil {
				t.Fatal(err)
			}
			err := second.SetNodeProperty(tt.ctx, a, key, graph.Integer(2))
			if kindOf(err) != tt.want || tt.want == storage.KindCancelled && !errors.Is(err, cause) {
				t.Errorf("waiting ends with %v, want kind %d", err, tt.want)
			}
		})
	}
}

// TestDeleteWhileConnecting: whoever connects a node that is being deleted
// waits, and whoever deletes a node that has just been connected fails.
func TestDeleteWhileConnecting(t *testing.T) {
	s, a, b, _ := twoNodes(t, storage.Options{})
	typ := must[storage.TypeID](t)(s.InternType("T"))
	connecting, deleting := s.Begin(storage.WriteMode), s.Begin(storage.WriteMode)
	must[graph.RelationshipID](t)(connecting.CreateRelationship(t.Context(), a, b, typ, nil))
	must[bool](t)(deleting.DeleteNode(t.Context(), b))
	result := make(chan error)
	go func() {
		_, err := deleting.Commit(t.Context())
		result <- err
	}()
	must[storage.Position](t)(connecting.Commit(t.Context()))
	if err := <-result; kindOf(err) != storage.KindConflict {
		t.Errorf("deleting a node that was connected meanwhile: %v", err)
	}

	deleting, connecting = s.Begin(storage.WriteMode), s.Begin(storage.WriteMode)
	for _, step := range expand(deleting.View(), a, storage.Both) {
		must[bool](t)(deleting.DeleteRelationship(t.Context(), step.Relationship))
	}
	must[bool](t)(deleting.DeleteNode(t.Context(), a))
	go func() {
		_, err := connecting.CreateRelationship(t.Context(), a, b, typ, nil)
		connecting.Rollback()
		result <- err
	}()
	must[storage.Position](t)(deleting.Commit(t.Context()))
	if err := <-result; kindOf(err) != storage.KindConflict {
		t.Errorf("connecting a node that was deleted meanwhile: %v", err)
	}
}

// TestUniqueRelationships creates relationships with the same few names from many
// goroutines.
func TestUniqueRelationships(t *testing.T) {
	s := open(t, storage.Options{})
	typ := must[storage.TypeID](t)(s.InternType("T"))
	name := must[storage.KeyID](t)(s.InternKey("name"))
	spec := storage.ConstraintSpec{Kind: storage.Unique, Relationships: true, Type: typ, Keys: []storage.KeyID{name}}
	if err := s.CreateConstraint(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	var won atomic.Int64
	for range 4 {
		group.Go(func() {
			for i := range 60 {
				tx := s.Begin(storage.WriteMode)
				node, err := tx.CreateNode(t.Context(), nil, nil)
				if err == nil {
					_, err = tx.CreateRelationship(t.Context(), node, node, typ, []storage.Property{{Key: name, Value: graph.Integer(int64(i % 20))}})
				}
				if err == nil {
					_, err = tx.Commit(t.Context())
				}
				tx.Rollback()
				switch kindOf(err) {
				case 0:
					won.Add(1)
				case storage.KindConflict, storage.KindDeadlock, storage.KindConstraint:
				default:
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if n := s.TypeCount(typ); n != 20 || won.Load() != n {
		t.Errorf("%d relationships with 20 names, %d commits", n, won.Load())
	}
}

// TestUnique creates nodes with the same few names from many goroutines.
func TestUnique(t *testing.T) {
	s := open(t, storage.Options{})
	label := must[storage.LabelID](t)(s.InternLabel("L"))
	name := must[storage.KeyID](t)(s.InternKey("name"))
	spec := storage.ConstraintSpec{Kind: storage.Unique, Label: label, Keys: []storage.KeyID{name}}
	if err := s.CreateConstraint(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	if err := s.CreateConstraint(t.Context(), spec); kindOf(err) != storage.KindConstraintExists {
		t.Errorf("creating it again: %v", err)
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for i := range 60 {
				tx := s.Begin(storage.WriteMode)
				_, err := tx.CreateNode(t.Context(), []storage.LabelID{label}, []storage.Property{{Key: name, Value: graph.Integer(int64(i % 20))}})
				if err == nil {
					_, err = tx.Commit(t.Context())
				}
				tx.Rollback()
				switch kindOf(err) {
				case 0, storage.KindConflict, storage.KindDeadlock, storage.KindConstraint:
				default:
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	tx := s.Begin(storage.ReadMode)
	defer tx.Rollback()
	ix, ok := s.FindIndex(label, []storage.KeyID{name})
	if !ok {
		t.Fatal("the constraint has no index")
	}
	for i := range int64(20) {
		var c storage.IndexCursor
		var dst [4]graph.NodeID
		if n := tx.View().SeekIndex(&c, ix, []graph.Value{graph.Integer(i)}, dst[:]); n != 1 {
			t.Errorf("%d nodes have the name %d", n, i)
		}
	}
}

// TestConcurrentHistories runs many goroutines over the same few nodes and then
// compares all that can be read with itself: two scans, the indexes, the
// statistics.
func TestConcurrentHistories(t *testing.T) {
	s := open(t, storage.Options{Directory: t.TempDir(), NoSync: true})
	label := must[storage.LabelID](t)(s.InternLabel("L"))
	other := must[storage.LabelID](t)(s.InternLabel("M"))
	typ := must[storage.TypeID](t)(s.InternType("T"))
	key := must[storage.KeyID](t)(s.InternKey("k"))
	if err := s.CreateIndex(t.Context(), storage.IndexSpec{Label: label, Keys: []storage.KeyID{key}}); err != nil {
		t.Fatal(err)
	}
	var ids []graph.NodeID
	retry(t, s, func(tx *storage.Transaction) error {
		for i := range 12 {
			ids = append(ids, must[graph.NodeID](t)(tx.CreateNode(t.Context(), []storage.LabelID{label}, []storage.Property{{Key: key, Value: graph.Integer(int64(i % 3))}})))
		}
		return nil
	})
	var group sync.WaitGroup
	for w := range 4 {
		group.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 7))
			for range 120 {
				tx := s.Begin(storage.WriteMode)
				err := randomChanges(t.Context(), tx, r, ids, label, other, typ, key)
				if err == nil && r.IntN(4) > 0 {
					_, err = tx.Commit(t.Context())
				}
				tx.Rollback()
				var e *storage.Error
				if err != nil && (!errors.As(err, &e) || !e.Retriable()) {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	m := storagetest.NewModel()
	tx := s.Begin(storage.ReadMode)
	storagetest.Load(tx.View(), m)
	tx.Rollback()
	storagetest.Check(t, "after all", s, m)
}

// TestReadersBesideRollback changes a node and gives it up, over and over: whoever
// reads meanwhile sees the node as it was.
func TestReadersBesideRollback(t *testing.T) {
	s := open(t, storage.Options{})
	label := must[storage.LabelID](t)(s.InternLabel("L"))
	key := must[storage.KeyID](t)(s.InternKey("k"))
	var id graph.NodeID
	retry(t, s, func(tx *storage.Transaction) error {
		id = must[graph.NodeID](t)(tx.CreateNode(t.Context(), []storage.LabelID{label}, nil))
		return nil
	})
	var done atomic.Bool
	var group sync.WaitGroup
	group.Go(func() {
		defer done.Store(true)
		for i := range int64(60_000) {
			tx := s.Begin(storage.WriteMode)
			if err := tx.SetNodeProperty(t.Context(), id, key, graph.Integer(i)); err != nil {
				t.Error(err)
			}
			tx.Rollback()
		}
	})
	tx := s.Begin(storage.ReadMode)
	defer tx.Rollback()
	for reads := 0; !done.Load(); reads++ {
		if !tx.View().HasLabel(id, label) {
			t.Errorf("read %d does not find the node", reads)
			break
		}
	}
	group.Wait()
}

// TestSchemaBesideWriters creates and drops an index and a constraint while
// others write; at the end the index holds what it must.
func TestSchemaBesideWriters(t *testing.T) {
	s := open(t, storage.Options{})
	label := must[storage.LabelID](t)(s.InternLabel("L"))
	other := must[storage.LabelID](t)(s.InternLabel("M"))
	typ := must[storage.TypeID](t)(s.InternType("T"))
	key := must[storage.KeyID](t)(s.InternKey("k"))
	var ids []graph.NodeID
	retry(t, s, func(tx *storage.Transaction) error {
		for range 20 {
			ids = append(ids, must[graph.NodeID](t)(tx.CreateNode(t.Context(), []storage.LabelID{label}, nil)))
		}
		return nil
	})
	var writing sync.WaitGroup
	for w := range 3 {
		writing.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 9))
			for range 200 {
				tx := s.Begin(storage.WriteMode)
				err := randomChanges(t.Context(), tx, r, ids, label, other, typ, key)
				if err == nil && r.IntN(4) > 0 {
					_, err = tx.Commit(t.Context())
				}
				tx.Rollback()
				e, ok := errors.AsType[*storage.Error](err)
				if err != nil && (!ok || !e.Retriable() && e.Kind != storage.KindConstraint) {
					t.Error(err)
				}
			}
		})
	}
	spec := storage.IndexSpec{Name: "i", Label: label, Keys: []storage.KeyID{key}}
	for round := range 20 {
		if err := s.CreateIndex(t.Context(), spec); err != nil {
			t.Error(err)
		}
		if err := s.DropIndex(t.Context(), "i"); err != nil {
			t.Error(err)
		}
		err := s.CreateConstraint(t.Context(), storage.ConstraintSpec{Name: "c", Kind: storage.NodeKey, Label: other, Keys: spec.Keys})
		if err == nil {
			err = s.DropConstraint(t.Context(), "c")
		}
		if k := kindOf(err); k != 0 && k != storage.KindConstraint && k != storage.KindConstraintData && k != storage.KindDeadlock {
			t.Errorf("round %d: %v", round, err)
		}
	}
	if err := s.CreateIndex(t.Context(), spec); err != nil {
		t.Error(err)
	}
	writing.Wait()
	s.Reclaim()
	m := storagetest.NewModel()
	tx := s.Begin(storage.ReadMode)
	storagetest.Load(tx.View(), m)
	tx.Rollback()
	storagetest.Check(t, "after all", s, m)
	want := int64(0)
	for _, n := range m.Nodes {
		if n.Labels[label] && !n.Properties[key].IsNull() {
			want++
		}
	}
	if info := s.Indexes(); len(info) != 1 || info[0].Entries != want {
		t.Errorf("indexes are %v, want one with %d entries", info, want)
	}
}

// randomChanges makes some changes of the nodes and their relationships.
func randomChanges(ctx context.Context, tx *storage.Transaction, r *rand.Rand, ids []graph.NodeID, label, other storage.LabelID, typ storage.TypeID, key storage.KeyID) error {
	for range 1 + r.IntN(4) {
		id := ids[r.IntN(len(ids))]
		var err error
		switch r.IntN(6) {
		case 0:
			err = tx.SetNodeProperty(ctx, id, key, graph.Integer(int64(r.IntN(3))))
		case 1:
			_, err = tx.AddLabel(ctx, id, []storage.LabelID{label, other}[r.IntN(2)])
		case 2:
			_, err = tx.RemoveLabel(ctx, id, []storage.LabelID{label, other}[r.IntN(2)])
		case 3:
			if steps := expand(tx.View(), id, storage.Both); len(steps) > 0 {
				_, err = tx.DeleteRelationship(ctx, steps[r.IntN(len(steps))].Relationship)
			}
		default:
			_, err = tx.CreateRelationship(ctx, id, ids[r.IntN(len(ids))], typ, nil)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// TestMemoryStays creates and deletes in a loop, which must not take more and
// more memory.
func TestMemoryStays(t *testing.T) {
	s := open(t, storage.Options{MemoryLimit: 64 << 20})
	label := must[storage.LabelID](t)(s.InternLabel("L"))
	typ := must[storage.TypeID](t)(s.InternType("T"))
	key := must[storage.KeyID](t)(s.InternKey("k"))
	if err := s.CreateIndex(t.Context(), storage.IndexSpec{Label: label, Keys: []storage.KeyID{key}}); err != nil {
		t.Fatal(err)
	}
	hub := graph.NodeID(0)
	retry(t, s, func(tx *storage.Transaction) (err error) {
		hub, err = tx.CreateNode(t.Context(), nil, nil)
		return err
	})
	text := graph.String(string(make([]byte, 2000)))
	var first, last int64
	rounds := 60
	if testing.Short() {
		rounds = 20
	}
	for round := range rounds {
		var ids []graph.NodeID
		tx := s.Begin(storage.WriteMode)
		for i := range 50 {
			id := must[graph.NodeID](t)(tx.CreateNode(t.Context(), []storage.LabelID{label}, []storage.Property{{Key: key, Value: graph.Integer(int64(i))}}))
			must[graph.RelationshipID](t)(tx.CreateRelationship(t.Context(), hub, id, typ, []storage.Property{{Key: key, Value: text}}))
			ids = append(ids, id)
		}
		if round%5 == 4 {
			tx.Rollback()
			continue
		}
		must[storage.Position](t)(tx.Commit(t.Context()))
		tx = s.Begin(storage.WriteMode)
		for _, id := range ids {
			for _, step := range expand(tx.View(), id, storage.Both) {
				must[bool](t)(tx.DeleteRelationship(t.Context(), step.Relationship))
			}
			must[bool](t)(tx.DeleteNode(t.Context(), id))
		}
		must[storage.Position](t)(tx.Commit(t.Context()))
		s.Reclaim()
		if round == rounds/10 {
			first = s.MemoryUsed()
		}
		last = s.MemoryUsed()
	}
	if last > first+8<<20 {
		t.Errorf("memory grew from %d to %d bytes", first, last)
	}
	tx := s.Begin(storage.ReadMode)
	defer tx.Rollback()
	if got := scanNodes(tx.View()); len(got) != 1 {
		t.Errorf("%d nodes are left", len(got))
	}
	if info := s.Indexes(); info[0].Entries > 200 {
		t.Errorf("%d index entries are left", info[0].Entries)
	}
}

// TestLongReader changes the same records again and again, and creates and deletes
// others, while readers keep what they saw. The store keeps one version of a
// record for each of them and nothing of what came and went in between.
func TestLongReader(t *testing.T) {
	const nodes, rounds = 1000, 400 / sampling
	s := open(t, storage.Options{})
	label := must[storage.LabelID](t)(s.InternLabel("L"))
	typ := must[storage.TypeID](t)(s.InternType("T"))
	key := must[storage.KeyID](t)(s.InternKey("k"))
	if err := s.CreateIndex(t.Context(), storage.IndexSpec{Label: label, Keys: []storage.KeyID{key}}); err != nil {
		t.Fatal(err)
	}
	var ids []graph.NodeID
	retry(t, s, func(tx *storage.Transaction) error {
		for i := range int64(nodes) {
			ids = append(ids, must[graph.NodeID](t)(tx.CreateNode(t.Context(), []storage.LabelID{label}, []storage.Property{{Key: key, Value: graph.Integer(i - nodes)}})))
		}
		return nil
	})
	type reader struct {
		tx   *storage.Transaction
		sees int64
	}
	begin := func(sees int) reader {
		tx := s.Begin(storage.ReadMode)
		tx.Rest()
		return reader{tx, int64(sees)}
	}
	readers := []reader{begin(-1)}
	var early int64
	for round := range rounds {
		retry(t, s, func(tx *storage.Transaction) error {
			fresh := must[graph.NodeID](t)(tx.CreateNode(t.Context(), []storage.LabelID{label}, nil))
			for i, id := range ids {
				if err := tx.SetNodeProperty(t.Context(), id, key, graph.Integer(int64(round*nodes+i))); err != nil {
					return err
				}
			}
			must[graph.RelationshipID](t)(tx.CreateRelationship(t.Context(), ids[0], fresh, typ, nil))
			return nil
		})
		retry(t, s, func(tx *storage.Transaction) error {
			for _, step := range expand(tx.View(), ids[0], storage.Out) {
				must[bool](t)(tx.DeleteRelationship(t.Context(), step.Relationship))
				must[bool](t)(tx.DeleteNode(t.Context(), step.Node))
			}
			return nil
		})
		switch round {
		case rounds / 10:
			readers = append(readers, begin(round))
			s.Reclaim()
			early = s.MemoryUsed()
		case rounds / 2:
			readers = append(readers, begin(round))
		}
	}
	s.Reclaim()
	if used := s.MemoryUsed(); used > early+12<<20 {
		t.Errorf("memory has grown from %d to %d bytes beside readers", early, used)
	}
	for len(readers) > 0 {
		if n, limit := s.UndoRecords(), int64(len(readers)*nodes); n > limit {
			t.Errorf("%d undo records are kept for %d readers of %d nodes", n, len(readers), nodes)
		}
		for _, r := range readers {
			if got := scanLabel(r.tx.View(), label); len(got) != nodes {
				t.Errorf("the reader of round %d sees %d nodes", r.sees, len(got))
			}
			for i, id := range ids {
				if got, want := r.tx.View().NodeProperty(id, key, new(graph.Arena)).Int(), r.sees*nodes+int64(i); got != want {
					t.Fatalf("the reader of round %d sees %d, want %d", r.sees, got, want)
				}
			}
			r.tx.Rest()
		}
		readers[0].tx.Rollback()
		readers = readers[1:]
		s.Reclaim()
	}
	if n := s.UndoRecords(); n != 0 {
		t.Errorf("%d undo records are left", n)
	}
	if info := s.Indexes(); info[0].Entries != nodes {
		t.Errorf("%d index entries are left of %d nodes", info[0].Entries, nodes)
	}
}

func TestMemoryLimit(t *testing.T) {
	s := open(t, storage.Options{MemoryLimit: 24 << 20})
	key := must[storage.KeyID](t)(s.InternKey("k"))
	text := graph.String(string(make([]byte, 100_000)))
	var err error
	n := 0
	for err == nil && n < 1000 {
		tx := s.Begin(storage.WriteMode)
		if _, err = tx.CreateNode(t.Context(), nil, []storage.Property{{Key: key, Value: text}}); err == nil {
			must[storage.Position](t)(tx.Commit(t.Context()))
			n++
		}
		tx.Rollback()
	}
	if kindOf(err) != storage.KindMemoryLimit || s.NodeCount() != int64(n) || s.MemoryUsed() > 24<<20 {
		t.Errorf("after %d nodes: %v; %d counted, %d bytes used", n, err, s.NodeCount(), s.MemoryUsed())
	}
}
