package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/drawbolt/drawbolt/server/catalog"
	"github.com/drawbolt/drawbolt/storage"
)

var errDamaged = errors.New("the data is damaged; --" + flagRepairTail + " cuts damage at the end of the last log file, everything else needs a backup")

// eachStore visits the stores of a data directory.
func eachStore(o storage.Options, visit func(o storage.Options) error) error {
	dirs, err := catalog.Stores(o.Directory)
	if err == nil && len(dirs) == 0 {
		err = fmt.Errorf("--%s=%s has no store", flagDataDirectory, o.Directory)
	}
	errs := []error{err}
	for _, dir := range dirs {
		o.Directory = dir
		errs = append(errs, visit(o))
	}
	return errors.Join(errs...)
}

// checkData is the program with --check-data, for one store.
func checkData(ctx context.Context, w io.Writer, o storage.Options) error {
	r, err := storage.CheckData(ctx, o)
	if err != nil {
		return err
	}
	if err := writeReport(w, r); err != nil {
		return err
	}
	if !r.Sound() {
		return errDamaged
	}
	return nil
}

func writeReport(w io.Writer, r *storage.Report) error {
	var b bytes.Buffer
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	row := func(format string, args ...any) { _, _ = fmt.Fprintf(t, format, args...) } // a buffer takes everything
	row("FILE\tBYTES\tCOMMITS\tSTATE\n")
	for i := range r.Files {
		f := &r.Files[i]
		state := "sound"
		switch {
		case f.Err != nil:
			state = f.Err.Error()
		case f.Torn > 0:
			state = fmt.Sprintf("sound; %d bytes at the end belong to no acknowledged commit and go at the next start", f.Torn)
		}
		row("%s\t%d\t%d-%d\t%s\n", f.Path, f.Size, f.First, f.Last, state)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if r.Err != nil {
		fmt.Fprintf(&b, "The store %s can not be opened: %v\n", r.ID, r.Err)
	} else {
		fmt.Fprintf(&b, "The store %s has %d nodes and %d relationships as of commit %d.\n",
			r.ID, r.Nodes, r.Relationships, r.Position)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// repairTail is the program with --repair-tail, for one store.
func repairTail(w io.Writer, o storage.Options) error {
	cut, err := storage.RepairTail(o)
	if err != nil {
		return err
	}
	if cut == nil {
		_, err = fmt.Fprintf(w, "The log in %s has nothing to cut.\n", o.Directory)
		return err
	}
	_, err = fmt.Fprintf(w, "%s was cut at offset %d: %d bytes behind commit %d are gone from it.\nThe file as it was is %s.\n",
		cut.File, cut.Offset, cut.Bytes, cut.Last, cut.Backup)
	return err
}
