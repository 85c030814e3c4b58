package procedure

import (
	"context"
	"errors"

	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// errNoTLS is told to whoever wants to reload what is not there.
var errNoTLS = errors.New("key material can not be reloaded, because the server has no certificate")

// securityProcedures are for operators. Who may call them is decided before.
func securityProcedures(reloadTLS func(ctx context.Context) error) []Procedure {
	return []Procedure{
		procedure(DBMS, "dbms.security.reloadTLS", "Reads certificates and keys again, for new connections.", nil, nil,
			func(ctx context.Context, _ *function.Context, _ []graph.Value, _ func([]graph.Value) error) error {
				err := errNoTLS
				if reloadTLS != nil {
					err = reloadTLS(ctx)
				}
				if err != nil {
					return &function.Error{Kind: function.KindArgument, Message: err.Error()}
				}
				return nil
			}),
	}
}
