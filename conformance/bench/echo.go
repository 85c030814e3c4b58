package bench

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
)

// rowsQuery is the query of the streaming benchmark; echo recognises it by its
// first bytes and answers rowCount copies of one record.
const (
	rowCount  = 1_000_000
	rowsQuery = "UNWIND range(1, 1000000) AS i RETURN i, 4294967296, 1.5, 'short', " +
		"'a string of sixty bytes, as names and addresses often are ....', true, null, [1, 2, 3], {a: 1, b: 'x'}, 7"
)

// serveEcho accepts connections and answers every request with fixed bytes of
// the size that a real answer has. It is the least that a Go server can do.
func serveEcho(l net.Listener, config *tls.Config) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		if config != nil {
			conn = tls.Server(conn, config)
		}
		go func() {
			defer func() { _ = conn.Close() }()
			echo(conn)
		}()
	}
}

func echo(conn net.Conn) {
	in := bufio.NewReaderSize(conn, 16<<10)
	out := bufio.NewWriterSize(conn, 16<<10)
	var hello [20]byte
	if _, err := io.ReadFull(in, hello[:]); err != nil {
		return
	}
	_, _ = out.Write([]byte{0, 0, 4, 5})
	success := frame([]byte{0xB1, tagSuccess, 0xA0})
	run := frame(append(append([]byte{0xB1, tagSuccess, 0xA2}, append(text("fields"), 0x91, 0x81, 'x')...),
		append(text("t_first"), 0)...))
	end := append([]byte{0xB1, tagSuccess, 0xA4}, append(text("type"), text("r")...)...)
	end = append(append(end, text("t_last")...), 0)
	end = append(append(end, text("db")...), text("neo4j")...)
	end = append(append(end, text("bookmark")...), text("FB:0123456789ABCDEF0123456789ABCDEF")...)
	end = frame(end)
	one := frame([]byte{0xB1, tagRecord, 0x91, 1})
	many := bytes.Repeat(frame(rowRecord()), 100)
	rows := false
	message := make([]byte, 0, 4096)
	for {
		if in.Buffered() == 0 && out.Flush() != nil {
			return
		}
		var err error
		if message, err = readMessage(in, message[:0]); err != nil {
			return
		}
		switch message[1] {
		case 0x10: // RUN
			rows = bytes.Contains(message, []byte("UNWIND"))
			_, _ = out.Write(run)
		case 0x3F: // PULL
			if rows {
				for range rowCount / 100 {
					_, _ = out.Write(many)
				}
			} else {
				_, _ = out.Write(one)
			}
			_, _ = out.Write(end)
		default:
			_, _ = out.Write(success)
		}
	}
}

// rowRecord is one row of rowsQuery.
func rowRecord() []byte {
	b := []byte{0xB1, tagRecord, 0x9A, 0xCA, 0, 1, 0, 0, 0xCB, 0, 0, 0, 1, 0, 0, 0, 0, 0xC1}
	b = binary.BigEndian.AppendUint64(b, 0x3FF8_0000_0000_0000)
	b = append(b, text("short")...)
	b = append(b, text("a string of sixty bytes, as names and addresses often are ....")...)
	b = append(b, 0xC3, 0xC0, 0x93, 1, 2, 3, 0xA2, 0x81, 'a', 1, 0x81, 'b', 0x81, 'x', 7)
	return b
}

// readMessage appends one whole message to dst.
func readMessage(in *bufio.Reader, dst []byte) ([]byte, error) {
	for {
		var head [2]byte
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return dst, err
		}
		n := int(binary.BigEndian.Uint16(head[:]))
		if n == 0 {
			return dst, nil
		}
		start := len(dst)
		dst = append(dst, make([]byte, n)...)
		if _, err := io.ReadFull(in, dst[start:]); err != nil {
			return dst, err
		}
	}
}
