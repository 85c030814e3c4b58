package suite

import (
	"fmt"
	"strings"
)

// A marker is a value as it goes in and as it must come out, in bytes.
type marker struct {
	name    string
	in, out string // hexadecimal, with *N after <…> in literals; out "" = the same
}

// markers adds the check that every marker comes back as a parameter, in its
// smallest form.
func (b *builder) markers() {
	b.group = "markers"
	b.section = "PackStream: Integer"
	b.custom("all tiny integers | specified | *", func(p *player) error { return echoRange(p, tinyIntegers()) })
	b.custom("all 8-bit integers, whatever their width | specified | *", func(p *player) error { return echoRange(p, wideIntegers()) })
	for _, m := range integers() {
		b.echo(m, Specified)
	}
	for _, part := range []struct {
		section string
		class   Class
		rows    []marker
	}{
		{"PackStream: Null and Boolean", Specified, []marker{
			{"null", "<C0>", ""}, {"true", "<C3>", ""}, {"false", "<C2>", ""},
		}},
		{"PackStream: Float", Specified, floats()},
		{"PackStream: Bytes", Specified, sized("bytes", "CC", "CD", "CE", "", "61")},
		{"PackStream: String", Specified, append(sized("string", "D0", "D1", "D2", "8", "61"), stringForms()...)},
		{"PackStream: List", Specified, sized("list", "D4", "D5", "D6", "9", "C0")},
		{"PackStream: List", Specified, listForms()},
		{"PackStream: Dictionary", Specified, mapForms()},
	} {
		b.section = part.section
		for _, m := range part.rows {
			b.echo(m, part.class)
		}
	}
	b.section = "PackStream: Dictionary"
	for _, n := range []int{15, 16, 255, 256, 66000} {
		flag := ""
		if n > 1000 {
			flag = "once" // it takes time
		}
		b.custom(fmt.Sprintf("dictionary of %d entries | specified | * | %s", n, flag), func(p *player) error { return echoDictionary(p, n) })
	}
	b.section = "PackStream: Marker table"
	for _, m := range reservedMarkers() {
		class := Reference
		if m == 0xEF { // Neo4j closes the connection
			class = Own
		}
		b.script(fmt.Sprintf("reserved %02X | %s | *", m, class), fmt.Sprintf(`
			C: RUN "RETURN $x AS x" {x: <%02X>}
			S: FAILURE Neo.ClientError.Request.Invalid
			C: RESET
			S: SUCCESS`, m))
	}
	b.script("E0 before 6.1 | reference | 3-6.0", `
		C: RUN "RETURN $x AS x" {x: <E0 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F>}
		S: FAILURE Neo.ClientError.Request.Invalid`)
	b.script("UUID | reference | 6.1-", `
		C: RUN "RETURN $x AS x" {x: <E0 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F>}
		C: PULL
		S: SUCCESS
		S: RECORD [<E0 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F>]
		S: SUCCESS`)
}

// echo adds the check of one marker.
func (b *builder) echo(m marker, class Class) {
	if m.out == "" {
		m.out = m.in
	}
	b.script(fmt.Sprintf("%s | %s | *", m.name, class), fmt.Sprintf(`
		C: RUN "RETURN $x AS x" {x: %s}
		C: PULL
		S: SUCCESS
		S: RECORD [%s]
		S: SUCCESS`, m.in, m.out))
}

// echoRange sends a list of values in one go: what comes back must be the list
// of their smallest forms.
func echoRange(p *player, rows []marker) error {
	if err := p.open("", false, false); err != nil {
		return err
	}
	var in, out []string
	for _, m := range rows {
		in, out = append(in, m.in), append(out, m.out)
	}
	return p.script(fmt.Sprintf(`
		C: RUN "RETURN $x AS x" {x: [%s]}
		C: PULL
		S: SUCCESS
		S: RECORD [[%s]]
		S: SUCCESS`, strings.Join(in, ", "), strings.Join(out, ", ")))
}

// tinyIntegers are -16 to 127, each in its own byte.
func tinyIntegers() []marker {
	var rows []marker
	for i := -16; i <= 127; i++ {
		form := fmt.Sprintf("<%02X>", byte(i)) //nolint:gosec // two's complement is the format
		rows = append(rows, marker{in: form, out: form})
	}
	return rows
}

// wideIntegers are -128 to 127 in every form that holds them.
func wideIntegers() []marker {
	var rows []marker
	for i := -128; i <= 127; i++ {
		out := fmt.Sprintf("<C8 %02X>", byte(i)) //nolint:gosec // two's complement is the format
		if i >= -16 {
			out = fmt.Sprintf("<%02X>", byte(i))
		}
		fill := "00"
		if i < 0 {
			fill = "FF"
		}
		for width, form := range []string{"C8", "C9", "CA", "CB"} {
			in := fmt.Sprintf("<%s %s %02X>", form, strings.Repeat(fill, 1<<width-1), byte(i)) //nolint:gosec // two's complement
			rows = append(rows, marker{in: in, out: out})
		}
	}
	return rows
}

// integers are the borders of the widths.
func integers() []marker {
	return []marker{
		{"integer 128", "<C9 00 80>", ""},
		{"integer -129", "<C9 FF 7F>", ""},
		{"integer 32767", "<C9 7F FF>", ""},
		{"integer -32768", "<C9 80 00>", ""},
		{"integer 32768", "<CA 00 00 80 00>", ""},
		{"integer -32769", "<CA FF FF 7F FF>", ""},
		{"integer 2147483647", "<CA 7F FF FF FF>", ""},
		{"integer -2147483648", "<CA 80 00 00 00>", ""},
		{"integer 2147483648", "<CB 00 00 00 00 80 00 00 00>", ""},
		{"integer -2147483649", "<CB FF FF FF FF 7F FF FF FF>", ""},
		{"greatest integer", "<CB 7F FF FF FF FF FF FF FF>", ""},
		{"least integer", "<CB 80 00 00 00 00 00 00 00>", ""},
		{"16-bit integer in 32 bits", "<CA 00 00 01 00>", "<C9 01 00>"},
		{"32-bit integer in 64 bits", "<CB 00 00 00 00 00 01 00 00>", "<CA 00 01 00 00>"},
	}
}

