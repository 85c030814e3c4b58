package main

import (
	"strings"

	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
)

// The sections of flags that exist for configurations written for Memgraph.
const (
	sectionAuth        = "auth"
	sectionCluster     = "cluster"
	sectionIntegration = "integration"
)

// Why flags have no effect, as the warning and the reference page say it.
const (
	noAuthModule = "users and roles are kept by the server itself"
	auditAtOnce  = "each line of the audit log is written at once"
	noCluster    = "this is a single server"
	noStreams    = "there are no stream sources"
	noModules    = "procedures are built in; no module is loaded from outside"
	noDisk       = "the graph is kept in memory, without another storage engine"
	noTelemetry  = "telemetry is never sent"
	noLicense    = "there is nothing to license"
	noFetch      = "the server fetches no files from other machines"
	noScripting  = "no script language runs inside of the server"
	ownPlanner   = "the planner decides by exact statistics"
	ownThreads   = "the Go runtime places work on threads"
	ownSnapshots = "snapshots are written and read in one way"
	ownFormat    = "the storage format has no such choice"
	ownReclaim   = "old versions are reclaimed as soon as no transaction needs them"
	ownStats     = "statistics and schema are always exact"
	fullEdges    = "relationships always have properties"
)

// acceptedFlags are the flags that deployments pass, of names and types as in
// Memgraph, and that do nothing or only one thing here.
func acceptedFlags() []gflags.Flag {
	var table []gflags.Flag
	for _, section := range []struct {
		name  string
		flags []gflags.Flag
	}{
		{sectionData, acceptedStorage()},
		{sectionQuery, acceptedQuery()},
		{sectionLogging, acceptedLog()},
		{sectionMonitor, acceptedMonitor()},
		{sectionAuth, acceptedAuth()},
		{sectionCluster, acceptedCluster()},
		{sectionIntegration, acceptedIntegration()},
	} {
		for _, f := range section.flags {
			f.Section = section.name
			table = append(table, f)
		}
	}
	return table
}

