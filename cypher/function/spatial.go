package function

import (
	"math"
	"strings"

	"github.com/drawbolt/drawbolt/storage/graph"
)

// earthRadius in metres, the value that other Cypher engines use, so that
// distances agree.
const earthRadius = 6_378_140.0

func spatialFunctions() []Function {
	const category = "Spatial"
	from, to := need("from", pointType), need("to", pointType)
	return []Function{
		row(category, "point", pointType, point, "Makes a point of a map of coordinates.", need("input", mapType)),
		row(category, "point.distance", floatType.Nullable(), distance, "Returns the distance of two points, in metres on the Earth.", from, to),
		row(category, "distance", floatType.Nullable(), distance, "Returns the distance of two points, in metres on the Earth.", from, to).deprecated("point.distance"),
		row(category, "point.withinBBox", booleanType.Nullable(), withinBox, "Returns whether a point lies in a box given by two corners.",
			need("point", pointType), need("lowerLeft", pointType), need("upperRight", pointType)),
	}
}

func crsName(srid int32) string {
	switch srid {
	case graph.SRIDCartesian3D:
		return "cartesian-3d"
	case graph.SRIDWGS84:
		return "wgs-84"
	case graph.SRIDWGS84in3D:
		return "wgs-84-3d"
	}
	return "cartesian"
}

func sridOf(name string) (int32, bool) {
	for _, srid := range [...]int32{graph.SRIDCartesian2D, graph.SRIDCartesian3D, graph.SRIDWGS84, graph.SRIDWGS84in3D} {
		if strings.EqualFold(crsName(srid), name) {
			return srid, true
		}
	}
	return 0, false
}

// coordinates are what the map of a point may hold.
type coordinates struct {
	x, y, z, longitude, latitude, height float64

	has  map[string]bool
	srid int32
}

func point(_ *Context, args []graph.Value) (graph.Value, error) {
	if args[0].Kind() != graph.KindMap {
		return graph.Value{}, typeError("point", "a MAP", args[0])
	}
	c := coordinates{has: make(map[string]bool, 4)}
	for _, f := range args[0].Map() {
		if f.Value.IsNull() {
			return graph.Value{}, nil
		}
		if err := c.set(f); err != nil {
			return graph.Value{}, err
		}
	}
	return c.point()
}

func (c *coordinates) set(f graph.Field) error {
	name := strings.ToLower(f.Name)
	var place *float64
	switch name {
	case "x":
		place = &c.x
	case "y":
		place = &c.y
	case "z":
		place = &c.z
	case "longitude":
		place = &c.longitude
	case "latitude":
		place = &c.latitude
	case "height":
		place = &c.height
	case "crs":
		if f.Value.Kind() != graph.KindString {
			return argumentError("point() needs crs to be a STRING, got %s", f.Value.Kind())
		}
		srid, ok := sridOf(f.Value.Str())
		if !ok {
			return argumentError("point() knows the systems cartesian, cartesian-3d, wgs-84 and wgs-84-3d")
		}
		c.srid = srid
		return nil
	case "srid":
		if f.Value.Kind() == graph.KindInteger {
			for _, srid := range [...]int32{graph.SRIDCartesian2D, graph.SRIDCartesian3D, graph.SRIDWGS84, graph.SRIDWGS84in3D} {
				if f.Value.Int() == int64(srid) {
					c.srid = srid
					return nil
				}
			}
		}
		return argumentError("point() knows the srid 7203, 9157, 4326 and 4979")
	default:
		return nil // properties of a node may stand beside the coordinates
	}
	if !f.Value.IsNumber() {
		return argumentError("point() needs %s to be a number, got %s", name, f.Value.Kind())
	}
	*place, c.has[name] = f.Value.Number(), true
	return nil
}

