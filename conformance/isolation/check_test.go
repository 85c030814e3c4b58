package isolation_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/drawbolt/drawbolt/conformance/isolation"
)

func add(key, value int) isolation.Op { return isolation.Op{Key: key, Append: true, Value: value} }

func read(key int, values ...int) isolation.Op { return isolation.Op{Key: key, Read: values} }

// tx is a committed transaction beside all others.
func tx(ops ...isolation.Op) isolation.Transaction {
	return isolation.Transaction{Ops: ops, Start: 0, End: 1000}
}

func ended(o isolation.Outcome, ops ...isolation.Op) isolation.Transaction {
	t := tx(ops...)
	t.Outcome = o
	return t
}

// at is a committed transaction at a time.
func at(start, end int, ops ...isolation.Op) isolation.Transaction {
	t := tx(ops...)
	t.Start, t.End = start, end
	return t
}

// TestCheck has one history for each anomaly, and some that look like one.
func TestCheck(t *testing.T) {
	const x, y, z = 1, 2, 3
	for _, tt := range []struct {
		name    string
		history []isolation.Transaction
		want    []isolation.Kind
	}{
		{"nothing", nil, nil},
		{"one after the other", []isolation.Transaction{
			at(1, 2, add(x, 1)), at(3, 4, read(x, 1), add(x, 2)), at(5, 6, read(x, 1, 2)),
		}, nil},
		{"G0", []isolation.Transaction{
			tx(add(x, 1), add(y, 1)), tx(add(x, 2), add(y, 2)), tx(read(x, 1, 2)), tx(read(y, 2, 1)),
		}, []isolation.Kind{isolation.G0}},
		{"G1a", []isolation.Transaction{
			ended(isolation.Aborted, add(x, 1)), tx(read(x, 1)),
		}, []isolation.Kind{isolation.G1a}},
		{"G1b", []isolation.Transaction{
			tx(add(x, 1), add(x, 2)), tx(read(x, 1)), tx(read(x, 1, 2)),
		}, []isolation.Kind{isolation.G1b, isolation.GSingle}},
		{"G1c", []isolation.Transaction{
			tx(add(x, 1), read(y, 1)), tx(add(y, 1), read(x, 1)),
		}, []isolation.Kind{isolation.G1c}},
		{"torn read", []isolation.Transaction{
			tx(add(x, 1), add(y, 1)), tx(read(x, 1), read(y)), tx(read(y, 1)),
		}, []isolation.Kind{isolation.GSingle}},
		{"lost update", []isolation.Transaction{
			tx(read(x), add(x, 1)), tx(read(x), add(x, 2)), tx(read(x, 1, 2)),
		}, []isolation.Kind{isolation.GSingle}},
		{"long fork", []isolation.Transaction{
			tx(add(x, 1)), tx(add(y, 1)), tx(read(x, 1), read(y)), tx(read(x), read(y, 1)), tx(read(x, 1), read(y, 1)),
		}, []isolation.Kind{isolation.GNonadjacent}},
		{"write skew", []isolation.Transaction{
			tx(read(x), read(y), add(x, 1)), tx(read(x), read(y), add(y, 1)), tx(read(x, 1), read(y, 1)),
		}, []isolation.Kind{isolation.G2}},
		{"write skew of three", []isolation.Transaction{
			tx(read(x), add(y, 1)), tx(read(y), add(z, 1)), tx(read(z), add(x, 1)),
			tx(read(x, 1), read(y, 1), read(z, 1)),
		}, []isolation.Kind{isolation.G2}},
		{"reads that contradict each other", []isolation.Transaction{
			tx(add(x, 1)), tx(add(x, 2)), tx(read(x, 1)), tx(read(x, 2)),
		}, []isolation.Kind{isolation.Unordered}},
		{"a value twice", []isolation.Transaction{tx(add(x, 1)), tx(read(x, 1, 1))}, []isolation.Kind{isolation.Lost}},
		{"a value from nowhere", []isolation.Transaction{tx(read(x, 1))}, []isolation.Kind{isolation.Lost}},
		{"lost after the commit", []isolation.Transaction{at(1, 2, add(x, 1)), at(3, 4, read(x))}, []isolation.Kind{isolation.Lost}},
		{"stale", []isolation.Transaction{
			at(1, 2, add(x, 1)), at(3, 4, read(x)), at(5, 6, read(x, 1)),
		}, []isolation.Kind{isolation.Stale}},
		{"not stale while both run", []isolation.Transaction{at(1, 4, add(x, 1)), at(3, 5, read(x)), at(6, 7, read(x, 1))}, nil},
		{"does not see its own", []isolation.Transaction{tx(add(x, 1), read(x))}, []isolation.Kind{isolation.Internal}},
		{"does not read again the same", []isolation.Transaction{
			tx(add(x, 1)), tx(read(x), read(x, 1)),
		}, []isolation.Kind{isolation.Internal, isolation.GSingle}},
		{"sees its own", []isolation.Transaction{
			tx(add(x, 1)), tx(read(x, 1), add(x, 2), read(x, 1, 2), add(x, 3), read(x, 1, 2, 3)), tx(read(x, 1, 2, 3)),
		}, nil},
		{"unknown and never seen", []isolation.Transaction{
			ended(isolation.Unknown, add(x, 1)), at(2000, 2001, read(x)),
		}, nil},
		{"unknown but seen, torn", []isolation.Transaction{
			ended(isolation.Unknown, add(x, 1), add(y, 1)), tx(read(x, 1), read(y)), tx(read(y, 1)),
		}, []isolation.Kind{isolation.GSingle}},
		{"aborted, with reads that nobody could have", []isolation.Transaction{
			ended(isolation.Aborted, read(x, 7), add(x, 1)), tx(read(x)),
		}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []isolation.Kind
			for _, a := range isolation.Check(tt.history) {
				if !slices.Contains(got, a.Kind) {
					got = append(got, a.Kind)
				}
			}
			slices.Sort(got)
			want := slices.Sorted(slices.Values(tt.want))
			if !slices.Equal(got, want) {
				t.Errorf("Check() finds %v, want %v: %v", got, want, isolation.Check(tt.history))
			}
		})
	}
}