func acceptedStorage() []gflags.Flag {
	return []gflags.Flag{
		{Name: "storage-properties-on-edges", Type: gflags.Bool, Default: "true", NoEffect: fullEdges, Fits: "true", Help: "Relationships may have properties."},
		{Name: "storage-gc-cycle-sec", Type: gflags.Uint64, Default: "30", Validate: gflags.InRange(1, 86400), NoEffect: ownReclaim, Help: "Seconds between collections of old versions."},
		{Name: "storage-gc-aggressive", Type: gflags.Bool, NoEffect: ownReclaim, Fits: "false", Help: "Collect old versions at once."},
		{Name: "storage-items-per-batch", Type: gflags.Uint64, Default: "1000000", Validate: gflags.InRange(1, 1<<40), NoEffect: ownSnapshots, Help: "Records in a batch of a snapshot."},
		{Name: "storage-snapshot-thread-count", Type: gflags.Uint64, Default: "8", Validate: gflags.InRange(1, 1<<20), NoEffect: ownSnapshots, Help: "Threads that write a snapshot."},
		{Name: "storage-recovery-thread-count", Type: gflags.Uint64, Default: "8", Validate: gflags.InRange(1, 1<<20), NoEffect: ownSnapshots, Help: "Threads that read a snapshot."},
		{Name: "storage-parallel-snapshot-creation", Type: gflags.Bool, NoEffect: ownSnapshots, Fits: "false", Help: "Write snapshots with several threads."},
		{Name: "storage-parallel-schema-recovery", Aliases: []string{"storage-parallel-index-recovery"}, Type: gflags.Bool, NoEffect: ownSnapshots, Fits: "false", Help: "Rebuild indexes with several threads."},
		{Name: "storage-backup-dir-enabled", Aliases: []string{"storage-enable-backup-dir"}, Type: gflags.Bool, Default: "true", NoEffect: ownSnapshots, Fits: "true", Help: "Move old files aside when data is recovered from elsewhere."},
		{Name: "storage-access-timeout-sec", Type: gflags.Uint64, Default: "1", Validate: gflags.InRange(1, 1000000), NoEffect: "no statement locks the whole store", Help: "Seconds to wait for the lock of the whole store."},
		{Name: "storage-enable-schema-metadata", Type: gflags.Bool, NoEffect: ownStats, Help: "Keep a list of labels and relationship types."},
		{Name: "storage-enable-edges-metadata", Type: gflags.Bool, NoEffect: ownStats, Help: "Keep a list of relationships."},
		{Name: "schema-info-enabled", Type: gflags.Bool, NoEffect: ownStats, Help: "Keep track of the schema at run time."},
		{Name: "storage-automatic-label-index-creation-enabled", Type: gflags.Bool, NoEffect: "every label is indexed", Fits: "true", Help: "Index a label when it is first used."},
		{Name: "storage-automatic-edge-type-index-creation-enabled", Type: gflags.Bool, NoEffect: "relationships are found by their nodes and counted by type", Fits: "false", Help: "Index a relationship type when it is first used."},
		{Name: "storage-light-edge", Type: gflags.Bool, NoEffect: ownFormat, Fits: "false", Help: "Keep relationships in a smaller form."},
		{Name: "storage-omit-vector-index-properties-on-return", Type: gflags.Bool, NoEffect: ownFormat, Fits: "false", Help: "Leave properties of vector indexes out of results."},
		{Name: "storage-property-store-compression-enabled", Type: gflags.Bool, NoEffect: ownFormat, Fits: "false", Help: "Compress properties in memory."},
		{Name: "storage-property-store-compression-level", Type: gflags.String, Default: "mid", Validate: gflags.OneOf("compression level", "low", "mid", "high"), NoEffect: ownFormat, Help: "How much properties are compressed."},
		{Name: "storage-floating-point-resolution-bits", Type: gflags.Uint64, Default: "64", Validate: isResolution, NoEffect: "floats always keep 64 bits", Fits: "64", Help: "Bits that are kept of a float."},
		{Name: "storage-delta-on-identical-property-update", Type: gflags.Bool, Default: "true", NoEffect: ownFormat, Help: "Record a change that sets the value that is there."},
		{Name: "delta-chain-cache-threshold", Type: gflags.Uint64, Default: "128", Validate: gflags.InRange(1, 1<<40), NoEffect: ownFormat, Help: "Length of a chain of versions at which results are kept."},
		{Name: "storage-release-sent-snapshot-page-cache", Type: gflags.Bool, NoEffect: ownSnapshots, Fits: "false", Help: "Drop sent snapshots from the page cache."},
		{Name: "storage-release-recovered-snapshot-page-cache", Type: gflags.Bool, Default: "true", NoEffect: ownSnapshots, Help: "Drop recovered snapshots from the page cache."},
		{Name: "storage-snapshot-writeback-window-mib", Type: gflags.Uint64, Default: "32", NoEffect: ownSnapshots, Help: "MiB of a snapshot that wait to be written back."},
		{Name: "storage-python-gc-cycle-sec", Type: gflags.Uint64, Default: "180", Validate: gflags.InRange(1, 86400), NoEffect: noScripting, Help: "Seconds between collections of Python's garbage."},
		{Name: "storage-rocksdb-info-log-level", Type: gflags.String, Default: "INFO_LEVEL", NoEffect: noDisk, Help: "Level of the log of RocksDB."},
		{Name: "storage-rocksdb-keep-log-file-num", Type: gflags.Uint64, Default: "1000", NoEffect: noDisk, Help: "Kept log files of RocksDB."},
		{Name: "storage-rocksdb-enable-thread-tracking", Type: gflags.Bool, NoEffect: noDisk, Fits: "false", Help: "Let RocksDB tell the state of its threads."},
		{Name: "memory-warning-threshold", Type: gflags.Uint64, Default: "1024", NoEffect: "memory is a metric; --memory-limit is enforced", Fits: "0", Help: "MB of free memory below which a warning is logged; 0 means none."},
	}
}

