package cyphertest

import (
	"math"
	"sort"
	"strconv"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/temporal"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Graph tells what the entities of a value look like.
type Graph interface {
	NodeLabels(id graph.NodeID) []string
	NodeMap(id graph.NodeID) graph.Value
	RelationshipMap(id graph.RelationshipID) graph.Value
	RelationshipEnds(id graph.RelationshipID) (start, end graph.NodeID, typ string)
}

// stored is the graph of a view.
type stored struct {
	store *storage.Store
	view  storage.View
}

func (s stored) NodeLabels(id graph.NodeID) []string {
	var names []string
	for _, l := range s.view.Labels(nil, id) {
		names = append(names, s.store.LabelName(l))
	}
	return names
}

func (s stored) NodeMap(id graph.NodeID) graph.Value { return s.view.NodeMap(id, new(graph.Arena)) }

func (s stored) RelationshipMap(id graph.RelationshipID) graph.Value {
	return s.view.RelationshipMap(id, new(graph.Arena))
}

func (s stored) RelationshipEnds(id graph.RelationshipID) (start, end graph.NodeID, typ string) {
	start, end, typ, _ = s.view.RelationshipEnds(id)
	return start, end, typ
}

// A printer writes values as text.
type printer struct {
	graph Graph
	// loose leaves out what the language leaves open: the elements of lists are
	// sorted, and numbers that are equal look equal.
	loose bool
	b     strings.Builder
}

// Format returns a value as a Cypher literal; nodes and relationships by their
// labels and properties.
func Format(store *storage.Store, view storage.View, v graph.Value) string {
	p := printer{graph: stored{store: store, view: view}}
	p.value(v)
	return p.b.String()
}

func (p *printer) value(v graph.Value) {
	switch v.Kind() {
	case graph.KindNull:
		p.b.WriteString("null")
	case graph.KindBoolean:
		p.b.WriteString(strconv.FormatBool(v.Bool()))
	case graph.KindInteger:
		p.b.WriteString(strconv.FormatInt(v.Int(), 10))
	case graph.KindFloat:
		p.float(v.Float())
	case graph.KindString:
		p.b.WriteString("'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`).Replace(v.Str()) + "'")
	case graph.KindList:
		p.list(v)
	case graph.KindMap:
		p.properties(v, true)
	case graph.KindNode:
		p.node(v.NodeID())
	case graph.KindRelationship:
		p.relationship(v.RelationshipID())
	case graph.KindPath:
		p.path(v.Path())
	case graph.KindDate, graph.KindLocalTime, graph.KindTime, graph.KindLocalDateTime, graph.KindDateTime, graph.KindDuration:
		p.b.WriteString("'" + temporal.Text(v) + "'")
	default:
		p.b.WriteString(v.Kind().String())
	}
}

func (p *printer) list(v graph.Value) {
	texts := make([]string, 0, v.Len())
	for _, item := range v.List() {
		inner := printer{graph: p.graph, loose: p.loose}
		inner.value(item)
		texts = append(texts, inner.b.String())
	}
	if p.loose {
		sort.Strings(texts)
	}
	p.b.WriteString("[" + strings.Join(texts, ", ") + "]")
}

func (p *printer) float(f float64) {
	switch {
	case p.loose && f == math.Trunc(f):
		p.b.WriteString(strconv.FormatInt(int64(f), 10))
	case math.IsNaN(f):
		p.b.WriteString("NaN")
	case math.IsInf(f, 0):
		p.b.WriteString(strings.TrimPrefix(strconv.FormatFloat(f, 'f', -1, 64), "+"))
	default:
		text := strconv.FormatFloat(f, 'g', -1, 64)
		if strings.Trim(text, "-0123456789") == "" {
			text += ".0"
		}
		p.b.WriteString(text)
	}
}

// properties writes a map with its keys sorted; nothing for an empty one unless
// braces are asked for.
func (p *printer) properties(v graph.Value, braces bool) {
	if v.Kind() != graph.KindMap || v.Len() == 0 && !braces {
		return
	}
	fields := append([]graph.Field(nil), v.Map()...)
	sort.Slice(fields, func(i, j int) bool { return fields[i].Name < fields[j].Name })
	p.b.WriteByte('{')
	for i, f := range fields {
		if i > 0 {
			p.b.WriteString(", ")
		}
		p.b.WriteString(f.Name + ": ")
		p.value(f.Value)
	}
	p.b.WriteByte('}')
}

func (p *printer) node(id graph.NodeID) {
	p.b.WriteByte('(')
	names := append([]string(nil), p.graph.NodeLabels(id)...)
	sort.Strings(names)
	for _, name := range names {
		p.b.WriteString(":" + name)
	}
	properties := p.graph.NodeMap(id)
	if len(names) > 0 && properties.Kind() == graph.KindMap && properties.Len() > 0 {
		p.b.WriteByte(' ')
	}
	p.properties(properties, false)
	p.b.WriteByte(')')
}

func (p *printer) relationship(id graph.RelationshipID) {
	_, _, name := p.graph.RelationshipEnds(id)
	p.b.WriteString("[:" + name)
	properties := p.graph.RelationshipMap(id)
	if properties.Kind() == graph.KindMap && properties.Len() > 0 {
		p.b.WriteByte(' ')
	}
	p.properties(properties, false)
	p.b.WriteByte(']')
}

func (p *printer) path(path *graph.Path) {
	p.b.WriteByte('<')
	p.node(path.Nodes[0])
	for i, rel := range path.Relationships {
		start, _, _ := p.graph.RelationshipEnds(rel)
		forward := start == path.Nodes[i]
		if !forward {
			p.b.WriteByte('<')
		}
		p.b.WriteByte('-')
		p.relationship(rel)
		p.b.WriteByte('-')
		if forward {
			p.b.WriteByte('>')
		}
		p.node(path.Nodes[i+1])
	}
	p.b.WriteByte('>')
}
