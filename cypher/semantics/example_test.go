package semantics_test

import (
	"fmt"

	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/cypher/parser"
	"github.com/drawbolt/drawbolt/cypher/semantics"
)

func ExampleAnalyze() {
	s, err := parser.Parse("MATCH (n:Person {id: $id}) RETURN n.name, count(*) AS c")
	if err != nil {
		fmt.Println(err)
		return
	}
	info, err := semantics.Analyze(s, semantics.Catalog{Functions: function.NewTable()})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(info.Kind, info.Columns, info.Parameters)
	// Output: r [n.name c] [id]
}
