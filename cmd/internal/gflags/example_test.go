package gflags_test

import (
	"fmt"
	"os"

	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
)

// A command describes its flags in one table.
func ExampleNew() {
	set, err := gflags.New(gflags.Options{Program: "example", Usage: "shows flags", Version: "1.0"}, []gflags.Flag{
		{Name: "port", Type: gflags.Int32, Default: "7687", Section: "network", Help: "Port.", Validate: gflags.InRange(0, 65535)},
		{Name: "verbose", Type: gflags.Bool, Section: "log", Help: "Say more."},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	decision, err := set.Parse(gflags.Input{Args: []string{"-port", "80", "--noverbose"}}, os.Stdout, os.Stderr)
	if err != nil || decision.Exit {
		return
	}
	fmt.Println(set.Int32("port"), set.Origin("port"), set.Bool("verbose"))
	// Output: 80 command line false
}
