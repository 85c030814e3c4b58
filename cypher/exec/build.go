package exec

import (
	"fmt"

	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
)

// build makes the operator of a plan's node, with those below it.
func (r *Run) build(n plan.Node) operator {
	return &counted{operator: r.operator(n), run: r, id: n.Base().ID}
}

func (r *Run) operator(n plan.Node) operator {
	switch n := n.(type) {
	case *plan.Argument:
		if n.Table {
			return &tableRows{run: r, rows: r.table, view: r.newBatch()}
		}
		return &argument{plan: n, rows: r.argument, view: expr.NewBatch(r.plan.Slots)}
	case *plan.NodeScan:
		return r.newNodeScan(n.Input, n, n.Slot, nil, n.Stored)
	case *plan.LabelScan:
		return r.newNodeScan(n.Input, n, n.Slot, n.Label, n.Stored)
	case *plan.DynamicLabelScan:
		return r.newDynamicScan(n)
	case *plan.IndexSeek:
		return r.newIndexSeek(n)
	case *plan.IndexScan:
		return r.newIndexScan(n)
	case *plan.NodeByID:
		return r.newNodeByID(n)
	case *plan.RelationshipScan:
		return r.newRelationshipScan(n)
	case *plan.Expand:
		return r.newExpand(n)
	case *plan.VarExpand:
		return r.newVarExpand(n)
	case *plan.Repeat:
		return r.newRepeat(n)
	case *plan.ShortestPath:
		return r.newShortestPath(n)
	case *plan.WeightedPath:
		return r.newWeightedPath(n)
	case *plan.LoadCSV:
		return r.newLoadCSV(n)
	case *plan.Table:
		return r.newTable(n)
	case *plan.Select:
		return r.newSelectPaths(n)
	case *plan.Filter:
		return &filter{run: r, c: r.context(n), plan: n, input: r.build(n.Input)}
	case *plan.Project:
		return &project{run: r, c: r.context(n), plan: n, input: r.build(n.Input)}
	case *plan.Unwind:
		return r.newUnwind(n)
	case *plan.Aggregate:
		return r.newAggregate(n)
	case *plan.Distinct:
		return &distinct{run: r, plan: n, input: r.build(n.Input), table: newTable(len(n.Keys))}
	case *plan.Sort:
		return r.newSort(n)
	case *plan.Cut:
		return r.newCut(n)
	case *plan.Skip:
		return &skip{run: r, c: r.context(n), plan: n, input: r.build(n.Input)}
	case *plan.Limit:
		return &limit{run: r, c: r.context(n), plan: n, input: r.build(n.Input)}
	default:
		return r.composite(n)
	}
}

// composite builds operators with several inputs and those that write.
func (r *Run) composite(n plan.Node) operator {
	switch n := n.(type) {
	case *plan.Union:
		o := &union{plan: n, out: r.newBatch(), argument: r.argument}
		for i := range n.Branches {
			o.branches = append(o.branches, r.build(n.Branches[i].Plan))
		}
		return o
	case *plan.Optional:
		return r.newOptional(n)
	case *plan.Apply:
		return r.newApply(n)
	case *plan.InTransactions:
		return r.newInTransactions(n)
	case *plan.HashJoin:
		return r.newHashJoin(n)
	case *plan.CountStore:
		return &countStore{run: r, c: r.context(n), plan: n, out: r.newBatch()}
	case *plan.Degree:
		return &degree{run: r, c: r.context(n), plan: n, input: r.build(n.Input)}
	case *plan.Meet:
		return &meet{run: r, c: r.context(n), plan: n, input: r.build(n.Input)}
	case *plan.Create:
		c := r.context(n)
		if n.Own {
			c = &r.live
		}
		return &create{run: r, input: r.build(n.Input), maker: r.newMaker(c, n.Nodes, n.Relationships, n.Paths)}
	case *plan.Merge:
		return r.newMerge(n)
	case *plan.Set:
		return &set{run: r, plan: n, input: r.build(n.Input), setter: setter{run: r, c: &r.live}}
	case *plan.Delete:
		return &remove{run: r, c: r.context(n), plan: n, input: r.build(n.Input)}
	case *plan.Foreach:
		return &foreach{run: r, c: r.context(n), plan: n, input: r.build(n.Input), inner: r.buildInner(n.Inner)}
	case *plan.Barrier:
		return &barrier{run: r, plan: n, input: r.build(n.Input), rows: newRows(n.Live), out: r.newBatch()}
	case *plan.Procedure:
		return r.newProcedure(n)
	case *plan.Produce:
		return &produce{input: r.build(n.Input)}
	default:
		panic(fmt.Sprintf("exec: no operator for %T", n))
	}
}
