package main

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/drawbolt/drawbolt/cmd/boltbench/client"
	"github.com/drawbolt/drawbolt/cmd/boltbench/suite"
)

// measured is the share of the measured query in the mixed mode.
const measured suite.Kind = "query"

// A share says how much of a mix is of one kind.
type share struct {
	kind   suite.Kind
	weight int
}

// parseMix reads the shares of a mix, or returns those of the mode.
func parseMix(text, mode string) ([]share, error) {
	switch {
	case mode == modeIsolated && text != "":
		return nil, fmt.Errorf("--mix is for --mode=%s and --mode=%s", modeMixed, modeRealistic)
	case mode == modeIsolated:
		return nil, nil
	case text == "" && mode == modeMixed:
		text = "query:70,write:30"
	case text == "":
		text = "write:30,read:40,update:10,analytical:20"
	}
	var shares []share
	for word := range strings.SplitSeq(text, ",") {
		name, number, _ := strings.Cut(strings.TrimSpace(word), ":")
		weight, err := strconv.Atoi(number)
		if err != nil || weight < 1 || weight > 1000 {
			return nil, fmt.Errorf("--mix: %q is not a kind with a share from 1 to 1000, such as read:40", word)
		}
		s := share{kind: suite.Kind(name), weight: weight}
		known := s.kind == measured && mode == modeMixed
		for _, kind := range suite.Kinds() {
			known = known || s.kind == kind
		}
		if !known {
			return nil, fmt.Errorf("--mix: there is no kind %q in the mode %s", name, mode)
		}
		shares = append(shares, s)
	}
	return shares, nil
}

func mixText(shares []share) string {
	words := make([]string, len(shares))
	for i, s := range shares {
		words[i] = fmt.Sprintf("%s:%d", s.kind, s.weight)
	}
	return strings.Join(words, ",")
}

// A drum draws requests of several queries.
type drum struct {
	queries  []suite.Query
	slots    [][]int // by weight: the queries that one is drawn of
	memgraph bool
}

// newDrum returns what draws the one query, which is the first, or the mix with
// others.
func (b *bench) newDrum(query *suite.Query, others []suite.Query) (*drum, error) {
	d := &drum{memgraph: isMemgraph(b.report.Server.Name)}
	if query != nil {
		d.queries = append(d.queries, *query)
	}
	if b.mode == modeIsolated {
		d.slots = [][]int{{0}}
		return d, nil
	}
	own := len(d.queries)
	d.queries = append(d.queries, others...)
	for _, s := range b.mix {
		var of []int
		if s.kind == measured {
			of = []int{0}
		} else {
			for i := own; i < len(d.queries); i++ {
				if d.queries[i].Kind == s.kind {
					of = append(of, i)
				}
			}
		}
		if of == nil {
			return nil, fmt.Errorf("--mix: none of the selected queries is of the kind %s", s.kind)
		}
		for range s.weight {
			d.slots = append(d.slots, of)
		}
	}
	return d, nil
}

// next draws a request.
func (d *drum) next(r *rand.Rand) (int, client.Request) {
	slot := d.slots[0]
	if len(d.slots) > 1 {
		slot = d.slots[r.IntN(len(d.slots))]
	}
	class := slot[0]
	if len(slot) > 1 {
		class = slot[r.IntN(len(slot))]
	}
	q := &d.queries[class]
	return class, request(q, q.Parameters(r), d.memgraph)
}

func request(q *suite.Query, p suite.Parameters, memgraph bool) client.Request {
	text, sent := q.Text(p, memgraph)
	return client.Request{Statement: text, Parameters: sent, Steps: q.Steps}
}

func (d *drum) names() []string {
	if len(d.queries) == 1 {
		return nil
	}
	names := make([]string, len(d.queries))
	for i := range d.queries {
		names[i] = d.queries[i].FullName()
	}
	return names
}
