package storage_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/storagetest"
)

// A state is what a store holds after a commit.
type state struct {
	model  *storagetest.Model
	schema string // names of indexes and constraints
}

func schemaOf(s *storage.Store) string {
	var b strings.Builder
	for _, ix := range s.Indexes() {
		fmt.Fprintf(&b, "%s ", ix.Name)
	}
	for _, c := range s.Constraints() {
		fmt.Fprintf(&b, "%s ", c.Name)
	}
	return b.String()
}

// A faultRun makes changes of all kinds in a store on some file system, one
// after the other, and knows the state that every commit leads to, also when
// the commit fails.
type faultRun struct {
	fs     vfs.FS
	random *rand.Rand
	store  *storage.Store // nil when there is none to look at
	states map[storage.Position]state
	nodes  []graph.NodeID

	mu           sync.Mutex
	acknowledged storage.Position
}

const faultDirectory = "/data/graph"

// newFaultRun makes the directory that the operator has made.
func newFaultRun(t *testing.T, fs vfs.FS) *faultRun {
	t.Helper()
	if err := fs.MkdirAll(fs.PathDir(faultDirectory), 0o700); err != nil {
		t.Fatal(err)
	}
	root, err := fs.OpenDir("/")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(root.Sync(), root.Close()); err != nil {
		t.Fatal(err)
	}
	return &faultRun{
		fs: fs, random: rand.New(rand.NewPCG(5, 6)),
		states: map[storage.Position]state{0: {model: storagetest.NewModel()}},
	}
}

func (f *faultRun) ack(p storage.Position) {
	f.mu.Lock()
	f.acknowledged = p
	f.mu.Unlock()
}

func (f *faultRun) lastAck() storage.Position {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.acknowledged
}

// run works until it is through or something fails.
func (f *faultRun) run(t *testing.T) error {
	t.Helper()
	for session := range 3 {
		if err := f.session(t, session); err != nil {
			return err
		}
	}
	return nil
}

// session opens the store, makes changes and closes it.
func (f *faultRun) session(t *testing.T, number int) (err error) {
	t.Helper()
	f.store, err = storage.Open(t.Context(), storage.Options{
		Directory: faultDirectory, FS: f.fs, LogFileSize: 2 << 10, Snapshots: 2, SnapshotOnClose: number == 1,
	})
	if err != nil {
		return err
	}
	for step := range 11 {
		if err := f.step(t, number, step); err != nil {
			return err
		}
	}
	s := f.store
	f.store = nil
	return s.Close()
}

func (f *faultRun) step(t *testing.T, session, step int) error {
	t.Helper()
	s := f.store
	switch step {
	case 4:
		_, err := s.CreateSnapshot(t.Context())
		return err
	case 6:
		return f.changeSchema(t, session)
	default:
		return f.commit(t)
	}
}

func (f *faultRun) changeSchema(t *testing.T, session int) error {
	t.Helper()
	s := f.store
	key := must[storage.KeyID](t)(s.InternKey("k"))
	now := f.states[s.Position()]
	next := s.Position() + 1
	var err error
	switch session {
	case 0:
		f.states[next] = state{model: now.model, schema: "i " + now.schema}
		err = s.CreateIndex(t.Context(), storage.IndexSpec{Name: "i", Label: must[storage.LabelID](t)(s.InternLabel("L")), Keys: []storage.KeyID{key}})
	case 1:
		f.states[next] = state{model: now.model, schema: now.schema + "c "}
		err = s.CreateConstraint(t.Context(), storage.ConstraintSpec{
			Name: "c", Kind: storage.Exists, Label: must[storage.LabelID](t)(s.InternLabel("Other")), Keys: []storage.KeyID{key},
		})
	default:
		f.states[next] = state{model: now.model, schema: strings.TrimPrefix(now.schema, "i ")}
		err = s.DropIndex(t.Context(), "i")
	}
	if err == nil {
		f.ack(next)
	}
	return err
}

