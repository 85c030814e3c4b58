package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Group is files with one header.
type Group struct {
	// Names are the labels of all nodes, or the type of all relationships.
	Names []string
	Files []string
}

// ParseGroup reads NAME[:NAME…]=FILE[,FILE…] or FILE[,FILE…].
func ParseGroup(text string) Group {
	var g Group
	names, files, named := strings.Cut(text, "=")
	if !named {
		files = names
	} else if names != "" {
		g.Names = strings.Split(names, ":")
	}
	g.Files = strings.Split(files, ",")
	return g
}

// Options say what is loaded and how.
type Options struct {
	Nodes, Relationships []Group
	Delimiter            byte
	ArrayDelimiter       byte
	Quote                byte
	Multiline            bool // quoted fields may have line ends
	// Integers says that identifiers are integers, which takes less memory.
	Integers bool
	// SkipDuplicates and SkipBad leave out nodes whose identifier was there and
	// relationships whose node is not, up to Tolerance of them; -1 is any number.
	SkipDuplicates, SkipBad bool
	Tolerance               int64
	// KeepEmpty stores quoted empty strings; else they are as missing as unquoted
	// ones.
	KeepEmpty bool
	// Report gets a line for every row that is left out.
	Report io.Writer
	// Progress is called from time to time. Optional.
	Progress func(Counts)
}

// Counts is what has been loaded so far.
type Counts struct {
	Nodes, Relationships, Properties, Skipped int64
}

// progressEvery is how many rows lie between two calls of Progress.
const progressEvery = 1 << 16

// A loader loads groups.
type loader struct {
	Options
	to     *storage.Importer
	counts Counts
	// ids finds nodes by space and identifier.
	texts    map[string]map[string]graph.NodeID
	integers map[string]map[int64]graph.NodeID

	names []storage.LabelID
	props []storage.Property
}

// Load loads everything. The importer is neither finished nor aborted.
func Load(ctx context.Context, to *storage.Importer, o Options) (Counts, error) {
	l := &loader{
		Options: o, to: to,
		texts: make(map[string]map[string]graph.NodeID), integers: make(map[string]map[int64]graph.NodeID),
	}
	for _, g := range o.Nodes {
		if err := l.group(ctx, g, false); err != nil {
			return l.counts, err
		}
	}
	for _, g := range o.Relationships {
		if err := l.group(ctx, g, true); err != nil {
			return l.counts, err
		}
	}
	return l.counts, nil
}

// A group in work has the columns of its header with the keys of their names.
type loading struct {
	columns []column
	keys    []storage.KeyID
	labels  []storage.LabelID
	typ     storage.TypeID
	typed   bool
}

// group loads the files of a group, the first of which has the header.
func (l *loader) group(ctx context.Context, g Group, relationships bool) error {
	var in *loading
	for _, path := range g.Files {
		f, err := openFile(path)
		if err != nil {
			return err
		}
		r := newReader(f, dialect{delimiter: l.Delimiter, quote: l.Quote, multiline: l.Multiline})
		if in == nil {
			in, err = l.header(g, r, relationships)
		}
		if err == nil {
			err = l.rows(ctx, r, path, in, relationships)
		} else {
			err = fmt.Errorf("%s:%d: %w", path, r.line, err)
		}
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) header(g Group, r *reader, relationships bool) (*loading, error) {
	fields, err := r.row()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file has no header")
	}
	if err != nil {
		return nil, err
	}
	in := &loading{}
	if in.columns, err = parseHeader(fields, relationships); err != nil {
		return nil, err
	}
	in.keys = make([]storage.KeyID, len(in.columns))
	for i := range in.columns {
		if c := &in.columns[i]; c.name != "" && (c.role == property || c.role == identifier) {
			if in.keys[i], err = l.to.Key(c.name); err != nil {
				return nil, err
			}
		}
	}
	if !relationships {
		for _, name := range g.Names {
			id, err := l.to.Label(name)
			if err != nil {
				return nil, err
			}
			in.labels = append(in.labels, id)
		}
		return in, nil
	}
	if in.typed = len(g.Names) > 0; in.typed {
		in.typ, err = l.to.Type(strings.Join(g.Names, ":"))
	}
	return in, err
}

// rows loads the rows of one file. The error names file and line.
func (l *loader) rows(ctx context.Context, r *reader, path string, in *loading, relationships bool) error {
	for n := 1; ; n++ {
		fields, err := r.row()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			if relationships {
				err = l.relationship(in, fields)
			} else {
				err = l.node(in, fields)
			}
		}
		if bad, skippable := errors.AsType[*badRowError](err); skippable {
			err = l.skip(bad, path, r.line)
		}
		if err != nil {
			return fmt.Errorf("%s:%d: %w", path, r.line, err)
		}
		if n%progressEvery == 0 {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if l.Progress != nil {
				l.Progress(l.counts)
			}
		}
	}
}

// A badRowError is a row that may be left out.
type badRowError struct {
	reason string
	allow  bool
}

func (b *badRowError) Error() string { return b.reason }

func (l *loader) skip(bad *badRowError, path string, line int) error {
	if !bad.allow {
		return bad
	}
	l.counts.Skipped++
	if l.Report != nil {
		if _, err := fmt.Fprintf(l.Report, "%s:%d: %s\n", path, line, bad.reason); err != nil {
			return err
		}
	}
	if l.Tolerance >= 0 && l.counts.Skipped > l.Tolerance {
		return fmt.Errorf("%s; that is more bad rows than --bad-tolerance=%d allows", bad.reason, l.Tolerance)
	}
	return nil
}

