package suite

import (
	"fmt"
	"time"
)

// framing adds checks of chunks and no-operations.
func (b *builder) framing() {
	b.group, b.section = "framing", "Bolt Protocol: Chunking"
	b.custom("a message in two chunks, split at every offset | specified | *", splitChunks)
	b.custom("chunks of one byte | specified | *", oneByteChunks)
	b.custom("segments split at every offset | specified | * ", splitSegments)
	b.custom("a message of many full chunks | specified | * | once", fullChunks)
	b.custom("chunks of every small size | specified | * | once", everyChunkSize)
	b.custom("two messages in one segment, the second one cut | specified | *", cutSecond)
	b.custom("a hundred pipelined statements | specified | *", hundredStatements)
	b.custom("a result of many records | specified | *", manyRecords)
	b.custom("a record larger than a chunk | specified | *", largeRecord)
	b.section = "Bolt Protocol: Noop chunk"
	b.script("no-operations between messages | specified | 4.3-", `
		X: 0000 0000
		C: RUN
		C: PULL
		S: SUCCESS
		S: RECORD
		S: SUCCESS
		X: 0000
		C: RUN
		C: PULL
		S: SUCCESS
		S: RECORD
		S: SUCCESS
		X: 0000 0000 0000 0000`)
	b.script("no-operations between messages, old versions | reference | -4.2", `
		X: 0000 0000
		C: RUN
		C: PULL
		S: SUCCESS
		S: RECORD
		S: SUCCESS`)
	b.script("no-operations before login | reference | 4.0- | fresh", `
		X: 0000 0000
		C: HELLO
		S: SUCCESS`)
	b.script("half of a no-operation | specified | 4.3-", `
		X: 00
		pause 20ms
		X: 00
		C: RUN
		C: PULL
		S: SUCCESS
		S: RECORD
		S: SUCCESS`)
	b.script("no-operations are not answered | specified | 4.3-", `
		X: 0000 0000 0000
		silent 50ms`)
}

const echoAnswer = "S: SUCCESS\nS: RECORD\nS: SUCCESS"

// statement returns the payloads of RUN and PULL.
func (p *player) statement() (run, pull []byte, err error) {
	if run, err = p.request("RUN", nil); err != nil {
		return nil, nil, err
	}
	pull, err = p.request("PULL", nil)
	return run, pull, err
}

func splitChunks(p *player) error {
	if err := p.open("", false, false); err != nil {
		return err
	}
	run, pull, err := p.statement()
	if err != nil {
		return err
	}
	for at := 1; at < len(run); at++ {
		b := []byte{0, byte(at)}
		b = append(b, run[:at]...)
		b = append(b, 0, byte(len(run)-at)) //nolint:gosec // some 20 bytes
		b = append(b, run[at:]...)
		b = append(b, 0, 0)
		if err := p.current.send(frame(b, pull, len(pull))); err != nil {
			return err
		}
		if err := p.script(echoAnswer); err != nil {
			return fmt.Errorf("split at %d: %w", at, err)
		}
	}
	return nil
}

func oneByteChunks(p *player) error {
	if err := p.open("", false, false); err != nil {
		return err
	}
	run, pull, err := p.statement()
	if err != nil {
		return err
	}
	if err := p.current.send(frame(frame(nil, run, 1), pull, 1)); err != nil {
		return err
	}
	return p.script(echoAnswer)
}

// splitSegments writes the bytes in two parts, with a pause so that they
// arrive in two reads.
func splitSegments(p *player) error {
	if err := p.open("", false, false); err != nil {
		return err
	}
	run, pull, err := p.statement()
	if err != nil {
		return err
	}
	b := frame(frame(nil, run, len(run)), pull, len(pull))
	for at := 1; at < len(b); at++ {
		if err := p.current.send(b[:at]); err != nil {
			return err
		}
		time.Sleep(500 * time.Microsecond)
		if err := p.current.send(b[at:]); err != nil {
			return err
		}
		if err := p.script(echoAnswer); err != nil {
			return fmt.Errorf("split at %d: %w", at, err)
		}
	}
	return nil
}