// commit makes some random changes.
func (f *faultRun) commit(t *testing.T) error {
	t.Helper()
	s := f.store
	label := must[storage.LabelID](t)(s.InternLabel("L"))
	key := must[storage.KeyID](t)(s.InternKey("k"))
	typ := must[storage.TypeID](t)(s.InternType(fmt.Sprintf("T%d", f.random.IntN(3))))
	tx := s.Begin(storage.WriteMode)
	defer tx.Rollback()
	for range 1 + f.random.IntN(3) {
		props := []storage.Property{{Key: key, Value: graph.String(strings.Repeat("x", f.random.IntN(300)))}}
		n, err := tx.CreateNode(t.Context(), []storage.LabelID{label}, props)
		if err != nil {
			return fmt.Errorf("create: %w", err)
		}
		if len(f.nodes) > 0 {
			other := f.nodes[f.random.IntN(len(f.nodes))]
			if !tx.View().NodeExists(other) {
				other = n
			}
			if _, err := tx.CreateRelationship(t.Context(), n, other, typ, props); err != nil {
				return fmt.Errorf("connect: %w", err)
			}
		}
		f.nodes = append(f.nodes, n)
	}
	if k := f.random.IntN(2 * len(f.nodes)); k < len(f.nodes) {
		if err := detachDelete(t, tx, f.nodes[k]); err != nil {
			return fmt.Errorf("delete: %w", err)
		}
	}
	m := storagetest.NewModel()
	storagetest.Load(tx.View(), m)
	f.states[s.Position()+1] = state{model: m, schema: f.states[s.Position()].schema}
	p, err := tx.Commit(t.Context())
	if err == nil {
		f.ack(p)
	}
	return err
}

func detachDelete(t *testing.T, tx *storage.Transaction, n graph.NodeID) error {
	t.Helper()
	if !tx.View().NodeExists(n) {
		return nil
	}
	for _, step := range expand(tx.View(), n, storage.Both) {
		if _, err := tx.DeleteRelationship(t.Context(), step.Relationship); err != nil {
			return err
		}
	}
	_, err := tx.DeleteNode(t.Context(), n)
	return err
}

// verify opens what a crash has left. It must be the state of a commit that is
// not older than the newest acknowledged one, and it must be possible to go on.
func (f *faultRun) verify(t *testing.T, when string, fs vfs.FS, acknowledged storage.Position) {
	t.Helper()
	s, err := storage.Open(t.Context(), storage.Options{Directory: faultDirectory, FS: fs})
	if err != nil {
		t.Errorf("%s: Open() = %v", when, err)
		return
	}
	want, known := f.states[s.Position()]
	if !known || s.Position() < acknowledged {
		t.Errorf("%s: the store is at commit %d, acknowledged was %d", when, s.Position(), acknowledged)
	} else {
		storagetest.Check(t, when, s, want.model)
		if got := schemaOf(s); got != want.schema {
			t.Errorf("%s: the schema is %q, want %q", when, got, want.schema)
		}
	}
	nodes := s.NodeCount()
	tx := s.Begin(storage.WriteMode)
	must[graph.NodeID](t)(tx.CreateNode(t.Context(), nil, nil))
	must[storage.Position](t)(tx.Commit(t.Context()))
	if err := s.Close(); err != nil {
		t.Errorf("%s: Close() = %v", when, err)
	}
	s, err = storage.Open(t.Context(), storage.Options{Directory: faultDirectory, FS: fs})
	if err != nil {
		t.Errorf("%s: second Open() = %v", when, err)
		return
	}
	if got := s.NodeCount(); got != nodes+1 {
		t.Errorf("%s: after going on there are %d nodes, want %d", when, got, nodes+1)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// A crash is what a file system may hold when the machine stops.
type crash struct {
	when         string
	fs           *vfs.MemFS
	acknowledged storage.Position
}

// crashes returns a file system that copies its disk before everything that
// changes something, as a crash at that moment would leave it: only what was
// flushed, all that was written, or any part of it.
func crashes(disk *vfs.MemFS, acknowledged func() storage.Position, percents ...int) (fs vfs.FS, all func() []crash) {
	var mu sync.Mutex
	var list []crash
	random := rand.New(rand.NewPCG(1, 2))
	fs = errorfs.Wrap(disk, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind.ReadOrWrite() == errorfs.OpIsRead || op.Kind == errorfs.OpFileClose {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		for _, percent := range percents {
			list = append(list, crash{
				when:         fmt.Sprintf("before operation %d (kind %d on %s) with %d%% of what was not flushed", len(list), op.Kind, op.Path, percent),
				acknowledged: acknowledged(),
				fs:           disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: percent, RNG: random}),
			})
		}
		return nil
	}))
	return fs, func() []crash {
		mu.Lock()
		defer mu.Unlock()
		return list
	}
}

