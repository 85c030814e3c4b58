package plan

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/storage"
)

// String prints the plan as a tree, one operator in a line, the result first.
func (p *Plan) String() string {
	var b strings.Builder
	printTree(&b, p.Root, "", "")
	for i := range p.Nested {
		fmt.Fprintf(&b, "nested plan %d\n", i)
		printTree(&b, p.Nested[i].Root, "  ", "  ")
	}
	return b.String()
}

func printTree(b *strings.Builder, n Node, first, rest string) {
	b.WriteString(first)
	b.WriteString(n.name())
	if d := n.detail(); d != "" {
		b.WriteByte(' ')
		b.WriteString(d)
	}
	b.WriteByte('\n')
	in := n.inputs()
	for i := len(in) - 1; i > 0; i-- {
		printTree(b, in[i], rest+"| ", rest+"| ")
	}
	if len(in) > 0 {
		printTree(b, in[0], rest, rest)
	}
}

// Name returns the name of an operator as printed plans show it.
func Name(n Node) string { return n.name() }

// Inputs returns the operators that one pulls from, the main one first.
func Inputs(n Node) []Node { return n.inputs() }

// Detail returns the arguments of an operator as printed plans show them.
func Detail(n Node) string { return n.detail() }

func join[T any](list []T, show func(T) string) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = show(v)
	}
	return strings.Join(parts, ", ")
}

func (h *Hop) detail() string {
	types := strings.Join(names(h.Types), "|")
	if types != "" {
		types = ":" + types
	}
	switch h.Direction {
	case storage.Out:
		return "-[" + types + "]->"
	case storage.In:
		return "<-[" + types + "]-"
	default:
		return "-[" + types + "]-"
	}
}

func names(types []*expr.Type) []string {
	list := make([]string, len(types))
	for i, t := range types {
		list[i] = t.Name
	}
	return list
}

func assignments(items []Assignment) string {
	return join(items, func(a Assignment) string { return a.Value.String() })
}

func properties(items []PropertyItem, all *expr.Value) string {
	if all != nil {
		return all.String()
	}
	if len(items) == 0 {
		return ""
	}
	return "{" + join(items, func(i PropertyItem) string { return i.Key.Name + ": " + i.Value.String() }) + "}"
}

func (*Argument) detail() string   { return "" }
func (n *NodeScan) detail() string { return n.Tests.detail() }
func (n *LabelScan) detail() string {
	return strings.TrimSpace(":" + n.Label.Name + " " + n.Tests.detail())
}

func (t *Tests) detail() string {
	if len(t.Conditions) == 0 {
		return ""
	}
	all := make([]string, len(t.Conditions))
	for i, c := range t.Conditions {
		all[i] = c.String()
	}
	return "WHERE " + strings.Join(all, " AND ")
}
func (n *NodeByID) detail() string { return n.ID.String() }
func (n *RelationshipScan) detail() string {
	if n.Lookup != nil {
		return n.Hop.detail() + " " + n.Lookup.detail()
	}
	return n.Hop.detail()
}

func (n *IndexScan) detail() string {
	d := n.Lookup.detail()
	if n.Falling {
		d += " DESC"
	}
	return d
}

// relationText is how bounds are printed.
func relationText(r storage.Relation) string {
	switch r {
	case storage.Less:
		return "<"
	case storage.LessOrEqual:
		return "<="
	case storage.Greater:
		return ">"
	case storage.GreaterOrEqual:
		return ">="
	default:
		return "STARTS WITH"
	}
}

func (l *Lookup) detail() string {
	var parts []string
	for i, v := range l.Equal {
		parts = append(parts, l.Keys[i]+" = "+v.String())
	}
	rest := l.Keys[len(l.Equal):]
	for _, b := range l.Bounds {
		parts = append(parts, rest[0]+" "+relationText(b.Relation)+" "+b.Value.String())
	}
	if len(l.Bounds) > 0 {
		rest = rest[1:]
	}
	for _, key := range rest {
		parts = append(parts, key+" IS NOT NULL")
	}
	return ":" + l.Subject + "(" + strings.Join(parts, ", ") + ")"
}

func (n *IndexSeek) detail() string {
	op := " = "
	if n.In {
		op = " IN "
	}
	var parts []string
	for i, k := range n.Keys {
		parts = append(parts, k.Name+op+n.Values[i].String())
	}
	return ":" + n.Label.Name + "(" + strings.Join(parts, ", ") + ")"
}

func (n *Expand) detail() string {
	d := n.Hop.detail()
	if n.Label != nil {
		d += "(:" + n.Label.Name + ")"
	}
	return d
}

func (n *VarExpand) detail() string {
	d := n.Hop.detail() + fmt.Sprintf(" *%d..", n.Min)
	if n.Max >= 0 {
		d += strconv.Itoa(n.Max)
	}
	return d
}

func (n *InTransactions) detail() string {
	d := ""
	if n.Concurrent {
		d = "concurrent"
		if n.Workers != nil {
			d = n.Workers.String() + " " + d
		}
	}
	if n.Rows != nil {
		d = strings.TrimSpace(d + " of " + n.Rows.String() + " rows")
	}
	return d
}

