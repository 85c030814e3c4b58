package peers_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/conformance/binary"
)

// The Python package that holds ArcadeDB's jars and a Java.
const (
	arcadePackage = "arcadedb-embedded"
	arcadeVersion = "26.10.2.post1"
)

// arcadeUser may change the schema; the built-in root of a database may not.
const (
	arcadeUser     = "boltbench"
	arcadePassword = "only-on-loopback"
)

// startArcadeDB runs ArcadeDB with its Bolt plugin and with a log that is
// synchronised at each commit.
func startArcadeDB(t *testing.T) peer {
	t.Helper()
	home := installArcadeDB(t)
	java := filepath.Join(home, "jre", "bin", "java")
	bolt, web := binary.FreeAddress(t), binary.FreeAddress(t)
	args := []string{
		"-Xmx1g", "-Djava.awt.headless=true", "--add-modules", "jdk.incubator.vector",
		"--add-opens", "java.base/java.nio=ALL-UNNAMED", "--add-opens", "java.base/java.nio.channels.spi=ALL-UNNAMED",
		"--add-opens", "java.base/java.util.concurrent.atomic=ALL-UNNAMED",
		"-cp", filepath.Join(home, "jars", "*"),
	}
	for name, value := range map[string]string{
		"server.rootPath": t.TempDir(), "server.rootPassword": arcadePassword, "server.mode": "production",
		"server.plugins":          "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
		"server.defaultDatabases": "bench[" + arcadeUser + ":" + arcadePassword + ":admin]",
		"server.httpIncomingHost": "127.0.0.1", "server.httpIncomingPort": web[strings.LastIndex(web, ":")+1:],
		"bolt.host": "127.0.0.1", "bolt.port": bolt[strings.LastIndex(bolt, ":")+1:],
		"txWalFlush": "2",
	} {
		args = append(args, "-Darcadedb."+name+"="+value)
	}
	// The default database and its user come after the listeners.
	cmd := exec.CommandContext(t.Context(), java, append(args, "com.arcadedb.server.ArcadeDBServer")...)
	cmd.Dir = t.TempDir() // where it logs
	pid := startProcess(t, cmd, bolt, "ArcadeDB Server started")
	return peer{
		uri: "bolt://" + bolt, user: arcadeUser, password: arcadePassword, database: "bench", pid: pid,
		durability: "every commit is in the synchronised log before it is answered (txWalFlush=2)",
	}
}

// installArcadeDB returns the folder with jars and jre, which pip fetches once.
func installArcadeDB(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skip("no cache folder: ", err)
	}
	dir := filepath.Join(cache, "drawbolt", arcadePackage+"-"+arcadeVersion)
	home := filepath.Join(dir, "arcadedb_embedded")
	if _, err := os.Stat(filepath.Join(home, "jars")); err == nil {
		return home
	}
	part := dir + ".part"
	for _, command := range [][]string{
		{"python3", "-m", "pip", "install", "--quiet", "--no-deps", "--target", part, arcadePackage + "==" + arcadeVersion},
		{"mv", part, dir},
		{"chmod", "-R", "u+x", filepath.Join(home, "jre", "bin"), filepath.Join(home, "jre", "lib")},
	} {
		if out, err := exec.CommandContext(t.Context(), command[0], command[1:]...).CombinedOutput(); err != nil {
			t.Skipf("%s: %v\n%s", strings.Join(command, " "), err, out)
		}
	}
	return home
}
