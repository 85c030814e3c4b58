package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// schemaSample is the number of nodes and of relationships that :schema looks
// at.
const schemaSample = 100_000

// A kind is a set of labels in the picture.
type kind struct {
	name  string
	nodes int64
	keys  []string
	out   []edge
}

// An edge is a relationship type between two kinds.
type edge struct {
	name, to string
	count    int64
}

// schema draws which kinds of nodes there are and what connects them.
func (s *shell) schema(ctx context.Context, _ string) error {
	nodes, err := s.c.rows(ctx, fmt.Sprintf(
		"MATCH (n) WITH n LIMIT %d UNWIND CASE keys(n) WHEN [] THEN [null] ELSE keys(n) END AS k RETURN labels(n) AS l, collect(DISTINCT k) AS k, count(DISTINCT n) AS c", schemaSample), nil)
	if err != nil {
		return err
	}
	edges, err := s.c.rows(ctx, fmt.Sprintf(
		"MATCH (a)-[r]->(b) WITH a, r, b LIMIT %d RETURN labels(a) AS a, type(r) AS t, labels(b) AS b, count(*) AS c", schemaSample), nil)
	if err != nil {
		return err
	}
	kinds := make(map[string]*kind)
	var seen, crossed int64
	for _, row := range nodes {
		name, keys, count := kindName(row.Values[0]), texts(row.Values[1]), number(row.Values[2])
		slices.Sort(keys)
		kinds[name] = &kind{name: name, nodes: count, keys: keys}
		seen += count
	}
	for _, row := range edges {
		name, count := kindName(row.Values[0]), number(row.Values[3])
		crossed += count
		if kinds[name] == nil { // beyond the sample of nodes
			kinds[name] = &kind{name: name}
		}
		kinds[name].out = append(kinds[name].out, edge{bareText(row.Values[1]), kindName(row.Values[2]), count})
	}
	if len(kinds) == 0 {
		return errors.New("the graph is empty")
	}
	text := drawSchema(kinds)
	if max(seen, crossed) >= schemaSample {
		text += fmt.Sprintf("\nThe picture is of the first %d nodes and relationships.\n", schemaSample)
	}
	_, err = fmt.Fprint(s.out, text)
	return err
}

// drawSchema draws the kinds by name, each with its relationships below.
func drawSchema(kinds map[string]*kind) string {
	var b strings.Builder
	for _, name := range sortedKeys(kinds) {
		k := kinds[name]
		fmt.Fprintf(&b, "(%s) %d\n", k.name, k.nodes)
		stem := "  "
		if len(k.out) > 0 {
			stem = "│ "
		}
		if len(k.keys) > 0 {
			fmt.Fprintf(&b, "%s %s\n", stem, strings.Join(k.keys, ", "))
		}
		slices.SortFunc(k.out, func(a, b edge) int {
			return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.to, b.to))
		})
		for i, e := range k.out {
			corner := "├"
			if i == len(k.out)-1 {
				corner = "└"
			}
			fmt.Fprintf(&b, "%s─[:%s]─▶ (%s) %d\n", corner, e.name, e.to, e.count)
		}
	}
	return b.String()
}

func kindName(labels any) string {
	names := texts(labels)
	slices.Sort(names)
	if len(names) == 0 {
		return ""
	}
	return ":" + strings.Join(names, ":")
}

func texts(v any) []string {
	list, _ := v.([]any)
	out := make([]string, 0, len(list))
	for _, item := range list {
		if text, ok := item.(string); ok {
			out = append(out, string(appendName(nil, text)))
		}
	}
	return out
}

func number(v any) int64 {
	n, _ := v.(int64)
	return n
}
