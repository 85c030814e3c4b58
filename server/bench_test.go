package server_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/server"
	"github.com/drawbolt/drawbolt/server/servertest"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// BenchmarkRequests sends RUN and PULL of one row in one write, several pairs at
// a time, to the scripted database and to the query engine. Both ends share the
// machine; allocations are those of both.
func BenchmarkRequests(b *testing.B) {
	store, err := storage.Open(b.Context(), storage.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	for _, engine := range []struct {
		name, query string
		database    server.Database
	}{
		{"scripted", "rows 1", servertest.NewScripted()},
		{"cypher", "RETURN 1 AS x", server.FromEngine(cypher.NewEngine(store, cypher.Options{}))},
	} {
		for _, pipelined := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s/pipelined=%d", engine.name, pipelined), func(b *testing.B) {
				s := servertest.Start(b, server.Options{Databases: servertest.Only(engine.database)})
				c := login(b, s, "5.4")
				request := bytes.Repeat(c.encode(run(engine.query), pullAll()), pipelined)
				answers := make([]byte, answerSize(b, c, request, pipelined))
				b.ReportAllocs()
				for b.Loop() {
					c.write(request)
					if _, err := io.ReadFull(c.conn, answers); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*pipelined), "ns/request")
			})
		}
	}
}

// BenchmarkMegabyte sends a text of a MiB as a parameter and takes it back.
func BenchmarkMegabyte(b *testing.B) {
	store, err := storage.Open(b.Context(), storage.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	s := servertest.Start(b, server.Options{
		Databases: servertest.Only(server.FromEngine(cypher.NewEngine(store, cypher.Options{}))),
	})
	c := login(b, s, "5.4")
	text := graph.String(strings.Repeat("0123456789abcdef", 1<<16))
	request := c.encode(&bolt.Run{
		Query: "RETURN $text AS text", Parameters: graph.Map([]graph.Field{{Name: "text", Value: text}}),
	}, pullAll())
	answers := make([]byte, answerSize(b, c, request, 1)+2*(1<<20)/0xFFFF)
	b.SetBytes(int64(len(request)))
	b.ReportAllocs()
	for b.Loop() {
		c.write(request)
		if _, err := io.ReadFull(c.conn, answers); err != nil {
			b.Fatal(err)
		}
	}
}

// answerSize returns how many bytes answer a request of n statements. Answers of
// the same request have the same length as long as no time in them reaches 128
// milliseconds.
func answerSize(b *testing.B, c *client, request []byte, n int) int {
	b.Helper()
	c.write(request)
	size := 0
	for range 3 * n {
		c.deadline()
		m, err := c.reader.Next()
		if err != nil {
			b.Fatal(err)
		}
		size += len(m) + 4 // the chunk's header and its end
	}
	return size
}

// BenchmarkRows streams rows of ten values.
func BenchmarkRows(b *testing.B) {
	s, _ := start(b, server.Options{})
	c := login(b, s, "5.4")
	const rows = 100_000
	request := c.encode(run(fmt.Sprintf("mixed %d", rows)), pullAll())
	b.ReportAllocs()
	for b.Loop() {
		c.write(request)
		for n := 0; n < 2; {
			m, err := c.reader.Next()
			if err != nil {
				b.Fatal(err)
			}
			if m[1] == 0x70 {
				n++
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows), "ns/row")
}
