package catalog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/server"
	"github.com/drawbolt/drawbolt/storage"
)

// Options configure a catalogue.
type Options struct {
	// Directory is the data directory. Empty keeps everything in memory.
	Directory string
	// Default is the name of the database of clients that name none. The
	// database is made when there is none, and renamed when it had another name.
	Default string
	// Alias is another name of that database, unless something else has it.
	Alias string
	// Fresh sets the data of all databases aside and starts with empty ones.
	Fresh bool
	// Store are the options of every store but for its directory.
	Store storage.Options
	// Engine are the options of every engine but for what is about databases.
	Engine cypher.Options
	// Locked is called once the directory belongs to this process, before anything
	// in it is opened. It may complete the options of the engines. Optional.
	Locked func(ctx context.Context, engine *cypher.Options) error
	// Opened is told each database whose data has been recovered; optional.
	Opened func(name string, s *storage.Store, took time.Duration)
	// AllowBroken starts without the databases whose data can not be recovered:
	// they are offline. Broken is told each of them; optional.
	AllowBroken bool
	Broken      func(name string, err error)
	// Closing is called when a database is about to be closed because the
	// statement with the context has dropped or stopped it: the transactions of
	// other clients have to end. Optional.
	Closing func(ctx context.Context, db server.Database)
}

// Validate reports all that is wrong with the options at once.
func (o *Options) Validate() error {
	var errs []error
	if err := CheckName(o.Default); err != nil {
		errs = append(errs, fmt.Errorf("catalog: options: Default: %w", err))
	}
	return errors.Join(errs...)
}

// The length of a name, and the number of databases: each takes some megabytes.
const (
	maxName      = 63
	maxDatabases = 100
)

// CheckName tells what is wrong with the name of a database or an alias: it is
// part of the path of a directory, and clients write it without quotes.
func CheckName(name string) error {
	refuse := func(format string, args ...any) error {
		return &cypher.Error{Kind: cypher.KindArgument, Message: fmt.Sprintf(format, args...)}
	}
	switch {
	case name == "" || len(name) > maxName:
		return refuse("The provided database name must have a length between 1 and %d characters.", maxName)
	case name[0] < 'a' || name[0] > 'z':
		return refuse("Database name '%s' is not starting with an ASCII alphabetic character.", name)
	case len(name) >= len(cypher.SystemDatabase) && name[:len(cypher.SystemDatabase)] == cypher.SystemDatabase:
		return refuse("Database name '%s' is invalid, due to the prefix '%s'.", name, cypher.SystemDatabase)
	}
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '-' && c != '_' {
			return refuse("Database name '%s' contains illegal characters. Use simple ascii characters, numbers, dots, dashes and underscores.", name)
		}
	}
	return nil
}
