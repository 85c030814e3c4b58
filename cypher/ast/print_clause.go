package ast

func (m *Match) appendTo(dst []byte) []byte {
	if m.Optional {
		dst = append(dst, "OPTIONAL "...)
	}
	dst = append(dst, "MATCH "...)
	switch m.Mode {
	case MatchDifferentRelationships:
		dst = append(dst, "DIFFERENT RELATIONSHIPS "...)
	case MatchRepeatableElements:
		dst = append(dst, "REPEATABLE ELEMENTS "...)
	case MatchDefault:
	}
	dst = m.Pattern.appendTo(dst)
	for _, h := range m.Hints {
		dst = h.appendTo(append(dst, ' '))
	}
	return appendOptional(dst, " WHERE ", m.Where)
}

func (h *Hint) appendTo(dst []byte) []byte {
	switch h.Kind {
	case HintJoin:
		return appendList(append(dst, "USING JOIN ON "...), h.Vars)
	case HintScan:
		dst = append(dst, "USING SCAN "...)
	case HintSeek:
		dst = append(dst, "USING INDEX SEEK "...)
	case HintIndex:
		dst = append(dst, "USING INDEX "...)
	}
	if h.Var != nil {
		dst = h.Var.appendTo(dst)
	}
	dst = appendName(append(dst, ':'), h.Label)
	if len(h.Keys) > 0 {
		dst = append(appendNames(append(dst, '('), h.Keys), ')')
	}
	return dst
}

func (w *With) appendTo(dst []byte) []byte {
	dst = w.Projection.appendTo(append(dst, "WITH "...))
	return appendOptional(dst, " WHERE ", w.Where)
}

func (r *Return) appendTo(dst []byte) []byte {
	return r.Projection.appendTo(append(dst, "RETURN "...))
}

func (p *Projection) appendTo(dst []byte) []byte {
	if p.Distinct {
		dst = append(dst, "DISTINCT "...)
	}
	if p.All {
		dst = append(dst, '*')
		if len(p.Items) > 0 {
			dst = append(dst, ", "...)
		}
	}
	dst = appendList(dst, p.Items)
	return appendOrder(dst, p.Order, p.Skip, p.Limit)
}

func appendOrder(dst []byte, order []*SortItem, skip, limit Expr) []byte {
	if len(order) > 0 {
		dst = appendList(append(dst, " ORDER BY "...), order)
	}
	dst = appendOptional(dst, " SKIP ", skip)
	return appendOptional(dst, " LIMIT ", limit)
}

func (i *Item) appendTo(dst []byte) []byte {
	dst = appendExpr(dst, i.Expr, precLowest)
	if i.Alias != nil {
		dst = i.Alias.appendTo(append(dst, " AS "...))
	}
	return dst
}

func (s *SortItem) appendTo(dst []byte) []byte {
	dst = appendExpr(dst, s.Expr, precLowest)
	if s.Descending {
		dst = append(dst, " DESC"...)
	}
	return dst
}

func (u *Unwind) appendTo(dst []byte) []byte {
	dst = appendExpr(append(dst, "UNWIND "...), u.List, precLowest)
	return u.Var.appendTo(append(dst, " AS "...))
}

func (c *Create) appendTo(dst []byte) []byte {
	if c.Insert {
		return c.Pattern.appendTo(append(dst, "INSERT "...))
	}
	return c.Pattern.appendTo(append(dst, "CREATE "...))
}

func (m *Merge) appendTo(dst []byte) []byte {
	dst = m.Path.appendTo(append(dst, "MERGE "...))
	for _, a := range m.Actions {
		dst = a.appendTo(append(dst, ' '))
	}
	return dst
}

func (a *MergeAction) appendTo(dst []byte) []byte {
	if a.OnMatch {
		return appendList(append(dst, "ON MATCH SET "...), a.Items)
	}
	return appendList(append(dst, "ON CREATE SET "...), a.Items)
}

func (s *SetClause) appendTo(dst []byte) []byte {
	return appendList(append(dst, "SET "...), s.Items)
}

func (s *SetProperty) appendTo(dst []byte) []byte {
	dst = appendExpr(dst, s.Target, precPostfix)
	return appendExpr(append(dst, " = "...), s.Value, precLowest)
}

func (s *SetProperties) appendTo(dst []byte) []byte {
	dst = appendExpr(dst, s.Target, precPrimary)
	if s.Add {
		dst = append(dst, " += "...)
	} else {
		dst = append(dst, " = "...)
	}
	return appendExpr(dst, s.Value, precLowest)
}

func (s *SetLabels) appendTo(dst []byte) []byte {
	return appendLabels(appendExpr(dst, s.Target, precPrimary), s.Labels)
}

func (r *Remove) appendTo(dst []byte) []byte {
	return appendList(append(dst, "REMOVE "...), r.Items)
}

func (r *RemoveProperty) appendTo(dst []byte) []byte {
	return appendExpr(dst, r.Target, precPostfix)
}

func (r *RemoveLabels) appendTo(dst []byte) []byte {
	return appendLabels(appendExpr(dst, r.Target, precPrimary), r.Labels)
}

func appendLabels(dst []byte, labels []*LabelName) []byte {
	for _, l := range labels {
		dst = l.appendTo(append(dst, ':'))
	}
	return dst
}

func (d *Delete) appendTo(dst []byte) []byte {
	switch {
	case d.Detach:
		dst = append(dst, "DETACH "...)
	case d.NoDetach:
		dst = append(dst, "NODETACH "...)
	}
	return appendExprs(append(dst, "DELETE "...), d.Exprs)
}

