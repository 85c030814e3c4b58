package suite

import (
	"bytes"
	"errors"
	"fmt"
	"time"
)

// negotiation adds checks of the handshake that scripts can not say: ranges,
// the manifest, bytes one by one.
func (b *builder) negotiation() {
	b.group, b.section = "handshake", "Bolt Protocol handshake: Version ranges"
	b.custom("a range finds its highest | specified | 4.3- | raw", rangeFromTop)
	b.custom("a range reaches down to the version | specified | 4.3- | raw", rangeReaches)
	b.custom("a range does not reach into another major | specified | 5.0- | raw once", rangeStaysInMajor)
	b.custom("a range longer than its minor | reference | 5.0- | raw once", rangeTooLong)
	b.section = "Bolt Protocol handshake: Version negotiation"
	b.custom("byte by byte | specified | * | raw", byteByByte)
	b.custom("5.5 is never agreed to | reference | * | raw once", neverFlawed)
	b.custom("handshake, login and work in one write | specified | 3- | raw", everythingAtOnce)
	b.section = "Bolt Protocol handshake: Manifest"
	b.custom("manifest | specified | 5.7- | raw once", manifestShape)
	b.custom("no capability is offered | own | 5.7- | raw once", manifestCapabilities)
	b.custom("manifest in the last slot | specified | 5.7- | raw once", manifestLast)
	b.custom("every version of the manifest works | specified | 5.7- | raw once", manifestVersions)
	b.custom("choice and login in one write | reference | 5.7- | raw", manifestPipelined)
	b.custom("protocol_version after a manifest | reference | 5.7- | raw", manifestProtocolVersion)
	b.custom("no protocol_version without a manifest | reference | 5.7-5.8 | raw", noProtocolVersion)
	b.custom("choice byte by byte | specified | 5.7- | raw once", manifestByteByByte)
	for _, tt := range []struct{ name, reply string }{
		{"the client chooses nothing", "00000000 00"},
		{"the client chooses what was not offered", "00000A63 00"},
		{"the client chooses 5.5", "00000505 00"},
		{"the client wants a capability that was not offered", "{slot} 01"},
		{"the client wants every capability", "{slot} FFFFFFFFFFFFFFFFFF01"},
	} {
		b.custom(tt.name+" | reference | 5.7- | raw once", func(p *player) error {
			if err := manifest(p, proposal(manifestSlot)); err != nil {
				return err
			}
			return p.script("X: " + tt.reply + "\nR: CLOSED")
		})
	}
	b.custom("the client's capabilities do not end | own | 5.7- | raw once", func(p *player) error {
		if err := manifest(p, proposal(manifestSlot)); err != nil {
			return err
		}
		return p.script("X: {slot} FFFFFFFFFFFFFFFFFFFFFFFFFFFF\nR: CLOSED")
	})
	b.custom("the client's capabilities in a long form | own | 5.7- | raw once", func(p *player) error {
		if err := manifest(p, proposal(manifestSlot)); err != nil {
			return err
		}
		if err := p.script("X: {slot} 808000"); err != nil {
			return err
		}
		return p.login()
	})
}

// raw connects without a handshake.
func raw(p *player) (*conn, error) {
	if err := p.open("", true, false); err != nil {
		return nil, err
	}
	return p.current, nil
}

// offer sends slots and wants a version.
func offer(p *player, want [4]byte, slots ...[4]byte) error {
	c, err := raw(p)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	if err := c.send(proposal(slots...)); err != nil {
		return err
	}
	got, err := c.readRaw(4)
	if err != nil {
		return fmt.Errorf("offered % X: %w", slots, err)
	}
	if !bytes.Equal(got, want[:]) {
		return fmt.Errorf("offered % X, got % X, want % X", slots, got, want)
	}
	return nil
}

// slotOnly reports whether a version can be had without a manifest.
func slotOnly(p *player) bool { return !p.version.manifest }

func rangeFromTop(p *player) error {
	if !slotOnly(p) {
		return nil
	}
	s := p.version.slot
	// The version and everything below it in its major.
	return offer(p, s, [4]byte{0, s[2], s[2], s[3]})
}

func rangeReaches(p *player) error {
	if !slotOnly(p) {
		return nil
	}
	s := p.version.slot
	// From a minor that nobody has, down to exactly this version: the server
	// may know versions between, but only of its own list.
	c, err := raw(p)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	if err := c.send(proposal([4]byte{0, 200 - s[2], 200, s[3]})); err != nil {
		return err
	}
	got, err := c.readRaw(4)
	if err != nil {
		return err
	}
	if got[0] != 0 || got[1] != 0 || got[3] != s[3] || got[2] < s[2] {
		return fmt.Errorf("got % X for a range down to % X", got, s)
	}
	return nil
}

func rangeStaysInMajor(p *player) error {
	s := p.version.slot
	return offer(p, [4]byte{}, [4]byte{0, 9, 9, s[3] + 40})
}

// rangeTooLong allows both to close and to read the range as far as it goes,
// but not to agree to another major.
func rangeTooLong(p *player) error {
	c, err := raw(p)
	if err != nil {
		return err
	}
	s := p.version.slot
	if err := c.send(proposal([4]byte{0, 255, 9, s[3] + 40})); err != nil {
		return err
	}
	got, err := c.readRaw(4)
	if errors.Is(err, errClosed) || err == nil && bytes.Equal(got, make([]byte, 4)) {
		return nil
	}
	return fmt.Errorf("got % X, %w", got, err)
}

