package suite

import "fmt"

// request returns the payload of a request, fitted to the version.
func (p *player) request(name string, args []*node) ([]byte, error) {
	resolved := make([]*node, len(args))
	for i, a := range args {
		resolved[i] = p.resolve(a)
	}
	if name == "" {
		return appendNode(nil, resolved[0])
	}
	fields, err := p.fields(name, resolved)
	if err != nil {
		return nil, err
	}
	return appendNode(nil, &node{kind: kindStruct, tag: signatures()[name], items: fields})
}

// fields completes the fields of a request and cuts those that the version does
// not have.
func (p *player) fields(name string, args []*node) ([]*node, error) {
	var defaults string
	most := -1
	v := p.version
	switch name {
	case "HELLO":
		defaults = `{..agent, ..login}`
		if v.login == loginInit {
			defaults = `"boltcheck/1" {..auth}`
		}
	case "LOGON":
		defaults = `{..auth}`
	case "RUN":
		defaults, most = `"RETURN 1" {} {}`, v.run
	case "BEGIN":
		defaults = `{}`
	case "PULL", "DISCARD":
		defaults, most = `{n: -1}`, v.pull
	case "ROUTE":
		defaults = `{} [] {}`
		if v.named {
			defaults = `{} [] null`
		}
	case "TELEMETRY":
		defaults = `0`
	}
	list, err := parseLiterals(defaults)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for i := len(args); i < len(list); i++ {
		args = append(args, p.resolve(list[i]))
	}
	if most >= 0 && len(args) > most {
		args = args[:most]
	}
	return args, nil
}

// resolve replaces variables that have a value and spreads its entries.
func (p *player) resolve(n *node) *node {
	if n == nil {
		return nil
	}
	if n.kind == kindVariable {
		if known := p.vars[n.text]; known != nil {
			return known
		}
		return n
	}
	if len(n.items) == 0 {
		return n
	}
	c := *n
	c.items, c.keys = nil, nil
	for i, item := range n.items {
		if n.kind == kindMap {
			if n.keys[i].spread {
				p.spread(&c, n.keys[i].name)
				continue
			}
			c.keys = append(c.keys, n.keys[i])
		}
		c.items = append(c.items, p.resolve(item))
	}
	return &c
}

// spread adds entries that depend on version and login.
func (p *player) spread(m *node, name string) {
	set := func(key string, value *node) { m.set(key, value) }
	text := func(s string) *node { return &node{kind: kindString, text: s} }
	switch name {
	case "agent":
		set("user_agent", text("boltcheck/1"))
		if p.version.agent {
			agent := &node{kind: kindMap}
			agent.set("product", text("boltcheck/1"))
			set("bolt_agent", agent)
		}
	case "login":
		if p.version.login == loginHello {
			p.spread(m, "auth")
		}
	case "auth":
		o := p.session.o
		if o.User == "" {
			set("scheme", text("none"))
			return
		}
		set("scheme", text("basic"))
		set("principal", text(o.User))
		set("credentials", text(o.Password))
	}
}

func (n *node) set(name string, value *node) {
	n.keys = append(n.keys, key{name: name})
	n.items = append(n.items, value)
}
