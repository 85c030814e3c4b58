package isolation

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Check returns the anomalies of a history. Of the circles through one edge it
// returns a shortest one of the worst kind.
func Check(history []Transaction) []Anomaly {
	c := &checker{history: history, writers: make(map[element]int), orders: make(map[int][]int)}
	c.findWriters()
	c.findOrders()
	c.findMilestones()
	for i := range history {
		if c.counts(i) {
			c.checkReads(i)
		}
	}
	c.findEdges()
	c.findCircles()
	return c.found
}

// Forbidden returns those of the anomalies that a level forbids.
func Forbidden(anomalies []Anomaly, l Level) []Anomaly {
	return slices.DeleteFunc(slices.Clone(anomalies), func(a Anomaly) bool { return !l.Forbids(a.Kind) })
}

// An element is a value in the list of a key.
type element struct{ key, value int }

type checker struct {
	history []Transaction
	writers map[element]int
	seen    map[int]bool  // transactions of which somebody has seen a value
	orders  map[int][]int // by key: all values that were read, in their order
	edges   [][]edge      // by transaction
	found   []Anomaly
	// milestones are sorted by their ends, by key.
	milestones map[int][]milestone
}

func (c *checker) report(k Kind, transactions []int, format string, args ...any) {
	c.found = append(c.found, Anomaly{Kind: k, Transactions: transactions, Detail: fmt.Sprintf(format, args...)})
}

// findWriters notes who has appended what, and whose values were seen.
func (c *checker) findWriters() {
	for i := range c.history {
		for _, op := range c.history[i].Ops {
			if op.Append {
				c.writers[element{op.Key, op.Value}] = i
			}
		}
	}
	c.seen = make(map[int]bool)
	for i := range c.history {
		for _, op := range c.history[i].Ops {
			for _, v := range op.Read {
				if w, ok := c.writers[element{op.Key, v}]; ok && w != i && c.history[i].Outcome != Aborted {
					c.seen[w] = true
				}
			}
		}
	}
}

// counts reports whether a transaction is to be taken for committed.
func (c *checker) counts(i int) bool {
	o := c.history[i].Outcome
	return o == Committed || o == Unknown && c.seen[i]
}

// findOrders finds the order of the values of each list: the longest read, of
// which all others must be beginnings.
func (c *checker) findOrders() {
	longest := make(map[int]int) // by key: who has read it
	for i := range c.history {
		if !c.counts(i) {
			continue
		}
		for _, op := range c.history[i].Ops {
			if !op.Append && len(op.Read) > len(c.orders[op.Key]) {
				c.orders[op.Key], longest[op.Key] = op.Read, i
			}
		}
	}
	for i := range c.history {
		if !c.counts(i) {
			continue
		}
		for _, op := range c.history[i].Ops {
			if order := c.orders[op.Key]; !op.Append && !slices.Equal(op.Read, order[:len(op.Read)]) {
				c.report(Unordered, []int{i, longest[op.Key]}, "list %d was read as %v and as %v", op.Key, op.Read, order)
			}
		}
	}
	for key, order := range c.orders {
		at := make(map[int]bool)
		for _, v := range order {
			if at[v] {
				c.report(Lost, []int{longest[key]}, "list %d has %d twice", key, v)
			}
			at[v] = true
		}
	}
}

// checkReads compares each read of a transaction with what it knows itself, with
// the end of those whose values it has, and with what was committed before.
func (c *checker) checkReads(i int) {
	known := make(map[int][]int) // by key: what the next read must find
	appended := make(map[int][]int)
	for _, op := range c.history[i].Ops {
		if op.Append {
			appended[op.Key] = append(appended[op.Key], op.Value)
			if before, ok := known[op.Key]; ok {
				known[op.Key] = append(slices.Clone(before), op.Value)
			}
			continue
		}
		mine := appended[op.Key]
		if n := len(op.Read) - len(mine); n < 0 || !slices.Equal(op.Read[n:], mine) {
			c.report(Internal, []int{i}, "list %d was read as %v after appending %v", op.Key, op.Read, mine)
			continue
		}
		if before, ok := known[op.Key]; ok && !slices.Equal(before, op.Read) {
			c.report(Internal, []int{i}, "list %d was read as %v, but should be %v by then", op.Key, op.Read, before)
		}
		known[op.Key] = op.Read
		c.checkOrigins(i, op, op.Read[:len(op.Read)-len(mine)])
		c.checkMissing(i, op)
	}
}

// checkOrigins checks whose values a read has found.
func (c *checker) checkOrigins(i int, op Op, others []int) {
	for at, v := range others {
		w, ok := c.writers[element{op.Key, v}]
		switch {
		case !ok:
			c.report(Lost, []int{i}, "list %d has %d, which nobody has appended", op.Key, v)
		case c.history[w].Outcome == Aborted:
			c.report(G1a, []int{w, i}, "list %d has %d, which was rolled back", op.Key, v)
		case at == len(others)-1 && w != i && v != c.lastAppend(w, op.Key):
			c.report(G1b, []int{w, i}, "list %d ends with %d, in the middle of a transaction", op.Key, v)
		}
	}
}

func (c *checker) lastAppend(i, key int) (value int) {
	for _, op := range c.history[i].Ops {
		if op.Append && op.Key == key {
			value = op.Value
		}
	}
	return value
}

// A milestone is the furthest place of a list that was committed up to a moment.
type milestone struct {
	end    int // the moment
	place  int // in the order of the list; beyond its end for a value that nobody has read
	value  int
	writer int
}

// findMilestones notes for each list what every later transaction must see.
func (c *checker) findMilestones() {
	places := make(map[element]int)
	for key, order := range c.orders {
		for i, v := range order {
			places[element{key, v}] = i
		}
	}
	c.milestones = make(map[int][]milestone)
	for i := range c.history {
		t := &c.history[i]
		if t.Outcome != Committed {
			continue
		}
		for _, op := range t.Ops {
			if !op.Append {
				continue
			}
			place, ok := places[element{op.Key, op.Value}]
			if !ok {
				place = math.MaxInt
			}
			c.milestones[op.Key] = append(c.milestones[op.Key], milestone{end: t.End, place: place, value: op.Value, writer: i})
		}
	}
	for _, list := range c.milestones {
		slices.SortFunc(list, func(a, b milestone) int { return cmp.Compare(a.end, b.end) })
		for i := 1; i < len(list); i++ {
			if list[i-1].place > list[i].place {
				list[i].place, list[i].value, list[i].writer = list[i-1].place, list[i-1].value, list[i-1].writer
			}
		}
	}
}

// checkMissing looks for values that were committed before the transaction began.
func (c *checker) checkMissing(i int, op Op) {
	list := c.milestones[op.Key]
	n, _ := slices.BinarySearchFunc(list, c.history[i].Start, func(m milestone, start int) int { return cmp.Compare(m.end, start) })
	if n == 0 || list[n-1].place < len(op.Read) {
		return
	}
	m := list[n-1]
	kind := Stale
	if m.place == math.MaxInt {
		kind = Lost
	}
	c.report(kind, []int{m.writer, i}, "list %d was read as %v after %d was committed", op.Key, op.Read, m.value)
}
