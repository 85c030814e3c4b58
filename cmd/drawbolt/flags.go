package main

import (
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
	"github.com/drawbolt/drawbolt/server/catalog"
	"github.com/drawbolt/drawbolt/storage"
)

// The sections of the help text and of the reference page.
const (
	sectionBolt    = "bolt"
	sectionTLS     = "tls"
	sectionData    = "storage"
	sectionQuery   = "query"
	sectionLogging = "log"
	sectionProcess = "process"
	sectionMonitor = "monitoring"
)

// The names that more than this table uses.
const (
	flagBoltAddress       = "bolt-address"
	flagBoltPort          = "bolt-port"
	flagServerAgent       = "bolt-server-name-for-init"
	flagMinBolt           = "min-bolt"
	flagMaxBolt           = "max-bolt"
	flagAllowFlawed       = "allow-bolt-5-5"
	flagStrictDocs        = "strict-docs"
	flagErrorCodes        = "bolt-error-codes"
	flagDialect           = "client-dialect"
	flagKeepAlive         = "bolt-keep-alive"
	flagBookmarkTimeout   = "bookmark-timeout-sec"
	flagAdvertised        = "advertised-address"
	flagDefaultDatabase   = "default-database"
	flagMaxMessage        = "max-message-bytes"
	flagMaxConnections    = "max-connections"
	flagOrigins           = "bolt-websocket-origins"
	flagIdleTimeout       = "bolt-session-inactivity-timeout"
	flagCert              = "bolt-cert-file"
	flagKey               = "bolt-key-file"
	flagPassphrase        = "bolt-key-passphrase-file" //nolint:gosec // the name of a flag
	flagTLSMin            = "bolt-tls-min-version"
	flagClientAuth        = "bolt-client-auth"
	flagClientCA          = "bolt-client-ca-file"
	flagClientCRL         = "bolt-client-crl-file"
	flagCertWatch         = "bolt-cert-watch-interval"
	flagTicketKeys        = "bolt-session-ticket-key-file"
	flagDevCertificate    = "dev-certificate"
	flagDataDirectory     = "data-directory"
	flagQueryTimeout      = "query-execution-timeout-sec"
	flagTimezone          = "timezone"
	flagLogLevel          = "log-level"
	flagLogFile           = "log-file"
	flagLogStderr         = "also-log-to-stderr"
	flagLogRetention      = "log-retention-days"
	flagMonitoringAddress = "monitoring-address"
	flagMonitoringPort    = "monitoring-port"
	flagMetricsAddress    = "metrics-address"
	flagMetricsPort       = "metrics-port"
	flagMemoryLimit       = "memory-limit"
	flagMemoryHeadroom    = "gc-headroom-mib"
	flagTestProcedures    = "procedures-for-testing"
	flagLogFileSize       = "storage-wal-file-size-kib"
	flagFlushEvery        = "storage-wal-file-flush-every-n-tx"
	flagIsolation         = "isolation-level"
	flagRecordWait        = "transaction-lock-timeout-sec"
)

// maxSeconds bounds every flag that counts seconds: ten years.
const maxSeconds = 10 * 366 * 24 * 3600

// logLevels are the names that --log-level takes, as in Memgraph.
func logLevels() []string {
	return []string{"TRACE", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}
}

// flagTable is the one table of flags: parsing, help and the reference page are
// made from it.
func flagTable() []gflags.Flag {
	var table []gflags.Flag
	for _, section := range []struct {
		name  string
		flags []gflags.Flag
	}{
		{sectionBolt, slices.Concat(boltFlags(), dialectFlags())},
		{sectionTLS, tlsFlags()},
		{sectionData, slices.Concat(dataFlags(), durabilityFlags())},
		{sectionQuery, slices.Concat(queryFlags(), cacheFlags(), loadFlags())},
		{sectionLogging, slices.Concat(logFlags(), queryLogFlags())},
		{sectionMonitor, monitorFlags()},
		{sectionAuth, authFlags()},
		{sectionProcess, slices.Concat(processFlags(), startFlags())},
	} {
		for _, f := range section.flags {
			f.Section = section.name
			table = append(table, f)
		}
	}
	return append(table, acceptedFlags()...)
}

