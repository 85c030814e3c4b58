package ast

import "strconv"

func (p *Pattern) appendTo(dst []byte) []byte { return appendList(dst, p.Paths) }

func (p *PathPattern) appendTo(dst []byte) []byte {
	if p.Var != nil {
		dst = append(p.Var.appendTo(dst), " = "...)
	}
	function := false
	switch s := p.Selector; s.Kind {
	case SelectShortestPathFunction:
		dst, function = append(dst, "shortestPath("...), true
	case SelectAllShortestPathsFunction:
		dst, function = append(dst, "allShortestPaths("...), true
	case SelectAllShortest:
		dst = append(dst, "ALL SHORTEST "...)
	case SelectShortest, SelectShortestGroups:
		dst = append(dst, "SHORTEST "...)
		if s.Count != nil {
			dst = append(appendExpr(dst, s.Count, precUnary), ' ')
		}
		if s.Kind == SelectShortestGroups {
			dst = append(dst, "GROUPS "...)
		}
	case SelectAny:
		dst = append(dst, "ANY "...)
		if s.Count != nil {
			dst = append(appendExpr(dst, s.Count, precUnary), ' ')
		}
	case SelectAll:
	}
	for _, e := range p.Elements {
		dst = e.appendTo(dst)
	}
	if function {
		dst = append(dst, ')')
	}
	return dst
}

func (n *NodePattern) appendTo(dst []byte) []byte {
	dst = appendFiller(append(dst, '('), n.Var, n.Labels)
	dst = appendProperties(dst, n.Properties)
	dst = appendOptional(dst, " WHERE ", n.Where)
	return append(dst, ')')
}

func appendFiller(dst []byte, v *Variable, labels LabelExpr) []byte {
	if v != nil {
		dst = v.appendTo(dst)
	}
	if labels != nil {
		dst = appendLabelExpr(append(dst, ':'), labels, labelLowest)
	}
	return dst
}

func appendProperties(dst []byte, properties Expr) []byte {
	if properties == nil {
		return dst
	}
	return properties.appendTo(append(dst, ' '))
}

func (r *RelPattern) appendTo(dst []byte) []byte {
	if r.Direction == In {
		dst = append(dst, '<')
	}
	dst = append(dst, '-')
	if r.Var != nil || r.Types != nil || r.Length != nil || r.Expansion != nil ||
		r.Properties != nil || r.Where != nil {
		dst = appendFiller(append(dst, '['), r.Var, r.Types)
		dst = r.appendLength(dst)
		dst = appendProperties(dst, r.Properties)
		if r.Expansion != nil {
			dst = r.Expansion.appendLambdas(dst)
		}
		dst = appendOptional(dst, " WHERE ", r.Where)
		dst = append(dst, ']')
	}
	dst = append(dst, '-')
	if r.Direction == Out {
		dst = append(dst, '>')
	}
	if r.Quantifier != nil {
		dst = r.Quantifier.appendTo(dst)
	}
	return dst
}

func (r *RelPattern) appendLength(dst []byte) []byte {
	if r.Expansion != nil {
		dst = append(append(dst, " *"...), expansionWords[r.Expansion.Kind]...)
		if r.Length != nil {
			dst = append(dst, ' ')
		}
	} else if r.Length != nil {
		dst = append(dst, '*')
	}
	if r.Length != nil {
		dst = r.Length.appendTo(dst)
	}
	if r.Expansion != nil && r.Expansion.Limit != nil {
		dst = appendExpr(append(dst, " | "...), r.Expansion.Limit, precUnary)
	}
	return dst
}

var expansionWords = [...]string{
	ExpandBFS: "BFS", ExpandDFS: "DFS", ExpandWeightedShortest: "WSHORTEST",
	ExpandAllShortest: "ALLSHORTEST", ExpandKShortest: "KSHORTEST",
}

func (l *Length) appendTo(dst []byte) []byte {
	if l.Min == nil && l.Max == nil {
		return dst
	}
	if l.Min != nil {
		dst = appendExpr(dst, l.Min, precUnary)
	}
	if l.Exact {
		return dst
	}
	dst = append(dst, ".."...)
	if l.Max != nil {
		dst = appendExpr(dst, l.Max, precUnary)
	}
	return dst
}

func (e *Expansion) appendTo(dst []byte) []byte {
	return e.appendLambdas(append(dst, expansionWords[e.Kind]...))
}

func (e *Expansion) appendLambdas(dst []byte) []byte {
	if e.Weight != nil {
		dst = e.Weight.appendTo(append(dst, ' '))
		if e.Total != nil {
			dst = e.Total.appendTo(append(dst, ' '))
		}
	}
	if e.Filter != nil {
		dst = e.Filter.appendTo(append(dst, ' '))
	}
	return dst
}

func (l *Lambda) appendTo(dst []byte) []byte {
	dst = appendList(append(dst, '('), l.Vars)
	return append(appendExpr(append(dst, " | "...), l.Expr, precLowest), ')')
}

func (g *GroupPattern) appendTo(dst []byte) []byte {
	dst = g.Path.appendTo(append(dst, '('))
	dst = append(appendOptional(dst, " WHERE ", g.Where), ')')
	if g.Quantifier != nil {
		dst = g.Quantifier.appendTo(dst)
	}
	return dst
}

func (q *Quantifier) appendTo(dst []byte) []byte {
	switch {
	case q.Min == 1 && q.Max < 0:
		return append(dst, '+')
	case q.Min == 0 && q.Max < 0:
		return append(dst, '*')
	}
	dst = strconv.AppendInt(append(dst, '{'), q.Min, 10)
	if q.Max != q.Min {
		dst = append(dst, ',')
		if q.Max >= 0 {
			dst = strconv.AppendInt(dst, q.Max, 10)
		}
	}
	return append(dst, '}')
}

// The precedence of label operators, lowest first.
const (
	labelLowest = iota
	labelAnd
	labelNot
)

func appendLabelExpr(dst []byte, e LabelExpr, least int) []byte {
	prec := labelNot
	switch e.(type) {
	case *LabelOr:
		prec = labelLowest
	case *LabelAnd:
		prec = labelAnd
	}
	if prec < least {
		return append(e.appendTo(append(dst, '(')), ')')
	}
	return e.appendTo(dst)
}

func (l *LabelName) appendTo(dst []byte) []byte {
	if l.Dynamic == nil {
		return appendName(dst, l.Name)
	}
	dst = append(dst, '$')
	if l.Any {
		dst = append(dst, "any"...)
	}
	return append(appendExpr(append(dst, '('), l.Dynamic, precLowest), ')')
}

func (l *LabelAnd) appendTo(dst []byte) []byte {
	op := byte('&')
	if l.Colon {
		op = ':'
	}
	dst = append(appendLabelExpr(dst, l.Left, labelAnd), op)
	return appendLabelExpr(dst, l.Right, labelNot)
}

func (l *LabelOr) appendTo(dst []byte) []byte {
	dst = append(appendLabelExpr(dst, l.Left, labelLowest), '|')
	return appendLabelExpr(dst, l.Right, labelAnd)
}

func (l *LabelNot) appendTo(dst []byte) []byte {
	return appendLabelExpr(append(dst, '!'), l.X, labelNot)
}

func (*LabelWildcard) appendTo(dst []byte) []byte { return append(dst, '%') }
