package script

// body reads everything behind the head. After an error p.err is set.
func (p *parser) body() {
	p.script.body = p.sequence(1)
	if p.err != nil {
		return
	}
	if w, ok := p.peek(); ok {
		p.err = p.script.fault(w.number, 0, "%s closes nothing", w.marker)
	}
}

// closes reports whether a marker ends a list of blocks.
func closes(marker string) bool {
	switch marker {
	case "----", "++++", "}}", "?}", "*}", "+}":
		return true
	}
	return false
}

// sequence reads blocks up to a marker that ends them, which is left.
func (p *parser) sequence(from int) *sequence {
	s := &sequence{number: from}
	if p.depth++; p.depth > maxDepth {
		p.err = p.script.fault(from, 0, "blocks are nested deeper than %d", maxDepth)
	}
	for p.err == nil {
		w, ok := p.peek()
		if !ok || closes(w.marker) {
			if len(s.blocks) == 0 {
				p.err = p.script.fault(w.number, 0, "there is nothing in this block")
			}
			break
		}
		b := p.block(w)
		if len(s.blocks) == 0 && b != nil {
			s.number = b.line()
		}
		s.blocks = append(s.blocks, b)
	}
	p.depth--
	return s
}

// block reads one block, which begins with w.
func (p *parser) block(w word) block {
	p.next++
	switch w.marker {
	case "C:":
		return p.run(w, func(w word) (block, error) {
			l, err := p.expectation(w)
			return &expected{l}, err
		})
	case "S:":
		return p.run(w, func(w word) (block, error) {
			l, err := p.answer(w)
			return &action{text: l}, err
		})
	case "A:", "?:", "*:", "+:":
		return p.automatic(w)
	case "PY:":
		statements, err := p.statements(w, 0)
		p.err = err
		return &action{&Line{Kind: statement, Number: w.number, Text: "PY: " + w.text, run: statements}, &p.script.scope}
	case "IF:":
		return p.choice(w)
	case "{{", "{?", "{*", "{+":
		if w.text != "" {
			p.err = p.fault(w, 0, "nothing may follow %s in its line", w.marker)
			return nil
		}
		if w.marker == "{{" {
			return p.group(w)
		}
		inner := p.sequence(w.number)
		p.close(w, string(w.marker[1])+"}")
		if w.marker == "{?" {
			return &optional{inner}
		}
		return &loop{inner, w.marker == "{+"}
	case "!:":
		p.err = p.script.fault(w.number, 0, "the lines of the head come before all others")
	case "ELIF:", "ELSE:":
		p.err = p.script.fault(w.number, 0, "there is no IF: before this %s", w.marker)
	default:
		p.err = p.script.fault(w.number, 0, "a line without a marker continues lines that begin with C: or S: only")
	}
	return nil
}

// run reads a line and those without a marker that follow it.
func (p *parser) run(w word, read func(word) (block, error)) block {
	first := w
	var list []block
	for p.err == nil {
		w.marker = first.marker
		b, err := read(w)
		if err != nil {
			p.err = err
			return nil
		}
		list = append(list, b)
		next, ok := p.peek()
		if !ok || next.marker != "" {
			break
		}
		p.next++
		w = next
	}
	if len(list) == 1 {
		return list[0]
	}
	return &sequence{list, first.number}
}

func (p *parser) automatic(w word) block {
	l, err := p.expectation(w)
	if err != nil {
		p.err = err
		return nil
	}
	switch inner := (&expected{l}); w.marker {
	case "?:":
		return &optional{inner}
	case "*:":
		return &loop{inner, false}
	case "+:":
		return &loop{inner, true}
	default:
		return inner
	}
}

// group reads what stands between double braces.
func (p *parser) group(open word) block {
	first := p.sequence(open.number)
	if p.err != nil {
		return nil
	}
	separator, ok := p.peek()
	if !ok || separator.marker == "}}" {
		p.close(open, "}}")
		return first
	}
	branches := []block{first}
	for p.err == nil {
		w, ok := p.peek()
		if !ok || w.marker != "----" && w.marker != "++++" {
			p.close(open, "}}")
			break
		}
		if w.marker != separator.marker || w.text != "" {
			p.err = p.script.fault(w.number, 0, "the parts of the block from line %d are separated by %s", open.number, separator.marker)
			break
		}
		p.next++
		branches = append(branches, p.sequence(w.number))
	}
	if separator.marker == "++++" {
		return &parallel{branches, open.number}
	}
	return &alternatives{branches, open.number}
}

// close reads the end of a block.
func (p *parser) close(open word, marker string) {
	if p.err != nil {
		return
	}
	w, ok := p.peek()
	if !ok || w.marker != marker || w.text != "" {
		p.err = p.script.fault(w.number, 0, "the block from line %d ends in %s", open.number, marker)
		return
	}
	p.next++
}

// choice reads conditions, each with the block that it guards.
func (p *parser) choice(w word) block {
	c := &choice{number: w.number, scope: &p.script.scope}
	for {
		var g guarded
		if w.marker == "ELSE:" {
			if w.text != "" {
				p.err = p.fault(w, 0, "nothing may follow ELSE: in its line")
				return nil
			}
		} else {
			var err error
			if g.condition, err = parseExpression(w.text); err != nil {
				p.err = p.inside(w, 0, err)
				return nil
			}
			g.condition.line = w.number
		}
		next, ok := p.peek()
		if !ok || closes(next.marker) {
			p.err = p.script.fault(w.number, 0, "a block is missing behind %s", w.marker)
			return nil
		}
		if p.depth++; p.depth > maxDepth {
			p.err = p.script.fault(w.number, 0, "blocks are nested deeper than %d", maxDepth)
			return nil
		}
		g.inner = p.block(next)
		p.depth--
		if p.err != nil {
			return nil
		}
		c.cases = append(c.cases, g)
		if next, ok = p.peek(); !ok || w.marker == "ELSE:" || next.marker != "ELIF:" && next.marker != "ELSE:" {
			return c
		}
		p.next++
		w = next
	}
}

// statements reads the code of a line.
func (p *parser) statements(w word, at int) ([]assignment, error) {
	list, err := parseStatements(w.text[at:])
	if err != nil {
		return nil, p.inside(w, at, err)
	}
	for i := range list {
		list[i].line = w.number
	}
	return list, nil
}
