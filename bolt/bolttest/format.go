package bolttest

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/packstream"
)

// Format returns a message as text. What is not a message is shown as hex.
func Format(message []byte) string {
	d := packstream.NewDecoder(message)
	d.SetLimits(packstream.Limits{UUID: true})
	tag, n, err := d.StructHeader()
	if err != nil {
		return fmt.Sprintf("%X (%v)", message, err)
	}
	var b strings.Builder
	b.WriteString(bolt.Signature(tag).String())
	for range n {
		b.WriteByte(' ')
		if err := formatValue(&b, d); err != nil {
			return fmt.Sprintf("%X (%v)", message, err)
		}
	}
	if d.Remaining() > 0 {
		fmt.Fprintf(&b, " and %X", d.Rest())
	}
	return b.String()
}

// FormatValue returns one PackStream value as text, or hex and an error text.
func FormatValue(value []byte) string {
	d := packstream.NewDecoder(value)
	d.SetLimits(packstream.Limits{UUID: true})
	var b strings.Builder
	err := formatValue(&b, d)
	switch {
	case err != nil:
		return fmt.Sprintf("%X (%v)", value, err)
	case d.Remaining() > 0:
		fmt.Fprintf(&b, " and %X", d.Rest())
	}
	return b.String()
}

func formatValue(b *strings.Builder, d *packstream.Decoder) error {
	switch d.Peek() {
	case packstream.KindNull:
		b.WriteString("null")
		return d.Null()
	case packstream.KindBoolean:
		v, err := d.Bool()
		b.WriteString(strconv.FormatBool(v))
		return err
	case packstream.KindInteger:
		v, err := d.Int()
		b.WriteString(strconv.FormatInt(v, 10))
		return err
	case packstream.KindFloat:
		v, err := d.Float()
		b.WriteString(formatFloat(v))
		return err
	case packstream.KindBytes:
		v, err := d.Bytes()
		b.WriteString("#" + strings.ToUpper(hex.EncodeToString(v)))
		return err
	case packstream.KindString:
		v, err := d.String()
		b.WriteString(strconv.Quote(v))
		return err
	case packstream.KindUUID:
		v, err := d.UUID()
		b.WriteString("uuid(" + strings.ToUpper(hex.EncodeToString(v[:])) + ")")
		return err
	case packstream.KindList:
		n, err := d.ListHeader()
		if err != nil {
			return err
		}
		return formatItems(b, d, "[", n, "]")
	case packstream.KindStruct:
		tag, n, err := d.StructHeader()
		if err != nil {
			return err
		}
		if isLetter(tag) {
			b.WriteByte(tag)
		} else {
			fmt.Fprintf(b, "%02X", tag)
		}
		return formatItems(b, d, "(", n, ")")
	case packstream.KindMap:
		return formatMap(b, d)
	default:
		return d.Skip()
	}
}

func formatItems(b *strings.Builder, d *packstream.Decoder, open string, n int, end string) error {
	if err := d.Enter(); err != nil {
		return err
	}
	b.WriteString(open)
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		if err := formatValue(b, d); err != nil {
			return err
		}
	}
	b.WriteString(end)
	d.Leave()
	return nil
}

func formatMap(b *strings.Builder, d *packstream.Decoder) error {
	n, err := d.MapHeader()
	if err != nil {
		return err
	}
	if err := d.Enter(); err != nil {
		return err
	}
	b.WriteByte('{')
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		key, err := d.String()
		if err != nil {
			return err
		}
		if isName(key) {
			b.WriteString(key)
		} else {
			b.WriteString(strconv.Quote(key))
		}
		b.WriteString(": ")
		if err := formatValue(b, d); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	d.Leave()
	return nil
}

func formatFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if strings.Trim(s, "-0123456789") == "" {
		s += ".0"
	}
	return s
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// isName reports whether a key is written without quotes.
func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !isLetter(c) && c != '_' && c != '-' && c != '.' && (c < '0' || c > '9') {
			return false
		}
	}
	return s != "" && (isLetter(s[0]) || s[0] == '_')
}
