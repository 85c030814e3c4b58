// Boltsh is a shell for Bolt servers: interactive on a terminal, a runner of
// scripts and imports otherwise.
//
//	boltsh --uri=bolt+ssc://localhost:7687 --user=neo4j
//	boltsh --host=10.0.0.5 --use-ssl < script.cypherl
//	echo 'MATCH (n) RETURN count(n);' | boltsh --output-format=csv
//
// It takes the flags of mgconsole and of cypher-shell, so that their command
// lines work; --help lists them all. README.md in this folder is the manual.
//
// # Output
//
// Results go to standard output, everything else to standard error. A script
// ends with exit code 1 when a statement failed; the message names its line.
//
// # Reading the code
//
// statement.go splits text into statements; client.go runs one; render.go
// writes values and table.go, format.go results; command.go has the lines that
// begin with a colon; editor.go is the interactive part; importer.go runs
// scripts in parallel; schema.go, plan.go and page.go draw.
package main
