package packstream_test

import (
	"fmt"

	"github.com/drawbolt/drawbolt/packstream"
)

func ExampleDecoder() {
	d := packstream.NewDecoder([]byte{0x92, 0x81, 'a', 0xC9, 0x01, 0x00})
	n, err := d.ListHeader()
	if err != nil {
		panic(err)
	}
	s, err := d.String()
	if err != nil {
		panic(err)
	}
	i, err := d.Int()
	if err != nil {
		panic(err)
	}
	fmt.Println(n, s, i)
	// Output: 2 a 256
}

func ExampleAppendMapHeader() {
	b := packstream.AppendMapHeader(nil, 1)
	b = packstream.AppendString(b, "one")
	b = packstream.AppendInt(b, 1)
	fmt.Printf("% X\n", b)
	// Output: A1 83 6F 6E 65 01
}
