package procedure

import (
	"context"
	"encoding/hex"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// routingTTL is how many seconds clients keep a routing table: there is one
// server, whose address does not change.
const routingTTL = 300

func systemProcedures() []Procedure {
	routing := []function.Parameter{input("context", ast.TypeMap), inputOr("database", ast.TypeString, graph.Value{})}
	table := []function.Output{output("ttl", ast.TypeInteger), output("servers", ast.TypeList)}
	identity := []function.Output{output("id", ast.TypeString), output("name", ast.TypeString), output("creationDate", ast.TypeString)}
	user := []function.Output{output("username", ast.TypeString), stringList("roles"), stringList("flags")}
	setting := []function.Output{
		output("name", ast.TypeString), output("description", ast.TypeString),
		output("value", ast.TypeString), output("dynamic", ast.TypeBoolean),
	}
	return []Procedure{
		procedure(Read, "db.ping", "Tells that the database answers.", nil, []function.Output{output("success", ast.TypeBoolean)},
			func(_ context.Context, _ *function.Context, _ []graph.Value, yield func([]graph.Value) error) error {
				return yield([]graph.Value{graph.Boolean(true)})
			}),
		procedure(Read, "db.info", "Tells the identity of the database.", nil, identity, info),
		procedure(DBMS, "dbms.info", "Tells the identity of the server.", nil, identity, info),
		procedure(DBMS, "dbms.components", "Tells the product and its version.", nil,
			[]function.Output{output("name", ast.TypeString), stringList("versions"), output("edition", ast.TypeString)}, components),
		procedure(DBMS, "dbms.routing.getRoutingTable", "Tells clients which servers to use.", routing, table, routingTable),
		procedure(DBMS, "dbms.cluster.routing.getRoutingTable", "Tells clients which servers to use.", routing, table, routingTable),
		procedure(DBMS, "dbms.showCurrentUser", "Tells who is logged in.", nil, user, currentUser),
		procedure(DBMS, "dbms.listConfig", "Lists the settings whose name contains a text.",
			[]function.Parameter{inputOr("searchString", ast.TypeString, text(""))}, setting, listConfig),
		procedure(DBMS, "dbms.clientConfig", "Lists the settings that clients use.", nil, setting, nothing),
		procedure(DBMS, "dbms.queryJmx", "Lists the managed beans of a Java server: none.",
			[]function.Parameter{input("query", ast.TypeString)},
			[]function.Output{output("name", ast.TypeString), output("description", ast.TypeString), output("attributes", ast.TypeMap)}, nothing),
		procedure(DBMS, "dbms.listCapabilities", "Lists optional abilities of the server: none.", nil,
			[]function.Output{output("name", ast.TypeString), output("description", ast.TypeString), output("value", ast.TypeAny)}, nothing),
		procedure(DBMS, "tx.getMetaData", "Returns the metadata of the transaction.", nil,
			[]function.Output{output("metadata", ast.TypeMap)}, getMetaData),
		procedure(DBMS, "tx.setMetaData", "Replaces the metadata of the transaction.",
			[]function.Parameter{input("data", ast.TypeMap)}, nil, setMetaData),
	}
}

// info returns no date: the store does not record when it was made.
func info(_ context.Context, c *function.Context, _ []graph.Value, yield func([]graph.Value) error) error {
	id := c.Store.ID()
	return yield([]graph.Value{text(strings.ToUpper(hex.EncodeToString(id[:]))), text(c.Database), {}})
}

func components(_ context.Context, c *function.Context, _ []graph.Value, yield func([]graph.Value) error) error {
	if c.Server == nil {
		return nil
	}
	name, version, edition := c.Server.Components()
	return yield([]graph.Value{text(name), texts([]string{version}), text(edition)})
}

func routingTable(_ context.Context, c *function.Context, _ []graph.Value, yield func([]graph.Value) error) error {
	var servers []graph.Value
	if c.Server != nil {
		address := texts([]string{c.Server.Address()})
		for _, role := range [...]string{"WRITE", "READ", "ROUTE"} {
			servers = append(servers, graph.Map([]graph.Field{
				{Name: "addresses", Value: address}, {Name: "role", Value: text(role)},
			}))
		}
	}
	return yield([]graph.Value{graph.Integer(routingTTL), graph.List(servers)})
}

func currentUser(_ context.Context, c *function.Context, _ []graph.Value, yield func([]graph.Value) error) error {
	return yield([]graph.Value{text(c.User), texts(c.Roles), texts(nil)})
}

func listConfig(_ context.Context, c *function.Context, args []graph.Value, yield func([]graph.Value) error) error {
	if c.Server == nil {
		return nil
	}
	search := ""
	if args[0].Kind() == graph.KindString {
		search = strings.ToLower(args[0].Str())
	}
	for _, s := range c.Server.Settings() {
		if !strings.Contains(strings.ToLower(s[0]), search) {
			continue
		}
		if err := yield([]graph.Value{text(s[0]), text(s[2]), text(s[1]), graph.Boolean(false)}); err != nil {
			return err
		}
	}
	return nil
}

func getMetaData(_ context.Context, c *function.Context, _ []graph.Value, yield func([]graph.Value) error) error {
	if c.Metadata.IsNull() {
		return yield([]graph.Value{graph.Map(nil)})
	}
	return yield([]graph.Value{c.Metadata})
}

func setMetaData(_ context.Context, c *function.Context, args []graph.Value, _ func([]graph.Value) error) error {
	c.Metadata = args[0]
	return nil
}
