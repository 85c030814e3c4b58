// Package report writes outcomes of checks in the formats that machines read:
// the Test Anything Protocol, JUnit XML, JSON, and the annotations of GitHub
// Actions.
package report
