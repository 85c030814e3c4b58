package show

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// scanBatch is how many entities are looked at between two checks for
// cancellation.
const scanBatch = 1024

// The schema of a graph as SHOW SCHEMA INFO writes it.
type (
	schemaInfo struct {
		Nodes       []*schemaShape     `json:"nodes"`
		Edges       []*schemaShape     `json:"edges"`
		NodeIndexes []schemaIndex      `json:"node_indexes"`
		EdgeIndexes []schemaIndex      `json:"edge_indexes"`
		Constraints []schemaConstraint `json:"node_constraints"`
		Enums       []struct{}         `json:"enums"`
	}
	// A schemaShape is what nodes with the same labels have, or relationships
	// of the same type between such nodes.
	schemaShape struct {
		Labels     []string          `json:"labels,omitzero"`
		Type       string            `json:"type,omitempty"`
		Start      []string          `json:"start_node_labels,omitzero"`
		End        []string          `json:"end_node_labels,omitzero"`
		Count      int64             `json:"count"`
		Properties []*schemaProperty `json:"properties"`

		byKey map[storage.KeyID]*schemaProperty
	}
	schemaProperty struct {
		Key    string       `json:"key"`
		Count  int64        `json:"count"`
		Filled float64      `json:"filling_factor"` // percent of the shape's entities
		Types  []schemaType `json:"types"`

		counts map[string]int64
	}
	schemaType struct {
		Type  string `json:"type"`
		Count int64  `json:"count"`
	}
	schemaIndex struct {
		Labels     []string `json:"labels,omitempty"`
		EdgeType   []string `json:"edge_type,omitempty"`
		Properties []string `json:"properties"`
		Count      int64    `json:"count"`
	}
	schemaConstraint struct {
		Type       string   `json:"type"`
		Labels     []string `json:"labels"`
		Properties []string `json:"properties"`
	}
)

// listSchemaInfo reads the whole graph.
func (t *Tables) listSchemaInfo(ctx context.Context, r *Request) error {
	info := schemaInfo{NodeIndexes: []schemaIndex{}, EdgeIndexes: []schemaIndex{}, Constraints: []schemaConstraint{}, Enums: []struct{}{}}
	var err error
	if info.Nodes, err = t.nodeShapes(ctx, r); err != nil {
		return err
	}
	if info.Edges, err = t.edgeShapes(ctx, r); err != nil {
		return err
	}
	for _, ix := range t.Store.Indexes() {
		if ix.Constraint != "" {
			continue
		}
		s := t.ofIndex(&ix.IndexSpec)
		if s.relationships {
			info.EdgeIndexes = append(info.EdgeIndexes, schemaIndex{EdgeType: []string{s.name}, Properties: s.keys, Count: ix.Entries})
		} else {
			info.NodeIndexes = append(info.NodeIndexes, schemaIndex{Labels: []string{s.name}, Properties: s.keys, Count: ix.Entries})
		}
	}
	constraints := t.Store.Constraints()
	for i := range constraints {
		if s := t.ofConstraint(&constraints[i]); !s.relationships {
			kind := map[storage.ConstraintKind]string{
				storage.Unique: "unique", storage.Exists: "existence", storage.NodeKey: "unique", storage.PropertyType: "data_type",
			}[constraints[i].Kind]
			info.Constraints = append(info.Constraints, schemaConstraint{Type: kind, Labels: []string{s.name}, Properties: s.keys})
		}
	}
	out, err := json.Marshal(info)
	if err != nil {
		return err
	}
	return r.Yield([]graph.Value{text(string(out))})
}

func (t *Tables) nodeShapes(ctx context.Context, r *Request) ([]*schemaShape, error) {
	shapes := make(map[string]*schemaShape)
	var cursor storage.NodeCursor
	var keys []storage.KeyID
	ids := make([]graph.NodeID, scanBatch)
	for n := r.View.ScanNodes(&cursor, ids); n > 0; n = r.View.ScanNodes(&cursor, ids) {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		arena := &graph.Arena{}
		for _, id := range ids[:n] {
			labels := t.labelsOf(r, id)
			s := shapeOf(shapes, strings.Join(labels, "\x00"), schemaShape{Labels: labels})
			keys = r.View.PropertyKeys(keys[:0], id)
			for _, key := range keys {
				s.add(t.Store.KeyName(key), key, r.View.NodeProperty(id, key, arena))
			}
		}
	}
	return sortedShapes(shapes), nil
}

