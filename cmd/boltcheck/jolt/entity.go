package jolt

import (
	"slices"

	"github.com/drawbolt/drawbolt/packstream"
)

const (
	tagNode         = 'N'
	tagRelationship = 'R'
	tagUnbound      = 'r'
	tagPath         = 'P'
)

// The places of a node's and a relationship's fields in their structures.
const (
	nodeID      = 0
	nodeElement = 3

	relID           = 0
	relStart        = 1
	relEnd          = 2
	relType         = 3
	relProperties   = 4
	relElement      = 5
	relStartElement = 6
	relEndElement   = 7
)

// node compiles id, labels, properties and, from the second version on, the
// element id.
func (c *compiler) node(p *Pattern, t *tree) error {
	count := 4
	if c.version == V1 {
		count = 3
	}
	if t.kind != '[' || len(t.items) != count {
		return t.fault("a node is a list of %d: id, labels, properties and, in Bolt 5, the element id", count)
	}
	p.value = Struct(tagNode)
	return c.entity(p, t.items, 2)
}

// entity compiles the fields of a node or relationship. The properties are a
// map, whatever their keys are.
func (c *compiler) entity(p *Pattern, fields []*tree, properties int) error {
	p.items = make([]*Pattern, len(fields))
	for i, t := range fields {
		var err error
		if i == properties && !c.star(t) {
			p.items[i] = &Pattern{source: t.source}
			err = c.entries(p.items[i], t)
		} else {
			p.items[i], err = c.compile(t)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// relationship compiles id, start, type, end, properties and the three element
// ids. Backwards exchanges the ends.
func (c *compiler) relationship(p *Pattern, t *tree, backwards bool) error {
	count := 8
	if c.version == V1 {
		count = 5
	}
	if t.kind != '[' || len(t.items) != count {
		return t.fault("a relationship is a list of %d: id, start, type, end, properties and, in Bolt 5, three element ids", count)
	}
	f := slices.Clone(t.items)
	f[2], f[3] = f[3], f[2] // the type stands between its ends
	if backwards {
		f[relStart], f[relEnd] = f[relEnd], f[relStart]
		if count == 8 {
			f[relStartElement], f[relEndElement] = f[relEndElement], f[relStartElement]
		}
	}
	p.value = Struct(tagRelationship)
	return c.entity(p, f, relProperties)
}

// path reads nodes and relationships as they follow each other.
func (c *compiler) path(t *tree) (Value, error) {
	if t.kind != '[' || len(t.items)%2 == 0 {
		return Value{}, t.fault("a path is a list of node, relationship, node, …")
	}
	steps := make([]Value, len(t.items))
	for i, item := range t.items {
		p, err := (&compiler{version: c.version}).compile(item)
		if err != nil {
			return Value{}, err
		}
		if steps[i] = p.exact(); !isEntity(&steps[i], i%2 == 1) {
			return Value{}, item.fault("a path is a list of node, relationship, node, …")
		}
	}
	v, broken := joinPath(steps)
	switch {
	case broken == 0:
		return Value{}, t.items[0].fault("nodes and relationships of a path have ids that are integers, strings or null")
	case broken > 0:
		return Value{}, t.items[broken].fault("this relationship does not join the nodes beside it")
	}
	return v, nil
}

// isEntity reports whether a value is a complete node or relationship.
func isEntity(v *Value, relationship bool) bool {
	if relationship {
		return v.Kind == packstream.KindStruct && v.Tag == tagRelationship && (len(v.Items) == 5 || len(v.Items) == 8)
	}
	return v.Kind == packstream.KindStruct && v.Tag == tagNode && (len(v.Items) == 3 || len(v.Items) == 4)
}

// An identity is what tells one node or relationship from another.
type identity struct {
	kind packstream.Kind
	n    int64
	text string
}

// identify returns the identity that a value is. It is false for one that is
// neither an integer nor a string nor null.
func identify(v *Value) (identity, bool) {
	switch v.Kind {
	case packstream.KindNull, packstream.KindInteger, packstream.KindString:
		return identity{v.Kind, v.Int, v.Text}, true
	default:
		return identity{}, false
	}
}

// nodeIdentity returns the identity of a node: its element id, if it has one.
func nodeIdentity(node *Value) (identity, bool) {
	if len(node.Items) > nodeElement {
		return identify(&node.Items[nodeElement])
	}
	return identify(&node.Items[nodeID])
}

// identities returns those of a relationship's nodes, and its own.
func identities(rel *Value) (start, end, own identity, ok bool) {
	places := [3]int{relStart, relEnd, relID}
	if len(rel.Items) > relEndElement {
		places = [3]int{relStartElement, relEndElement, relElement}
	}
	var list [3]identity
	for i, place := range places {
		if list[i], ok = identify(&rel.Items[place]); !ok {
			return start, end, own, false
		}
	}
	return list[0], list[1], list[2], true
}

// joinPath makes the structure of a path: its distinct nodes, its distinct
// relationships without their ends, and how they follow each other. Broken is
// the place of a step that does not fit, or -1.
func joinPath(steps []Value) (path Value, broken int) {
	nodes, rels, walk := List(steps[0]), List(), List()
	rels.Items, walk.Items = []Value{}, []Value{}
	before, ok := nodeIdentity(&steps[0])
	if !ok {
		return Value{}, 0
	}
	places, joined := map[identity]int{before: 0}, map[identity]int{}
	for i := 1; i < len(steps); i += 2 {
		start, end, own, ok := identities(&steps[i])
		after, okay := nodeIdentity(&steps[i+1])
		direction := int64(1)
		switch {
		case !ok || !okay:
			return Value{}, i
		case start == before && end == after:
		case end == before && start == after:
			direction = -1
		default:
			return Value{}, i
		}
		at, known := joined[own]
		if !known {
			at = len(rels.Items)
			joined[own] = at
			rels.Items = append(rels.Items, unbind(&steps[i]))
		}
		place, known := places[after]
		if !known {
			place = len(nodes.Items)
			places[after] = place
			nodes.Items = append(nodes.Items, steps[i+1])
		}
		walk.Items = append(walk.Items, Int(direction*int64(at+1)), Int(int64(place)))
		before = after
	}
	return Struct(tagPath, nodes, rels, walk), -1
}

// unbind returns a relationship without its ends.
func unbind(rel *Value) Value {
	v := Struct(tagUnbound, rel.Items[relID], rel.Items[relType], rel.Items[relProperties])
	if len(rel.Items) > relElement {
		v.Items = append(v.Items, rel.Items[relElement])
	}
	return v
}

// walkPath is the reverse of joinPath: the nodes and relationships as they
// follow each other. It is false for a structure that joinPath does not make.
func walkPath(path *Value) ([]Value, bool) {
	if len(path.Items) != 3 || len(path.Items[0].Items) == 0 || len(path.Items[2].Items)%2 != 0 {
		return nil, false
	}
	nodes, rels, walk := path.Items[0].Items, path.Items[1].Items, path.Items[2].Items
	if slices.ContainsFunc(nodes, func(n Value) bool { return !isEntity(&n, false) || holdsPath(&n) }) || slices.ContainsFunc(rels, func(r Value) bool { return holdsPath(&r) }) {
		return nil, false
	}
	steps := []Value{nodes[0]}
	for i := 0; i < len(walk); i += 2 {
		at, place := walk[i].Int, walk[i+1].Int
		from := steps[len(steps)-1]
		backwards := at < 0
		if backwards {
			at = -at
		}
		if at < 1 || at > int64(len(rels)) || place < 0 || place >= int64(len(nodes)) {
			return nil, false
		}
		rel, ok := bind(&rels[at-1], &from, &nodes[place], backwards)
		if !ok {
			return nil, false
		}
		steps = append(steps, rel, nodes[place])
	}
	again, broken := joinPath(steps)
	return steps, broken < 0 && Equal(&again, path)
}

// holdsPath reports whether there is a path in a value. A node stands in a path's
// text as often as the path comes by; paths in the nodes of paths would make that
// a power of their depth.
func holdsPath(v *Value) bool {
	if v.Kind == packstream.KindStruct && v.Tag == tagPath {
		return true
	}
	return slices.ContainsFunc(v.Items, func(item Value) bool { return holdsPath(&item) }) ||
		slices.ContainsFunc(v.Entries, func(e Entry) bool { return holdsPath(&e.Value) })
}

// bind gives a relationship its ends.
func bind(rel, from, to *Value, backwards bool) (Value, bool) {
	n := len(rel.Items)
	if rel.Kind != packstream.KindStruct || rel.Tag != tagUnbound || n != len(from.Items) || n != len(to.Items) {
		return Value{}, false
	}
	if backwards {
		from, to = to, from
	}
	v := Struct(tagRelationship, rel.Items[0], from.Items[nodeID], to.Items[nodeID], rel.Items[1], rel.Items[2])
	if n > nodeElement {
		v.Items = append(v.Items, rel.Items[3], from.Items[nodeElement], to.Items[nodeElement])
	}
	return v, true
}
