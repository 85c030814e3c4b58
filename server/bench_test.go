package server_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/drawbolt/drawbolt/server"
)

// BenchmarkRequests sends RUN and PULL of one row in one write, several pairs at
// a time. Both ends share the machine; allocations are those of both.
func BenchmarkRequests(b *testing.B) {
	for _, pipelined := range []int{1, 16} {
		b.Run(fmt.Sprintf("pipelined=%d", pipelined), func(b *testing.B) {
			s, _ := start(b, server.Options{})
			c := login(b, s, "5.4")
			request := bytes.Repeat(c.encode(run("rows 1"), pullAll()), pipelined)
			c.write(request)
			for range pipelined {
				c.want("SUCCESS", "RECORD", "SUCCESS")
			}
			size := answerSize(b, c, request)
			answers := make([]byte, size)
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

// answerSize returns how many bytes answer a request: the next ones, until a
// marker that a second connection state would need. It relies on answers of the
// same request being of the same length.
func answerSize(b *testing.B, c *client, request []byte) int {
	b.Helper()
	c.write(request)
	n := 0
	end := []byte("type\x81r")
	buf := make([]byte, 1<<20)
	want := bytes.Count(request, []byte("rows 1"))
	for bytes.Count(buf[:n], end) < want {
		c.deadline()
		m, err := c.conn.Read(buf[n:])
		if err != nil {
			b.Fatal(err)
		}
		n += m
	}
	// The summary may go on behind its type.
	for !bytes.HasSuffix(buf[:n], []byte{0, 0}) {
		m, err := c.conn.Read(buf[n:])
		if err != nil {
			b.Fatal(err)
		}
		n += m
	}
	return n
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
