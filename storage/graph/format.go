package graph

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// Format implements [fmt.Formatter] for test failures and logs: a short text of
// the value, in the spirit of a Cypher literal. It is not what toString returns
// and must not reach a client.
func (v Value) Format(f fmt.State, _ rune) {
	var b strings.Builder
	v.describe(&b)
	_, _ = f.Write([]byte(b.String()))
}

func (v Value) describe(b *strings.Builder) {
	switch v.kind {
	case KindNull:
		b.WriteString("null")
	case KindBoolean:
		b.WriteString(strconv.FormatBool(v.Bool()))
	case KindInteger:
		b.WriteString(strconv.FormatInt(v.Int(), 10))
	case KindFloat:
		s := strconv.FormatFloat(v.Float(), 'g', -1, 64)
		if strings.Trim(s, "-0123456789") == "" {
			s += ".0"
		}
		b.WriteString(s)
	case KindString:
		b.WriteString(strconv.Quote(v.Str()))
	case KindBytes:
		b.WriteString("0x" + hex.EncodeToString(v.Bytes()))
	case KindList:
		b.WriteByte('[')
		for i, item := range v.List() {
			if i > 0 {
				b.WriteString(", ")
			}
			item.describe(b)
		}
		b.WriteByte(']')
	case KindMap:
		b.WriteByte('{')
		for i, field := range v.Map() {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(field.Name + ": ")
			field.Value.describe(b)
		}
		b.WriteByte('}')
	case KindNode:
		fmt.Fprintf(b, "(#%d)", v.num)
	case KindRelationship:
		fmt.Fprintf(b, "[#%d]", v.num)
	case KindPath:
		fmt.Fprintf(b, "path%v%v", v.Path().Nodes, v.Path().Relationships)
	case KindDateTime:
		fmt.Fprintf(b, "datetime(%d.%09d %s%+d)", v.Seconds(), v.Nanos(), v.Zone().Name, v.Zone().Offset)
	case KindDuration:
		fmt.Fprintf(b, "duration%+v", v.Duration())
	case KindPoint:
		fmt.Fprintf(b, "point%+v", v.Point())
	case KindVector:
		fmt.Fprintf(b, "vector(%x)", v.Vector().Data)
	case KindUUID:
		u := v.UUID()
		fmt.Fprintf(b, "uuid(%x)", u)
	default:
		fmt.Fprintf(b, "%s(%d,%d)", v.kind, v.Int(), v.aux)
	}
}
