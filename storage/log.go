package storage

import "context"

type commitLog struct{}

type pendingFlush struct{}

func (pendingFlush) wait() error { return nil }

func (s *Store) openLog(context.Context) error { return nil }

func (s *Store) closeLog() error { return nil }

func (s *Store) appendRedo(uint64, []byte) (pendingFlush, error) { return pendingFlush{}, nil }
