package dissect

import (
	"fmt"
	"strconv"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/packstream"
)

// checkStructures looks for structures inside of values that a version does not
// have; a nil version means any. The error is a [*packstream.SyntaxError].
func checkStructures(message []byte, v *bolt.Version) error {
	d := packstream.NewDecoder(message)
	d.SetLimits(packstream.Limits{UUID: true})
	_, n, err := d.StructHeader()
	if err == nil {
		err = checkItems(d, v, n)
	}
	return err
}

func checkItems(d *packstream.Decoder, v *bolt.Version, n int) error {
	if err := d.Enter(); err != nil {
		return err
	}
	for range n {
		if err := checkValue(d, v); err != nil {
			return err
		}
	}
	d.Leave()
	return nil
}

func checkValue(d *packstream.Decoder, v *bolt.Version) error {
	switch d.Peek() {
	case packstream.KindList:
		n, err := d.ListHeader()
		if err != nil {
			return err
		}
		return checkItems(d, v, n)
	case packstream.KindMap:
		n, err := d.MapHeader()
		if err != nil {
			return err
		}
		return checkItems(d, v, 2*n)
	case packstream.KindStruct:
		at := d.Offset()
		tag, n, err := d.StructHeader()
		if err != nil {
			return err
		}
		if fault := structureFault(tag, n, v); fault != "" {
			return &packstream.SyntaxError{Offset: at, Reason: fault}
		}
		return checkItems(d, v, n)
	default:
		return d.Skip()
	}
}

// structureFault says what is wrong with a structure's tag and its number of
// fields.
func structureFault(tag byte, n int, v *bolt.Version) string {
	s := structureOf(tag)
	if s == nil {
		return fmt.Sprintf("no structure has the tag %02X", tag)
	}
	if v == nil {
		if n != s.fields && n != s.before5 {
			return fmt.Sprintf("a %s has %s fields, not %d", s.name, s.counts(), n)
		}
		return ""
	}
	if s.in != nil && !s.in(v) {
		return fmt.Sprintf("Bolt %s has no %s (%c)", v, s.name, tag)
	}
	want := s.fields
	if !v.ElementIDs && s.before5 != 0 {
		want = s.before5
	}
	if n != want {
		return fmt.Sprintf("a %s has %d fields in Bolt %s, not %d", s.name, want, v, n)
	}
	return ""
}

// A structure is what a tag means.
type structure struct {
	tag     byte
	name    string
	fields  int
	before5 int                        // fields before Bolt 5; 0 means the same
	in      func(v *bolt.Version) bool // nil means always
}

func (s *structure) counts() string {
	if s.before5 == 0 {
		return strconv.Itoa(s.fields)
	}
	return fmt.Sprintf("%d or %d", s.before5, s.fields)
}

// structures are all structures of all versions.
var structures = [...]structure{
	{'N', "node", 4, 3, nil},
	{'R', "relationship", 8, 5, nil},
	{'r', "relationship of a path", 4, 3, nil},
	{'P', "path", 3, 0, nil},
	{'D', "date", 1, 0, temporal},
	{'T', "time", 2, 0, temporal},
	{'t', "local time", 1, 0, temporal},
	{'d', "local date-time", 2, 0, temporal},
	{'I', "date-time in UTC with an offset", 3, 0, utc},
	{'i', "date-time in UTC with a zone", 3, 0, utc},
	{'F', "local date-time with an offset", 3, 0, local},
	{'f', "local date-time with a zone", 3, 0, local},
	{'E', "duration", 4, 0, temporal},
	{'X', "point with two coordinates", 3, 0, temporal},
	{'Y', "point with three coordinates", 4, 0, temporal},
	{'V', "vector", 2, 0, vectors},
	{'?', "unsupported type", 4, 0, vectors},
}

func temporal(v *bolt.Version) bool { return v.Temporal }
func utc(v *bolt.Version) bool      { return v.UTC }
func local(v *bolt.Version) bool    { return v.Temporal && !v.UTC }
func vectors(v *bolt.Version) bool  { return v.Vectors }

func structureOf(tag byte) *structure {
	for i := range structures {
		if structures[i].tag == tag {
			return &structures[i]
		}
	}
	return nil
}