func byteByByte(p *player) error {
	if !slotOnly(p) {
		return nil
	}
	c, err := raw(p)
	if err != nil {
		return err
	}
	for _, one := range proposal(p.version.slot) {
		if err := c.send([]byte{one}); err != nil {
			return err
		}
		time.Sleep(200 * time.Microsecond)
	}
	got, err := c.readRaw(4)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, p.version.slot[:]) {
		return fmt.Errorf("got % X", got)
	}
	return p.login()
}

func neverFlawed(p *player) error {
	return errors.Join(
		offer(p, [4]byte{0, 0, 4, 5}, [4]byte{0, 5, 5, 5}),
		offer(p, [4]byte{0, 0, 0, 0}, [4]byte{0, 0, 5, 5}),
		offer(p, [4]byte{0, 0, 6, 5}, [4]byte{0, 6, 6, 5}),
	)
}

// everythingAtOnce sends all that a client knows beforehand in one write.
func everythingAtOnce(p *player) error {
	if !slotOnly(p) {
		return nil
	}
	c, err := raw(p)
	if err != nil {
		return err
	}
	b := proposal(p.version.slot)
	names := []string{"HELLO"}
	if p.version.login == loginLogon {
		names = append(names, "LOGON")
	}
	for _, name := range append(names, "RUN", "PULL") {
		m, err := p.request(name, nil)
		if err != nil {
			return err
		}
		b = frame(b, m, len(m))
	}
	if err := c.send(b); err != nil {
		return err
	}
	if _, err := c.readRaw(4); err != nil {
		return err
	}
	for range names {
		if err := p.script("S: SUCCESS"); err != nil {
			return err
		}
	}
	return p.script("S: SUCCESS\nS: RECORD [1]\nS: SUCCESS")
}

// manifest sends a proposal and reads the server's offer.
func manifest(p *player, proposal []byte) error {
	c, err := raw(p)
	if err != nil {
		return err
	}
	if err := c.send(proposal); err != nil {
		return err
	}
	_, _, err = c.readManifest()
	return err
}

func manifestShape(p *player) error {
	c, err := raw(p)
	if err != nil {
		return err
	}
	if err := c.send(proposal(manifestSlot)); err != nil {
		return err
	}
	ranges, _, err := c.readManifest()
	if err != nil {
		return err
	}
	if len(ranges) == 0 {
		return errors.New("the manifest is empty")
	}
	for _, r := range ranges {
		switch {
		case r[0] != 0 || r[1] > r[2]:
			return fmt.Errorf("range % X is none", r)
		case r[3] == 5 && r[2] >= 5 && r[2]-r[1] <= 5:
			return fmt.Errorf("range % X has 5.5", r)
		}
	}
	return nil
}

// manifestCapabilities: none is defined yet.
func manifestCapabilities(p *player) error {
	c, err := raw(p)
	if err != nil {
		return err
	}
	if err := c.send(proposal(manifestSlot)); err != nil {
		return err
	}
	_, capabilities, err := c.readManifest()
	if err == nil && capabilities != 0 {
		err = fmt.Errorf("capabilities %x", capabilities)
	}
	return err
}

func manifestLast(p *player) error {
	return manifest(p, proposal([4]byte{}, [4]byte{0, 0, 99, 10}, [4]byte{}, manifestSlot))
}

// manifestVersions logs in with everything that is offered.
func manifestVersions(p *player) error {
	offered, err := p.session.offered(p.ctx)
	if err != nil {
		return err
	}
	known := map[[4]byte]*version{}
	for _, v := range versions() {
		known[v.slot] = v
	}
	for slot := range offered {
		v := known[slot]
		if v == nil {
			continue
		}
		row := *v
		row.manifest = true
		p.version = &row
		if err := p.open("", false, false); err != nil {
			return fmt.Errorf("%s: %w", v, err)
		}
		if err := p.script("C: RUN\nC: PULL\nS: SUCCESS\nS: RECORD\nS: SUCCESS"); err != nil {
			return fmt.Errorf("%s: %w", v, err)
		}
		if err := p.current.Close(); err != nil {
			return err
		}
	}
	return nil
}

func manifestPipelined(p *player) error {
	if err := manifest(p, proposal(manifestSlot)); err != nil {
		return err
	}
	b := append(p.version.slot[:], 0)
	for _, name := range []string{"HELLO", "LOGON", "RUN", "PULL"} {
		m, err := p.request(name, nil)
		if err != nil {
			return err
		}
		b = frame(b, m, len(m))
	}
	if err := p.current.send(b); err != nil {
		return err
	}
	return p.script("S: SUCCESS\nS: SUCCESS\nS: SUCCESS\nS: RECORD\nS: SUCCESS")
}

func manifestProtocolVersion(p *player) error {
	row := *p.version
	row.manifest = true
	p.version = &row
	if err := p.open("", false, true); err != nil {
		return err
	}
	return p.script(fmt.Sprintf("C: HELLO\nS: SUCCESS {protocol_version: %q, ...}", row.text))
}

func noProtocolVersion(p *player) error {
	if err := p.open("", false, true); err != nil {
		return err
	}
	return p.script("C: HELLO\nS: SUCCESS {protocol_version: absent, ...}")
}

func manifestByteByByte(p *player) error {
	c, err := raw(p)
	if err != nil {
		return err
	}
	one := func(all []byte) error {
		for _, b := range all {
			if err := c.send([]byte{b}); err != nil {
				return err
			}
			time.Sleep(200 * time.Microsecond)
		}
		return nil
	}
	if err := one(proposal(manifestSlot)); err != nil {
		return err
	}
	if _, _, err := c.readManifest(); err != nil {
		return err
	}
	if err := one(append(p.version.slot[:], 0)); err != nil {
		return err
	}
	return p.login()
}
