package procedure

import (
	"context"
	"errors"
	"slices"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// writeProcedures change the graph by labels, types and keys that are values.
// Their names are those of Neo4j's procedure library, which tools that load
// graphs call.
func writeProcedures() []Procedure {
	node, rel := []function.Output{output("node", ast.TypeNode)}, []function.Output{output("rel", ast.TypeRelationship)}
	labels := function.Parameter{Name: "labels", Type: ast.ListOf(ast.TypeString)}
	empty := graph.Map(nil)
	change := []function.Parameter{input("nodes", ast.TypeAny), {Name: "labels", Type: ast.ListOf(ast.TypeString)}}
	mergeNode := []function.Parameter{
		labels, input("identProps", ast.TypeMap), inputOr("onCreateProps", ast.TypeMap, empty), inputOr("onMatchProps", ast.TypeMap, empty),
	}
	mergeRel := []function.Parameter{
		input("startNode", ast.TypeNode), input("relType", ast.TypeString), input("identProps", ast.TypeMap),
		input("onCreateProps", ast.TypeMap), input("endNode", ast.TypeNode), inputOr("onMatchProps", ast.TypeMap, empty),
	}
	vector := func(entity string, set ast.Set) []function.Parameter {
		return []function.Parameter{input(entity, set), input("key", ast.TypeString), input("vector", ast.TypeAny)}
	}
	return []Procedure{
		procedure(Write, "apoc.create.node", "Creates a node.",
			[]function.Parameter{labels, input("props", ast.TypeMap)}, node, writer((*writing).createNode)),
		procedure(Write, "apoc.create.relationship", "Creates a relationship.",
			[]function.Parameter{input("from", ast.TypeNode), input("relType", ast.TypeString), input("props", ast.TypeMap), input("to", ast.TypeNode)},
			rel, writer((*writing).createRelationship)),
		procedure(Write, "apoc.create.addLabels", "Adds labels to nodes.", change, node, writer((*writing).addLabels)),
		procedure(Write, "apoc.create.setLabels", "Gives nodes these labels and no others.", change, node, writer((*writing).setLabels)),
		procedure(Write, "apoc.create.removeLabels", "Takes labels from nodes.", change, node, writer((*writing).removeLabels)),
		procedure(Write, "apoc.create.setProperty", "Sets a property of nodes.",
			[]function.Parameter{input("nodes", ast.TypeAny), input("key", ast.TypeString), input("value", ast.TypeAny)}, node, writer((*writing).setProperty)),
		procedure(Write, "apoc.create.setRelProperty", "Sets a property of relationships.",
			[]function.Parameter{input("rels", ast.TypeAny), input("key", ast.TypeString), input("value", ast.TypeAny)}, rel, writer((*writing).setProperty)),
		procedure(Write, "apoc.merge.node", "Finds the nodes with labels and properties, or creates one.", mergeNode, node, writer((*writing).mergeNode)),
		procedure(Write, "apoc.merge.node.eager", "Finds the nodes with labels and properties, or creates one.", mergeNode, node, writer((*writing).mergeNode)),
		procedure(Write, "apoc.merge.relationship", "Finds the relationships with a type and properties, or creates one.",
			mergeRel, rel, writer((*writing).mergeRelationship)),
		procedure(Write, "apoc.merge.relationship.eager", "Finds the relationships with a type and properties, or creates one.",
			mergeRel, rel, writer((*writing).mergeRelationship)),
		procedure(Write, "db.create.setNodeVectorProperty", "Sets a property of a node to a vector.", vector("node", ast.TypeNode), nil, writer((*writing).setVector)),
		procedure(Write, "db.create.setRelationshipVectorProperty", "Sets a property of a relationship to a vector.",
			vector("relationship", ast.TypeRelationship), nil, writer((*writing).setVector)),
	}
}

// A writing is one call of a procedure that writes.
type writing struct {
	ctx   context.Context //nolint:containedctx // of the call
	c     *function.Context
	tx    *storage.Transaction
	args  []graph.Value
	yield func(row []graph.Value) error
}

// writer makes a procedure of a method.
func writer(method func(w *writing) error) run {
	return func(ctx context.Context, c *function.Context, args []graph.Value, yield func([]graph.Value) error) error {
		w := &writing{ctx: ctx, c: c, tx: c.View.Transaction(), args: args, yield: yield}
		if w.c.Changes == nil {
			w.c.Changes = &function.Changes{}
		}
		err := method(w)
		if stored, ok := errors.AsType[*storage.Error](err); ok && stored.Kind == storage.KindNotFound {
			return &function.Error{
				Kind: function.KindEntityNotFound, Detail: function.DetailDeletedEntity,
				Message: function.DetailDeletedEntity + ": the entity has been deleted in this transaction",
			}
		}
		return err
	}
}

// key returns the key of a name.
func (w *writing) key(name graph.Value) (storage.KeyID, error) {
	if name.IsNull() || name.Str() == "" {
		return 0, &function.Error{
			Kind: function.KindArgument, Detail: function.DetailArgumentValue,
			Message: function.DetailArgumentValue + ": a property needs a name",
		}
	}
	return w.c.Store.InternKey(name.Str())
}

func (w *writing) one(v graph.Value) error { return w.yield([]graph.Value{v}) }

// properties makes properties of maps; later ones win, and null is left out.
func (w *writing) properties(maps ...graph.Value) ([]storage.Property, error) {
	var props []storage.Property
	for _, m := range maps {
		if m.IsNull() {
			continue
		}
		for _, f := range m.Map() {
			if f.Value.IsNull() {
				continue
			}
			if err := function.Storable(f.Value); err != nil {
				return nil, err
			}
			key, err := w.c.Store.InternKey(f.Name)
			if err != nil {
				return nil, err
			}
			p := storage.Property{Key: key, Value: f.Value}
			if i := slices.IndexFunc(props, func(p storage.Property) bool { return p.Key == key }); i >= 0 {
				props[i] = p
				continue
			}
			props = append(props, p)
		}
	}
	return props, nil
}

// labels makes labels of a list of names.
func (w *writing) labels(list graph.Value) ([]storage.LabelID, error) {
	var labels []storage.LabelID
	if list.IsNull() {
		return nil, nil
	}
	for _, name := range list.List() {
		if name.Kind() != graph.KindString || name.Str() == "" {
			return nil, &function.Error{
				Kind: function.KindArgument, Detail: function.DetailArgumentValue,
				Message: function.DetailArgumentValue + ": a label must be a STRING that is not empty",
			}
		}
		id, err := w.c.Store.InternLabel(name.Str())
		if err != nil {
			return nil, err
		}
		if !slices.Contains(labels, id) {
			labels = append(labels, id)
		}
	}
	return labels, nil
}

func (w *writing) newNode(labels []storage.LabelID, props []storage.Property) error {
	id, err := w.tx.CreateNode(w.ctx, labels, props)
	if err != nil {
		return err
	}
	w.c.Changes.NodesCreated++
	w.c.Changes.LabelsAdded += int64(len(labels))
	w.c.Changes.PropertiesSet += int64(len(props))
	return w.one(graph.Node(id))
}

func (w *writing) createNode() error {
	labels, err := w.labels(w.args[0])
	if err != nil {
		return err
	}
	props, err := w.properties(w.args[1])
	if err != nil {
		return err
	}
	return w.newNode(labels, props)
}

func (w *writing) newRelationship(from, to, name graph.Value, props []storage.Property) error {
	if from.IsNull() || to.IsNull() || name.IsNull() || name.Str() == "" {
		return &function.Error{
			Kind: function.KindArgument, Detail: function.DetailArgumentValue,
			Message: function.DetailArgumentValue + ": a relationship needs two nodes and a type",
		}
	}
	kind, err := w.c.Store.InternType(name.Str())
	if err != nil {
		return err
	}
	id, err := w.tx.CreateRelationship(w.ctx, from.NodeID(), to.NodeID(), kind, props)
	if err != nil {
		return err
	}
	w.c.Changes.RelationshipsCreated++
	w.c.Changes.PropertiesSet += int64(len(props))
	return w.one(graph.Relationship(id))
}

func (w *writing) createRelationship() error {
	props, err := w.properties(w.args[2])
	if err != nil {
		return err
	}
	return w.newRelationship(w.args[0], w.args[3], w.args[1], props)
}

// entities returns the nodes or relationships that the first argument is: one,
// or a list of them.
func (w *writing) entities() ([]graph.Value, error) {
	list := w.args[:1]
	if w.args[0].Kind() == graph.KindList {
		list = w.args[0].List()
	}
	var entities []graph.Value
	for _, v := range list {
		switch v.Kind() {
		case graph.KindNode, graph.KindRelationship:
			entities = append(entities, v)
		case graph.KindNull:
		default:
			return nil, &function.Error{
				Kind: function.KindType, Detail: function.DetailArgumentType,
				Message: function.DetailArgumentType + ": the procedure takes nodes or relationships, got " + v.Kind().String(),
			}
		}
	}
	return entities, nil
}

func (w *writing) addLabels() error { return w.changeLabels(w.add, nil) }

func (w *writing) removeLabels() error { return w.changeLabels(w.remove, nil) }

// setLabels adds labels and takes away all others.
func (w *writing) setLabels() error {
	return w.changeLabels(w.add, func(id graph.NodeID, labels []storage.LabelID) error {
		for _, old := range w.c.View.Labels(nil, id) {
			if !slices.Contains(labels, old) {
				if err := w.remove(id, old); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (w *writing) changeLabels(each func(graph.NodeID, storage.LabelID) error, after func(graph.NodeID, []storage.LabelID) error) error {
	labels, err := w.labels(w.args[1])
	if err != nil {
		return err
	}
	nodes, err := w.entities()
	if err != nil {
		return err
	}
	for _, n := range nodes {
		if n.Kind() != graph.KindNode {
			continue
		}
		for _, l := range labels {
			if err := each(n.NodeID(), l); err != nil {
				return err
			}
		}
		if after != nil {
			if err := after(n.NodeID(), labels); err != nil {
				return err
			}
		}
		if err := w.one(n); err != nil {
			return err
		}
	}
	return nil
}

func (w *writing) add(id graph.NodeID, l storage.LabelID) error {
	changed, err := w.tx.AddLabel(w.ctx, id, l)
	if changed {
		w.c.Changes.LabelsAdded++
	}
	return err
}

func (w *writing) remove(id graph.NodeID, l storage.LabelID) error {
	changed, err := w.tx.RemoveLabel(w.ctx, id, l)
	if changed {
		w.c.Changes.LabelsRemoved++
	}
	return err
}

// set sets properties of an entity.
func (w *writing) set(entity graph.Value, props []storage.Property) error {
	for _, p := range props {
		var err error
		if entity.Kind() == graph.KindNode {
			err = w.tx.SetNodeProperty(w.ctx, entity.NodeID(), p.Key, p.Value)
		} else {
			err = w.tx.SetRelationshipProperty(w.ctx, entity.RelationshipID(), p.Key, p.Value)
		}
		if err != nil {
			return err
		}
		w.c.Changes.PropertiesSet++
	}
	return nil
}

// setProperty sets one property of all entities; null removes it.
func (w *writing) setProperty() error {
	if err := function.Storable(w.args[2]); err != nil {
		return err
	}
	key, err := w.key(w.args[1])
	if err != nil {
		return err
	}
	entities, err := w.entities()
	if err != nil {
		return err
	}
	for _, e := range entities {
		if err := w.set(e, []storage.Property{{Key: key, Value: w.args[2]}}); err != nil {
			return err
		}
		if err := w.one(e); err != nil {
			return err
		}
	}
	return nil
}

// setVector sets a property to a list of numbers, which are stored as floats.
func (w *writing) setVector() error {
	v := w.args[2]
	if v.Kind() == graph.KindList {
		items := make([]graph.Value, len(v.List()))
		for i, item := range v.List() {
			if !item.IsNumber() {
				return &function.Error{
					Kind: function.KindType, Detail: function.DetailArgumentType,
					Message: function.DetailArgumentType + ": a vector is a list of numbers, got " + item.Kind().String(),
				}
			}
			items[i] = graph.Float(item.Number())
		}
		v = graph.List(items)
	}
	if w.args[0].IsNull() {
		return nil
	}
	key, err := w.key(w.args[1])
	if err != nil {
		return err
	}
	return w.set(w.args[0], []storage.Property{{Key: key, Value: v}})
}
