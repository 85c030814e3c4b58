// Package load reads what LOAD CSV loads: files below a directory and
// documents from allowed addresses, compressed or not, record by record.
package load
