package input_test

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/drawbolt/drawbolt/cmd/boltcheck/dissect"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/input"
)

// read returns the segments of an input, one a line: connection, side, hex.
// Neighbours of one direction are joined.
func read(t *testing.T, data []byte, o input.Options) (string, input.Summary, error) {
	t.Helper()
	var lines []string
	last := ""
	summary, err := input.Read(bytes.NewReader(data), o, func(s input.Segment) error {
		head := fmt.Sprintf("%d %s ", s.Connection.Number, s.Side)
		if s.Missing != 0 {
			lines = append(lines, fmt.Sprintf("%smissing %d", head, s.Missing))
			last = ""
		}
		text := strings.ToUpper(hex.EncodeToString(s.Data))
		if head == last {
			lines[len(lines)-1] += text
		} else {
			lines = append(lines, head+text)
		}
		last = head
		return nil
	})
	return strings.Join(lines, "\n"), summary, err
}

func TestHex(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    input.Options
		text string
		want string
		err  string
	}{
		{name: "plain", text: "6060b01700", want: "1 either 6060B01700"},
		{name: "spaces, lines", text: "60 60 B0\n17   00\n", want: "1 either 6060B01700"},
		{name: "cut anywhere", text: "6060b\n01700", want: "1 either 6060B01700"},
		{name: "single digits", text: "0x0 0xB 0x1", want: "1 either 000B01"},
		{name: "0x with commas", text: "{0x60, 0x60, 0xB0, 0x17}", want: "1 either 6060B017"},
		{name: "escapes", text: `b"\x60\x60\xb0" "\x17"`, want: "1 either 6060B017"},
		{name: "colons", text: "60:60:b0:17", want: "1 either 6060B017"},
		{name: "comments", text: "# the magic\n6060 // half\n/* 00\n00 */ B017", want: "1 either 6060B017"},
		{name: "given side", o: input.Options{Side: dissect.Server}, text: "00000404", want: "1 server 00000404"},
		{
			name: "xxd", want: "1 either 6060B0170000040400000000000000000000000000000001B1",
			text: "00000000: 6060 b017 0000 0404 0000 0000 0000 0000  ``..............\n00000010: 0000 0000 0000 0001 b1                   ab cd ef\n",
		},
		{
			name: "xxd with one byte a column", want: "1 either 6060B017",
			text: "00000000: 60 60 b0 17                                      ``..\n",
		},
		{
			name: "hexdump -C", want: "1 either 6060B0170000040400000000000000000000000000000001B1",
			text: "00000000  60 60 b0 17 00 00 04 04  00 00 00 00 00 00 00 00  |``..............|\n00000010  00 00 00 00 00 00 00 01  b1                       |.........|\n00000019\n",
		},
		{
			name: "hexdump that leaves lines out",
			text: "00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n*\n00000030\n",
			err:  "line 2: the dump leaves equal lines out here: make it with hexdump -v",
		},
		{
			name: "Wireshark dump of a packet", want: "1 either 6060B017",
			text: "0000   60 60 b0 17                                       ``..\n",
		},
		{
			name: "Wireshark dump of both sides", want: "1 either 6060B017\n1 server 00000404",
			text: "00000000  60 60 b0 17                                        ``..\n    00000000  00 00 04 04                                        ....\n",
		},
		{
			name: "a dump that is indented as a whole", want: "1 either 6060B017\n1 server 00000404",
			text: "    00000000  60 60 b0 17                                        ``..\n\t\t00000000  00 00 04 04                                        ....\n",
		},
		{name: "single digits that could be a side", text: "0x0c c 0x0d", want: "1 either 0C0C0D"},
		{
			name: "Wireshark arrays", want: "1 client 6060B017\n1 server 00000404",
			text: "char peer0_0[] = { /* Packet 4 */\n0x60, 0x60, 0xb0, 0x17 };\nchar peer1_0[] = { /* Packet 6 */\n0x00, 0x00, 0x04, 0x04 };\n",
		},
		{
			name: "sides", want: "1 client 6060B017\n1 server 00000404\n1 client 0002\n1 server 00",
			text: "C: 6060 B017\nS: 0000\n   0404\n> 0002\nserver 00",
		},
		{name: "half a byte", text: "606", err: "line 1: the last byte has one hex digit"},
		{name: "not hex", text: "60\nMATCH (n)", err: `line 2: "MATCH" is not hex`},
		{name: "nothing", text: "# nothing\n", err: "there are no bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, _, err := read(t, []byte(tt.text), tt.o)
			if got != tt.want || !errHas(err, tt.err) {
				t.Errorf("got\n%s, %v; want\n%s, error with %q", got, err, tt.want, tt.err)
			}
		})
	}
}