func acceptedQuery() []gflags.Flag {
	return []gflags.Flag{
		{Name: "query-cost-planner", Type: gflags.Bool, Default: "true", NoEffect: ownPlanner, Fits: "true", Help: "Choose plans by their cost."},
		{Name: "query-max-plans", Type: gflags.Uint64, Default: "1000", Validate: gflags.InRange(1, 1<<40), NoEffect: ownPlanner, Help: "Most plans that are compared for a query."},
		{Name: "query-ast-cache-max-size", Type: gflags.Int32, Default: "1000", Validate: gflags.InRange(0, 1<<31-1), NoEffect: "parsed statements are kept with their plans", Help: "Parsed statements that are kept."},
		{Name: "query-plan-cache-ttl", Type: gflags.Int32, Default: "60", Validate: gflags.InRange(0, 1<<31-1), NoEffect: "plans are replaced when the schema changes, not by age", Help: "Seconds that plans are kept."},
		{Name: "query-vertex-count-to-expand-existing", Type: gflags.Int64, Default: "10", Validate: gflags.InRange(-1, 1<<40), NoEffect: ownPlanner, Help: "Nodes of an index up to which it is preferred to expanding."},
		{Name: "cartesian-product-enabled", Type: gflags.Bool, Default: "true", NoEffect: ownPlanner, Fits: "true", Help: "Plans may use cartesian products."},
		{Name: "debug-query-plans", Type: gflags.Bool, NoEffect: ownPlanner, Fits: "false", Help: "Log all plans that are considered."},
		{Name: "hops-limit-partial-results", Type: gflags.Bool, Default: "true", NoEffect: "there is no limit of hops", Help: "A query that reaches its limit of hops returns what it has."},
		{Name: "query-modules-directory", Type: gflags.String, NoEffect: noModules, Help: "Directories with query modules, separated by commas."},
		{Name: "query-callable-mappings-path", Type: gflags.String, NoEffect: noModules, Help: "File with further names of procedures."},
		{Name: "query-log-directory", Type: gflags.String, NoEffect: "statements are lines of the log, see --log-level", Fits: "", Help: "Directory with a log for each session that asks for one."},
		{Name: "scheduler", Type: gflags.String, Default: "priority_queue", Hidden: true, Validate: gflags.OneOf("scheduler", "asio", "priority_queue"), NoEffect: ownThreads, Help: "Scheduler of statements."},
	}
}

func acceptedLog() []gflags.Flag {
	return []gflags.Flag{
		{Name: "logger-type", Type: gflags.String, Default: "sync", Validate: isLoggerType, NoEffect: "a line of the log is written before the server goes on", Fits: "sync", Help: "Write the log at once (sync) or later (async)."},
	}
}

func acceptedMonitor() []gflags.Flag {
	return []gflags.Flag{
		{Name: "metrics-format", Type: gflags.String, Default: "OpenMetrics", Validate: gflags.OneOf("metrics format", "OpenMetrics", "JSON"), NoEffect: "metrics have one form", Fits: "OpenMetrics", Help: "Form of the metrics."},
	}
}

func acceptedAuth() []gflags.Flag {
	return []gflags.Flag{
		{Name: "auth-module-mappings", Type: gflags.String, NoEffect: noAuthModule, Help: "Modules that check logins, by scheme."},
		{Name: "auth-module-timeout-ms", Type: gflags.Int32, Default: "10000", Validate: gflags.InRange(100, 1800000), NoEffect: noAuthModule, Help: "Milliseconds that such a module may take."},
		{Name: "auth-module-executable", Type: gflags.String, NoEffect: noAuthModule, Help: "Program that checks logins."},
		{Name: "auth-module-create-missing-user", Type: gflags.Bool, Default: "true", NoEffect: noAuthModule, Help: "Create users that the program accepts."},
		{Name: "auth-module-create-missing-role", Type: gflags.Bool, Default: "true", NoEffect: noAuthModule, Help: "Create roles that the program names."},
		{Name: "auth-module-manage-roles", Type: gflags.Bool, Default: "true", NoEffect: noAuthModule, Help: "The program decides about roles."},
		{Name: "audit-buffer-size", Type: gflags.Int32, Default: "100000", NoEffect: auditAtOnce, Help: "Entries of the audit log that may wait."},
		{Name: "audit-buffer-flush-interval-ms", Type: gflags.Int32, Default: "200", NoEffect: auditAtOnce, Help: "Milliseconds between writes of the audit log."},
	}
}