func (c *coordinates) point() (graph.Value, error) {
	p := graph.Point{SRID: c.srid}
	geographic := c.has["longitude"] || c.has["latitude"]
	third := c.has["z"] || c.has["height"]
	switch {
	case geographic && (!c.has["longitude"] || !c.has["latitude"]):
		return graph.Value{}, argumentError("point() needs longitude together with latitude")
	case geographic && (c.has["x"] || c.has["y"]):
		return graph.Value{}, argumentError("point() needs x and y, or longitude and latitude")
	case geographic:
		p.X, p.Y = c.longitude, c.latitude
	case c.has["x"] && c.has["y"]:
		p.X, p.Y = c.x, c.y
	default:
		return graph.Value{}, argumentError("point() needs x and y, or longitude and latitude")
	}
	if third {
		p.Z = c.z
		if c.has["height"] {
			p.Z = c.height
			geographic = true
		}
	}
	if p.SRID == 0 {
		switch {
		case geographic && third:
			p.SRID = graph.SRIDWGS84in3D
		case geographic:
			p.SRID = graph.SRIDWGS84
		case third:
			p.SRID = graph.SRIDCartesian3D
		default:
			p.SRID = graph.SRIDCartesian2D
		}
	}
	switch {
	case p.Is3D() != third:
		return graph.Value{}, argumentError("point() was given another number of coordinates than %s has", crsName(p.SRID))
	case geographic && !p.IsGeographic():
		return graph.Value{}, argumentError("point() can not use longitude, latitude and height in %s", crsName(p.SRID))
	}
	if p.IsGeographic() {
		if p.Y < -90 || p.Y > 90 {
			return graph.Value{}, argumentError("point() needs a latitude from -90 to 90")
		}
		if p.X < -180 || p.X > 180 {
			p.X = math.Remainder(p.X, 360) // the same meridian
		}
	}
	return graph.NewPoint(p), nil
}

func wantPoint(name string, v graph.Value) (graph.Point, error) {
	if v.Kind() != graph.KindPoint {
		return graph.Point{}, typeError(name, "a POINT", v)
	}
	return v.Point(), nil
}

// distance is null between two coordinate systems. On the Earth it is the great
// circle at the mean height, and the difference in height at a right angle.
func distance(_ *Context, args []graph.Value) (graph.Value, error) {
	p, err := wantPoint("point.distance", args[0])
	if err != nil {
		return graph.Value{}, err
	}
	q, err := wantPoint("point.distance", args[1])
	if err != nil || p.SRID != q.SRID {
		return graph.Value{}, err
	}
	if !p.IsGeographic() {
		return graph.Float(math.Sqrt(square(p.X-q.X) + square(p.Y-q.Y) + square(p.Z-q.Z))), nil
	}
	radians := func(degrees float64) float64 { return degrees * math.Pi / 180 }
	latitude, other := radians(p.Y), radians(q.Y)
	h := square(math.Sin((other-latitude)/2)) +
		math.Cos(latitude)*math.Cos(other)*square(math.Sin(radians(q.X-p.X)/2))
	angle := 2 * math.Atan2(math.Sqrt(h), math.Sqrt(1-h))
	if !p.Is3D() {
		return graph.Float(earthRadius * angle), nil
	}
	ground := (earthRadius + (p.Z+q.Z)/2) * angle
	return graph.Float(math.Sqrt(square(ground) + square(p.Z-q.Z))), nil
}

func square(x float64) float64 { return x * x }

// withinBox is null between coordinate systems. A geographic box may cross the
// meridian of 180 degrees, with a left side larger than the right one.
func withinBox(_ *Context, args []graph.Value) (graph.Value, error) {
	var points [3]graph.Point
	for i := range points {
		var err error
		if points[i], err = wantPoint("point.withinBBox", args[i]); err != nil {
			return graph.Value{}, err
		}
	}
	p, low, high := points[0], points[1], points[2]
	if p.SRID != low.SRID || p.SRID != high.SRID {
		return graph.Value{}, nil
	}
	inX := p.X >= low.X && p.X <= high.X
	if p.IsGeographic() && low.X > high.X {
		inX = p.X >= low.X || p.X <= high.X
	}
	return graph.Boolean(inX && p.Y >= low.Y && p.Y <= high.Y && p.Z >= low.Z && p.Z <= high.Z), nil
}

// PointComponent returns a coordinate or the system of a point by its name.
func PointComponent(p graph.Point, name string) (graph.Value, error) {
	switch name {
	case "x":
		return graph.Float(p.X), nil
	case "y":
		return graph.Float(p.Y), nil
	case "z":
		if p.Is3D() {
			return graph.Float(p.Z), nil
		}
	case "longitude":
		if p.IsGeographic() {
			return graph.Float(p.X), nil
		}
	case "latitude":
		if p.IsGeographic() {
			return graph.Float(p.Y), nil
		}
	case "height":
		if p.SRID == graph.SRIDWGS84in3D {
			return graph.Float(p.Z), nil
		}
	case "srid":
		return graph.Integer(int64(p.SRID)), nil
	case "crs":
		return graph.String(crsName(p.SRID)), nil
	}
	return graph.Value{}, argumentError("POINT in %s has no component %q", crsName(p.SRID), name)
}
