package function

import "github.com/drawbolt/drawbolt/storage/graph"

// Changes counts what a procedure changes, for the summary of the statement.
type Changes struct {
	NodesCreated, RelationshipsCreated, PropertiesSet, LabelsAdded, LabelsRemoved int64
}

// detailPropertyType names the error of a value that no property can have.
const detailPropertyType = "InvalidPropertyType"

// Storable checks that a value may be a property: a scalar, or a list of
// scalars without null.
func Storable(v graph.Value) error {
	switch v.Kind() {
	case graph.KindMap, graph.KindNode, graph.KindRelationship, graph.KindPath:
		return errorf(KindType, detailPropertyType, "a %s can not be stored as a property", v.Kind())
	case graph.KindList:
		for _, item := range v.List() {
			switch item.Kind() {
			case graph.KindNull, graph.KindMap, graph.KindNode, graph.KindRelationship, graph.KindPath, graph.KindList:
				return errorf(KindType, detailPropertyType, "a list with a %s can not be stored as a property", item.Kind())
			default:
			}
		}
	default:
	}
	return nil
}