func boltFlags() []gflags.Flag {
	return []gflags.Flag{
		{
			Name: flagBoltAddress, Type: gflags.String, Default: "0.0.0.0", Validate: isIP,
			Help: "IP address on which the Bolt server should listen.",
		},
		{
			Name: flagBoltPort, Type: gflags.Int32, Default: "7687", Env: "MEMGRAPH_BOLT_PORT",
			Validate: gflags.InRange(0, 65535),
			Help:     "Port on which the Bolt server should listen; 0 picks a free one.",
		},
		{
			Name: flagServerAgent, Aliases: []string{"server-agent"}, Type: gflags.String,
			Default: defaultAgent, Validate: isAgent,
			Help: "Server name that clients get at login. It must begin with Neo4j/, or drivers refuse the server.",
		},
		{
			Name: flagMinBolt, Type: gflags.String, Default: "1", Validate: isBoltVersion,
			Help: "Lowest Bolt version to agree on, such as 4.4.",
		},
		{
			Name: flagMaxBolt, Type: gflags.String, Default: "6.1", Validate: isBoltVersion,
			Help: "Highest Bolt version to agree on, such as 5.8.",
		},
		{
			Name: flagAdvertised, Type: gflags.String, Validate: isHostPort,
			Help: "Address host:port that clients are told to connect to in routing tables. Empty means the one the client used.",
		},
		{
			Name: flagDefaultDatabase, Type: gflags.String, Default: "neo4j", Validate: isDatabaseName,
			Help: "Name of the default database; memgraph is always another name of it.",
		},
		{
			Name: flagMaxMessage, Type: gflags.Int64, Default: "67108864", Validate: gflags.InRange(8192, 1<<31-1),
			Help: "Largest message in bytes that a logged-in client may send.",
		},
		{
			Name: flagMaxConnections, Type: gflags.Int32, Default: "0", Validate: gflags.InRange(0, 1<<20),
			Help: "Most connections at a time; 0 means what the limit of open files allows.",
		},
		{
			Name: flagOrigins, Type: gflags.String,
			Help: "Web pages that may connect by WebSocket beside pages of the server's own host: host patterns separated by commas, or any.",
		},
		{
			Name: flagIdleTimeout, Type: gflags.Int32, Default: "0", Validate: gflags.InRange(0, maxSeconds),
			Help: "Seconds without a request after which a connection is closed; 0 means never.",
		},
	}
}

// dialectFlags change what is said over Bolt, not who may say it.
func dialectFlags() []gflags.Flag {
	return []gflags.Flag{
		{
			Name: flagKeepAlive, Type: gflags.Int32, Default: "0", Validate: gflags.InRange(0, maxSeconds),
			Help: "Seconds of silence after which a client whose request is executed gets an empty chunk. Clients are told to give up after twice that time, which makes some drivers slower; 0 means neither.",
		},
		{
			Name: flagBookmarkTimeout, Type: gflags.Double, Default: "30", Validate: isPositive,
			Help: "Seconds that a transaction waits for the bookmarks of its client.",
		},
		{
			Name: flagErrorCodes, Type: gflags.String, Default: dialectAuto,
			Validate: gflags.OneOf("set of error codes", dialectAuto, dialectNeo4j, dialectMemgraph),
			Help:     "Codes of failures: neo4j, on which drivers act, or memgraph; auto for those of the client's dialect.",
		},
		{
			Name: flagDialect, Type: gflags.String, Default: dialectAuto,
			Validate: gflags.OneOf("dialect", dialectAuto, dialectNeo4j, dialectMemgraph),
			Help:     "Answers that clients expect where Neo4j and Memgraph differ: columns of SHOW USERS and its like, EXPLAIN and PROFILE as rows, notifications, codes of failures. With auto, clients of Memgraph are known by their names.",
		},
		{
			Name: flagAllowFlawed, Type: gflags.Bool,
			Help: "For tests of clients: agree to Bolt 5.5, which no other server ever did.",
		},
		{
			Name: flagStrictDocs, Type: gflags.Bool,
			Help: "For tests of clients: refuse requests in a transaction that the documents of Bolt do not allow, such as COMMIT with an open result.",
		},
	}
}