func acceptedCluster() []gflags.Flag {
	return []gflags.Flag{
		{Name: "cluster-cert-file", Type: gflags.String, NoEffect: noCluster, Help: "Certificate for connections between servers."},
		{Name: "cluster-key-file", Type: gflags.String, NoEffect: noCluster, Help: "Key for connections between servers."},
		{Name: "cluster-ca-file", Type: gflags.String, NoEffect: noCluster, Help: "Authority of connections between servers."},
		{Name: "replication-replica-check-frequency-sec", Type: gflags.Uint64, Default: "1", NoEffect: noCluster, Help: "Seconds between looks at replicas."},
		{Name: "replication-restore-state-on-startup", Type: gflags.Bool, Default: "true", NoEffect: noCluster, Help: "Take up the role in replication again at the start."},
		{Name: "management-port", Type: gflags.Int32, Default: "0", Validate: gflags.InRange(0, 65535), NoEffect: noCluster, Fits: "0", Help: "Port of the manager of a cluster."},
		{Name: "coordinator-port", Type: gflags.Int32, Default: "0", Validate: gflags.InRange(0, 65535), NoEffect: noCluster, Fits: "0", Help: "Port of a coordinator."},
		{Name: "coordinator-id", Type: gflags.Int32, Default: "2147483647", NoEffect: noCluster, Help: "Identity of a coordinator."},
		{Name: "coordinator-hostname", Type: gflags.String, NoEffect: noCluster, Help: "Host name of a coordinator."},
		{Name: "nuraft-log-file", Type: gflags.String, NoEffect: noCluster, Help: "Log file of a coordinator."},
	}
}

func acceptedIntegration() []gflags.Flag {
	return []gflags.Flag{
		{Name: "telemetry-enabled", Type: gflags.Bool, NoEffect: noTelemetry, Fits: "false", Help: "Send data about use of the server to its makers."},
		{Name: "kafka-bootstrap-servers", Type: gflags.String, NoEffect: noStreams, Help: "Kafka servers."},
		{Name: "pulsar-service-url", Type: gflags.String, NoEffect: noStreams, Help: "Pulsar service."},
		{Name: "stream-transaction-conflict-retries", Type: gflags.Uint32, Default: "30", NoEffect: noStreams, Help: "How often a transaction of a stream is tried again."},
		{Name: "stream-transaction-retry-interval", Type: gflags.Uint32, Default: "500", NoEffect: noStreams, Help: "Milliseconds between two tries."},
		{Name: "ca-bundle-file", Type: gflags.String, NoEffect: noFetch, Help: "Authorities of servers that files are fetched from."},
		{Name: "aws-region", Type: gflags.String, NoEffect: noFetch, Help: "Region of the object store."},
		{Name: "aws-access-key", Type: gflags.String, Secret: true, NoEffect: noFetch, Help: "Access key of the object store."},
		{Name: "aws-secret-key", Type: gflags.String, Secret: true, NoEffect: noFetch, Help: "Secret key of the object store."},
		{Name: "aws-endpoint-url", Type: gflags.String, NoEffect: noFetch, Help: "Address of the object store."},
		{Name: "file-download-conn-timeout-sec", Type: gflags.Uint64, Default: "10", NoEffect: noFetch, Help: "Seconds to wait for a connection to fetch a file."},
		{Name: "experimental-enabled", Type: gflags.String, Env: "MEMGRAPH_EXPERIMENTAL_ENABLED", NoEffect: "nothing is experimental here", Help: "Experimental features, separated by commas."},
		{Name: "experimental-config", Type: gflags.String, NoEffect: "nothing is experimental here", Help: "Settings of experimental features."},
		{Name: "license-key", Type: gflags.String, Hidden: true, Secret: true, Env: "MEMGRAPH_ENTERPRISE_LICENSE", NoEffect: noLicense, Help: "License key."},
		{Name: "organization-name", Type: gflags.String, Hidden: true, Env: "MEMGRAPH_ORGANIZATION_NAME", NoEffect: noLicense, Help: "Name of the organisation that has the license."},
	}
}

func isResolution(name string, v gflags.Value) error {
	switch v.Uint64() {
	case 16, 32, 64:
		return nil
	default:
		return gflags.Refusef("Expected --%s to be 16, 32 or 64", name)
	}
}

func isLoggerType(name string, v gflags.Value) error {
	if !strings.EqualFold(v.Text(), "sync") && !strings.EqualFold(v.Text(), "async") {
		return gflags.Refusef("Expected --%s to be 'sync' or 'async' string", name)
	}
	return nil
}