func (f *Foreach) appendTo(dst []byte) []byte {
	dst = f.Var.appendTo(append(dst, "FOREACH ("...))
	dst = appendExpr(append(dst, " IN "...), f.List, precLowest)
	dst = appendClauses(append(dst, " | "...), f.Body)
	return append(dst, ')')
}

func (c *CallProcedure) appendTo(dst []byte) []byte {
	if c.Optional {
		dst = append(dst, "OPTIONAL "...)
	}
	dst = appendPath(append(dst, "CALL "...), c.Name)
	if !c.Implicit {
		dst = append(appendExprs(append(dst, '('), c.Args), ')')
	}
	if c.MemoryLimit != nil {
		dst = appendMemoryLimit(append(dst, " PROCEDURE "...), c.MemoryLimit)
	}
	dst = appendYield(dst, c.Yields, c.YieldAll, c.Yield)
	return appendOptional(dst, " WHERE ", c.Where)
}

func appendYield(dst []byte, yields, all bool, items []*YieldItem) []byte {
	switch {
	case !yields:
		return dst
	case all:
		return append(dst, " YIELD *"...)
	default:
		return appendList(append(dst, " YIELD "...), items)
	}
}

func (y *YieldItem) appendTo(dst []byte) []byte {
	dst = appendName(dst, y.Field)
	if y.Alias != nil {
		dst = y.Alias.appendTo(append(dst, " AS "...))
	}
	return dst
}

func (s *Sequence) appendTo(dst []byte) []byte {
	dst = append(dst, "{ "...)
	for i, q := range s.Queries {
		if i > 0 {
			dst = append(dst, " NEXT "...)
		}
		dst = q.appendTo(dst)
	}
	return append(dst, " }"...)
}

func (c *Conditional) appendTo(dst []byte) []byte {
	for i, b := range c.Branches {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = b.appendTo(dst)
	}
	if c.Else != nil {
		dst = append(c.Else.appendTo(append(dst, " ELSE { "...)), " }"...)
	}
	return dst
}

func (b *Branch) appendTo(dst []byte) []byte {
	dst = appendExpr(append(dst, "WHEN "...), b.Cond, precLowest)
	return append(b.Query.appendTo(append(dst, " THEN { "...)), " }"...)
}

func (c *CallSubquery) appendTo(dst []byte) []byte {
	if c.Optional {
		dst = append(dst, "OPTIONAL "...)
	}
	dst = append(dst, "CALL "...)
	if c.Scoped {
		dst = append(dst, '(')
		if c.ImportAll {
			dst = append(dst, '*')
		}
		dst = append(appendList(dst, c.Imports), ") "...)
	}
	dst = append(c.Query.appendTo(append(dst, "{ "...)), " }"...)
	if c.InTransactions != nil {
		dst = c.InTransactions.appendTo(append(dst, ' '))
	}
	return dst
}

func (t *InTransactions) appendTo(dst []byte) []byte {
	dst = append(dst, "IN "...)
	if t.Concurrent {
		if t.Concurrency != nil {
			dst = append(appendExpr(dst, t.Concurrency, precLowest), ' ')
		}
		dst = append(dst, "CONCURRENT "...)
	}
	dst = append(dst, "TRANSACTIONS"...)
	if t.Rows != nil {
		dst = append(appendOptional(dst, " OF ", t.Rows), " ROWS"...)
	}
	if t.OnError != OnErrorDefault {
		dst = append(append(dst, " ON ERROR "...), onErrorWords[t.OnError]...)
		if t.RetryFor != nil {
			dst = append(appendOptional(dst, " FOR ", t.RetryFor), " SECONDS"...)
		}
		dst = append(dst, onErrorThen[t.OnError]...)
	}
	if t.Status != nil {
		dst = t.Status.appendTo(append(dst, " REPORT STATUS AS "...))
	}
	return dst
}

var onErrorWords = [...]string{
	OnErrorFail: "FAIL", OnErrorContinue: "CONTINUE", OnErrorBreak: "BREAK", OnErrorRetry: "RETRY",
	OnErrorRetryThenFail: "RETRY", OnErrorRetryThenContinue: "RETRY", OnErrorRetryThenBreak: "RETRY",
}

var onErrorThen = [...]string{
	OnErrorRetryThenFail: " THEN FAIL", OnErrorRetryThenContinue: " THEN CONTINUE",
	OnErrorRetryThenBreak: " THEN BREAK",
}

func (l *LoadCSV) appendTo(dst []byte) []byte {
	dst = append(dst, "LOAD CSV "...)
	if l.Headers && !l.Texts {
		dst = append(dst, "WITH HEADERS "...)
	}
	dst = appendExpr(append(dst, "FROM "...), l.From, precLowest)
	switch {
	case l.Texts && l.Headers:
		dst = append(dst, " WITH HEADER"...)
	case l.Texts:
		dst = append(dst, " NO HEADER"...)
	}
	if l.IgnoreBad {
		dst = append(dst, " IGNORE BAD"...)
	}
	if !l.Texts && l.Quote == nil && l.NullIf == nil && !l.IgnoreBad {
		dst = l.Var.appendTo(append(dst, " AS "...))
		return appendOptional(dst, " FIELDTERMINATOR ", l.Delimiter)
	}
	dst = appendOptional(dst, " DELIMITER ", l.Delimiter)
	dst = appendOptional(dst, " QUOTE ", l.Quote)
	dst = appendOptional(dst, " NULLIF ", l.NullIf)
	return l.Var.appendTo(append(dst, " AS "...))
}

func (u *Use) appendTo(dst []byte) []byte {
	return appendExpr(append(dst, "USE "...), u.Graph, precLowest)
}

func (*Finish) appendTo(dst []byte) []byte { return append(dst, "FINISH"...) }