func floats() []marker {
	return []marker{
		{"float 0", "<C1 00 00 00 00 00 00 00 00>", ""},
		{"float -0", "<C1 80 00 00 00 00 00 00 00>", ""},
		{"float 1.1", "<C1 3F F1 99 99 99 99 99 9A>", ""},
		{"float -1.1", "<C1 BF F1 99 99 99 99 99 9A>", ""},
		{"float 1.0 stays a float", "<C1 3F F0 00 00 00 00 00 00>", ""},
		{"least positive float", "<C1 00 00 00 00 00 00 00 01>", ""},
		{"greatest float", "<C1 7F EF FF FF FF FF FF FF>", ""},
		{"infinity", "<C1 7F F0 00 00 00 00 00 00>", ""},
		{"minus infinity", "<C1 FF F0 00 00 00 00 00 00>", ""},
		{"not a number", "<C1 7F F8 00 00 00 00 00 00>", ""},
		{"not a number, with a payload", "<C1 7F F8 00 00 00 00 12 34>", ""},
	}
}

// sized makes the rows of a type with a size: the smallest and the largest of
// each form, and small ones in wide forms.
func sized(name, one, two, four, tiny, item string) []marker {
	header := func(n int) string {
		switch {
		case tiny != "" && n < 16:
			return fmt.Sprintf("%s%X", tiny, n)
		case n < 1<<8:
			return fmt.Sprintf("%s %02X", one, n)
		case n < 1<<16:
			return fmt.Sprintf("%s %04X", two, n)
		default:
			return fmt.Sprintf("%s %08X", four, n)
		}
	}
	value := func(header string, n int) string {
		if n == 0 {
			return fmt.Sprintf("<%s>", header)
		}
		return fmt.Sprintf("<%s>*1<%s>*%d", header, item, n)
	}
	var rows []marker
	for _, n := range []int{0, 1, 15, 16, 255, 256, 65535, 65536} {
		rows = append(rows, marker{name: fmt.Sprintf("%s of %d", name, n), in: value(header(n), n)})
	}
	for _, n := range []int{0, 1, 15} {
		out := value(header(n), n)
		rows = append(rows,
			marker{fmt.Sprintf("%s of %d, 8-bit size", name, n), value(fmt.Sprintf("%s %02X", one, n), n), out},
			marker{fmt.Sprintf("%s of %d, 16-bit size", name, n), value(fmt.Sprintf("%s %04X", two, n), n), out},
			marker{fmt.Sprintf("%s of %d, 32-bit size", name, n), value(fmt.Sprintf("%s %08X", four, n), n), out})
	}
	return rows
}

func stringForms() []marker {
	return []marker{
		{"string of two bytes a letter", "<86 C3 A4 C3 B6 C3 BC>", ""},
		{"string of four bytes a letter", "<88 F0 9F 98 80 F0 9F 98 80>", ""},
		{"string with a zero byte", "<83 61 00 62>", ""},
		{"string with a byte order mark", "<84 EF BB BF 61>", ""},
		{"string of a combining letter is not normalised", "<83 61 CC 88>", ""},
	}
}

func listForms() []marker {
	return []marker{
		{"list of every type", "<9A C0 C3 01 C1 3F F0 00 00 00 00 00 00 81 61 CC 01 FF 90 A0 91 91 90 C9 01 00>", ""},
		{"list in a list, ten deep", "<91 91 91 91 91 91 91 91 91 90>", ""},
		{"list of dictionaries", "<92 A1 81 61 01 A1 81 61 02>", ""},
	}
}

func mapForms() []marker {
	return []marker{
		{"empty dictionary", "<A0>", ""},
		{"dictionary of one", "<A1 81 61 01>", ""},
		{"dictionary, 8-bit size", "<D8 01 81 61 01>", "<A1 81 61 01>"},
		{"dictionary, 16-bit size", "<D9 00 01 81 61 01>", "<A1 81 61 01>"},
		{"dictionary, 32-bit size", "<DA 00 00 00 01 81 61 01>", "<A1 81 61 01>"},
		{"dictionary with an empty key", "<A1 80 01>", ""},
		{"dictionary with a wide key", "<A1 D0 01 61 01>", "<A1 81 61 01>"},
		{"dictionary in a dictionary", "<A1 81 61 A1 81 61 A0>", ""},
		{"dictionary with null", "<A1 81 61 C0>", ""},
	}
}

// echoDictionary sends a large dictionary. The order of entries is free.
func echoDictionary(p *player, n int) error {
	if err := p.open("", false, false); err != nil {
		return err
	}
	var m strings.Builder
	for i := range n {
		fmt.Fprintf(&m, "k%d: %d, ", i, i)
	}
	return p.script(fmt.Sprintf(`
		C: RUN "RETURN $x AS x" {x: {%[1]s}}
		C: PULL
		S: SUCCESS
		S: RECORD [{%[1]s}]
		S: SUCCESS`, m.String()))
}

func reservedMarkers() []byte {
	list := []byte{0xC4, 0xC5, 0xC6, 0xC7, 0xCF, 0xD3, 0xD7, 0xDB, 0xDE, 0xDF}
	for m := byte(0xE1); m <= 0xEF; m++ {
		list = append(list, m)
	}
	return list
}
