package function

import (
	"crypto/rand"

	"github.com/drawbolt/drawbolt/storage/graph"
)

func scalarFunctions() []Function {
	const category = "Scalar"
	return []Function{
		nullRow(category, "randomUUID", stringType, func(*Context, []graph.Value) (graph.Value, error) {
			return graph.String(string(appendUUID(nil, newUUID()))), nil
		}, "Returns a random UUID as a text.").volatile(),
		nullRow(category, "uuid", anyType, func(*Context, []graph.Value) (graph.Value, error) {
			return graph.UUID(newUUID()), nil
		}, "Returns a random UUID.").volatile(),
		nullRow(category, "timestamp", integerType, func(c *Context, _ []graph.Value) (graph.Value, error) {
			at := c.Clock.Statement
			return graph.Integer(at.Seconds*1000 + int64(at.Nanos)/1_000_000), nil
		}, "Returns the milliseconds since 1970 when the statement began."),
		nullRow(category, "file", stringType.Nullable(), func(c *Context, _ []graph.Value) (graph.Value, error) {
			if c.File == "" {
				return graph.Value{}, nil
			}
			return graph.String(c.File), nil
		}, "Returns the path of the file that LOAD CSV reads.").volatile(),
		nullRow(category, "linenumber", integerType.Nullable(), func(c *Context, _ []graph.Value) (graph.Value, error) {
			if c.Line == 0 {
				return graph.Value{}, nil
			}
			return graph.Integer(c.Line), nil
		}, "Returns the line that LOAD CSV reads.").volatile(),
		nullRow(category, "username", stringType.Nullable(), func(c *Context, _ []graph.Value) (graph.Value, error) {
			if c.User == "" {
				return graph.Value{}, nil
			}
			return graph.String(c.User), nil
		}, "Returns the name of the current user."),
		nullRow(category, "roles", stringsType, func(c *Context, _ []graph.Value) (graph.Value, error) {
			out := make([]graph.Value, len(c.Roles))
			for i, r := range c.Roles {
				out[i] = graph.String(r)
			}
			return graph.List(out), nil
		}, "Returns the roles of the current user.", maybe("database", stringType)),
		nullRow(category, "assert", booleanType, assert, "Fails when the condition is not true.",
			need("condition", booleanType), maybe("message", stringType)).volatile(),
		nullRow("Graph", "graph.names", stringsType, func(*Context, []graph.Value) (graph.Value, error) {
			return graph.List(nil), nil
		}, "Returns the names of the graphs of a composite database."),
	}
}

// newUUID returns a random UUID, version 4.
func newUUID() [16]byte {
	var u [16]byte
	_, _ = rand.Read(u[:]) // never fails: the runtime ends the process instead
	u[6] = u[6]&0x0F | 0x40
	u[8] = u[8]&0x3F | 0x80
	return u
}

func assert(_ *Context, args []graph.Value) (graph.Value, error) {
	if args[0].IsTrue() {
		return args[0], nil
	}
	message := "the condition is not true"
	if len(args) == 2 && args[1].Kind() == graph.KindString {
		message = args[1].Str()
	}
	return graph.Value{}, &Error{Kind: KindAssertion, Detail: "AssertionFailed", Message: "AssertionFailed: " + message}
}
