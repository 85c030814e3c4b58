// Package input reads recorded bytes of Bolt connections in the forms in which
// people have them: hex in any layout, raw bytes, and captures of network packets.
//
// # Hex
//
// Plain or with anything between the digits; the dumps of xxd, hexdump -C, od
// and Wireshark with their offsets and their text; 0x60, \x60 and C arrays.
// Comments are those of C and of shells. Who sent the bytes is told by a C: or S:,
// > or < in front of a line, by the names of Wireshark's arrays (peer0_1) and
// by the indentation of its dumps.
//
// # Captures
//
// Files in pcap and pcapng, compressed by gzip or not. The streams are put
// together per direction, with bytes out of order and sent twice.
//
// # Limits
//
// Hex and raw bytes are read whole, up to 256 MiB. A capture is read packet by
// packet; of each connection at most 4,096 pages wait for a packet
// that is missing.
package input
