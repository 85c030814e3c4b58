package property

import "github.com/drawbolt/drawbolt/storage/graph"

// Equal reports whether a stored value equals a value as the = operator has it.
// No bytes are no value, which equals nothing; neither do null and NaN.
func Equal(stored []byte, v graph.Value) bool {
	if len(stored) == 0 {
		return false
	}
	switch v.Kind() {
	case graph.KindNull:
		return false
	case graph.KindString:
		s, ok := stringBytes(stored)
		return ok && string(s) == v.Str()
	case graph.KindInteger, graph.KindFloat:
		mine, ok := decodeNumber(stored)
		return ok && graph.Equal(mine, v) == graph.True
	default:
		var arena graph.Arena
		mine, err := Decode(stored, &arena)
		return err == nil && graph.Equal(mine, v) == graph.True
	}
}

// stringBytes returns the bytes of a stored string.
func stringBytes(stored []byte) ([]byte, bool) {
	switch m := stored[0]; {
	case m&0xF0 == 0x80:
		return stored[1:], true
	case m == 0xD0 && len(stored) >= 2:
		return stored[2:], true
	case m == 0xD1 && len(stored) >= 3:
		return stored[3:], true
	case m == 0xD2 && len(stored) >= 5:
		return stored[5:], true
	}
	return nil, false
}