func errHas(err error, want string) bool {
	if want == "" {
		return err == nil
	}
	return err != nil && strings.Contains(err.Error(), want)
}

func TestRaw(t *testing.T) {
	data := []byte{0x60, 0x60, 0xB0, 0x17, 0, 0, 4, 4}
	if got, _, err := read(t, data, input.Options{Side: dissect.Client}); got != "1 client 6060B01700000404" || err != nil {
		t.Errorf("raw: %s, %v", got, err)
	}
	if got, _, err := read(t, []byte("`` are two"), input.Options{Form: input.FormRaw}); got != "1 either 60602061726520"+"74776F" || err != nil {
		t.Errorf("raw that looks like text: %s, %v", got, err)
	}
}

// A frame is a packet of a test's capture.
type frame struct {
	client  bool
	ports   [2]layers.TCPPort // client, server
	seq     uint32
	flags   string // of S, A, F
	payload string
}

// packets returns frames as the bytes of Ethernet.
func packets(t *testing.T, frames []frame) [][]byte {
	t.Helper()
	var list [][]byte
	addresses := [2]net.IP{{10, 0, 0, 1}, {10, 0, 0, 2}}
	for _, f := range frames {
		from, to := 0, 1
		if !f.client {
			from, to = 1, 0
		}
		ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: addresses[from], DstIP: addresses[to]}
		tcp := &layers.TCP{
			SrcPort: f.ports[from], DstPort: f.ports[to], Seq: f.seq, Window: 1000,
			SYN: strings.Contains(f.flags, "S"), ACK: strings.Contains(f.flags, "A"), FIN: strings.Contains(f.flags, "F"),
		}
		if err := tcp.SetNetworkLayerForChecksum(ip); err != nil {
			t.Fatal(err)
		}
		b := gopacket.NewSerializeBuffer()
		err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true},
			&layers.Ethernet{SrcMAC: make(net.HardwareAddr, 6), DstMAC: make(net.HardwareAddr, 6), EthernetType: layers.EthernetTypeIPv4},
			ip, tcp, gopacket.Payload(f.payload))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, slices.Clone(b.Bytes()))
	}
	return list
}

