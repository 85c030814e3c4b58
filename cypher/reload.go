package cypher

import "context"

// reloadStatement is the statement that makes the server read its key material
// again, as the parser names it.
const reloadStatement = "RELOAD BOLT_SERVER TLS"

// A Reloader reads the server's key material again. It is declared here because
// a statement asks for it; the engine knows nothing else about TLS.
type Reloader interface {
	// Reload uses the new material for new connections, or returns why the old
	// one stays in use. The error is for the client and has no secrets.
	Reload(ctx context.Context) error
}

// reload runs the statement; its result has no columns.
func (e *Engine) reload(ctx context.Context, t *Transaction, s *Summary) error {
	switch {
	case t != nil:
		return &Error{Kind: KindArgument, Message: "Reloading SSL is not allowed in multicommand transactions."}
	case e.options.Reloader == nil:
		return &Error{
			Kind:    KindArgument,
			Message: "Unable to reload SSL configuration because key or certificate file aren't set.",
		}
	}
	if err := e.options.Reloader.Reload(ctx); err != nil {
		return &Error{Kind: KindArgument, Message: err.Error()}
	}
	s.Notifications = append(s.Notifications, Notification{
		Code: "ReloadSSL", Title: "Reloaded TLS on Bolt server", Severity: severityInfo,
		Description: "New connections use the new certificates; open ones go on with the old.",
	})
	return nil
}
