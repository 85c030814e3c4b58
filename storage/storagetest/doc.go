// Package storagetest tests a store against a model of maps: whatever a view
// shows must be what the model holds, after any history of transactions, and
// again after the store is opened from its files.
package storagetest
