package main

import (
	_ "embed" // the page's text
	"errors"
	"fmt"
	"html/template"
	"os"
	"path/filepath"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j/dbtype"
)

// maxDrawn is the number of nodes and of relationships that a page draws.
const maxDrawn = 2000

//go:embed page.html
var pageText string

// A page collects the entities of results for --html.
type page struct {
	Nodes         []pageNode         `json:"nodes"`
	Relationships []pageRelationship `json:"relationships"`

	nodes, relationships map[string]bool
	left                 int // entities beyond maxDrawn
}

type pageNode struct {
	ID         string   `json:"id"`
	Labels     []string `json:"labels"`
	Properties []string `json:"properties"` // as texts
	Title      string   `json:"title"`
}

type pageRelationship struct {
	From       string   `json:"from"`
	To         string   `json:"to"`
	Type       string   `json:"type"`
	Properties []string `json:"properties"`
}

func newPage() *page {
	return &page{
		Nodes: []pageNode{}, Relationships: []pageRelationship{},
		nodes: make(map[string]bool), relationships: make(map[string]bool),
	}
}

// add takes the entities out of values.
func (p *page) add(values []any) {
	for _, v := range values {
		switch v := v.(type) {
		case []any:
			p.add(v)
		case map[string]any:
			for _, key := range sortedKeys(v) {
				p.add([]any{v[key]})
			}
		case dbtype.Node:
			p.node(v)
		case dbtype.Relationship:
			p.relationship(v)
		case dbtype.Path:
			for _, n := range v.Nodes {
				p.node(n)
			}
			for _, r := range v.Relationships {
				p.relationship(r)
			}
		}
	}
}

func (p *page) node(n dbtype.Node) {
	switch {
	case p.nodes[n.ElementId]:
	case len(p.Nodes) == maxDrawn:
		p.left++
	default:
		p.nodes[n.ElementId] = true
		p.Nodes = append(p.Nodes, pageNode{n.ElementId, n.Labels, propertyTexts(n.Props), title(n)})
	}
}

func (p *page) relationship(r dbtype.Relationship) {
	switch {
	case p.relationships[r.ElementId]:
	case len(p.Relationships) == maxDrawn:
		p.left++
	default:
		p.relationships[r.ElementId] = true
		p.Relationships = append(p.Relationships, pageRelationship{r.StartElementId, r.EndElementId, r.Type, propertyTexts(r.Props)})
	}
}

// title is the text inside of a node: a property that reads like a name.
func title(n dbtype.Node) string {
	for _, key := range []string{"name", "title", "label", "id"} {
		if v, ok := n.Props[key]; ok {
			return bareText(v)
		}
	}
	if len(n.Labels) > 0 {
		return n.Labels[0]
	}
	return ""
}

func propertyTexts(m map[string]any) []string {
	out := make([]string, 0, len(m))
	for _, key := range sortedKeys(m) {
		out = append(out, key+": "+string(appendValue(nil, m[key])))
	}
	return out
}

// save writes the page. Relationships whose ends no result held get bare nodes.
func (p *page) save(file, title string) (err error) {
	for _, r := range p.Relationships {
		for _, id := range []string{r.From, r.To} {
			if !p.nodes[id] {
				p.nodes[id] = true
				p.Nodes = append(p.Nodes, pageNode{ID: id, Labels: []string{}, Properties: []string{}})
			}
		}
	}
	t, err := template.New(filepath.Base(file)).Parse(pageText)
	if err != nil {
		return err
	}
	f, err := os.Create(file) //nolint:gosec // the user names the file
	if err != nil {
		return fmt.Errorf("--html: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return t.Execute(f, struct {
		Title string
		Graph *page
		Left  int
	}{title, p, p.left})
}
