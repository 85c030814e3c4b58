package graph

import "unsafe"

// The spatial reference identifiers of the four coordinate systems.
const (
	SRIDCartesian2D = 7203
	SRIDCartesian3D = 9157
	SRIDWGS84       = 4326
	SRIDWGS84in3D   = 4979
)

// A Point is a position in one of the four coordinate systems. Z is zero in the
// two flat ones.
type Point struct {
	SRID    int32
	X, Y, Z float64
}

// Is3D reports whether the coordinate system has three dimensions.
func (p Point) Is3D() bool { return p.SRID == SRIDCartesian3D || p.SRID == SRIDWGS84in3D }

// IsGeographic reports whether X and Y are degrees of longitude and latitude.
func (p Point) IsGeographic() bool { return p.SRID == SRIDWGS84 || p.SRID == SRIDWGS84in3D }

// A Path is a walk: node, relationship, node, …, with repetitions as walked.
// There is one node more than there are relationships.
type Path struct {
	Nodes         []NodeID
	Relationships []RelationshipID
}

// A VectorType is the type of a vector's coordinates; the numbers are the
// PackStream markers that stand for them.
type VectorType uint8

// The coordinate types.
const (
	VectorInt8    VectorType = 0xC8
	VectorInt16   VectorType = 0xC9
	VectorInt32   VectorType = 0xCA
	VectorInt64   VectorType = 0xCB
	VectorFloat32 VectorType = 0xC6
	VectorFloat64 VectorType = 0xC1
)

// Size returns the bytes of one coordinate, or 0 for an unknown type.
func (t VectorType) Size() int {
	switch t {
	case VectorInt8:
		return 1
	case VectorInt16:
		return 2
	case VectorInt32, VectorFloat32:
		return 4
	case VectorInt64, VectorFloat64:
		return 8
	}
	return 0
}

// A Vector is a list of numbers of one type, kept as big-endian bytes.
type Vector struct {
	Type VectorType
	Data []byte // a multiple of Type.Size()
}

// NewPoint returns a point value with a copy of p.
func NewPoint(p Point) Value { return Value{kind: KindPoint, ptr: unsafe.Pointer(&p)} }

// NewPath returns a path value that keeps p and its slices.
func NewPath(p *Path) Value { return Value{kind: KindPath, ptr: unsafe.Pointer(p)} }

// NewVector returns a vector value that keeps v and its bytes.
func NewVector(v *Vector) Value { return Value{kind: KindVector, ptr: unsafe.Pointer(v)} }

// UUID returns a UUID value of the 16 bytes in the order of the textual form.
func UUID(u [16]byte) Value { return Value{kind: KindUUID, ptr: unsafe.Pointer(&u)} }

// Point returns the point; the value must be of [KindPoint].
func (v Value) Point() Point { return *(*Point)(v.ptr) }

// Path returns the path, which the caller must not change; the value must be of
// [KindPath].
func (v Value) Path() *Path { return (*Path)(v.ptr) }

// Vector returns the vector, which the caller must not change; the value must
// be of [KindVector].
func (v Value) Vector() *Vector { return (*Vector)(v.ptr) }

// UUID returns the 16 bytes; the value must be of [KindUUID].
func (v Value) UUID() [16]byte { return *(*[16]byte)(v.ptr) }
