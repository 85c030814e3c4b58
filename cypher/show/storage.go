package show

import (
	"context"
	"fmt"
	"runtime/metrics"
	"slices"
	"time"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// addStorage adds Memgraph's statements about memory and files.
func (t *Tables) addStorage() {
	info := slices.Concat(textual("storage info"), column(ast.TypeAny, "value"))
	t.show("STORAGE INFO", t.storageInfo, info...)
	for _, subject := range []string{"STORAGE INFO ON CURRENT DATABASE", "STORAGE INFO ON DATABASE"} {
		t.show(subject, t.databaseInfo, info...)
	}
	t.show("SNAPSHOTS", t.snapshots, slices.Concat(
		textual("path"), integers("timestamp"), textual("creation_time", "size"))...)
	t.show("NEXT SNAPSHOT", t.nextSnapshot, textual("path", "creation_time")...)
	t.add(&Table{Alone: true, Columns: textual("path"), rows: t.createSnapshot}, "CREATE SNAPSHOT")
	t.add(&Table{Alone: true, rows: func(ctx context.Context, r *Request) error {
		return t.Store.RecoverSnapshot(ctx, r.Text("path"), r.Arguments["force"].IsTrue())
	}}, "RECOVER SNAPSHOT")
	t.add(&Table{Alone: true, rows: t.storageMode}, "STORAGE MODE")
	status := textual("STATUS")
	t.add(&Table{Alone: true, Columns: status, rows: t.lockFiles}, "LOCK DATA DIRECTORY")
	t.add(&Table{Alone: true, Columns: status, rows: t.unlockFiles}, "UNLOCK DATA DIRECTORY")
	t.add(&Table{Columns: status, rows: func(_ context.Context, r *Request) error {
		if t.Store.FilesLocked() {
			return r.Yield([]graph.Value{text("Data directory is locked.")})
		}
		return r.Yield([]graph.Value{text("Data directory is not locked.")})
	}}, "DATA DIRECTORY LOCK STATUS")
}

func (t *Tables) createSnapshot(ctx context.Context, r *Request) error {
	position, err := t.Store.CreateSnapshot(ctx)
	if err != nil {
		return err
	}
	list, err := t.Store.Snapshots()
	if err != nil {
		return err
	}
	for i := range list {
		if list[i].Position == position {
			return r.Yield([]graph.Value{text(list[i].Path)})
		}
	}
	return nil
}

// timeLayout is how Memgraph writes the time of a snapshot.
const timeLayout = "2006-01-02 15:04:05.000000"

func (t *Tables) snapshots(_ context.Context, r *Request) error {
	list, err := t.Store.Snapshots()
	if err != nil {
		return err
	}
	for i := range list {
		s := &list[i]
		if err := r.Yield([]graph.Value{
			text(s.Path), graph.Integer(int64(s.Position)), //nolint:gosec // below 2^48
			text(s.Time.UTC().Format(timeLayout)), text(readable(s.Size)),
		}); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tables) nextSnapshot(_ context.Context, r *Request) error {
	at, ok := t.Store.NextSnapshot()
	if !ok {
		return nil
	}
	return r.Yield([]graph.Value{{}, text(at.UTC().Truncate(time.Microsecond).Format(timeLayout))})
}

func (t *Tables) lockFiles(_ context.Context, r *Request) error {
	if t.Store.LockFiles() {
		return r.Yield([]graph.Value{text("Data directory is now locked.")})
	}
	return r.Yield([]graph.Value{text("Data directory is already locked.")})
}

func (t *Tables) unlockFiles(_ context.Context, r *Request) error {
	switch was, err := t.Store.UnlockFiles(); {
	case err != nil:
		return err
	case was:
		return r.Yield([]graph.Value{text("Data directory is now unlocked.")})
	default:
		return r.Yield([]graph.Value{text("Data directory is already unlocked.")})
	}
}

func (t *Tables) storageMode(ctx context.Context, r *Request) error {
	switch mode := r.Text("mode"); mode {
	case storage.Transactional.String():
		return t.Store.SetStorageMode(ctx, storage.Transactional)
	case storage.Analytical.String():
		return t.Store.SetStorageMode(ctx, storage.Analytical)
	case "ON_DISK_TRANSACTIONAL":
		return &Error{Message: "The storage mode ON_DISK_TRANSACTIONAL is not supported: the graph is kept in memory."}
	default:
		return &Error{Message: "There is no storage mode '" + mode + "'."}
	}
}

// readable writes bytes in the largest unit that is not below one.
func readable(bytes int64) string {
	size, unit := float64(bytes), "B"
	for _, larger := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if size < 1024 {
			break
		}
		size, unit = size/1024, larger
	}
	return fmt.Sprintf("%.2f%s", size, unit)
}

// runtimeMemory returns the bytes that the Go runtime holds of the system.
func runtimeMemory() int64 {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64() - sample[1].Value.Uint64()) //nolint:gosec // below 2^63
}

