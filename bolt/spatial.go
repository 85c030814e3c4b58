package bolt

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/drawbolt/drawbolt/packstream"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// maxDimensions is the largest vector that servers accept.
const maxDimensions = 4096

func decodePoint(d *packstream.Decoder, tag byte) (graph.Value, error) {
	srid, err := d.Int()
	if err != nil {
		return graph.Null, err
	}
	var c [3]float64
	n := 2
	if tag == tagPoint3D {
		n = 3
	}
	for i := range n {
		if c[i], err = d.Float(); err != nil {
			return graph.Null, err
		}
	}
	switch srid {
	case graph.SRIDCartesian2D, graph.SRIDCartesian3D, graph.SRIDWGS84, graph.SRIDWGS84in3D:
	default:
		return graph.Null, &RequestError{
			Fault:   RequestSRID,
			Message: fmt.Sprintf("Illegal coordinate reference system: unknown SRID %d", srid),
		}
	}
	p := graph.Point{SRID: int32(srid), X: c[0], Y: c[1], Z: c[2]}
	if p.Is3D() != (tag == tagPoint3D) {
		return graph.Null, &RequestError{
			Fault:   RequestSRID,
			Message: fmt.Sprintf("Illegal coordinate reference system: SRID %d does not have %d dimensions", srid, n),
		}
	}
	return graph.NewPoint(p), nil
}

func decodeVector(d *packstream.Decoder) (graph.Value, error) {
	marker, err := d.Bytes()
	if err != nil {
		return graph.Null, err
	}
	data, err := d.Bytes()
	if err != nil {
		return graph.Null, err
	}
	v := &graph.Vector{Data: data}
	if len(marker) == 1 {
		v.Type = graph.VectorType(marker[0])
	}
	size := v.Type.Size()
	if size == 0 || len(data)%size != 0 {
		return graph.Null, &RequestError{
			Fault:   RequestVectorSize,
			Message: fmt.Sprintf("Illegal vector: %d bytes of type marker %X", len(data), marker),
		}
	}
	if n := len(data) / size; n == 0 || n > maxDimensions {
		return graph.Null, &RequestError{
			Fault:   RequestVectorSize,
			Message: fmt.Sprintf("Illegal vector: %d dimensions, expected 1 to %d", n, maxDimensions),
		}
	}
	if !finite(v) {
		return graph.Null, &RequestError{
			Fault:   RequestVectorValue,
			Message: "Illegal vector: coordinates must be finite",
		}
	}
	return graph.NewVector(v), nil
}

// finite reports whether no coordinate is NaN or infinite.
func finite(v *graph.Vector) bool {
	switch v.Type {
	case graph.VectorFloat32:
		const exponent = 0xFF << 23
		for b := v.Data; len(b) >= 4; b = b[4:] {
			if binary.BigEndian.Uint32(b)&exponent == exponent {
				return false
			}
		}
	case graph.VectorFloat64:
		for b := v.Data; len(b) >= 8; b = b[8:] {
			f := math.Float64frombits(binary.BigEndian.Uint64(b))
			if f-f != 0 {
				return false
			}
		}
	default: // integers are finite
	}
	return true
}