func (t *Tables) edgeShapes(ctx context.Context, r *Request) ([]*schemaShape, error) {
	shapes := make(map[string]*schemaShape)
	var cursor storage.RelationshipCursor
	var keys []storage.KeyID
	ids := make([]graph.RelationshipID, scanBatch)
	for n := r.View.ScanRelationships(&cursor, nil, ids); n > 0; n = r.View.ScanRelationships(&cursor, nil, ids) {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		arena := &graph.Arena{}
		for _, id := range ids[:n] {
			rel, ok := r.View.Relationship(id)
			if !ok {
				continue
			}
			from, to, typ := t.labelsOf(r, rel.Start), t.labelsOf(r, rel.End), t.Store.TypeName(rel.Type)
			s := shapeOf(shapes, strings.Join(slices.Concat([]string{typ}, from, []string{""}, to), "\x00"), schemaShape{Type: typ, Start: from, End: to})
			keys = r.View.RelationshipPropertyKeys(keys[:0], id)
			for _, key := range keys {
				s.add(t.Store.KeyName(key), key, r.View.RelationshipProperty(id, key, arena))
			}
		}
	}
	return sortedShapes(shapes), nil
}

// labelsOf returns the names of a node's labels in order, never nil.
func (t *Tables) labelsOf(r *Request, id graph.NodeID) []string {
	var buf [16]storage.LabelID
	names := []string{}
	for _, l := range r.View.Labels(buf[:0], id) {
		names = append(names, t.Store.LabelName(l))
	}
	slices.Sort(names)
	return names
}

// shapeOf counts one more entity of a shape.
func shapeOf(shapes map[string]*schemaShape, key string, fresh schemaShape) *schemaShape {
	s := shapes[key]
	if s == nil {
		fresh.Properties, fresh.byKey = []*schemaProperty{}, make(map[storage.KeyID]*schemaProperty)
		s = &fresh
		shapes[key] = s
	}
	s.Count++
	return s
}

func (s *schemaShape) add(name string, key storage.KeyID, v graph.Value) {
	p := s.byKey[key]
	if p == nil {
		p = &schemaProperty{Key: name, counts: make(map[string]int64)}
		s.byKey[key] = p
		s.Properties = append(s.Properties, p)
	}
	p.Count++
	p.counts[schemaTypeName(v)]++
}

// sortedShapes returns the shapes in the order of their keys, with what can only
// be told at the end.
func sortedShapes(shapes map[string]*schemaShape) []*schemaShape {
	list := []*schemaShape{}
	for _, key := range slices.Sorted(maps.Keys(shapes)) {
		s := shapes[key]
		slices.SortFunc(s.Properties, func(a, b *schemaProperty) int { return strings.Compare(a.Key, b.Key) })
		for _, p := range s.Properties {
			p.Filled = 100 * float64(p.Count) / float64(s.Count)
			for _, name := range slices.Sorted(maps.Keys(p.counts)) {
				p.Types = append(p.Types, schemaType{Type: name, Count: p.counts[name]})
			}
		}
		list = append(list, s)
	}
	return list
}

// schemaTypeName is Memgraph's name of a stored value's type.
func schemaTypeName(v graph.Value) string {
	switch v.Kind() {
	case graph.KindBoolean:
		return "Boolean"
	case graph.KindInteger:
		return "Integer"
	case graph.KindFloat:
		return "Float"
	case graph.KindString:
		return "String"
	case graph.KindList:
		return "List"
	case graph.KindDateTime:
		return "ZonedDateTime"
	case graph.KindLocalDateTime:
		return "LocalDateTime"
	case graph.KindLocalTime:
		return "LocalTime"
	default:
		return v.Kind().String()
	}
}