func tlsFlags() []gflags.Flag {
	return []gflags.Flag{
		{
			Name: flagCert, Type: gflags.String,
			Help: "Certificate file which should be used for the Bolt server: a PEM chain, leaf first. A list separated by commas goes with the list in --bolt-key-file.",
		},
		{
			Name: flagKey, Type: gflags.String,
			Help: "Key file which should be used for the Bolt server: a PEM private key. With a certificate the server speaks TLS only.",
		},
		{
			Name: flagPassphrase, Type: gflags.String,
			Help: "File whose first line is the passphrase of encrypted keys.",
		},
		{
			Name: flagTLSMin, Type: gflags.String, Default: "1.2",
			Validate: gflags.OneOf("TLS version", "1.2", "1.3"),
			Help:     "Lowest TLS version: 1.2 or 1.3.",
		},
		{
			Name: flagClientAuth, Type: gflags.String, Default: "none",
			Validate: gflags.OneOf("client authentication", "none", "request", "require"),
			Help:     "Client certificates: none, request (one that is presented must verify) or require. The login is needed all the same.",
		},
		{
			Name: flagClientCA, Type: gflags.String,
			Help: "PEM bundle that client certificates must chain to.",
		},
		{
			Name: flagClientCRL, Type: gflags.String,
			Help: "PEM file with revocation lists of those authorities.",
		},
		{
			Name: flagCertWatch, Type: gflags.Int32, Default: "0", Validate: gflags.InRange(0, maxSeconds),
			Help: "Seconds between looks whether certificate files have changed; 0 means never. SIGHUP always reloads.",
		},
		{
			Name: flagTicketKeys, Type: gflags.String,
			Help: "File with session ticket keys that several servers share. Empty means keys in memory that change every 12 hours.",
		},
		{
			Name: flagDevCertificate, Type: gflags.Bool,
			Help: "For development: when neither --bolt-cert-file nor --bolt-key-file exists, make a self-signed pair there.",
		},
	}
}

func logFlags() []gflags.Flag {
	return []gflags.Flag{
		{
			Name: flagLogLevel, Type: gflags.String, Default: "WARNING", Validate: isLogLevel,
			Help: "Minimum log level. Allowed values: TRACE, DEBUG, INFO, WARNING, ERROR, CRITICAL.",
		},
		{
			Name: flagLogFile, Type: gflags.String,
			Help: "Path to where the log should be stored. Empty means that the log goes to stderr.",
		},
		{
			Name: flagLogStderr, Type: gflags.Bool,
			Help: "Log messages go to stderr in addition to the log file.",
		},
		{
			Name: flagLogRetention, Type: gflags.Uint64, Default: "35", Validate: gflags.InRange(1, 1000000),
			Help: "Controls for how many days rotated log files are kept.",
		},
	}
}

func monitorFlags() []gflags.Flag {
	return []gflags.Flag{
		{
			Name: flagMonitoringAddress, Type: gflags.String, Default: "0.0.0.0", Validate: isIP,
			Help: "IP address on which the log stream should listen. The stream is plaintext WebSocket, also when TLS is on.",
		},
		{
			Name: flagMonitoringPort, Type: gflags.Int32, Default: "7444", Validate: gflags.InRange(portOff, 65535),
			Help: "Port on which the log stream should listen; 0 picks a free one, -1 switches the stream off.",
		},
		{
			Name: flagMetricsAddress, Type: gflags.String, Default: "0.0.0.0", Validate: isIP,
			Help: "IP address on which metrics and health are served.",
		},
		{
			Name: flagMetricsPort, Type: gflags.Int32, Default: "9091", Validate: gflags.InRange(portOff, 65535),
			Help: "Port on which metrics and health are served over HTTP, or HTTPS when TLS is on; 0 picks a free one, -1 switches them off.",
		},
	}
}