// pcap writes packets as a capture file.
func pcap(t *testing.T, packets [][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := pcapgo.NewWriter(&b)
	if err := w.WriteFileHeader(65536, layers.LinkTypeEthernet); err != nil {
		t.Fatal(err)
	}
	for i, p := range packets {
		if err := w.WritePacket(info(i, p), p); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func info(i int, p []byte) gopacket.CaptureInfo {
	return gopacket.CaptureInfo{Timestamp: time.Unix(1_800_000_000+int64(i), 0), CaptureLength: len(p), Length: len(p)}
}

// pcapng is the same in the newer form.
func pcapng(t *testing.T, packets [][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := pcapgo.NewNgWriter(&b, layers.LinkTypeEthernet)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range packets {
		if err := w.WritePacket(info(i, p), p); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const magic = "\x60\x60\xB0\x17"

func TestCapture(t *testing.T) {
	bolt := [2]layers.TCPPort{50000, 7687}
	other := [2]layers.TCPPort{50001, 9999}
	for _, tt := range []struct {
		name   string
		o      input.Options
		frames []frame
		want   string
		others int
	}{
		{
			name: "one connection", frames: []frame{
				{true, bolt, 100, "S", ""},
				{false, bolt, 900, "SA", ""},
				{true, bolt, 101, "A", magic},
				{false, bolt, 901, "A", "\x00\x00\x04\x04"},
				{true, bolt, 105, "A", "\x01"},
				{true, bolt, 106, "FA", ""},
				{false, bolt, 905, "FA", ""},
			},
			want: "1 client 6060B017\n1 server 00000404\n1 client 01",
		},
		{
			name: "out of order and sent twice", frames: []frame{
				{true, bolt, 100, "S", ""},
				{false, bolt, 900, "SA", ""},
				{true, bolt, 105, "A", "\x02\x03"},
				{true, bolt, 101, "A", magic},
				{true, bolt, 101, "A", magic},
				{true, bolt, 107, "A", "\x04"},
			},
			want: "1 client 6060B017020304",
		},
		{
			name: "captured from the middle", frames: []frame{
				{false, bolt, 900, "A", "\x00\x00"}, {true, bolt, 105, "A", "\x02"},
			},
			want: "1 server missing -1\n1 server 0000\n1 client missing -1\n1 client 02",
		},
		{
			name: "a packet is missing", frames: []frame{
				{true, bolt, 100, "S", ""}, {true, bolt, 101, "A", magic}, {true, bolt, 110, "A", "\x02"},
			},
			want: "1 client 6060B017\n1 client missing 5\n1 client 02",
		},
		{
			name: "another port, told by the handshake", frames: []frame{
				{true, other, 100, "S", ""}, {true, other, 101, "A", magic},
			},
			want: "1 client 6060B017",
		},
		{
			name: "not Bolt", others: 1, frames: []frame{
				{true, other, 100, "S", ""}, {true, other, 101, "A", "GET / HTTP/1.1"}, {true, other, 115, "A", "more"},
			},
		},
		{
			name: "not Bolt, but wanted", o: input.Options{Ports: []uint16{9999}}, frames: []frame{
				{true, other, 100, "S", ""}, {true, other, 101, "A", "\x16\x03"},
			},
			want: "1 client 1603",
		},
		{
			name: "two connections", frames: []frame{
				{true, bolt, 100, "S", ""}, {true, other, 100, "S", ""}, {true, other, 101, "A", magic}, {true, bolt, 101, "A", magic},
			},
			want: "1 client 6060B017\n2 client 6060B017",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			list := packets(t, tt.frames)
			for form, data := range map[string][]byte{
				"pcap": pcap(t, list), "pcapng": pcapng(t, list), "pcap.gz": zipped(t, pcap(t, list)),
			} {
				got, summary, err := read(t, data, tt.o)
				if got != tt.want || err != nil || summary.Others != tt.others || summary.Packets != len(list) {
					t.Errorf("%s: got\n%s\n%+v, %v; want\n%s", form, got, summary, err, tt.want)
				}
			}
		})
	}
	data := pcap(t, packets(t, []frame{{true, bolt, 100, "S", ""}}))
	if _, _, err := read(t, data[:len(data)-1], input.Options{}); !errHas(err, "capture: packet 1: ") {
		t.Errorf("a capture that is cut: %v", err)
	}
}

// FuzzRead reads any input to its end and takes it apart: all bytes must be
// told.
func FuzzRead(f *testing.F) {
	f.Add([]byte("C: 6060B017 00000404 00000000 00000000 00000000\nS: 00000404\nC: 0002B10F 0000 0002"))
	f.Add([]byte("00000000  60 60 b0 17  |``..|"))
	f.Add([]byte("\x60\x60\xB0\x17\x00\x00\x01\xFF\x00\x08\x08\x05\x00\x00\x00\x00\x00\x00\x00\x00" +
		"\x00\x00\x01\xFF\x01\x00\x00\x00\x06\x00\x00\x00\x00\x06\x00\x00\x0F\xB1\x6A\xA1\x86scheme\x84none\x00\x00\x00\x03\xB1\x70\xA0\x00\x00"))
	f.Add([]byte("C: 474554202F0D0A557067726164653A20776562736F636B65740D0A0D0A 8284000000006060B017 8290 01020304 01020701"))
	f.Fuzz(func(t *testing.T, data []byte) {
		conns := map[*input.Connection]*dissect.Conn{}
		var fed, told int64
		closed := false
		show := func(connection *input.Connection, c *dissect.Conn, events []dissect.Event) {
			p := dissect.Printer{W: io.Discard}
			for i := range events {
				e := &events[i]
				if _, err := e.JSON(connection.Number, c.Version()); err != nil {
					t.Fatal(err)
				}
				p.Print(e, c.Version())
				told += e.Size
				closed = closed || e.Kind == dissect.KindForeign || e.Size == 0 && e.Kind != dissect.KindGap // what follows is not looked at
			}
		}
		_, _ = input.Read(bytes.NewReader(data), input.Options{}, func(s input.Segment) error {
			c, ok := conns[s.Connection]
			if !ok {
				c = dissect.New(dissect.Options{Limit: 1 << 16})
				conns[s.Connection] = c
			}
			if s.Missing != 0 {
				show(s.Connection, c, c.Gap(s.Side, s.Time, s.Missing))
			}
			fed += int64(len(s.Data))
			show(s.Connection, c, c.Feed(s.Side, s.Time, s.Data))
			return nil
		})
		for connection, c := range conns {
			show(connection, c, c.End())
		}
		if fed != told && !closed {
			t.Errorf("%d bytes were read, %d are told", fed, told)
		}
	})
}
