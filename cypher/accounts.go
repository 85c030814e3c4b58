package cypher

import (
	"context"
	"errors"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/access"
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// isAccount reports whether a command is about users, roles or privileges. Such
// a text may have a password in it.
func isAccount(b ast.Body) bool {
	switch b.(type) {
	case *ast.CreateUser, *ast.AlterUser, *ast.SetPassword, *ast.RenameAccount, *ast.DropAccount,
		*ast.CreateRole, *ast.GrantRoles, *ast.GrantPrivileges:
		return true
	default:
		return false
	}
}

// operator is who statements of the operator run as.
var operator = &access.Principal{Name: "server", Allowed: access.All} //nolint:gochecknoglobals // a constant

// runAccount executes a command on users, roles or privileges.
func (e *Engine) runAccount(ctx context.Context, p *prepared, params graph.Value, t *Transaction, o *RunOptions, s *Summary) error {
	users := e.options.Users
	if users == nil {
		return refused("a statement about users")
	}
	v := values{params: params}
	c, err := v.command(p.command)
	if err := errors.Join(v.err, err); err != nil {
		return err
	}
	by := access.Caller{Principal: operator, Client: o.Client}
	if !o.Trusted {
		if by.Principal = users.Principal(o.Account); by.Principal == nil {
			return &Error{Kind: KindGone, Message: "The authorization info has expired: log in again."}
		}
	}
	if t != nil {
		// Accounts have no snapshots: the change is made when the rest has been.
		t.accounts = append(t.accounts, func(ctx context.Context) error {
			_, err := users.Execute(ctx, by, c)
			return errorOf(err)
		})
		s.SystemUpdates++
		return nil
	}
	n, err := users.Execute(ctx, by, c)
	s.SystemUpdates += int64(n)
	return err
}

// values fills parameters in. The first fault stays.
type values struct {
	params graph.Value
	err    error
}

func (v *values) text(e ast.Expr) string {
	var out graph.Value
	switch e := e.(type) {
	case *ast.Literal:
		out = e.Value
	case *ast.Parameter:
		ok := false
		if v.params.Kind() == graph.KindMap {
			out, ok = v.params.Get(e.Name)
		}
		if !ok {
			v.fail(&Error{
				Kind: KindParameterMissing, Detail: string(ast.MissingParameter),
				Message: "MissingParameter: expected parameter(s): " + e.Name,
			})
			return ""
		}
		if out.Kind() != graph.KindString {
			v.fail(&Error{Kind: KindParameterMissing, Message: "Expected parameter $" + e.Name + " to have type String."})
			return ""
		}
	}
	if out.Kind() != graph.KindString {
		v.fail(&Error{Kind: KindSyntax, Message: "a name or a password must be a text or a parameter"})
		return ""
	}
	return out.Str()
}

func (v *values) fail(err error) {
	if v.err == nil {
		v.err = err
	}
}

// maybe is text for what the statement may not have.
func (v *values) maybe(e ast.Expr) *string {
	if e == nil {
		return nil
	}
	s := v.text(e)
	return &s
}

func (v *values) texts(list []ast.Expr) []string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = v.text(e)
	}
	return out
}

func (v *values) attributes(a *ast.UserAttributes) access.Attributes {
	return access.Attributes{Password: v.maybe(a.Password), Expired: choice(a.Expired), Suspended: choice(a.Suspended)}
}

func choice(b *bool) access.Choice {
	switch {
	case b == nil:
		return access.Unset
	case *b:
		return access.Yes
	default:
		return access.No
	}
}

// command turns a statement into what is executed.
func (v *values) command(b ast.Body) (access.Command, error) {
	switch b := b.(type) {
	case *ast.CreateUser:
		return &access.CreateUser{
			Name: v.text(b.Name), IfNotExists: b.IfNotExists, OrReplace: b.OrReplace, Attributes: v.attributes(&b.UserAttributes),
		}, nil
	case *ast.AlterUser:
		return &access.AlterUser{Name: v.text(b.Name), IfExists: b.IfExists, Attributes: v.attributes(&b.UserAttributes)}, nil
	case *ast.SetPassword:
		return &access.SetPassword{Old: v.maybe(b.Old), New: v.text(b.New)}, nil
	case *ast.RenameAccount:
		return &access.Rename{Role: b.Role, From: v.text(b.From), To: v.text(b.To), IfExists: b.IfExists}, nil
	case *ast.DropAccount:
		return &access.Drop{Role: b.Role, Name: v.text(b.Name), IfExists: b.IfExists}, nil
	case *ast.CreateRole:
		c := &access.CreateRole{Name: v.text(b.Name), IfNotExists: b.IfNotExists, OrReplace: b.OrReplace}
		if b.CopyOf != nil {
			c.CopyOf = v.text(b.CopyOf)
		}
		return c, nil
	case *ast.GrantRoles:
		return &access.GrantRoles{Roles: v.texts(b.Roles), Users: v.texts(b.Users), Revoke: b.Revoke, Replace: b.Replace}, nil
	case *ast.GrantPrivileges:
		return v.privileges(b)
	default:
		return nil, refused("the statement")
	}
}

func (v *values) privileges(b *ast.GrantPrivileges) (access.Command, error) {
	if b.Part != "" {
		return nil, refused("a privilege for a part of a graph (%s)", b.Part)
	}
	actions := [...]access.Action{
		ast.Grant: access.Grant, ast.Deny: access.Deny, ast.Revoke: access.Revoke,
		ast.RevokeGrant: access.RevokeGrant, ast.RevokeDeny: access.RevokeDeny,
	}
	c := &access.GrantPrivileges{Action: actions[b.Action], To: v.texts(b.To)}
	for _, words := range b.Privileges {
		set, ok := access.Spelled(words, b.Scope)
		if !ok {
			return nil, refused("the privilege %s", words)
		}
		c.Privileges |= set
	}
	return c, nil
}

// discreet takes the texts in quotes out of the error about a statement that may
// have a password in it. The caret under the snippet stays where it was.
func discreet(query string, err error) error {
	e, ok := errors.AsType[*Error](err)
	if !ok || !Sensitive(query) {
		return err
	}
	masked := *e
	masked.Message, masked.Snippet, masked.Err = hidden(e.Message), hidden(e.Snippet), nil
	if strings.ContainsAny(query, "\r\n") {
		masked.Snippet = "" // a line may begin inside of a text
	}
	return &masked
}

// Sensitive reports whether a statement may have a password or another secret in
// its text or its parameters.
func Sensitive(query string) bool {
	for _, word := range [...]string{"password", "identified", "secret"} {
		if containsFold(query, word) {
			return true
		}
	}
	return false
}

// containsFold reports whether s has a lower-case ASCII word in any case.
func containsFold(s, word string) bool {
	for i := 0; i+len(word) <= len(s); i++ {
		if c := s[i] | 0x20; c == word[0] && strings.EqualFold(s[i:i+len(word)], word) {
			return true
		}
	}
	return false
}

// hidden replaces the contents of all texts in quotes by as many asterisks. In a
// snippet the text begins with a quote of its own.
func hidden(s string) string {
	out := []byte(s)
	var quote byte
	for i := 0; i < len(out); i++ {
		switch c := out[i]; {
		case c == '\n':
			quote = 0
		case quote == 0 && (c == '\'' || c == '"') && i > 0 && out[i-1] != '\n':
			quote = c
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0 && c == '\\' && i+1 < len(out) && out[i+1] != '\n':
			out[i], out[i+1] = '*', '*'
			i++
		case quote != 0:
			out[i] = '*'
		}
	}
	return string(out)
}
