package packstream

import "fmt"

// The markers, the first byte of every value. The tiny forms carry a number or
// a size in their low bits.
const (
	markerTinyString = 0x80 // 80 … 8F
	markerTinyList   = 0x90 // 90 … 9F
	markerTinyMap    = 0xA0 // A0 … AF
	markerTinyStruct = 0xB0 // B0 … BF
	markerNull       = 0xC0
	markerFloat      = 0xC1
	markerFalse      = 0xC2
	markerTrue       = 0xC3
	markerInt8       = 0xC8
	markerInt16      = 0xC9
	markerInt32      = 0xCA
	markerInt64      = 0xCB
	markerBytes8     = 0xCC
	markerBytes16    = 0xCD
	markerBytes32    = 0xCE
	markerString8    = 0xD0
	markerString16   = 0xD1
	markerString32   = 0xD2
	markerList8      = 0xD4
	markerList16     = 0xD5
	markerList32     = 0xD6
	markerMap8       = 0xD8
	markerMap16      = 0xD9
	markerMap32      = 0xDA
	markerStruct8    = 0xDC // documented nowhere, yet servers read it
	markerStruct16   = 0xDD
	markerUUID       = 0xE0
	markerTinyInt    = 0xF0 // F0 … FF are -16 … -1
)

// tinyMax is the largest size that fits into a marker.
const tinyMax = 0x0F

// A Kind is the type of the next value, as its marker tells.
type Kind uint8

// The kinds. KindEnd is zero: there is no next value.
const (
	KindEnd Kind = iota
	KindNull
	KindBoolean
	KindInteger
	KindFloat
	KindBytes
	KindString
	KindList
	KindMap
	KindStruct
	KindUUID
	KindReserved // a marker that means nothing
)

// String returns the name that error texts use, such as STRING or STRUCT.
func (k Kind) String() string {
	names := [...]string{
		"END", "NONE", "BOOLEAN", "INT", "FLOAT", "BYTES", "STRING", "LIST",
		"MAP", "STRUCT", "UUID", "RESERVED",
	}
	if int(k) < len(names) {
		return names[k]
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// kinds has the kind of every marker.
var kinds = func() (t [256]Kind) {
	for m := range 256 {
		t[m] = kindOf(byte(m))
	}
	return t
}()

func kindOf(marker byte) Kind {
	switch {
	case marker < markerTinyString || marker >= markerTinyInt:
		return KindInteger
	case marker < markerTinyList:
		return KindString
	case marker < markerTinyMap:
		return KindList
	case marker < markerTinyStruct:
		return KindMap
	case marker < markerNull:
		return KindStruct
	}
	switch marker {
	case markerNull:
		return KindNull
	case markerFloat:
		return KindFloat
	case markerFalse, markerTrue:
		return KindBoolean
	case markerInt8, markerInt16, markerInt32, markerInt64:
		return KindInteger
	case markerBytes8, markerBytes16, markerBytes32:
		return KindBytes
	case markerString8, markerString16, markerString32:
		return KindString
	case markerList8, markerList16, markerList32:
		return KindList
	case markerMap8, markerMap16, markerMap32:
		return KindMap
	case markerStruct8, markerStruct16:
		return KindStruct
	case markerUUID:
		return KindUUID
	}
	return KindReserved
}
