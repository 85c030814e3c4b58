package input

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/gopacket/gopacket/reassembly"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/dissect"
)

// defaultPort is where servers listen.
const defaultPort = 7687

// maxPages is how many pages of a connection wait for a missing packet.
const maxPages = 4096

// readCapture reads packets and puts the TCP streams together.
func readCapture(b *bufio.Reader, o Options, take func(Segment) error) (Summary, error) {
	next, err := packets(b)
	if err != nil {
		return Summary{}, fmt.Errorf("capture: %w", err)
	}
	c := &capture{ports: o.Ports, take: take}
	if c.ports == nil {
		c.ports = []uint16{defaultPort}
	}
	assembler := reassembly.NewAssembler(reassembly.NewStreamPool(c))
	assembler.MaxBufferedPagesPerConnection = maxPages
	for c.err == nil {
		data, info, link, err := next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			c.err = fmt.Errorf("capture: packet %d: %w", c.summary.Packets+1, err)
			break
		}
		c.summary.Packets++
		packet := gopacket.NewPacket(data, link, gopacket.DecodeOptions{Lazy: true, NoCopy: true})
		network := packet.NetworkLayer()
		if tcp, ok := packet.Layer(layers.LayerTypeTCP).(*layers.TCP); ok && network != nil {
			assembler.AssembleWithContext(network.NetworkFlow(), tcp, context{info})
		}
	}
	assembler.FlushAll()
	return c.summary, c.err
}

// packets returns a function that reads the next packet of a capture file.
func packets(b *bufio.Reader) (func() ([]byte, gopacket.CaptureInfo, layers.LinkType, error), error) {
	first, err := b.Peek(4)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(first, []byte{0x1F, 0x8B}) {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, err
		}
		b = bufio.NewReader(z)
		if first, err = b.Peek(4); err != nil {
			return nil, err
		}
	}
	if binary.BigEndian.Uint32(first) == 0x0A0D0D0A {
		r, err := pcapgo.NewNgReader(b, pcapgo.NgReaderOptions{WantMixedLinkType: true, SkipUnknownVersion: true})
		if err != nil {
			return nil, err
		}
		return func() ([]byte, gopacket.CaptureInfo, layers.LinkType, error) {
			data, info, err := r.ReadPacketData()
			link := r.LinkType()
			if len(info.AncillaryData) > 0 {
				if l, ok := info.AncillaryData[0].(layers.LinkType); ok {
					link = l
				}
			}
			return data, info, link, err
		}, nil
	}
	r, err := pcapgo.NewReader(b)
	if err != nil {
		return nil, err
	}
	return func() ([]byte, gopacket.CaptureInfo, layers.LinkType, error) {
		data, info, err := r.ReadPacketData()
		return data, info, r.LinkType(), err
	}, nil
}

// A context is what the assembler gets to know of a packet.
type context struct{ info gopacket.CaptureInfo }

// GetCaptureInfo returns when the packet was captured.
func (c context) GetCaptureInfo() gopacket.CaptureInfo { return c.info }

// A capture makes streams out of connections.
type capture struct {
	ports   []uint16
	take    func(Segment) error
	number  int
	summary Summary
	err     error
}

// New makes the stream of a connection whose first packet has come. The flow's
// first direction is that of the packet, which may be the server's.
func (c *capture) New(network, transport gopacket.Flow, tcp *layers.TCP, _ reassembly.AssemblerContext) reassembly.Stream {
	source := net.JoinHostPort(network.Src().String(), strconv.Itoa(int(tcp.SrcPort)))
	target := net.JoinHostPort(network.Dst().String(), strconv.Itoa(int(tcp.DstPort)))
	s := &stream{
		capture: c, source: source, target: target, transport: transport,
		chosen: slices.Contains(c.ports, uint16(tcp.SrcPort)) || slices.Contains(c.ports, uint16(tcp.DstPort)),
	}
	switch {
	case tcp.SYN && !tcp.ACK, bolt.IsMagic(tcp.Payload):
		s.first = dissect.Client
	case tcp.SYN:
		s.first = dissect.Server
	case slices.Contains(c.ports, uint16(tcp.SrcPort)):
		s.first = dissect.Server
	case slices.Contains(c.ports, uint16(tcp.DstPort)):
		s.first = dissect.Client
	case tcp.SrcPort < tcp.DstPort:
		s.first = dissect.Server
	default:
		s.first = dissect.Client
	}
	return s
}

// A stream is one connection.
type stream struct {
	capture        *capture
	source, target string
	transport      gopacket.Flow
	first          dissect.Side // the side of the first packet
	chosen         bool         // it is Bolt
	refused        bool         // it is not
	begun          [2]bool      // by direction: what comes next is not the first that is missing
	connection     *Connection
}

// Accept takes every packet, also of connections whose begin was not captured.
func (s *stream) Accept(tcp *layers.TCP, _ gopacket.CaptureInfo, direction reassembly.TCPFlowDirection, _ reassembly.Sequence, start *bool, _ reassembly.AssemblerContext) bool {
	*start = true
	if tcp.SYN {
		s.begun[index(direction)] = true
	}
	return s.capture.err == nil && !s.refused
}

// ReassembledSG takes bytes of one direction, in order.
func (s *stream) ReassembledSG(sg reassembly.ScatterGather, ac reassembly.AssemblerContext) {
	n, _ := sg.Lengths()
	direction, _, _, skipped := sg.Info()
	if n == 0 && skipped <= 0 || s.capture.err != nil || s.refused {
		return
	}
	side := s.first
	if direction == reassembly.TCPDirServerToClient {
		side = dissect.Client + dissect.Server - side
	}
	data := sg.Fetch(n)
	if !s.chosen && (side != dissect.Client || !bolt.IsMagic(data)) {
		s.refused = true
		s.capture.summary.Others++
		return
	}
	s.chosen = true
	if s.connection == nil {
		s.capture.number++
		s.connection = &Connection{Number: s.capture.number, Client: s.source, Server: s.target}
		if s.first == dissect.Server {
			s.connection.Client, s.connection.Server = s.target, s.source
		}
	}
	if side == dissect.Client && bolt.IsMagic(data) {
		s.begun = [2]bool{true, true}
	}
	if !s.begun[index(direction)] {
		skipped = -1
	}
	s.begun[index(direction)] = true
	at := ac.GetCaptureInfo().Timestamp
	if n > 0 {
		at = latest(at, sg.CaptureInfo(0).Timestamp)
	}
	s.capture.err = s.capture.take(Segment{
		Connection: s.connection, Side: side, Time: at, Data: data, Missing: int64(skipped),
	})
}

// index numbers the directions.
func index(d reassembly.TCPFlowDirection) int {
	if d == reassembly.TCPDirClientToServer {
		return 0
	}
	return 1
}

// latest returns the time of a packet that waited for others, unless it is not
// known.
func latest(now, own time.Time) time.Time {
	if own.IsZero() {
		return now
	}
	return own
}

// ReassemblyComplete lets the assembler forget the connection.
func (s *stream) ReassemblyComplete(reassembly.AssemblerContext) bool { return true }
