package exec

import (
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A setter changes properties and labels.
type setter struct {
	run   *Run
	c     *expr.Context
	props []storage.Property
	keys  []storage.KeyID
}

// set changes entities for each row. Expressions see the changes of earlier
// rows.
type set struct {
	run    *Run
	plan   *plan.Set
	input  operator
	setter setter
}

func (o *set) reset() { o.input.reset() }

func (o *set) next() (*expr.Batch, error) {
	b, err := o.input.next()
	if err != nil || b == nil {
		return nil, err
	}
	if err := o.run.check(); err != nil {
		return nil, err
	}
	return b, o.setter.apply(o.plan.Items, b)
}

// apply makes the changes for all rows of a batch.
func (s *setter) apply(items []plan.SetItem, b *expr.Batch) error {
	for row := range b.N {
		for i := range items {
			if err := s.item(&items[i], b, row); err != nil {
				return err
			}
		}
	}
	return nil
}

// item makes one change. A null target changes nothing.
func (s *setter) item(item *plan.SetItem, b *expr.Batch, row int) error {
	target, err := item.Target.Eval(s.c, b, row)
	if err != nil {
		return err
	}
	switch target.Kind() {
	case graph.KindNull:
		return nil
	case graph.KindNode, graph.KindRelationship:
	default:
		return expr.Errorf(expr.KindType, expr.DetailArgumentType,
			"%s: only nodes and relationships can be changed, got %s", expr.DetailArgumentType, target.Kind())
	}
	switch item.Kind {
	case plan.SetProperty:
		key, err := item.Key.Intern(s.c.Store)
		if err != nil {
			return err
		}
		v, err := item.Value.Eval(s.c, b, row)
		if err != nil {
			return err
		}
		return s.property(target, key, v)
	case plan.RemoveProperty:
		key, ok := item.Key.Resolve(s.c.Store)
		if !ok {
			return nil
		}
		return s.property(target, key, graph.Value{})
	case plan.SetDynamic, plan.RemoveDynamic:
		return s.dynamic(item, target, b, row)
	case plan.ReplaceMap, plan.MergeMap:
		return s.all(item, target, b, row)
	default:
		return s.labels(item, target, b, row)
	}
}

// property sets or removes one property.
func (s *setter) property(target graph.Value, key storage.KeyID, v graph.Value) error {
	v, err := storable(v)
	if err != nil {
		return err
	}
	if v.IsNull() && s.read(target, key).IsNull() {
		return s.exists(target)
	}
	if target.Kind() == graph.KindNode {
		err = s.run.tx.SetNodeProperty(s.run.ctx, target.NodeID(), key, v)
	} else {
		err = s.run.tx.SetRelationshipProperty(s.run.ctx, target.RelationshipID(), key, v)
	}
	if err == nil {
		s.run.counters.PropertiesSet++
	}
	return err
}

func (s *setter) read(target graph.Value, key storage.KeyID) graph.Value {
	if target.Kind() == graph.KindNode {
		return s.c.View.NodeProperty(target.NodeID(), key, s.c.Arena)
	}
	return s.c.View.RelationshipProperty(target.RelationshipID(), key, s.c.Arena)
}

// exists refuses entities that have been deleted.
func (s *setter) exists(target graph.Value) error {
	if target.Kind() == graph.KindNode && s.c.View.NodeExists(target.NodeID()) ||
		target.Kind() == graph.KindRelationship && s.c.View.RelationshipExists(target.RelationshipID()) {
		return nil
	}
	return expr.Errorf(expr.KindEntityNotFound, expr.DetailDeletedEntity,
		"%s: the entity has been deleted in this transaction", expr.DetailDeletedEntity)
}

func (s *setter) dynamic(item *plan.SetItem, target graph.Value, b *expr.Batch, row int) error {
	name, err := item.KeyExpr.Eval(s.c, b, row)
	if err != nil {
		return err
	}
	if name.Kind() != graph.KindString {
		return expr.Errorf(expr.KindType, expr.DetailMapAccess,
			"%s: a property name needs a STRING, got %s", expr.DetailMapAccess, name.Kind())
	}
	var v graph.Value
	if item.Kind == plan.SetDynamic {
		if v, err = item.Value.Eval(s.c, b, row); err != nil {
			return err
		}
	}
	key, err := s.c.Store.InternKey(name.Str())
	if err != nil {
		return err
	}
	return s.property(target, key, v)
}

// all replaces or adds the properties of a map.
func (s *setter) all(item *plan.SetItem, target graph.Value, b *expr.Batch, row int) error {
	v, err := item.Value.Eval(s.c, b, row)
	if err != nil {
		return err
	}
	if v.IsNull() && item.Kind == plan.MergeMap {
		return nil
	}
	if v, err = expr.PropertiesOf(s.c, v); err != nil {
		return err
	}
	if item.Kind == plan.MergeMap {
		for _, f := range v.Map() {
			key, err := s.c.Store.InternKey(f.Name)
			if err != nil {
				return err
			}
			if err := s.property(target, key, f.Value); err != nil {
				return err
			}
		}
		return nil
	}
	s.props = s.props[:0]
	if !v.IsNull() {
		if s.props, err = propertiesOf(s.c, s.props, v); err != nil {
			return err
		}
	}
	s.keys = s.keys[:0]
	if target.Kind() == graph.KindNode {
		s.keys = s.c.View.PropertyKeys(s.keys, target.NodeID())
		err = s.run.tx.ReplaceNodeProperties(s.run.ctx, target.NodeID(), s.props)
	} else {
		s.keys = s.c.View.RelationshipPropertyKeys(s.keys, target.RelationshipID())
		err = s.run.tx.ReplaceRelationshipProperties(s.run.ctx, target.RelationshipID(), s.props)
	}
	if err == nil {
		s.run.counters.PropertiesSet += int64(len(s.props) + s.removed())
	}
	return err
}

// removed returns how many of the old keys are not among the new ones.
func (s *setter) removed() int {
	n := 0
next:
	for _, key := range s.keys {
		for i := range s.props {
			if s.props[i].Key == key {
				continue next
			}
		}
		n++
	}
	return n
}

func (s *setter) labels(item *plan.SetItem, target graph.Value, b *expr.Batch, row int) error {
	if target.Kind() != graph.KindNode {
		return expr.Errorf(expr.KindType, expr.DetailArgumentType,
			"%s: only nodes have labels, got %s", expr.DetailArgumentType, target.Kind())
	}
	add := item.Kind == plan.AddLabels
	for _, l := range item.Labels {
		if err := s.label(target.NodeID(), l.Name, add); err != nil {
			return err
		}
	}
	for _, d := range item.Dynamic {
		names, err := labelNames(s.c, d, b, row)
		if err != nil {
			return err
		}
		for _, name := range names {
			if err := s.label(target.NodeID(), name, add); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *setter) label(node graph.NodeID, name string, add bool) error {
	if add {
		id, err := s.c.Store.InternLabel(name)
		if err != nil {
			return err
		}
		changed, err := s.run.tx.AddLabel(s.run.ctx, node, id)
		if changed {
			s.run.counters.LabelsAdded++
		}
		return err
	}
	id, ok := s.c.Store.Label(name)
	if !ok {
		return nil
	}
	changed, err := s.run.tx.RemoveLabel(s.run.ctx, node, id)
	if changed {
		s.run.counters.LabelsRemoved++
	}
	return err
}