// values collects the properties of a row.
func (l *loader) values(in *loading, fields []field) error {
	if len(fields) > len(in.columns) {
		return fmt.Errorf("the row has %d fields, the header %d", len(fields), len(in.columns))
	}
	l.props = l.props[:0]
	for i, f := range fields {
		c := &in.columns[i]
		stored := c.role == property || c.role == identifier && c.name != ""
		if !stored || len(f.text) == 0 && (!f.quoted || !l.KeepEmpty) {
			continue
		}
		v, err := l.value(c, string(f.text))
		if err != nil {
			return fmt.Errorf("column %d (%s): %w", i+1, c.name, err)
		}
		l.props = append(l.props, storage.Property{Key: in.keys[i], Value: v})
	}
	return nil
}

func (l *loader) value(c *column, text string) (graph.Value, error) {
	switch {
	case c.role == identifier && l.Integers:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return graph.Value{}, fmt.Errorf("%q is no integer", text)
		}
		return graph.Integer(n), nil
	case !c.list:
		return c.parse(c, text)
	}
	var items []graph.Value
	for part := range strings.SplitSeq(text, string(rune(l.ArrayDelimiter))) {
		v, err := c.parse(c, part)
		if err != nil {
			return v, err
		}
		items = append(items, v)
	}
	return graph.List(items), nil
}

func (l *loader) node(in *loading, fields []field) error {
	if err := l.values(in, fields); err != nil {
		return err
	}
	l.names = append(l.names[:0], in.labels...)
	id := -1
	for i, f := range fields {
		switch in.columns[i].role { //nolint:exhaustive // the others are no node's
		case identifier:
			id = i
		case labels:
			for name := range strings.SplitSeq(string(f.text), string(rune(l.ArrayDelimiter))) {
				if name = strings.TrimSpace(name); name == "" {
					continue
				}
				label, err := l.to.Label(name)
				if err != nil {
					return err
				}
				l.names = append(l.names, label)
			}
		}
	}
	if id >= 0 && len(fields[id].text) > 0 {
		space, text := in.columns[id].space, fields[id].text
		if _, err := l.find(space, text); err == nil {
			return &badRowError{reason: fmt.Sprintf("the identifier %q is there already%s", text, of(space)), allow: l.SkipDuplicates}
		} else if _, unknown := errors.AsType[*badRowError](err); !unknown {
			return err
		}
	}
	slices.Sort(l.names)
	l.names = slices.Compact(l.names)
	made, err := l.to.AddNode(l.names, l.props)
	if err != nil {
		return err
	}
	l.counts.Nodes++
	l.counts.Properties += int64(len(l.props))
	if id >= 0 && len(fields[id].text) > 0 {
		return l.remember(in.columns[id].space, fields[id].text, made)
	}
	return nil
}

func of(space string) string {
	if space == "" {
		return ""
	}
	return " in " + space
}

func (l *loader) relationship(in *loading, fields []field) error {
	if err := l.values(in, fields); err != nil {
		return err
	}
	var ends [2]graph.NodeID
	var found [2]bool
	typ, typed := in.typ, in.typed
	for i, f := range fields {
		c := &in.columns[i]
		switch c.role { //nolint:exhaustive // the others are no relationship's
		case startID, endID:
			if len(f.text) == 0 {
				return &badRowError{reason: "an end of the relationship is missing", allow: l.SkipBad}
			}
			n, err := l.find(c.space, f.text)
			if err != nil {
				return err
			}
			ends[c.role-startID], found[c.role-startID] = n, true
		case relationshipType:
			if len(f.text) == 0 {
				continue
			}
			t, err := l.to.Type(string(f.text))
			if err != nil {
				return err
			}
			typ, typed = t, true
		}
	}
	switch {
	case !found[0] || !found[1]:
		return &badRowError{reason: "an end of the relationship is missing", allow: l.SkipBad}
	case !typed:
		return &badRowError{reason: "the relationship has no type", allow: l.SkipBad}
	}
	if err := l.to.AddRelationship(ends[0], ends[1], typ, l.props); err != nil {
		return err
	}
	l.counts.Relationships++
	l.counts.Properties += int64(len(l.props))
	return nil
}

// find returns the node of an identifier.
func (l *loader) find(space string, text []byte) (graph.NodeID, error) {
	var id graph.NodeID
	var ok bool
	if l.Integers {
		n, err := strconv.ParseInt(string(text), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("the identifier %q is no integer", text)
		}
		id, ok = l.integers[space][n]
	} else {
		id, ok = l.texts[space][string(text)]
	}
	if !ok {
		return 0, &badRowError{reason: fmt.Sprintf("there is no node with the identifier %q%s", text, of(space)), allow: l.SkipBad}
	}
	return id, nil
}

func (l *loader) remember(space string, text []byte, id graph.NodeID) error {
	if !l.Integers {
		if l.texts[space] == nil {
			l.texts[space] = make(map[string]graph.NodeID)
		}
		l.texts[space][string(text)] = id
		return nil
	}
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		return fmt.Errorf("the identifier %q is no integer", text)
	}
	if l.integers[space] == nil {
		l.integers[space] = make(map[int64]graph.NodeID)
	}
	l.integers[space][n] = id
	return nil
}