// TestCrashEverywhere stops the machine before every write, flush, rename and
// removal of a workload: nothing acknowledged may be lost, and nothing else be
// there in part. Some of the recoveries are interrupted in the same way.
func TestCrashEverywhere(t *testing.T) {
	t.Parallel()
	disk := vfs.NewCrashableMem()
	f := newFaultRun(t, disk)
	fs, all := crashes(disk, f.lastAck, 0, 50, 100)
	f.fs = fs
	if err := f.run(t); err != nil {
		t.Fatal(err)
	}
	first := all()
	if len(first) < 300 {
		t.Errorf("only %d crashes", len(first))
	}
	again := 0
	for i, c := range first {
		if i%sampling != 0 {
			continue
		}
		if i%7 == 0 {
			copied := c.fs.CrashClone(vfs.CrashCloneCfg{})
			acknowledged := func() storage.Position { return c.acknowledged }
			fs, recoveries := crashes(copied, acknowledged, 0, 50)
			if s, err := storage.Open(t.Context(), storage.Options{Directory: faultDirectory, FS: fs}); err == nil {
				_ = s.Close()
			}
			for _, r := range recoveries() {
				again++
				f.verify(t, c.when+", then "+r.when, r.fs, r.acknowledged)
			}
		}
		f.verify(t, c.when, c.fs, c.acknowledged)
		if t.Failed() {
			break
		}
	}
	t.Logf("%d crashes, %d in recoveries", len(first), again)
}

// TestCrashBesideWriters stops the machine while several writers share flushes:
// of each of them all acknowledged commits are left, and no later one without
// those before it.
func TestCrashBesideWriters(t *testing.T) {
	t.Parallel()
	const writers, commits = 4, 30
	disk := vfs.NewCrashableMem()
	newFaultRun(t, disk) // makes the parent
	var acknowledged [writers]atomic.Int64
	var mu sync.Mutex
	var before [][writers]int64 // what each crash must have
	fs, all := crashes(disk, func() storage.Position {
		var now [writers]int64
		for w := range now {
			now[w] = acknowledged[w].Load()
		}
		mu.Lock()
		defer mu.Unlock()
		before = append(before, now)
		return storage.Position(len(before) - 1)
	}, 0, 50)
	s, err := storage.Open(t.Context(), storage.Options{Directory: faultDirectory, FS: fs, LogFileSize: 2 << 10})
	if err != nil {
		t.Fatal(err)
	}
	var keys [writers]storage.KeyID
	for w := range keys {
		keys[w] = must[storage.KeyID](t)(s.InternKey(fmt.Sprintf("w%d", w)))
	}
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for n := int64(1); n <= commits; n++ {
				tx := s.Begin(storage.WriteMode)
				_, err := tx.CreateNode(t.Context(), nil, []storage.Property{{Key: keys[w], Value: graph.Integer(n)}})
				if err == nil {
					_, err = tx.Commit(t.Context())
				}
				if err != nil {
					t.Error(err)
					tx.Rollback()
					return
				}
				acknowledged[w].Store(n)
			}
		})
	}
	group.Wait()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for i, c := range all() {
		if i%sampling == 0 && !t.Failed() {
			checkWriters(t, c, before[c.acknowledged][:])
		}
	}
}

