package bolt

import "fmt"

// A Signature is the tag of a message. Tags of values are another namespace:
// the same byte means something else there.
type Signature byte

// The signatures of all versions.
const (
	SignatureHello      Signature = 0x01 // INIT in Bolt 1 and 2
	SignatureGoodbye    Signature = 0x02
	SignatureAckFailure Signature = 0x0E
	SignatureReset      Signature = 0x0F
	SignatureRun        Signature = 0x10
	SignatureBegin      Signature = 0x11
	SignatureCommit     Signature = 0x12
	SignatureRollback   Signature = 0x13
	SignatureDiscard    Signature = 0x2F
	SignaturePull       Signature = 0x3F
	SignatureTelemetry  Signature = 0x54
	SignatureRoute      Signature = 0x66
	SignatureLogon      Signature = 0x6A
	SignatureLogoff     Signature = 0x6B
	SignatureSuccess    Signature = 0x70
	SignatureRecord     Signature = 0x71
	SignatureIgnored    Signature = 0x7E
	SignatureFailure    Signature = 0x7F
)

// signatureNames is a list and not an array: 18 of 128 tags are in use.
var signatureNames = []struct {
	signature Signature
	name      string
}{
	{SignatureHello, "HELLO"},
	{SignatureGoodbye, "GOODBYE"},
	{SignatureAckFailure, "ACK_FAILURE"},
	{SignatureReset, "RESET"},
	{SignatureRun, "RUN"},
	{SignatureBegin, "BEGIN"},
	{SignatureCommit, "COMMIT"},
	{SignatureRollback, "ROLLBACK"},
	{SignatureDiscard, "DISCARD"},
	{SignaturePull, "PULL"},
	{SignatureTelemetry, "TELEMETRY"},
	{SignatureRoute, "ROUTE"},
	{SignatureLogon, "LOGON"},
	{SignatureLogoff, "LOGOFF"},
	{SignatureSuccess, "SUCCESS"},
	{SignatureRecord, "RECORD"},
	{SignatureIgnored, "IGNORED"},
	{SignatureFailure, "FAILURE"},
}

// String returns the message's name as the Bolt documents spell it.
func (s Signature) String() string {
	for _, n := range signatureNames {
		if n.signature == s {
			return n.name
		}
	}
	return fmt.Sprintf("Signature(%02X)", byte(s))
}

// IsAnswer reports whether servers send the message; clients send all others.
func (s Signature) IsAnswer() bool {
	switch s {
	case SignatureSuccess, SignatureRecord, SignatureIgnored, SignatureFailure:
		return true
	default:
		return false
	}
}

// ParseSignature returns the signature of a message's name, such as RUN.
func ParseSignature(name string) (Signature, bool) {
	for _, n := range signatureNames {
		if n.name == name {
			return n.signature, true
		}
	}
	return 0, false
}

// PeekSignature returns the signature of a whole message without decoding it,
// so that a reader that looks ahead finds RESET and GOODBYE. It is false for
// bytes that are not a structure.
func PeekSignature(message []byte) (Signature, bool) {
	if len(message) >= 2 && message[0]&0xF0 == 0xB0 {
		return Signature(message[1]), true
	}
	return 0, false
}
