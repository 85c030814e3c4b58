package exec

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
)

const (
	// defaultPortion is how many rows share a transaction when the statement
	// does not say.
	defaultPortion = 1000
	// mostWorkers bounds how many transactions of a statement run at a time.
	mostWorkers = 256
	// inRound is how many portions a worker takes, on average, before all wait
	// for the last of them: results are returned in the order of their rows.
	inRound = 4
	// defaultRetry is how long ON ERROR RETRY tries when the statement does not
	// say.
	defaultRetry = 30 * time.Second
)

// inTransactions runs a subquery for each row, in transactions of its own, one
// after the other or several at a time. None of them is left when next returns.
type inTransactions struct {
	run      *Run
	c        *expr.Context
	plan     *plan.InTransactions
	input    operator
	in       *expr.Batch // of the input
	row      int         // the first row of it that has not been taken
	portions []*portion  // of a round, and more of earlier ones for reuse
	filled   int         // portions of the round that have results
	current  int         // the portion that is being returned
	at       int         // its first row that has not been returned
	rows     int64       // of a portion; 0 before the first one
	workers  int
	retry    time.Duration
	stopped  atomic.Bool // no more transactions are to begin
	out      *expr.Batch
	size     sizer
	held     int64
}

func (r *Run) newInTransactions(n *plan.InTransactions) *inTransactions {
	return &inTransactions{run: r, c: r.context(n), plan: n, input: r.build(n.Input), out: r.newBatch()}
}

func (o *inTransactions) reset() {
	o.input.reset()
	o.in, o.row, o.filled, o.current, o.at, o.rows, o.size, o.held = nil, 0, 0, 0, 0, 0, 0, 0
	o.stopped.Store(false)
	o.portions = nil
}

func (o *inTransactions) next() (*expr.Batch, error) {
	if o.rows == 0 {
		if err := o.settings(); err != nil {
			return nil, err
		}
	}
	for o.current == o.filled || o.at >= o.portions[o.current].done.n {
		o.at = 0
		if o.current < o.filled {
			o.current++
			continue
		}
		if err := o.round(); err != nil {
			return nil, err
		}
		if o.filled == 0 {
			return nil, nil //nolint:nilnil // the end
		}
	}
	done := &o.portions[o.current].done
	to := min(o.at+o.size.next(o.run), done.n)
	done.fill(o.out, nil, o.at, to)
	o.at = to
	return o.out, nil
}

// settings reads the numbers of the statement.
func (o *inTransactions) settings() (err error) {
	o.rows, o.workers, o.retry = defaultPortion, 1, defaultRetry
	if o.plan.Rows != nil {
		if o.rows, err = positive(o.c, o.plan.Rows, "IN TRANSACTIONS OF"); err != nil {
			return err
		}
	}
	if o.plan.Concurrent {
		workers := int64(runtime.GOMAXPROCS(0))
		if o.plan.Workers != nil {
			if workers, err = positive(o.c, o.plan.Workers, "CONCURRENT TRANSACTIONS"); err != nil {
				return err
			}
		}
		o.workers = int(min(workers, mostWorkers))
	}
	if o.plan.RetryFor == nil {
		return nil
	}
	seconds, err := o.plan.RetryFor.Eval(o.c, &noRows, 0)
	if err != nil {
		return err
	}
	const most = 1 << 31
	if !seconds.IsNumber() || !(seconds.Number() >= 0 && seconds.Number() <= most) {
		return expr.Errorf(expr.KindArgument, expr.DetailArgumentValue,
			"%s: ON ERROR RETRY FOR needs a number of seconds from 0 to %d", expr.DetailArgumentValue, most)
	}
	o.retry = time.Duration(seconds.Number() * float64(time.Second))
	return nil
}

// positive reads an integer above zero.
func positive(c *expr.Context, v *expr.Value, clause string) (int64, error) {
	n, err := count(c, v, clause)
	if err == nil && n < 1 {
		return 0, expr.Errorf(expr.KindArgument, expr.DetailArgumentValue,
			"%s: %s needs a number above 0", expr.DetailArgumentValue, clause)
	}
	return n, err
}

// round runs the next portions, as many at a time as the statement allows, and
// waits for all of them.
func (o *inTransactions) round() error {
	o.filled, o.current = 0, 0
	portions := 1
	if o.workers > 1 {
		portions = o.workers * inRound
	}
	var running sync.WaitGroup
	free := make(chan struct{}, o.workers)
	var failed error
	for i := range portions {
		p := o.portion(i)
		more, err := o.collect(p)
		if failed = err; err != nil || !more {
			break
		}
		o.filled++
		if portions == 1 {
			p.transact(o.run.ctx)
			break
		}
		free <- struct{}{}
		running.Go(func() {
			defer func() {
				p.panicked = recover()
				<-free
			}()
			p.transact(o.run.ctx)
		})
	}
	running.Wait()
	if err := o.settle(); err != nil {
		return err
	}
	return failed
}

// portion returns a portion of the round, with nothing in it.
func (o *inTransactions) portion(i int) *portion {
	if i == len(o.portions) {
		o.portions = append(o.portions, o.newPortion())
	}
	p := o.portions[i]
	p.clear()
	return p
}

// collect takes the input rows of one transaction; false when there are none.
func (o *inTransactions) collect(p *portion) (bool, error) {
	for int64(p.rows.n) < o.rows {
		if o.in == nil || o.row == o.in.N {
			var err error
			if o.in, err = o.input.next(); err != nil {
				return false, err
			}
			if o.in == nil {
				break
			}
			o.row = 0
		}
		to := int(min(int64(o.row)+o.rows-int64(p.rows.n), int64(o.in.N)))
		p.rows.appendRows(o.in, o.row, to)
		o.row = to
	}
	return p.rows.n > 0, nil
}

// settle takes over what the transactions of a round have done. It returns the
// error of the first one that ends the statement.
func (o *inTransactions) settle() error {
	held := int64(0)
	var failed error
	for _, p := range o.portions[:o.filled] {
		if p.panicked != nil {
			panic(p.panicked) // where the statement is, not in a goroutine that nobody watches
		}
		o.run.counters.add(&p.counters)
		held += p.rows.bytes() + p.done.bytes()
		if failed == nil {
			failed = p.err
		}
	}
	if failed != nil {
		return failed
	}
	err := o.run.charge(held - o.held)
	o.held = held
	return err
}
