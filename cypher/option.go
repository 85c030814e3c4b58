package cypher

import (
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
)

// versions are the versions of the language that a statement can ask for. One
// grammar serves them all.
var versions = []string{"25", "5"}

// A queryOption is an option of a CYPHER prefix with its possible values.
type queryOption struct {
	name   string
	values []string
}

// queryOptions are the options of a CYPHER prefix as clients know them. They choose among ways to run a statement that
// this engine does not have, and change nothing.
var queryOptions = []queryOption{
	{"planner", []string{"cost", "dp", "idp"}},
	{"runtime", []string{"interpreted", "legacy", "parallel", "pipelined", "slotted"}},
	{"replan", []string{"force", "skip"}},
	{"expressionEngine", []string{"compiled", "interpreted", "only_when_hot"}},
	{"operatorEngine", []string{"compiled", "default", "interpreted"}},
	{"interpretedPipesFallback", []string{"all", "default", "disabled", "whitelisted_plans_only"}},
	{"connectComponentsPlanner", []string{"greedy", "idp"}},
	{"updateStrategy", []string{"default", "eager"}},
	{"inferSchemaParts", []string{"most_selective_label", "off"}},
	{"statefulShortestPlanningMode", []string{"all_if_possible", "cardinality_heuristic", "into_only"}},
	{"parallelRuntimeSupport", []string{"all", "disabled"}},
	{"eagerAnalyzer", []string{"ir", "lp"}},
	{"planVarExpandInto", []string{"minimum_cost", "single_row"}},
}

// checkOptions refuses what a CYPHER prefix can not say.
func checkOptions(s *ast.Statement) error {
	if s.Version != "" && !slices.Contains(versions, s.Version) {
		return optionError(s.Version, "cypher version", versions)
	}
	given := make(map[string]string)
	for _, o := range s.Options {
		key := strings.ToLower(o.Key)
		i := slices.IndexFunc(queryOptions, func(known queryOption) bool { return strings.EqualFold(known.name, o.Key) })
		if i < 0 {
			return &Error{Kind: KindArgument, Message: "Unsupported options: " + key}
		}
		value := strings.ToLower(o.Value)
		if !slices.Contains(queryOptions[i].values, value) {
			return optionError(o.Value, queryOptions[i].name, queryOptions[i].values)
		}
		if before, twice := given[key]; twice && before != value {
			return &Error{Kind: KindArgument, Message: "Can't specify multiple conflicting values for " + queryOptions[i].name}
		}
		given[key] = value
	}
	return nil
}

func optionError(value, name string, valid []string) error {
	return &Error{
		Kind:    KindArgument,
		Message: value + " is not a valid option for " + name + ". Valid options are: " + strings.Join(valid, ", "),
	}
}
