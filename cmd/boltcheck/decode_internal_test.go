package main

// Internal: a command has no API but its main package.

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDecode(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "session.txt")
	if err := os.WriteFile(file, []byte("C: 6060B017 00000405 00000000 00000000 00000000\nS: 00000405\nC: 0002 B10F 0000"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name     string
		args     []string
		in       string
		wantCode int
		wantOut  string
		wantErr  string
	}{
		{
			name: "file", args: []string{file}, wantCode: exitFailed,
			wantOut: "C @0 OPENING offers 5.4\nS @0 REPLY agrees to Bolt 5.4\nC @20 [2] BROKEN B1 0F\n    ! offset 24: a container is longer than its message\n",
		},
		{
			name: "standard input", args: []string{"--bolt=4.4"}, in: "0003 B170A0 0000 0000", wantCode: exitPassed,
			wantOut: "S @0 [3] SUCCESS {}\nS @7 NOOP\n",
		},
		{
			name: "long fields", args: []string{"--width=40", "-"}, wantCode: exitFailed,
			in:      "C: 00 24 B3 10 88 52 45 54 55 52 4E 20 31 A1 85 6E 61 6D 65 73 93 83 41 64 61 83 42 6F 62 85 43 61 72 6F 6C 81 78 A0 00 00",
			wantOut: "C @0 [36] RUN\n    query \"RETURN 1\"\n    parameters\n        \"names\": [\"Ada\", \"Bob\", \"Carol\"]\n    extra \"x\"\n    ! offset 2: there are bytes behind the message: A0\n",
		},
		{
			name: "bare message", args: []string{"--bare", "--side=client"}, in: "B1 3F A1 81 6E FF", wantCode: exitPassed,
			wantOut: "C @0 PULL {\"n\": -1}\n",
		},
		{
			name: "bare value", args: []string{"--bare", "--bolt=5.0"}, in: "B3 44 01", wantCode: exitFailed,
			wantOut: "? @0 BROKEN B3 44 01\n    ! offset 2: a container is longer than its message\n",
		},
		{
			name: "bare date", args: []string{"--bare"}, in: "B1 44 01", wantCode: exitPassed,
			wantOut: "? @0 VALUE {\"T\": \"1970-01-02\"}\n",
		},
		{
			name: "redacted", args: []string{"--redact"}, wantCode: exitPassed,
			in:      "C: 00 1E B1 6A A2 86 73 63 68 65 6D 65 85 62 61 73 69 63 8B 63 72 65 64 65 6E 74 69 61 6C 73 81 78 00 00",
			wantOut: "C @0 [30] LOGON {\"scheme\": \"basic\", \"credentials\": \"*****\"}\n",
		},
		{
			name: "JSON", args: []string{"--json", "--bolt=5.4"}, in: "S: 0003 B170A0 0000", wantCode: exitPassed,
			wantOut: `{"connection":1,"side":"server","offset":0,"size":7,"kind":"message","version":"5.4","message":"SUCCESS","signature":"70","fields":{"metadata":{}},"chunks":[3]}` + "\n",
		},
		{name: "version", args: []string{"--bolt=9.9"}, wantCode: exitUsage, wantErr: `there is no version "9.9"`},
		{name: "port", args: []string{"--port=x"}, wantCode: exitUsage, wantErr: `"x" is no port`},
		{name: "no file", args: []string{filepath.Join(dir, "none")}, wantCode: exitUsage, wantErr: "no such file"},
		{name: "two files", args: []string{"a", "b"}, wantCode: exitUsage, wantErr: "one file at a time"},
		{name: "nothing", in: " \n", wantCode: exitUsage, wantErr: "there are no bytes in the input"},
		{name: "not hex", in: "MATCH (n)", wantCode: exitUsage, wantErr: `line 1: "MATCH" is not hex`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), environment{
				args: append([]string{"decode"}, tt.args...), stdin: strings.NewReader(tt.in), stdout: &stdout, stderr: &stderr,
				lookupEnv: func(string) (string, bool) { return "", false },
			})
			if code != tt.wantCode || stdout.String() != tt.wantOut || !strings.Contains(stderr.String(), tt.wantErr) {
				t.Errorf("decode %q = %d\n%s\n%s; want %d\n%s\n%s", tt.args, code, stdout.String(), stderr.String(), tt.wantCode, tt.wantOut, tt.wantErr)
			}
		})
	}
}
