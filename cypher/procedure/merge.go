package procedure

import (
	"slices"

	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// mergeNode yields the nodes with all labels and properties, or a new one.
func (w *writing) mergeNode() error {
	labels, err := w.labels(w.args[0])
	if err != nil {
		return err
	}
	ident, err := w.properties(w.args[1])
	if err != nil {
		return err
	}
	if len(ident) == 0 {
		return &function.Error{
			Kind: function.KindArgument, Detail: function.DetailArgumentValue,
			Message: function.DetailArgumentValue + ": apoc.merge.node needs a property to know the node by",
		}
	}
	found, err := w.nodes(labels, ident)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		all, err := w.properties(w.args[1], w.args[2])
		if err != nil {
			return err
		}
		return w.newNode(labels, all)
	}
	changed, err := w.properties(w.args[3])
	if err != nil {
		return err
	}
	for _, id := range found {
		if err := w.set(graph.Node(id), changed); err != nil {
			return err
		}
		if err := w.one(graph.Node(id)); err != nil {
			return err
		}
	}
	return nil
}

// nodes returns the nodes that have all labels and properties: by an index of
// one of the labels on these keys, the nodes of the first label, or all nodes.
func (w *writing) nodes(labels []storage.LabelID, props []storage.Property) ([]graph.NodeID, error) {
	var found []graph.NodeID
	var buffer [256]graph.NodeID
	next := w.scan(labels, props)
	for {
		n := next(buffer[:])
		if n == 0 {
			return found, nil
		}
		if err := w.ctx.Err(); err != nil {
			return nil, err
		}
		for _, id := range buffer[:n] {
			if w.has(id, labels, props) {
				found = append(found, id)
			}
		}
	}
}

// scan returns what fills a buffer with the next nodes that may be wanted.
func (w *writing) scan(labels []storage.LabelID, props []storage.Property) func(dst []graph.NodeID) int {
	keys := make([]storage.KeyID, len(props))
	for i := range props {
		keys[i] = props[i].Key
	}
	for _, l := range labels {
		index, ok := w.c.Store.FindIndex(l, keys)
		if !ok {
			continue
		}
		var values []graph.Value
		for _, key := range index.Spec().Keys {
			at := slices.IndexFunc(props, func(p storage.Property) bool { return p.Key == key })
			values = append(values, props[at].Value)
		}
		cursor := &storage.IndexCursor{}
		return func(dst []graph.NodeID) int { return w.c.View.SeekIndex(cursor, index, values, dst) }
	}
	cursor := &storage.NodeCursor{}
	if len(labels) > 0 {
		return func(dst []graph.NodeID) int { return w.c.View.ScanLabel(cursor, labels[0], dst) }
	}
	return func(dst []graph.NodeID) int { return w.c.View.ScanNodes(cursor, dst) }
}

func (w *writing) has(id graph.NodeID, labels []storage.LabelID, props []storage.Property) bool {
	return !slices.ContainsFunc(labels, func(l storage.LabelID) bool { return !w.c.View.HasLabel(id, l) }) &&
		!slices.ContainsFunc(props, func(p storage.Property) bool {
			return graph.Equal(w.c.View.NodeProperty(id, p.Key, w.c.Arena), p.Value) != graph.True
		})
}

// mergeRelationship yields the relationships of a type from one node to another
// that have all properties, or a new one.
func (w *writing) mergeRelationship() error {
	start, end, name := w.args[0], w.args[4], w.args[1]
	ident, err := w.properties(w.args[2])
	if err != nil {
		return err
	}
	var found []graph.RelationshipID
	if kind, known := w.c.Store.Type(name.Str()); known && !start.IsNull() && !end.IsNull() {
		found = w.relationships(start.NodeID(), end.NodeID(), kind, ident)
	}
	if len(found) == 0 {
		all, err := w.properties(w.args[2], w.args[3])
		if err != nil {
			return err
		}
		return w.newRelationship(start, end, name, all)
	}
	changed, err := w.properties(w.args[5])
	if err != nil {
		return err
	}
	for _, id := range found {
		if err := w.set(graph.Relationship(id), changed); err != nil {
			return err
		}
		if err := w.one(graph.Relationship(id)); err != nil {
			return err
		}
	}
	return nil
}

// relationships looks along those of the node that has fewer.
func (w *writing) relationships(start, end graph.NodeID, kind storage.TypeID, props []storage.Property) []graph.RelationshipID {
	types := []storage.TypeID{kind}
	from, to, direction := start, end, storage.Out
	if w.c.View.Degree(end, storage.In, types) < w.c.View.Degree(start, storage.Out, types) {
		from, to, direction = end, start, storage.In
	}
	var found []graph.RelationshipID
	var cursor storage.ExpandCursor
	var steps [64]storage.Step
	for {
		n := w.c.View.Expand(&cursor, from, direction, types, steps[:])
		if n == 0 {
			return found
		}
		for _, step := range steps[:n] {
			if step.Node == to && !slices.ContainsFunc(props, func(p storage.Property) bool {
				return graph.Equal(w.c.View.RelationshipProperty(step.Relationship, p.Key, w.c.Arena), p.Value) != graph.True
			}) {
				found = append(found, step.Relationship)
			}
		}
	}
}
