package directorytest

import (
	"time"

	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/remote/cluster/internal/check"
)

func (s suite) closeFreesAll() {
	d, a, _ := s.open()
	first := s.claim(a, "/close/1", "", 0)
	s.claim(a, "/close/2", "", 0)
	check.NoError(s.t, a.Close(s.ctx()))
	entries, _, err := d.List(s.ctx(), "/close/")
	check.NoError(s.t, err)
	check.Equal(s.t, 0, len(entries))
	_, err = a.Renew(s.ctx())
	check.ErrorIs(s.t, err, directory.ErrSessionLost)
	_, b, _ := s.open()
	check.Greater(s.t, s.claim(b, "/close/1", "", 0).Fence, first.Fence)
}

// expiryNeverEarly waits for a key to go, and looks when its session was renewed last.
func (s suite) expiryNeverEarly() {
	d, a, _ := s.open()
	watcher, _ := s.engine.Client(s.t)
	s.claim(a, "/expiry", "", 0)
	entries, at, err := d.List(s.ctx(), "/expiry")
	check.NoError(s.t, err)
	check.Equal(s.t, 1, len(entries))
	sent := time.Now()
	left, err := a.Renew(s.ctx())
	check.NoError(s.t, err)
	check.AtLeast(s.t, left, TTL)
	for batch, err := range watcher.Watch(s.ctx(), "/expiry", at) {
		check.NoError(s.t, err)
		if len(batch.Events) == 0 {
			continue
		}
		check.True(s.t, batch.Events[0].Freed, "the key is freed")
		check.AtLeast(s.t, time.Since(sent), TTL)
		return
	}
	s.t.Fatal("the key is still held")
}

func (s suite) renewedLivesOn() {
	d, a, _ := s.open()
	e := s.claim(a, "/renewed", "", 0)
	tick := time.NewTicker(TTL / 4)
	defer tick.Stop()
	for range 8 {
		<-tick.C
		_, err := a.Renew(s.ctx())
		check.NoError(s.t, err)
	}
	now, err := d.Get(s.ctx(), "/renewed")
	check.NoError(s.t, err)
	check.Equal(s.t, e, now)
}

func (s suite) lostIsFinal() {
	_, a, _ := s.open()
	check.NoError(s.t, a.Close(s.ctx()))
	_, err := a.Renew(s.ctx())
	check.ErrorIs(s.t, err, directory.ErrSessionLost)
	_, err = a.Claim(s.ctx(), directory.Claim{Key: "/lost"})
	check.ErrorIs(s.t, err, directory.ErrSessionLost)
	check.ErrorIs(s.t, a.Settle(s.ctx()), directory.ErrSessionLost)
}

func (s suite) restartKeepsKeysAndFences() {
	d, a, _ := s.open()
	before := s.claim(a, "/restart", "1", 0)
	s.engine.Restart(s.t)
	check.Eventually(s.t, func() bool {
		_, err := a.Renew(s.ctx())
		return err == nil
	}, waitLimit, TTL/20)
	now, err := d.Get(s.ctx(), "/restart")
	check.NoError(s.t, err)
	check.Equal(s.t, before, now)
	after := s.claim(a, "/restart", "2", before.Fence)
	check.Greater(s.t, after.Fence, before.Fence)
	check.NoError(s.t, a.Release(s.ctx(), after))
	s.engine.Restart(s.t)
	_, b, _ := s.open()
	check.Greater(s.t, s.claim(b, "/restart", "3", 0).Fence, after.Fence)
}
