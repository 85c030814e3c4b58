package load

import (
	"errors"
	"fmt"
	"strings"
)

// A role is what a column is for.
type role uint8

const (
	property role = iota
	ignored
	identifier
	labels
	startID
	endID
	relationshipType
)

// A column is one column of a header.
type column struct {
	role    role
	name    string // of the property; of an identifier too when it is stored
	list    bool
	space   string            // of identifiers
	options map[string]string // such as crs and timezone
	parse   parser            // of a value, or of an item of the list
}

// parseColumn reads name:TYPE(space){option:value,…}.
func parseColumn(text string, types map[string]parser) (column, error) {
	text = strings.TrimSpace(text)
	name, typ, typed := cutLast(text)
	c := column{name: strings.TrimSpace(name), parse: types["string"]}
	if !typed {
		if c.name == "" {
			return c, errors.New("a column has no name")
		}
		return c, nil
	}
	typ, options, hasOptions := strings.Cut(strings.TrimSpace(typ), "{")
	if hasOptions {
		inside, ok := strings.CutSuffix(strings.TrimSpace(options), "}")
		if !ok {
			return c, fmt.Errorf("column %q: the braces have no end", text)
		}
		c.options = make(map[string]string)
		for option := range strings.SplitSeq(inside, ",") {
			key, value, _ := strings.Cut(option, ":")
			c.options[strings.ToLower(strings.TrimSpace(key))] = strings.Trim(strings.TrimSpace(value), `"'`)
		}
	}
	typ, space, hasSpace := strings.Cut(typ, "(")
	if hasSpace {
		inside, ok := strings.CutSuffix(strings.TrimSpace(space), ")")
		if !ok {
			return c, fmt.Errorf("column %q: the parentheses have no end", text)
		}
		c.space = strings.TrimSpace(inside)
	}
	err := c.setType(strings.TrimSpace(typ), text, types)
	return c, err
}

// cutLast cuts a column at the colon before its type, which is not one inside of
// braces.
func cutLast(text string) (name, typ string, ok bool) {
	end := len(text)
	if at := strings.IndexByte(text, '{'); at >= 0 {
		end = at
	}
	at := strings.LastIndexByte(text[:end], ':')
	if at < 0 {
		return text, "", false
	}
	return text[:at], text[at+1:], true
}

func (c *column) setType(typ, text string, types map[string]parser) error {
	switch strings.ToUpper(typ) {
	case "ID":
		c.role = identifier
		return nil
	case "LABEL":
		c.role = labels
		return nil
	case "START_ID":
		c.role = startID
		return nil
	case "END_ID":
		c.role = endID
		return nil
	case "TYPE":
		c.role = relationshipType
		return nil
	case "IGNORE":
		c.role = ignored
		return nil
	}
	if c.name == "" {
		return fmt.Errorf("column %q has no name and is none of :ID, :LABEL, :START_ID, :END_ID, :TYPE, :IGNORE", text)
	}
	kind, list := strings.CutSuffix(strings.ToLower(typ), "[]")
	if kind == "" {
		kind = "string"
	}
	var known bool
	if c.parse, known = types[kind]; !known {
		return fmt.Errorf("column %q: there is no type %q", text, typ)
	}
	c.list = list
	return nil
}

// parseHeader reads the columns of a group.
func parseHeader(fields []field, relationships bool) ([]column, error) {
	columns := make([]column, len(fields))
	types := parsers()
	count := make(map[role]int)
	for i, f := range fields {
		var err error
		if columns[i], err = parseColumn(string(f.text), types); err != nil {
			return nil, err
		}
		count[columns[i].role]++
	}
	switch {
	case relationships && (count[startID] != 1 || count[endID] != 1):
		return nil, errors.New("relationships need one column :START_ID and one :END_ID")
	case relationships && (count[identifier] > 0 || count[labels] > 0):
		return nil, errors.New("relationships have no columns :ID and :LABEL")
	case relationships && count[relationshipType] > 1, !relationships && count[identifier] > 1:
		return nil, errors.New("there are two columns :TYPE or :ID")
	case !relationships && count[startID]+count[endID]+count[relationshipType] > 0:
		return nil, errors.New("nodes have no columns :START_ID, :END_ID and :TYPE")
	}
	return columns, nil
}
