package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
	"github.com/drawbolt/drawbolt/storage"
)

// The names of the flags in this file.
const (
	flagWorkers           = "bolt-num-workers"
	flagLockTimeout       = "data-dir-lock-acquisition-timeout-sec"
	flagRecover           = "data-recovery-on-startup"
	flagInitFile          = "init-file"
	flagInitDataFile      = "init-data-file"
	flagWAL               = "storage-wal-enabled"
	flagStorageMode       = "storage-mode"
	flagAllowBroken       = "storage-allow-recovery-failure"
	flagSnapshotSeconds   = "storage-snapshot-interval-sec"
	flagSnapshotInterval  = "storage-snapshot-interval"
	flagSnapshotOnExit    = "storage-snapshot-on-exit"
	flagSnapshotRetention = "storage-snapshot-retention-count"
	flagPlanCache         = "query-plan-cache-max-size"
	flagAllowLoadCSV      = "allow-load-csv"
	flagLoadDirectory     = "load-csv-directory"
	flagLoadAddresses     = "load-csv-addresses"
	flagSlowQueries       = "log-min-duration-ms"
	flagFailedQueries     = "log-failed-queries"
	flagQueryPlan         = "log-query-plan"
	flagLogFormat         = "log-format"
	flagCheckConfig       = "check-config"
	flagPrintConfig       = "print-config"
	flagPrintDocument     = "print-document"
	flagDefaultConfig     = "default-config"
	flagMemgraphConfig    = "memgraph-config"
	flagCheckData         = "check-data"
	flagRepairTail        = "repair-tail"
	flagProbe             = "probe"
	flagCertificateDays   = "certificate-days"
	flagCreateCertificate = "create-certificate"
)

// maxSnapshotSeconds is one week, as in Memgraph.
const maxSnapshotSeconds = 604800

// durabilityFlags decide what is on disk and when.
func durabilityFlags() []gflags.Flag {
	return []gflags.Flag{
		{
			Name: flagLockTimeout, Type: gflags.Uint32, Default: "30", Validate: gflags.InRange(0, maxSeconds),
			Help: "Seconds to wait until another process has left the data directory.",
		},
		{
			Name: flagRecover, Aliases: []string{"storage-recover-on-startup"}, Type: gflags.Bool, Default: "true",
			Help: "Start with the data in the data directory. If false, the data is moved to .backup inside the data directory and the start is an empty one.",
		},
		{
			Name: flagWAL, Type: gflags.Bool, Default: "true",
			Help: "Answer commits when the log is on stable storage. If false the log is written all the same, but nobody waits for it: a crash of the machine loses the newest commits.",
		},
		{
			Name: flagStorageMode, Type: gflags.String, Default: storage.Transactional.String(), Validate: isStorageMode,
			Help: "Storage mode at the start. In IN_MEMORY_ANALYTICAL nothing is logged: loads are faster, and a crash loses all commits since the last snapshot. STORAGE MODE changes it.",
		},
		{
			Name: flagAllowBroken, Type: gflags.Bool,
			Help: "Start although the data of a database can not be recovered. That database is offline, and its files stay as they are.",
		},
		{
			Name: flagSnapshotSeconds, Type: gflags.Uint64, Default: "300", Validate: gflags.InRange(0, maxSnapshotSeconds),
			Help: "Seconds between two snapshots, which keep the log short; 0 means none while the server runs.",
		},
		{
			Name: flagSnapshotInterval, Type: gflags.String, Validate: isInterval,
			Help: "The same as --storage-snapshot-interval-sec, and wins when both are given.",
		},
		{
			Name: flagSnapshotOnExit, Type: gflags.Bool, Default: "true",
			Help: "Write a snapshot at the end, so that the next start is quick.",
		},
		{
			Name: flagSnapshotRetention, Type: gflags.Uint64, Default: "3", Validate: gflags.InRange(1, 1000000),
			Help: "Snapshots that are kept.",
		},
	}
}

