package guarded

import (
	"context"
	"time"

	"github.com/starlang-go/starlang/remote/cluster/directory"
)

// session is a session of a directory whose driver is guarded.
type session struct {
	d      *Directory
	driver directory.Session
	id     directory.SessionID
}

func (s *session) ID() directory.SessionID { return s.id }

func (s *session) Renew(ctx context.Context) (time.Duration, error) {
	return call(ctx, s.d, func() (time.Duration, error) { return s.driver.Renew(ctx) })
}

func (s *session) Claim(ctx context.Context, claims ...directory.Claim) ([]directory.Entry, error) {
	return call(ctx, s.d, func() ([]directory.Entry, error) { return s.driver.Claim(ctx, claims...) })
}

func (s *session) Settle(ctx context.Context) error {
	return s.tell(ctx, s.driver.Settle)
}

func (s *session) Release(ctx context.Context, entries ...directory.Entry) error {
	return s.tell(ctx, func(ctx context.Context) error { return s.driver.Release(ctx, entries...) })
}

func (s *session) Close(ctx context.Context) error {
	return s.tell(ctx, s.driver.Close)
}

// tell is a call that brings nothing but whether it was done.
func (s *session) tell(ctx context.Context, f func(context.Context) error) error {
	_, err := call(ctx, s.d, func() (struct{}, error) { return struct{}{}, f(ctx) })
	return err
}
