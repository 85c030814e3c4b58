package fault

import (
	"bufio"
	"encoding/binary"
	"net"
	"sync"
	"time"
)

// The types of TLS records.
const (
	recordChange      = 0x14
	recordAlert       = 0x15
	recordHandshake   = 0x16
	recordApplication = 0x17
	recordHeader      = 5
)

// An ending is how a connection ends behind a record.
type ending uint8

const (
	goOn  ending = iota
	fin          // close without a word of TLS
	reset        // with a TCP reset
	stall        // send nothing more, but stay
)

// A mangle changes a record that the server is about to send, header included.
// n counts the server's records from 1; those of application data have been
// encrypted. What it returns is sent in the record's place.
type mangle func(record []byte, n int) ([]byte, ending)

// A wire is the connection below TLS. The server's records go through a mangle.
type wire struct {
	net.Conn
	in *bufio.Reader

	mu      sync.Mutex // both readers and writers of TLS may write
	mangle  mangle
	delay   time.Duration // behind every byte
	pending []byte        // the begin of a record
	records int
	ended   ending
}

func newWire(c net.Conn) *wire { return &wire{Conn: c, in: bufio.NewReader(c)} }

// Read reads what the client sends.
func (w *wire) Read(b []byte) (int, error) { return w.in.Read(b) }

// breakWith makes a mangle and a delay work from the next record on.
func (w *wire) breakWith(m mangle, delay time.Duration) {
	w.mu.Lock()
	w.mangle, w.delay = m, delay
	w.mu.Unlock()
}

// Write sends records. Once the connection has ended, it swallows them.
func (w *wire) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended != goOn {
		return len(b), nil
	}
	if w.mangle == nil && w.delay == 0 {
		return w.Conn.Write(b)
	}
	w.pending = append(w.pending, b...)
	for len(w.pending) >= recordHeader && w.ended == goOn {
		n := recordHeader + int(binary.BigEndian.Uint16(w.pending[3:]))
		if len(w.pending) < n {
			break
		}
		record := w.pending[:n:n]
		w.pending = w.pending[n:]
		w.records++
		out, end := record, goOn
		if w.mangle != nil {
			out, end = w.mangle(record, w.records)
		}
		if err := w.send(out); err != nil {
			return 0, err
		}
		w.finish(end)
	}
	return len(b), nil
}

// send writes bytes, slowly if that is what the scenario wants.
func (w *wire) send(b []byte) error {
	if w.delay == 0 {
		_, err := w.Conn.Write(b)
		return err
	}
	for i := range b {
		if _, err := w.Conn.Write(b[i : i+1]); err != nil {
			return err
		}
		time.Sleep(w.delay)
	}
	return nil
}

// end ends the connection, for the server at least.
func (w *wire) end(e ending) {
	w.mu.Lock()
	w.finish(e)
	w.mu.Unlock()
}

func (w *wire) finish(e ending) {
	w.ended = e
	tcp, ok := w.Conn.(*net.TCPConn)
	switch {
	case e == fin && ok:
		_ = tcp.CloseWrite()
	case e == reset && ok:
		_ = tcp.SetLinger(0)
		_ = tcp.Close()
	case e == fin || e == reset:
		_ = w.Close()
	}
}

// alert returns the record of a fatal alert in the clear.
func alert(code byte) []byte { return []byte{recordAlert, 3, 3, 0, 2, 2, code} }

// instead replaces the server's record n.
func instead(n int, with []byte, end ending) mangle {
	return func(record []byte, i int) ([]byte, ending) {
		if i == n {
			return with, end
		}
		return record, goOn
	}
}

// fragmented cuts the handshake records of TLS 1.2 that are in the clear into
// records of one byte each.
func fragmented(record []byte, n int) ([]byte, ending) {
	if n > 4 {
		return record, goOn
	}
	var out []byte
	for _, b := range record[recordHeader:] {
		out = append(out, record[0], record[1], record[2], 0, 1, b)
	}
	return out, goOn
}

// The ways to break a record. Of the server's records they break the first.
func truncated(record []byte, _ int) ([]byte, ending) {
	return record[:recordHeader+(len(record)-recordHeader)/2], fin
}

func corrupted(record []byte, _ int) ([]byte, ending) {
	record[len(record)-1] ^= 1
	return record, stall
}

func oversized(record []byte, _ int) ([]byte, ending) {
	const most = 1<<14 + 2048 // of TLS 1.2; TLS 1.3 has less
	out := append([]byte{record[0], record[1], record[2], 0, 0}, make([]byte, most+1)...)
	binary.BigEndian.PutUint16(out[3:], most+1)
	copy(out[recordHeader:], record[recordHeader:])
	return out, stall
}

func unknownType(record []byte, _ int) ([]byte, ending) {
	record[0] = 0x63
	return record, stall
}

func clearText([]byte, int) ([]byte, ending) {
	return []byte{recordApplication, 3, 3, 0, 7, 0, 3, 0xB1, 0x70, 0xA0, 0, 0}, stall
}

func repeated(record []byte, _ int) ([]byte, ending) {
	return append(record, record...), stall
}

func clearAlert([]byte, int) ([]byte, ending) { return alert(alertInternalError), stall }