// processMemory returns what the system says of the process, and what the server
// knows to have: the graph, the runtime and the program itself.
func (t *Tables) processMemory(store *storage.Store) (resident, peak, tracked int64) {
	tracked = store.MemoryUsedTogether() + runtimeMemory()
	if t.Process == nil {
		return 0, 0, tracked
	}
	resident, peak, files := t.Process.Memory()
	return resident, peak, tracked + files
}

// storageInfo gives the rows of all generations of Memgraph, because tools look
// them up by name.
func (t *Tables) storageInfo(ctx context.Context, r *Request) error {
	name, store, err := t.storeOf(r)
	if err != nil {
		return err
	}
	resident, peak, tracked := t.processMemory(store)
	limit := "unlimited"
	if n := store.MemoryLimit(); n > 0 {
		limit = readable(n)
	}
	level := t.Isolation().String()
	return pairs(
		field("name", text(name)),
		field("database_uuid", text(store.IDText())),
		field("vertex_count", graph.Integer(store.NodeCount())),
		field("edge_count", graph.Integer(store.RelationshipCount())),
		field("average_degree", graph.Float(averageDegree(store))),
		field("vm_max_map_count", t.mapCount()),
		field("memory_res", text(readable(resident))),
		field("peak_memory_res", text(readable(peak))),
		field("unreleased_delta_objects", graph.Integer(store.UndoRecords())),
		field("disk_usage", text(readable(store.DiskUsed()))),
		field("memory_tracked", text(readable(tracked))),
		field("memory_usage", graph.Integer(resident)),
		field("memory_allocated", graph.Integer(tracked)),
		field("allocation_limit", text(limit)),
		field("memory_limit", text(limit)),
		field("license_memory_limit", text("unlimited")),
		field("query+graph_memory_tracked", text(readable(store.MemoryUsed()))),
		field("vector_index_memory_tracked", text(readable(0))),
		field("global_isolation_level", text(level)),
		field("session_isolation_level", text(r.Levels.Session.String())),
		field("next_session_isolation_level", text(r.Levels.Next.String())),
		field("storage_isolation_level", text(level)),
		field("storage_mode", text(store.StorageMode().String())),
		field("global_storage_mode", text(store.StorageMode().String())),
	)(ctx, r)
}

// databaseInfo gives the rows about one database.
func (t *Tables) databaseInfo(ctx context.Context, r *Request) error {
	name, store, err := t.storeOf(r)
	if err != nil {
		return err
	}
	used := text(readable(store.MemoryUsed()))
	return pairs(
		field("name", text(name)),
		field("database_uuid", text(store.IDText())),
		field("state", text("HOT")),
		field("storage_mode", text(store.StorageMode().String())),
		field("vertex_count", graph.Integer(store.NodeCount())),
		field("edge_count", graph.Integer(store.RelationshipCount())),
		field("average_degree", graph.Float(averageDegree(store))),
		field("unreleased_delta_objects", graph.Integer(store.UndoRecords())),
		field("disk_usage", text(readable(store.DiskUsed()))),
		field("graph_memory_tracked", used),
		field("query_memory_tracked", text(readable(0))),
		field("vector_index_memory_tracked", text(readable(0))),
		field("tenant_memory_tracked", used),
		field("tenant_memory_limit", text("unlimited")),
		field("storage_isolation_level", text(t.Isolation().String())),
		field("health", text("healthy")),
	)(ctx, r)
}

// mapCount returns the system's limit of memory mappings, null when unknown.
func (t *Tables) mapCount() graph.Value {
	if t.Process == nil {
		return graph.Value{}
	}
	if n := t.Process.MapCount(); n > 0 {
		return graph.Integer(n)
	}
	return graph.Value{}
}