func (n *Repeat) detail() string {
	d := fmt.Sprintf("{%d,", n.Min)
	if n.Max >= 0 {
		d += strconv.Itoa(n.Max)
	}
	return d + "}"
}

func (n *Select) detail() string {
	d := "shortest " + n.Count.String()
	if n.Groups {
		d += " lengths"
	}
	return d
}

func (*Table) detail() string     { return "" }
func (n *LoadCSV) detail() string { return n.From.String() }

func (n *Filter) detail() string {
	return join(n.Predicates, func(p *expr.Predicate) string { return p.String() })
}
func (n *Project) detail() string { return assignments(n.Items) }
func (n *Unwind) detail() string  { return n.List.String() }

func (n *Aggregate) detail() string {
	d := join(n.Items, func(a Aggregation) string { return a.Text })
	if len(n.Keys) > 0 {
		d = fmt.Sprintf("%d keys: %s", len(n.Keys), d)
	}
	return d
}

func (*Distinct) detail() string { return "" }

func (n *Sort) detail() string {
	d := fmt.Sprintf("%d keys", len(n.Keys))
	if n.Limit != nil {
		d += " limit " + n.Limit.String()
	}
	return d
}

func (n *Cut) detail() string    { return n.Sort.detail() }
func (n *Skip) detail() string   { return n.Count.String() }
func (n *Limit) detail() string  { return n.Count.String() }
func (*Union) detail() string    { return "" }
func (*Optional) detail() string { return "" }
func (*Apply) detail() string    { return "" }

func (n *HashJoin) detail() string {
	var parts []string
	for i := range n.Keys {
		parts = append(parts, n.Probe[i].String()+" = "+n.Keys[i].String())
	}
	return strings.Join(parts, ", ")
}

func (n *Create) detail() string { return created(n.Nodes, n.Relationships) }

func created(nodes []NewNode, rels []NewRelationship) string {
	var parts []string
	for i := range nodes {
		text := "(" + labelText(nodes[i].Labels)
		parts = append(parts, text+properties(nodes[i].Properties, nodes[i].Map)+")")
	}
	for i := range rels {
		text := "["
		if rels[i].Type != nil {
			text += ":" + rels[i].Type.Name
		}
		parts = append(parts, text+properties(rels[i].Properties, rels[i].Map)+"]")
	}
	return strings.Join(parts, ", ")
}

func (n *Merge) detail() string { return created(n.Nodes, n.Relationships) }

func (n *Set) detail() string {
	return join(n.Items, func(i SetItem) string {
		target := i.Target.String()
		switch i.Kind {
		case SetProperty:
			return target + "." + i.Key.Name + " = " + i.Value.String()
		case RemoveProperty:
			return "REMOVE " + target + "." + i.Key.Name
		case SetDynamic:
			return target + "[" + i.KeyExpr.String() + "] = " + i.Value.String()
		case RemoveDynamic:
			return "REMOVE " + target + "[" + i.KeyExpr.String() + "]"
		case ReplaceMap:
			return target + " = " + i.Value.String()
		case MergeMap:
			return target + " += " + i.Value.String()
		case AddLabels:
			return target + labelText(i.Labels)
		default:
			return "REMOVE " + target + labelText(i.Labels)
		}
	})
}

func labelText(labels []*expr.Label) string {
	var text strings.Builder
	for _, l := range labels {
		text.WriteString(":" + l.Name)
	}
	return text.String()
}

func (n *Delete) detail() string {
	return join(n.Targets, func(v *expr.Value) string { return v.String() })
}
func (n *Foreach) detail() string { return n.List.String() }
func (*Barrier) detail() string   { return "" }

func (n *CountStore) detail() string {
	switch n.Kind {
	case CountLabel:
		return "(:" + n.Label.Name + ")"
	case CountNodes:
		return "()"
	case CountIndex:
		return n.Lookup.detail()
	case CountStep:
		hop := Hop{Types: n.Types, Direction: n.Direction}
		return "(:" + n.Label.Name + ")" + hop.detail() + "()"
	default:
		hop := Hop{Types: n.Types, Direction: storage.Out}
		return "()" + hop.detail() + "()"
	}
}

func (n *Degree) detail() string {
	if n.Second != nil {
		return n.Second.detail() + labelDetail(n.SecondLabel) + " * " + n.Hop.detail() + labelDetail(n.Label)
	}
	return n.Hop.detail() + labelDetail(n.Label)
}

func (n *Meet) detail() string { return n.First.detail() + labelDetail(n.Label) + n.Second.detail() }

func labelDetail(label *expr.Label) string {
	if label == nil {
		return "()"
	}
	return "(:" + label.Name + ")"
}

func (n *Procedure) detail() string {
	return n.Procedure.Name + "(" + join(n.Args, func(v *expr.Value) string { return v.String() }) + ")"
}
func (*Produce) detail() string { return "" }
