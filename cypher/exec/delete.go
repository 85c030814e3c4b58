package exec

import (
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// remove deletes entities. Nodes go after all relationships, so that the order
// of rows does not matter.
type remove struct {
	run   *Run
	c     *expr.Context
	plan  *plan.Delete
	input operator
	steps [stepBuffer]storage.Step
}

func (o *remove) reset() { o.input.reset() }

func (o *remove) next() (*expr.Batch, error) {
	b, err := o.input.next()
	if err != nil || b == nil {
		return nil, err
	}
	if err := o.run.check(); err != nil {
		return nil, err
	}
	for row := range b.N {
		for _, target := range o.plan.Targets {
			v, err := target.Eval(o.c, b, row)
			if err != nil {
				return nil, err
			}
			if err := o.value(v); err != nil {
				return nil, err
			}
		}
	}
	return b, nil
}

func (o *remove) value(v graph.Value) error {
	switch v.Kind() {
	case graph.KindNull:
		return nil
	case graph.KindNode:
		return o.node(v.NodeID())
	case graph.KindRelationship:
		return o.relationship(v.RelationshipID())
	case graph.KindPath:
		p := v.Path()
		for _, rel := range p.Relationships {
			if err := o.relationship(rel); err != nil {
				return err
			}
		}
		for _, node := range p.Nodes {
			if err := o.node(node); err != nil {
				return err
			}
		}
		return nil
	default:
		return expr.Errorf(expr.KindType, expr.DetailArgumentType,
			"%s: DELETE takes nodes, relationships and paths, got %s", expr.DetailArgumentType, v.Kind())
	}
}

func (o *remove) relationship(id graph.RelationshipID) error {
	deleted, err := o.run.tx.DeleteRelationship(o.run.ctx, id)
	if deleted {
		o.run.counters.RelationshipsDeleted++
	}
	return err
}

func (o *remove) node(id graph.NodeID) error {
	if o.plan.Detach {
		if err := o.detach(id); err != nil {
			return err
		}
	}
	deleted, err := o.run.tx.DeleteNode(o.run.ctx, id)
	if deleted {
		o.run.counters.NodesDeleted++
	}
	return err
}

// detach deletes the relationships of a node. It starts over after each
// portion, since the place of a scan means nothing once its ground has changed.
func (o *remove) detach(id graph.NodeID) error {
	for {
		var cursor storage.ExpandCursor
		n := o.run.live.View.Expand(&cursor, id, storage.Both, nil, o.steps[:])
		if n == 0 {
			return nil
		}
		for _, step := range o.steps[:n] {
			if err := o.relationship(step.Relationship); err != nil {
				return err
			}
		}
		if err := o.run.check(); err != nil {
			return err
		}
	}
}
