package parser_test

import (
	"fmt"

	"github.com/drawbolt/drawbolt/cypher/parser"
)

func ExampleParse() {
	s, err := parser.Parse("match (n:Person {id: $id}) return n . name;")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s)
	_, err = parser.Parse("MATCH (n RETURN n")
	fmt.Println(err)
	// Output:
	// MATCH (n:Person {id: $id}) RETURN n.name
	// UnexpectedSyntax: unexpected 'RETURN', expected ), :, IS or WHERE (line 1, column 10 (offset: 9))
	// "MATCH (n RETURN n"
	//           ^
}