func fullChunks(p *player) error {
	if err := p.open("", false, false); err != nil {
		return err
	}
	return p.script(`
		C: RUN "RETURN size($x) AS x" {x: "a"*1000000}
		C: PULL
		S: SUCCESS
		S: RECORD [1000000]
		S: SUCCESS`)
}

func everyChunkSize(p *player) error {
	if err := p.open("", false, false); err != nil {
		return err
	}
	run, pull, err := p.statement()
	if err != nil {
		return err
	}
	for size := 1; size <= len(run)+1; size++ {
		if err := p.current.send(frame(frame(nil, run, size), pull, size)); err != nil {
			return err
		}
		if err := p.script(echoAnswer); err != nil {
			return fmt.Errorf("chunks of %d: %w", size, err)
		}
	}
	return nil
}

func cutSecond(p *player) error {
	if err := p.open("", false, false); err != nil {
		return err
	}
	run, pull, err := p.statement()
	if err != nil {
		return err
	}
	b := frame(frame(nil, run, len(run)), pull, len(pull))
	b = frame(b, run, len(run))
	if err := p.current.send(b[:len(b)-3]); err != nil {
		return err
	}
	if err := p.script(echoAnswer); err != nil {
		return err
	}
	if err := p.current.send(b[len(b)-3:]); err != nil {
		return err
	}
	return p.script("S: SUCCESS\nC: PULL\nS: RECORD\nS: SUCCESS")
}

func hundredStatements(p *player) error {
	if err := p.open("", false, false); err != nil {
		return err
	}
	var b []byte
	for i := range 100 {
		run, err := p.request("RUN", []*node{
			{kind: kindString, text: "RETURN $x AS x"},
			{kind: kindMap, keys: []key{{name: "x"}}, items: []*node{{kind: kindInt, int: int64(i)}}},
		})
		if err != nil {
			return err
		}
		pull, err := p.request("PULL", nil)
		if err != nil {
			return err
		}
		b = frame(frame(b, run, len(run)), pull, len(pull))
	}
	if err := p.current.send(b); err != nil {
		return err
	}
	for i := range 100 {
		if err := p.script(fmt.Sprintf("S: SUCCESS\nS: RECORD [%d]\nS: SUCCESS", i)); err != nil {
			return fmt.Errorf("statement %d: %w", i, err)
		}
	}
	return p.reset()
}

func manyRecords(p *player) error {
	if err := p.open("", false, false); err != nil {
		return err
	}
	const n = 5000
	if err := p.script(fmt.Sprintf("C: RUN \"UNWIND range(1, %d) AS x RETURN x, 'row ' + toString(x) AS s\"\nC: PULL\nS: SUCCESS", n)); err != nil {
		return err
	}
	for i := 1; i <= n; i++ {
		got, err := p.next()
		if err != nil {
			return fmt.Errorf("record %d: %w", i, err)
		}
		if got.tag != 0x71 || len(got.items[0].items) != 2 || got.items[0].items[0].int != int64(i) {
			return fmt.Errorf("record %d is %s", i, describe(got))
		}
	}
	return p.script("S: SUCCESS")
}

func largeRecord(p *player) error {
	if err := p.open("", false, false); err != nil {
		return err
	}
	for _, n := range []int{65530, 65535, 65536, 200_000} {
		if err := p.script(fmt.Sprintf(`
			C: RUN "RETURN $x AS x" {x: "b"*%[1]d}
			C: PULL
			S: SUCCESS
			S: RECORD ["b"*%[1]d]
			S: SUCCESS`, n)); err != nil {
			return fmt.Errorf("%d bytes: %w", n, err)
		}
	}
	return nil
}
