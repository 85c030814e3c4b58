package cypher

import (
	"context"
	"errors"

	"github.com/drawbolt/drawbolt/storage"
)

// startWriting begins a writing statement whose transaction can be replaced, and
// commits it unless the transaction is shared. When others were in its way it runs
// again in a new transaction, which x then has: the client has seen nothing that
// the old one has read.
func (e *Engine) startWriting(ctx context.Context, p *prepared, x *execution) (*Result, error) {
	var turn storage.Turn
	defer turn.Done()
	for {
		if x.tx == nil {
			var err error
			if x.tx, err = e.begin(ctx, &x.options, storage.WriteMode, x.level); err != nil {
				return nil, errorOf(err)
			}
		}
		r, err := e.start(ctx, p, x)
		if err == nil && !x.shared {
			err = r.commitAlone(ctx)
		}
		if err == nil {
			return r, nil
		}
		x.tx.Rollback()
		conflict, ok := errors.AsType[*storage.Error](err)
		if !ok || !conflict.Restartable() || p.plan.OwnTransactions {
			return nil, err
		}
		if stop := turn.Next(ctx, e.store, conflict); stop != nil {
			return nil, stop
		}
		x.tx = nil
	}
}

// startAgain begins a writing statement behind others of its transaction, whose
// level has a snapshot for each. When another transaction was in its way, what it
// has done is undone and it runs again on a new snapshot. A deadlock is not
// resolved like that: the transaction keeps what its earlier statements own.
func (t *Transaction) startAgain(ctx context.Context, p *prepared, x *execution) (*Result, error) {
	var pause storage.Pause
	for {
		point := t.tx.Savepoint()
		r, err := t.engine.start(ctx, p, x)
		if err == nil {
			return r, nil
		}
		conflict, ok := errors.AsType[*storage.Error](err)
		if !ok || conflict.Kind != storage.KindConflict {
			return nil, err
		}
		t.tx.RollbackTo(point)
		if stop := pause.Wait(ctx); stop != nil {
			return nil, stop
		}
		t.tx.Refresh(len(t.open) > 0)
	}
}
