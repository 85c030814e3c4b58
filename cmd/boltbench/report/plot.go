package report

import (
	"bytes"
	"fmt"
	"html/template"
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// The size of a plot.
const (
	plotWidth  = 15 * vg.Centimeter
	plotHeight = 8 * vg.Centimeter
)

// palette has colours that people with colour blindness can tell apart.
func palette(i int) color.Color {
	colours := []color.RGBA{
		{0x00, 0x72, 0xb2, 0xff},
		{0xd5, 0x5e, 0x00, 0xff},
		{0x00, 0x9e, 0x73, 0xff},
		{0xcc, 0x79, 0xa7, 0xff},
		{0xe6, 0x9f, 0x00, 0xff},
		{0x56, 0xb4, 0xe9, 0xff},
		{0x44, 0x44, 0x44, 0xff},
	}
	return colours[i%len(colours)]
}

// A curve is one line of a plot.
type curve struct {
	name   string
	colour int
	dashed bool
	points plotter.XYs
}

// An axis says what one direction of a plot is.
type axis struct {
	label string
	log   bool
	ticks plot.Ticker // nil chooses some
}

// drawPlot returns a plot as SVG, or "" when there is nothing to show.
func drawPlot(title string, x, y axis, curves []curve) (template.HTML, error) {
	p := plot.New()
	p.Title.Text = title
	p.BackgroundColor = color.White
	p.Legend.Top, p.Legend.Left = true, true
	for _, font := range []*draw.TextStyle{
		&p.Title.TextStyle, &p.X.Label.TextStyle, &p.Y.Label.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label, &p.Legend.TextStyle,
	} {
		font.Font.Variant = "Sans"
		font.Font.Size = 9
	}
	p.Add(plotter.NewGrid())
	lowest, some := math.Inf(1), false
	for _, c := range curves {
		if len(c.points) == 0 {
			continue
		}
		line, points, err := plotter.NewLinePoints(c.points)
		if err != nil {
			return "", err
		}
		line.Color, points.Color = palette(c.colour), palette(c.colour)
		points.Radius, points.Shape = 1.5, draw.CircleGlyph{}
		if c.dashed {
			line.Dashes = []vg.Length{3, 3}
		}
		if len(c.points) > 20 {
			p.Add(line)
		} else {
			p.Add(line, points)
		}
		p.Legend.Add(c.name, line)
		for _, point := range c.points {
			lowest = min(lowest, point.Y)
		}
		some = true
	}
	if !some {
		return "", nil
	}
	if !y.log || lowest <= 0 {
		p.Y.Min = 0
		p.Y.Max = max(p.Y.Max, 1)
		y.log = false
	}
	setAxis(&p.X, x)
	setAxis(&p.Y, y)
	canvas := vgsvg.New(plotWidth, plotHeight)
	p.Draw(draw.New(canvas))
	var out bytes.Buffer
	if _, err := canvas.WriteTo(&out); err != nil {
		return "", err
	}
	svg := out.Bytes()
	// Inside of a page the declarations before the element have no place.
	if i := bytes.Index(svg, []byte("<svg")); i > 0 {
		svg = svg[i:]
	}
	return template.HTML(svg), nil //nolint:gosec // made by the library, which escapes texts
}

func setAxis(a *plot.Axis, of axis) {
	a.Label.Text = of.label
	if of.log {
		a.Scale, a.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
		if a.Min == a.Max {
			a.Min, a.Max = a.Min/2, a.Max*2
		}
	}
	if of.ticks != nil {
		a.Tick.Marker = of.ticks
	}
}

// millis makes points of microseconds.
func millis(us float64) float64 { return us / 1000 }

// distribution plots latencies by percentile. The axis gives each nine the same
// room.
func distribution(query string, reports []*Report) (template.HTML, error) {
	var curves []curve
	each(query, reports, func(i int, name string, m *Measurement) {
		c := curve{name: name, colour: i}
		for _, q := range m.Quantiles {
			if q.Percent < 100 {
				c.points = append(c.points, plotter.XY{X: -math.Log10(1 - q.Percent/100), Y: millis(q.Micros)})
			}
		}
		curves = append(curves, c)
	})
	ticks := plot.ConstantTicks{{Value: 0, Label: "0 %"}, {Value: math.Log10(2), Label: "50"}, {Value: 1, Label: "90"}}
	for nines, label := range []string{"99", "99.9", "99.99", "99.999", "99.9999"} {
		ticks = append(ticks, plot.Tick{Value: float64(nines + 2), Label: label})
	}
	return drawPlot("latency by percentile", axis{label: "percent of the requests", ticks: ticks}, axis{label: "ms", log: true}, curves)
}

// overTime plots p50 and p99 over the measured time.
func overTime(query string, reports []*Report) (template.HTML, error) {
	var curves []curve
	each(query, reports, func(i int, name string, m *Measurement) {
		median, tail := curve{name: name + ", p50", colour: i}, curve{name: name + ", p99", colour: i, dashed: true}
		for _, p := range m.Series {
			if p.P50 > 0 { // an interval without an answer has no latency
				median.points = append(median.points, plotter.XY{X: p.Second, Y: millis(p.P50)})
				tail.points = append(tail.points, plotter.XY{X: p.Second, Y: millis(p.P99)})
			}
		}
		curves = append(curves, median, tail)
	})
	return drawPlot("latency over time", axis{label: "seconds"}, axis{label: "ms", log: true}, curves)
}

// each calls fn for the measurement of a query at the most connections of each
// report.
func each(query string, reports []*Report, fn func(i int, name string, m *Measurement)) {
	for i, r := range reports {
		var most *Measurement
		for j := range r.Measurements {
			if m := &r.Measurements[j]; m.Query == query && m.Result != nil && (most == nil || m.Connections > most.Connections) {
				most = m
			}
		}
		if most != nil {
			fn(i, fmt.Sprintf("%s, %d conns", letter(i), most.Connections), most)
		}
	}
}

// overConnections plots throughput over the number of connections.
func overConnections(query string, reports []*Report) (template.HTML, error) {
	var curves []curve
	var ticks plot.ConstantTicks
	seen := make(map[int]bool)
	for i, r := range reports {
		c := curve{name: letter(i), colour: i}
		for j := range r.Measurements {
			m := &r.Measurements[j]
			if m.Query != query || m.Result == nil {
				continue
			}
			c.points = append(c.points, plotter.XY{X: float64(m.Connections), Y: m.PerSecond})
			if !seen[m.Connections] {
				seen[m.Connections] = true
				ticks = append(ticks, plot.Tick{Value: float64(m.Connections), Label: strconv.Itoa(m.Connections)})
			}
		}
		curves = append(curves, c)
	}
	if len(seen) < 2 {
		return "", nil // one number of connections makes no curve
	}
	return drawPlot("throughput", axis{label: "connections", log: true, ticks: ticks}, axis{label: "requests per second"}, curves)
}