// checkWriters opens what a crash has left and looks for the commits of writers.
func checkWriters(t *testing.T, c crash, acknowledged []int64) {
	t.Helper()
	s, err := storage.Open(t.Context(), storage.Options{Directory: faultDirectory, FS: c.fs})
	if err != nil {
		t.Errorf("%s: Open() = %v", c.when, err)
		return
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	tx := s.Begin(storage.ReadMode)
	defer tx.Rollback()
	ids := scanNodes(tx.View())
	for w, least := range acknowledged {
		key, _ := s.Key(fmt.Sprintf("w%d", w))
		last := int64(0)
		for _, id := range ids {
			if v := tx.View().NodeProperty(id, key, new(graph.Arena)); !v.IsNull() {
				if last++; v.Int() != last {
					t.Errorf("%s: writer %d has commit %d where %d should be", c.when, w, v.Int(), last)
				}
			}
		}
		if last < least {
			t.Errorf("%s: writer %d has %d commits, acknowledged were %d", c.when, w, last, least)
		}
	}
}

// TestErrorsEverywhere lets every write, flush, rename and removal of a workload
// fail once: the store either goes on or stops, says so, and loses nothing.
func TestErrorsEverywhere(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		err    error
		sticky bool
	}{
		{name: "EIO", err: syscall.EIO},
		{name: "ENOSPC from then on", err: syscall.ENOSPC, sticky: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for k, failed := 0, true; failed && !t.Failed(); k += sampling {
				failed = failAt(t, k, tt.err, tt.sticky)
			}
		})
	}
}

// failAt lets the operation with a number fail, and reports whether there was
// one.
func failAt(t *testing.T, k int, broken error, sticky bool) (failed bool) {
	t.Helper()
	disk := vfs.NewCrashableMem()
	f := newFaultRun(t, disk)
	var mu sync.Mutex
	n := 0
	when := ""
	f.fs = errorfs.Wrap(disk, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind.ReadOrWrite() == errorfs.OpIsRead || op.Kind == errorfs.OpFileClose {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		n++
		if n-1 == k {
			failed = true
			when = fmt.Sprintf("error of operation %d (kind %d on %s)", k, op.Kind, op.Path)
		}
		if n-1 == k || sticky && n > k {
			return broken
		}
		return nil
	}))
	err := f.run(t)
	if s := f.store; err != nil && s != nil {
		acknowledged := f.lastAck()
		if s.Position() != acknowledged {
			t.Errorf("%s: commit %d is visible, acknowledged was %d", when, s.Position(), acknowledged)
		}
		storagetest.Check(t, when, s, f.states[acknowledged].model)
		_ = s.Close()
	}
	if err != nil && !errors.Is(err, broken) {
		t.Errorf("%s: the error is %v", when, err)
	}
	for _, percent := range []int{0, 100} {
		clone := disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: percent, RNG: rand.New(rand.NewPCG(1, 2))})
		f.verify(t, fmt.Sprintf("%s, with %d%% of what was not flushed", when, percent), clone, f.lastAck())
	}
	return failed
}

// TestDiskFull: with little room left changes are refused and reads go on, and
// with room again changes are taken.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	disk := vfs.NewMem()
	disk.TestingSetDiskUsage(vfs.DiskUsage{AvailBytes: 1 << 30})
	s := open(t, storage.Options{Directory: "/data", FS: disk})
	create := func() error {
		tx := s.Begin(storage.WriteMode)
		defer tx.Rollback()
		label := must[storage.LabelID](t)(s.InternLabel("L"))
		key := must[storage.KeyID](t)(s.InternKey("k"))
		props := []storage.Property{{Key: key, Value: graph.String(strings.Repeat("x", 1<<20))}}
		if _, err := tx.CreateNode(t.Context(), []storage.LabelID{label}, props); err != nil {
			return err
		}
		_, err := tx.Commit(t.Context())
		return err
	}
	if err := create(); err != nil {
		t.Fatal(err)
	}
	disk.TestingSetDiskUsage(vfs.DiskUsage{AvailBytes: 10 << 20})
	for range 3 {
		if err := create(); kindOf(err) != storage.KindDiskFull {
			t.Errorf("Commit on a full disk = %v", err)
		}
		if err := s.CreateIndex(t.Context(), storage.IndexSpec{Name: "i"}); kindOf(err) != storage.KindDiskFull {
			t.Errorf("CreateIndex on a full disk = %v", err)
		}
	}
	if n := s.NodeCount(); n != 1 {
		t.Errorf("%d nodes, want 1", n)
	}
	disk.TestingSetDiskUsage(vfs.DiskUsage{AvailBytes: 1 << 30})
	if err := create(); err != nil {
		t.Errorf("Commit with room again = %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, storage.Options{Directory: "/data", FS: disk})
	if s.NodeCount() != 2 || len(s.Indexes()) != 0 {
		t.Errorf("after reopening: %d nodes, indexes %v", s.NodeCount(), s.Indexes())
	}
}