func cacheFlags() []gflags.Flag {
	return []gflags.Flag{
		{
			Name: flagPlanCache, Type: gflags.Int32, Default: "1000", Validate: gflags.InRange(0, 1<<31-1),
			Help: "Statements whose plans are kept.",
		},
	}
}

// loadFlags decide what LOAD CSV reads. Nothing is the default.
func loadFlags() []gflags.Flag {
	return []gflags.Flag{
		{Name: flagAllowLoadCSV, Type: gflags.Bool, Default: "true", Help: "Allow LOAD CSV, from where --load-csv-directory and --load-csv-addresses say."},
		{
			Name: flagLoadDirectory, Type: gflags.String,
			Help: "Directory below which LOAD CSV reads files; symbolic links do not lead out of it. Empty refuses files.",
		},
		{
			Name: flagLoadAddresses, Type: gflags.String,
			Help: "Beginnings of the http and https addresses that LOAD CSV reads, separated by commas, such as https://example.org/data/. Empty refuses all.",
		},
	}
}

func queryLogFlags() []gflags.Flag {
	return []gflags.Flag{
		{
			Name: flagSlowQueries, Type: gflags.Int64, Default: "-1", Validate: gflags.InRange(-1, 1<<40),
			Help: "Milliseconds from which a statement gets a line in the log; -1 means none does.",
		},
		{
			Name: flagFailedQueries, Type: gflags.Bool,
			Help: "Statements that fail get a line in the log.",
		},
		{
			Name: flagQueryPlan, Type: gflags.Bool, Default: "true",
			Help: "Write the plan behind the line of a slow statement.",
		},
		{
			Name: flagLogFormat, Type: gflags.String, Default: "text", Validate: gflags.OneOf("log format", "text", "json"),
			Help: "Form of the log: text, or json with one object a line.",
		},
	}
}

func startFlags() []gflags.Flag {
	return []gflags.Flag{
		{
			Name: flagWorkers, Type: gflags.Int32, Default: "0", Validate: gflags.InRange(0, 1<<20),
			Help: "Processors that execute statements; 0 means all of the machine.",
		},
		{
			Name: flagInitFile, Type: gflags.String,
			Help: "File of statements, one a line, that are executed before the server listens.",
		},
		{
			Name: flagInitDataFile, Type: gflags.String,
			Help: "File of statements, one a line, that are executed when the server listens.",
		},
		{
			Name: flagDefaultConfig, Type: gflags.Bool, Default: "true",
			Help: "Read /etc/drawbolt/drawbolt.conf and ~/.drawbolt/config. Works on the command line only.",
		},
		{
			Name: flagMemgraphConfig, Type: gflags.Bool,
			Help: "Read /etc/memgraph/memgraph.conf and ~/.memgraph/config too. Works on the command line only.",
		},
		{
			Name: flagCheckConfig, Type: gflags.Bool,
			Help: "Check flags, files, key material and the owner of the data directory, and exit.",
		},
		{
			Name: flagPrintConfig, Type: gflags.Bool,
			Help: "Show every flag with its value and where that comes from, and exit.",
		},
		{
			Name: flagCheckData, Type: gflags.Bool,
			Help: "Read every file of the data directory, recover it in memory, report, and exit: 0 when all is sound, 2 when something is damaged. Nothing is changed.",
		},
		{
			Name: flagRepairTail, Type: gflags.Bool,
			Help: "Cut the last log file in front of the first record that does not read, keep a copy in .backup, and exit. Commits behind the damage are lost.",
		},
		{
			Name: flagProbe, Type: gflags.Bool,
			Help: "Ask the server that this configuration describes whether it serves, and exit: with 0 if it does.",
		},
		{
			Name: flagCreateCertificate, Type: gflags.Bool,
			Help: "Make a self-signed pair for this machine where --bolt-cert-file and --bolt-key-file say, and exit.",
		},
		{
			Name: flagCertificateDays, Type: gflags.Int32, Default: "90", Validate: gflags.InRange(1, 36500),
			Help: "Days for which a pair of --create-certificate or --dev-certificate is valid.",
		},
		{
			Name: flagPrintDocument, Type: gflags.String, Hidden: true,
			Validate: gflags.OneOf("document", "", documentConfig, documentReference, documentManual, documentCompletion),
			Help:     "Show a document that is made from the flags, for packages: the configuration file, the reference page, the manual page or the completion of bash.",
		},
	}
}

