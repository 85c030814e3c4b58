package main

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
)

// actions are the flags that make the program do something else than serve;
// they are no part of a configuration.
func actions() []string {
	return []string{
		"check_config", "check_data", "repair_tail", "print_config", "print_document", "default_config", "memgraph_config", "probe", "create_certificate",
		"flagfile", "fromenv", "tryfromenv", "undefok", "h", "tab_completion_word", "tab_completion_columns",
		"help", "helpfull", "helpshort", "helpon", "helpmatch", "helppackage", "helpxml", "version",
	}
}

// printConfig writes every flag as a flag file would set it, with its origin.
// Secrets are hidden.
func printConfig(w io.Writer, flags *gflags.Set) error {
	var b bytes.Buffer
	for s := range flags.All() {
		if slices.Contains(actions(), s.Name) {
			continue
		}
		fmt.Fprintf(&b, "# %v\n--%s=%s\n", s.Origin, strings.ReplaceAll(s.Name, "_", "-"), s.Current)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// checkConfig does every check that a start does before it opens the data.
// Nothing is changed.
func (p *process) checkConfig() error {
	if err := p.checkFlags(); err != nil {
		return err
	}
	if p.flags.Bool(flagDevCertificate) && missing(p.flags.Text(flagCert)) {
		return &startError{exitConfig, fmt.Errorf("--%s: %s does not exist yet; the start will make it", flagDevCertificate, p.flags.Text(flagCert))}
	}
	if err := p.openTLS(); err != nil {
		return &startError{exitConfig, err}
	}
	if p.endpoint != nil {
		if err := p.endpoint.Close(); err != nil {
			return &startError{exitConfig, err}
		}
	}
	if err := checkOwner(p.flags.Text(flagDataDirectory)); err != nil {
		return &startError{exitDataOwner, err}
	}
	_, err := fmt.Fprintln(p.stdout, "The configuration can be used.")
	return err
}

// checkFlags judges flags together.
func (p *process) checkFlags() error {
	for _, check := range []func() error{
		func() error { return checkVersions(p.flags) },
		func() error { return checkCluster(p.flags) },
		func() error { _, err := p.firstUser(); return err },
	} {
		if err := check(); err != nil {
			return &startError{exitConfig, err}
		}
	}
	return nil
}
