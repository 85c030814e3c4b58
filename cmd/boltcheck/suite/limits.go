package suite

import (
	"errors"
	"fmt"
)

// limits adds checks of what a hostile client may do. What a server answers is
// its own affair; that it goes on for others is not.
func (b *builder) limits() {
	b.group, b.section = "limits", "Bolt Protocol: Message transfer encoding"
	for _, tt := range []struct{ name, bytes string }{
		{"string of 2 GiB announced", "D2 7F FF FF FF 61"},
		{"string of 4 GiB announced", "D2 FF FF FF FF 61"},
		{"bytes of 2 GiB announced", "CE 7F FF FF FF 61"},
		{"list of 2 G items announced", "D6 7F FF FF FF C0"},
		{"list of 4 G items announced", "D6 FF FF FF FF C0"},
		{"dictionary of 2 G entries announced", "DA 7F FF FF FF 81 61 C0"},
		{"dictionary of 4 G entries announced", "DA FF FF FF FF 81 61 C0"},
		{"list of 1 M items announced", "D6 00 10 00 00 C0"},
	} {
		b.script(tt.name+" | reference | 3-", fmt.Sprintf(`
			C: RUN "RETURN $x AS x" {x: <%s>}
			S: FAILURE OR CLOSED
			on b
			C: RUN
			C: PULL
			S: SUCCESS
			S: RECORD
			S: SUCCESS
			leave`, tt.bytes))
		b.script(tt.name+" before login | reference | 3- | fresh", fmt.Sprintf(`
			C: <B1 01 A1 81 61 %s>
			S: FAILURE OR CLOSED
			on b
			C: RUN
			C: PULL
			S: SUCCESS
			S: RECORD
			S: SUCCESS`, tt.bytes))
	}
	b.depth()
	b.script("HELLO of 9000 bytes | reference | 3- | fresh", `
		C: HELLO {..agent, ..login, long: "x"*9000}
		S: FAILURE OR CLOSED`)
	b.script("HELLO of 7000 bytes | reference | 3- | fresh", `
		C: HELLO {..agent, ..login, long: "x"*7000}
		S: SUCCESS`)
	b.custom("a hundred thousand no-operations | reference | 4.3- | once", manyNoops)
	b.custom("bytes without end and without a message before login | reference | 3- | fresh once", endlessBytes)
}

// depth adds checks of values in values in values.
func (b *builder) depth() {
	b.script("lists nested 60 deep | specified | 3-", `
		C: RUN "RETURN $x AS x" {x: <91>*60<C0>}
		C: PULL
		S: SUCCESS
		S: RECORD [<91>*60<C0>]
		S: SUCCESS`)
	for _, n := range []int{100_000, 5_000_000} {
		b.script(fmt.Sprintf("lists nested %d deep | reference | 3- | once", n), fmt.Sprintf(`
			C: RUN "RETURN $x AS x" {x: <91>*%d<C0>}
			S: FAILURE OR CLOSED
			on b
			C: RUN
			C: PULL
			S: SUCCESS
			S: RECORD
			S: SUCCESS
			leave`, n))
	}
	b.script("lists nested 200 deep | own | 3-", `
		C: RUN "RETURN $x AS x" {x: <91>*200<C0>}
		S: FAILURE Neo.ClientError.Request.Invalid
		C: RESET
		S: SUCCESS`)
	b.script("lists nested 2000 deep before login | reference | 3- | fresh", `
		C: <B1 01 A1 81 61>*1<91>*2000<C0>
		S: FAILURE OR CLOSED
		on b
		C: RUN
		C: PULL
		S: SUCCESS
		S: RECORD
		S: SUCCESS`)
}

func manyNoops(p *player) error {
	if err := p.open("", false, false); err != nil {
		return err
	}
	if err := p.current.send(make([]byte, 200_000)); err != nil {
		return err
	}
	return p.reset()
}

func endlessBytes(p *player) error {
	if err := p.open("", false, true); err != nil {
		return err
	}
	for range 64 {
		b := append([]byte{0xFF, 0xFF}, make([]byte, 0xFFFF)...)
		if err := p.current.send(b); err != nil {
			return nil //nolint:nilerr // the server has closed, as it should
		}
	}
	got, err := p.current.next()
	if err == nil && got.tag == 0x7F || errors.Is(err, errClosed) {
		return nil
	}
	return fmt.Errorf("4 MiB were taken before login: %s, %w", got, err)
}