// isInterval refuses what is not a number of seconds.
func isInterval(name string, v gflags.Value) error {
	if v.Text() == "" {
		return nil
	}
	if n, err := strconv.ParseUint(v.Text(), 10, 64); err != nil || n > maxSnapshotSeconds {
		return gflags.Refusef("Expected --%s to be a period of 0 to %d seconds; times of a clock (cron) are not supported", name, maxSnapshotSeconds)
	}
	return nil
}

// isStorageMode is the validator of --storage-mode.
func isStorageMode(name string, v gflags.Value) error {
	switch v.Text() {
	case storage.Transactional.String(), storage.Analytical.String():
		return nil
	case "ON_DISK_TRANSACTIONAL":
		return gflags.Refusef("--%s=%s is not supported: the graph is kept in memory", name, v.Text())
	default:
		return gflags.Refusef("Expected --%s to be %s or %s, got %q", name, storage.Transactional, storage.Analytical, v.Text())
	}
}

// snapshotInterval is what the two flags say.
func snapshotInterval(f *gflags.Set) time.Duration {
	seconds := f.Uint64(flagSnapshotSeconds)
	if text := f.Text(flagSnapshotInterval); text != "" {
		seconds, _ = strconv.ParseUint(text, 10, 64) // isInterval has seen it
	}
	return time.Duration(min(seconds, maxSnapshotSeconds)) * time.Second
}

// addDurability sets the options that the flags of this file decide.
func addDurability(o *storage.Options, f *gflags.Set) {
	o.SnapshotInterval = snapshotInterval(f)
	o.SnapshotOnClose = f.Bool(flagSnapshotOnExit)
	o.Snapshots = int(f.Uint64(flagSnapshotRetention)) //nolint:gosec // bounded by the flag
	o.NoSync = o.NoSync || !f.Bool(flagWAL)
}

// storageWarnings are what an operator should know although it is allowed.
func storageWarnings(f *gflags.Set) []string {
	var list []string
	if snapshotInterval(f) == 0 && !f.Bool(flagSnapshotOnExit) {
		list = append(list, fmt.Sprintf("no snapshots are written, so the log grows for ever; set --%s or --%s", flagSnapshotSeconds, flagSnapshotOnExit))
	}
	if f.Given(flagSnapshotSeconds) && f.Text(flagSnapshotInterval) != "" {
		list = append(list, fmt.Sprintf("--%s wins over --%s", flagSnapshotInterval, flagSnapshotSeconds))
	}
	return list
}

// checkCluster refuses a part of the files for connections between servers,
// which would be a mistake where they have an effect too.
func checkCluster(f *gflags.Set) error {
	names := []string{"cluster-cert-file", "cluster-key-file", "cluster-ca-file"}
	var set, missing []string
	for _, name := range names {
		if f.Text(name) == "" {
			missing = append(missing, "--"+name)
		} else {
			set = append(set, "--"+name)
		}
	}
	if len(set) > 0 && len(missing) > 0 {
		return fmt.Errorf("%s needs %s too", strings.Join(set, ", "), strings.Join(missing, ", "))
	}
	return nil
}

// planCache is how many plans are kept. The engine takes zero as its default.
func planCache(f *gflags.Set) int { return max(1, int(f.Int32(flagPlanCache))) }
