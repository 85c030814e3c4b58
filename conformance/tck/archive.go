package tck

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	gherkin "github.com/cucumber/gherkin/go/v26"
	messages "github.com/cucumber/messages/go/v21"
)

// The archive, by its Maven coordinates, and its hash.
const (
	artifact = "org.opencypher:tck:1.0.0-M23"
	fileName = "tck-1.0.0-M23.jar"
	fileHash = "7edc3f7b1fb612feac47285157d67345a2dfaa2791ad83b6ba1699c7f4635a21"
)

// EnvArchive is the environment variable that names the archive, in place of
// the cache.
const EnvArchive = "DRAWBOLT_TCK_ARCHIVE"

// ErrUnavailable says that the archive is neither in the cache nor can be
// fetched here.
var ErrUnavailable = errors.New("tck: archive not available")

// Locate returns the path of the archive. It looks at [EnvArchive], then in the
// user's cache folder, and then fetches it there with Maven. The error wraps
// [ErrUnavailable] when that is not possible.
func Locate(ctx context.Context) (string, error) {
	if path := os.Getenv(EnvArchive); path != "" {
		return path, checkHash(path)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	dir := filepath.Join(cache, "drawbolt")
	path := filepath.Join(dir, fileName)
	if checkHash(path) == nil {
		return path, nil
	}
	mvn, err := exec.LookPath("mvn")
	if err != nil {
		return "", fmt.Errorf("%w: %s is not in %s and there is no mvn to fetch it", ErrUnavailable, fileName, dir)
	}
	cmd := exec.CommandContext(ctx, mvn, "-q", "dependency:copy", "-Dartifact="+artifact, "-DoutputDirectory="+dir) //nolint:gosec // constant but for the cache folder
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %w\n%s", ErrUnavailable, err, out)
	}
	return path, checkHash(path)
}

func checkHash(path string) error {
	data, err := os.ReadFile(path) //nolint:gosec // the tester's own choice
	if err != nil {
		return fmt.Errorf("tck: %w", err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != fileHash {
		return fmt.Errorf("tck: %s has another hash than release %s", path, artifact)
	}
	return nil
}

// A Kit is the content of the archive.
type Kit struct {
	Scenarios []Scenario
	graphs    map[string]string // scripts by the names of graphs
}

// A Scenario is one test, with the values of its row of examples filled in.
type Scenario struct {
	ID   string // such as Temporal2[6]#5: file, number, row
	Area string // such as expressions/temporal
	Name string

	steps []*messages.PickleStep
}

// Open reads the archive.
func Open(path string) (*Kit, error) {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return nil, fmt.Errorf("tck: %w", err)
	}
	defer archive.Close() //nolint:errcheck // read only
	kit := &Kit{graphs: make(map[string]string)}
	for _, f := range archive.File {
		feature, isFeature := strings.CutPrefix(f.Name, "features/")
		graph, isGraph := strings.CutPrefix(f.Name, "graphs/")
		isFeature = isFeature && strings.HasSuffix(feature, ".feature")
		isGraph = isGraph && strings.HasSuffix(graph, ".cypher")
		if !isFeature && !isGraph {
			continue
		}
		text, err := content(f)
		if err != nil {
			return nil, fmt.Errorf("tck: %s: %w", f.Name, err)
		}
		if isGraph {
			name, _, _ := strings.Cut(graph, "/")
			kit.graphs[name] = string(text)
			continue
		}
		scenarios, err := scenarios(feature, text)
		if err != nil {
			return nil, fmt.Errorf("tck: %s: %w", f.Name, err)
		}
		kit.Scenarios = append(kit.Scenarios, scenarios...)
	}
	return kit, nil
}

func content(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close() //nolint:errcheck // read only
	return io.ReadAll(r)
}

// scenarios compiles a feature file. Its path is area/File.feature.
func scenarios(path string, text []byte) ([]Scenario, error) {
	count := 0
	newID := func() string {
		count++
		return strconv.Itoa(count)
	}
	document, err := gherkin.ParseGherkinDocument(bytes.NewReader(text), newID)
	if err != nil {
		return nil, err
	}
	area, file := filepath.Split(strings.TrimSuffix(path, ".feature"))
	rows := make(map[string]int) // seen so far, by name
	var out []Scenario
	for _, pickle := range gherkin.Pickles(*document, path, newID) {
		if ignored(pickle) {
			continue
		}
		number, _, _ := strings.Cut(strings.TrimPrefix(pickle.Name, "["), "]")
		s := Scenario{
			ID:   fmt.Sprintf("%s[%s]", file, number),
			Area: strings.TrimSuffix(area, "/"), Name: pickle.Name, steps: pickle.Steps,
		}
		rows[number]++
		if n := rows[number]; n > 1 {
			s.ID += fmt.Sprintf("#%d", n)
		}
		out = append(out, s)
	}
	return out, nil
}

func ignored(pickle *messages.Pickle) bool {
	for _, tag := range pickle.Tags {
		if tag.Name == "@ignore" {
			return true
		}
	}
	return false
}
