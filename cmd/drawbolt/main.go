package main

import (
	"os"
)

func main() {
	os.Exit(run(environment{
		args:      os.Args[1:],
		lookupEnv: os.LookupEnv,
		stdout:    os.Stdout,
		stderr:    os.Stderr,
	}))
}
