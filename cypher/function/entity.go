package function

import (
	"strconv"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

func entityFunctions() []Function {
	const list, scalar = "List", "Scalar"
	node, relation := need("node", nodeType), need("relationship", relationType)
	return []Function{
		row(list, "labels", stringsType, labels, "Returns the labels of a node.", node),
		row(list, "keys", stringsType, keys, "Returns the keys of a node, a relationship or a map.",
			need("input", ast.Of(ast.TypeEntity|ast.TypeMap))),
		row(list, "nodes", ast.ListOf(ast.TypeNode), nodes, "Returns the nodes of a path.", need("path", pathType)),
		row(list, "relationships", ast.ListOf(ast.TypeRelationship), relationships, "Returns the relationships of a path.", need("path", pathType)),
		row(list, "values", listType, values, "Returns the values of a node, a relationship or a map.",
			need("input", ast.Of(ast.TypeEntity|ast.TypeMap))),
		row(scalar, "properties", mapType, properties, "Returns the properties as a map.",
			need("input", ast.Of(ast.TypeEntity|ast.TypeMap))),
		row(scalar, "type", stringType, relationshipType, "Returns the type of a relationship.", relation),
		row(scalar, "startNode", nodeType, startNode, "Returns the node where a relationship starts.", relation),
		row(scalar, "endNode", nodeType, endNode, "Returns the node where a relationship ends.", relation),
		row(scalar, "id", integerType, entityID, "Returns the number of a node or relationship.", need("input", entityType)).deprecated("elementId"),
		row(scalar, "elementId", stringType, elementID, "Returns the identifier of a node or relationship.", need("input", entityType)),
		row(scalar, "length", integerType, pathLength, "Returns the number of relationships of a path.", need("path", pathType)),
		row(scalar, "degree", integerType, degree("degree", storage.Both), "Returns the number of relationships of a node.", node),
		row(scalar, "inDegree", integerType, degree("inDegree", storage.In), "Returns the number of relationships that end at a node.", node),
		row(scalar, "outDegree", integerType, degree("outDegree", storage.Out), "Returns the number of relationships that start at a node.", node),
		row(scalar, "propertySize", integerType, propertySize, "Returns the bytes that a property takes when it is sent.",
			need("entity", entityType), need("key", stringType)),
	}
}

// runtimeType reports a wrong type that only the run could see.
func runtimeType(name, want string, got graph.Value) error {
	return errorf(KindType, DetailArgumentValue, "%s() needs %s, got %s", name, want, got.Kind())
}

// deleted reports the use of an entity that its own transaction has deleted,
// or that another one has.
func deleted(name string) error {
	return errorf(KindEntityNotFound, DetailDeletedEntity, "%s() was called with a deleted entity", name)
}

func labels(c *Context, args []graph.Value) (graph.Value, error) {
	if args[0].Kind() != graph.KindNode {
		return graph.Value{}, runtimeType("labels", "a NODE", args[0])
	}
	var buf [16]storage.LabelID
	ids := c.View.Labels(buf[:0], args[0].NodeID())
	if len(ids) == 0 && !c.View.NodeExists(args[0].NodeID()) {
		return graph.Value{}, deleted("labels")
	}
	names := make([]graph.Value, len(ids))
	for i, id := range ids {
		names[i] = graph.String(c.Store.LabelName(id))
	}
	return graph.List(names), nil
}

func keys(c *Context, args []graph.Value) (graph.Value, error) {
	if v := args[0]; v.Kind() == graph.KindMap {
		names := make([]graph.Value, 0, v.Len())
		for _, f := range v.Map() {
			names = append(names, graph.String(f.Name))
		}
		return graph.List(names), nil
	}
	var buf [32]storage.KeyID
	ids, err := propertyKeys(c, "keys", args[0], buf[:0])
	if err != nil {
		return graph.Value{}, err
	}
	names := make([]graph.Value, len(ids))
	for i, id := range ids {
		names[i] = graph.String(c.Store.KeyName(id))
	}
	return graph.List(names), nil
}

func propertyKeys(c *Context, name string, v graph.Value, dst []storage.KeyID) ([]storage.KeyID, error) {
	switch v.Kind() {
	case graph.KindNode:
		dst = c.View.PropertyKeys(dst, v.NodeID())
		if len(dst) == 0 && !c.View.NodeExists(v.NodeID()) {
			return nil, deleted(name)
		}
	case graph.KindRelationship:
		dst = c.View.RelationshipPropertyKeys(dst, v.RelationshipID())
		if len(dst) == 0 && !c.View.RelationshipExists(v.RelationshipID()) {
			return nil, deleted(name)
		}
	default:
		return nil, runtimeType(name, "a NODE, a RELATIONSHIP or a MAP", v)
	}
	return dst, nil
}

func propertyMap(c *Context, name string, v graph.Value) (graph.Value, error) {
	arena := c.Arena
	if arena == nil {
		arena = &graph.Arena{}
	}
	switch v.Kind() {
	case graph.KindMap:
		return v, nil
	case graph.KindNode:
		if !c.View.NodeExists(v.NodeID()) {
			return graph.Value{}, deleted(name)
		}
		return c.View.NodeMap(v.NodeID(), arena), nil
	case graph.KindRelationship:
		if !c.View.RelationshipExists(v.RelationshipID()) {
			return graph.Value{}, deleted(name)
		}
		return c.View.RelationshipMap(v.RelationshipID(), arena), nil
	default:
		return graph.Value{}, runtimeType(name, "a NODE, a RELATIONSHIP or a MAP", v)
	}
}

func properties(c *Context, args []graph.Value) (graph.Value, error) {
	return propertyMap(c, "properties", args[0])
}

func values(c *Context, args []graph.Value) (graph.Value, error) {
	m, err := propertyMap(c, "values", args[0])
	if err != nil {
		return graph.Value{}, err
	}
	out := make([]graph.Value, 0, m.Len())
	for _, f := range m.Map() {
		out = append(out, f.Value)
	}
	return graph.List(out), nil
}

func propertySize(c *Context, args []graph.Value) (graph.Value, error) {
	m, err := propertyMap(c, "propertySize", args[0])
	if err != nil {
		return graph.Value{}, err
	}
	key, err := wantString("propertySize", args[1])
	if err != nil {
		return graph.Value{}, err
	}
	v, _ := m.Get(key)
	return graph.Integer(wireSize(v)), nil
}

// wireSize is the number of bytes of a property's value in PackStream.
func wireSize(v graph.Value) int64 {
	switch v.Kind() {
	case graph.KindNull, graph.KindBoolean:
		return 1
	case graph.KindInteger:
		switch n := v.Int(); {
		case n >= -16 && n < 128:
			return 1
		case n >= -128 && n < 128:
			return 2
		case n >= -1<<15 && n < 1<<15:
			return 3
		case n >= -1<<31 && n < 1<<31:
			return 5
		}
		return 9
	case graph.KindFloat:
		return 9
	case graph.KindString, graph.KindBytes:
		n := int64(v.Len())
		switch {
		case n < 16 && v.Kind() == graph.KindString:
			return 1 + n
		case n < 256:
			return 2 + n
		case n < 65536:
			return 3 + n
		}
		return 5 + n
	case graph.KindList:
		n := int64(3)
		for _, item := range v.List() {
			n += wireSize(item)
		}
		return n
	default:
		return 2 + 9*2
	}
}

func relationshipEnds(c *Context, name string, v graph.Value) (start, end graph.NodeID, typ string, err error) {
	if v.Kind() != graph.KindRelationship {
		return 0, 0, "", runtimeType(name, "a RELATIONSHIP", v)
	}
	start, end, typ, ok := c.View.RelationshipEnds(v.RelationshipID())
	if !ok {
		return 0, 0, "", deleted(name)
	}
	return start, end, typ, nil
}

func relationshipType(c *Context, args []graph.Value) (graph.Value, error) {
	_, _, typ, err := relationshipEnds(c, "type", args[0])
	return graph.String(typ), err
}

func startNode(c *Context, args []graph.Value) (graph.Value, error) {
	start, _, _, err := relationshipEnds(c, "startNode", args[0])
	return graph.Node(start), err
}

func endNode(c *Context, args []graph.Value) (graph.Value, error) {
	_, end, _, err := relationshipEnds(c, "endNode", args[0])
	return graph.Node(end), err
}

func entityID(_ *Context, args []graph.Value) (graph.Value, error) {
	switch v := args[0]; v.Kind() {
	case graph.KindNode:
		return graph.Integer(int64(v.NodeID())), nil //nolint:gosec // bit pattern
	case graph.KindRelationship:
		return graph.Integer(int64(v.RelationshipID())), nil //nolint:gosec // bit pattern
	default:
		return graph.Value{}, runtimeType("id", "a NODE or a RELATIONSHIP", v)
	}
}

func elementID(c *Context, args []graph.Value) (graph.Value, error) {
	switch v := args[0]; v.Kind() {
	case graph.KindNode:
		return graph.String(string(c.View.AppendElementID(nil, false, uint64(v.NodeID())))), nil
	case graph.KindRelationship:
		return graph.String(string(c.View.AppendElementID(nil, true, uint64(v.RelationshipID())))), nil
	default:
		return graph.Value{}, runtimeType("elementId", "a NODE or a RELATIONSHIP", v)
	}
}

func nodes(_ *Context, args []graph.Value) (graph.Value, error) {
	if args[0].Kind() != graph.KindPath {
		return graph.Value{}, runtimeType("nodes", "a PATH", args[0])
	}
	p := args[0].Path()
	out := make([]graph.Value, len(p.Nodes))
	for i, id := range p.Nodes {
		out[i] = graph.Node(id)
	}
	return graph.List(out), nil
}

func relationships(_ *Context, args []graph.Value) (graph.Value, error) {
	if args[0].Kind() != graph.KindPath {
		return graph.Value{}, runtimeType("relationships", "a PATH", args[0])
	}
	p := args[0].Path()
	out := make([]graph.Value, len(p.Relationships))
	for i, id := range p.Relationships {
		out[i] = graph.Relationship(id)
	}
	return graph.List(out), nil
}

func pathLength(_ *Context, args []graph.Value) (graph.Value, error) {
	if args[0].Kind() != graph.KindPath {
		return graph.Value{}, runtimeType("length", "a PATH", args[0])
	}
	return graph.Integer(int64(len(args[0].Path().Relationships))), nil
}

func degree(name string, direction storage.Direction) call {
	return func(c *Context, args []graph.Value) (graph.Value, error) {
		if args[0].Kind() != graph.KindNode {
			return graph.Value{}, runtimeType(name, "a NODE", args[0])
		}
		return graph.Integer(int64(c.View.Degree(args[0].NodeID(), direction, nil))), nil
	}
}

// ParseElementID reads what elementId returned: the kind, the identity of the
// database in hexadecimal digits, and the number. It is false for the other
// kind of entity, for another database and for any other text.
func ParseElementID(text string, database [16]byte, relationship bool) (uint64, bool) {
	kind := "4:"
	if relationship {
		kind = "5:"
	}
	rest, ok := strings.CutPrefix(text, kind)
	if !ok {
		return 0, false
	}
	rest, ok = strings.CutPrefix(rest, string(appendUUID(nil, database))+":")
	if !ok || rest == "" || rest[0] < '0' || rest[0] > '9' {
		return 0, false
	}
	id, err := strconv.ParseUint(rest, 10, 64)
	return id, err == nil
}