func dataFlags() []gflags.Flag {
	return []gflags.Flag{
		{
			Name: flagDataDirectory, Type: gflags.String, Default: "drawbolt_data", Validate: isNotEmpty,
			Help: "Path to directory in which to save all permanent data.",
		},
		{
			Name: flagLogFileSize, Type: gflags.Uint64, Default: "65536", Validate: gflags.InRange(1, 1024000),
			Help: "Size in KiB at which a new file of the commit log is begun.",
		},
		{
			Name: flagFlushEvery, Type: gflags.Uint64, Default: "1", Validate: gflags.InRange(1, 1000000),
			Help: "1 answers a commit when it is on stable storage. More answers before: a crash of the machine then loses the newest commits.",
		},
		{
			Name: flagMemoryLimit, Type: gflags.Uint64, Default: "0", Validate: gflags.InRange(0, 1<<30),
			Help: "Limit in MiB of the memory that graph and indexes may use; 0 means nine tenths of the machine's memory.",
		},
		{
			Name: flagIsolation, Type: gflags.String, Default: storage.SnapshotIsolation.String(),
			Validate: gflags.OneOf("isolation level", storage.SnapshotIsolation.String(), storage.ReadCommitted.String(), storage.ReadUncommitted.String(), storage.Serializable.String()),
			Help:     "Isolation level of transactions that name none.",
		},
		{
			Name: flagRecordWait, Type: gflags.Double, Default: "0", Validate: gflags.InRange(0, maxSeconds),
			Help: "Seconds that a change waits for another transaction that has changed the same; 0 means as long as the transaction may last.",
		},
	}
}

func queryFlags() []gflags.Flag {
	return []gflags.Flag{
		{
			Name: flagQueryTimeout, Type: gflags.Double, Default: "600", Validate: gflags.InRange(0, maxSeconds),
			Help: "Maximum allowed time in seconds for a query or transaction; 0 means no limit. A client's own timeout may be shorter.",
		},
		{
			Name: flagTimezone, Type: gflags.String, Default: "UTC", Validate: isZone,
			Help: "Time zone of times that have none of their own, such as the present date: a name of the IANA database.",
		},
		{
			Name: flagTestProcedures, Type: gflags.Bool, Hidden: true,
			Help: "Let statements declare procedures, for conformance tests of the language.",
		},
	}
}

func processFlags() []gflags.Flag {
	return []gflags.Flag{
		{
			Name: flagMemoryHeadroom, Type: gflags.Uint64, Default: "16", Validate: gflags.InRange(1, 1<<20),
			Help: "MiB of garbage the Go heap may collect before it is cleaned. The graph itself is outside that heap.",
		},
	}
}

func isNotEmpty(name string, v gflags.Value) error {
	if v.Text() == "" {
		return gflags.Refusef("Expected --%s not to be empty", name)
	}
	return nil
}

func isPositive(name string, v gflags.Value) error {
	if n := v.Double(); !(n > 0 && n <= maxSeconds) {
		return gflags.Refusef("Expected --%s to be more than 0 and at most %d seconds", name, maxSeconds)
	}
	return nil
}

func isIP(name string, v gflags.Value) error {
	if _, err := netip.ParseAddr(v.Text()); err != nil {
		return gflags.Refusef("Expected --%s to be an IP address, got %q", name, v.Text())
	}
	return nil
}

func isZone(name string, v gflags.Value) error {
	if !knownZone(v.Text()) {
		return gflags.Refusef("Expected --%s to be a time zone of the IANA database, got %q", name, v.Text())
	}
	return nil
}

// knownZone takes names only: offsets are no zones of the database.
func knownZone(name string) bool {
	_, ok := zoneOffset(name, 0)
	return ok && name != "" && name[0] != '+' && name[0] != '-'
}

func isAgent(name string, v gflags.Value) error {
	if !strings.HasPrefix(v.Text(), "Neo4j/") {
		return gflags.Refusef("Expected --%s to begin with Neo4j/, because drivers refuse every other server", name)
	}
	return nil
}

func isHostPort(name string, v gflags.Value) error {
	if v.Text() == "" {
		return nil
	}
	if host, port, err := net.SplitHostPort(v.Text()); err != nil || host == "" || port == "" {
		return gflags.Refusef("Expected --%s to be host:port, got %q", name, v.Text())
	}
	return nil
}

func isDatabaseName(name string, v gflags.Value) error {
	if err := catalog.CheckName(strings.ToLower(v.Text())); err != nil {
		return gflags.Refusef("Expected --%s to be the name of a database: %v", name, err)
	}
	return nil
}

func isLogLevel(_ string, v gflags.Value) error {
	if v.Text() == "" {
		return gflags.Refusef("Log level cannot be empty.")
	}
	for _, l := range logLevels() {
		if strings.EqualFold(v.Text(), l) {
			return nil
		}
	}
	return gflags.Refusef("Invalid value for log level. Allowed values: %s", strings.Join(logLevels(), ", "))
}