// A simulation is a database of lists that breaks a chosen promise.
type simulation struct {
	random *rand.Rand
	lists  map[int][]int
	now    int
	value  int
}

// run makes a history. Without isolation, transactions append to what others have
// appended meanwhile without a look; with it, they read at their start and
// validate what they have read (all of it, or what they write).
func (s *simulation) run(n int, validateReads, validateWrites bool) []isolation.Transaction {
	type open struct {
		isolation.Transaction

		at  map[int][]int // snapshot
		own map[int][]int
	}
	var running []*open
	var history []isolation.Transaction
	for len(history) < n {
		s.now++
		if len(running) < 4 {
			o := &open{at: make(map[int][]int), own: make(map[int][]int)}
			for k, l := range s.lists {
				o.at[k] = slices.Clone(l)
			}
			o.Start = s.now
			running = append(running, o)
			continue
		}
		i := s.random.IntN(len(running))
		o := running[i]
		key := s.random.IntN(3)
		switch k := s.random.IntN(8); {
		case k < 3:
			s.value++
			o.own[key] = append(o.own[key], s.value)
			o.Ops = append(o.Ops, add(key, s.value))
		case k < 7 && !validateWrites && o.own[key] != nil:
			// Where the own values will stand is not known yet.
		case k < 7:
			o.Ops = append(o.Ops, read(key, append(slices.Clone(o.at[key]), o.own[key]...)...))
		default:
			for _, op := range o.Ops {
				if (op.Append && validateWrites || !op.Append && validateReads) && len(s.lists[op.Key]) != len(o.at[op.Key]) {
					o.Outcome = isolation.Aborted
				}
			}
			if o.Outcome == isolation.Committed {
				for k, own := range o.own {
					s.lists[k] = append(s.lists[k], own...)
				}
			}
			s.now++
			o.End = s.now
			history = append(history, o.Transaction)
			running = slices.Delete(running, i, i+1)
		}
	}
	return history
}

// TestSimulated checks histories of databases that keep known promises: the kept
// ones are found kept, and the broken ones broken.
func TestSimulated(t *testing.T) {
	for _, tt := range []struct {
		name          string
		reads, writes bool
		keeps         isolation.Level
		breaks        isolation.Kind
	}{
		{name: "serializable", reads: true, writes: true, keeps: isolation.Serializable},
		{name: "snapshot", writes: true, keeps: isolation.Snapshot, breaks: isolation.G2},
		{name: "lost updates", keeps: isolation.ReadCommitted, breaks: isolation.GSingle},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &simulation{random: rand.New(rand.NewPCG(1, 2)), lists: make(map[int][]int)}
			found := isolation.Check(s.run(600, tt.reads, tt.writes))
			if bad := isolation.Forbidden(found, tt.keeps); len(bad) > 0 {
				t.Errorf("%d anomalies that cannot be, the first: %v", len(bad), bad[0])
			}
			if tt.breaks != 0 && !slices.ContainsFunc(found, func(a isolation.Anomaly) bool { return a.Kind == tt.breaks }) {
				t.Errorf("no %v among %d anomalies", tt.breaks, len(found))
			}
		})
	}
}

func Example() {
	history := []isolation.Transaction{
		{Ops: []isolation.Op{{Key: 1, Read: nil}, {Key: 2, Append: true, Value: 1}}, End: 9},
		{Ops: []isolation.Op{{Key: 2, Read: nil}, {Key: 1, Append: true, Value: 2}}, End: 9},
		{Ops: []isolation.Op{{Key: 1, Read: []int{2}}, {Key: 2, Read: []int{1}}}, End: 9},
	}
	for _, a := range isolation.Forbidden(isolation.Check(history), isolation.Serializable) {
		fmt.Println(a.Kind, a.Detail)
	}
	// Output: G2-item 0 -rw-> 1 -rw-> 0
}
