package load_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drawbolt/drawbolt/cypher/load"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// read returns all records with null as "∅".
func read(text string, f load.Format) ([][]string, error) {
	r := load.NewReader(strings.NewReader(text), f)
	var records [][]string
	var fields []graph.Value
	for {
		var err error
		fields, err = r.Read(fields[:0])
		if errors.Is(err, io.EOF) {
			return records, nil
		}
		if err != nil {
			return records, err
		}
		record := make([]string, len(fields))
		for i, v := range fields {
			record[i] = "∅"
			if v.Kind() == graph.KindString {
				record[i] = v.Str()
			}
		}
		records = append(records, record)
	}
}

func TestReader(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		format     load.Format
		want       [][]string
		wantErr    string
	}{
		{name: "nothing"},
		{name: "line ends", text: "a,b\r\nc,d\re,f\n\n\ng", want: [][]string{{"a", "b"}, {"c", "d"}, {"e", "f"}, {"g"}}},
		{name: "empty fields are null, quoted ones are not", text: ",\"\",\n", want: [][]string{{"∅", "", "∅"}}},
		{name: "empty texts", text: ",x,\n", format: load.Format{Texts: true}, want: [][]string{{"", "x", ""}}},
		{name: "text for null", text: "\\N,x\n", format: load.Format{Texts: true, Nulls: true, NullIf: "\\N"}, want: [][]string{{"∅", "x"}}},
		{name: "quotes", text: "\"a,\"\"b\"\"\",\"c\nd\"\n", want: [][]string{{`a,"b"`, "c\nd"}}},
		{name: "backslash in front of a quote", text: `"a\"b","\\","\n"` + "\n", want: [][]string{{`a"b`, `\\`, `\n`}}},
		{name: "a quote within a field", text: "a\"b,c\n", want: [][]string{{`a"b`, "c"}}},
		{name: "other characters", text: "'a;b';ü\n", format: load.Format{Delimiter: ';', Quote: '\''}, want: [][]string{{"a;b", "ü"}}},
		{name: "delimiter at the end of the file", text: "a,", want: [][]string{{"a", "∅"}}},
		{name: "no closing quote", text: "a\n\"b", want: [][]string{{"a"}}, wantErr: "record 2: the closing quote"},
		{name: "characters behind a quote", text: "\"a\"b,c\n", wantErr: "record 1: there are characters behind"},
		{name: "bad records left out", text: "a,b\n\"x\"y,z\nc\nd,e\n", format: load.Format{IgnoreBad: true}, want: [][]string{{"a", "b"}, {"d", "e"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := read(tt.text, tt.format)
			if text := errorText(err); tt.wantErr == "" && err != nil || !strings.Contains(text, tt.wantErr) {
				t.Errorf("error %q; want %q", text, tt.wantErr)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("records (-want +got)\n%s", diff)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// FuzzReader: any text is read to its end or refused, and no field is longer
// than the text.
func FuzzReader(f *testing.F) {
	for _, seed := range []string{"a,b\nc,\"d\"\"e\"\n", "\"\\\"", ",,\r\n\r", "\"a\"b", "\xff,\xc3\n"} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, text string, ignore bool) {
		records, err := read(text, load.Format{IgnoreBad: ignore})
		if bad := (&load.RecordError{}); err != nil && (ignore || !errors.As(err, &bad)) {
			t.Fatal(err)
		}
		for _, record := range records {
			for _, field := range record {
				if len(field) > 3*len(text)+3 { // a broken character becomes three bytes
					t.Fatalf("%q from %q", field, text)
				}
			}
		}
	})
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestSources(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte("packed")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "a.csv"), []byte("a"))
	write(t, filepath.Join(dir, "mark.csv"), []byte("\xef\xbb\xbfmarked"))
	write(t, filepath.Join(dir, "a.csv.gz"), packed.Bytes())
	write(t, filepath.Join(dir, "broken.gz"), []byte("\x1f\x8bno"))
	write(t, filepath.Join(outside, "secret"), []byte("secret"))
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(outside, "secret"), filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/data/a", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "from http") })
	mux.HandleFunc("/data/away", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/secret", http.StatusFound) })
	mux.HandleFunc("/secret", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "secret") })
	server := httptest.NewServer(mux)
	defer server.Close()
	all := load.Sources{Directory: dir, Addresses: []string{server.URL + "/data/"}}
	for _, tt := range []struct {
		name    string
		sources load.Sources
		address string
		want    string
		wantErr string
	}{
		{name: "file URL", sources: all, address: "file:///a.csv", want: "a"},
		{name: "path alone", sources: all, address: "/a.csv", want: "a"},
		{name: "path of the file system", sources: all, address: filepath.Join(dir, "a.csv"), want: "a"},
		{name: "byte-order mark", sources: all, address: "file:///mark.csv", want: "marked"},
		{name: "compressed", sources: all, address: "file:///a.csv.gz", want: "packed"},
		{name: "broken compression", sources: all, address: "file:///broken.gz", wantErr: "Couldn't load"},
		{name: "up and out", sources: all, address: "file:///../" + filepath.Base(outside) + "/secret", wantErr: "Couldn't load"},
		{name: "out by a link", sources: all, address: "file:///link", wantErr: "Couldn't load"},
		{name: "directory", sources: all, address: "file:///sub", wantErr: "it is no file"},
		{name: "missing", sources: all, address: "file:///x.csv", wantErr: "Couldn't load"},
		{name: "host of a file", sources: all, address: "file://host/a.csv", wantErr: "authority section"},
		{name: "no directory", address: "file:///a.csv", wantErr: "--load-csv-directory"},
		{name: "allowed address", sources: all, address: server.URL + "/data/a", want: "from http"},
		{name: "address beside it", sources: all, address: server.URL + "/secret", wantErr: "--load-csv-addresses"},
		{name: "address with dots", sources: all, address: server.URL + "/data/../secret", wantErr: "--load-csv-addresses"},
		{name: "host that only begins so", sources: all, address: server.URL + "0/data/a", wantErr: "--load-csv-addresses"},
		{name: "redirect", sources: all, address: server.URL + "/data/away", wantErr: "redirects"},
		{name: "not found", sources: all, address: server.URL + "/data/nothing", wantErr: "404"},
		{name: "other scheme", sources: all, address: "ftp://x/y", wantErr: "loading by ftp"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, err := tt.sources.Open(t.Context(), tt.address)
			if err != nil {
				if tt.wantErr == "" || !strings.Contains(err.Error(), tt.wantErr) {
					t.Errorf("error %q; want %q", err, tt.wantErr)
				}
				return
			}
			got, err := io.ReadAll(d)
			if err := errors.Join(err, d.Close()); err != nil {
				t.Fatal(err)
			}
			if string(got) != tt.want || tt.wantErr != "" {
				t.Errorf("got %q; want %q, error %q", got, tt.want, tt.wantErr)
			}
		})
	}
}
