package directorytest

import (
	"context"
	"fmt"
	"sync"

	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/remote/cluster/internal/check"
)

// open returns a session of a client of its own.
func (s suite) open() (directory.Directory, directory.Session, Line) {
	d, line := s.engine.Client(s.t)
	session, err := d.Open(s.ctx(), TTL)
	check.NoError(s.t, err)
	return d, session, line
}

// claim claims one key and returns who has it.
func (s suite) claim(session directory.Session, key, value string, replace directory.Fence) directory.Entry {
	held, err := session.Claim(s.ctx(), directory.Claim{Key: key, Value: []byte(value), Replace: replace})
	check.NoError(s.t, err)
	check.Equal(s.t, 1, len(held))
	check.Equal(s.t, key, held[0].Key)
	return held[0]
}

func (s suite) claimRace() {
	const sessions, keys = 8, 20
	all := make([]directory.Session, sessions)
	d, _ := s.engine.Client(s.t)
	for i := range all {
		var err error
		all[i], err = d.Open(s.ctx(), 10*TTL)
		check.NoError(s.t, err)
	}
	for k := range keys {
		key := fmt.Sprintf("/race/%d", k)
		holders := make([]directory.Entry, sessions)
		var wg sync.WaitGroup
		for i, session := range all {
			wg.Go(func() { // ends with its claim, waited for below
				held, err := session.Claim(s.ctx(), directory.Claim{Key: key, Value: []byte(session.ID())})
				if err == nil {
					holders[i] = held[0]
				}
			})
		}
		wg.Wait()
		now, err := d.Get(s.ctx(), key)
		check.NoError(s.t, err)
		check.Equal(s.t, string(now.Owner), string(now.Value))
		for _, h := range holders {
			check.Equal(s.t, now, h, "all are told the same holder")
		}
	}
}

func (s suite) claimEachKeyByItself() {
	_, a, _ := s.open()
	_, b, _ := s.open()
	taken := s.claim(a, "/each/2", "a", 0)
	held, err := b.Claim(s.ctx(), directory.Claim{Key: "/each/1"}, directory.Claim{Key: "/each/2"}, directory.Claim{Key: "/each/3"})
	check.NoError(s.t, err)
	check.Equal(s.t, 3, len(held))
	check.Equal(s.t, b.ID(), held[0].Owner)
	check.Equal(s.t, taken, held[1])
	check.Equal(s.t, b.ID(), held[2].Owner)
}

func (s suite) claimMany() {
	_, a, _ := s.open()
	claims := make([]directory.Claim, 256)
	for i := range claims {
		claims[i] = directory.Claim{Key: fmt.Sprintf("/many/%03d", i)}
	}
	held, err := a.Claim(s.ctx(), claims...)
	check.NoError(s.t, err)
	for i, e := range held {
		check.Equal(s.t, claims[i].Key, e.Key)
		check.Equal(s.t, a.ID(), e.Owner)
		check.Greater(s.t, e.Fence, 0)
	}
	check.NoError(s.t, a.Release(s.ctx(), held...))
}

func (s suite) replaceComparesFence() {
	_, a, _ := s.open()
	_, b, _ := s.open()
	first := s.claim(a, "/replace", "1", 0)
	check.Equal(s.t, first, s.claim(a, "/replace", "2", 0), "the key is not free for its holder either")
	check.Equal(s.t, first, s.claim(a, "/replace", "2", first.Fence+1), "another fence")
	check.Equal(s.t, first, s.claim(b, "/replace", "2", first.Fence), "another session")
	second := s.claim(a, "/replace", "2", first.Fence)
	check.Equal(s.t, "2", string(second.Value))
	check.Greater(s.t, second.Fence, first.Fence)
}

func (s suite) releaseComparesFence() {
	d, a, _ := s.open()
	_, b, _ := s.open()
	first := s.claim(a, "/release", "1", 0)
	second := s.claim(a, "/release", "2", first.Fence)
	check.NoError(s.t, a.Release(s.ctx(), first), "of a claim that is gone")
	check.NoError(s.t, b.Release(s.ctx(), second), "of another's claim")
	now, err := d.Get(s.ctx(), "/release")
	check.NoError(s.t, err)
	check.Equal(s.t, second, now)
	check.NoError(s.t, a.Release(s.ctx(), second))
	_, err = d.Get(s.ctx(), "/release")
	check.ErrorIs(s.t, err, directory.ErrNotFound)
	check.Greater(s.t, s.claim(b, "/release", "3", 0).Fence, second.Fence)
}

func (s suite) unknownClaimIsSettled() {
	d, a, line := s.open()
	line.Mute()
	ctx, cancel := context.WithTimeout(s.ctx(), TTL/10)
	_, err := a.Claim(ctx, directory.Claim{Key: "/unknown", Value: []byte("nonce")})
	cancel()
	check.ErrorIs(s.t, err, directory.ErrUnknown)
	line.Heal()
	s.settle(a)
	now, err := d.Get(s.ctx(), "/unknown")
	if err == nil {
		check.Equal(s.t, a.ID(), now.Owner)
		check.Equal(s.t, "nonce", string(now.Value))
	} else {
		check.ErrorIs(s.t, err, directory.ErrNotFound)
	}
}

// settle settles, with as many tries as a line needs that has just healed.
func (s suite) settle(session directory.Session) {
	check.Eventually(s.t, func() bool {
		ctx, cancel := context.WithTimeout(s.ctx(), TTL/4)
		defer cancel()
		return session.Settle(ctx) == nil
	}, waitLimit, TTL/50)
}

func (s suite) lateClaimHasNoEffect() {
	d, a, line := s.open()
	other, b, _ := s.open()
	_ = d
	line.Cut()
	ctx, cancel := context.WithTimeout(s.ctx(), TTL/10)
	_, err := a.Claim(ctx, directory.Claim{Key: "/late", Value: []byte("late")})
	cancel()
	check.ErrorIs(s.t, err, directory.ErrUnknown)
	line.Heal()
	s.settle(a)
	before, err := other.Get(s.ctx(), "/late")
	if err == nil { // it was in time
		check.NoError(s.t, a.Release(s.ctx(), before))
	}
	mine := s.claim(b, "/late", "b", 0)
	check.NoError(s.t, b.Release(s.ctx(), mine))
	s.renewUntilLate(a)
	_, err = other.Get(s.ctx(), "/late")
	check.ErrorIs(s.t, err, directory.ErrNotFound)
}

// renewUntilLate uses the line for a while, so that what was held in it arrives.
func (s suite) renewUntilLate(session directory.Session) {
	for range 10 {
		_, err := session.Renew(s.ctx())
		check.NoError(s.t, err)
	}
}

func (s suite) claimsGoOnAfterSettle() {
	_, a, _ := s.open()
	for i := range 3 {
		check.NoError(s.t, a.Settle(s.ctx()))
		check.Equal(s.t, a.ID(), s.claim(a, fmt.Sprintf("/settled/%d", i), "", 0).Owner)
	}
}
